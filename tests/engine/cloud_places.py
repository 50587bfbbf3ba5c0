"""Real series with a scene classification, and what the second cloud test makes of them.

`python tests/engine/cloud_places.py` prints the table of docs/cube.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from eofusion_engine.bands import S2_BANDS, SCL_UNCLEAR
from eofusion_engine.cloud_test import CLOUD_TEST_BANDS, cloudy

IMAGERY = Path(__file__).resolve().parents[3] / "shared" / "data" / "imagery"
#: Groups of files (10 m bands first); a second pattern holds what the first has not.
_TRAINING = "worldcereal_training"
PLACES = {
    "gfmap_mol_belgium, pentads": ("gfmap_mol_belgium/bap_quintad_cdse.nc",),
    "gfmap_mol_belgium, acquisitions": ("gfmap_mol_belgium/test_optical_cube.nc",),
    "worldcereal_training, Flanders 2018": tuple(f"{_TRAINING}/00002806639B424A/S2_L2A_{m}m_*.nc" for m in (10, 20)),
    "worldcereal_training, Flanders 2019": tuple(f"{_TRAINING}/0000280849BAC91C/S2_L2A_{m}m_*.nc" for m in (10, 20)),
    "openeo_pv_s2_2022, 33 places": ("openeo_pv_s2_2022/*.nc",),
}


@dataclass(frozen=True)
class Series:
    """``s2`` (T, 10, H, W) reflectance, NaN where missing; ``scl`` (T, H, W); T days in order."""

    s2: np.ndarray
    scl: np.ndarray
    days: list[date]

    @property
    def known(self) -> np.ndarray:
        """(T, H, W) where there is a value in blue and red, and a class."""
        return np.isfinite(self.s2[:, [0, 2]]).all(axis=1) & (self.scl > 0)

    def found(self, use_scl: bool) -> np.ndarray:
        """(T, H, W) what the cloud test finds, with the classification's clear views as references or without it."""
        clear = self.known & ~np.isin(self.scl, SCL_UNCLEAR) if use_scl else self.known
        return cloudy(self.s2, self.days, clear)


def series(place: str) -> Iterator[Series]:
    """The series of one of :data:`PLACES`, read with xarray alone."""
    import xarray

    first, *more = PLACES[place]
    for path in sorted(IMAGERY.glob(first)):
        stored: dict[str, np.ndarray] = {}
        for file in (path, *(f for pattern in more for f in IMAGERY.glob(pattern))):
            with xarray.open_dataset(file, mask_and_scale=False) as data:
                times = data[next(name for name in ("t", "timestamp") if name in data.dims)].values
                for name in (n for n in data.data_vars if data[n].ndim == 3):
                    fine = 2 if "20m" in file.name else 1
                    stored[str(name)[-3:]] = data[name].values.repeat(fine, -2).repeat(fine, -1)
        scl = np.nan_to_num(stored["SCL"]).astype(int)
        s2 = np.full((len(scl), 10, *scl.shape[1:]), np.nan, np.float32)
        for name in CLOUD_TEST_BANDS:
            if name in stored:
                values = stored[name].astype(np.float32)
                # 32767 is what these services store where there is nothing.
                values[(values <= 0) | (values >= 32767)] = np.nan
                s2[:, S2_BANDS.index(name)] = values * 1e-4
        yield Series(s2, np.where((scl > 0) & (scl <= 11), scl, 0), [t.astype("datetime64[D]").item() for t in times])


def shares(place: str, use_scl: bool) -> dict[str, float]:
    """What the test drops of what the classification calls clear, and finds of its clouds, cirrus and so on."""
    kinds = {
        "clear": (4, 5, 6, 7), "vegetation": (4,), "soil": (5,), "water": (6,), "unclassified": (7,),
        "snow": (11,), "cloud": (8, 9), "cirrus": (10,),
    }  # fmt: skip
    count, hit = (dict.fromkeys(kinds, 0) for _ in range(2))
    for one in series(place):
        found = one.found(use_scl)
        for kind, classes in kinds.items():
            here = one.known & np.isin(one.scl, classes)
            count[kind] += int(here.sum())
            hit[kind] += int((found & here).sum())
    return {kind: hit[kind] / count[kind] for kind in kinds if count[kind]}


def main() -> None:
    """Print the table."""
    for place in PLACES:
        for use_scl in (True, False):
            found = shares(place, use_scl)
            print(
                place, "with SCL" if use_scl else "SCL ignored", *(f"{k} {v:.1%}" for k, v in found.items()), sep=" | "
            )


if __name__ == "__main__":
    main()
