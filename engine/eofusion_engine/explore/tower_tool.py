"""Tower: GPP of runs at a flux tower against what it measured."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, model_validator
from shapely.geometry.base import BaseGeometry

from ..errors import RequestError
from ..events import Listener, stop_if_cancelled
from ..products.polygons import parse_polygons
from ..towers.check import RUN, check_tower
from ..towers.read import Partitioning
from .arguments import GeoJson, RunsArguments
from .result import ExploreResult, series
from .runs import FinishedRun

_SEASON_COLOURS = {
    "December to February": "#0072b2",
    "March to May": "#009e73",
    "June to August": "#d55e00",
    "September to November": "#e69f00",
}
_UNIT = "GPP (g C m-2 d-1)"
#: The calibration, in the answer's folder.
CALIBRATION = "calibration.json"


class Arguments(RunsArguments):
    """``file``: a daily or half-hourly table of FLUXNET, ICOS or AmeriFlux; ``lat`` and ``lon`` its place in degrees
    (a training tower's is known by its id). The footprint is the pixel under it, a circle of ``radius_m``, or the
    polygon ``footprint``. ``calibrate``: also fit the head to the tower, where the data support it.

    ``run`` may be given for ``runs`` with one run.
    """

    file: Path
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    radius_m: float | None = Field(default=None, gt=0, le=5000)
    footprint: GeoJson | None = None
    partitioning: Partitioning = "nt"
    calibrate: bool = False

    @model_validator(mode="before")
    @classmethod
    def _one_run(cls, given: Any) -> Any:
        if isinstance(given, dict) and "run" in given and "runs" not in given:
            return {**{key: value for key, value in given.items() if key != "run"}, "runs": [given["run"]]}
        return given


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """Scatter, series, residuals by season, scores beside simple models, and the calibration on request.

    Raises what ``towers.check.check_tower`` raises: the file, the place, no day in common.
    """
    listener.progress("explore", 0, 2, "Reading the tower and the runs")
    with ExitStack() as stack:
        runs = [stack.enter_context(FinishedRun.open(run)) for run in arguments.runs]
        result = ExploreResult("tower", "GPP at a flux tower", arguments, runs)
        with result:
            found = check_tower(
                arguments.file, arguments.runs, lat=arguments.lat, lon=arguments.lon, radius_m=arguments.radius_m,
                footprint=_footprint(arguments.footprint), partitioning=arguments.partitioning,
                calibrate_to=result.folder / CALIBRATION if arguments.calibrate else None,
            )  # fmt: skip
            stop_if_cancelled(listener)
            listener.progress("explore", 1, 2, "Drawing")
            tower = found["tower"]
            result.title = f"GPP at {tower['site'] or tower['name']}"
            _charts(result, found["rows"])
            _tables(result, found)
            _scores(result, found["scores"])
            _notes(result, found)
            listener.progress("explore", 2, 2, "Drawing")
        return result


def _footprint(data: dict[str, Any] | None) -> BaseGeometry | None:
    if data is None:
        return None
    polygons = parse_polygons(data, "the footprint")
    if len(polygons) != 1:
        raise RequestError(f"The footprint has {len(polygons)} polygons.", "A footprint is one polygon.")
    return polygons[0].geometry


def _charts(result: ExploreResult, rows: Sequence[dict[str, Any]]) -> None:
    observed, run, low, high = (_column(rows, name) for name in ("observed", RUN, "p10", "p90"))
    seasons = np.array([row["season"] for row in rows])
    lines = [series("Tower", observed, color="#333333"), series("Run, p10 to p90", run, low, high, "#009e73")]
    result.chart("Over time", "Date", _UNIT, "band", [row["date"] for row in rows], lines)
    ends = np.array([min(0.0, float(np.nanmin([observed, run]))), float(np.nanmax([observed, run]))])
    present = [season for season in _SEASON_COLOURS if (seasons == season).any()]
    none = np.full(2, np.nan)
    dots = [series(s, np.append(np.where(seasons == s, run, np.nan), none), color=_SEASON_COLOURS[s]) for s in present]
    bisector = series("1:1", np.append(np.full(len(rows), np.nan), ends), color="#888888")
    result.chart(
        "Run against tower", f"Tower {_UNIT}", f"Run {_UNIT}", "scatter", np.append(observed, ends), [*dots, bisector]
    )
    residual = run - observed
    bars = np.array([_spread(residual[seasons == season]) for season in present]).reshape(-1, 3)
    result.chart(
        "Run minus tower by season", "", "g C m-2 d-1", "bar", present,
        [series("mean, with the middle 80 % of days", bars[:, 1], bars[:, 0], bars[:, 2], "#56b4e9")],
    )  # fmt: skip


def _tables(result: ExploreResult, found: dict[str, Any]) -> None:
    measures = ("n", "r2", "rmse", "bias", "mae")
    scores = [[row["model"], *(row[name] for name in measures)] for row in found["scores"]]
    names = ("days", "R2", "RMSE", "bias", "MAE")
    result.table("scores", "Scores (g C m-2 d-1)", ("model", *names), scores)
    by_season = [[row["season"], *(row[name] for name in measures)] for row in found["seasons"]]
    result.table("seasons", "Run by season (g C m-2 d-1)", ("season", *names), by_season)
    if found["sums"]:
        keys = ("start", "end", "observed", "filled_days", "p10", "p50", "p90")
        sums = [[row[key] for key in keys] for row in found["sums"]]
        result.table("sums", "Sums of the period (g C m-2)", keys, sums)
    columns = list(found["rows"][0])
    result.table("days", "Days (g C m-2 d-1)", columns, [[row[key] for key in columns] for row in found["rows"]])
    made = found["calibration"]
    if made is not None and made["supported"]:
        years = [[row[key] for key in ("year", "n", "rmse_before", "rmse_after")] for row in made["years"]]
        columns = ["year left out", "days", "RMSE before", "RMSE after"]
        result.table("calibration", "Calibration by years left out", columns, years)


def _scores(result: ExploreResult, scores: Sequence[dict[str, Any]]) -> None:
    run = next(row for row in scores if row["model"] == RUN)
    for name, key, unit in (
        ("R2", "r2", None),
        ("RMSE", "rmse", "g C m-2 d-1"),
        ("Bias", "bias", "g C m-2 d-1"),
        ("Share within p10 to p90", "coverage80", None),
    ):
        if run.get(key) is not None:
            result.score(name, run[key], unit=unit)
    result.score("Days", run["n"])


def _notes(result: ExploreResult, found: dict[str, Any]) -> None:
    if found["calibration"] is not None:
        result.note(_calibration(found["calibration"]))
    for note in found["notes"]:
        result.note(note)
    for sources in {tuple(run["drivers"].items()) for run in found["runs"]}:
        result.note("Drivers of the run: " + "; ".join(f"{name} {source}" for name, source in sources) + ".")


def _calibration(made: dict[str, Any]) -> str:
    if not made["supported"]:
        return f"No calibration: {made['reason']}"
    shift = f" and the response to temperature moved by {made['temperature_shift']:+.1f} degC"
    return (
        f"Calibration written to {CALIBRATION} of this folder: efficiency x {made['scale']:.2f}"
        f"{shift if made['temperature_shift'] else ''}; error in left-out years {made['rmse_before']:.2f} -> "
        f"{made['rmse_after']:.2f} g C m-2 d-1. Other runs use it as 'gpp_calibration'."
    )


def _column(rows: Sequence[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], float)


def _spread(values: np.ndarray) -> tuple[float, float, float]:
    """10th percentile, mean, 90th percentile."""
    low, high = np.percentile(values, (10, 90))
    return float(low), float(values.mean()), float(high)
