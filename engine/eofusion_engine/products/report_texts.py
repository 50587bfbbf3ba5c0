"""The report's fixed sentences: how the products are made, and what they must not be read as."""

from __future__ import annotations

from typing import Any

METHOD = (
    "All scenes are laid on one 10 m UTM grid; clouds and their shadows are cut out with a margin, and gaps stay gaps.",
    "One small convolutional network per sensor turns each date into features of a pixel and its near surroundings.",
    "A fusion network joins the Sentinel-2 and Sentinel-1 features around a date into 64 numbers per pixel, the "
    "embedding; it is the same whatever area or tile the pixel is computed in.",
    "A decoder turns the embedding back into ten bands of reflectance without clouds.",
    "Air temperature is generated for cells of 160 m: a masked token model completes the climate's course of the year "
    "given what the imagery shows, several times over, and mean, 10th and 90th percentile are kept.",
    "GPP is light-use efficiency: greenness of the cloud-free reflectance times radiation, limited by cold and, where "
    "known, dry air, times a learned factor between half and double; all of it is fitted on flux towers.",
)

CAPTIONS = {
    "embeddings": "Embeddings as colours: the first three principal components of all dates of this run, one fixed "
    "range, so the same colour means the same embedding on every date.",
    "reflectance": "Reflectance as the model reconstructs it, clouds filled in from other dates and from Sentinel-1.",
    "gpp": "Gross primary production per day, median estimate. One colour range for all dates and runs.",
    "gpp_sum": "Gross primary production summed over the days of the period: 10th percentile, median, 90th percentile.",
    "gpp_quality": "Dates on which cover and climate are such as the training towers of GPP had, in percent: "
    "where they are few, GPP is extrapolated.",
    "temperature_monthly": "Generated air temperature, monthly means of the days in the period, in cells of 160 m.",
    "temperature": "Generated daily mean air temperature in cells of 160 m.",
    "quality": "How often the ground was clearly seen by Sentinel-2: the fewer, the less the other maps rest on.",
}


def limits(info: dict[str, Any]) -> list[str]:
    """What a reader must know before using the products of this run."""
    kinds = {product["kind"] for product in info["products"]}
    sentences = []
    if "sample" in (info["source"].get("kind"), info["source"].get("name")):
        sentences.append("The scenes of this run are simulated: its maps show a place that does not exist.")
    if kinds & {"temperature", "temperature_monthly"}:
        sentences.append(
            "Air temperature does not vary at 10 m, and imagery does not know the weather of a day: the series is "
            "generated, plausible for place, season and surface, and is no measurement."
        )
    if kinds & {"gpp", "gpp_sum"}:
        sentences.append(
            "GPP's interval is the spread of errors at flux towers that the fit did not see; at places unlike those "
            "towers it can be too narrow, and evergreen forest is its weak spot."
        )
    if "reflectance" in kinds:
        sentences.append("Reconstructed reflectance is an estimate, also on dates when the ground was seen.")
    if "embedding_preview" in kinds:
        sentences.append("Embeddings have no unit; only their likeness (cosine) has a meaning.")
    sentences.append(
        f"The weights are those of version {info['engine']}, a first and small model; its model card has the scores "
        "beside simple baselines."
    )
    return sentences
