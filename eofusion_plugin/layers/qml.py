"""Styles as .qml files, for who opens a product without the plugin."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsMapLayer, QgsRasterLayer

from ..errors import PluginError
from ..texts import tr

#: What a style file holds: colours and legend, not dates, names or metadata of one run.
CATEGORIES = QgsMapLayer.StyleCategory.Symbology | QgsMapLayer.StyleCategory.Rendering


def save_style(layer: QgsRasterLayer, path: Path) -> Path:
    """Write the layer's style to ``path`` (.qml). Raises :class:`PluginError` when it cannot be written."""
    _, done = layer.saveNamedStyle(str(path), CATEGORIES)
    if not done:
        raise PluginError(tr("{file} could not be written.").format(file=path.name), tr("Choose another folder."))
    return path
