"""Daily temperature generated from image tokens: masked, confidence-ordered decoding, once per unique condition."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ...errors import WeightsError
from ...resources import weights_folder
from ..weights import load_into, load_tensors, read_sums
from .climatology import LAPSE_K_PER_M, Climatology, Normal, ordinals
from .correlation import (
    EPOCH_DAYS,
    EPOCH_ORIGIN,
    IMAGE_MARGIN,
    IMAGES,
    WINDOW,
    CorrelationConfig,
    CorrelationModel,
    static_features,
)
from .image_tokens import ABSENT, ImageTokenizer
from .tokens import UniformTokenizer

#: Decoding steps (MaskGIT, arXiv 2202.04200) and sample paths.
STEPS, SAMPLES = 8, 16
#: Positions are rounded to this many degrees, so that areas agree and neighbours share a series.
POSITION_STEP = 0.1
#: The model sees elevations in steps of so many metres: its anomalies differ by 0.1 to 0.2 K from one to the next. The
#: climatology under them takes each cell's own height.
ELEVATION_STEP = 200.0


@dataclass(frozen=True)
class Series:
    """Generated daily mean air temperature in degC, each (G, D) float32; p10 to p90 holds four days in five."""

    mean: NDArray[np.float32]
    p10: NDArray[np.float32]
    p90: NDArray[np.float32]


@dataclass(frozen=True)
class Condition:
    """All that one window's generation depends on, apart from the run's seed.

    ``elevation`` in metres is a multiple of :data:`ELEVATION_STEP`, None where it is not known.
    """

    window: int
    codes: bytes
    lat: float
    lon: float
    elevation: float | None

    def seed(self, run_seed: int) -> int:
        """A seed that is the same on every machine and for every area and tiling.

        The elevation is no part of it: other draws on each step of a slope would put steps of 1 K into the map.
        ``None`` stands in its place.
        """
        text = f"{run_seed}|{self.window}|{self.lat:.1f}|{self.lon:.1f}|None|".encode()
        return int.from_bytes(hashlib.sha256(text + self.codes).digest()[:8], "little") >> 1


def group_conditions(ids: NDArray[np.uint8], valid: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cells that have the same image tokens.

    Args:
        ids: (N, Q, d) codes. valid: (N, Q); what is not valid does not tell cells apart.

    Returns:
        ``first`` (G,), the first cell of each group, and ``group`` (N,), each cell's group: a group's series
        scattered with ``series[group]`` is every cell's.
    """
    codes = np.where(np.asarray(valid, dtype=bool)[..., None], ids, ABSENT).astype(np.uint8)
    _, first, group = np.unique(codes.reshape(len(codes), -1), axis=0, return_index=True, return_inverse=True)
    return first, group.reshape(-1)


def image_epochs(start: date, end: date) -> list[date]:
    """The 16-day epochs whose images generation from ``start`` to ``end`` can make use of."""
    margin = IMAGE_MARGIN * EPOCH_DAYS
    first = -(-(start.toordinal() - margin - EPOCH_ORIGIN) // EPOCH_DAYS)
    last = (end.toordinal() + margin - EPOCH_ORIGIN) // EPOCH_DAYS
    return [date.fromordinal(EPOCH_ORIGIN + EPOCH_DAYS * epoch) for epoch in range(first, last + 1)]


def fusion_digest(folder: Path) -> str:
    """What the image tokens' meaning hangs on: the published hashes of the Sentinel-2 encoder and the fusion."""
    sums = read_sums(folder)
    return "+".join(sums.get(f"{name}.safetensors", "none")[:16] for name in ("encoder_s2", "fusion"))


class TemperatureGenerator:
    """Climatology, tokenizers and correlation model together, as the runner uses them."""

    def __init__(
        self,
        climatology: Climatology,
        tokenizer: UniformTokenizer,
        image_tokenizer: ImageTokenizer,
        model: CorrelationModel,
        width_factors: tuple[float, float] = (1.0, 1.0),
        device: str | torch.device = "cpu",
    ) -> None:
        """``width_factors`` recalibrate the intervals' widths: without any image in the window, and with."""
        self.climatology = climatology
        self.tokenizer = tokenizer
        self.image_tokenizer = image_tokenizer.eval().requires_grad_(False).to(device)
        self.model = model.eval().requires_grad_(False).to(device)
        self.width_factors = width_factors
        self.device = torch.device(device)

    @classmethod
    def from_weights(cls, weights_dir: Path | None = None, device: str | torch.device = "cpu") -> TemperatureGenerator:
        """Load strictly; raises WeightsError when the file is missing, damaged or does not fit."""
        tensors, config = load_tensors("temperature", weights_dir)
        if config["embedded_by"] not in ("", fusion_digest(weights_folder() if weights_dir is None else weights_dir)):
            raise WeightsError(
                "The temperature weights were trained with other fusion weights than those beside them.",
                "Install EO Fusion again, or train the temperature stage anew (docs/training.md).",
            )
        parts: dict[str, dict[str, torch.Tensor]] = {"climatology": {}, "image_tokens": {}, "correlation": {}}
        for name, tensor in tensors.items():
            part, _, key = name.partition(".")
            parts.setdefault(part, {})[key] = tensor
        model = CorrelationModel(CorrelationConfig.from_dict(config["correlation"]))
        load_into(model, parts["correlation"], "temperature")
        images = ImageTokenizer(tuple(config["image_tokens"]["levels"]))
        load_into(images, parts["image_tokens"], "temperature")
        factors = config["width_factors"]
        return cls(
            Climatology.from_tensors(parts["climatology"]),
            UniformTokenizer(**config["tokenizer"]),
            images,
            model,
            (factors["without_images"], factors["with_images"]),
            device,
        )

    def tokenize(self, embeddings: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Embeddings (G, Q, 64) at epochs to image codes (G, Q, d); see :meth:`ImageTokenizer.tokenize`."""
        return self.image_tokenizer.tokenize(embeddings, valid)

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
    ) -> Series:
        """Daily temperature of G groups.

        Args:
            image_ids: (G, Q, d) codes of :meth:`tokenize`; Q may be 0.
            image_dates: Q epochs, see :func:`image_epochs`. image_valid: (G, Q).
            lat, lon: one for all, or (G,), degrees, rounded before use.
            elevation: metres, one for all or (G,), NaN where not known; None: known nowhere.
            dates: D days in any order. seed: the run's seed. samples: sample paths per condition.
            workers: Python threads; the result does not depend on it.
            progress: called with (windows done, windows in all); may raise to stop.
        """
        days = ordinals(dates)
        groups = len(image_ids)
        heights = _heights(elevation, groups)
        # The climatology is linear in height: what the model's step leaves out is added afterwards.
        above = np.nan_to_num(LAPSE_K_PER_M * (heights - _step(heights)))[:, None]
        out = Series(*(np.empty((groups, len(days)), dtype=np.float32) for _ in range(3)))
        done = 0
        pieces = list(self._pieces(image_ids, image_dates, image_valid, lat, lon, elevation, days))
        total = sum(len(unique) for _, _, unique, _ in pieces)
        for window, inside, unique, group in pieces:
            run = _runner(self, seed, samples)
            rows = np.empty((3, len(unique), int(inside.sum())), dtype=np.float32)
            offsets = days[inside] - window_start(window)
            with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
                for index, (condition, pmf) in enumerate(zip(unique, pool.map(run, unique), strict=True)):
                    rows[:, index] = self._summary(condition, pmf[offsets], days[inside])
                    done += 1
                    if progress is not None:
                        progress(done, total)
            for target, source in zip((out.mean, out.p10, out.p90), rows, strict=True):
                target[:, inside] = source[group] + above
        return out

    def window_pmf(self, condition: Condition, seed: int, samples: int = SAMPLES) -> NDArray[np.float32]:
        """Probabilities (WINDOW, bins) of each day's standardised anomaly under one condition.

        Each of the sample paths commits its days over :data:`STEPS` steps, those first of which the model is
        surest (least entropy, with noise that fades). A day's probabilities are the mean over paths of those it
        was drawn from: the same distribution as the drawn values have, with less sampling noise.
        Shapes never depend on other conditions, so neither does the result.
        """
        bins = self.tokenizer.bins
        generator = torch.Generator().manual_seed(condition.seed(seed))
        uniform = torch.rand((STEPS, samples, WINDOW), generator=generator).to(self.device)
        gumbel = -torch.log(-torch.log(torch.rand((STEPS, samples, WINDOW), generator=generator) + 1e-9) + 1e-9)
        gumbel = gumbel.to(self.device)
        codes = torch.frombuffer(bytearray(condition.codes), dtype=torch.uint8).view(1, IMAGES, -1).to(torch.int64)
        levels = torch.tensor(self.model.config.levels)
        codes = torch.minimum(codes, levels).to(self.device)
        static = torch.as_tensor(
            static_features(self.climatology, condition.lat, condition.lon, condition.elevation), device=self.device
        )[None]
        start = torch.tensor([window_start(condition.window)], device=self.device)
        days = torch.full((samples, WINDOW), bins, device=self.device)
        total = torch.zeros((WINDOW, bins), device=self.device)
        with torch.inference_mode():
            for step in range(STEPS):
                # In the first step nothing is committed yet: one path stands for all.
                rows = 1 if step == 0 else samples
                _, logits = self.model(
                    static.expand(rows, -1), codes.expand(rows, -1, -1), days[:rows], start.expand(rows)
                )
                log_p = torch.log_softmax(logits.float(), dim=-1).expand(samples, -1, -1)
                p = log_p.exp()
                drawn = (p.cumsum(-1) < uniform[step][..., None]).sum(-1).clamp(max=bins - 1)
                surety = (p * log_p).sum(-1) + gumbel[step] * (1 - (step + 1) / STEPS)
                hidden = days == bins
                surety = surety.masked_fill(~hidden, float("-inf"))
                keep = round(WINDOW * np.cos(np.pi / 2 * (step + 1) / STEPS))
                count = int(hidden[0].sum()) - keep
                chosen = torch.zeros_like(hidden).scatter_(1, surety.topk(count, dim=1).indices, True)
                total += (p * chosen[..., None]).sum(0)
                days = torch.where(chosen, drawn, days)
        return (total / samples).cpu().numpy()

    def width_factor(self, condition: Condition) -> float:
        """By how much the intervals under a condition are widened."""
        return self.width_factors[int(any(code != ABSENT for code in condition.codes))]

    def normal(self, condition: Condition, days: NDArray[np.int64], elevation: float | None = None) -> Normal:
        """The climatology that a condition's tokens are relative to, at ordinals ``days``.

        It is that of the exact ``elevation`` in metres, where that is given.
        """
        height = condition.elevation if elevation is None else elevation
        return self.climatology.normal(condition.lat, condition.lon, days, height)

    def conditions(
        self,
        image_ids: NDArray[np.uint8],
        image_dates: Sequence[date],
        image_valid: NDArray[np.bool_],
        lat: ArrayLike,
        lon: ArrayLike,
        elevation: ArrayLike | None,
        window: int,
    ) -> list[Condition]:
        """Each of G groups' condition in one window."""
        groups, _, depth = image_ids.shape
        codes = np.full((groups, IMAGES, depth), ABSENT, dtype=np.uint8)
        first = window_start(window) - IMAGE_MARGIN * EPOCH_DAYS
        for place, ordinal in enumerate(ordinals(image_dates)):
            slot, rest = divmod(int(ordinal) - first, EPOCH_DAYS)
            if rest:
                raise ValueError("Image dates must be 16-day epochs counted from 2015-01-01 (see image_epochs).")
            if 0 <= slot < IMAGES:
                codes[:, slot] = np.where(image_valid[:, place, None], image_ids[:, place], ABSENT)
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
    ) -> Iterator[tuple[int, NDArray[np.bool_], list[Condition], NDArray[np.intp]]]:
        """Per window: which of the days lie in it, its unique conditions, and each group's place among them."""
        windows = (days - EPOCH_ORIGIN) // WINDOW
        for window in np.unique(windows):
            each = self.conditions(image_ids, image_dates, image_valid, lat, lon, elevation, int(window))
            places: dict[Condition, int] = {}
            group = np.array([places.setdefault(condition, len(places)) for condition in each], dtype=np.intp)
            yield int(window), windows == window, list(places), group

    def _summary(
        self, condition: Condition, pmf: NDArray[np.float32], days: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        normal = self.normal(condition, days)
        mean = pmf @ self.tokenizer.centres
        factor = self.width_factor(condition)
        low, high = (mean + factor * (quantile(pmf, self.tokenizer, q) - mean) for q in (0.1, 0.9))
        return tuple(normal.mean + normal.spread * score for score in (mean, low, high))  # type: ignore[return-value]


def _heights(elevation: ArrayLike | None, groups: int) -> NDArray[np.float64]:
    """Each group's height in metres, NaN where not known: (G,)."""
    return np.broadcast_to(np.nan if elevation is None else np.asarray(elevation, dtype=np.float64), (groups,))


def _step(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(heights / ELEVATION_STEP) * ELEVATION_STEP)


def window_start(window: int) -> int:
    """Ordinal of a window's first day."""
    return EPOCH_ORIGIN + window * WINDOW


def quantile(pmf: NDArray[np.float32], tokenizer: UniformTokenizer, q: float) -> NDArray[np.float64]:
    """Quantile of binned distributions (D, bins), linear inside a bin: (D,) in spreads."""
    cdf = np.cumsum(pmf.astype(np.float64), axis=-1)
    cdf /= cdf[:, -1:]
    index = np.argmax(cdf >= q, axis=-1)
    rows = np.arange(len(pmf))
    below = np.where(index > 0, cdf[rows, index - 1], 0.0)
    inside = (q - below) / np.maximum(cdf[rows, index] - below, 1e-12)
    return (index + inside) * tokenizer.width - tokenizer.limit


def _runner(generator: TemperatureGenerator, seed: int, samples: int) -> Callable[[Condition], NDArray[np.float32]]:
    def run(condition: Condition) -> NDArray[np.float32]:
        return generator.window_pmf(condition, seed, samples)

    return run
