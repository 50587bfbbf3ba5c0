"""Where the scenes come from: the sample, a folder, a service, or an address of one's own; and which of them."""

from __future__ import annotations

from qgis.gui import QgsAuthConfigSelect, QgsFileWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from .. import services
from ..texts import tr
from .colours import ink_and_paper
from .fields import combo_box, file_widget
from .widgets import choose, linked, note_label

SAMPLE, FOLDER, OWN = "sample", "folder", "own"


class SourceBox(QWidget):
    """The source of a run, with what belongs to it."""

    #: Anything in here.
    changed = pyqtSignal()
    #: Another source.
    source_changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.combo = combo_box(
            [
                (tr("Bundled sample (simulated)"), SAMPLE),
                (tr("Folder of scenes"), FOLDER),
                *((service.title, service.id) for service in services.services()),
                (tr("Other STAC service"), OWN),
            ]
        )
        self.combo.setAccessibleName(tr("Source"))
        self.folder = file_widget(QgsFileWidget.StorageMode.GetDirectory, tr("Folder with scenes or cubes"))
        self.own = file_widget(QgsFileWidget.StorageMode.GetFile, tr("https://… or a description (.json)"))
        self.own.setFilter(tr("Description of a catalogue (*.json)"))
        self.own.setToolTip(tr("The address of a STAC API, or a file that describes one"))
        self.about = note_label()
        self.max_cloud = QSpinBox()
        self.max_cloud.setRange(0, 100)
        self.max_cloud.setValue(100)
        self.max_cloud.setSuffix(" %")
        self.max_cloud.setAccessibleName(tr("Max. cloud"))
        self.max_cloud.setToolTip(tr("Leave out Sentinel-2 scenes with more cloud by their metadata"))
        self.orbit = combo_box(
            [(tr("Both orbits"), "both"), (tr("Ascending"), "ascending"), (tr("Descending"), "descending")]
        )
        self.orbit.setMinimumContentsLength(4)
        self.orbit.setAccessibleName(tr("Orbit"))
        self.orbit.setToolTip(tr("Sentinel-1 passes: ascending come in the evening, descending in the morning"))
        self._limits = QWidget()
        row = QHBoxLayout(self._limits)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(QLabel(tr("Max. cloud")))
        row.addWidget(self.max_cloud)
        row.addWidget(self.orbit, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        for widget in (self.combo, self.folder, self.own, self.about, self._limits):
            self._column.addWidget(widget)
        self._credentials_label = note_label()
        self._credentials_label.setTextFormat(Qt.TextFormat.RichText)
        self._credentials_label.setOpenExternalLinks(True)
        self._credentials_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._credentials: QgsAuthConfigSelect | None = None
        self._authcfg = ""
        self.combo.currentIndexChanged.connect(self._source_changed)
        for files in (self.folder, self.own):
            files.fileChanged.connect(self._source_changed)
        self.max_cloud.valueChanged.connect(lambda _: self.changed.emit())
        self.orbit.currentIndexChanged.connect(lambda _: self.changed.emit())
        self._show_parts()

    # -- what it holds -----------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """``sample``, ``folder``, ``own`` or a service's id."""
        return str(self.combo.currentData())

    @property
    def is_service(self) -> bool:
        """Whether scenes come from the network."""
        return self.kind not in (SAMPLE, FOLDER)

    def text(self) -> str:
        """The source as a request names it, empty while a folder or an address is still wanted."""
        if self.kind == FOLDER:
            return self.folder.filePath().strip()
        return self.own.filePath().strip() if self.kind == OWN else self.kind

    def set_text(self, source: str) -> None:
        """Choose the source that a request names."""
        known = source == SAMPLE or services.find(source) is not None
        own = not known and services.is_own(source)
        choose(self.combo, source if known else OWN if own else FOLDER)
        self.folder.setFilePath("" if known or own else source)
        self.own.setFilePath(source if own else "")
        self._show_parts()

    @property
    def authcfg(self) -> str:
        """Id of the chosen credentials, empty where the source takes none."""
        return self._authcfg if self._service() is not None else ""

    def set_authcfg(self, authcfg: str) -> None:
        """Choose credentials by their id."""
        self._authcfg = authcfg
        if self._credentials is not None and self._credentials.configId() != authcfg:
            self._credentials.setConfigId(authcfg)

    @property
    def credentials_missing(self) -> bool:
        """Whether the service needs credentials and none are chosen."""
        service = self._service()
        return service is not None and service.needs_credentials and not self._authcfg

    # -- inside ------------------------------------------------------------------------------------

    def _service(self) -> services.Service | None:
        """The chosen service, where it takes credentials."""
        if not self.is_service:
            return None
        service = services.own_service() if self.kind == OWN else services.find(self.kind)
        return service if service is not None and service.takes_credentials else None

    def _source_changed(self, *_: object) -> None:
        self._show_parts()
        self.source_changed.emit()
        self.changed.emit()

    def _show_parts(self) -> None:
        self.folder.setVisible(self.kind == FOLDER)
        self.own.setVisible(self.kind == OWN)
        self._limits.setVisible(self.kind != SAMPLE)
        chosen = services.find(self.kind)
        self.about.setText(tr(chosen.about) if chosen else "")
        self.about.setVisible(bool(chosen and chosen.about))
        self._show_credentials(self._service())

    def _show_credentials(self, service: services.Service | None) -> None:
        if service is not None and self._credentials is None:
            # Made when first wanted: it opens QGIS' authentication database.
            self._credentials = QgsAuthConfigSelect(self)
            self._credentials.setConfigId(self._authcfg)
            self._credentials.selectedConfigIdChanged.connect(self._credentials_changed)
            before = self._column.indexOf(self._limits)
            self._column.insertWidget(before, self._credentials_label)
            self._column.insertWidget(before + 1, self._credentials)
        ink, _ = ink_and_paper(self)
        self._credentials_label.setText(linked(tr(service.about_credentials), ink) if service else "")
        for widget in (self._credentials_label, self._credentials):
            if widget is not None:
                widget.setVisible(service is not None)

    def _credentials_changed(self, authcfg: str) -> None:
        self._authcfg = authcfg
        self.changed.emit()
