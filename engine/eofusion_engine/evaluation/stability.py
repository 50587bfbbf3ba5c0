"""Whether a pixel's embedding stays as it is across near dates, and moves when the ground has changed.

Two clear views of one pixel a few days apart should have nearly one embedding; views a quarter of a year apart, or on
both sides of a harvest, a mowing or snow, should not. The ratio of the median distances says by how much more the
embedding moves with change, the AUC how well a distance tells the two kinds of pairs apart. Beside it: the bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..bands import SCL_UNCLEAR
from ..model.stack import FusionStack
from ..training.places import Place, read_imagery
from .gap_model import observe_place
from .pixel_series import embed_at, embed_series
from .resampling import bounds, draws_of
from .rows import OURS, Row, make_row
from .seen import SEEN_LABELS, SeenLabel, TrainingPlaces, label_places

TASK = "embeddings"
PARTS = ("encoder_s1", "encoder_s2", "fusion")
BANDS = "bands of the date"
NEAR_DAYS, SEASON_DAYS = 6, (75, 105)
#: Simulated pairs of either kind lie at most this far apart; their true reflectance moved by less or more than this.
PAIR_DAYS, SAME, CHANGED = 12, 0.008, 0.03
PIXELS, PAIRS = 60, 400
SIZES = (16, 64)
#: No training ever draws worlds from here on.
FIRST_WORLD, WORLDS, WORLD_PIXELS = 9_000_000, 8, 96
SEASONS = "stability: clear views at most 6 days apart against a quarter of a year apart"
PIXELS_APART = "stability: one pixel on two near dates against two pixels on the same dates"
#: What a quarter of a year changes is partly the calendar, which an embedding may hold without having seen anything.
DATED = "the date itself may be in the embedding"
SIMULATED = "simulated: stability, no change against harvest, mowing, snow and flood within 12 days"


@dataclass(frozen=True)
class Pairs:
    """Distances of one place's pairs by representation: ``near`` (N,) without and ``far`` (M,) with change."""

    near: dict[str, np.ndarray]
    far: dict[str, np.ndarray]


def evaluate(data_dir: Path, weights_dir: Path | None = None) -> list[Row]:
    """Rows for real places and for simulated worlds.

    Raises:
        FileNotFoundError: the folder holds no imagery of a known layout.
    """
    stack = FusionStack.from_weights(weights_dir)
    known = TrainingPlaces.of(PARTS, weights_dir)
    places = [p for p in read_imagery(data_dir) if len(p.s2) >= 8]
    rows: list[Row] = []
    if places:
        lat, lon, held = (np.array([getattr(p, name) for p in places]) for name in ("lat", "lon", "held_out"))
        labels = label_places(known, lat, lon, held)
        for label in SEEN_LABELS:
            chosen = [p for p, own in zip(places, labels, strict=True) if own == label]
            # Seen places only serve to see a gap; a few do.
            found = [real_pairs(p, stack) for p in (chosen if label == "unseen" else chosen[:6])]
            both = [pairs for pairs in found if pairs is not None]
            rows += table(PIXELS_APART, label, [other for _, other in both])
            rows += table(SEASONS, label, [season for season, _ in both], DATED)
    rows += table(SIMULATED, "unseen", [simulated_pairs(FIRST_WORLD + i, stack) for i in range(WORLDS)])
    return rows


def auc(near: np.ndarray, far: np.ndarray) -> float:
    """Chance that a pair with change is farther apart than one without; ties count half."""
    order = np.sort(near)
    below = np.searchsorted(order, far, "left") + np.searchsorted(order, far, "right")
    return float(below.mean() / (2 * len(near)))


def table(data: str, seen: SeenLabel, places: list[Pairs], remark: str = "") -> list[Row]:
    """One row a representation: means over places, paired intervals over places."""
    places = [p for p in places if len(p.near[BANDS]) >= 10 and len(p.far[BANDS]) >= 10]
    if not places:
        return []
    picks = draws_of(len(places)) / len(places)
    scores = {
        name: np.array(
            [(auc(p.near[name], p.far[name]), np.median(p.far[name]) / np.median(p.near[name])) for p in places]
        )
        for name in places[0].near
    }
    rows = []
    for name, values in scores.items():
        drawn, base = picks @ values, picks @ scores[BANDS]
        metrics: dict[str, float | tuple[float, float] | None] = {
            "auc": float(values[:, 0].mean()), "auc_95": bounds(drawn[:, 0]),
            "ratio": float(values[:, 1].mean()), "ratio_95": bounds(drawn[:, 1]),
        }  # fmt: skip
        if name != BANDS:
            metrics |= {
                "diff_auc": float((values - scores[BANDS])[:, 0].mean()), "diff_auc_95": bounds((drawn - base)[:, 0]),
            }  # fmt: skip
        model, _, part = name.partition("/")
        count = sum(len(p.near[name]) + len(p.far[name]) for p in places)
        texts = {
            "part": part,
            "reference": "" if name == BANDS else BANDS,
            "note": "; ".join(filter(None, (f"{len(places)} places", remark))),
        }
        rows.append(make_row(TASK, data, model, count, seen, metrics, **texts))
    return rows


def _distances(bands: np.ndarray, embedding: np.ndarray, pairs: np.ndarray) -> dict[str, np.ndarray]:
    """Distances of ``pairs``: of bands (P, T, B) brought to unit variance, and of embeddings (P, T, D) brought to
    unit length. A pair is a pixel and two dates (N, 3), or these and the pixel of the second date (N, 4)."""
    pixel, first, second = pairs.T[:3]
    other = pairs.T[-1] if pairs.shape[1] == 4 else pixel
    spread = np.nanstd(bands.reshape(-1, bands.shape[-1]), axis=0) + 1e-6
    step = (bands[pixel, first] - bands[other, second]) / spread
    out = {BANDS: np.sqrt(np.nanmean(step**2, axis=-1))}
    for size in SIZES:
        a, b = embedding[pixel, first, :size], embedding[other, second, :size]
        norm = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
        cosine = (a * b).sum(-1) / np.maximum(norm, 1e-9)
        out[f"{OURS}/{size} numbers"] = np.sqrt(np.maximum(2 - 2 * cosine, 0))
    return out


def _drawn(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    found = np.argwhere(mask)
    return found[rng.permutation(len(found))[:PAIRS]]


def real_pairs(place: Place, stack: FusionStack) -> tuple[Pairs, Pairs] | None:
    """Pairs of PIXELS pixels of a place, encoded with their neighbourhood: near dates against a season apart, and
    against another pixel on the second date; None where there are too few views."""
    rng = np.random.default_rng(0)
    cube = place.reflectance()
    pixels = rng.permutation(cube.shape[2] * cube.shape[3])[:PIXELS]
    bands = cube.reshape(*cube.shape[:2], -1)[..., pixels].transpose(2, 0, 1)  # (P, T, 10)
    clear = np.isfinite(bands).any(axis=2)
    both = clear[:, :, None] & clear[:, None, :]
    gap = place.s2_days[None, :] - place.s2_days[:, None]
    near = _drawn(both & (gap > 0) & (gap <= NEAR_DAYS), rng)
    far = _drawn(both & (gap >= SEASON_DAYS[0]) & (gap <= SEASON_DAYS[1]), rng)
    if not len(near) or not len(far):
        return None
    asked = torch.as_tensor(place.s2_days).expand(len(pixels), -1)
    with torch.inference_mode():
        z = embed_at(stack, observe_place(stack, place, pixels), asked).numpy()
    pixel, first, second = near.T
    other = (pixel + rng.integers(1, len(bands), len(pixel))) % len(bands)
    usable = clear[other, second]
    swapped = np.stack([pixel, first, second, other], axis=1)[usable]
    same = _distances(bands, z, near)
    return Pairs(same, _distances(bands, z, far)), Pairs(same, _distances(bands, z, swapped))


def simulated_pairs(seed: int, stack: FusionStack) -> Pairs:
    """Pairs of one simulated world, sorted by what its true reflectance did between the two dates."""
    from ..training.shards import simulate_world

    world = simulate_world(seed, WORLD_PIXELS)
    s2_days, s1_days = (np.array([d.toordinal() for d in dates]) for dates in (world.s2_dates, world.s1_dates))
    clear = ~np.isin(world.scl, SCL_UNCLEAR) & np.isfinite(world.s2).all(axis=2)
    bands = np.where(clear[..., None], world.s2, np.nan).astype(np.float32)
    # One list of dates for both sensors: each is missing on the other's.
    days = np.concatenate([s2_days, s1_days])
    count = len(bands)
    s2 = np.full((count, len(days), bands.shape[-1]), np.nan, np.float32)
    s1 = np.full((count, len(days), 2), np.nan, np.float32)
    s2[:, : len(s2_days)], s1[:, len(s2_days) :] = bands, world.s1
    asked = np.broadcast_to(s2_days, (count, len(s2_days)))
    z = embed_series(stack, s2, s1, np.broadcast_to(days, (count, len(days))), asked)
    gap = s2_days[None, :] - s2_days[:, None]
    both = clear[:, :, None] & clear[:, None, :] & (gap > 0) & (gap <= PAIR_DAYS)
    moved = np.abs(world.s2_truth[:, :, None] - world.s2_truth[:, None, :]).mean(axis=-1)
    rng = np.random.default_rng(0)
    near, far = _drawn(both & (moved < SAME), rng), _drawn(both & (moved > CHANGED), rng)
    return Pairs(_distances(bands, z, near), _distances(bands, z, far))
