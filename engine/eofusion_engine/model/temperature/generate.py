"""Generation from any tokens to any: daily temperature, images, by masked and confidence-ordered decoding.

Every distinct condition is generated once, alone, with draws that hang on seed, window and position only: conditions
of one place differ by what they show and not by luck, and one that did not change gives exactly the same.
"""

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

from ..weights import load_into, load_tensors
from .climatology import LAPSE_K_PER_M, Climatology, Dates, Normal, ordinals
from .correlation import CorrelationConfig, CorrelationModel, Inputs
from .image_tokens import ABSENT, LEVELS, ImageTokenizer
from .mean_head import MeanHead, corrected
from .sequence import IMAGES, SOURCES, WINDOW, in_slots, static_features, window_start, windows_of
from .tokens import UniformTokenizer

#: Decoding steps (MaskGIT, arXiv 2202.04200) and sample paths.
STEPS, SAMPLES = 8, 16
#: Positions are rounded to this many degrees, so that areas agree and neighbours share a series.
POSITION_STEP = 0.1
#: The model sees elevations in steps of so many metres: its anomalies differ by 0.1 to 0.2 K from one to the next. The
#: climatology under them takes each cell's own height.
ELEVATION_STEP = 200.0
#: Factors on interval widths: by source, by method (``images``, ``blind``, and the climatologies of the evaluation).
Factors = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Series:
    """Generated daily mean air temperature in degC, each (G, D) float32; p10 to p90 holds four days in five."""

    mean: NDArray[np.float32]
    p10: NDArray[np.float32]
    p90: NDArray[np.float32]


@dataclass(frozen=True)
class Condition:
    """All that one window's generation depends on, apart from the run's seed.

    ``elevation`` in metres is a multiple of :data:`ELEVATION_STEP`, None where it is not known. ``source`` is one of
    SOURCES, ``l1c`` says that reflectance is top-of-atmosphere.
    """

    window: int
    codes: bytes
    lat: float
    lon: float
    elevation: float | None
    source: str = "station"
    l1c: bool = False

    def seed(self, run_seed: int) -> int:
        """A seed that is the same on every machine, for every area and tiling, and for all that a place may show."""
        text = f"{run_seed}|{self.window}|{self.lat:.1f}|{self.lon:.1f}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "little") >> 1

    @property
    def image_codes(self) -> NDArray[np.uint8]:
        """The codes as an array (IMAGES, d)."""
        return np.frombuffer(self.codes, dtype=np.uint8).reshape(IMAGES, len(LEVELS))

    @property
    def has_images(self) -> bool:
        """Whether any sensor saw anything."""
        return any(code != ABSENT for code in self.codes)


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
        pieces = list(self._pieces(image_ids, image_dates, image_valid, lat, lon, elevation, days, source, l1c))
        total, done = sum(len(unique) for _, _, unique, _ in pieces), 0
        # The climatology is linear in height: what the model's step leaves out is added afterwards.
        heights = _heights(elevation, groups)
        above = np.nan_to_num(LAPSE_K_PER_M * (heights - _step(heights)))[:, None]
        with ThreadPoolExecutor(max(1, workers)) as pool:
            for window, inside, unique, group in pieces:
                rows = np.empty((3, len(unique), int(inside.sum())))
                pmfs = pool.map(_runner(self, seed, samples), unique)
                for index, (condition, pmf) in enumerate(zip(unique, pmfs, strict=True)):
                    normal = self.normal(condition, days[inside])
                    z = self.summary(condition, pmf[days[inside] - window_start(window)])
                    rows[:, index] = normal.mean + normal.spread * z
                    done += 1
                    if progress is not None:
                        progress(done, total)
                out[:, :, inside] = rows[:, group] + above
        return Series(out[0], out[1], out[2])

    def inputs(self, condition: Condition, rows: int = 1, images: bool = True) -> Inputs:
        """A condition as ``rows`` equal windows with all days hidden; without ``images`` the mean head is silent."""
        codes = condition.image_codes
        static = static_features(self.climatology, condition.lat, condition.lon, condition.elevation)
        start = window_start(condition.window)
        shift = np.zeros(WINDOW)
        if images and condition.has_images:
            cells = self.image_tokenizer.decode(codes, condition.l1c)
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

        Each of the sample paths commits its days over :data:`STEPS` steps, those first of which the model is
        surest (least entropy, with noise that fades). A day's probabilities are the mean over paths of those it
        was drawn from: the same distribution as the drawn values have, with less sampling noise.
        Shapes never depend on other conditions, so neither does the result.
        Without samples it is what the first step would draw from: each day for itself.
        """
        if samples:
            return self._paths(condition, seed, samples)[0]
        with torch.inference_mode():
            _, logits = self.model(self.inputs(condition), self.trust[0])
            return np.asarray(torch.softmax(logits[0].float(), dim=-1).cpu().numpy())

    def paths(self, condition: Condition, seed: int, samples: int = SAMPLES) -> NDArray[np.float64]:
        """Sample paths (samples, WINDOW) of a window, in spreads about :meth:`normal`."""
        return np.asarray(self.tokenizer.centres[self._paths(condition, seed, samples)[1]])

    def drawn(
        self, condition: Condition, seed: int, samples: int = SAMPLES
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """:meth:`window_pmf` and :meth:`paths` of the same draws, in one go."""
        pmf, days = self._paths(condition, seed, samples)
        return pmf, np.asarray(self.tokenizer.centres[days])

    def _paths(self, condition: Condition, seed: int, samples: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        bins = self.tokenizer.bins
        generator = torch.Generator().manual_seed(condition.seed(seed))
        uniform = torch.rand((STEPS, samples, WINDOW), generator=generator).to(self.device)
        gumbel = -torch.log(-torch.log(torch.rand((STEPS, samples, WINDOW), generator=generator) + 1e-9) + 1e-9)
        gumbel = gumbel.to(self.device)
        seen = self.inputs(condition, samples)
        days = seen.days.clone()
        total = torch.zeros((WINDOW, bins), device=self.device)
        with torch.inference_mode():
            for step in range(STEPS):
                # In the first step nothing is committed yet: one path stands for all.
                rows = slice(0, 1 if step == 0 else samples)
                seen.days = days
                _, logits = self.model(seen.take(rows), self.trust[int(step > 0)])
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
        return (total / samples).cpu().numpy(), days.cpu().numpy()

    def factor(self, condition: Condition) -> float:
        """By how much the intervals under a condition are widened."""
        return self.factors.get(condition.source, {}).get("images" if condition.has_images else "blind", 1.0)

    def normal(self, condition: Condition, days: NDArray[np.int64], elevation: float | None = None) -> Normal:
        """The climatology that a condition's tokens are relative to, at ordinals ``days``: the place's, as its source
        would see it. It is that of the exact ``elevation`` in metres, where that is given."""
        height = condition.elevation if elevation is None else elevation
        normal = self.climatology.normal(condition.lat, condition.lon, days, height)
        static = static_features(self.climatology, condition.lat, condition.lon, height)
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
    ) -> Iterator[tuple[int, NDArray[np.bool_], list[Condition], NDArray[np.intp]]]:
        """Per window: which of the days lie in it, its unique conditions, and each group's place among them."""
        windows = windows_of(days)
        for window in np.unique(windows):
            each = self.conditions(image_ids, image_dates, image_valid, lat, lon, elevation, int(window), source, l1c)
            places: dict[Condition, int] = {}
            group = np.array([places.setdefault(condition, len(places)) for condition in each], dtype=np.intp)
            yield int(window), windows == window, list(places), group


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


def _runner(generator: TemperatureGenerator, seed: int, samples: int) -> Callable[[Condition], NDArray[np.float32]]:
    def run(condition: Condition) -> NDArray[np.float32]:
        return generator.window_pmf(condition, seed, samples)

    return run
