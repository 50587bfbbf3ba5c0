"""Batches of windows for the correlation model: what is seen, what is hidden, what is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..model.temperature.climatology import Climatology, Normal, harmonics
from ..model.temperature.correlation import EPOCH_DAYS, IMAGE_MARGIN, IMAGES, WINDOW
from ..model.temperature.image_tokens import ABSENT, ImageTokenizer
from ..model.temperature.tokens import UniformTokenizer
from .temperature_data import Place

#: Share of the windows whose place's own bias (what the climatology gets wrong there) is exchanged for another
#: place's: with a few hundred places the model would learn their biases by heart, which says nothing of a new one.
SWAPPED_STATIONS, SWAPPED_TOWERS = 1.0, 0.9
#: Days of no bias that a place's bias is estimated together with.
BIAS_PRIOR_DAYS = 60.0
#: A window must have this many known days to be trained on.
MIN_KNOWN_DAYS = 24


@dataclass
class Batch:
    """Targets and inputs of B windows; ``bins`` or the number of levels stands for masked or absent."""

    static: Tensor
    codes: Tensor
    days: Tensor
    start: Tensor
    keep_place: Tensor
    target_days: Tensor
    target_codes: Tensor

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


class WindowSampler:
    """Draws windows of places: half with imagery where there is any, places equally often, windows at random."""

    def __init__(
        self,
        places: list[Place],
        climatology: Climatology,
        tokenizer: UniformTokenizer,
        images: ImageTokenizer,
        seed: int,
        swap: bool = True,
    ) -> None:
        self.swap = swap
        self.tokenizer, self.climatology = tokenizer, climatology
        self.levels = np.array(images.levels)
        self.rng = np.random.default_rng(seed)
        self.places = places
        self.codes = [images.tokenize(place.embeddings, place.seen) for place in places]
        self.starts = [_starts(place) for place in places]
        usable = [i for i, starts in enumerate(self.starts) if len(starts)]
        self.towers = np.array([i for i in usable if self.codes[i].size], dtype=np.int64)
        self.stations = np.array([i for i in usable if not self.codes[i].size], dtype=np.int64)
        # By place, and by whether the elevation is used: without it a mountain's bias is another.
        self.bias = np.stack([[self._bias(place, known) for known in (False, True)] for place in places])

    def draw(self, size: int, image_share: float = 0.5, hide_all: bool = False) -> Batch:
        """A batch of ``size`` windows, hidden and dropped at random; with ``hide_all`` as generation begins: every
        day hidden, every image shown."""
        with_images = round(size * image_share) if len(self.towers) else 0
        chosen = np.concatenate(
            (self.rng.choice(self.towers, with_images) if with_images else np.zeros(0, np.int64),
             self.rng.choice(self.stations if len(self.stations) else self.towers, size - with_images))
        ).astype(np.int64)  # fmt: skip
        rows = [(int(i), int(self.rng.choice(self.starts[int(i)]))) for i in chosen]
        windows = self._windows(rows)
        return self._show_images(*windows) if hide_all else self._hide(*windows)

    def _windows(
        self, rows: list[tuple[int, int]]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        rng, size = self.rng, len(rows)
        static, tmean = [], np.full((size, WINDOW), np.nan)
        codes = np.full((size, IMAGES, len(self.levels)), ABSENT, dtype=np.int64)
        height, elevations = np.zeros(size), np.zeros(size, dtype=np.int64)
        for row, (index, start) in enumerate(rows):
            place = self.places[index]
            with_elevation = bool(rng.random() < 0.5)
            static.append(place.static(with_elevation))
            height[row], elevations[row] = place.height(with_elevation), int(with_elevation)
            part = place.tmean[start : start + WINDOW]
            tmean[row, : len(part)] = part
            if self.codes[index].size:
                version = self.codes[index][rng.integers(len(self.codes[index]))]
                slots = start // EPOCH_DAYS - IMAGE_MARGIN + np.arange(IMAGES)
                inside = (slots >= 0) & (slots < len(version))
                codes[row, inside] = version[slots[inside]]
        starts = np.array([self.places[i].first + start for i, start in rows], dtype=np.int64)
        normal = self._normal([self.places[i] for i, _ in rows], starts[:, None] + np.arange(WINDOW), height)
        tmean = tmean + normal.spread * self._swapped([i for i, _ in rows], elevations, starts)
        days = self.tokenizer.encode(tmean, normal, allow_missing=True).astype(np.int64)
        return np.stack(static), codes, days, starts

    def _bias(self, place: Place, with_elevation: bool) -> NDArray[np.float64]:
        """Constant and annual harmonic (3,) of a place's standardised anomalies."""
        known = np.flatnonzero(np.isfinite(place.tmean))
        days = place.first + known
        normal = self._normal([place], days, np.array([place.height(with_elevation)]))
        basis = harmonics(days, 1)
        score = (place.tmean[known] - normal.mean[0]) / normal.spread[0]
        return np.asarray(np.linalg.solve(basis.T @ basis + BIAS_PRIOR_DAYS * np.eye(3), basis.T @ score))

    def _swapped(
        self, chosen: list[int], elevations: NDArray[np.int64], starts: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """What to add to the standardised anomalies (B, WINDOW): another place's bias instead of the own."""
        if not self.swap:
            return np.zeros((len(chosen), WINDOW))
        share = np.array([SWAPPED_TOWERS if self.codes[i].size else SWAPPED_STATIONS for i in chosen])
        other = self.rng.integers(0, len(self.places), len(chosen))
        change = (self.bias[other, elevations] - self.bias[chosen, elevations]) * (
            self.rng.random(len(chosen)) < share
        )[:, None]
        return np.einsum("bk,bdk->bd", change, harmonics(starts[:, None] + np.arange(WINDOW), 1))

    def _normal(self, places: list[Place], days: NDArray[np.int64], height: NDArray[np.float64]) -> Normal:
        values = np.stack([place.coefficients for place in places])
        return self.climatology.evaluate(values, np.array([place.unexplained for place in places]), height, days)

    def _show_images(
        self,
        static: NDArray[np.float32],
        codes: NDArray[np.int64],
        days: NDArray[np.int64],
        start: NDArray[np.int64],
    ) -> Batch:
        bins = self.tokenizer.bins
        return Batch(
            torch.as_tensor(static),
            torch.as_tensor(np.where(codes == ABSENT, self.levels, codes)),
            torch.full(days.shape, bins),
            torch.as_tensor(start),
            torch.ones(len(days), dtype=torch.bool),
            torch.as_tensor(np.where(days != bins, days, -1)),
            torch.full(codes.shape, -1),
        )

    def _hide(
        self,
        static: NDArray[np.float32],
        codes: NDArray[np.int64],
        days: NDArray[np.int64],
        start: NDArray[np.int64],
    ) -> Batch:
        """Half of the rows: any to any. The other half: images and place to temperature, a third or more hidden
        altogether. Images are dropped at random in both."""
        rng, size = self.rng, len(days)
        bins = self.tokenizer.bins
        any_to_any = rng.random(size) < 0.5
        fully = ~any_to_any & (rng.random(size) < 0.4)
        # Decoding starts from nothing and ends with nearly all: every share of hidden days must be known.
        share = np.where(fully, 1.0, np.cos(np.pi / 2 * rng.random(size)))
        hide_day = rng.random(days.shape) < share[:, None]
        image_share = np.where(any_to_any, rng.random(size), np.where(rng.random(size) < 0.6, rng.random(size), 0.0))
        hide_image = (rng.random(codes.shape[:2]) < image_share[:, None]) | (rng.random(size) < 0.1)[:, None]
        seen_codes = np.where(hide_image[..., None], ABSENT, codes)
        # Codes a level off keep the model from knowing a training place's year by its exact tokens.
        step = rng.choice((-1, 0, 1), codes.shape, p=(0.15, 0.7, 0.15))
        noisy = np.clip(seen_codes + step, 0, self.levels - 1)
        seen_codes = np.where(seen_codes == ABSENT, self.levels, noisy)
        target_codes = np.where((hide_image & any_to_any[:, None])[..., None] & (codes != ABSENT), codes, -1)
        target_days = np.where(hide_day & (days != bins), days, -1)
        jitter = np.zeros_like(static)
        jitter[:, :3] = rng.normal(0, 0.08, (size, 3))
        jitter[:, 3:11] = rng.normal(0, 0.2, (size, 8))
        return Batch(
            torch.as_tensor(static + jitter, dtype=torch.float32),
            torch.as_tensor(seen_codes),
            torch.as_tensor(np.where(hide_day, bins, days)),
            torch.as_tensor(start),
            torch.as_tensor(rng.random(size) < 0.5),
            torch.as_tensor(target_days),
            torch.as_tensor(target_codes),
        )


def _starts(place: Place) -> NDArray[np.int64]:
    """First days (multiples of the epoch, from the series' own start) of windows with enough known days."""
    known = np.concatenate(([0], np.cumsum(np.isfinite(place.tmean))))
    starts = np.arange(0, max(1, len(place.tmean) - WINDOW // 2), EPOCH_DAYS)
    ends = np.minimum(starts + WINDOW, len(place.tmean))
    return starts[known[ends] - known[starts] >= MIN_KNOWN_DAYS]
