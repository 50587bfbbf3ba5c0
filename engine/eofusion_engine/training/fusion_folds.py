"""Folds over the training places: how the fusion does on places that it did not see; the width of its intervals.

A network is surer of places that it was trained on than it may be elsewhere. So three fold models are trained, each
without a third of the clusters; the factor that makes the 80 % interval hold 80 % of their errors widens the
intervals of the one that is shipped (``intervals``).
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import numpy as np

from ..errors import RequestError
from ..evaluation.gap_model import P80, observe_place, predict
from ..evaluation.gaps import choose_pixels, hide, linear, pixel_series
from ..model.stack import FusionStack
from ..model.weights import load_tensors, save_tensors
from .places import Place, clusters

FOLDS = 3
#: Factors on the intervals' width at which their coverage is noted.
FACTORS = np.round(np.geomspace(0.5, 4.0, 61), 4)
NOMINAL = 0.8


def fold_places(places: list[Place], fold: int) -> frozenset[str]:
    """Names of the places with imagery that fold ``fold`` of FOLDS leaves out: every third cluster."""
    imagery = [p for p in places if p.kind == "imagery"]
    names = clusters(imagery)
    chosen = set(sorted(set(names))[fold::FOLDS])
    return frozenset(p.name for p, name in zip(imagery, names, strict=True) if name in chosen)


def fold_file(work: Path, fold: int) -> Path:
    """Where a fold's scores are noted."""
    return work / f"fusion_fold{fold}.json"


def gap_errors(stack: FusionStack, places: list[Place]) -> dict[str, dict[str, float | list[float]]]:
    """By place, at gaps of 20 days or more: ``mae``, ``linear`` (that of linear interpolation) and ``coverage`` of the
    80 % interval when it is widened by each of FACTORS."""
    stack.eval()
    out: dict[str, dict[str, float | list[float]]] = {}
    for place in places:
        chosen = choose_pixels(place, 48)
        series = pixel_series(place, chosen)
        hidden = hide(series, (20, 45))
        if not len(hidden):
            continue
        value, sd = predict(stack, observe_place(stack, place, chosen), hidden)
        truth = series.truth[hidden.pixel, hidden.date]
        error = np.abs(value - truth)
        ratio = (error / (P80 * sd))[np.isfinite(error)]
        out[place.name] = {
            "mae": float(np.nanmean(error)),
            "linear": float(np.nanmean(np.abs(linear(series, hidden) - truth))),
            "coverage": [float((ratio <= factor).mean()) for factor in FACTORS],
        }
    stack.fusion.train()
    return out


def summary(errors: dict[str, dict[str, float | list[float]]]) -> dict[str, float]:
    """Mean absolute error, the same against linear interpolation in %, and coverage; each place weighs the same."""
    mae, other = (np.mean([place[name] for place in errors.values()]) for name in ("mae", "linear"))
    coverage = np.mean([place["coverage"] for place in errors.values()], axis=0)
    inside = float(np.interp(1.0, FACTORS, coverage))
    return {"mae": float(mae), "vs_linear": float(100 * (mae / other - 1)), "coverage80": inside}


def widening(errors: dict[str, dict[str, float | list[float]]]) -> float:
    """The factor on the intervals' width with which they hold 80 % of the errors, each place weighing the same."""
    coverage = np.mean([place["coverage"] for place in errors.values()], axis=0)
    return float(np.interp(NOMINAL, coverage, FACTORS))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training intervals``."""
    parser.add_argument("--work", type=Path, default=Path("build/training"))
    parser.add_argument("--out", type=Path, default=Path("resources/weights"))


def run(args: argparse.Namespace) -> None:
    """Read what the folds noted and write the widening into the fusion's header; its tensors stay as they are.

    Raises:
        RequestError: no fold has been trained.
    """
    files = [path for fold in range(FOLDS) if (path := fold_file(args.work, fold)).is_file()]
    if not files:
        raise RequestError("No fold of the fusion has been trained.", "Run the stage fusion with --fold 0, 1 and 2.")
    if len(files) < FOLDS:
        warnings.warn(f"only {len(files)} of {FOLDS} folds have been trained", stacklevel=1)
    errors = {name: place for path in files for name, place in json.loads(path.read_text(encoding="utf-8")).items()}
    tensors, about = load_tensors("fusion", args.out)
    factor = widening(errors)
    about["fusion"]["widening"] = {"S2": round(factor, 4)}
    about["left_out"] = {"places": len(errors), **{name: round(v, 5) for name, v in summary(errors).items()}}
    save_tensors("fusion", tensors, about, args.out)
    print(f"intervals of S2 {factor:.3f} times as wide; left-out places: {about['left_out']}")
