"""The fusion at hidden gaps: what ``reconstruction`` asks of it, at whole places and at lone pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ..model.encoders import s1_conditions, s2_conditions
from ..model.fusion import Observations
from ..model.stack import FusionStack
from ..training.places import Place
from .gaps import Hidden

#: Half the width of a Laplace distribution's central 80 %, in standard deviations: ln(5) / sqrt(2).
P80 = float(np.log(5) / np.sqrt(2))
#: Dates that are encoded together.
_DATES = 8


@torch.inference_mode()
def observe_place(stack: FusionStack, place: Place, chosen: np.ndarray) -> dict[str, Observations]:
    """Both sensors' dates of a place, encoded with all their neighbours, at the ``chosen`` pixels (flat indices)."""
    s1 = s1_conditions(torch.as_tensor(place.s1_days), torch.as_tensor(place.s1_ascending))
    series = {
        "S2": (place.reflectance(), s2_conditions(torch.as_tensor(place.s2_days)), place.s2_days),
        "S1": (place.backscatter(), s1, place.s1_days),
    }
    out = {}
    for sensor, (cube, conditions, days) in series.items():
        encoder = stack.encoder(sensor)
        features = torch.zeros(len(cube), len(chosen), encoder.config.width)
        seen = torch.zeros(len(cube), len(chosen), dtype=torch.bool)
        for first in range(0, len(cube), _DATES):
            part = slice(first, first + _DATES)
            encoded, view = encoder(torch.from_numpy(cube[part]), conditions[part])
            features[part], seen[part] = encoded.flatten(1, 2)[:, chosen], view.flatten(1, 2)[:, chosen]
        bands = encoder.normalise(torch.from_numpy(cube)).flatten(2)[..., chosen].permute(2, 0, 1)
        out[sensor] = Observations(
            features.transpose(0, 1).contiguous(), seen.T.contiguous(), torch.as_tensor(days), bands.contiguous()
        )
    return out


@torch.inference_mode()
def predict(
    stack: FusionStack,
    sensors: dict[str, Observations],
    hidden: Hidden,
    use: Sequence[str] = ("S1", "S2"),
    batch: int = 64,
) -> tuple[np.ndarray, np.ndarray]:
    """Reflectance and its standard deviation (N, 10) at hidden targets, from the sensors named in ``use``."""
    days = sensors["S2"].days
    value = np.full((len(hidden), 10), np.nan, np.float32)
    sd = value.copy()
    for gap in np.unique(hidden.gap):
        half = torch.tensor([-gap / 2, gap / 2], dtype=torch.float32)
        for first in range(0, int(hidden.pixel.max()) + 1, batch):
            rows = np.flatnonzero((hidden.gap == gap) & (hidden.pixel >= first) & (hidden.pixel < first + batch))
            if not len(rows):
                continue
            part = slice(first, first + batch)
            asked, pixel = np.unique(hidden.date[rows]), hidden.pixel[rows] - first
            query = days[..., asked] if days.dim() == 1 else days[part][:, asked]
            cut = {
                name: Observations(
                    o.features[part], o.seen[part], o.days if o.days.dim() == 1 else o.days[part], o.bands[part]
                )
                for name, o in sensors.items()
                if name in use and o.features.shape[1]
            }
            fused = stack.fusion.embed(cut, query, {"S2": half.expand(*query.shape, 2)})
            mean, spread = stack.reflectance(fused, query)
            where = np.searchsorted(asked, hidden.date[rows])
            value[rows], sd[rows] = mean.numpy()[pixel, where], spread.numpy()[pixel, where]
    return value, sd
