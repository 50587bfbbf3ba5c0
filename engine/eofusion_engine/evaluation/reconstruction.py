"""Cloud-free reconstruction: a clear date is hidden and must come back, on places that no training saw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..bands import S2_BANDS
from ..model.encoders import s1_conditions, s2_conditions
from ..model.fusion import Observations
from ..model.stack import FusionStack
from ..training.places import Place, read_places

#: Pixels of each place, drawn once with a fixed seed.
PIXELS = 200
RED, NIR = S2_BANDS.index("B04"), S2_BANDS.index("B08")
#: Half the width of a Laplace distribution's central 80 %, in standard deviations: ln(5) / sqrt(2).
P80 = 1.138
REFERENCE = "linear in time"
Prediction = tuple[np.ndarray, np.ndarray | None]


def evaluate(data_dir: Path, weights_dir: Path | None = None) -> list[dict[str, Any]]:
    """Rows of the table: one model or baseline each, with 95 % intervals from a bootstrap over places."""
    places = [p for p in read_places(data_dir) if p.held_out and p.kind == "imagery" and len(p.s2) >= 8]
    return score(places, FusionStack.from_weights(weights_dir))


def score(places: list[Place], stack: FusionStack) -> list[dict[str, Any]]:
    """Errors of the model and of simple baselines at hidden clear dates of ``places``."""
    errors: dict[str, dict[str, dict[str, float]]] = {}  # model -> place -> measure
    for place in places:
        for name, values in _place_errors(place, stack).items():
            errors.setdefault(name, {})[place.name] = values
    rows = []
    for name, by_place in errors.items():
        row: dict[str, Any] = {"model": name, "places": len(by_place)}
        for measure in ("mae", "ndvi_rmse"):
            mean, low, high = _interval([values[measure] for values in by_place.values()])
            row[measure] = round(mean, 4)
            row[f"{measure}_95"] = f"{low:.4f}..{high:.4f}"
        # Paired: the same places for both.
        paired = [values["mae"] - errors[REFERENCE][where]["mae"] for where, values in by_place.items()]
        mean, low, high = _interval(paired)
        row["mae_minus_linear"] = "" if name == REFERENCE else f"{mean:+.4f} ({low:+.4f}..{high:+.4f})"
        coverage = [values["coverage"] for values in by_place.values() if "coverage" in values]
        row["coverage_80"] = round(float(np.mean(coverage)), 3) if coverage else None
        rows.append(row)
    return rows


def _interval(places: list[float], draws: int = 2000) -> tuple[float, float, float]:
    values = np.array(places)
    picks = np.random.default_rng(0).integers(0, len(values), (draws, len(values)))
    low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def _place_errors(place: Place, stack: FusionStack) -> dict[str, dict[str, float]]:
    rng = np.random.default_rng(0)
    cube = place.reflectance()
    chosen = rng.permutation(cube.shape[2] * cube.shape[3])[:PIXELS]
    truth = cube.reshape(*cube.shape[:2], -1)[..., chosen].transpose(2, 0, 1)  # (P, T, 10)
    # Only where all models can answer: another clear date lies on both sides of the hidden one.
    clear = np.isfinite(truth).all(axis=2)
    before = np.cumsum(clear, axis=1) - clear
    wanted = clear & (before > 0) & ((clear.sum(1)[:, None] - before - clear) > 0)
    models: dict[str, Callable[[], Prediction]] = {
        REFERENCE: lambda: (_linear(truth, clear, place.s2_days), None),
        "nearest clear date": lambda: (_nearest(truth, clear, place.s2_days), None),
        "median of the other dates": lambda: (_median(truth), None),
        "fusion": lambda: _fusion(place, stack, chosen, ("S1", "S2")),
    }
    if len(place.s1):
        models["fusion without S1, where S1 exists"] = lambda: _fusion(place, stack, chosen, ("S2",))
        models["fusion without S2, where S1 exists"] = lambda: _fusion(place, stack, chosen, ("S1",))
    return {name: _errors(truth, wanted, *model()) for name, model in models.items()}


def _errors(truth: np.ndarray, wanted: np.ndarray, value: np.ndarray, sd: np.ndarray | None) -> dict[str, float]:
    difference = np.abs(value - truth)[wanted]
    ndvi = (_ndvi(value) - _ndvi(truth))[wanted]
    out = {"mae": float(difference.mean()), "ndvi_rmse": float(np.sqrt(np.mean(ndvi**2)))}
    if sd is not None:
        out["coverage"] = float((difference <= P80 * sd[wanted]).mean())
    return out


def _ndvi(bands: np.ndarray) -> np.ndarray:
    red, nir = bands[..., RED], bands[..., NIR]
    total = np.maximum(red + nir, 0.02)  # dark water: keep the index bounded
    return np.clip((nir - red) / total, -1, 1)


def _linear(truth: np.ndarray, clear: np.ndarray, days: np.ndarray) -> np.ndarray:
    out = np.full_like(truth, np.nan)
    for p, seen in enumerate(clear):
        index = np.flatnonzero(seen)
        for k in range(1, len(index) - 1):
            left, here, right = index[k - 1 : k + 2]
            share = (days[here] - days[left]) / max(days[right] - days[left], 1)
            out[p, here] = (1 - share) * truth[p, left] + share * truth[p, right]
    return out


def _nearest(truth: np.ndarray, clear: np.ndarray, days: np.ndarray) -> np.ndarray:
    gap = np.abs(days[:, None] - days[None]).astype(float)
    np.fill_diagonal(gap, np.inf)
    cost = np.where(clear[:, None, :], gap[None], np.inf)
    return np.take_along_axis(truth, cost.argmin(axis=2)[..., None], axis=1)


def _median(truth: np.ndarray) -> np.ndarray:
    out = np.empty_like(truth)
    for t in range(truth.shape[1]):
        out[:, t] = np.nanmedian(np.delete(truth, t, axis=1), axis=1)
    return out


@torch.inference_mode()
def _fusion(place: Place, stack: FusionStack, chosen: np.ndarray, sensors: tuple[str, ...]) -> Prediction:
    """Reflectance (P, T, 10) and standard deviation at every date, each with that date's own view hidden."""
    seen: dict[str, Observations] = {}
    series = {
        "S2": (place.reflectance(), s2_conditions(torch.as_tensor(place.s2_days)), place.s2_days),
        "S1": (
            place.backscatter(),
            s1_conditions(torch.as_tensor(place.s1_days), torch.as_tensor(place.s1_ascending)),
            place.s1_days,
        ),
    }
    for sensor, (cube, conditions, days) in series.items():
        width = stack.encoder(sensor).config.width
        features, view = (
            torch.zeros(len(cube), len(chosen), width),
            torch.zeros(len(cube), len(chosen), dtype=torch.bool),
        )
        for first in range(0, len(cube), 8):
            part = slice(first, first + 8)
            f, s = stack.encoders[sensor](torch.from_numpy(cube[part]), conditions[part])
            features[part], view[part] = f.flatten(1, 2)[:, chosen], s.flatten(1, 2)[:, chosen]
        if sensor not in sensors:
            view = torch.zeros_like(view)
        seen[sensor] = Observations(features.transpose(0, 1), view.transpose(0, 1), torch.as_tensor(days))
    asked = torch.as_tensor(place.s2_days)
    hidden = torch.ones(len(asked), dtype=torch.bool)
    embedding, _ = stack.fusion.embed(seen, asked, None, None, hidden)
    value, sd = stack.reflectance(embedding, asked)
    return value.numpy(), sd.numpy()
