"""What place, source and imagery say of the expected temperature: boosted trees on few and plain features.

Ensembles one upon the other. The first sees no image: it tells a source's own habits (a reanalysis knows no valley;
days with a clear view are warmer in summer) and is part of the climatology that tokens stand on. It has a stage that
all sources share, which learns the regions from all of their places, and one of each source upon it. The second
ensemble adds what the cell's images say: snow, green-up, drought, the heat of the ground. Trees, because a missing
band or sensor is an ordinary value to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ...errors import WeightsError
from ..encoders import season
from ..trees import Trees
from .climatology import Normal
from .image_tokens import CELL_BANDS, LST_TOKENS
from .sequence import EPOCH_DAYS, IMAGE_MARGIN, IMAGES, SOURCES, UNEXPLAINED_COLUMN, WINDOW

Array = NDArray[np.float64]
#: Sources whose habits are learned; a station's and the simulation's climatology is as it is.
CORRECTED = ("era5", "era5_clear", "agera5")
#: The place ensemble's stage of all sources.
SHARED = "shared"
#: Of these only the year's mean is corrected: a year or two of a region would teach the season its weather.
SEASONLESS = ("agera5",)
#: Share of a window's epochs from which on its series of images is a long one.
LONG_SHARE = 0.6
#: Epochs within a window and on its last edge: the days between are interpolated.
_FIRST, _COUNT = IMAGE_MARGIN, WINDOW // EPOCH_DAYS + 1


@dataclass(frozen=True)
class MeanHead:
    """``place``: ensembles in K, one SHARED and one for each source of CORRECTED upon it; ``image``: one in spreads of
    the climatology."""

    place: Mapping[str, Trees]
    image: Trees
    #: What share of the images' say is kept, by source, of short series and of long ones: from calibration places.
    shrink: tuple[tuple[float, float], ...] = ((1.0, 1.0),) * len(SOURCES)

    def share(self, source: str, cells: NDArray[np.float32]) -> float:
        """What share of a window's images' (IMAGES, CELL_BANDS) say is kept."""
        return self.shrink[SOURCES.index(source)][int(is_long(cells))]

    def correction(self, static: NDArray[np.float32], source: str, normal: Normal, days: NDArray[np.int64]) -> Array:
        """What to add to the climatology (D,) of a place for a source's temperature in K."""
        return self.correct(source, place_features(static, source, normal, days))

    def correct(self, source: str, features: Array) -> Array:
        """What to add for a source in K, of features (N, F) of :func:`place_features`."""
        stages = [self.place[name] for name in (SHARED, source) if name in self.place and source in CORRECTED]
        return np.sum([np.zeros(len(features)), *(trees.predict(features) for trees in stages)], axis=0)

    def shift(
        self, static: NDArray[np.float32], source: str, cells: NDArray[np.float32], start: int, l1c: bool
    ) -> Array:
        """By how many spreads the images of a window (IMAGES, CELL_BANDS) move its days' mean: (WINDOW,)."""
        if not np.isfinite(cells).any():
            return np.zeros(WINDOW)
        features = image_features(static, source, cells, start, l1c)
        return to_days(self.share(source, cells) * self.image.predict(features))

    def tensors(self) -> dict[str, torch.Tensor]:
        """All arrays for the weights file."""
        out = {"shrink": torch.tensor(self.shrink, dtype=torch.float64)}
        for name, trees in {"image": self.image, **self.place}.items():
            out |= {f"{name}.{key}": torch.as_tensor(value) for key, value in trees.arrays().items()}
        return out

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, torch.Tensor]) -> MeanHead:
        """The head of a weights file.

        Raises:
            WeightsError: it is another version's.
        """
        parts: dict[str, dict[str, np.ndarray]] = {}
        for name, tensor in tensors.items():
            part, _, key = name.partition(".")
            if key:
                parts.setdefault(part, {})[key] = tensor.cpu().numpy()
        trees = {name: Trees(**arrays) for name, arrays in parts.items()}
        if not set(trees) <= {"image", SHARED, *CORRECTED} or "image" not in trees:
            raise WeightsError("The temperature weights do not fit this version of the model.", "Update EO Fusion.")
        image = trees.pop("image")
        return cls(trees, image, tuple((a, b) for a, b in tensors["shrink"].tolist()))


def is_long(cells: NDArray[np.float32]) -> bool:
    """Whether most of a window's epochs (IMAGES, CELL_BANDS) were seen: a few views tell season from anomaly badly."""
    return bool(np.isfinite(cells).any(axis=-1).mean() >= LONG_SHARE)


def corrected(normal: Normal, correction: Array) -> Normal:
    """A climatology moved by what its source differs."""
    return Normal(normal.mean + correction, normal.spread)


def to_days(at_epochs: Array) -> Array:
    """Values at a window's epochs and its end to its days, by linear interpolation: (..., 9) to (..., WINDOW)."""
    place = np.arange(WINDOW) / EPOCH_DAYS
    left = np.minimum(place.astype(int), _COUNT - 2)
    return np.asarray(at_epochs[..., left] * (1 - (place - left)) + at_epochs[..., left + 1] * (place - left))


def epochs_of(start: int) -> NDArray[np.int64]:
    """Ordinals of a window's epochs and its end, where the image ensemble is asked: (9,)."""
    return np.asarray(start + EPOCH_DAYS * np.arange(_COUNT), dtype=np.int64)


def place_features(static: NDArray[np.float32], source: str, normal: Normal, days: NDArray[np.int64]) -> Array:
    """(D, F): source, position, height, height over the relief, season, climatology of the day."""
    turn, mean, spread = season(torch.as_tensor(days)).numpy(), normal.mean, normal.spread
    if source in SEASONLESS:
        turn, mean, spread = np.zeros_like(turn), np.full_like(mean, static[3]), np.ones_like(spread)
    latitude, longitude = np.degrees(np.arcsin(static[2])), np.degrees(np.arctan2(static[1], static[0]))
    fixed = [SOURCES.index(source), latitude, longitude, *static[12:14], static[UNEXPLAINED_COLUMN]]
    return np.column_stack((np.broadcast_to(fixed, (len(days), len(fixed))), turn, mean, spread))


#: The column of :func:`image_features` with the snow index of the epoch itself.
SNOW_NOW = 12


def image_features(
    static: NDArray[np.float32], source: str, cells: NDArray[np.float32], start: int, l1c: bool
) -> Array:
    """(9, F) of a window's epochs and its end: source, season, climate, what is seen now, before, after, on average.

    No longitude, so that a region's chance weather is not learned with it.
    """
    seen = indices(cells)
    slots = _FIRST + np.arange(_COUNT)
    filled = _carried(seen)
    with np.errstate(invalid="ignore"):
        mean = _nanmean(seen)
    now, before, after = (filled[np.clip(slots + step, 0, IMAGES - 1)] for step in (0, -1, 1))
    turn = season(torch.as_tensor(epochs_of(start))).numpy()
    share = np.isfinite(seen[:, :1]).mean()
    fixed = np.array([SOURCES.index(source), float(l1c), share, static[2], static[3], static[4], *static[11:14]])
    return np.column_stack(
        (np.broadcast_to(fixed, (_COUNT, len(fixed))), turn, now, now - before, after - now,
         np.broadcast_to(mean, now.shape))
    )  # fmt: skip


def indices(cells: NDArray[np.float32]) -> Array:
    """Plain indices (..., 11) of cells (..., CELL_BANDS): green, snow, moisture, bands, backscatter, ground heat."""
    values = np.asarray(cells, dtype=np.float64)
    blue, green, red, nir, swir1, swir2 = (values[..., band] for band in (0, 1, 2, 7, 8, 9))
    # Where one near-infrared band is missing the other stands in.
    nir = np.where(np.isfinite(nir), nir, values[..., 6])
    vv, vh, warmer = values[..., CELL_BANDS - 3], values[..., CELL_BANDS - 2], values[..., LST_TOKENS.bands.start]
    return np.stack(
        (_ratio(nir, red), _ratio(green, swir1), _ratio(nir, swir1), blue, red, nir, swir1, swir2, vv, vh, warmer), -1
    )


def _ratio(a: Array, b: Array) -> Array:
    return (a - b) / np.maximum(np.abs(a + b), 0.02)


def _nanmean(values: Array) -> Array:
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _carried(values: Array) -> Array:
    """Series (IMAGES, F) with gaps filled from the last epoch seen, at most two epochs back."""
    out = values.copy()
    for _ in range(2):
        before = np.concatenate((np.full((1, out.shape[1]), np.nan), out[:-1]))
        out = np.where(np.isfinite(out), out, before)
    return out
