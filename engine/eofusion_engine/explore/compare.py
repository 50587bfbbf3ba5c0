"""The run's layers against a user's measurements: points or a raster, as scatter and scores, by class."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import rasterio
from pydantic import Field, model_validator
from rasterio.errors import RasterioError
from rasterio.windows import Window

from ..errors import RequestError
from ..events import Listener
from ..inference.tiles import Tile
from . import validate
from .arguments import RunArguments
from .errors import TooFewSamples
from .layers import Layer, Name, layer
from .measured import Measured, read_points
from .result import ExploreResult, series
from .runs import TILE_PIXELS, FinishedRun

#: Pairs that a scatter plot and the table show.
_SHOWN = 2000
_LEAST = 3


class Arguments(RunArguments):
    """``layer``: gpp, gpp_sum, temperature or ndvi. Against it ``points``, a CSV (lon, lat, value) or GeoJSON file with
    the field ``value``, or ``raster`` with its ``band``.

    ``date_field``: the points' dates; ``date``: of all points, or of the raster. A layer's date counts within
    ``within_days``; without any date the mean over the layer's dates is compared. ``class_field`` of the points, or
    ``class_raster`` (such as the clusters.tif of an answer), gives the classes.
    """

    layer: Name
    points: Path | None = None
    value: str = "value"
    date_field: str | None = None
    class_field: str | None = None
    raster: Path | None = None
    band: int = Field(default=1, ge=1)
    class_raster: Path | None = None
    date: datetime.date | None = None
    within_days: int = Field(default=5, ge=0, le=400)

    @model_validator(mode="after")
    def _one_of(self) -> Arguments:
        if (self.points is None) == (self.raster is None):
            raise ValueError("give points or raster, one of them")
        return self


@dataclass
class Pairs:
    """``measured`` and ``ours`` of the same place and date, with the class there, and where and when."""

    measured: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    days: list[datetime.date | None] = field(default_factory=list)

    def add(self, measured: float, ours: float, name: str = "", day: datetime.date | None = None) -> None:
        """Take a pair in, unless a side is unknown."""
        if np.isfinite(measured) and np.isfinite(ours):
            self.measured.append(measured)
            self.ours.append(ours)
            self.classes.append(name)
            self.days.append(day)


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """Scatter, R2, RMSE, bias and correlation, over all and by class.

    Raises ``PlaceError`` (no such field, outside), ``ExploreError`` (the run lacks the layer), ``TooFewSamples``.
    """
    with FinishedRun.open(arguments.run) as run:
        ours = layer(run, arguments.layer)
        notes: list[str] = []
        pairs = (
            _with_points(arguments, run, ours, listener, notes)
            if arguments.points is not None
            else _with_raster(arguments, run, ours, listener, notes)
        )
        if len(pairs.ours) < _LEAST:
            raise TooFewSamples(
                f"Only {len(pairs.ours)} measurements meet a value of the run.",
                f"The layer's dates are {ours.dates[0]} to {ours.dates[-1]}: see the dates, or raise 'within_days'.",
            )
        with ExploreResult("compare", f"{ours.label} against measurements", arguments, [run]) as result:
            _report(result, ours, pairs)
            for note in notes:
                result.note(note)
            return result


def _with_points(arguments: Arguments, run: FinishedRun, ours: Layer, listener: Listener, notes: list[str]) -> Pairs:
    assert arguments.points is not None  # nosec B101 - for the type checker
    points = read_points(
        arguments.points.expanduser(), run.grid, arguments.value, arguments.date_field, arguments.class_field
    )
    if points.outside:
        notes.append(f"{points.outside} measurements lie outside the run's area.")
    pairs, missed = Pairs(), 0
    tile_of = points.pixels.rows // TILE_PIXELS * 10**6 + points.pixels.cols // TILE_PIXELS
    for tile in run.tiles(listener, "Reading the layer"):
        mine = np.flatnonzero(tile_of == tile.row // TILE_PIXELS * 10**6 + tile.col // TILE_PIXELS)
        if not mine.size:
            continue
        classes = _class_names(arguments.class_raster, tile)
        wanted: dict[int | None, list[int]] = {}
        for i in mine.tolist():
            day = points.days[i] or arguments.date
            number = None if day is None else ours.nearest(day, arguments.within_days)
            if day is not None and number is None:
                missed += 1
            else:
                wanted.setdefault(number, []).append(i)
        for number, members in wanted.items():
            values = _values(ours, tile, number)
            for i in members:
                at = (int(points.pixels.rows[i]) - tile.row, int(points.pixels.cols[i]) - tile.col)
                name = points.classes[i] or (classes[at] if classes is not None else "")
                pairs.add(float(points.values[i]), float(values[at]), name, points.days[i] or arguments.date)
    if missed:
        notes.append(f"{missed} measurements have no date of the layer within {arguments.within_days} days.")
    return pairs


def _with_raster(arguments: Arguments, run: FinishedRun, ours: Layer, listener: Listener, notes: list[str]) -> Pairs:
    """Pairs of whole pixels of the raster with the mean of ours in each; of ours, where the raster is finer."""
    assert arguments.raster is not None  # nosec B101 - for the type checker
    number = None
    if arguments.date is not None:
        number = ours.nearest(arguments.date, arguments.within_days)
        if number is None:
            raise RequestError(
                f"The layer has no date within {arguments.within_days} days of {arguments.date}.",
                f"It has {ours.dates[0]} to {ours.dates[-1]}.",
            )
    pairs, cells = Pairs(), _Cells()
    with Measured(arguments.raster.expanduser(), arguments.band, run.grid) as raster:
        coarse = raster.cell_m >= 15
        for tile in run.tiles(listener, "Reading both"):
            measured, cell = raster.read(tile)
            values = _values(ours, tile, number)
            classes = _class_names(arguments.class_raster, tile)
            if coarse:
                cells.add(cell, measured, values, classes)
                continue
            for at in np.argwhere(np.isfinite(measured) & np.isfinite(values))[:: max(1, values.size // 20_000)]:
                where = (int(at[0]), int(at[1]))
                pairs.add(measured[where], values[where], "" if classes is None else classes[where], arguments.date)
        least = 0.5 * (raster.cell_m / 10) ** 2
    for measured_value, own, name in cells.whole(least):
        pairs.add(measured_value, own, name, arguments.date)
    if coarse:
        notes.append(f"The raster's pixels of about {raster.cell_m:.0f} m are compared with the mean of ours in each.")
    return pairs


@dataclass
class _Cells:
    """Sums of our pixels by pixel of a coarser raster."""

    sums: dict[int, list[float]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def add(self, cell: np.ndarray, measured: np.ndarray, values: np.ndarray, classes: np.ndarray | None) -> None:
        known = (cell >= 0) & np.isfinite(measured) & np.isfinite(values)
        numbers, inverse = np.unique(cell[known], return_inverse=True)
        parts = [np.bincount(inverse, weights=w) for w in (measured[known], values[known], np.ones(known.sum()))]
        first = np.unique(inverse, return_index=True)[1]
        for i, number in enumerate(numbers):
            total = self.sums.setdefault(int(number), [0.0, 0.0, 0.0])
            for k in range(3):
                total[k] += float(parts[k][i])
            if classes is not None:
                self.names.setdefault(int(number), str(classes[known][first[i]]))

    def whole(self, least: float) -> Iterable[tuple[float, float, str]]:
        """(measured, ours, class) of cells with at least ``least`` of our pixels."""
        for number, (measured, own, count) in self.sums.items():
            if count >= least:
                yield measured / count, own / count, self.names.get(number, "")


def _values(ours: Layer, tile: Tile, number: int | None) -> np.ndarray:
    """The layer (h, w) of a date, or its mean over all dates."""
    if number is not None:
        return ours.read(tile, number)
    layers = [ours.read(tile, i) for i in range(len(ours.dates))]
    return np.asarray(np.mean(layers, axis=0))


def _class_names(path: Path | None, tile: Tile) -> np.ndarray | None:
    """Class names (h, w) of a class raster on the run's grid, '' for nodata. Raises ``RequestError``."""
    if path is None:
        return None
    try:
        with rasterio.open(path.expanduser()) as file:
            stored = file.read(1, window=Window(tile.col, tile.row, tile.width, tile.height))
            nodata = file.nodata
    except RasterioError:
        raise RequestError(f"{path} is no raster that can be read.", "Give a layer of this run's answers.") from None
    if stored.shape != (tile.height, tile.width):
        raise RequestError(f"{path.name} is not on the run's grid.", "Give a layer of this run's answers.")
    names = stored.astype(str)
    names[stored == nodata] = ""
    return np.asarray(names)


def _report(result: ExploreResult, ours: Layer, pairs: Pairs) -> None:
    truth, found = np.array(pairs.measured), np.array(pairs.ours)
    names = np.array(pairs.classes)
    result.score("Pairs", len(truth))
    for name, metric, unit in (
        ("R2", validate.r2, None),
        ("RMSE", validate.rmse, ours.unit),
        ("Bias", validate.bias, ours.unit),
    ):
        result.score(name, metric(truth, found), unit=unit)
    result.score("Correlation", _correlation(truth, found))
    shown = np.sort(np.random.default_rng(0).permutation(len(truth))[:_SHOWN])
    classes = [name for name in np.unique(names) if name]
    if classes:
        lines = [series(name, np.where(names[shown] == name, found[shown], np.nan)) for name in classes]
        rows = [
            (
                n,
                int(m.sum()),
                validate.r2(truth[m], found[m]),
                validate.rmse(truth[m], found[m]),
                validate.bias(truth[m], found[m]),
            )
            for n in classes
            if (m := names == n).sum() >= _LEAST
        ]
        result.table(
            "by_class", "By class", ("class", "pairs", "R2", f"RMSE ({ours.unit})", f"bias ({ours.unit})"), rows
        )
    else:
        lines = [series("pairs", found[shown])]
    label = f"{ours.label} ({ours.unit})"
    result.chart(f"{ours.label} against measurements", "Measured", label, "scatter", truth[shown], lines)
    table = zip(pairs.days, names, truth, found, strict=True)
    result.table("pairs", "Pairs", ("date", "class", "measured", "ours"), table)
    result.note("R2 is of our values as they are, not of a line fitted to them: below 0 the mean would be nearer.")


def _correlation(truth: np.ndarray, found: np.ndarray) -> float:
    return float(np.corrcoef(truth, found)[0, 1]) if truth.std() > 0 and found.std() > 0 else float("nan")
