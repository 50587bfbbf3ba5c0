"""What a tool asks for: one declaration that the dock's form and the Processing algorithm are both built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import PluginError
from ..texts import tr

#: Kinds of questions and what their answers are for the engine:
#: "run" a folder, "date" ISO text, "dates" a list of them, "places" GeoJSON drawn on the map or taken from a layer,
#: "features" a FeatureCollection of a layer (with ``fields``), "raster" and "file" paths, "position" longitude and
#: latitude under two names, "choice", "whole", "real", "yes", "text".
KINDS = (
    *("run", "date", "dates", "places", "features", "raster", "file", "position"),
    *("choice", "whole", "real", "yes", "text"),
)


@dataclass(frozen=True)
class FieldAsk:
    """A field of the layer of a question, under a name of its own; ``kind`` is "any" or "number"."""

    name: str
    title: str
    optional: bool = False
    kind: str = "any"


@dataclass(frozen=True)
class Ask:
    """One question. ``name`` is the engine's argument; one that begins with "_" is for the form alone."""

    name: str
    kind: str
    title: str
    tip: str = ""
    optional: bool = False
    #: Folded away under "More options".
    advanced: bool = False
    #: Asked only where another answer is one of these: (name, values).
    when: tuple[str, tuple[Any, ...]] | None = None
    #: Of choices: (value, words). An empty value is not sent.
    options: tuple[tuple[Any, str], ...] = ()
    default: Any = None
    minimum: float = 0
    maximum: float = 1e9
    decimals: int = 2
    #: Words for the lowest number, that is then not sent: "as many as fit".
    lowest: str = ""
    unit: str = ""
    #: Of places: "points", "polygons" or "both"; of features the layers that are offered.
    shapes: str = "both"
    #: Of places: one geometry, not a collection.
    single: bool = False
    #: Of features: fields of the layer that are sent by their names.
    fields: tuple[FieldAsk, ...] = ()
    #: Of features: always sent as a file.
    by_file: bool = False
    #: Of files: the filter of the dialog.
    files: str = ""
    #: Of dates: the kind of product whose dates are offered.
    product: str = "embeddings"
    #: Of dates: those of another run, by the name of its ask.
    of: str = ""

    def asked(self, answers: Mapping[str, Any]) -> bool:
        """Whether it is asked, given the other answers."""
        return self.when is None or answers.get(self.when[0]) in self.when[1]


@dataclass(frozen=True)
class Tool:
    """A question to finished runs."""

    name: str
    title: str
    #: What it does, in two or three sentences for who has never used it.
    help: str
    asks: tuple[Ask, ...]
    #: What must not be read into its answer.
    limits: str = ""
    #: Icon of QGIS' theme.
    icon: str = "/mActionInterpolatePoint.svg"
    #: Name of the argument that holds the run, and whether it is a list of runs.
    runs: bool = False
    #: Chapter of the list of tools.
    chapter: str = ""

    def ask(self, name: str) -> Ask:
        """One of its questions."""
        return next(ask for ask in self.asks if ask.name == name)

    @property
    def files(self) -> tuple[str, ...]:
        """Arguments that are always sent as a file."""
        return tuple(ask.name for ask in self.asks if ask.by_file)

    def arguments(self, run: str, answers: Mapping[str, Any], out: str = "") -> dict[str, Any]:
        """The engine's arguments of given answers; what is not asked or has no answer is left out.

        Raises:
            PluginError: an answer is missing that must be given.
        """
        sent: dict[str, Any] = {"runs": [run]} if self.runs else {"run": run}
        for ask in self.asks:
            if not ask.asked(answers):
                continue
            value = answers.get(ask.name)
            if value in (None, "", [], {}):
                if not ask.optional:
                    raise PluginError(tr("{what} is missing.").format(what=ask.title), ask.tip, "missing")
                continue
            if ask.name.startswith("_"):
                continue
            if ask.kind in ("position", "features") and isinstance(value, Mapping) and "type" not in value:
                sent |= {name: part for name, part in value.items() if part not in (None, "")}
            elif self.runs and ask.name == "runs":
                sent["runs"] = [run, *value] if isinstance(value, list) else [run, value]
            else:
                sent[ask.name] = value
        if out:
            sent["out"] = out
        return sent
