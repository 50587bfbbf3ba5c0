"""The answer of an exploring tool as QGIS reads it: ``explore.json`` and the files it lists. No QGIS in here."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import PluginError

FORMAT = 1
FILE = "explore.json"
#: Where a run keeps its answers, below its folder.
FOLDER = "explore"


@dataclass(frozen=True)
class MapLayer:
    """A raster: ``style`` is of the type "ramp" (name, range), "classes" (value, label, color) or "rgb" (range)."""

    path: Path
    kind: str
    title: str
    unit: str
    bands: tuple[str, ...]
    style: dict[str, Any]
    nodata: float | None = None


@dataclass(frozen=True)
class VectorFile:
    """A GeoJSON file in EPSG:4326."""

    path: Path
    title: str


@dataclass(frozen=True)
class Table:
    """A CSV file and its first rows."""

    path: Path | None
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class DataSeries:
    """Values over a chart's x; None where nothing is known. ``colour`` is ``#rrggbb``, None for the plot's choice."""

    label: str
    y: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    colour: str | None = None
    #: Of scatter charts whose series have an x of their own.
    x: tuple[Any, ...] = ()


@dataclass(frozen=True)
class DataChart:
    """``kind`` is "line", "band", "scatter", "stack", "bar" or "matrix"; x are numbers, ISO dates or names."""

    kind: str
    title: str
    x_label: str
    y_label: str
    x: tuple[Any, ...]
    series: tuple[DataSeries, ...]


@dataclass(frozen=True)
class Score:
    """A number with its interval, None where there is none."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Answer:
    """A folder with ``explore.json`` that was read."""

    folder: Path
    tool: str
    title: str
    arguments: dict[str, Any]
    runs: tuple[Path, ...]
    made: str
    layers: tuple[MapLayer, ...] = ()
    vectors: tuple[VectorFile, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[DataChart, ...] = ()
    scores: tuple[Score, ...] = ()
    notes: tuple[str, ...] = field(default=())


def read_answer(folder: Path) -> Answer:
    """Read the folder of an answer.

    Raises:
        PluginError: it is none, or of another format.
    """
    try:
        info = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if info["format"] != FORMAT:
            raise PluginError(
                f"The answer in {folder.name} has format {info['format']!r}; this plugin knows format {FORMAT}.",
                "Update EO Fusion.",
            )
        return _answer(folder.resolve(), info)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PluginError(
            f"{folder.name} holds no answer of Explore, or is damaged.", "Ask again with the same settings."
        ) from error


def answers_of(run: Path, most: int = 100) -> list[Answer]:
    """The answers that a run keeps, newest first; what is none is passed over."""
    found = []
    try:
        folders = [path.parent for path in (run / FOLDER).glob(f"*/{FILE}")]
    except OSError:
        return []
    for folder in folders:
        try:
            found.append(read_answer(folder))
        except PluginError:
            continue
    return sorted(found, key=lambda answer: (_moment(answer.made), answer.folder.name), reverse=True)[:most]


def _answer(folder: Path, info: dict[str, Any]) -> Answer:
    return Answer(
        folder=folder,
        tool=str(info["tool"]),
        title=str(info["title"]),
        arguments=dict(info.get("arguments") or {}),
        runs=tuple(Path(str(run)) for run in info.get("runs") or ()),
        made=str(info.get("made") or ""),
        layers=tuple(_layers(folder, info)),
        vectors=tuple(
            VectorFile(_inside(folder, entry["path"]), str(entry["title"])) for entry in info.get("vectors") or ()
        ),
        tables=tuple(_tables(folder, info)),
        charts=tuple(_charts(info)),
        scores=tuple(
            Score(
                str(entry["name"]),
                number(entry.get("value")),
                number(entry.get("low")),
                number(entry.get("high")),
                str(entry.get("unit") or ""),
            )
            for entry in info.get("scores") or ()
        ),
        notes=tuple(str(note) for note in info.get("notes") or ()),
    )


def _layers(folder: Path, info: dict[str, Any]) -> Iterator[MapLayer]:
    for entry in info.get("layers") or ():
        yield MapLayer(
            path=_inside(folder, entry["path"]),
            kind=str(entry.get("kind") or ""),
            title=str(entry["title"]),
            unit=str(entry.get("unit") or ""),
            bands=tuple(str(band) for band in entry.get("bands") or ()),
            style=dict(entry.get("style") or {}),
            nodata=number(entry.get("nodata")),
        )


def _tables(folder: Path, info: dict[str, Any]) -> Iterator[Table]:
    for entry in info.get("tables") or ():
        yield Table(
            path=_inside(folder, entry["path"]) if entry.get("path") else None,
            title=str(entry["title"]),
            columns=tuple(str(column) for column in entry["columns"]),
            rows=tuple(tuple(row) for row in entry.get("rows") or ()),
        )


def _charts(info: dict[str, Any]) -> Iterator[DataChart]:
    for entry in info.get("charts") or ():
        yield DataChart(
            kind=str(entry["kind"]),
            title=str(entry["title"]),
            x_label=str(entry.get("x_label") or ""),
            y_label=str(entry.get("y_label") or ""),
            x=tuple(entry.get("x") or ()),
            series=tuple(
                DataSeries(
                    label=str(one.get("label") or ""),
                    y=numbers(one["y"]),
                    low=numbers(one.get("low")),
                    high=numbers(one.get("high")),
                    colour=one.get("color") or None,
                    x=tuple(one.get("x") or ()),
                )
                for one in entry["series"]
            ),
        )


def _inside(folder: Path, name: str) -> Path:
    path = (folder / str(name)).resolve()
    if folder not in path.parents:
        raise ValueError(f"{name} lies outside the answer's folder")
    return path


def number(value: Any) -> float | None:
    """A finite number, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def numbers(values: Any) -> tuple[float | None, ...]:
    """Finite numbers, None for the others; empty for nothing at all."""
    return tuple(number(value) for value in values or ())


def local_time(made: str) -> str:
    """When an answer was made, as this computer's clock says it."""
    try:
        return datetime.fromisoformat(made.replace("Z", "+00:00")).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return made


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
