"""The series of one place, read from a run's finished products."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.errors import RasterioError
from rasterio.windows import Window

from .bands import S2_BANDS
from .errors import EOFusionError, OutputError
from .products.grid import RasterGrid
from .runfolder import RunFolder

#: What can be asked for, and the kinds of product file that hold it.
SERIES_KINDS = {
    "gpp": ("gpp", "gpp_sum"),
    "temperature": ("temperature", "temperature_monthly"),
    "reflectance": ("reflectance",),
    "embedding": ("embeddings",),
    "quality": ("quality", "gpp_quality"),
}
#: Digits kept: what the files hold, not more.
_DIGITS = {"gpp": 3, "gpp_sum": 1, "temperature": 2, "temperature_monthly": 2, "reflectance": 4, "embedding": 4}
CSV_HEADER = ("lon", "lat", "date", "variable", "statistic", "value", "unit")

TEMPERATURE_NOTE = "Temperature is generated for a cell of 160 m and does not follow the weather of single days."


class OutsideError(EOFusionError):
    """The place lies outside the run's area."""

    code = "outside"


def series_at(run_folder: Path | str, lon: float, lat: float, what: Iterable[str] | None = None) -> dict[str, Any]:
    """Everything that the run knows of the pixel under (``lon``, ``lat``), degrees in EPSG:4326.

    Returns ``x y`` (in ``crs``), ``lon lat``, ``pixel`` (row, column on the 10 m grid), ``units``, ``notes``,
    and per product there is: ``gpp`` [{date, p10, p50, p90}], ``gpp_sum`` {start, end, p10, p50, p90},
    ``temperature`` [{date, mean, p10, p90}], ``temperature_monthly`` [{date, mean, days}], ``reflectance``
    [{date, B02, ..., uncertainty}], ``ndvi`` [{date, ndvi}], ``embedding`` [{date, values}], ``quality``
    {clear_observations, days_to_clear, snow_observations}. Unknown values are None, so that it is JSON as it stands.
    ``what`` names the series wanted (keys of :data:`SERIES_KINDS`); None is all that the run made.

    Raises:
        OutsideError: the place is not in the run's area.
        OutputError: no run folder, a product was not made or cannot be read.
    """
    run = RunFolder.open(run_folder)
    wanted = _wanted(run, what)
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise OutsideError(f"{lon}, {lat} is not a longitude and latitude.", "Give degrees, longitude first.")
    grid = run.grid
    x, y = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True).transform(lon, lat)
    pixel = grid.pixel(x, y)
    if pixel is None:
        raise OutsideError(
            f"{lon:.5f}, {lat:.5f} lies outside the area of this run.", "Choose a place inside the run's area."
        )
    found: dict[str, Any] = {
        "x": x,
        "y": y,
        "crs": grid.crs,
        "lon": lon,
        "lat": lat,
        "pixel": list(pixel),
        "units": {},
        "notes": [],
    }
    reader = _Reader(run, x, y)
    for name in wanted:
        _ADD[name](found, reader)
    if not any(_known(found.get(key)) for key in ("gpp", "temperature", "reflectance", "embedding")):
        found["notes"].append("Nothing was seen here: no product has a value at this pixel.")
    return found


def to_csv(series: dict[str, Any]) -> str:
    """A series of :func:`series_at` as tidy CSV: one value a row, with its unit; unknown values are empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    place = (f"{series['lon']:.7f}", f"{series['lat']:.7f}")
    for day, variable, statistic, value in _rows(series):
        unit = series["units"].get(variable, "1")
        writer.writerow((*place, day, variable, statistic, "" if value is None else value, unit))
    return text.getvalue()


def _rows(series: dict[str, Any]) -> Iterable[tuple[str, str, str, Any]]:
    for variable in ("gpp", "temperature", "temperature_monthly", "ndvi", "reflectance"):
        for entry in series.get(variable, []):
            for statistic, value in entry.items():
                if statistic not in ("date", "days"):
                    yield entry["date"], variable, "value" if statistic == variable else statistic, value
    if "gpp_sum" in series:
        total = series["gpp_sum"]
        for statistic in ("p10", "p50", "p90"):
            yield f"{total['start']}/{total['end']}", "gpp_sum", statistic, total[statistic]
    for entry in series.get("embedding", []):
        for number, value in enumerate(entry["values"] or [], start=1):
            yield entry["date"], "embedding", str(number), value
    for statistic, value in series.get("quality", {}).items():
        yield "", "quality", statistic, value


def _wanted(run: RunFolder, what: Iterable[str] | None) -> list[str]:
    there = {product["kind"] for product in run.products}
    made = [name for name, kinds in SERIES_KINDS.items() if there.intersection(kinds)]
    if what is None:
        if not made:
            raise OutputError("This run has no finished product yet.", "Wait for it to end, or run it again.")
        return made
    names = list(what)
    for name in names:
        if name not in SERIES_KINDS:
            raise OutputError(f"There is no series {name!r}.", "Ask for one of: " + ", ".join(SERIES_KINDS))
        if name not in made:
            has = ", ".join(made) or "nothing yet"
            raise OutputError(f"This run made no {name}.", f"It has: {has}. Run again with {name} chosen.")
    return names


class _Reader:
    """Reads the pixel of (x, y) of every product of a kind; each file has its own grid (10 m or 160 m)."""

    def __init__(self, run: RunFolder, x: float, y: float) -> None:
        self._run, self._x, self._y = run, x, y

    def files(self, kind: str) -> Iterable[tuple[dict[str, Any], np.ndarray, list[dict[str, str]]]]:
        """(PRODUCT, values (bands,) in its unit with NaN, tags of each band) per file, by date."""
        products = [product for product in self._run.products if product["kind"] == kind]
        for product in sorted(products, key=lambda p: (p["dates"], p["path"])):
            yield product, *self._pixel(product["path"])

    def _pixel(self, relative: str) -> tuple[np.ndarray, list[dict[str, str]]]:
        path = (self._run.path / relative).resolve()
        if not path.is_relative_to(self._run.path):
            raise OutputError(f"run.json names a file outside the run folder ({relative}).", "Run it again.")
        try:
            with rasterio.open(path) as dataset:
                tags = [dataset.tags(band) for band in dataset.indexes]
                frame = RasterGrid(str(dataset.crs), dataset.transform, dataset.width, dataset.height)
                place = frame.pixel(self._x, self._y)
                if place is None:
                    return np.full(dataset.count, np.nan), tags
                row, column = place
                stored = dataset.read(window=Window(column, row, 1, 1))[:, 0, 0]
                values = stored * np.array(dataset.scales) + np.array(dataset.offsets)
                return np.where(stored == dataset.nodata, np.nan, values), tags
        except RasterioError as error:
            raise OutputError(f"The product {relative} cannot be read ({error}).", "Run it again.") from None


def _statistics(kind: str, reader: _Reader, found: dict[str, Any]) -> list[dict[str, Any]]:
    """[{date, statistic: value, ...}] of a kind that has a file per statistic and a band a date."""
    by_date: dict[str, dict[str, Any]] = {}
    for product, values, tags in reader.files(kind):
        found["units"][kind] = product["unit"]
        for value, tag in zip(values, tags, strict=True):
            entry = by_date.setdefault(tag["DATE"], {"date": tag["DATE"]})
            entry[product["statistic"]] = _plain(value, _DIGITS[kind])
            if "DAYS" in tag:
                entry["days"] = int(tag["DAYS"])
    return [by_date[day] for day in sorted(by_date)]


def _add_gpp(found: dict[str, Any], reader: _Reader) -> None:
    found["gpp"] = _statistics("gpp", reader, found)
    for product, values, tags in reader.files("gpp_sum"):
        found["units"]["gpp_sum"] = product["unit"]
        found["gpp_sum"] = {"start": tags[0]["START"], "end": tags[0]["END"]}
        for value, tag in zip(values, tags, strict=True):
            found["gpp_sum"][tag["STATISTIC"]] = _plain(value, _DIGITS["gpp_sum"])


def _add_temperature(found: dict[str, Any], reader: _Reader) -> None:
    found["temperature"] = _statistics("temperature", reader, found)
    monthly = _statistics("temperature_monthly", reader, found)
    if monthly:
        found["temperature_monthly"] = monthly
    found["notes"].append(TEMPERATURE_NOTE)


def _add_reflectance(found: dict[str, Any], reader: _Reader) -> None:
    found["reflectance"], found["ndvi"] = [], []
    found["units"] |= {"reflectance": "1", "ndvi": "1"}
    for product, values, tags in reader.files("reflectance"):
        day = product["dates"][0]
        named = {tag["BAND"]: float(value) for value, tag in zip(values, tags, strict=True)}
        plain = {name: _plain(named[name], _DIGITS["reflectance"]) for name in (*S2_BANDS, "uncertainty")}
        found["reflectance"].append({"date": day, **plain})
        red, infrared = named["B04"], named["B08"]
        index = (infrared - red) / (infrared + red) if infrared + red > 0 else math.nan
        found["ndvi"].append({"date": day, "ndvi": _plain(index, 4)})


def _add_embedding(found: dict[str, Any], reader: _Reader) -> None:
    found["embedding"] = []
    found["units"]["embedding"] = "1"
    for product, values, _ in reader.files("embeddings"):
        seen = bool(np.isfinite(values).all())
        plain = [_plain(value, _DIGITS["embedding"]) for value in values] if seen else None
        found["embedding"].append({"date": product["dates"][0], "values": plain})


def _add_quality(found: dict[str, Any], reader: _Reader) -> None:
    found["quality"] = {}
    for _, values, tags in [*reader.files("quality"), *reader.files("gpp_quality")]:
        for value, tag in zip(values, tags, strict=True):
            found["quality"][tag["QUANTITY"].lower()] = None if math.isnan(value) else int(value)


_ADD = {
    "gpp": _add_gpp,
    "temperature": _add_temperature,
    "reflectance": _add_reflectance,
    "embedding": _add_embedding,
    "quality": _add_quality,
}


def _plain(value: float, digits: int) -> float | None:
    """A JSON number, or None for NaN."""
    return round(float(value), digits) if math.isfinite(value) else None


def _known(entries: list[dict[str, Any]] | None) -> bool:
    values = (value for entry in entries or [] for key, value in entry.items() if key not in ("date", "days"))
    return any(value is not None for value in values)
