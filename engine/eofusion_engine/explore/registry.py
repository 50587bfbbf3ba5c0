"""The tools by name. A tool's module is imported when it is used, so that a listing costs nothing."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ..errors import Cancelled, RequestError
from ..events import Listener, Quiet
from .arguments import check
from .result import ExploreResult


@dataclass(frozen=True)
class Tool:
    """``module`` of this package holds ``Arguments`` and ``make(arguments, listener)``."""

    name: str
    summary: str
    module: str

    def arguments(self) -> type[BaseModel]:
        """The model that the tool's arguments are checked with."""
        model: type[BaseModel] = self._module().Arguments
        return model

    def make(self, arguments: dict[str, Any], listener: Listener) -> ExploreResult:
        """Check the arguments and answer. Raises ``RequestError`` and what the tool raises."""
        module = self._module()
        result: ExploreResult = module.make(check(module.Arguments, arguments, self.name), listener)
        return result

    def _module(self) -> Any:
        name = f"{__package__}.{self.module}"
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            raise RequestError(f"The tool {self.name} is not part of this engine.", "Update the engine.") from None


_ALL = (
    Tool("similar", "where the land is like the picked places", "similar"),
    Tool("clusters", "kinds of land that the embeddings tell apart, with their seasons", "clusters"),
    Tool("pca", "embeddings as colours, the same across dates and runs", "pca"),
    Tool("classify", "learn classes or a number from points or polygons, and map them", "classify"),
    Tool("apply", "map another run with a saved classifier", "apply"),
    Tool("change", "how far the land moved between two dates, in units of noise", "change"),
    Tool("breaks", "when each pixel left its usual course", "breaks"),
    Tool("counterfactual", "what an edit inside a polygon does to temperature, GPP and NDVI", "counterfactual"),
    Tool("sensitivity", "which inputs the expected temperature and GPP hang on", "sensitivity"),
    Tool("compare", "measured points or another raster against the run's layers", "compare"),
    Tool("tower", "GPP at a flux tower against its measurements", "tower_tool"),
    Tool("budget", "GPP of polygons over the run's period", "budget_tool"),
    Tool("cycle", "the mean annual cycle by kind of cover", "cycle_tool"),
)
TOOLS: dict[str, Tool] = {tool.name: tool for tool in _ALL}


def find(name: str) -> Tool:
    """The tool of this name. Raises :class:`RequestError`."""
    if name not in TOOLS:
        raise RequestError(f"There is no tool called {name!r}.", f"Choose from {', '.join(TOOLS)}.")
    return TOOLS[name]


def explore(name: str, arguments: dict[str, Any], listener: Listener | None = None) -> dict[str, Any]:
    """Run a tool: the content of its explore.json, and ``folder``, where that lies."""
    if not isinstance(arguments, dict):
        raise RequestError(f"{name}: the arguments are not an object.", "Give names with values.")
    try:
        result = find(name).make(arguments, listener or Quiet())
    except Cancelled:
        raise Cancelled("The question was cancelled.", "Nothing of its answer was kept: ask again.") from None
    return {**result.document(), "folder": str(result.folder)}
