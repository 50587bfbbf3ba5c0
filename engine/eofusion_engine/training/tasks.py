"""``tasks``: what the evaluation ships fitted: probes, baselines and task-specific networks.

They go into ``resources/evaluation`` and are fitted on training places alone, so that ``eofusion evaluate`` needs no
refit on places that nobody has seen. Run it after every new fusion.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ``python -m eofusion_engine.training tasks``."""
    parser.add_argument("--data", type=Path, required=True, help="the folder of real data")
    parser.add_argument("--weights", type=Path, help="the trained weights (the shipped ones)")
    parser.add_argument("--out", type=Path, default=Path("resources/evaluation"))
    parser.add_argument("--only", choices=("probes", "fusion"), help="one of the two parts")
    parser.add_argument("--steps", type=int, default=1500, help="steps of a task-specific network")
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> None:
    """Fit and write; ``eofusion evaluate embeddings fusion`` scores them."""
    if args.only != "fusion":
        fit_probes(args.data, args.weights, args.out)
    if args.only != "probes":
        from .task_networks import fit_fusion_tasks

        fit_fusion_tasks(args.data, args.weights, args.out, args.steps, args.seed)


def fit_probes(data: Path, weights: Path | None, out: Path) -> Path:
    """The linear probes of :mod:`eofusion_engine.evaluation.embeddings`."""
    from ..evaluation.bundle import save_bundle
    from ..evaluation.embeddings import BUNDLE, Fitted, fit, probe_data, training_places
    from ..model.stack import FusionStack

    torch.set_num_threads(1)
    stack = FusionStack.from_weights(weights)
    models: Fitted = {}
    places: list = []
    for item in probe_data(data, stack):
        models |= fit(item, item.trains)
        places += training_places(item)
        print(f"probes of {item.title}: {int(np.sum(item.trains))} rows", flush=True)
    return save_bundle(BUNDLE, models, places, weights, folder=out)
