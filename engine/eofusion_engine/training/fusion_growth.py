"""Start a fusion over more sensors from one over fewer: what is there is kept, what is new starts without effect."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..errors import WeightsError
from ..model.fusion import FusionConfig, FusionModel
from ..model.reader import SensorReader


def grow(fusion: FusionModel, tensors: dict[str, Tensor], smaller: FusionConfig) -> None:
    """Copy the weights ``tensors`` of a fusion with the configuration ``smaller`` into ``fusion``.

    The weights from new sensors' readings to the embedding start at zero: without observations of the new sensors, and
    with them, too, before any training, embeddings are those of the smaller fusion.

    Raises:
        WeightsError: ``fusion`` lacks a sensor of ``smaller`` or differs from it in more than its sensors.
    """
    own = fusion.state_dict()
    columns = _positions(fusion.config, smaller, _read_sizes, fusion.config.width)
    rows = _positions(fusion.config, smaller, lambda config, name: 2 * config.bands[name], 0)
    for name, value in tensors.items():
        if name not in own:
            raise WeightsError(
                f"The fusion to start from has {name}, which the new one lacks.", "Name all its sensors."
            )
        target = own[name]
        if name == "mix.0.weight":
            target.zero_()
            target[:, columns] = value
        elif name.startswith("series.net."):  # one part for each sensor's mean and spread
            target[rows] = value
        elif target.shape == value.shape:
            target.copy_(value)
        else:
            raise WeightsError(f"The fusion to start from differs in {name}.", "Train it anew.")
    fusion.load_state_dict(own)


def _read_sizes(config: FusionConfig, name: str) -> int:
    return config.width + SensorReader.shape(config, name).width


def _positions(
    config: FusionConfig, smaller: FusionConfig, size: Callable[[FusionConfig, str], int], start: int
) -> Tensor:
    """Where the parts of the smaller fusion's sensors, which follow each other by name, stand in the larger one."""
    out = [torch.arange(start)]
    for name in sorted(config.widths):
        count = size(config, name)
        if name in smaller.widths:
            out.append(torch.arange(start, start + count))
        start += count
    return torch.cat(out)
