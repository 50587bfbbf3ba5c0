"""Colours of the answers' layers: ramps over a fixed range, named classes, pictures."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsColorRampLegendNodeSettings,
    QgsColorRampShader,
    QgsContrastEnhancement,
    QgsFillSymbol,
    QgsMarkerSymbol,
    QgsMultiBandColorRenderer,
    QgsPalettedRasterRenderer,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtGui import QColor

from ..explore.answer import MapLayer, number
from ..texts import unit_text
from ..typography import with_minus
from .styles import colour_ramp

STEPS = 32
#: Matplotlib's viridis, magma and cividis (CC0), ColorBrewer's RdBu, BrBG and Blues (Apache 2), cmocean's thermal and
#: phase (MIT): readable with colour-vision deficiency; phase goes round, for days of a year.
RAMPS: dict[str, tuple[str, ...]] = {
    "viridis": ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"),
    "magma": ("#000004", "#1c1044", "#4f127b", "#812581", "#b5367a", "#e55064", "#fb8761", "#fec287", "#fcfdbf"),
    "cividis": ("#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#fee838"),
    "RdBu": ("#67001f", "#b2182b", "#d6604d", "#f4a582", "#f7f7f7", "#92c5de", "#4393c3", "#2166ac", "#053061"),
    "BrBG": ("#543005", "#8c510a", "#bf812d", "#dfc27d", "#f5f5f5", "#80cdc1", "#35978f", "#01665e", "#003c30"),
    "Blues": ("#f7fbff", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c", "#08306b"),
    "thermal": ("#042333", "#2c3395", "#744992", "#b15f82", "#eb7958", "#fbb43d", "#e8fa5b"),
    "phase": ("#a8780d", "#d14c2c", "#dd3c93", "#a45fe1", "#3d8bc4", "#1f9b85", "#5b9217", "#a8780d"),
    "Greys": ("#ffffff", "#d9d9d9", "#bdbdbd", "#969696", "#737373", "#525252", "#252525", "#000000"),
}
DEFAULT_RAMP = "viridis"
#: Of points and outlines of an answer.
MARK = "#f72585"


def apply_answer_style(layer: QgsRasterLayer, entry: MapLayer, band: int = 1) -> None:
    """Give ``layer`` the colours that the answer asks for, on ``band`` (from 1) where one is shown at a time."""
    style = entry.style
    kind = style.get("type")
    if kind == "classes":
        _classes(layer, style.get("classes") or (), band)
    elif kind == "rgb" and layer.bandCount() >= 3:
        _picture(layer, *_ends(style, (0.0, 255.0)))
    elif kind == "ramp":
        _ramp(layer, entry, band)


def style_features(layer: QgsVectorLayer) -> None:
    """Points as bright dots, polygons as outlines that leave the map below them to be seen."""
    kind = layer.geometryType()
    if kind == QgsWkbTypes.GeometryType.PointGeometry:
        look = {"name": "circle", "color": MARK, "outline_color": "white", "outline_width": "0.4", "size": "2.6"}
        layer.setRenderer(QgsSingleSymbolRenderer(QgsMarkerSymbol.createSimple(look)))
    elif kind == QgsWkbTypes.GeometryType.PolygonGeometry:
        look = {"style": "no", "outline_color": MARK, "outline_width": "0.5"}
        layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(look)))


def ramp_colours(name: str) -> list[QColor]:
    """The colours of a ramp from low to high; ``NAME_r`` is the other way round; unknown names get viridis."""
    colours = [QColor(each) for each in RAMPS.get(name.removesuffix("_r"), RAMPS[DEFAULT_RAMP])]
    return colours[::-1] if name.endswith("_r") else colours


def _ends(style: dict[str, Any], fallback: tuple[float, float]) -> tuple[float, float]:
    found = style.get("range") or fallback
    low, high = number(found[0]), number(found[1])
    if low is None or high is None or not low < high:
        return fallback
    return low, high


def _ramp(layer: QgsRasterLayer, entry: MapLayer, band: int) -> None:
    low, high = _ends(entry.style, (0.0, 1.0))
    ramp = colour_ramp(ramp_colours(str(entry.style.get("name") or DEFAULT_RAMP)))
    function = QgsColorRampShader(low, high, ramp, QgsColorRampShader.Type.Interpolated)
    function.setColorRampItemList(
        [
            QgsColorRampShader.ColorRampItem(value, ramp.color(step / STEPS), f"{value:.3g}")
            for step in range(STEPS + 1)
            for value in (low + (high - low) * step / STEPS,)
        ]
    )
    legend = QgsColorRampLegendNodeSettings()
    legend.setMinimumLabel("0" if low == 0 else with_minus(f"≤ {low:.3g}"))
    legend.setMaximumLabel(with_minus(f"≥ {high:.3g} {unit_text(entry.unit)}".strip()))
    function.setLegendSettings(legend)
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(function)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), band, shader)
    renderer.setClassificationMin(low)
    renderer.setClassificationMax(high)
    layer.setRenderer(renderer)


def _classes(layer: QgsRasterLayer, classes: Any, band: int) -> None:
    entries = [
        QgsPalettedRasterRenderer.Class(int(each["value"]), QColor(str(each["color"])), str(each["label"]))
        for each in classes
    ]
    layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), band, entries))


def _picture(layer: QgsRasterLayer, low: float, high: float) -> None:
    provider = layer.dataProvider()
    renderer = QgsMultiBandColorRenderer(provider, 1, 2, 3)
    setters = (
        renderer.setRedContrastEnhancement,
        renderer.setGreenContrastEnhancement,
        renderer.setBlueContrastEnhancement,
    )
    for band, put in zip((1, 2, 3), setters):
        enhancement = QgsContrastEnhancement(provider.dataType(band))
        enhancement.setMinimumValue(low)
        enhancement.setMaximumValue(high)
        enhancement.setContrastEnhancementAlgorithm(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
        )
        put(enhancement)
    layer.setRenderer(renderer)
