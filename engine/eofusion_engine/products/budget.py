"""GPP of polygons over a run's period: g C m-2 and t C with p10 and p90, weighted by how much of a pixel is inside.

The interval of a polygon is the mean of its pixels' intervals. What makes a head wrong at one tower and right at the
next stays over a season and over a field (about a third of the error's variance), so pixels of one polygon are taken
to err together; taking their errors for independent would make a large polygon's total look certain. The daily part
of the error has already faded in each pixel's sum over the period (``IntervalModel.period_width``).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from ..errors import OutputError
from ..runfolder import RunFolder
from .chart import band_chart
from .cover import Cover, cover
from .polygons import NamedPolygon, PolygonError

#: Below this share of a polygon with known values its total is not given: most of it would be guessed.
LEAST_KNOWN = 0.5
_NOTE = (
    "p10 to p90 take the errors of a polygon's pixels as fully alike; two polygons' totals must not be added "
    "with their bounds as if they were independent."
)


@dataclass(frozen=True)
class PolygonBudget:
    """One polygon: ``area_ha`` of all of it, ``inside`` the share in the run's area, ``known`` the share of that
    with values; ``mean_*`` in g C m-2 over the period, ``total_*`` in t C for the part inside (pixels without a value
    take the polygon's mean). None where too little is known.
    """

    name: str
    area_ha: float
    inside: float
    known: float
    mean_p10: float | None
    mean_p50: float | None
    mean_p90: float | None
    total_p10: float | None
    total_p50: float | None
    total_p90: float | None


@dataclass(frozen=True)
class Budget:
    """Budgets of polygons over ``start`` to ``end``; ``series``: [{date, p10, p50, p90}] of each, g C m-2 d-1."""

    start: str
    end: str
    polygons: tuple[PolygonBudget, ...]
    series: dict[str, list[dict[str, Any]]]
    drivers: dict[str, str]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "units": {"mean": "g C m-2", "total": "t C", "area": "ha", "series": "g C m-2 d-1"}}

    def as_csv(self) -> str:
        """A row a polygon, with units in the header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        statistics = ("p10", "p50", "p90")
        header = [*(f"gpp_{s}_g_c_m2" for s in statistics), *(f"gpp_{s}_t_c" for s in statistics)]
        writer.writerow(["name", "start", "end", "area_ha", "inside_share", "known_share", *header])
        for one in self.polygons:
            values = [getattr(one, f"{kind}_{s}") for kind in ("mean", "total") for s in statistics]
            row = [one.name, self.start, self.end, one.area_ha, one.inside, one.known, *values]
            writer.writerow("" if value is None else value for value in row)
        return text.getvalue()

    def as_json(self) -> str:
        """The budget as text."""
        return json.dumps(self.as_dict(), indent=2)

    def plot(self, name: str) -> str:
        """The polygon's GPP over time as an SVG element; empty with fewer than two dates.

        Raises:
            PolygonError: no polygon has this name.
        """
        from datetime import date

        if name not in self.series:
            raise PolygonError(f"There is no polygon {name!r}.", "There are: " + ", ".join(self.series))
        rows = self.series[name]
        days = [date.fromisoformat(row["date"]) for row in rows]
        low, middle, high = ([np.nan if row[s] is None else row[s] for row in rows] for s in ("p10", "p50", "p90"))
        return band_chart(days, middle, low, high, "g C m-2 d-1", f"GPP of {name}")


def make_budget(run_folder: Path | str, polygons: Sequence[NamedPolygon]) -> Budget:
    """Budgets of ``polygons`` (EPSG:4326) from a finished run's ``gpp_sum`` and ``gpp`` rasters.

    Raises:
        OutputError: no run folder, no GPP in it, or a raster that cannot be read.
        PolygonError: no polygon meets the run's area.
    """
    run = RunFolder.open(run_folder)
    paths = {product["kind"]: product["path"] for product in run.products if product["kind"] == "gpp_sum"}
    if "gpp_sum" not in paths:
        raise OutputError("This run made no GPP.", "Run again with GPP chosen.")
    grid = run.grid
    names = _named_once(polygons)
    covers: dict[str, Cover] = {}
    found = []
    start, end = run.info["period"]
    for name, polygon in zip(names, polygons, strict=True):
        shape = polygon.on(grid.crs)
        part = cover(shape, grid)
        if part is not None:
            covers[name] = part
        found.append(_one(run.path / paths["gpp_sum"], name, shape.area, part, grid.transform.a))
    if not covers:
        raise PolygonError("No polygon lies in the area of this run.", "See that they are in EPSG:4326.")
    series = _series(run, covers)
    notes = [_NOTE]
    outside = [one.name for one in found if one.inside < 0.999]
    if outside:
        notes.append("Partly or wholly outside the run's area: " + ", ".join(outside[:5]) + ".")
    poor = [one.name for one in found if one.inside > 0 and one.known < LEAST_KNOWN]
    if poor:
        notes.append("Too little is known inside: " + ", ".join(poor[:5]) + ".")
    return Budget(start, end, tuple(found), series, dict(run.info["drivers"]), tuple(notes))


def _named_once(polygons: Sequence[NamedPolygon]) -> list[str]:
    names: list[str] = []
    for polygon in polygons:
        name, number = polygon.name, 2
        while name in names:
            name, number = f"{polygon.name} ({number})", number + 1
        names.append(name)
    return names


def _one(path: Path, name: str, area_m2: float, part: Cover | None, step: float) -> PolygonBudget:
    hectares = round(area_m2 / 1e4, 4)
    if part is None:
        return PolygonBudget(name, hectares, 0.0, 0.0, *[None] * 6)
    inside_m2 = float(part.share.sum()) * step**2
    layers = _read(path, part)
    known = part.known_share(layers[1])
    inside = round(min(1.0, inside_m2 / area_m2), 4)
    if known < LEAST_KNOWN:
        return PolygonBudget(name, hectares, inside, round(known, 4), *[None] * 6)
    means = [part.mean(layer) for layer in layers]
    totals = [mean * inside_m2 / 1e6 for mean in means]  # g C m-2 x m2 = g C; 1e6 g are a tonne
    return PolygonBudget(
        name, hectares, inside, round(known, 4), *(round(m, 2) for m in means), *(round(t, 5) for t in totals)
    )


def _series(run: RunFolder, covers: dict[str, Cover]) -> dict[str, list[dict[str, Any]]]:
    """Means of the daily maps by polygon."""
    found: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in covers}
    for product in run.products:
        if product["kind"] != "gpp":
            continue
        for name, part in covers.items():
            for day, layer in zip(product["dates"], _read(run.path / product["path"], part), strict=True):
                value = part.mean(layer) if part.known_share(layer) >= LEAST_KNOWN else float("nan")
                entry = found[name].setdefault(str(day), {"date": str(day), "p10": None, "p50": None, "p90": None})
                entry[product["statistic"]] = round(value, 4) if np.isfinite(value) else None
    return {name: [entries[day] for day in sorted(entries)] for name, entries in found.items()}


def _read(path: Path, part: Cover) -> np.ndarray:
    """All bands (B, h, w) of the window in the file's unit, NaN where unknown."""
    try:
        with rasterio.open(path) as dataset:
            stored = dataset.read(window=part.window).astype(float)
            nodata, scales, offsets = dataset.nodata, dataset.scales, dataset.offsets
    except RasterioError as error:
        raise OutputError(f"The product {path.name} cannot be read ({error}).", "Run it again.") from None
    values = stored * np.array(scales)[:, None, None] + np.array(offsets)[:, None, None]
    return np.where(stored == nodata, np.nan, values)
