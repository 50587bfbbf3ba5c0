"""report.html: one page that tells what a run did, shows it, and says how far to trust it.

Self-contained (pictures inside, no script, no network), for light and dark screens and for paper.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import RasterioError

from ..errors import OutputError
from ..files import write_whole
from ..redact import redact
from ..runfolder import RunFolder
from .chart import band_chart
from .quicklook import Sheet, draw_all
from .report_texts import CAPTIONS, METHOD, limits

_STATES = {"done": "", "running": "not finished", "cancelled": "cancelled", "failed": "failed"}


def write_report(root: Path) -> Path:
    """Draw the quicklooks and write ``report.html`` into the run folder ``root``.

    Raises:
        OutputError: no run folder, a product cannot be read, or the page not be written.
    """
    run = RunFolder.open(root)
    page = render(run.path, run.info, run.request(), draw_all(run.path, run.products))
    path = run.path / "report.html"
    try:
        write_whole(path, page)
    except OSError as error:
        raise OutputError(f"The report cannot be written ({error}).", "See that the disk is not full.") from None
    return path


def render(root: Path, info: dict[str, Any], request: dict[str, Any], sheets: Iterable[Sheet]) -> str:
    """The page as HTML from run.json (``info``) and request.json; what comes from outside is redacted and escaped."""
    start, end = info["period"]
    state = _STATES.get(info["state"], info["state"])
    title = f"EO Fusion: {start} to {end}"
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title><style>{style}</style></head><body><main>",
        f"<header><h1>{_text(_place(info))}</h1><p>{_text(start)} to {_text(end)}, {_text(_products_text(info))}"
        f"{', ' + _text(state) if state else ''}</p></header>",
        _facts(info, request),
        _notes(info),
        _section("Maps", "".join(_figure(root, sheet) for sheet in sheets)),
        _section("Series of the area", _charts(root, info["products"])),
        _section("How it was made", f"<ol>{_items(METHOD)}</ol>"),
        _section("What drove it", _drivers(info)),
        _section("What it is not", f"<ul>{_items(limits(info))}</ul>"),
        _section("Files", _files(info["products"])),
        _section("Scenes", _scenes(info["scenes"])),
        _section("Provenance", _provenance(info)),
        _section(
            "To be named with the products", f"<ul>{_items(info['attribution'])}</ul>" if info["attribution"] else ""
        ),
        f"<footer>Written by EO Fusion {_text(info['engine'])}.</footer></main></body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _text(value: Any) -> str:
    return escape(redact(str(value)))


def _items(sentences: Iterable[str]) -> str:
    return "".join(f"<li>{_text(sentence)}</li>" for sentence in sentences)


def _section(title: str, body: str) -> str:
    return f"<section><h2>{_text(title)}</h2>{body}</section>" if body else ""


def _table(head: tuple[str, ...], rows: Iterable[Iterable[Any]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{"".join(f"<th>{_text(h)}</th>" for h in head)}</tr>{body}</table></div>'


def _place(info: dict[str, Any]) -> str:
    grid = info.get("grid")
    if not grid:
        return "EO Fusion run"
    km2 = grid["width"] * grid["height"] * abs(grid["transform"][0] * grid["transform"][4]) / 1e6
    return f"{km2:.3g} km² of {info['source']['name']}"


def _products_text(info: dict[str, Any]) -> str:
    names = {
        "embedding_preview": "embeddings",
        "reflectance": "cloud-free reflectance",
        "gpp": "GPP",
        "temperature": "temperature",
    }
    there = {product["kind"] for product in info["products"]}
    return ", ".join(name for kind, name in names.items() if kind in there) or "no product"


def _facts(info: dict[str, Any], request: dict[str, Any]) -> str:
    grid, scenes = info.get("grid"), info["scenes"]
    facts = {"Source": f"{info['source']['name']} ({info['source'].get('kind') or 'scenes'})"}
    if grid:
        left, top, step = grid["transform"][2], grid["transform"][5], grid["transform"][0]
        facts["Grid"] = f"{grid['width']} x {grid['height']} px of {step:g} m, {grid['crs']}"
        right, bottom = left + grid["width"] * step, top - grid["height"] * step
        facts["Bounds"] = f"E {left:.0f} to {right:.0f}, N {bottom:.0f} to {top:.0f} m"
    for sensor, name in (("S2", "Sentinel-2 scenes"), ("S1", "Sentinel-1 scenes")):
        facts[name] = str(sum(scene["sensor"] == sensor for scene in scenes))
    facts["Dates asked"] = _dates_text(request.get("dates"))
    facts["Seed"] = str(info["seed"])
    facts["Computed on"] = f"{info['device']}" + (f", {info['threads']} threads" if info.get("threads") else "")
    facts["Began"] = info["started"]
    if info.get("finished") or info.get("timings"):
        facts["Took"] = _duration(info)
    cells = "".join(f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in facts.items())
    return f'<div class="card"><dl class="facts">{cells}</dl></div>'


def _dates_text(dates: Any) -> str:
    if isinstance(dates, list):
        return ", ".join(str(day) for day in dates)
    if isinstance(dates, str) and dates.startswith("every:"):
        return f"every {dates.removeprefix('every:')} days"
    return "each clear Sentinel-2 date"


def _duration(info: dict[str, Any]) -> str:
    seconds = sum(value for value in info.get("timings", {}).values() if isinstance(value, int | float))
    if info.get("finished"):
        began, ended = datetime.fromisoformat(info["started"]), datetime.fromisoformat(info["finished"])
        seconds = (ended - began).total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _notes(info: dict[str, Any]) -> str:
    return f'<div class="card note"><ul>{_items(info["notes"])}</ul></div>' if info["notes"] else ""


def _figure(root: Path, sheet: Sheet) -> str:
    data = base64.b64encode((root / sheet.path).read_bytes()).decode("ascii")
    caption = CAPTIONS.get(sheet.kind if sheet.kind != "colours" else sheet.name, sheet.legend)
    alternative = f"{sheet.title}: {len(sheet.panels)} maps {sheet.unit}".strip()
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{_text(alternative)}">'
        f"<figcaption>{_text(caption)}</figcaption></figure>"
    )


def _charts(root: Path, products: list[dict[str, Any]]) -> str:
    """Area means per date of GPP and temperature, from the statistics inside the files."""
    parts = []
    for kind, middle, name in (
        ("gpp", "p50", "GPP, mean over the area"),
        ("temperature", "mean", "Generated air temperature, mean over the area"),
    ):
        files = {product["statistic"]: product for product in products if product["kind"] == kind}
        if not {middle, "p10", "p90"} <= set(files):
            continue
        series = {key: _means(root / product["path"]) for key, product in files.items()}
        days = [date.fromisoformat(day) for day in files[middle]["dates"]]
        chart = band_chart(days, series[middle], series["p10"], series["p90"], files[middle]["unit"], name)
        if chart:
            text = f"{name}. The band joins the area means of the pixels' 10th and 90th percentiles."
            parts.append(f'<figure class="card">{chart}<figcaption>{_text(text)}</figcaption></figure>')
    return "".join(parts)


def _means(path: Path) -> list[float]:
    try:
        with rasterio.open(path) as dataset:
            texts = [dataset.tags(band).get("STATISTICS_MEAN", "nan") for band in dataset.indexes]
            return [
                float(text) * scale + offset
                for text, scale, offset in zip(texts, dataset.scales, dataset.offsets, strict=True)
            ]
    except RasterioError as error:
        raise OutputError(f"The product {path.name} cannot be read ({error}).", "Run it again.") from None


def _drivers(info: dict[str, Any]) -> str:
    drivers = info.get("drivers") or {}
    return _table(("driver", "taken from"), drivers.items()) if drivers else ""


def _files(products: list[dict[str, Any]]) -> str:
    rows = (
        (product["title"], product["path"], product["unit"], len(product["bands"]), product["nodata"])
        for product in products
    )
    table = _table(("product", "file", "unit", "bands", "nodata"), rows)
    return f"<details><summary>{len(products)} files</summary>{table}</details>" if products else ""


def _scenes(scenes: list[dict[str, Any]]) -> str:
    rows = ((scene["date"], scene["sensor"], scene["id"], _percent(scene.get("clear_fraction"))) for scene in scenes)
    table = _table(("date", "sensor", "scene", "clear"), rows)
    return f"<details><summary>{len(scenes)} scenes</summary>{table}</details>" if scenes else ""


def _percent(share: Any) -> str:
    return f"{100 * share:.0f} %" if isinstance(share, int | float) else ""


def _provenance(info: dict[str, Any]) -> str:
    rows = [("engine", info["engine"]), ("run", info.get("key", ""))]
    rows += [(f"weights {name}", digest) for name, digest in sorted(info.get("weights", {}).items())]
    return _table(("part", "version or SHA-256"), rows)
