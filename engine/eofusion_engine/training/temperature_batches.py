"""Batches of windows for the correlation model: what is seen, what is hidden, what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..model.temperature.climatology import Climatology, Normal, harmonics
from ..model.temperature.correlation import Inputs
from ..model.temperature.image_tokens import ABSENT, CODE_COLUMNS, LEVELS, ImageTokenizer
from ..model.temperature.mean_head import MeanHead, corrected, to_days
from ..model.temperature.sequence import EPOCH_DAYS, IMAGE_MARGIN, IMAGES, SOURCES, WINDOW
from ..model.temperature.tokens import UniformTokenizer
from .temperature_data import Place

#: Shares of a batch by what a place has: thermometers alone, towers with imagery, monthly tables, both sensors daily.
KINDS = ("station", "tower", "month", "pair")
SHARES = (0.3, 0.3, 0.25, 0.15)
#: Share of the windows whose place's own bias (what the climatology gets wrong there) is exchanged for another
#: place's: with a few hundred places the model would learn their biases by heart, which says nothing of a new one.
SWAPPED = 0.9
#: Days of no bias that a place's bias is estimated together with.
BIAS_PRIOR_DAYS = 60.0
#: A window must have this many known days, or a whole month, or two images of both sensors to be trained on.
MIN_KNOWN_DAYS, MONTHS = 24, 5
#: What a window's mean-head shifts are for (place, version, first day of the window since the place's first).
Shifts = dict[tuple[int, int, int], NDArray[np.float32]]


@dataclass
class Batch:
    """What B windows show, and what is asked: ``days`` (B, WINDOW) and ``codes`` (B, IMAGES, d) ids, -1 where nothing
    is. ``month_weights`` (B, M, WINDOW) turn days' expected scores into a month's anomaly in K, ``month_target``
    (B, M) K, NaN where there is none."""

    seen: Inputs
    days: Tensor
    codes: Tensor
    month_weights: Tensor
    month_target: Tensor

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


@dataclass(frozen=True)
class _Windows:
    """B windows with nothing hidden yet."""

    static: NDArray[np.float32]
    source: NDArray[np.int64]
    l1c: NDArray[np.bool_]
    codes: NDArray[np.int64]
    days: NDArray[np.int64]
    shift: NDArray[np.float32]
    start: NDArray[np.int64]
    month_weights: NDArray[np.float32]
    month_target: NDArray[np.float32]


class Heads(Protocol):
    """Mean heads of which each place has one that has not seen it."""

    def unseen_by(self, place: Place) -> MeanHead:
        """The head for a place."""


class WindowSampler:
    """Draws windows of places, kinds of places in fixed shares, places of a kind equally often."""

    def __init__(
        self,
        places: list[Place],
        climatology: Climatology,
        tokenizer: UniformTokenizer,
        images: ImageTokenizer,
        heads: Heads,
        shifts: Shifts,
        swap: bool = True,
    ) -> None:
        """``heads`` correct each place's climatology, ``shifts`` say what its images do to each window."""
        self.places, self.tokenizer, self.swap, self.shifts = places, tokenizer, swap, shifts
        self.codes = [images.tokenize(place.cells, place.l1c) for place in places]
        self.normals = [place_normal(place, climatology, heads.unseen_by(place)) for place in places]
        self.kinds: list[list[int]] = [[] for _ in KINDS]
        kinds = [KINDS.index(kind_of(place)) for place in places]
        self.kind_of = np.array(kinds)
        self.starts: list[NDArray[np.int64]] = []
        for number, place in enumerate(places):
            starts = usable_starts(place)
            self.starts.append(starts)
            if len(starts):
                self.kinds[kinds[number]].append(number)
        self.bias = np.stack([self._bias(number) for number in range(len(places))])

    def draw(self, rng: np.random.Generator, size: int, begin: bool = False) -> Batch:
        """A batch of ``size`` windows, hidden and dropped at random; with ``begin`` as generation begins: every day
        hidden, every image shown."""
        shares = np.array([share if kind else 0.0 for share, kind in zip(SHARES, self.kinds, strict=True)])
        kinds = rng.choice(len(KINDS), size, p=shares / shares.sum())
        chosen = [int(rng.choice(self.kinds[kind])) for kind in kinds]
        rows = [(number, int(rng.choice(self.starts[number]))) for number in chosen]
        windows = self._windows(rng, rows)
        return self._begin(windows) if begin else self._hide(rng, windows)

    def _windows(self, rng: np.random.Generator, rows: list[tuple[int, int]]) -> _Windows:
        size = len(rows)
        score = np.full((size, WINDOW), np.nan)
        codes = np.full((size, IMAGES, len(LEVELS)), ABSENT, dtype=np.int64)
        shift = np.zeros((size, WINDOW), np.float32)
        weights, target = np.zeros((size, MONTHS, WINDOW), np.float32), np.full((size, MONTHS), np.nan, np.float32)
        static = []
        for row, (number, start) in enumerate(rows):
            place, normal = self.places[number], self.normals[number]
            static.append(place.static(True))
            part = slice(start, min(start + WINDOW, len(place.tmean)))
            score[row, : part.stop - start] = (place.tmean[part] - normal.mean[part]) / normal.spread[part]
            if self.codes[number].size:
                version = int(rng.integers(len(self.codes[number])))
                slots = start // EPOCH_DAYS - IMAGE_MARGIN + np.arange(IMAGES)
                inside = (slots >= 0) & (slots < self.codes[number].shape[1])
                codes[row, inside] = self.codes[number][version][slots[inside]]
                if (number, version, start) in self.shifts:
                    shift[row] = to_days(np.asarray(self.shifts[number, version, start], np.float64))
            whole = [m for m in place.months if m[0] >= start and m[1] <= min(start + WINDOW, len(normal.mean))]
            for k, (first, end, mean) in enumerate(whole[:MONTHS]):
                month = slice(int(first), int(end))
                weights[row, k, month.start - start : month.stop - start] = normal.spread[month] / (end - first)
                target[row, k] = mean - normal.mean[month].mean()
        starts = np.array([self.places[n].first + start for n, start in rows], dtype=np.int64)
        numbers = [n for n, _ in rows]
        change = self._exchanged(rng, numbers)
        score += np.einsum("bk,bdk->bd", change, harmonics(starts[:, None] + np.arange(WINDOW), 1))
        target += (change[:, :1] * weights.sum(axis=2)).astype(np.float32)
        days = self.tokenizer.encode(score, Normal(np.zeros_like(score), np.ones_like(score)), allow_missing=True)
        return _Windows(
            np.stack(static),
            np.array([SOURCES.index(self.places[n].source) for n in numbers]),
            np.array([self.places[n].l1c for n in numbers]),
            codes, days.astype(np.int64), shift, starts, weights, target,
        )  # fmt: skip

    def _bias(self, number: int) -> NDArray[np.float64]:
        """Constant and annual harmonic (3,) of a place's standardised anomalies; of months the constant alone."""
        place, normal = self.places[number], self.normals[number]
        if len(place.months):
            score = [(mean - normal.mean[int(a) : int(b)].mean()) / normal.spread[int(a) : int(b)].mean()
                     for a, b, mean in place.months]  # fmt: skip
            return np.array([sum(score) / (len(score) + BIAS_PRIOR_DAYS / 30.0), 0.0, 0.0])
        known = np.flatnonzero(np.isfinite(place.tmean))
        basis = harmonics(place.first + known, 1)
        daily = (place.tmean[known] - normal.mean[known]) / normal.spread[known]
        return np.asarray(np.linalg.solve(basis.T @ basis + BIAS_PRIOR_DAYS * np.eye(3), basis.T @ daily))

    def _exchanged(self, rng: np.random.Generator, numbers: list[int]) -> NDArray[np.float64]:
        """By what (B, 3) each window's bias changes when it gets another place's instead of its own."""
        if not self.swap:
            return np.zeros((len(numbers), 3))
        other = [int(rng.choice(self.kinds[self.kind_of[n]])) for n in numbers]
        return np.asarray((self.bias[other] - self.bias[numbers]) * (rng.random(len(numbers)) < SWAPPED)[:, None])

    def _begin(self, windows: _Windows) -> Batch:
        bins = self.tokenizer.bins
        return self._batch(
            windows, windows.static, np.where(windows.codes == ABSENT, LEVELS, windows.codes),
            np.full_like(windows.days, bins), windows.shift, np.ones(len(windows.days), bool),
            np.where(windows.days != bins, windows.days, -1), np.full_like(windows.codes, -1),
        )  # fmt: skip

    def _hide(self, rng: np.random.Generator, windows: _Windows) -> Batch:
        """Half of the rows: any to any. The other half: images and place to temperature, a third hidden altogether.

        In any-to-any rows the mean head is silent: what it says comes from the images that are asked.
        """
        size, bins = len(windows.days), self.tokenizer.bins
        any_to_any = rng.random(size) < 0.5
        fully = ~any_to_any & (rng.random(size) < 0.3)
        # Decoding starts from nothing and ends with nearly all: every share of hidden days must be known.
        share = np.where(fully, 1.0, np.cos(np.pi / 2 * rng.random(size)))
        hide_day = rng.random(windows.days.shape) < share[:, None]
        codes = windows.codes
        hidden = np.zeros(codes.shape, bool)
        for columns in CODE_COLUMNS:
            # A sensor's share is its own, now and then all of it: so one is learned from the other.
            some = np.where(rng.random(size) < 0.35, 1.0, rng.random(size))
            alone = np.where(any_to_any, some, np.where(rng.random(size) < 0.3, rng.random(size), 0.0))
            alone = np.where(~any_to_any & (rng.random(size) < 0.15), 1.0, alone)
            hidden[..., columns] = (rng.random(codes.shape[:2]) < alone[:, None])[..., None]
        blind = ~any_to_any & (rng.random(size) < 0.25)
        hidden |= blind[:, None, None]
        known = codes != ABSENT
        # Codes a level off keep the model from knowing a training place's year by its exact tokens.
        step = rng.choice((-1, 0, 1), codes.shape, p=(0.12, 0.76, 0.12))
        seen = np.where(known & ~hidden, np.clip(codes + step, 0, np.array(LEVELS) - 1), LEVELS)
        jitter = np.zeros_like(windows.static)
        jitter[:, :3] = rng.normal(0, 0.08, (size, 3))
        jitter[:, 3:11] = rng.normal(0, 0.2, (size, 8))
        shift = np.where((any_to_any | blind)[:, None], 0.0, windows.shift).astype(np.float32)
        return self._batch(
            windows, windows.static + jitter, seen, np.where(hide_day, bins, windows.days), shift,
            rng.random(size) < 0.5, np.where(hide_day & (windows.days != bins), windows.days, -1),
            np.where(known & hidden & any_to_any[:, None, None], codes, -1),
        )  # fmt: skip

    @staticmethod
    def _batch(
        windows: _Windows, static: np.ndarray, codes: np.ndarray, days: np.ndarray, shift: np.ndarray,
        keep: np.ndarray, target_days: np.ndarray, target_codes: np.ndarray,
    ) -> Batch:  # fmt: skip
        seen = Inputs(
            torch.as_tensor(static, dtype=torch.float32), torch.as_tensor(windows.source), torch.as_tensor(windows.l1c),
            torch.as_tensor(codes), torch.as_tensor(days), torch.as_tensor(shift), torch.as_tensor(windows.start),
            torch.as_tensor(keep),
        )  # fmt: skip
        return Batch(
            seen, torch.as_tensor(target_days), torch.as_tensor(target_codes),
            torch.as_tensor(windows.month_weights), torch.as_tensor(windows.month_target),
        )  # fmt: skip


def place_normal(place: Place, climatology: Climatology, head: MeanHead) -> Normal:
    """A place's climatology over all of its days, with its source's correction: (D,)."""
    normal = place.normal(climatology, place.days)
    return corrected(normal, head.correction(place.static(True), place.source, normal, place.days))


def kind_of(place: Place) -> str:
    """One of KINDS."""
    if len(place.months):
        return "month"
    if not place.has_cells:
        return "station"
    radar = bool(np.isfinite(place.cells[..., -3]).any())
    return "pair" if radar or not np.isfinite(place.tmean).any() else "tower"


def usable_starts(place: Place) -> NDArray[np.int64]:
    """First days (multiples of the epoch, from the series' own start) of windows that teach something."""
    length = len(place.tmean)
    starts = np.arange(0, max(1, length - WINDOW // 2), EPOCH_DAYS)
    known = np.concatenate(([0], np.cumsum(np.isfinite(place.tmean))))
    useful = known[np.minimum(starts + WINDOW, length)] - known[starts] >= MIN_KNOWN_DAYS
    for first, end, _ in place.months:
        useful |= (starts <= first) & (starts + WINDOW >= end)
    if kind_of(place) == "pair" and place.cells.size:
        seen = np.asarray(np.isfinite(place.cells).any(axis=(0, 2)))
        count = np.concatenate(([0], np.cumsum(seen)))
        slots = np.minimum(starts // EPOCH_DAYS, len(seen))
        useful |= count[np.minimum(slots + WINDOW // EPOCH_DAYS, len(seen))] - count[slots] >= 2
    return starts[useful]
