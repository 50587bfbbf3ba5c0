"""PNG quicklooks: a sheet of small maps per product, with title, legend, unit and scale bar.

Pillow draws them: its wheels are small, exist for every platform, and carry a font, so that text looks
the same everywhere. Rasters are read through their overviews, so memory does not grow with the area.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from PIL import Image, ImageDraw, ImageFont
from rasterio.enums import Resampling
from rasterio.errors import RasterioError

from ..errors import OutputError
from ..files import write_whole
from .palette import NODATA_COLOUR, colour, lookup
from .reflectance import TRUE_COLOUR

PANEL = 300
GAP = 14
MARGIN = 24
COLUMNS = 3
MAX_PANELS = 6
#: Maps hardly compress: the highest level takes four times as long for files that are 2 % smaller.
PNG_LEVEL = 4
INK, FAINT, PAPER = (32, 36, 33), (110, 115, 111), (255, 255, 255)


@dataclass(frozen=True)
class Panel:
    """One small map: ``bands`` has one band (coloured by the ramp) or three (red, green, blue)."""

    caption: str
    path: str
    bands: tuple[int, ...]


@dataclass(frozen=True)
class Sheet:
    """One quicklook. ``kind`` names the ramp; ``value_range`` and ``unit`` make the legend (None for colours)."""

    name: str
    title: str
    kind: str
    unit: str
    value_range: tuple[float, float]
    panels: tuple[Panel, ...]
    legend: str = ""

    @property
    def path(self) -> str:
        """Its place in the run folder."""
        return f"quicklooks/{self.name}.png"


def sheets(products: Iterable[dict[str, Any]]) -> list[Sheet]:
    """The quicklooks that a run's products (PRODUCT entries) give, in the order of the report."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for product in products:
        by_kind.setdefault(product["kind"], []).append(product)
    found = [
        _colour_sheet("embeddings", "Embeddings", _spread(by_kind.get("embedding_preview", [])), (1, 2, 3)),
        _colour_sheet("reflectance", "Cloud-free reflectance", _spread(by_kind.get("reflectance", [])), TRUE_COLOUR),
        _band_sheet("gpp", _first(by_kind.get("gpp", []), "p50")),
        _band_sheet("gpp_sum", _first(by_kind.get("gpp_sum", [])), captions=("p10", "p50", "p90")),
        _band_sheet(
            "temperature",
            _first(by_kind.get("temperature_monthly", [])) or _first(by_kind.get("temperature", []), "mean"),
        ),
        _band_sheet("quality", _first(by_kind.get("quality", [])), captions=("clear observations",)),
    ]
    return [sheet for sheet in found if sheet is not None]


def draw(root: Path, sheet: Sheet) -> Path:
    """Draw one sheet into the run folder ``root`` and return the PNG's path.

    Raises:
        OutputError: a product cannot be read, or the picture not be written.
    """
    maps = [_read_panel(root, sheet, panel) for panel in sheet.panels]
    columns = min(COLUMNS, len(maps))
    rows = -(-len(maps) // columns)
    tall = max(picture.height for picture, _ in maps)
    width = max(2 * MARGIN + columns * PANEL + (columns - 1) * GAP, 2 * MARGIN + 2 * PANEL)
    top = MARGIN + 38
    height = top + rows * (tall + 26 + GAP) + 64
    page = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(page)
    pen.text((MARGIN, MARGIN - 4), sheet.title, fill=INK, font=_font(21))
    for index, ((picture, _), panel) in enumerate(zip(maps, sheet.panels, strict=True)):
        x = MARGIN + (index % columns) * (PANEL + GAP)
        y = top + (index // columns) * (tall + 26 + GAP)
        pen.text((x, y), panel.caption, fill=FAINT, font=_font(15))
        page.paste(picture, (x, y + 22))
    base = height - 56
    _draw_legend(page, pen, sheet, base)
    _draw_scale(pen, width - MARGIN, base, maps[0][1])
    buffer = io.BytesIO()
    page.save(buffer, "PNG", compress_level=PNG_LEVEL)
    path = root / sheet.path
    try:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, buffer.getvalue())
    except OSError as error:
        raise OutputError(
            f"The picture {sheet.path} cannot be written ({error}).", "See that the disk is not full."
        ) from None
    return path


def draw_all(root: Path, products: Iterable[dict[str, Any]]) -> list[Sheet]:
    """Draw every quicklook of a run; returns the sheets drawn."""
    drawn = sheets(products)
    for sheet in drawn:
        draw(root, sheet)
    return drawn


def _spread(items: Sequence[Any]) -> list[Any]:
    """At most :data:`MAX_PANELS` of them, evenly over the period, ends included, in order of dates."""
    ordered = sorted(items, key=lambda product: product["dates"])
    if len(ordered) <= MAX_PANELS:
        return ordered
    return [ordered[round(i * (len(ordered) - 1) / (MAX_PANELS - 1))] for i in range(MAX_PANELS)]


def _first(products: Sequence[dict[str, Any]], statistic: str | None = None) -> dict[str, Any] | None:
    return next((p for p in products if statistic is None or p["statistic"] == statistic), None)


def _colour_sheet(name: str, title: str, products: Sequence[dict[str, Any]], bands: tuple[int, ...]) -> Sheet | None:
    if not products:
        return None
    low, high = products[0]["range"]
    panels = tuple(Panel(product["dates"][0], product["path"], bands) for product in products)
    legend = (
        "Three principal components as red, green, blue; like colours, like places"
        if name == "embeddings"
        else f"True colour (B04 B03 B02), reflectance {low:g} to {high:g}; reconstructed, not observed"
    )
    return Sheet(name, title, "colours", "", (low, high), panels, legend)


def _band_sheet(name: str, product: dict[str, Any] | None, captions: tuple[str, ...] = ()) -> Sheet | None:
    if product is None:
        return None
    bands = list(range(1, len(captions) + 1)) if captions else _bands_spread(len(product["bands"]))
    texts = captions or tuple(_date_caption(product, band) for band in bands)
    panels = tuple(Panel(text, product["path"], (band,)) for text, band in zip(texts, bands, strict=True))
    low, high = product["range"]
    unit = "number" if product["kind"] == "quality" else product["unit"]
    return Sheet(name, product["title"], product["kind"], unit, (low, high), panels)


def _bands_spread(count: int) -> list[int]:
    if count <= MAX_PANELS:
        return list(range(1, count + 1))
    return [1 + round(i * (count - 1) / (MAX_PANELS - 1)) for i in range(MAX_PANELS)]


def _date_caption(product: dict[str, Any], band: int) -> str:
    day = str(product["dates"][band - 1])
    return day[:7] if product["kind"] == "temperature_monthly" else day


def _read_panel(root: Path, sheet: Sheet, panel: Panel) -> tuple[Image.Image, float]:
    """The map as a picture that fits a panel, and the metres that one of its pixels spans."""
    try:
        with rasterio.open(root / panel.path) as dataset:
            zoom = PANEL / max(dataset.width, dataset.height)
            size = (max(1, round(dataset.height * zoom)), max(1, round(dataset.width * zoom)))
            shape = size if zoom < 1 else (dataset.height, dataset.width)
            stored = dataset.read(
                list(panel.bands),
                out_shape=(len(panel.bands), *shape),
                masked=True,
                resampling=Resampling.average if zoom < 1 else Resampling.nearest,
            )
            scale, offset = dataset.scales[panel.bands[0] - 1], dataset.offsets[panel.bands[0] - 1]
            values = np.where(np.ma.getmaskarray(stored), np.nan, stored.data * scale + offset)
            metres = dataset.transform.a / zoom
    except RasterioError as error:
        raise OutputError(f"The product {panel.path} cannot be read ({error}).", "Run it again.") from None
    low, high = sheet.value_range
    pixels = colour(values[0], sheet.kind, low, high) if len(values) == 1 else _true_colour(values, low, high)
    return Image.fromarray(pixels).resize((size[1], size[0]), Image.Resampling.NEAREST), metres


def _true_colour(values: np.ndarray, low: float, high: float) -> np.ndarray:
    known = np.isfinite(values).all(axis=0)
    share = np.clip((np.where(known, values, low) - low) / (high - low), 0, 1)
    pixels = np.rint(255 * share).astype(np.uint8).transpose(1, 2, 0)
    pixels[~known] = NODATA_COLOUR
    return pixels


def _draw_legend(page: Image.Image, pen: ImageDraw.ImageDraw, sheet: Sheet, y: int) -> None:
    if sheet.kind == "colours":
        pen.text((MARGIN, y + 8), sheet.legend, fill=FAINT, font=_font(14))
        return
    low, high = sheet.value_range
    ramp = Image.fromarray(np.broadcast_to(lookup(sheet.kind), (12, 256, 3)).copy())
    page.paste(ramp, (MARGIN, y))
    pen.rectangle((MARGIN - 1, y - 1, MARGIN + 256, y + 12), outline=FAINT)
    for share, anchor in ((0.0, "la"), (0.5, "ma"), (1.0, "ra")):
        text = f"{low + share * (high - low):g}"
        pen.text((MARGIN + share * 255, y + 16), text, fill=INK, font=_font(14), anchor=anchor)
    pen.text((MARGIN + 266, y - 3), sheet.unit, fill=INK, font=_font(14))
    pen.rectangle((MARGIN + 266, y + 18, MARGIN + 278, y + 30), fill=NODATA_COLOUR, outline=FAINT)
    pen.text((MARGIN + 284, y + 16), "no value", fill=FAINT, font=_font(14))


def _draw_scale(pen: ImageDraw.ImageDraw, right: int, y: int, metres_per_pixel: float) -> None:
    """A bar of a round length, about a third of a panel; north is up."""
    longest = PANEL / 3 * metres_per_pixel
    power = 10 ** np.floor(np.log10(longest))
    metres = next(float(step * power) for step in (5, 2, 1) if step * power <= longest)
    length = metres / metres_per_pixel
    pen.line((right - length, y + 8, right, y + 8), fill=INK, width=2)
    for x in (right - length, right):
        pen.line((x, y + 4, x, y + 12), fill=INK, width=2)
    text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    pen.text((right, y + 16), f"{text}, north up", fill=FAINT, font=_font(14), anchor="ra")


def _font(size: int) -> Any:
    return ImageFont.load_default(size)
