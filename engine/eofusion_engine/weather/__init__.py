"""The user's weather: one file or folder of files to daily temperature, radiation and vapour pressure deficit.

``table`` reads CSV files, ``gridded`` netCDF (ERA5, ERA5-Land, AgERA5), ``agera5_geotiff`` GeoTIFFs of a year,
``units`` knows what they may be written in, ``daily`` makes days of hours, ``climatology`` is what an average sky
gives.
"""

from __future__ import annotations

from pathlib import Path

from . import agera5_geotiff
from .climatology import all_sky_ssrd
from .series import Place, Weather, WeatherError

__all__ = ["Place", "Weather", "WeatherError", "all_sky_ssrd", "read_weather", "weather_files"]

_NETCDF = (".nc", ".nc4", ".h5", ".cdf")


def weather_files(path: Path) -> list[Path]:
    """The files that ``path`` stands for: itself, or the netCDF files of a folder, else its AgERA5 GeoTIFFs."""
    if not path.is_dir():
        return [path]
    netcdf = sorted(p for p in path.iterdir() if p.suffix.lower() in _NETCDF and p.is_file())
    return netcdf or agera5_geotiff.files_below(path)


def read_weather(path: Path, place: Place | None = None) -> Weather:
    """Daily weather of a CSV file, a netCDF file, or a folder of files that together hold what is needed.

    ``place`` chooses the cell of a grid and lets the radiation be checked against an average sky.

    Raises:
        WeatherError: the file is missing, not of these forms, lacks a quantity, does not cover the place,
            or holds impossible values.
    """
    path = Path(path)
    if not path.exists():
        raise WeatherError(f"There is no weather file {path.name}.", "Give a CSV or netCDF file, or a folder of them.")
    files = weather_files(path)
    if path.is_dir() and not files:
        raise WeatherError(f"The folder {path.name} holds no weather files.", "Give a CSV or netCDF file.")
    if path.suffix.lower() in (".grib", ".grib2", ".grb", ".grb2"):
        raise WeatherError(
            f"The weather file {path.name} is GRIB.", "Download it as netCDF, or convert it (grib_to_netcdf)."
        )
    if path.is_dir() or path.suffix.lower() in _NETCDF:
        from .gridded import read_gridded

        return read_gridded(path, files, place)
    from .table import read_table

    return read_table(path, place)
