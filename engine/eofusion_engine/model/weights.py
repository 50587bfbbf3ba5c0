"""Weights files: safetensors, loaded strictly and only when their hash is the published one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from ..errors import WeightsError
from ..resources import weights_folder

SUMS = "SHA256SUMS"


def sha256(path: Path) -> str:
    """The file's SHA-256 as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_sums(folder: Path) -> dict[str, str]:
    """File name to SHA-256, from the folder's SHA256SUMS (the format of ``sha256sum``)."""
    path = folder / SUMS
    if not path.is_file():
        return {}
    rows = (line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {name.lstrip("*").strip(): digest for digest, name in rows}


def save_tensors(name: str, tensors: Mapping[str, torch.Tensor], config: Mapping[str, Any], folder: Path) -> Path:
    """Write ``name``.safetensors with ``config`` in its header, and its line in SHA256SUMS.

    The file is written aside and renamed, so that a broken run leaves the old weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    aside = path.with_suffix(".part")
    plain = {key: tensor.detach().cpu().contiguous() for key, tensor in sorted(tensors.items())}
    save_file(plain, str(aside), metadata={"config": json.dumps(config, sort_keys=True)})
    aside.chmod(0o644)  # safetensors makes files that only their owner reads
    os.replace(aside, path)
    sums = read_sums(folder) | {path.name: sha256(path)}
    text = "".join(f"{digest}  {file}\n" for file, digest in sorted(sums.items()))
    (folder / SUMS).write_text(text, encoding="utf-8")
    return path


def load_tensors(name: str, folder: Path | None = None) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """The tensors and the configuration of ``name``.safetensors.

    Raises:
        WeightsError: the file is missing, is not listed in SHA256SUMS, or differs from what is listed.
    """
    folder = weights_folder() if folder is None else folder
    path = folder / f"{name}.safetensors"
    if not path.is_file():
        raise WeightsError(
            f"The weights {path.name} are missing.", "Install EO Fusion again, or train them (docs/training.md)."
        )
    if read_sums(folder).get(path.name) != sha256(path):
        raise WeightsError(
            f"The weights {path.name} are damaged or not the published ones.",
            "Install EO Fusion again: the model never runs on weights that it cannot vouch for.",
        )
    try:
        with safe_open(str(path), framework="pt") as file:
            config = json.loads((file.metadata() or {}).get("config", "{}"))
            names = file.keys()  # a list: safe_open itself cannot be iterated
            return {name: file.get_tensor(name) for name in names}, config
    except (SafetensorError, ValueError, OSError) as error:
        raise WeightsError(f"The weights {path.name} cannot be read ({error}).", "Install EO Fusion again.") from None


def load_into(module: torch.nn.Module, tensors: Mapping[str, torch.Tensor], name: str) -> None:
    """Load strictly: a missing or an extra tensor is an error, never a random initial value."""
    try:
        module.load_state_dict(dict(tensors), strict=True)
    except RuntimeError as error:
        raise WeightsError(
            f"The weights {name} do not fit this version of the model.",
            "Update EO Fusion: code and weights belong together.",
        ) from error
