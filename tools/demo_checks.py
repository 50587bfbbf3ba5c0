"""What the demo must find: layers that are valid, have a legend and draw something; pictures with something on them."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsLayerTreeLayer,
    QgsMapLayerLegend,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

SIDE = 160
#: A layer with fewer colours than this looks blank. Temperature has 160 m cells that may be alike; of trained ground
#: a place may be as a whole.
FEWEST_COLOURS = {"temperature": 1, "temperature_monthly": 1, "quality": 2, "gpp_quality": 1}


class DemoError(Exception):
    """A plain sentence that says why the demo failed."""


def check_layer(layer: QgsRasterLayer) -> None:
    """Raise :class:`DemoError` when the layer is broken, has no legend or draws blank."""
    name, kind = layer.name(), layer.customProperty("eofusion/kind")
    if not layer.isValid():
        raise DemoError(f"The layer {name} is not valid.")
    if not layer.crs().isValid():
        raise DemoError(f"The layer {name} has no coordinate system.")
    legend = QgsMapLayerLegend.defaultRasterLegend(layer)
    if not legend.createLayerTreeModelLegendNodes(QgsLayerTreeLayer(layer)):
        raise DemoError(f"The layer {name} has no legend.")
    if layer.metadata().abstract() == "" or not layer.metadata().rights():
        raise DemoError(f"The layer {name} does not say what it is and whom to name.")
    colours, share = _drawn(layer)
    if share < 0.5:
        raise DemoError(f"The layer {name} is drawn on only {share:.0%} of its area.")
    if colours < FEWEST_COLOURS.get(kind, 12):
        raise DemoError(f"The layer {name} draws blank: {colours} colours.")


def _drawn(layer: QgsRasterLayer) -> tuple[int, float]:
    """How many colours are drawn, and on which share of the layer's extent."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(SIDE, SIDE))
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    pixels = [image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)]
    opaque = [pixel for pixel in pixels if pixel >> 24]
    return len(set(opaque)), len(opaque) / len(pixels)


def check_picture(path: Path, part: tuple[float, float, float, float] = (0, 0, 1, 1), painted: float = 0.02) -> None:
    """Raise :class:`DemoError` when a picture is missing or has next to nothing on it.

    ``part`` (left, top, right, bottom as shares) is looked at: ``painted`` of it must not be white.
    """
    image = QImage(str(path))
    if image.isNull():
        raise DemoError(f"The picture {path.name} was not made.")
    width, height = image.width(), image.height()
    columns = range(int(part[0] * width), int(part[2] * width), 3)
    rows = range(int(part[1] * height), int(part[3] * height), 3)
    pixels = [image.pixel(x, y) & 0xFFFFFF for x in columns for y in rows]
    colours = len(set(pixels))
    share = sum(pixel != 0xFFFFFF for pixel in pixels) / len(pixels)
    if colours < 20 or share < painted:
        raise DemoError(f"The picture {path.name} is blank: {colours} colours on {share:.0%} of it.")


def check_project(path: Path, layers: int) -> None:
    """Raise :class:`DemoError` when the saved project does not open with all its layers."""
    project = QgsProject()
    if not project.read(str(path)):
        raise DemoError("The saved project cannot be opened.")
    valid = [layer for layer in project.mapLayers().values() if layer.isValid()]
    if len(valid) != layers:
        raise DemoError(f"The saved project has {len(valid)} valid layers of {layers}.")
