"""What every panel needs: QGIS' interface, the engine session, and a way to speak to the person."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsProject
from qgis.gui import QgisInterface, QgsMapCanvas
from qgis.PyQt.QtWidgets import QStackedWidget

from .. import log, settings
from ..engine.client import worker_command
from ..engine.environment import WORKER, data_folder, find_python
from ..engine.session import EngineSession
from ..errors import PluginError
from ..texts import tr

TITLE = "EO Fusion"


def engine_command() -> list[str]:
    """The command that starts the engine; raises :class:`PluginError` where there is none."""
    python = find_python(settings.python())
    if python is None:
        raise PluginError(
            tr("The engine is not set up yet."), tr("Press 'Set up the engine' in the EO Fusion panel."), "no-engine"
        )
    return worker_command(python.path, WORKER)


class Context:
    """Shared by the dock's panels."""

    def __init__(self, iface: QgisInterface, session: EngineSession | None = None) -> None:
        self.iface = iface
        self.session = session or EngineSession(engine_command, log.info)

    @property
    def canvas(self) -> QgsMapCanvas:
        """The main map."""
        return self.iface.mapCanvas()

    def show_map(self) -> None:
        """Bring the map up where QGIS shows its welcome page in its place, as it does before there are layers."""
        page = self.canvas
        while page is not None and not isinstance(page.parentWidget(), QStackedWidget):
            page = page.parentWidget()
        if page is not None:
            page.parentWidget().setCurrentWidget(page)

    def engine_missing(self) -> str:
        """Why no engine can be started, empty when one can. Looks at files only."""
        try:
            engine_command()
        except PluginError as error:
            return error.message
        return ""

    def say(self, text: str, level: Qgis.MessageLevel = Qgis.MessageLevel.Info, seconds: int = 8) -> None:
        """One plain sentence in the message bar, and in the log."""
        (log.warning if level == Qgis.MessageLevel.Warning else log.info)(text)
        self.iface.messageBar().pushMessage(TITLE, text, level, seconds)

    def complain(self, error: dict[str, str]) -> None:
        """Say what went wrong and what to do about it."""
        text = " ".join(tr(part) for part in (error.get("message"), error.get("hint")) if part)
        self.say(text or tr("Something went wrong; the log panel has the details."), Qgis.MessageLevel.Warning, 0)


def default_runs_folder() -> Path:
    """Where runs go unless told otherwise: as the options say, else beside the project, else with the user's data."""
    chosen = settings.text("runs_folder")
    if chosen:
        return Path(chosen).expanduser()
    home = QgsProject.instance().homePath()
    return Path(home) / "eofusion-runs" if home else data_folder() / "runs"
