"""Layers that have lost their run folder, because project and run were moved apart, and the way back.

A layer's source says where its run was; what it was in the run is the part of the path below the run folder, so
nothing but the folder has to be known. Styles, names, dates and the layers' places in the tree stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qgis.core import QgsProject, QgsRasterLayer

from ..errors import PluginError
from ..run_folder import read_run
from ..texts import tr

#: Custom properties of every layer of a run: what it is, and the key of its run.
KIND = "eofusion/kind"
RUN_KEY = "eofusion/run"
PRODUCTS = "products"


@dataclass(frozen=True)
class LostRun:
    """A folder that is not there any more, and the ids of the layers whose files were in it."""

    folder: Path
    key: str
    layers: tuple[str, ...]


def lost_runs(project: QgsProject) -> list[LostRun]:
    """The runs whose layers cannot be opened."""
    found: dict[tuple[Path, str], list[str]] = {}
    for layer in project.mapLayers().values():
        if isinstance(layer, QgsRasterLayer) and not layer.isValid() and layer.customProperty(KIND):
            folder, _ = split_source(layer.source())
            if folder is not None:
                found.setdefault((folder, str(layer.customProperty(RUN_KEY, ""))), []).append(layer.id())
    return [LostRun(folder, key, tuple(ids)) for (folder, key), ids in found.items()]


def split_source(source: str) -> tuple[Path | None, PurePosixPath | None]:
    """(run folder, path of the product in it) of a layer's source; None where it is of no run."""
    path = PurePosixPath(source.split("|", maxsplit=1)[0].replace("\\", "/"))
    if PRODUCTS not in path.parts:
        return None, None
    cut = len(path.parts) - 1 - path.parts[::-1].index(PRODUCTS)
    return Path(*path.parts[:cut]), PurePosixPath(*path.parts[cut:])


def relink(lost: LostRun, folder: Path, project: QgsProject | None = None) -> int:
    """Give the layers of a lost run their files in ``folder``.

    Returns:
        How many layers open again.

    Raises:
        PluginError: ``folder`` is no run folder, or that of another run.
    """
    project = project or QgsProject.instance()
    run = read_run(folder)
    if lost.key and run.info.get("key") and lost.key != run.info["key"]:
        raise PluginError(
            tr("{folder} holds another run.").format(folder=folder.name),
            tr("Choose the folder that was called {name}, or open this one as a run of its own.").format(
                name=lost.folder.name
            ),
        )
    opened = 0
    for identifier in lost.layers:
        layer = project.mapLayer(identifier)
        _, part = split_source(layer.source()) if layer is not None else (None, None)
        if part is None or not (run.folder / part).is_file():
            continue
        metadata = layer.metadata().clone()  # newer QGIS takes the file's own, which say less
        layer.setDataSource(str(run.folder / part), layer.name(), "gdal")
        layer.setMetadata(metadata)
        layer.triggerRepaint()
        opened += layer.isValid()
    if not opened:
        raise PluginError(
            tr("None of the layers' files is in {folder}.").format(folder=folder.name),
            tr("Choose the folder that was called {name}.").format(name=lost.folder.name),
        )
    return opened
