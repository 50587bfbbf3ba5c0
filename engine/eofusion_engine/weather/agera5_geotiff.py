"""AgERA5 as GeoTIFFs of a year: ``AgERA5_temperature-mean_2019.tif``, a band a day, as WorldCereal's pre-processing."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import rasterio
from pyproj import Geod, Transformer
from rasterio.errors import RasterioError
from rasterio.windows import Window

from .series import Place, WeatherError

NAME = re.compile(r"AgERA5_(?P<variable>[a-z-]+)_(?P<year>(?:19|20)\d\d)\.tif$")
#: Variable in the name -> quantity of :mod:`.gridded`, its unit, what a stored number is in that unit, and up to
#: which number it stands for itself: some files hold days that were never scaled (291.8 K beside 29328).
_VARIABLES = {
    "temperature-mean": ("tair", "K", 0.01, 1000.0),
    "temperature-min": ("tmin", "K", 0.01, 1000.0),
    "temperature-max": ("tmax", "K", 0.01, 1000.0),
    "solar-radiation-flux": ("ssrd", "J m-2", 1.0, 0.0),
    "dewpoint-temperature": ("dew", "K", 0.01, 1000.0),
    "vapour-pressure": ("vapour", "hPa", 0.001, 60.0),
}
_FAR_KM = 100.0
_MAX_PIXELS = 100_000_000
_GEOD = Geod(ellps="WGS84")


def files_below(folder: Path) -> list[Path]:
    """The AgERA5 GeoTIFFs in ``folder`` and in its subfolders (a year each)."""
    return sorted(
        path for path in (*folder.glob("AgERA5_*.tif"), *folder.glob("*/AgERA5_*.tif")) if NAME.match(path.name)
    )


def read_year(path: Path, place: Place | None) -> tuple[str, str, np.ndarray, np.ndarray, float] | None:
    """Quantity, unit, days (T,) datetime64[s], values (T,) float64 with NaN, and km from ``place`` to the cell.

    The cell nearest to ``place`` (None: the one in the middle). None for a variable that is not used.
    Raises :class:`WeatherError` where the file is damaged, has not the year's number of bands or lies elsewhere.
    """
    match = NAME.match(path.name)
    if match is None or match["variable"] not in _VARIABLES:
        return None
    quantity, unit, scale, plain = _VARIABLES[match["variable"]]
    first = np.datetime64(f"{match['year']}-01-01", "D")
    days = np.arange(first, np.datetime64(f"{int(match['year']) + 1}-01-01", "D")).astype("datetime64[s]")
    try:
        with rasterio.open(path, driver="GTiff") as file:
            if file.count != len(days) or file.crs is None or file.width * file.height > _MAX_PIXELS:
                raise WeatherError(
                    f"The weather file {path.name} has {file.count} bands instead of one a day ({len(days)}).",
                    "Download it again.",
                )
            row, col, km = _cell(path, file, place)
            stored = file.read(window=Window(col, row, 1, 1))[:, 0, 0].astype(np.float64)
            kind = np.dtype(file.dtypes[0])
            nodata = file.nodata
    except RasterioError as error:
        raise WeatherError(f"The weather file {path.name} is damaged.", "Copy or download it again.") from error
    # 0 is none of these quantities (0 K, no vapour at all) and the largest number of a whole kind stands for nothing.
    missing = ~np.isfinite(stored) | (stored == 0)
    if kind.kind == "u":
        missing |= stored == np.iinfo(kind).max
    if nodata is not None:
        missing |= stored == nodata
    return quantity, unit, days, np.where(missing, np.nan, np.where(stored <= plain, stored, stored * scale)), km


def _cell(path: Path, file: rasterio.DatasetReader, place: Place | None) -> tuple[int, int, float]:
    if place is None:
        return file.height // 2, file.width // 2, 0.0
    x, y = Transformer.from_crs(4326, file.crs, always_xy=True).transform(place.lon, place.lat)
    row, col = (int(np.clip(v, 0, size - 1)) for v, size in zip(file.index(x, y), file.shape, strict=True))
    lon, lat = Transformer.from_crs(file.crs, 4326, always_xy=True).transform(*file.xy(row, col))
    km = _GEOD.inv(lon, lat, place.lon, place.lat)[2] / 1000
    if km > _FAR_KM:
        raise WeatherError(
            f"The weather file {path.name} does not cover the area: its nearest cell is {km:,.0f} km away.",
            "Give a file of this place.",
        )
    return row, col, km
