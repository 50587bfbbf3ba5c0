"""The layers of an answer, as one group within its run's group. In the main thread only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from qgis.core import (
    QgsLayerMetadata,
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsMapLayer,
    QgsMapLayerLegendUtils,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..compat import STATISTIC_MEAN
from ..errors import PluginError
from ..explore.answer import Answer, MapLayer
from ..run_folder import read_run, run_folder_of
from ..texts import tr, unit_text
from .explore_styles import apply_answer_style, style_features
from .temporal import has_range_per_band, ranges, set_range_per_band

#: Custom properties of every layer of an answer: which tool made it, and its folder's name.
TOOL = "eofusion/tool"
ANSWER = "eofusion/answer"
#: More bands of one file than these are one layer whose bands the person chooses.
MOST_BANDS = 6


@dataclass
class AnswerLayers:
    """What was added: the group, its layers from top to bottom, and files that QGIS could not open."""

    group: QgsLayerTreeGroup
    layers: list[QgsMapLayer] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def add_answer(answer: Answer, project: QgsProject | None = None) -> AnswerLayers:
    """Add the layers of an answer on top of its run's group, or of the tree where that is not in the project.

    An earlier group of the same answer goes first. Features and the first raster are shown, the others wait unticked.
    """
    project = project or QgsProject.instance()
    remove_answer(answer, project)
    parent = _run_group(answer, project) or project.layerTreeRoot()
    added = AnswerLayers(parent.insertGroup(0, answer.title))
    for vector in answer.vectors:
        layer = QgsVectorLayer(str(vector.path), vector.title, "ogr")
        if layer.isValid():
            style_features(layer)
        _place(added, project, answer, layer, vector.path, vector.title)
    for entry in answer.layers:
        for raster in _rasters(entry):
            _place(added, project, answer, raster, entry.path, raster.name(), entry)
    # The tree's view takes no notice of a group that is empty.
    added.group.setExpanded(False)
    added.group.setExpanded(True)
    return added


def remove_answer(answer: Answer, project: QgsProject) -> None:
    """Take the layers of an answer and its emptied group out of the project; files stay."""
    folder = answer.folder.resolve()
    mine = [
        layer.id()
        for layer in project.mapLayers().values()
        if layer.customProperty(TOOL) and folder in Path(layer.source().split("|", maxsplit=1)[0]).resolve().parents
    ]
    if not mine:
        return
    project.removeMapLayers(mine)
    for group in project.layerTreeRoot().findGroups(True):
        if group.name() == answer.title and not group.findLayers() and group.parent() is not None:
            group.parent().removeChildNode(group)


def _rasters(entry: MapLayer) -> Iterator[QgsRasterLayer]:
    """The styled layers of a file: one for a picture, one band, or dates; else one a band."""
    unit = unit_text(entry.unit)
    suffix = f" ({unit})" if unit and entry.style.get("type") == "ramp" else ""
    dates = band_dates(entry.bands)
    if entry.style.get("type") == "rgb" or len(entry.bands) < 2:
        yield _raster(entry, 1, f"{entry.title}{suffix}")
    elif dates:
        layer = _raster(entry, 1, f"{entry.title}{suffix}")
        if layer.isValid() and has_range_per_band():
            set_range_per_band(layer, ranges(dates, dates[-1]))
        elif layer.isValid():  # older QGIS cannot play bands: the date that has most to show
            band = strongest_band(layer)
            apply_answer_style(layer, entry, band)
            layer.setName(f"{entry.title} {dates[band - 1]}{suffix}")
        yield layer
    elif len(entry.bands) > MOST_BANDS:
        yield _raster(entry, 1, f"{entry.title}{suffix}")
    else:
        for band, name in enumerate(entry.bands, start=1):
            words = name.removeprefix(entry.title).strip(" ,:") or name
            yield _raster(entry, band, f"{entry.title}: {words}{suffix}")


def _raster(entry: MapLayer, band: int, name: str) -> QgsRasterLayer:
    layer = QgsRasterLayer(str(entry.path), name, "gdal")
    if layer.isValid():
        apply_answer_style(layer, entry, band)
    return layer


def band_dates(names: Sequence[str]) -> tuple[date, ...]:
    """The dates that all bands' names end with, ascending; empty where one has none."""
    found = [re.search(r"(\d{4}-\d{2}-\d{2})$", name) for name in names]
    try:
        days = tuple(date.fromisoformat(match[1]) for match in found if match is not None)
    except ValueError:
        return ()
    return days if len(days) == len(names) > 1 and list(days) == sorted(days) else ()


def strongest_band(layer: QgsRasterLayer) -> int:
    """The band (from 1) whose mean lies farthest from zero."""
    provider = layer.dataProvider()
    means = [
        abs(provider.bandStatistics(band, STATISTIC_MEAN, layer.extent(), 10000).mean)
        for band in range(1, provider.bandCount() + 1)
    ]
    return means.index(max(means)) + 1


def _run_group(answer: Answer, project: QgsProject) -> QgsLayerTreeGroup | None:
    """The group of the answer's run: the one that holds its layers, by their files and not by its name."""
    folder = answer.runs[0].resolve() if answer.runs else run_folder_of(str(answer.folder / "any"))
    if folder is None:
        return None
    try:
        title = read_run(folder).title
    except PluginError:
        return None
    for group in project.layerTreeRoot().findGroups(False):
        for node in group.findLayers():
            layer = node.layer()
            if group.name() == title and layer is not None and run_folder_of(layer.source()) == folder:
                return group
    return None


def _place(
    added: AnswerLayers,
    project: QgsProject,
    answer: Answer,
    layer: QgsMapLayer,
    path: Path,
    title: str,
    entry: MapLayer | None = None,
) -> None:
    if not layer.isValid():
        added.broken.append(path.name)
        return
    layer.setCustomProperty(TOOL, answer.tool)
    layer.setCustomProperty(ANSWER, answer.folder.name)
    layer.setMetadata(_metadata(answer, layer, title, entry))
    project.addMapLayer(layer, False)
    node = QgsLayerTreeLayer(layer)
    if entry is not None and entry.style.get("type") == "rgb":
        for index, colour in enumerate((tr("Red"), tr("Green"), tr("Blue"))):
            band = entry.bands[index] if index < len(entry.bands) else str(index + 1)
            QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, index, f"{colour}: {band}")
    elif entry is not None and entry.style.get("type") == "classes":
        QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, 0, tr("Classes"))
    elif entry is not None and len(layer.legend().createLayerTreeModelLegendNodes(node)) > 1:
        # A line above the colours, that QGIS calls "Band 1: ...", where the band has a name.
        QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, 0, unit_text(entry.unit) or title)
    shown = entry is None or not any(isinstance(earlier, QgsRasterLayer) for earlier in added.layers)
    node.setItemVisibilityChecked(shown)
    node.setExpanded(shown)
    added.group.addChildNode(node)
    added.layers.append(layer)


def _metadata(answer: Answer, layer: QgsMapLayer, title: str, entry: MapLayer | None) -> QgsLayerMetadata:
    """What the layer says of itself: what it is, its unit, what must be known to read it, what it was made from."""
    metadata = QgsLayerMetadata()
    metadata.setIdentifier(f"{answer.folder.name}/{title}")
    metadata.setTitle(title)
    metadata.setType("dataset")
    unit = unit_text(entry.unit) if entry is not None else ""
    lines = [f"{answer.title}.", tr("Unit: {unit}.").format(unit=unit) if unit else "", *answer.notes]
    metadata.setAbstract(" ".join(line for line in lines if line))
    metadata.setCrs(layer.crs())
    metadata.setHistory(
        [
            tr("Made by EO Fusion's tool {tool} on {day}.").format(tool=answer.tool, day=answer.made[:10]),
            tr("From {runs}.").format(runs=", ".join(run.name for run in answer.runs) or answer.folder.parent.name),
        ]
    )
    metadata.setKeywords({"gmd:topicCategory": ["EO Fusion", answer.tool]})
    return metadata
