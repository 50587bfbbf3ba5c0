"""``eofusion evaluate explore``: the tools of Explore on simulated places, whose truth is known, beside raw bands."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from ..errors import RequestError
from ..events import Quiet
from ..explore import breaks, kmeans
from ..explore.places import Pixels
from ..explore.runs import FinishedRun
from ..explore.vectors import pixel_vectors
from .explore_real import learned_maps
from .explore_worlds import WORLDS, World, make_world
from .rows import OURS, Row, make_row

TASK = "explore"
RAW = "raw bands"
DROP = "largest drop of NDVI"
#: Picked pixels of each kind, and how far round a pick nothing counts: a neighbour is no find.
PICKS, AWAY_PX = 12, 16
_DRAWS = 2000
_FOREST = 2


def evaluate(data_dir: Path, weights_dir: Path | None = None, worlds: Path | None = None) -> list[Row]:
    """Similarity, clusters and breaks on simulated places, learned maps on real ones.

    The places are simulated here, into ``worlds`` where it is given (what it holds is used again), else into a
    temporary folder. None of them was trained on.

    Raises:
        FileNotFoundError: the folder holds no imagery.
    """
    if not (data_dir / "imagery").is_dir():
        raise FileNotFoundError(errno.ENOENT, "no imagery", str(data_dir / "imagery"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = worlds or Path(temporary)
        made = []
        for name, seed in WORLDS:
            made.append(make_world(folder / f"{name}-{seed}", name, seed, weights_dir))
        simulated = [*_similarity(made), *_clusters(made), *_breaks(made)]
        return [*simulated, *learned_maps(data_dir, weights_dir, folder / "real")]


def average_precision(scores: np.ndarray, hits: np.ndarray) -> float:
    """Mean of the precision at every hit (N,) when rows are taken by falling score (N,); NaN without a hit."""
    order = np.argsort(-scores, kind="stable")
    found = hits[order]
    precision = np.cumsum(found) / np.arange(1, len(found) + 1)
    return float(precision[found].mean()) if found.any() else float("nan")


def similarity_scores(world: World, vectors: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """Mean average precision of cosine similarity to single picks, each kind alike, and that of chance.

    ``vectors`` (H, W, F); a find counts when it is of the pick's kind and farther than 160 m from it.
    """
    generator = np.random.default_rng(seed)
    height, width = world.kind.shape
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=2, keepdims=True), 1e-6)
    rows, cols = np.mgrid[:height, :width]
    by_kind, by_chance = [], []
    for kind in np.unique(world.kind[world.kind >= 0]):
        there = np.argwhere(world.kind == kind)
        found, chance = [], []
        for row, col in there[generator.permutation(len(there))[:PICKS]]:
            counted = (world.kind >= 0) & (np.maximum(np.abs(rows - row), np.abs(cols - col)) > AWAY_PX)
            hits = world.kind[counted] == kind
            if hits.any():
                found.append(average_precision((unit @ unit[row, col])[counted], hits))
                chance.append(float(hits.mean()))
        if found:
            by_kind.append(np.mean(found))
            by_chance.append(np.mean(chance))
    return float(np.mean(by_kind)), float(np.mean(by_chance))


def cluster_score(world: World, vectors: np.ndarray, seed: int = 0) -> float:
    """Adjusted Rand index of as many clusters as there are kinds against the kinds; ``vectors`` (H, W, F)."""
    from sklearn.metrics import adjusted_rand_score

    common = world.kind >= 0
    rows = vectors[common]
    label = kmeans.nearest(rows, kmeans.fit_centres(rows, len(np.unique(world.kind[common])), seed))
    return float(adjusted_rand_score(world.kind[common], label))


def break_scores(world: World, signal: str) -> dict[str, float]:
    """Of felled forest: ``found`` and dated ``within_one`` clear view; of forest that stands: ``false_alarms``.

    Counted are pixels with three clear views without snow on either side, which any method needs; ``n`` of them.
    ``signal``: ndvi, embeddings, or the baseline ``DROP``.
    """
    with FinishedRun.open(world.run) as run:
        seen_on = np.array([day.toordinal() for day in run.dates("ndvi_observed")])
        views = breaks.snow_free(run.observed_ndvi())
        if signal == DROP:
            estimate = _largest_drop(views, seen_on)
        else:
            found = breaks.learn(run, signal, 6, Quiet())
            values = np.concatenate(
                [found.read(run, tile).reshape(*_shape(found), -1) for tile in run.tiles(side=16)], 2
            )
            steps = found.steps(values)
            size = np.sqrt(np.square(steps.size).mean(axis=1))
            told = (steps.after >= 0) & (size >= breaks.Arguments(run=world.run).threshold)
            ordinal = np.array([day.toordinal() for day in found.dates])
            flat = np.where(told, ordinal[np.maximum(steps.after, 0)], np.nan)
            estimate = _from_tiles(run, flat)
    seen = np.isfinite(views)
    on = np.nan_to_num(world.struck, nan=0)
    before = (seen & (seen_on[:, None, None] < on)).sum(axis=0)
    after = (seen & (seen_on[:, None, None] >= on)).sum(axis=0)
    counted = (world.cover == _FOREST) & np.isfinite(world.struck) & (before >= 3) & (after >= 3)
    stands = (world.cover == _FOREST) & ~np.isfinite(world.struck)
    told = np.isfinite(estimate)
    views_before = (seen & (seen_on[:, None, None] < np.nan_to_num(estimate, nan=0))).sum(axis=0)
    within = told & (np.abs(views_before - before) <= 1)
    return {
        "n": float(counted.sum()), "found": _share(told[counted]), "within_one": _share(within[counted]),
        "standing": float(stands.sum()), "false_alarms": _share(told[stands]),
    }  # fmt: skip


def _share(hits: np.ndarray) -> float:
    return float(hits.mean()) if hits.size else float("nan")


def _shape(found: breaks.Signal) -> tuple[int, int]:
    return found.courses.shape[1], len(found.dates)


def _from_tiles(run: FinishedRun, flat: np.ndarray) -> np.ndarray:
    """Values that were gathered tile by tile (N,) back as (H, W)."""
    whole = np.full((run.grid.height, run.grid.width), np.nan)
    start = 0
    for tile in run.tiles(side=16):
        count = tile.height * tile.width
        part = flat[start : start + count].reshape(tile.height, tile.width)
        whole[tile.row : tile.row + tile.height, tile.col : tile.col + tile.width] = part
        start += count
    return whole


def _largest_drop(views: np.ndarray, seen_on: np.ndarray, least: float = 0.15) -> np.ndarray:
    """The day (H, W) of the view that lies lowest under the view before it, by at least ``least``; NaN without one."""
    last, best = views[0].copy(), np.full(views.shape[1:], least)
    found = np.full(views.shape[1:], np.nan)
    for day, row in zip(seen_on[1:], views[1:], strict=True):
        drop = np.nan_to_num(last - row, nan=-1)
        found[drop > best] = day
        best = np.maximum(best, drop)
        last = np.where(np.isfinite(row), row, last)
    return found


def _embedding(world: World, days: Sequence[date] | None = None) -> np.ndarray:
    with FinishedRun.open(world.run) as run:
        rows, cols = np.mgrid[: run.grid.height, : run.grid.width]
        vectors = pixel_vectors(run, days or world.days, Pixels(rows.ravel(), cols.ravel()))
    return np.nan_to_num(vectors).reshape(*rows.shape, -1)


def _centred(vectors: np.ndarray) -> np.ndarray:
    """Vectors (H, W, F) less their mean, as the tool compares them; raw bands come standardised."""
    return np.asarray(vectors - vectors.mean(axis=(0, 1)))


def _similarity(worlds: Sequence[World]) -> list[Row]:
    data = "simulated places: find the same kind of cover"
    ours, chance = zip(*(similarity_scores(world, _centred(_embedding(world))) for world in worlds), strict=True)
    raw = [similarity_scores(world, world.raw)[0] for world in worlds]
    return _paired(data, "average_precision", {OURS: ours, RAW: raw, "chance": chance})


def _clusters(worlds: Sequence[World]) -> list[Row]:
    data = "simulated places: clusters against kinds of cover"
    ours = [cluster_score(world, _embedding(world)) for world in worlds]
    raw = [cluster_score(world, world.raw) for world in worlds]
    return _paired(data, "adjusted_rand", {OURS: ours, RAW: raw})


def _paired(data: str, metric: str, found: dict[str, Sequence[float]]) -> list[Row]:
    """Rows of means over places; ours with its difference to raw bands on the same places."""
    rows = []
    for model, values in found.items():
        metrics: dict[str, float | tuple[float, float] | None] = {
            metric: float(np.mean(values)), f"{metric}_95": _interval(values, np.mean)
        }  # fmt: skip
        texts = {}
        if model == OURS:
            gap = np.array(values) - np.array(found[RAW])
            metrics |= {f"diff_{metric}": float(gap.mean()), f"diff_{metric}_95": _interval(gap, np.mean)}
            texts["reference"] = RAW
        rows.append(make_row(TASK, data, model, len(values), "unseen", metrics, **texts))
    return rows


def _breaks(worlds: Sequence[World]) -> list[Row]:
    rows = []
    for signal, model in (("ndvi", OURS), ("embeddings", f"{OURS}, embeddings"), (DROP, DROP)):
        found = [break_scores(world, signal) for world in worlds]
        with_cuts = [part for part in found if part["n"]]
        if not with_cuts:
            raise RequestError("No forest was felled on the simulated places.", "Simulate others.")
        metrics: dict[str, float | tuple[float, float] | None] = {}
        for name, weight in (("found", "n"), ("within_one", "n"), ("false_alarms", "standing")):
            pairs = np.array([(part[name], part[weight]) for part in found if part[weight]])
            metrics[name] = float(np.average(pairs[:, 0], weights=pairs[:, 1]))
            metrics[f"{name}_95"] = _interval(pairs, lambda rows: float(np.average(rows[:, 0], weights=rows[:, 1])))
        note = f"{int(sum(part['n'] for part in with_cuts))} felled pixels"
        data = "simulated places: felled forest"
        rows.append(make_row(TASK, data, model, len(with_cuts), "unseen", metrics, note=note))
    return rows


def _interval(values: Sequence[float] | np.ndarray, mean: Callable[[np.ndarray], float]) -> tuple[float, float]:
    """The 95 % interval of a mean by drawing places with replacement."""
    generator, rows = np.random.default_rng(0), np.asarray(values)
    drawn = [mean(rows[generator.integers(0, len(rows), len(rows))]) for _ in range(_DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
