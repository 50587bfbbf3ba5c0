"""The mean head with what it says of places it has not seen: whole clusters are left out in folds.

All that is learnt or calibrated upon the head (how much of the images' say is kept, the correlation model, the widths
of monthly intervals) sees its values from folds, so that the head itself may be fitted on calibration places, too:
clusters are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ..model.temperature.climatology import Climatology
from ..model.temperature.image_tokens import ImageTokenizer
from ..model.temperature.mean_head import MeanHead, image_features
from ..model.temperature.sequence import SOURCES
from .temperature_batches import Shifts, usable_starts
from .temperature_data import Place
from .temperature_heads import cluster_folds, fit_image, fit_place, nothing
from .temperature_rows import ImageRows, PlaceRows, window_cells

FOLDS = 5
SHRINKS = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Sources with places of many years or regions: of the others the least share of these is taken.
JUDGED = ("station", "era5", "era5_clear")
#: Clusters from which on a share is a source's own.
LEAST_CLUSTERS = 5


@dataclass(frozen=True)
class FoldedHead:
    """``head`` of all places; ``blind`` heads that each saw nothing of a fold; ``fold`` of each cluster."""

    head: MeanHead
    blind: tuple[MeanHead, ...]
    fold: Mapping[str, int]

    def unseen_by(self, place: Place) -> MeanHead:
        """A head that has seen nothing of the place's cluster."""
        fold = self.fold.get(place.cluster)
        return self.head if fold is None else self.blind[fold]


def fit_mean_head(climatology: Climatology, places: list[Place], images: ImageTokenizer) -> FoldedHead:
    """The head of ``places`` and those of the folds, with the share of the images' say that errs least in folds.

    The image trees of a fold learn from anomalies about corrections that knew neither the fold nor the place: were the
    fold's places behind the corrections, what is left of the others would be their mirror image.
    """
    folds = cluster_folds([place.cluster for place in places], FOLDS)
    by_cluster = {place.cluster: int(fold) for place, fold in zip(places, folds, strict=True)}
    count = int(folds.max()) + 1
    known, rows = PlaceRows.of(climatology, places), ImageRows.of(climatology, places, images)

    def without(*out: int) -> MeanHead:
        return MeanHead(fit_place(known, ~np.isin(folds, out)), nothing())

    blind = [without(fold) for fold in range(count)]
    image, shrink = nothing(), MeanHead({}, nothing()).shrink
    if rows is not None:
        inside = folds[rows.owner]
        target, said = np.zeros(len(inside)), np.zeros(len(inside))
        for fold in range(count):
            target[inside == fold] = rows.target(blind[fold], inside == fold)[inside == fold]
        pairs = {pair: without(*pair) for pair in combinations(range(count), 2)}
        for fold in range(count):
            own, about = inside == fold, np.zeros(len(inside))
            for other in set(range(count)) - {fold}:
                theirs = inside == other
                about[theirs] = rows.target(pairs[min(fold, other), max(fold, other)], theirs)[theirs]
            if own.any() and not own.all():
                blind[fold] = replace(blind[fold], image=fit_image(rows, about, ~own))
                said[own] = blind[fold].image.predict(rows.features[own])
        image = fit_image(rows, target, np.ones(len(inside), bool))
        shrink = best_shrink(rows, target, said, [place.cluster for place in places])
    head = MeanHead(fit_place(known, np.ones(len(places), bool)), image, shrink)
    return FoldedHead(head, tuple(replace(one, shrink=shrink) for one in blind), by_cluster)


def best_shrink(
    rows: ImageRows, target: NDArray[np.float64], said: NDArray[np.float64], clusters: Sequence[str]
) -> tuple[tuple[float, float], ...]:
    """By source, of short and of long series of images: the share of what is ``said`` of the rows that errs least.

    A source whose places are of one year or region, or that has few, gets the least share of the others.
    """
    weight = 1.0 / np.sqrt(np.bincount(rows.owner)[rows.owner])
    found: dict[tuple[str, bool], float] = {}
    for source in JUDGED:
        for many in (False, True):
            own = (rows.source == source) & (rows.long == many)
            if len({clusters[owner] for owner in np.unique(rows.owner[own])}) >= LEAST_CLUSTERS:
                errors = [np.average((target - share * said)[own] ** 2, weights=weight[own]) for share in SHRINKS]
                found[source, many] = SHRINKS[int(np.argmin(errors))]
                print(f"images' say, {source} {'long' if many else 'short'}: errors {np.round(errors, 4)}", flush=True)
    least = [min([share for (_, kind), share in found.items() if kind == many], default=0.0) for many in (False, True)]
    return tuple((found.get((s, False), least[0]), found.get((s, True), least[1])) for s in SOURCES)


def window_shifts(folded: FoldedHead, places: list[Place], images: ImageTokenizer) -> Shifts:
    """What a head that has not seen the place says of each of its windows, its share included."""
    shifts: Shifts = {}
    for number, place in enumerate(places):
        if not place.has_cells:
            continue
        head = folded.unseen_by(place)
        static = place.static(True)
        seen = images.decode(images.tokenize(place.cells, place.l1c), place.l1c)
        keys, shares, features = [], [], []
        for version in range(len(seen)):
            for start in usable_starts(place):
                cells = window_cells(seen[version], int(start))
                if np.isfinite(cells).any():
                    keys.append((number, version, int(start)))
                    shares.append(head.share(place.source, cells))
                    features.append(image_features(static, place.source, cells, place.first + int(start), place.l1c))
        if keys:
            said = head.image.predict(np.concatenate(features)).reshape(len(keys), -1)
            for key, share, values in zip(keys, shares, said, strict=True):
                shifts[key] = (share * values).astype(np.float32)
    return shifts
