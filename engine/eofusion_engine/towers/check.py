"""``check_tower``: a tower's file beside one or more runs, as one JSON-able answer for the command line and QGIS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from shapely.geometry.base import BaseGeometry

from ..errors import OutputError, RequestError
from ..evaluation.seen import TrainingPlaces
from ..evaluation.splits import distance_km
from ..model.calibration import Calibration, head_sum
from ..model.gpp import GppHead, trailing_mean
from ..model.gpp_baselines import load_simple_models
from ..model.light_use import LightUse
from ..physics.sun import extraterrestrial_radiation
from . import calibrate as calibration
from .compare import Pairs, as_rows, by_season, period_sum, scores
from .place import RunSeries, series_at_tower
from .read import Partitioning, TowerSeries, read_tower, site_name

RUN = "run"
#: A given position that is farther than this from the tower's known one is remarked on: some of the list's positions
#: are centres of image tiles, tens of kilometres off.
_SAME_PLACE_KM = 100.0
OWN_WEATHER = "head with the tower's weather"
NIRV, LUE, MEAN = "linear NIRv", "simple light use (tower's weather)", "tower's mean"


@dataclass(frozen=True)
class _Overlap:
    """The runs' dates on which the tower has GPP, ascending; arrays (N,) or (N, 6)."""

    days: tuple[date, ...]
    observed: np.ndarray
    tair: np.ndarray
    ssrd: np.ndarray
    vpd: np.ndarray
    p10: np.ndarray
    p50: np.ndarray
    p90: np.ndarray
    six: np.ndarray
    top: np.ndarray
    recent: np.ndarray


def check_tower(
    file: Path | str,
    runs: Sequence[Path | str],
    *,
    lat: float | None = None,
    lon: float | None = None,
    radius_m: float | None = None,
    footprint: BaseGeometry | None = None,
    partitioning: Partitioning = "nt",
    calibrate_to: Path | None = None,
    weights_dir: Path | None = None,
) -> dict[str, Any]:
    """What runs say at a tower beside what the tower measured.

    Args:
        file: daily or half-hourly CSV (:func:`.read.read_tower`). runs: folders of finished runs with GPP.
        lat, lon: the tower's position in degrees; without them that of a training tower of the same id.
        radius_m, footprint: :func:`.place.series_at_tower`.
        calibrate_to: also fit a calibration, and write it there when the data support it.

    Returns:
        ``tower`` {name, site, column, first, last, days, seen, ...}, ``footprint``, ``rows`` [{date, season,
        observed, p10, p90, run, <model>...}], ``scores`` [{model, n, r2, rmse, bias, mae, coverage80}], ``seasons``,
        ``sums`` (one a run where the tower has 80 % of its days), ``calibration`` ({supported, ...} or None),
        ``units``, ``notes``. Unknown values are None.

    Raises:
        TowerError: the file. OutsideError: the position. OutputError: a run folder, or the calibration's file.
        RequestError: tower and runs have no day in common.
    """
    places = TrainingPlaces.of(["gpp"], weights_dir)
    lat, lon = _position(Path(file), lat, lon, places)
    if not runs:
        raise RequestError("No run is given.", "Name the folder of a finished run.")
    if radius_m is not None and not 0 < radius_m <= 5000:
        raise RequestError(f"A footprint of {radius_m:g} m cannot be.", "Give a radius of up to 5000 m.")
    tower = read_tower(Path(file), lon=lon, partitioning=partitioning)
    series = [series_at_tower(run, lat, lon, radius_m, footprint) for run in runs]
    overlap = _overlap(tower, series, lat)
    head = GppHead.from_weights(weights_dir)
    pairs = _pairs(overlap, head, weights_dir)
    seen = bool(places.near(np.array([lat]), np.array([lon]))[0]) or tower.site in places.ids
    notes = list(tower.remarks)
    away = _away_km(tower.site, lat, lon, places)
    if away is not None and away > _SAME_PLACE_KM:
        notes.append(f"{tower.site} is known to stand {away:.0f} km from the given position: see that it is right.")
    if seen:
        notes.append(
            "This tower, or one within 25 km, trained the GPP head: a good fit here is no evidence for other places."
        )
    if len(pairs.predicted) == 2:
        notes.append("The run has no reflectance product, so the simple models and a calibration cannot be made.")
    if len(overlap.days) < 10:
        notes.append(f"Only {len(overlap.days)} days are in both: scores of so few are a matter of luck.")
    answer: dict[str, Any] = {
        "tower": {**_about(tower), "lat": lat, "lon": lon, "seen": seen},
        "footprint": {
            "kind": "polygon" if footprint is not None else "circle" if radius_m else "pixel",
            "radius_m": radius_m, "pixels": series[0].pixels, "hectares": round(series[0].hectares, 4),
        },
        "runs": [{"run": str(one.run), "drivers": one.drivers} for one in series],
        "rows": as_rows(pairs),
        "scores": scores(pairs, RUN),
        "seasons": by_season(pairs, RUN),
        "sums": [
            found for one in series if (found := period_sum(tower.days, tower.gpp, one.start, one.end, one.total))
        ],
        "calibration": None,
        "units": {"gpp": "g C m-2 d-1", "sums": "g C m-2"},
        "notes": notes,
    }  # fmt: skip
    if calibrate_to is not None:
        answer["calibration"] = _calibrate(head.core, overlap, tower, Path(calibrate_to), weights_dir)
    return answer


def _position(file: Path, lat: float | None, lon: float | None, places: TrainingPlaces) -> tuple[float, float]:
    if lat is None or lon is None:
        site = site_name(file.name)
        known = [i for i, name in enumerate(places.ids) if name == site and np.isfinite(places.lat[i])]
        if not known:
            raise RequestError(
                f"The position of the tower of {file.name} is not known.", "Give it: --lat 43.74 --lon 3.60 (degrees)."
            )
        return float(places.lat[known[0]]), float(places.lon[known[0]])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise RequestError(f"{lat}, {lon} is no latitude and longitude.", "Give degrees: --lat 43.74 --lon 3.60")
    return lat, lon


def _away_km(site: str, lat: float, lon: float, places: TrainingPlaces) -> float | None:
    """How far a tower's given position lies from the one that the list of training towers has for its id."""
    known = [i for i, name in enumerate(places.ids) if name == site and np.isfinite(places.lat[i])]
    if not known:
        return None
    lats, lons = (np.array([given, own[known[0]]]) for given, own in ((lat, places.lat), (lon, places.lon)))
    return float(distance_km(lats, lons)[0, 1])


def _about(tower: TowerSeries) -> dict[str, Any]:
    both = np.isfinite(tower.gpp) & np.isfinite(tower.other)
    spread = float(np.sqrt(np.mean((tower.gpp - tower.other)[both] ** 2))) if both.any() else None
    return {
        "name": tower.name, "site": tower.site, "column": tower.column, "step_minutes": tower.step_minutes,
        "first": str(tower.days[0]), "last": str(tower.days[-1]), "days": int(tower.known.sum()),
        "between_partitionings": None if spread is None else round(spread, 3),
    }  # fmt: skip


def _overlap(tower: TowerSeries, series: Sequence[RunSeries], lat: float) -> _Overlap:
    where = {day.item(): index for index, day in enumerate(tower.days)}
    found: dict[date, tuple[int, RunSeries, int]] = {}
    for one in series:
        for index, day in enumerate(one.days):
            if day in where and np.isfinite(tower.gpp[where[day]]) and np.isfinite(one.p50[index]):
                found.setdefault(day, (where[day], one, index))
    if not found:
        run_days = sorted(day for one in series for day in one.days)
        raise RequestError(
            f"{tower.name} ({tower.days[0]} to {tower.days[-1]}) has GPP on no date of the run "
            f"({run_days[0]} to {run_days[-1]}).",
            "Make a run for years that the tower has.",
        )
    days = tuple(sorted(found))
    at = np.array([found[day][0] for day in days])

    def of_run(name: str) -> np.ndarray:
        return np.array([getattr(found[day][1], name)[found[day][2]] for day in days])

    top = extraterrestrial_radiation(lat, np.array(days, "datetime64[D]"))
    recent = trailing_mean(tower.tair)[at]
    weather = (tower.tair[at], tower.ssrd[at], tower.vpd[at])
    return _Overlap(
        days, tower.gpp[at], *weather, of_run("p10"), of_run("p50"), of_run("p90"), of_run("six"), top, recent
    )


def _pairs(overlap: _Overlap, head: GppHead, weights_dir: Path | None) -> Pairs:
    predicted = {RUN: overlap.p50}
    if np.isfinite(overlap.six).any():
        simple = load_simple_models(weights_dir)
        weather = (overlap.tair, overlap.ssrd, overlap.vpd)
        if np.isfinite(overlap.tair + overlap.ssrd).any():
            predicted[OWN_WEATHER] = _with_core(head.core, overlap)
            predicted[LUE] = simple.light_use(overlap.six, *weather)
        predicted[NIRV] = simple.nirv(overlap.six)
    predicted[MEAN] = np.full(len(overlap.days), overlap.observed.mean())
    return Pairs(overlap.days, overlap.observed, predicted, overlap.p10, overlap.p90)


def _with_core(core: LightUse, overlap: _Overlap) -> np.ndarray:
    columns = (overlap.six, overlap.top, overlap.tair, overlap.ssrd, overlap.vpd, overlap.recent)
    with torch.inference_mode():
        return core(*(torch.as_tensor(np.asarray(c, np.float32)) for c in columns)).numpy().astype(float)


def _calibrate(
    core: LightUse, overlap: _Overlap, tower: TowerSeries, out: Path, weights_dir: Path | None
) -> dict[str, Any]:
    use = np.isfinite(overlap.six).all(axis=1) & np.isfinite(overlap.tair) & np.isfinite(overlap.ssrd)
    days = calibration.TowerDays(
        overlap.six[use], overlap.top[use], overlap.tair[use], overlap.ssrd[use], overlap.vpd[use],
        overlap.recent[use], overlap.observed[use],
        year=np.array([day.year for day in overlap.days])[use],
        week=np.array([day.toordinal() // 7 for day in overlap.days])[use],
    )  # fmt: skip
    try:
        fitted = calibration.calibrate(core, days)
    except calibration.CalibrationNotSupported as reason:
        return {"supported": False, "reason": str(reason)}
    name = tower.site or Path(tower.name).stem
    about = {**fitted.as_dict(), "tower": tower.name, "column": tower.column}
    made = Calibration(name, round(fitted.scale, 4), fitted.temperature_shift, head_sum(weights_dir), about)
    try:
        made.save(out)
    except OSError as error:
        raise OutputError(
            f"The calibration cannot be written to {out} ({error.strerror}).", "Name a file that you may write."
        ) from None
    return {"supported": True, "file": str(out), "name": name, **fitted.as_dict()}
