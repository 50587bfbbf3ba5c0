"""What the classifier that tells real pixels from simulated ones sees of a series: only its own values.

No day of a view, no count of views, no position: those are the same for both by construction, and would say nothing.
"""

from __future__ import annotations

import warnings

import numpy as np

from ..bands import S2_BANDS

SEASONS = ("Dec-Feb", "Mar-May", "Jun-Aug", "Sep-Nov")
_B = {name: index for index, name in enumerate(S2_BANDS)}
#: Neighbouring dates are at most so many days apart.
NEIGHBOURS = 15


def ndvi(bands: np.ndarray) -> np.ndarray:
    """Normalised difference vegetation index of (..., 10) reflectance."""
    return ratio(bands, "B08", "B04")


def ratio(bands: np.ndarray, one: str, other: str) -> np.ndarray:
    """Normalised difference (one - other) / (one + other), within -1..1; dark pixels stay bounded."""
    a, b = bands[..., _B[one]], bands[..., _B[other]]
    return np.asarray(np.clip((a - b) / np.maximum(a + b, 0.01), -1, 1))


def season_of(days: np.ndarray) -> np.ndarray:
    """Index into SEASONS of ordinal days (T,)."""
    month = np.array([np.datetime64("0001-01-01") + int(d - 1) for d in days]).astype("datetime64[M]").astype(int) % 12
    return np.asarray((month + 1) % 12 // 3)


INDICES = {
    "NDVI": ("B08", "B04"),
    "moisture (B8A, B11)": ("B8A", "B11"),
    "SWIR (B11, B12)": ("B11", "B12"),
    "green-red (B03, B04)": ("B03", "B04"),
    "green-blue (B03, B02)": ("B03", "B02"),
    "red edge (B05, B04)": ("B05", "B04"),
    "red edge (B06, B05)": ("B06", "B05"),
    "red edge (B07, B06)": ("B07", "B06"),
    "NIR (B8A, B08)": ("B8A", "B08"),
    "NIR (B8A, B07)": ("B8A", "B07"),
}


def s2_features(series: np.ndarray, days: np.ndarray, near: int = NEIGHBOURS) -> tuple[list[str], np.ndarray]:
    """Names (F,) and values (N, F) of ``series`` (N, T, 10) reflectance, NaN where not seen, on ``days`` (T,).

    Medians of bands and indices by season; the year's range of NDVI; how much neighbouring dates (at most
    ``near`` days apart) differ, by band and index; how like its neighbour NDVI is (lag-1 autocorrelation).
    """
    values = np.concatenate([series, np.stack([ratio(series, *b) for b in INDICES.values()], axis=-1)], axis=-1)
    labels = [*S2_BANDS, *INDICES]
    names, columns = [], []
    season = season_of(days)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a season without a view is NaN, and may be
        for number, name in enumerate(SEASONS):
            names += [f"{label}, median of {name}" for label in labels]
            columns.append(_median(values[:, season == number]))
        green = values[..., labels.index("NDVI")]
        names += ["NDVI, 10th percentile", "NDVI, 90th percentile"]
        columns.append(np.nanpercentile(green, [10, 90], axis=1).T)
        steps, gaps = _steps(values, days)
        steps[gaps > near] = np.nan
        names += [f"{label}, change between dates" for label in labels]
        columns.append(_median(np.abs(steps)))
        names += [f"{label}, largest changes" for label in labels]
        columns.append(np.nanpercentile(np.abs(steps), 90, axis=1))
        names += ["NDVI, likeness of neighbouring dates"]
        columns.append(lag_correlation(green, days, near)[:, None])
    return names, np.concatenate(columns, axis=1)


def s1_features(
    series: np.ndarray, days: np.ndarray, ascending: np.ndarray, near: int = NEIGHBOURS
) -> tuple[list[str], np.ndarray]:
    """The same for backscatter (N, T1, 2) in dB: medians of VV, VH and their difference by season, changes between
    neighbouring dates of one direction, and their likeness."""
    values = np.concatenate([series, series[..., :1] - series[..., 1:]], axis=-1)
    labels = ["VV", "VH", "VV-VH"]
    names, columns = [], []
    season = season_of(days)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for number, name in enumerate(SEASONS):
            names += [f"{label}, median of {name}" for label in labels]
            columns.append(_median(values[:, season == number]))
        steps, likeness = [], []
        for up in (True, False):
            mine = np.flatnonzero(ascending == up)
            if len(mine) > 4:
                step, gaps = _steps(values[:, mine], days[mine])
                step[gaps > near] = np.nan
                steps.append(step)
                likeness.append(
                    np.stack([lag_correlation(values[:, mine, k], days[mine], near) for k in range(3)], axis=-1)
                )
        names += [f"{label}, change between dates" for label in labels]
        columns.append(_median(np.abs(np.concatenate(steps, axis=1))))
        names += [f"{label}, largest changes" for label in labels]
        columns.append(np.nanpercentile(np.abs(np.concatenate(steps, axis=1)), 90, axis=1))
        names += [f"{label}, likeness of neighbouring dates" for label in labels]
        columns.append(np.nanmean(likeness, axis=0))
    return names, np.concatenate(columns, axis=1)


def lag_correlation(values: np.ndarray, days: np.ndarray, near_days: int = NEIGHBOURS) -> np.ndarray:
    """(N,) correlation of each view with the next one within ``near_days``; NaN below five such couples."""
    out = np.full(len(values), np.nan)
    for i, row in enumerate(values):
        seen = np.flatnonzero(np.isfinite(row))
        near = np.diff(days[seen]) <= near_days
        here, there = row[seen[:-1]][near], row[seen[1:]][near]
        if len(here) >= 5 and here.std() > 0 and there.std() > 0:
            out[i] = np.corrcoef(here, there)[0, 1]
    return out


def _median(values: np.ndarray) -> np.ndarray:
    """(N, F) median over dates of (N, T, F); all NaN without dates."""
    if values.shape[1] == 0:
        return np.full((values.shape[0], values.shape[2]), np.nan)
    return np.asarray(np.nanmedian(values, axis=1))


def _steps(values: np.ndarray, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Differences (N, T, F) from each view to the pixel's last one before, and the days (N, T) between."""
    order = np.argsort(days, kind="stable")
    last, when = np.full((len(values), values.shape[2]), np.nan), np.full(len(values), -1e6)
    steps, gaps = np.full(values.shape, np.nan), np.full(values.shape[:2], np.inf)
    for t in order:
        seen = np.isfinite(values[:, t]).any(axis=1)  # some places lack bands: those stay NaN
        steps[seen, t] = values[seen, t] - last[seen]
        gaps[seen, t] = days[t] - when[seen]
        last[seen], when[seen] = values[seen, t], days[t]
    return steps, gaps
