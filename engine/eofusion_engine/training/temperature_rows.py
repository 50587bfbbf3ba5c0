"""The rows that the mean head's trees are fitted on: days and months of places, epochs of their images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..model.temperature.climatology import Climatology
from ..model.temperature.image_tokens import LST_TOKENS, ImageTokenizer
from ..model.temperature.mean_head import CORRECTED, MeanHead, epochs_of, image_features, is_long, place_features
from ..model.temperature.sequence import EPOCH_DAYS, IMAGE_MARGIN, IMAGES
from .temperature_batches import usable_starts
from .temperature_data import Place

#: Every so many of a daily place's windows: they overlap by seven eighths.
DAILY_WINDOWS = 2
#: Weights of sources: the tables of AgERA5 are of one year and region each, whose weather would be learned.
SOURCE_WEIGHT = {"agera5": 0.2}
#: Days between the days of a daily series that the trees are fitted on: neighbours say the same.
DAILY_STEP = 4
#: Spreads beyond which an anomaly counts as that.
LIMIT = 3.0


@dataclass(frozen=True)
class PlaceRows:
    """What the place ensembles are fitted on: ``features`` (N, F) of days and months, ``target`` (N,) departures from
    the climatology in K, ``weight`` (N,), ``source`` (N,) and ``owner`` (N,), the place's number."""

    features: NDArray[np.float64]
    target: NDArray[np.float64]
    weight: NDArray[np.float64]
    source: NDArray[np.str_]
    owner: NDArray[np.int64]

    @classmethod
    def of(cls, climatology: Climatology, places: list[Place]) -> PlaceRows:
        """Days, a few apart, and months of places of the sources in CORRECTED; a place weighs by the root of them."""
        features, target, owner = [np.zeros((0, _PLACE_FEATURES))], [np.zeros(0)], [np.zeros(0, np.int64)]
        for number, place in enumerate(places):
            if place.source not in CORRECTED:
                continue
            normal = place.normal(climatology, place.days)
            mine = place_features(place.static(True), place.source, normal, place.days)
            known = np.flatnonzero(np.isfinite(place.tmean))[::DAILY_STEP]
            features.append(mine[known])
            target.append(place.tmean[known] - normal.mean[known])
            for first, end, mean in place.months:
                days = slice(int(first), int(end))
                features.append(mine[days].mean(axis=0, keepdims=True))
                target.append(np.array([mean - normal.mean[days].mean()]))
            owner.append(np.full(len(known) + len(place.months), number))
        owners = np.concatenate(owner)
        weight = 1.0 / np.sqrt(np.bincount(owners, minlength=1)[owners])
        source = np.array([place.source for place in places])[owners]
        return cls(np.concatenate(features), np.concatenate(target), weight, source, owners)


#: Columns of place_features: source, position (2), height, over the relief, unexplained share, season (2), climate (2).
_PLACE_FEATURES = 10


@dataclass(frozen=True)
class ImageRows:
    """What the image ensemble is fitted on: ``features`` (N, F) of epochs, ``anomaly`` (N,) about them in spreads of
    the climatology, ``long`` (N,) whether the window has a long series of images, ``owner`` (N,) the place's number.

    A source's correction of the climatology is asked at ``spots`` (S, features of place_features), of which ``spot``
    (N,) is each row's, and ``spread`` (N,) turns it into spreads. ``weight`` (P,) is that of the places.
    """

    features: NDArray[np.float64]
    anomaly: NDArray[np.float64]
    long: NDArray[np.bool_]
    owner: NDArray[np.int64]
    spots: NDArray[np.float64]
    spot: NDArray[np.int64]
    spread: NDArray[np.float64]
    source: NDArray[np.str_]
    weight: NDArray[np.float64]

    def target(self, head: MeanHead, keep: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Anomalies (N,) about the climatology as ``head`` corrects it, of the rows ``keep``, elsewhere NaN."""
        asked, back = np.unique(self.spot[keep], return_inverse=True)
        source = np.empty(len(self.spots), self.source.dtype)
        source[self.spot] = self.source
        moved = np.zeros(len(asked))
        for name in np.unique(source[asked]):
            own = source[asked] == name
            moved[own] = head.correct(str(name), self.spots[asked[own]])
        out = np.full(len(self.anomaly), np.nan)
        out[keep] = np.clip(self.anomaly[keep] - moved[back] / self.spread[keep], -LIMIT, LIMIT)
        return out

    @classmethod
    def of(cls, climatology: Climatology, places: list[Place], images: ImageTokenizer) -> ImageRows | None:
        """Rows of all places with imagery; None where there are none."""
        features: list[NDArray[np.float64]] = []
        spots: list[NDArray[np.float64]] = []
        rows: list[tuple[float, bool, int, int, float]] = []
        rng = np.random.default_rng(3)
        for number, place in enumerate(places):
            if not place.has_cells:
                continue
            static, normal = place.static(True), place.normal(climatology, place.days)
            asked = place_features(static, place.source, normal, place.days)
            score = (place.tmean - normal.mean) / normal.spread
            seen = images.decode(images.tokenize(place.cells, place.l1c), place.l1c)
            at: dict[int, int] = {}
            for version in range(len(seen)):
                for start in usable_starts(place)[:: 1 if len(place.months) else DAILY_WINDOWS]:
                    cells = window_cells(seen[version], int(start))
                    if rng.random() < 0.5:
                        cells[:, LST_TOKENS.bands] = np.nan
                    if not np.isfinite(cells).any():
                        continue
                    mine = image_features(static, place.source, cells, place.first + int(start), place.l1c)
                    for slot, epoch in enumerate(epochs_of(int(start))):
                        found = _about(place, score, normal.mean, normal.spread, int(epoch), int(start))
                        if found is None:
                            continue
                        day, value = found
                        if day not in at:
                            at[day] = len(spots)
                            spots.append(asked[day])
                        features.append(mine[slot])
                        rows.append((value, is_long(cells), number, at[day], float(normal.spread[day])))
        if not rows:
            return None
        anomaly, long, owner, spot, spread = (np.array(column) for column in zip(*rows, strict=True))
        source = np.array([place.source for place in places])
        weight = np.array([SOURCE_WEIGHT.get(place.source, 1.0) for place in places])
        return cls(np.stack(features), anomaly, long, owner, np.stack(spots), spot, spread, source[owner], weight)


def _about(
    place: Place, score: NDArray[np.float64], mean: NDArray[np.float64], spread: NDArray[np.float64], epoch: int,
    start: int,
) -> tuple[int, float] | None:  # fmt: skip
    """Middle day and mean anomaly about an epoch, or of its month, if that begins within the window."""
    days = slice(max(epoch - EPOCH_DAYS // 2, 0), epoch + EPOCH_DAYS // 2)
    if np.isfinite(score[days]).sum() >= 4:
        return min(epoch, len(score) - 1), float(np.nanmean(score[days]))
    month = [m for m in place.months if m[0] <= epoch < m[1] and m[0] >= start]
    if not month:
        return None
    first, end, degc = month[0]
    days = slice(int(first), int(end))
    return int(first + end) // 2, float((degc - mean[days].mean()) / spread[days].mean())


def window_cells(cells: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """Epochs (E, CELL_BANDS) of a place in the slots of its window from day ``start`` on: (IMAGES, CELL_BANDS)."""
    out = np.full((IMAGES, cells.shape[1]), np.nan, np.float32)
    slots = start // EPOCH_DAYS - IMAGE_MARGIN + np.arange(IMAGES)
    inside = (slots >= 0) & (slots < len(cells))
    out[inside] = cells[slots[inside]]
    return out
