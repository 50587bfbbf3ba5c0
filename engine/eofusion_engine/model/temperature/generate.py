"""Generation from any tokens to any: daily temperature, images, by masked and confidence-ordered decoding.

Every distinct condition is generated once, alone, with draws that hang on seed, window and position only: conditions
of one place differ by what they show and not by luck, and one that did not change gives exactly the same.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..weights import load_into, load_tensors
from .climatology import LAPSE_K_PER_M, Climatology, Dates, Normal, ordinals
from .condition import ELEVATION_STEP, POSITION_STEP, Condition
from .correlation import CorrelationConfig, CorrelationModel, Inputs
from .image_tokens import ABSENT, LEVELS, CodeBook, ImageTokenizer
from .mean_head import MeanHead, corrected
from .paths import PathSampler, luck
from .sequence import SOURCES, WINDOW, in_slots, static_features, window_start, windows_of
from .tokens import UniformTokenizer

#: Sample paths.
SAMPLES = 16
#: Conditions whose paths are drawn in one go, on a processor and on a GPU. Always so many, the last one repeated where
#: there are fewer: of the same shapes a condition's result does not hang on the others.
AT_ONCE, AT_ONCE_ON_GPU = 4, 32
_Taken = TypeVar("_Taken")
#: Factors on interval widths: by source, by method (``images``, ``blind``, and the climatologies of the evaluation).
Factors = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Series:
    """Generated daily mean air temperature in degC, each (G, D) float32; p10 to p90 holds four days in five."""

    mean: NDArray[np.float32]
    p10: NDArray[np.float32]
    p90: NDArray[np.float32]


@dataclass(frozen=True)
class _Piece:
    """A window: which of the days lie in it (D,), its ``unique`` conditions, and each group's among them (G,)."""

    window: int
    inside: NDArray[np.bool_]
    unique: list[Condition]
    group: NDArray[np.intp]


class TemperatureGenerator:
    """Climatology, tokenizers, mean head and correlation model together, as the runner uses them."""

    def __init__(
        self,
        climatology: Climatology,
        tokenizer: UniformTokenizer,
        image_tokenizer: ImageTokenizer,
        model: CorrelationModel,
        head: MeanHead,
        factors: Factors | None = None,
        trust: tuple[float, float] = (1.0, 1.0),
        frequencies: Sequence[Sequence[float]] | None = None,
        device: str | torch.device = "cpu",
    ) -> None:
        """``factors`` recalibrate the intervals' widths; ``trust`` is the transformer's share of the days'
        logits, while none is known and once some are;
        ``frequencies`` of each level's codes in training are for the evaluation alone."""
        self.climatology, self.tokenizer, self.head, self.trust = climatology, tokenizer, head, trust
        self.image_tokenizer = image_tokenizer.eval().requires_grad_(False).to(device)
        self.model = model.eval().requires_grad_(False).to(device)
        self.factors: Factors = {} if factors is None else factors
        self.frequencies = [[1.0 / n] * n for n in LEVELS] if frequencies is None else frequencies
        self.device = torch.device(device)
        self.sampler = PathSampler(self.model)
        # Thousands of cells share a place to the step of position and height.
        self._static = lru_cache(maxsize=1024)(partial(static_features, climatology))
        self._book = lru_cache(maxsize=2)(partial(CodeBook, self.image_tokenizer))

    @classmethod
    def from_weights(cls, weights_dir: Path | None = None, device: str | torch.device = "cpu") -> TemperatureGenerator:
        """Load strictly; raises WeightsError when the file is missing, damaged or does not fit."""
        tensors, config = load_tensors("temperature", weights_dir)
        parts: dict[str, dict[str, torch.Tensor]] = {
            "climatology": {}, "image_tokens": {}, "mean_head": {}, "correlation": {},
        }  # fmt: skip
        for name, tensor in tensors.items():
            part, _, key = name.partition(".")
            parts.setdefault(part, {})[key] = tensor
        climatology = Climatology.from_tensors(parts["climatology"])
        model = CorrelationModel(CorrelationConfig.from_dict(config["correlation"]))
        load_into(model, parts["correlation"], "temperature")
        images = ImageTokenizer(config["image_tokens"]["hidden"])
        load_into(images, parts["image_tokens"], "temperature")
        return cls(
            climatology,
            UniformTokenizer(**config["tokenizer"]),
            images,
            model,
            MeanHead.from_tensors(parts["mean_head"]),
            config["interval_factors"],
            (float(config["trust"][0]), float(config["trust"][1])),
            config["code_frequencies"],
            device,
        )

    def tokenize(self, cells: NDArray[np.float32], l1c: ArrayLike = False) -> NDArray[np.uint8]:
        """Cells (G, Q, CELL_BANDS) at epochs to image codes (G, Q, d); see :meth:`ImageTokenizer.tokenize`."""
        return self.image_tokenizer.tokenize(cells, l1c)

    def generate(
        self,
        image_ids: NDArray[np.uint8],
        image_dates: Sequence[date],
        image_valid: NDArray[np.bool_],
        lat: ArrayLike,
        lon: ArrayLike,
        elevation: ArrayLike | None,
        dates: Sequence[date],
        seed: int,
        samples: int = SAMPLES,
        workers: int = 1,
        progress: Callable[[int, int], None] | None = None,
        source: str = "station",
        l1c: bool = False,
    ) -> Series:
        """Daily temperature of G groups.

        Args:
            image_ids: (G, Q, d) codes at ``image_dates``, which are epochs (see :func:`image_epochs`).
            image_valid: (G, Q) whether there is anything at the date.
            lat, lon, elevation: degrees and metres, scalars or (G,); NaN or None where the elevation is not known.
            dates: the D days wanted. seed: the same seed gives the same series, whatever else is generated.
            samples: sample paths. workers: threads, which do not change the result.
            progress: called with how many conditions are done, and of how many.
            source: one of SOURCES: what would have measured the temperature. l1c: reflectance is top-of-atmosphere.

        Raises:
            ValueError: an image date is no epoch.
            RequestError: a position is not on the globe.
        """
        days = ordinals(dates)
        groups = len(image_ids)
        out = np.full((3, groups, len(days)), np.nan, dtype=np.float32)
        pieces = self._pieces(image_ids, image_dates, image_valid, lat, lon, elevation, days, source, l1c)
        # The climatology is linear in height: what the model's step leaves out is added afterwards.
        heights = _heights(elevation, groups)
        above = np.nan_to_num(LAPSE_K_PER_M * (heights - _step(heights)))[:, None]
        rows = [np.empty((3, len(piece.unique), int(piece.inside.sum()))) for piece in pieces]
        normals = [
            {one.place: self.normal(one, days[piece.inside]) for one in _places(piece.unique)} for piece in pieces
        ]
        within = {piece.window: days[piece.inside] - window_start(piece.window) for piece in pieces}
        places = [(number, index) for number, piece in enumerate(pieces) for index in range(len(piece.unique))]
        conditions = [pieces[number].unique[index] for number, index in places]

        def summary(condition: Condition, pmf: NDArray[np.float32], _: NDArray[np.int64]) -> NDArray[np.float64]:
            return self.summary(condition, pmf[within[condition.window]])

        with closing(self._each(conditions, summary, seed, samples, workers)) as made:
            for done, ((number, index), z) in enumerate(zip(places, made, strict=True), start=1):
                normal = normals[number][pieces[number].unique[index].place]
                rows[number][:, index] = normal.mean + normal.spread * z
                if progress is not None:
                    progress(done, len(places))
        for piece, values in zip(pieces, rows, strict=True):
            out[:, :, piece.inside] = values[:, piece.group] + above
        return Series(out[0], out[1], out[2])

    def inputs(self, condition: Condition, rows: int = 1, images: bool = True) -> Inputs:
        """A condition as ``rows`` equal windows with all days hidden; without ``images`` the mean head is silent."""
        codes = condition.image_codes
        static = self._static(condition.lat, condition.lon, condition.elevation)
        start = window_start(condition.window)
        shift = np.zeros(WINDOW)
        if images and condition.has_images:
            cells = self._book(condition.l1c).decode(codes)
            shift = self.head.shift(static, condition.source, cells, start, condition.l1c)
        hidden = np.where(codes == ABSENT, LEVELS, codes).astype(np.int64)
        one = Inputs(
            torch.as_tensor(static)[None],
            torch.tensor([SOURCES.index(condition.source)]),
            torch.tensor([condition.l1c]),
            torch.as_tensor(hidden)[None],
            torch.full((1, WINDOW), self.tokenizer.bins),
            torch.as_tensor(shift, dtype=torch.float32)[None],
            torch.tensor([start]),
            torch.ones(1, dtype=torch.bool),
        ).to(self.device)
        return Inputs(**{name: value.expand(rows, *value.shape[1:]) for name, value in vars(one).items()})

    def window_pmf(self, condition: Condition, seed: int, samples: int = SAMPLES) -> NDArray[np.float32]:
        """Probabilities (WINDOW, bins) of each day's standardised anomaly under one condition.

        Each of the sample paths commits its days over a few steps, those first of which the model is surest (least
        entropy, with noise that fades). A day's probabilities are the mean over paths of those it was drawn from: the
        same distribution as the drawn values have, with less sampling noise.
        Asked alone it is that of :meth:`each_drawn` to rounding.
        Without samples it is what the first step would draw from: each day for itself.
        """
        if samples:
            return np.asarray(self._drawn([condition], seed, samples)[0][0])
        with torch.inference_mode():
            _, logits = self.model(self.inputs(condition), self.trust[0])
            return np.asarray(torch.softmax(logits[0].float(), dim=-1).cpu().numpy())

    def each_drawn(
        self, conditions: Sequence[Condition], seed: int, samples: int = SAMPLES, workers: int = 1
    ) -> Generator[tuple[NDArray[np.float32], NDArray[np.float64]]]:
        """:meth:`window_pmf` of many conditions, in their order, by ``workers`` threads, each with the sample paths
        (samples, WINDOW) that it is of, in spreads about :meth:`normal`. To the last bit the company changes nothing.
        """
        centres = self.tokenizer.centres
        return self._each(conditions, lambda _, pmf, ids: (pmf, centres[ids]), seed, samples, workers)

    def _each(
        self,
        conditions: Sequence[Condition],
        take: Callable[[Condition, NDArray[np.float32], NDArray[np.int64]], _Taken],
        seed: int,
        samples: int,
        workers: int,
    ) -> Generator[_Taken]:
        """What ``take`` makes of each condition, its probabilities (WINDOW, bins) and its paths' ids (S, WINDOW)."""
        size = AT_ONCE if self.device.type == "cpu" else AT_ONCE_ON_GPU
        batches = [conditions[first : first + size] for first in range(0, len(conditions), size)]

        def run(batch: Sequence[Condition]) -> list[_Taken]:
            pmf, ids = self._drawn([*batch, *[batch[-1]] * (size - len(batch))], seed, samples)
            return [take(*one) for one in zip(batch, pmf, ids, strict=False)]

        if workers <= 1:
            # This thread itself, whose memory for the model lasts from call to call.
            for batch in batches:
                yield from run(batch)
            return
        with ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            try:
                for several in pool.map(run, batches):
                    yield from several
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _drawn(
        self, conditions: Sequence[Condition], seed: int, samples: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Probabilities (C, WINDOW, bins) of several conditions and their paths' ids (C, samples, WINDOW)."""
        if not samples:
            pmfs = [self.window_pmf(condition, seed, 0) for condition in conditions]
            return np.stack(pmfs), np.empty((len(conditions), 0, WINDOW), np.int64)
        numbers = [luck(condition.seed(seed), samples) for condition in conditions]
        pmf, ids = self.sampler.draw(Inputs.joined([self.inputs(one) for one in conditions]), numbers, self.trust)
        return pmf.cpu().numpy(), ids.cpu().numpy()

    def factor(self, condition: Condition) -> float:
        """By how much the intervals under a condition are widened."""
        return self.factors.get(condition.source, {}).get("images" if condition.has_images else "blind", 1.0)

    def normal(self, condition: Condition, days: NDArray[np.int64], elevation: float | None = None) -> Normal:
        """The climatology that a condition's tokens are relative to, at ordinals ``days``: the place's, as its source
        would see it. It is that of the exact ``elevation`` in metres, where that is given."""
        height = condition.elevation if elevation is None else elevation
        normal = self.climatology.normal(condition.lat, condition.lon, days, height)
        static = self._static(condition.lat, condition.lon, height)
        return corrected(normal, self.head.correction(static, condition.source, normal, days))

    def summary(self, condition: Condition, pmf: NDArray[np.float32]) -> NDArray[np.float64]:
        """Mean, p10 and p90 (3, D) in spreads of binned distributions (D, bins), their width recalibrated."""
        mean = pmf @ self.tokenizer.centres
        ends = (mean + self.factor(condition) * (quantile(pmf, self.tokenizer, q) - mean) for q in (0.1, 0.9))
        return np.stack((mean, *ends))

    def conditions(
        self,
        image_ids: NDArray[np.uint8],
        image_dates: Dates,
        image_valid: NDArray[np.bool_],
        lat: ArrayLike,
        lon: ArrayLike,
        elevation: ArrayLike | None,
        window: int,
        source: str = "station",
        l1c: bool = False,
    ) -> list[Condition]:
        """Each of G groups' condition in one window."""
        groups = len(image_ids)
        shown = np.where(np.asarray(image_valid, bool)[..., None], image_ids, ABSENT).astype(np.uint8)
        codes = in_slots(shown, image_dates, window, ABSENT)
        # Rounded to whole steps first: 51.1 and 51.099999 are then the same number.
        lats, lons = (
            np.broadcast_to(np.round(np.asarray(v, dtype=np.float64) / POSITION_STEP), (groups,)) for v in (lat, lon)
        )
        heights = _step(_heights(elevation, groups))
        return [
            Condition(
                window,
                codes[row].tobytes(),
                float(lats[row]) / 10,
                float(lons[row]) / 10,
                float(heights[row]) if np.isfinite(heights[row]) else None,
                source,
                l1c,
            )
            for row in range(groups)
        ]

    def _pieces(
        self,
        image_ids: NDArray[np.uint8],
        image_dates: Sequence[date],
        image_valid: NDArray[np.bool_],
        lat: ArrayLike,
        lon: ArrayLike,
        elevation: ArrayLike | None,
        days: NDArray[np.int64],
        source: str,
        l1c: bool,
    ) -> list[_Piece]:
        windows = windows_of(days)
        pieces = []
        for window in np.unique(windows):
            each = self.conditions(image_ids, image_dates, image_valid, lat, lon, elevation, int(window), source, l1c)
            places: dict[Condition, int] = {}
            group = np.array([places.setdefault(condition, len(places)) for condition in each], dtype=np.intp)
            pieces.append(_Piece(int(window), windows == window, list(places), group))
        return pieces


def _places(conditions: Sequence[Condition]) -> list[Condition]:
    """One condition of each place."""
    return list({condition.place: condition for condition in conditions}.values())


def _heights(elevation: ArrayLike | None, groups: int) -> NDArray[np.float64]:
    """Each group's height in metres, NaN where not known: (G,)."""
    return np.broadcast_to(np.nan if elevation is None else np.asarray(elevation, dtype=np.float64), (groups,))


def _step(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(heights / ELEVATION_STEP) * ELEVATION_STEP)


def quantile(pmf: NDArray[np.float32], tokenizer: UniformTokenizer, q: float) -> NDArray[np.float64]:
    """Quantile of binned distributions (D, bins), linear inside a bin: (D,) in spreads."""
    cdf = np.cumsum(pmf.astype(np.float64), axis=-1)
    cdf /= cdf[:, -1:]
    index = np.argmax(cdf >= q, axis=-1)
    rows = np.arange(len(pmf))
    below = np.where(index > 0, cdf[rows, index - 1], 0.0)
    inside = (q - below) / np.maximum(cdf[rows, index] - below, 1e-12)
    return (index + inside) * tokenizer.width - tokenizer.limit
