"""A learned map as a file: arrays in safetensors, what they mean as JSON in its header. Never a pickle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from ..errors import RequestError
from ..products.embeddings import DIMENSIONS
from .learners import Forest, Learner, Linear, Neighbours

FORMAT = 1
NAME = "model.safetensors"
_KINDS: dict[str, type[Any]] = {"linear": Linear, "knn": Neighbours, "forest": Forest}


@dataclass(frozen=True)
class LearnedMap:
    """``learner`` on the embeddings of ``days``; ``classes`` names by number, empty for an amount.

    ``weights`` are the SHA-256 of those that made the embeddings; ``value_range`` an amount's colours.
    """

    learner: Learner
    field: str
    classes: tuple[str, ...]
    days: tuple[date, ...]
    weights: dict[str, str]
    value_range: tuple[float, float]

    def save(self, folder: Path) -> Path:
        """Write ``folder``/model.safetensors. Raises ``OSError``."""
        about = {
            "format": FORMAT, "kind": self.learner.kind, "field": self.field, "classes": list(self.classes),
            "days": [day.isoformat() for day in self.days], "weights": self.weights, "range": list(self.value_range),
        }  # fmt: skip
        path = folder / NAME
        save_file(self.learner.arrays(), str(path), metadata={"eofusion_map": json.dumps(about)})
        path.chmod(0o644)  # safetensors makes files that only their owner reads
        return path


def load_map(path: Path) -> LearnedMap:
    """The map of a file, checked whole. Raises ``RequestError`` where it is not one of ours or damaged."""
    path = path.expanduser()
    path = path / NAME if path.is_dir() else path
    if not path.is_file():
        raise RequestError(f"There is no file {path}.", f"Give the {NAME} of an answer of 'classify'.")
    try:
        with safe_open(str(path), framework="numpy") as file:
            about = json.loads((file.metadata() or {})["eofusion_map"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  safe_open is no mapping
        if about["format"] != FORMAT:
            raise ValueError("another format")
        learner: Learner = _KINDS[about["kind"]](**arrays)
        low, high = (float(v) for v in about["range"])
        found = LearnedMap(
            learner, str(about["field"]), tuple(map(str, about["classes"])),
            tuple(date.fromisoformat(day) for day in about["days"]),
            {str(k): str(v) for k, v in about["weights"].items()}, (low, high),
        )  # fmt: skip
        _check(found)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, AttributeError):
        raise RequestError(f"{path.name} is no learned map, or damaged.", f"Give the {NAME} of 'classify'.") from None
    return found


def _check(found: LearnedMap) -> None:
    """Raise ``ValueError`` where shapes do not fit each other: the file may come from anywhere."""
    features, outputs, learner = DIMENSIONS * len(found.days), len(found.classes) or 1, found.learner
    if isinstance(learner, Linear):
        fits = learner.weight.shape == (features, outputs) and learner.bias.shape == (outputs,)
    elif isinstance(learner, Neighbours):
        count = len(learner.vectors)
        fits = count > 0 and learner.vectors.shape == (count, features) and learner.targets.shape == (count, outputs)
    else:
        fits = learner.value.shape == (len(learner.feature), outputs) and learner.is_sound(features)
    numbers = all(part.dtype.kind in "fi" and np.isfinite(part).all() for part in learner.arrays().values())
    if not (fits and numbers and found.days and len(found.classes) <= 250):
        raise ValueError("shapes do not fit")
