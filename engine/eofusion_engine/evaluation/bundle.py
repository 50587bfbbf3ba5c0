"""The evaluation bundle: fitted baselines, probes and task networks beside the weights, so that a folder of places
that nobody has seen is scored without a refit.

One safetensors file a task in ``resources/evaluation``, listed in its SHA256SUMS. It names the fusion weights that
its probes were fitted to and the places that they were fitted on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import WeightsError
from ..model.trees import Trees
from ..model.weights import load_tensors, save_tensors
from ..resources import weights_folder
from .probes import Probe, Projection
from .seen import HEADER_KEY

Model = Probe | Projection | Trees
#: The weights files behind an embedding, and the fusion's tensors that only read one out.
_EMBEDDING = ("encoder_s1", "encoder_s2", "fusion")
_DECODERS = ("decoders.", "readouts.", "series.")
_KINDS: dict[str, type[Model]] = {"probe": Probe, "projection": Projection, "trees": Trees}


class BundleError(WeightsError):
    """The fitted models of an evaluation are not there, or belong to other weights."""


def bundle_folder(weights: Path | None = None) -> Path:
    """``evaluation`` beside the weights' folder; the shipped one where there is none."""
    beside = None if weights is None else weights.resolve().parent / "evaluation"
    return beside if beside is not None and beside.is_dir() else weights_folder().resolve().parent / "evaluation"


def embedding_sum(weights: Path | None = None) -> str:
    """SHA-256 of all tensors that make an embedding, which a probe depends on.

    Headers and decoders do not count: the width of an interval may change without a new embedding.

    Raises:
        WeightsError: a file is missing or damaged.
    """
    digest = hashlib.sha256()
    for name in _EMBEDDING:
        tensors, _ = load_tensors(name, weights)
        for key in sorted(tensors):
            if not key.startswith(_DECODERS):
                digest.update(f"{name}/{key}".encode())
                digest.update(tensors[key].contiguous().numpy().tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Bundle:
    """Fitted models of one task by name, other ``tensors`` by name, and the header's ``about``."""

    models: Mapping[str, Model]
    tensors: Mapping[str, torch.Tensor]
    about: Mapping[str, Any]


def save_bundle(
    name: str,
    models: Mapping[str, Model],
    places: list[list[Any]],
    weights: Path | None,
    tensors: Mapping[str, torch.Tensor] | None = None,
    about: Mapping[str, Any] | None = None,
    folder: Path | None = None,
) -> Path:
    """Write one task's models; ``places`` are [id, lat, lon] of what they were fitted on."""
    arrays: dict[str, torch.Tensor] = {f"tensor/{key}": value for key, value in (tensors or {}).items()}
    kinds = {}
    for key, model in models.items():
        kinds[key] = next(kind for kind, cls in _KINDS.items() if isinstance(model, cls))
        for field, values in model.arrays().items():
            # float32 holds a probe's weights and a tree's leaf values well; thresholds decide sides and stay whole.
            small = values.dtype == np.float64 and field != "threshold"
            arrays[f"{key}/{field}"] = torch.from_numpy(
                np.ascontiguousarray(values.astype(np.float32) if small else values)
            )
    config = {"models": kinds, "embedding": embedding_sum(weights), HEADER_KEY: places, "about": dict(about or {})}
    return save_tensors(name, arrays, config, bundle_folder(weights) if folder is None else folder)


def load_bundle(name: str, weights: Path | None = None, folder: Path | None = None) -> Bundle:
    """What :func:`save_bundle` wrote.

    Raises:
        BundleError: the file is missing or was fitted to other fusion weights than those in use.
        WeightsError: it is damaged.
    """
    folder = bundle_folder(weights) if folder is None else folder
    if not (folder / f"{name}.safetensors").is_file():
        raise BundleError(
            f"The evaluation's fitted models {name} are missing.",
            "They come with the source (resources/evaluation); python -m eofusion_engine.training tasks makes them.",
        )
    tensors, config = load_tensors(name, folder)
    if config.get("embedding") != embedding_sum(weights):
        raise BundleError(
            f"The evaluation's fitted models {name} belong to other fusion weights than those in use.",
            "Fit them again with python -m eofusion_engine.training tasks (docs/training.md).",
        )
    models: dict[str, Model] = {}
    for key, kind in config["models"].items():
        cls = _KINDS[kind]
        models[key] = cls(**{field: tensors[f"{key}/{field}"].numpy() for field in cls.__dataclass_fields__})
    rest = {k.removeprefix("tensor/"): v for k, v in tensors.items() if k.startswith("tensor/")}
    return Bundle(models, rest, config.get("about", {}))
