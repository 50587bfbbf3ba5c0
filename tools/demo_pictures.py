"""A map with title, legend, scale bar and attribution, as a print layout would give it."""

from __future__ import annotations

from pathlib import Path

from demo_checks import DemoError
from qgis.core import (
    QgsColorRampLegendNode,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLegendStyle,
    QgsMapLayerLegendUtils,
    QgsPrintLayout,
    QgsProject,
    QgsRasterLayer,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QSizeF, Qt
from qgis.PyQt.QtGui import QFont

MM = QgsUnitTypes.LayoutUnit.LayoutMillimeters
WIDTH, HEIGHT, DPI = 230, 170, 150
#: Where map and legend are on the page: left, top, right, bottom as shares.
MAP_PART = (10 / WIDTH, 20 / HEIGHT, 146 / WIDTH, 156 / HEIGHT)
LEGEND_PART = (152 / WIDTH, 16 / HEIGHT, 1.0, 85 / HEIGHT)


def map_picture(layer: QgsRasterLayer, title: str, path: Path) -> None:
    """Write a picture of one layer to ``path``."""
    layout = QgsPrintLayout(QgsProject.instance())
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(WIDTH, HEIGHT, MM))

    picture = QgsLayoutItemMap(layout)
    picture.setRect(0, 0, 10, 10)  # a map of no size has no scale, and never gets one
    picture.setLayers([layer])
    picture.setCrs(layer.crs())
    picture.setFrameEnabled(True)
    _place(layout, picture, 8, 18, 140, 140)
    extent = layer.extent()
    extent.scale(1.02)
    picture.zoomToExtent(extent)

    _label(layout, title, 8, 6, WIDTH - 16, 10, 16, bold=True)
    _legend(layout, picture, layer)
    bar = QgsLayoutItemScaleBar(layout)
    bar.setStyle("Single Box")
    bar.setLinkedMap(picture)
    bar.setUnits(QgsUnitTypes.DistanceUnit.DistanceMeters)
    bar.setUnitLabel("m")
    bar.setUnitsPerSegment(250)
    bar.setNumberOfSegments(2)
    bar.setNumberOfSegmentsLeft(0)
    bar.setFont(QFont("DejaVu Sans", 8))
    _place(layout, bar, 152, 145, 60, 14)

    rights = ". ".join(layer.metadata().rights())
    _label(layout, layer.metadata().abstract(), 154, 90, 68, 52, 7)
    _label(layout, f"EO Fusion. {rights}. {layer.crs().authid()}", 8, 160, WIDTH - 16, 8, 7)
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = DPI
    if QgsLayoutExporter(layout).exportToImage(str(path), settings) != QgsLayoutExporter.ExportResult.Success:
        raise DemoError(f"The picture {path.name} could not be made.")


def _legend(layout: QgsPrintLayout, picture: QgsLayoutItemMap, layer: QgsRasterLayer) -> None:
    legend = QgsLayoutItemLegend(layout)
    legend.setAutoUpdateModel(False)
    tree = legend.model().rootGroup()  # the legend's own copy of the project's tree
    tree.clear()
    node = QgsProject.instance().layerTreeRoot().findLayer(layer).clone()
    tree.addChildNode(node)
    for index, item in enumerate(legend.model().layerLegendNodes(node)):
        if isinstance(item, QgsColorRampLegendNode):
            QgsMapLayerLegendUtils.setLegendNodeSymbolSize(node, index, QSizeF(6, 45))
    legend.model().refreshLayerLegend(node)
    legend.setLinkedMap(picture)
    for style, size in ((QgsLegendStyle.Style.Subgroup, 10), (QgsLegendStyle.Style.SymbolLabel, 8)):
        legend.setStyleFont(style, QFont("DejaVu Sans", size))
    _place(layout, legend, 152, 16, 70, 70)
    legend.adjustBoxSize()


def _place(layout: QgsPrintLayout, item, x: float, y: float, width: float, height: float) -> None:
    layout.addLayoutItem(item)
    item.attemptMove(QgsLayoutPoint(x, y, MM))
    item.attemptResize(QgsLayoutSize(width, height, MM))


def _label(
    layout: QgsPrintLayout, text: str, x: float, y: float, width: float, height: float, size: int, bold: bool = False
) -> None:
    label = QgsLayoutItemLabel(layout)
    label.setText(text)
    font = QFont("DejaVu Sans", size)
    font.setBold(bold)
    label.setFont(font)
    label.setHAlign(Qt.AlignmentFlag.AlignLeft)
    _place(layout, label, x, y, width, height)
