"""One algorithm for each exploring tool, made from the same table as the dock's forms."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputFolder,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputRasterLayer,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
)
from qgis.PyQt.QtGui import QIcon

from ..compat import FILE_IS_FOLDER
from ..engine.environment import PLUGIN_FOLDER
from ..errors import PluginError
from ..explore.answer import Answer, read_answer
from ..explore.asks import Tool
from ..explore.requests import by_file, sweep, unfinished
from ..explore.tools import tools
from ..texts import tr
from .conversation import ask_engine
from .explore_parameters import answer_of, parameters_of

GROUP = "explore"


class ExploreAlgorithm(QgsProcessingAlgorithm):
    """``eofusion:TOOL``: a run folder in; a folder with layers, tables and explore.json out."""

    def __init__(self, tool: Tool) -> None:
        super().__init__()
        self._tool = tool
        self._folder = ""
        self._load = False

    def createInstance(self) -> ExploreAlgorithm:
        """Called by QGIS."""
        return ExploreAlgorithm(self._tool)

    def name(self) -> str:
        """Its part of the id."""
        return self._tool.name

    def displayName(self) -> str:
        """Its name in the toolbox."""
        return self._tool.title

    def group(self) -> str:
        """Its group in the toolbox."""
        return tr("Explore")

    def groupId(self) -> str:
        """The group's id."""
        return GROUP

    def shortHelpString(self) -> str:
        """The help beside the parameters."""
        tips = [f"{ask.title}: {ask.tip}" for ask in self._tool.asks if ask.tip]
        where = tr("Output folder: new or empty; without one the answer is kept with the run, in its folder 'explore'.")
        parts = (self._tool.help, "\n".join([*tips, where]), self._tool.limits)
        return "\n\n".join(part for part in parts if part)

    def icon(self) -> QIcon:
        """Its icon in the toolbox."""
        return QIcon(str(PLUGIN_FOLDER / "resources" / "icons" / "eofusion.svg"))

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Parameters and outputs."""
        del configuration
        self.addParameter(QgsProcessingParameterFile("RUN", tr("Run folder"), FILE_IS_FOLDER))
        for ask in self._tool.asks:
            for parameter in parameters_of(ask):
                self.addParameter(parameter)
        load = QgsProcessingParameterBoolean("LOAD", tr("Add the styled layers to the project"), True)
        load.setFlags(load.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(load)
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", tr("Output folder"), None, True, False))
        # An optional folder makes no output of its own.
        self.addOutput(QgsProcessingOutputFolder("OUTPUT", tr("Output folder")))
        self.addOutput(QgsProcessingOutputRasterLayer("MAP", tr("First map")))
        self.addOutput(QgsProcessingOutputMultipleLayers("MAPS", tr("All maps")))
        self.addOutput(QgsProcessingOutputVectorLayer("FEATURES", tr("Features"), QgsProcessing.SourceType.TypeVector))
        self.addOutput(QgsProcessingOutputFile("TABLE", tr("Table")))
        self.addOutput(QgsProcessingOutputFile("ANSWER", tr("Description of the answer (explore.json)")))

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """In a thread of Processing: one engine process of its own, ended with it."""
        out = self.parameterAsString(parameters, "OUTPUT", context)
        self._load = self.parameterAsBoolean(parameters, "LOAD", context)
        try:
            answers = {ask.name: answer_of(self, ask, parameters, context, feedback) for ask in self._tool.asks}
            run = self.parameterAsFile(parameters, "RUN", context)
            arguments = self._tool.arguments(run, answers, out)
            with tempfile.TemporaryDirectory(prefix="eofusion-") as files:
                fields = {"tool": self._tool.name, "arguments": by_file(arguments, Path(files), self._tool.files)}
                before = unfinished(arguments, self._tool.name)
                try:
                    result = ask_engine("explore", fields, None, feedback)
                except PluginError:  # its process has ended by now
                    sweep(arguments, self._tool.name, before)
                    raise
            answer = read_answer(Path(str(result["folder"])))
        except PluginError as error:
            if feedback.isCanceled():
                return {}
            raise QgsProcessingException(str(error)) from error
        self._folder = str(answer.folder)
        for note in answer.notes:
            feedback.pushInfo(note)
        for score in answer.scores:
            feedback.pushInfo(f"{score.name}: {score.value} {score.unit}".strip())
        return _outputs(answer)

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """In the main thread: the styled group, where there is a window to show it in."""
        from qgis.utils import iface

        if self._load and self._folder and iface is not None and context.project() is not None:
            from ..layers.explore import add_answer

            added = add_answer(read_answer(Path(self._folder)), context.project())
            feedback.pushInfo(tr("{n} layers added.").format(n=len(added.layers)))
        return {}


def explore_algorithms() -> list[ExploreAlgorithm]:
    """One for each tool."""
    return [ExploreAlgorithm(tool) for tool in tools()]


def _outputs(answer: Answer) -> dict[str, Any]:
    """What there is of the declared outputs."""
    found: dict[str, Any] = {"OUTPUT": str(answer.folder), "ANSWER": str(answer.folder / "explore.json")}
    maps = [str(layer.path) for layer in answer.layers]
    if maps:
        found |= {"MAP": maps[0], "MAPS": maps}
    if answer.vectors:
        found["FEATURES"] = str(answer.vectors[0].path)
    tables = [str(table.path) for table in answer.tables if table.path is not None]
    if tables:
        found["TABLE"] = tables[0]
    return found
