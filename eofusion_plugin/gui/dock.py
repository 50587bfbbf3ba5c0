"""The EO Fusion dock: a tab to run, a tab to inspect, a tab to explore."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsCoordinateTransform, QgsCsException, QgsProject
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from ..errors import PluginError
from ..layers.group import RunLayers, add_run
from ..layers.temporal import set_step
from ..run_folder import read_run
from ..texts import tr
from .context import Context
from .explore_panel import ExplorePanel
from .inspect_panel import InspectPanel
from .run_panel import RunPanel
from .setup_dialog import SetupDialog
from .tour import Stop, Tour

WIDTH = 360


class Dock(QgsDockWidget):
    """Holds the panels and brings a finished run's layers into the project."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__("EO Fusion", parent)
        self.setObjectName("EOFusionDock")
        self.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        self._context = context
        self._setup: SetupDialog | None = None
        self.run_panel = RunPanel(context)
        self.inspect_panel = InspectPanel(context)
        self.explore_panel = ExplorePanel(context)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.run_panel, tr("Run"))
        self.tabs.addTab(self.inspect_panel, tr("Inspect"))
        self.tabs.addTab(self.explore_panel, tr("Explore"))
        self.tour = Tour(self._tour_stops())
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tour)
        column.addWidget(self.tabs, 1)
        self.setWidget(inside)
        self.tour.start()
        self.setMinimumWidth(300)
        self.run_panel.run_finished.connect(self.load_run)
        self.run_panel.product_made.connect(self.inspect_panel.offer_run)
        self.run_panel.setup_wanted.connect(self.open_setup)
        self.inspect_panel.folder_chosen.connect(self.load_run)
        self.explore_panel.folder_chosen.connect(self.load_run)
        self.explore_panel.setup_wanted.connect(self.open_setup)

    def sizeHint(self):
        """Wide enough for every text, narrow enough for a laptop."""
        hint = super().sizeHint()
        hint.setWidth(max(WIDTH, self.minimumWidth()))
        return hint

    def load_run(self, folder: str) -> RunLayers | None:
        """Add a run's layers to the project and offer it for inspection. In the main thread."""
        try:
            run = read_run(Path(folder))
        except PluginError as error:
            self._context.complain(error.as_dict())
            return None
        added = add_run(run)
        if added.broken:
            self._context.say(
                tr("QGIS cannot open {files}.").format(files=", ".join(added.broken)), Qgis.MessageLevel.Warning
            )
        self._show_on_map(added)
        set_step(self._context.canvas.temporalController())
        self.inspect_panel.choose_run(run.folder)
        self.explore_panel.choose_run(run.folder)
        if added.layers:
            text = tr("{n} layers added. Click a pixel on the Inspect tab.").format(n=len(added.layers))
            # Later than QGIS' own "task complete", so that it is the one on top.
            QTimer.singleShot(300, lambda: self._context.say(text, Qgis.MessageLevel.Success))
        return added

    def _tour_stops(self) -> tuple[Stop, ...]:
        run, form = self.run_panel, self.run_panel.form

        def run_tab() -> None:
            self.tabs.setCurrentWidget(run)

        return (
            Stop(tr("Where the images come from. The sample needs nothing else: begin with it."), form.source, run_tab),
            Stop(tr("Which place and which time: draw, or take a layer; a season has a menu."), form.area, run_tab),
            Stop(
                tr("Find scenes tells what it takes. Run works in the background; maps come when it is done."),
                run.footer,
                run_tab,
            ),
            Stop(
                tr("Then click a pixel here to see its GPP, temperature and observations as curves."),
                self.inspect_panel.pick_button,
                lambda: self.tabs.setCurrentWidget(self.inspect_panel),
            ),
        )

    def open_setup(self) -> None:
        """The dialog to set the engine up."""
        if self._setup is None:
            self._setup = SetupDialog(self._context, self)
            self._setup.engine_changed.connect(self.run_panel.refresh_engine)
            self._setup.engine_changed.connect(self.explore_panel.refresh_engine)
        self._setup.show()
        self._setup.raise_()

    def remove(self) -> None:
        """The plugin goes away."""
        self.run_panel.remove()
        self.inspect_panel.remove()
        self.explore_panel.remove()
        if self._setup is not None:
            self._setup.remove()
        self._context.session.close()

    def _show_on_map(self, added: RunLayers) -> None:
        if not added.layers:
            return
        layer, canvas = added.layers[0], self._context.canvas
        if not canvas.mapSettings().destinationCrs().isValid() or canvas.layerCount() == 0:
            QgsProject.instance().setCrs(layer.crs())
            canvas.setDestinationCrs(layer.crs())
        transform = QgsCoordinateTransform(layer.crs(), canvas.mapSettings().destinationCrs(), QgsProject.instance())
        try:
            extent = transform.transformBoundingBox(layer.extent())
        except QgsCsException:
            return  # the map's projection does not know this place: leave the map where it is
        if not canvas.extent().intersects(extent) or canvas.extent().width() > 20 * extent.width():
            extent.scale(1.1)
            canvas.setExtent(extent)
        canvas.refresh()
