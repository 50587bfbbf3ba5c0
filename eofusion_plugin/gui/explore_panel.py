"""The Explore tab: choose a run and a tool, answer its questions, read the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import Qgis
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ..engine.task import Outcome
from ..errors import PluginError
from ..explore.answer import Answer, answers_of, local_time
from ..explore.asks import Tool
from ..explore.tools import find_tool, tools
from ..layers.explore import add_answer
from ..run_folder import Run, read_run
from ..texts import tr
from .context import Context
from .explore_footer import ExploreFooter
from .explore_form import ToolForm
from .explore_results import AnswerView
from .explore_tasks import Question
from .explore_tool_box import ToolBox
from .fields import combo_box
from .inspect_runs import RunChooser
from .widgets import Banner, note_label


class ExplorePanel(QWidget):
    """Asks finished runs. Adds an answer's layers itself."""

    setup_wanted = pyqtSignal()
    #: A run folder that the person opened: its layers are wanted.
    folder_chosen = pyqtSignal(str)
    #: The folder of an answer that has come.
    answered = pyqtSignal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._question: Question | None = None
        self._run: Run | None = None
        self._forms: dict[str, ToolForm] = {}
        self.form: ToolForm | None = None
        #: What the last question that failed said, empty after a good one.
        self.last_error = ""
        self.banner = Banner(tr("Set up…"), self.setup_wanted.emit)
        self.runs = RunChooser(context)
        self.runs.export_button.hide()
        self.runs.run_chosen.connect(self._run_chosen)
        self.runs.folder_chosen.connect(self.folder_chosen)
        self.tool_box = ToolBox(tools())
        self.tool_box.chosen.connect(self._tool_chosen)
        self.help = note_label()
        self.limits = note_label()
        self.earlier = combo_box()
        self.earlier.setAccessibleName(tr("Earlier answers"))
        self.earlier.activated.connect(self._earlier_chosen)
        self.earlier_label = QLabel(tr("Earlier answers"))
        self.view = AnswerView(context)
        self.view.layers_wanted.connect(self._add_layers)
        self.footer = ExploreFooter()
        self.footer.ask_button.clicked.connect(lambda _checked: self.ask())
        self.footer.cancel_button.clicked.connect(lambda _checked: self.cancel())
        self._lay_out()
        self._tool_chosen(self.tool_box.tool)
        self._run_chosen(None)
        self.runs.refresh()
        self.refresh_engine()
        self.footer.show_running(False)

    def _lay_out(self) -> None:
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(8)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        for widget in (self.runs, self.tool_box, self.help):
            self._column.addWidget(widget)
        self._form_at = self._column.count()
        for widget in (self.limits, line, self.earlier_label, self.earlier, self.view):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.footer)

    # -- for the dock ------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a question is with the engine."""
        return self._question is not None

    @property
    def run(self) -> Run | None:
        """The run that is asked."""
        return self._run

    @property
    def tool(self) -> Tool:
        """The tool that is shown."""
        return self.tool_box.tool

    def choose_run(self, folder: Path) -> None:
        """Ask this run."""
        self.runs.choose(folder)

    def choose_tool(self, name: str) -> None:
        """Show this tool."""
        self.tool_box.choose(name)

    def refresh_engine(self) -> None:
        """Say so where the engine is missing. Looks at files, starts nothing."""
        self.banner.tell(self._context.engine_missing())

    def showEvent(self, event) -> None:
        """Places are on the map while the tab is looked at."""
        super().showEvent(event)
        self.refresh_engine()
        if self.form is not None:
            self.form.show_on_map(True)

    def hideEvent(self, event) -> None:
        """Another tab: the map is free again."""
        super().hideEvent(event)
        if self.form is not None:
            self.form.show_on_map(False)

    def remove(self) -> None:
        """The plugin goes away: stop everything, call back nobody. A second time nothing happens."""
        if self.form is None:
            return
        if self._question is not None:
            self._question.forget()
            self._question = None
        self.runs.remove()
        for form in self._forms.values():
            form.remove()
        self._forms = {}
        self.form = None

    # -- asking ------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Send the tool's question to the engine; what is missing is said."""
        self.refresh_engine()
        if self._context.engine_missing():
            self.setup_wanted.emit()
            return
        if self.running or self.form is None:
            return
        try:
            arguments = self._arguments()
        except PluginError as error:
            self._context.complain(error.as_dict())
            return
        self._question = Question(self._context.session, self.tool, arguments, self._ended)
        self._question.task.told.connect(self.footer.show_stage)
        self._question.task.progressChanged.connect(lambda percent: self.footer.bar.setValue(round(percent)))
        self.footer.begin(waits=self._context.session.busy)
        self._question.start()

    def cancel(self) -> None:
        """Stop the question; nothing of it stays."""
        if self._question is not None:
            self.footer.cancel_button.setEnabled(False)
            self.footer.tell(tr("Stopping…"))
            self._question.task.cancel()

    def _arguments(self) -> dict[str, Any]:
        if self._run is None:
            raise PluginError(tr("No run is chosen."), tr("Open a run folder, or run one on the Run tab."))
        form = self.form
        answers = form.answers() if form is not None else {}
        return self.tool.arguments(str(self._run.folder), answers)

    def _ended(self, answer: Answer | None, outcome: Outcome) -> None:
        self._question = None
        self.footer.show_running(False)
        for warning in outcome.warnings:
            self._context.say(warning, Qgis.MessageLevel.Warning)
        self.last_error = ""
        if answer is not None:
            self.footer.tell("")
            self._take(answer)
        elif outcome.state == "cancelled":
            self.footer.tell(tr("Cancelled."))
        else:
            self.last_error = outcome.error.get("message", "")
            self.footer.tell("")
            self._context.complain(outcome.error)

    def _take(self, answer: Answer) -> None:
        self.view.show_answer(answer)
        self._add_layers(answer)
        self._list_earlier(answer)
        self.answered.emit(str(answer.folder))
        # Later, when the answer has its height: on a busy computer that takes longer.
        for milliseconds in (50, 400):
            QTimer.singleShot(milliseconds, self._scroll_to_answer)

    def _scroll_to_answer(self) -> None:
        if self.form is not None:  # else the plugin went away in between
            self._scroll.verticalScrollBar().setValue(self.view.y() - 8)

    def _add_layers(self, answer: object) -> None:
        if not isinstance(answer, Answer) or not (answer.layers or answer.vectors):
            return
        added = add_answer(answer)
        if added.broken:
            self._context.say(
                tr("QGIS cannot open {files}.").format(files=", ".join(added.broken)), Qgis.MessageLevel.Warning
            )

    # -- what is chosen ----------------------------------------------------------------------------

    def _run_chosen(self, folder: object) -> None:
        self._run = None
        if folder is not None:
            try:
                self._run = read_run(Path(str(folder)))
            except PluginError as error:
                self._context.complain(error.as_dict())
        self.view.show_answer(None)
        self._fill_form()
        self._list_earlier(None)
        self.footer.ask_button.setEnabled(self._run is not None)
        if self._run is None:
            self.footer.tell(tr("No run is in this project yet. Run one, or open a run folder."))
        elif not self.running:
            self.footer.tell("")

    def _tool_chosen(self, tool: Tool) -> None:
        if self.form is not None:
            self.form.show_on_map(False)
            self.form.hide()
        if tool.name not in self._forms:
            made = self._forms[tool.name] = ToolForm(tool, self._context)
            self._column.insertWidget(self._form_at, made)
        self.form = self._forms[tool.name]
        self.form.show()
        self.form.show_on_map(self.isVisible())
        self.help.setText(tool.help)
        self.limits.setText(tool.limits)
        self.limits.setVisible(bool(tool.limits))
        self._fill_form()

    def _fill_form(self) -> None:
        if self.form is None:
            return
        known = []
        for folder in self.runs.folders():
            try:
                known.append(read_run(Path(folder)))
            except PluginError:
                continue  # the list of runs has told it
        self.form.show_run(self._run)
        self.form.offer_runs(known)

    def _list_earlier(self, shown: Answer | None) -> None:
        """The answers that the run keeps, newest first; the one that is shown is chosen."""
        found = answers_of(self._run.folder) if self._run is not None else []
        self.earlier.clear()
        self.earlier.addItem(tr("choose…"), None)
        for answer in found:
            tool = find_tool(answer.tool)
            name = tool.title if tool is not None else answer.tool
            words = answer.title if answer.title == name else f"{name}: {answer.title}"
            self.earlier.addItem(f"{words}, {local_time(answer.made)}", answer)
            if shown is not None and answer.folder == shown.folder:
                self.earlier.setCurrentIndex(self.earlier.count() - 1)
        for widget in (self.earlier_label, self.earlier):
            widget.setVisible(bool(found))

    def _earlier_chosen(self, index: int) -> None:
        answer = self.earlier.itemData(index)
        self.view.show_answer(answer if isinstance(answer, Answer) else None)
