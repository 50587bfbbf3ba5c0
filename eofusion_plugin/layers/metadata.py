"""What a layer says of itself in QGIS: what it is, its unit, its origin, its licence, its limits."""

from __future__ import annotations

from qgis.core import QgsLayerMetadata, QgsRasterLayer

from ..run_folder import Product, Run
from ..texts import tr, unit_text


def limits(kind: str) -> str:
    """What a product must not be read as."""
    texts = {
        "temperature": tr(
            "Generated, not measured: a plausible course for the place, the season and the imagery. It does not "
            "follow the weather of single days and does not vary at 10 m."
        ),
        "gpp": tr(
            "A light-use-efficiency model fitted to flux towers. Its interval holds for places like those towers; "
            "evergreen forest is its weak spot."
        ),
        "reflectance": tr("Reconstructed by the model from clear views around the date: not an observation."),
        "embeddings": tr("64 numbers a pixel, to be compared with each other; a single one has no meaning."),
        "embedding_preview": tr("Colours of one run can be compared with each other, not with those of another run."),
        "quality": tr("Where few clear views are, all other maps rest on little."),
        "gpp_quality": tr(
            "Percent of the dates on which the ground, and the climate, are such as at the flux towers that the model "
            "was trained on. Where it is low, GPP is an extrapolation."
        ),
        "ndvi_observed": tr("Clear views as they are: haze and thin cloud that no mask has found are in it."),
        "backscatter": tr("Backscatter as it was observed, with speckle; passes of two directions are mixed."),
    }
    aliases = {"temperature_monthly": "temperature", "gpp_sum": "gpp"}
    return texts.get(aliases.get(kind, kind), "")


def describe(layer: QgsRasterLayer, product: Product, run: Run) -> None:
    """Fill the layer's metadata from its product and its run."""
    info = run.info
    first, last = run.period
    unit = unit_text(product.unit)
    lines = [product.title + "."]
    if unit:
        lines.append(tr("Unit: {unit}.").format(unit=unit))
    lines.append(limits(product.kind))
    drivers = info.get("drivers") or {}
    if product.kind.startswith("gpp") and drivers:
        words = "; ".join(f"{name}: {str(what).rstrip('.')}" for name, what in drivers.items())
        lines.append(tr("Driven by {what}.").format(what=words))
    if product.kind.startswith(("gpp", "temperature")):
        lines += [str(note) for note in info.get("notes", [])]

    metadata = QgsLayerMetadata()
    metadata.setIdentifier(f"{run.folder.name}/{product.path.name}")
    metadata.setTitle(product.title)
    metadata.setType("dataset")
    metadata.setAbstract(" ".join(line for line in lines if line))
    metadata.setRights([str(line) for line in info.get("attribution", [])])
    metadata.setCrs(layer.crs())
    weights = ", ".join(f"{name} {digest[:12]}" for name, digest in sorted((info.get("weights") or {}).items()))
    metadata.setHistory(
        [
            tr("Made by EO Fusion {version}, seed {seed}, device {device}.").format(
                version=info.get("engine", "?"), seed=info.get("seed", "?"), device=info.get("device", "?")
            ),
            tr("Source: {source}, {n} scenes, {first} to {last}.").format(
                source=info.get("source", {}).get("name", "?"), n=len(info.get("scenes", [])), first=first, last=last
            ),
            tr("Weights: {weights}.").format(weights=weights or "?"),
        ]
    )
    metadata.setKeywords({"gmd:topicCategory": ["EO Fusion", product.kind]})
    layer.setMetadata(metadata)
