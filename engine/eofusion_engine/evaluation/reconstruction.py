"""Cloud-free reconstruction: all clear dates of a gap are hidden, and its middle must come back.

Scored against linear interpolation, the nearest clear date, a Whittaker smoother and trees on the four nearest clear
dates, on places that no training saw; and what Sentinel-1 adds. Each place weighs the same; intervals are bootstraps
over places (over months for the radar's gain at one place, over worlds where places are simulated).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..bands import S2_BANDS, SCL_UNCLEAR
from ..errors import WeightsError
from ..model.encoders import s1_conditions, s2_conditions
from ..model.fusion import Observations
from ..model.stack import FusionStack
from ..training.places import Place, read_imagery
from .bundle import bundle_folder
from .gap_model import P80, observe_place, predict
from .gap_tree import GapTree, load_tree
from .gaps import GAPS, Hidden, Series, choose_pixels, hide, linear, nearest, pixel_series, repeats, whittaker
from .resampling import with_intervals
from .rows import OURS, Row, Seen, make_row
from .seen import SEEN_LABELS, TrainingPlaces

TASK, UNIT = "reconstruction", "reflectance"
LINEAR, TREE = "linear in time", "trees on four dates"
WITHOUT_S1 = f"{OURS} without S1"
LONG = "gaps of 20 days or more"
#: Worlds of the simulator that no training draws, and pixels of each.
WORLDS, WORLD_PIXELS, FIRST_WORLD = 12, 24, 9_000_000
_SUMS = 4  # places, and mean absolute errors of the model, of linear interpolation and of the trees


@dataclass(frozen=True)
class _Scored:
    """Absolute errors (N, 10) by model at the hidden targets of one group, and whether intervals held (N, 10)."""

    name: str
    hidden: Hidden
    errors: dict[str, np.ndarray]
    inside: dict[str, np.ndarray]

    def of(self, rows: np.ndarray, name: str = "") -> _Scored:
        """Some of the targets."""
        hidden = Hidden(self.hidden.pixel[rows], self.hidden.date[rows], self.hidden.gap[rows])
        cut = ({key: value[rows] for key, value in part.items()} for part in (self.errors, self.inside))
        return _Scored(name or self.name, hidden, *cut)


def evaluate(data_dir: Path, weights_dir: Path | None = None, cv: bool = False) -> list[Row]:
    """Rows of the table. Trained on no evaluation place, so ``cv`` changes nothing.

    Raises:
        FileNotFoundError: the folder holds no imagery of a known layout.
    """
    stack = FusionStack.from_weights(weights_dir)
    try:
        tree = load_tree(bundle_folder(weights_dir))
    except WeightsError:
        tree = None  # the row is left out
    trained = TrainingPlaces.of(("encoder_s1", "encoder_s2", "fusion"), weights_dir)
    places = [p for p in read_imagery(data_dir) if len(p.s2) >= 8]
    labels = trained.label(np.array([p.lat for p in places]), np.array([p.lon for p in places]))
    rows: list[Row] = []
    for label in SEEN_LABELS:
        chosen = [p for p, of in zip(places, labels, strict=True) if of == label]
        if chosen and (label == "unseen" or not rows):
            rows += score(chosen, stack, tree, label)
    return [*rows, *_simulated(stack, tree)]


def score(places: list[Place], stack: FusionStack, tree: GapTree | None, seen: Seen) -> list[Row]:
    """Rows of real places: by length of gap, the floor of repeated views, and what Sentinel-1 adds."""
    scored, floor, paired = list[_Scored](), list[float](), list[_Scored]()
    for place in places:
        chosen = choose_pixels(place)
        series = pixel_series(place, chosen)
        hidden = hide(series)
        if not len(hidden):
            continue
        use: list[tuple[str, ...]] = [("S1", "S2"), ("S2",)] if len(place.s1) else [("S2",)]
        scored.append(_score(place.name, series, hidden, observe_place(stack, place, chosen), stack, tree, use))
        paired += _by_month(place, scored[-1]) if len(place.s1) else []
        first, second = repeats(series)
        floor.append(np.nanmean(np.abs(first - second)) if len(first) else np.nan)
    if not scored:
        return []
    data = "real places"
    rows = [row for gap in (LONG, *GAPS) for row in _table(scored, gap, data, seen)]
    known = np.array(floor)[np.isfinite(floor)]
    if len(known):
        sums = np.stack((np.ones_like(known), known), axis=1)
        metrics = with_intervals(sums, lambda s: {"mae": s[..., 1] / s[..., 0]})
        rows.append(make_row(TASK, data, "the same pixel seen again 1 to 5 days later", len(known), seen, metrics,
                             part="no gap: the floor", unit=UNIT))  # fmt: skip
    return rows + _radar_gain(paired, "real pairs of both sensors, by month", seen)


def _score(
    name: str, series: Series, hidden: Hidden, sensors: dict[str, Observations], stack: FusionStack,
    tree: GapTree | None, use: list[tuple[str, ...]],
) -> _Scored:  # fmt: skip
    truth = series.truth[hidden.pixel, hidden.date]
    baselines: dict[str, Callable[[Series, Hidden], np.ndarray]] = {
        LINEAR: linear,
        "nearest clear date": nearest,
        "Whittaker smoother": whittaker,
    }
    if tree is not None:
        baselines[TREE] = tree.predict
    errors = {key: np.abs(fill(series, hidden) - truth) for key, fill in baselines.items()}
    inside = {}
    for names in use:
        model = OURS if names == use[0] else WITHOUT_S1
        value, sd = predict(stack, sensors, hidden, names)
        errors[model] = np.abs(value - truth)
        inside[model] = np.where(np.isfinite(errors[model]), errors[model] <= P80 * sd, np.nan)
    # Only where all answer; a band that a place lacks is no error of zero.
    known = np.logical_and.reduce([np.isfinite(e) for e in errors.values()])
    return _Scored(
        name, hidden, *({k: np.where(known, v, np.nan) for k, v in part.items()} for part in (errors, inside))
    )


def _sums(group: _Scored, model: str) -> np.ndarray:
    """(4 + 1 + 10,): one place, mean errors of the model, of linear, of the trees, coverage, and error by band."""
    error = group.errors[model]
    tree = group.errors.get(TREE, np.full_like(error, np.nan))
    inside = group.inside.get(model, np.full_like(error, np.nan))
    with np.errstate(invalid="ignore"):
        means = [_mean(part) for part in (error, group.errors[LINEAR], tree, inside)]
        return np.array([1.0, *means, *(_mean(error[:, b]) for b in range(error.shape[1]))])


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _metrics(sums: np.ndarray) -> dict[str, np.ndarray]:
    with np.errstate(invalid="ignore", divide="ignore"):
        out = {"mae": sums[..., 1] / sums[..., 0], "coverage80": sums[..., 4] / sums[..., 0]}
        out["mae_vs_linear"] = 100 * (sums[..., 1] / sums[..., 2] - 1)
        out["mae_vs_trees"] = 100 * (sums[..., 1] / sums[..., 3] - 1)
    return out


def _table(scored: list[_Scored], gap: str | int, data: str, seen: Seen) -> list[Row]:
    """One row a model, over the targets of this gap (its length, or LONG)."""
    parts = [g.of(g.hidden.gap >= 20 if gap == LONG else g.hidden.gap == gap) for g in scored]
    parts = [g for g in parts if np.isfinite(g.errors[LINEAR]).any()]
    if not parts:
        return []
    rows = []
    reference = np.stack([_sums(g, LINEAR) for g in parts])
    for model in scored[0].errors:
        if not all(model in g.errors for g in parts):
            continue
        sums = np.stack([_sums(g, model) for g in parts])
        compared = None if model == LINEAR else reference
        metrics = with_intervals(sums, _metrics, compared, ("mae",) if compared is not None else ())
        if model == LINEAR:
            metrics = {key: value for key, value in metrics.items() if not key.startswith("mae_vs_linear")}
        if model == TREE:
            metrics = {key: value for key, value in metrics.items() if not key.startswith("mae_vs_trees")}
        metrics["places"] = len(parts)
        if gap == LONG:
            metrics |= {f"mae_{band}": _mean(sums[:, 5 + b]) for b, band in enumerate(S2_BANDS)}
        rows.append(
            make_row(TASK, data, model, sum(len(g.hidden) for g in parts), seen, metrics, unit=UNIT,
                     part=LONG if gap == LONG else f"gap of {gap} days", reference="" if model == LINEAR else LINEAR)
        )  # fmt: skip
    return rows


def _by_month(place: Place, group: _Scored) -> list[_Scored]:
    """A place's targets of long gaps by calendar month: what a bootstrap can draw where places are few."""
    days = np.asarray(place.s2_days)[group.hidden.date]
    month = (days % 365.2425 // 30.44).astype(int)
    long = group.hidden.gap >= 20
    return [group.of(long & (month == m), f"{place.name}/{m}") for m in np.unique(month[long])]


def _radar_gain(parts: list[_Scored], data: str, seen: Seen) -> list[Row]:
    """The fusion with and without Sentinel-1 where there is any, paired."""
    parts = [g for g in parts if WITHOUT_S1 in g.errors and np.isfinite(g.errors[LINEAR]).any()]
    if len(parts) < 2:
        return []
    without = np.stack([_sums(g, WITHOUT_S1) for g in parts])
    rows = []
    for model in (LINEAR, WITHOUT_S1, OURS):
        sums = np.stack([_sums(g, model) for g in parts])
        paired = model == OURS
        metrics = with_intervals(sums, _metrics, without if paired else None, ("mae",) if paired else ())
        metrics["places"] = len(parts)
        kept = {k: v for k, v in metrics.items() if not (model == LINEAR and k.startswith("mae_vs_linear"))}
        n = sum(len(g.hidden) for g in parts)
        rows.append(make_row(TASK, data, model, n, seen, kept, unit=UNIT, part=LONG,
                             reference=WITHOUT_S1 if paired else ""))  # fmt: skip
    return rows


def _simulated(stack: FusionStack, tree: GapTree | None) -> list[Row]:
    """Simulated pixels, whose truth is known: is the radar of use where there is much of it?"""
    from ..training.shards import simulate_world

    scored = []
    for seed in range(FIRST_WORLD, FIRST_WORLD + WORLDS):
        world = simulate_world(seed, WORLD_PIXELS)
        clear = ~np.isin(world.scl, SCL_UNCLEAR)
        days = np.array([d.toordinal() for d in world.s2_dates])
        s1_days = np.array([d.toordinal() for d in world.s1_dates])
        bands = np.where(clear[..., None], world.s2, np.nan).astype(np.float32)
        series = Series(bands, np.where(clear[..., None], world.s2_truth, np.nan).astype(np.float32), days)
        hidden = hide(series, (30, 60))
        if not len(hidden):
            continue
        # Each date of a series is encoded as a lone pixel.
        s2_when = torch.as_tensor(days).expand(len(bands), -1)
        s1_when = torch.as_tensor(s1_days).expand(len(bands), -1)
        rising = torch.as_tensor(np.asarray(world.s1_ascending)).expand(len(bands), -1)
        with torch.inference_mode():
            sensors = {
                "S2": stack.observe("S2", torch.from_numpy(bands), s2_conditions(s2_when), s2_when),
                "S1": stack.observe(
                    "S1", torch.from_numpy(np.asarray(world.s1, np.float32)), s1_conditions(s1_when, rising), s1_when
                ),
            }
        scored.append(_score(f"world/{seed}", series, hidden, sensors, stack, tree, [("S1", "S2"), ("S2",)]))
    return _radar_gain(scored, "simulated worlds, against their truth", "unseen")
