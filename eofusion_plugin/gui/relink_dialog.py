"""Asks where a run folder is now, and gives its layers their files again."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from .. import settings
from ..errors import PluginError
from ..layers.relink import lost_runs, relink
from ..texts import tr
from .context import Context


def ask_relink(context: Context, parent: QWidget) -> Path | None:
    """Ask for the folder of the first run that is lost; returns it once its layers are found again."""
    lost = lost_runs(QgsProject.instance())
    if not lost:
        context.say(tr("All layers have their files."))
        return None
    title = tr("Where is the run folder {name} now?").format(name=lost[0].folder.name)
    folder = QFileDialog.getExistingDirectory(parent, title, settings.text("last_folder"))
    if not folder:
        return None
    settings.put("last_folder", folder)
    try:
        count = relink(lost[0], Path(folder))
    except PluginError as error:
        context.complain(error.as_dict())
        return None
    context.say(tr("{n} layers have found their files again.").format(n=count))
    return Path(folder)
