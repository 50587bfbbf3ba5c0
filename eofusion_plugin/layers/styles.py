"""How each product looks: fixed colours over the product's own fixed range, with units in the legend.

Colours come from ``resources/styles/styles.json``, one entry a product kind: ``ramp`` from the low to the
high end of the product's own range, or the three bands (from 1) of an ``rgb`` picture. The range comes from
the product, so that every date and every run can be compared. The ramps are readable with colour-vision
deficiency and in grey: viridis (CC0) and cmocean's thermal (MIT).
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from qgis.core import (
    QgsColorRampLegendNodeSettings,
    QgsColorRampShader,
    QgsContrastEnhancement,
    QgsGradientColorRamp,
    QgsGradientStop,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from ..engine.environment import PLUGIN_FOLDER
from ..run_folder import Product
from ..texts import unit_text
from ..typography import with_minus

STEPS = 32


@lru_cache(maxsize=1)
def style_table() -> dict[str, dict[str, Any]]:
    """The styles by product kind."""
    text = (PLUGIN_FOLDER / "resources" / "styles" / "styles.json").read_text(encoding="utf-8")
    return json.loads(text)


def default_band(product: Product) -> int:
    """The band shown first, from 1."""
    return int(style_table().get(product.kind, {}).get("band", 1))


def apply_style(layer: QgsRasterLayer, product: Product, band: int | None = None) -> None:
    """Give ``layer`` the renderer of its product, on ``band`` (from 1) where one is shown at a time."""
    style = style_table().get(product.kind)
    if style is None:
        return
    if style["style"] == "rgb":
        _three_bands(layer, product, style["bands"])
    else:
        shown = band or default_band(product)
        colours = [QColor(c) for c in style["ramp"]]
        # Where less is better, as with days to wait, the strong end of the colours is the low one.
        _ramp(layer, product, shown, colours[::-1] if shown in style.get("reversed_bands", ()) else colours)


def legend_entries(product: Product) -> list[tuple[float, str]]:
    """(value, colour) of the stops of a product's ramp; empty for pictures."""
    style = style_table().get(product.kind, {})
    colours = style.get("ramp", [])
    low, high = product.range
    last = max(len(colours) - 1, 1)
    return [(round(low + (high - low) * i / last, 6), colour) for i, colour in enumerate(colours)]


def colour_ramp(colours: list[QColor]) -> QgsGradientColorRamp:
    """Evenly spaced colours as a ramp."""
    last = len(colours) - 1
    stops = [QgsGradientStop(i / last, colour) for i, colour in enumerate(colours[1:-1], start=1)]
    return QgsGradientColorRamp(colours[0], colours[-1], False, stops)


def _ramp(layer: QgsRasterLayer, product: Product, band: int, colours: list[QColor]) -> None:
    low, high = product.range
    ramp = colour_ramp(colours)
    function = QgsColorRampShader(low, high, ramp, QgsColorRampShader.Type.Interpolated)
    items = []
    for step in range(STEPS + 1):
        share = step / STEPS
        value = low + (high - low) * share
        items.append(QgsColorRampShader.ColorRampItem(value, ramp.color(share), f"{value:.3g}"))
    function.setColorRampItemList(items)
    function.setLegendSettings(_legend(product))
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(function)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), band, shader)
    renderer.setClassificationMin(low)
    renderer.setClassificationMax(high)
    layer.setRenderer(renderer)


def _legend(product: Product) -> QgsColorRampLegendNodeSettings:
    low, high = product.range
    unit = unit_text(product.unit)
    settings = QgsColorRampLegendNodeSettings()
    settings.setMinimumLabel("0" if low == 0 else with_minus(f"≤ {low:g}"))
    settings.setMaximumLabel(f"≥ {high:g} {unit}".strip())
    return settings


def _three_bands(layer: QgsRasterLayer, product: Product, bands: list[int]) -> None:
    provider = layer.dataProvider()
    renderer = QgsMultiBandColorRenderer(provider, *bands)
    low, high = product.range
    setters = (
        renderer.setRedContrastEnhancement,
        renderer.setGreenContrastEnhancement,
        renderer.setBlueContrastEnhancement,
    )
    for band, put in zip(bands, setters):
        enhancement = QgsContrastEnhancement(provider.dataType(band))
        enhancement.setMinimumValue(low)
        enhancement.setMaximumValue(high)
        enhancement.setContrastEnhancementAlgorithm(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
        )
        put(enhancement)
    layer.setRenderer(renderer)
