"""Statistics of polygons, date by date: the rows of a table. Works in a thread."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsFields, QgsGeometry

from ..compat import FIELD_INT, FIELD_REAL, FIELD_TEXT
from ..errors import PluginError
from ..layers.pixel import transformed_geometry
from ..layers.region import Cut, Statistics, statistics_in
from ..layers.values import Raster
from ..layers.variables import Source
from ..texts import tr
from .export_work import DATED, ExportJob
from .tables import table_fields

COLUMNS = (
    ("zone", FIELD_TEXT),
    ("date", FIELD_TEXT),
    ("band", FIELD_TEXT),
    ("mean", FIELD_REAL),
    ("sd", FIELD_REAL),
    ("p10", FIELD_REAL),
    ("p90", FIELD_REAL),
    ("pixels", FIELD_INT),
    ("unit", FIELD_TEXT),
)


def zonal_fields() -> QgsFields:
    """The table's columns."""
    return table_fields(COLUMNS)


def zonal_rows(
    job: ExportJob,
    zones: Iterable[tuple[str, QgsGeometry]],
    crs: QgsCoordinateReferenceSystem,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[list[Any]]:
    """A row a zone and band (a date, for dated products) in the order of :data:`COLUMNS`; ``mean`` and the others are
    of the pixels with a value, None and 0 pixels where there is none.

    Raises:
        PluginError: a zone cannot be expressed in the raster's coordinates, or it was cancelled.
    """
    raster = Raster(job.product.path)
    target = QgsCoordinateReferenceSystem.fromWkt(raster.projection())
    product, dated = job.product, job.product.kind in DATED
    numbers = job.numbers
    # One value a band, whatever the bands stand for.
    source = Source(product, numbers, tuple(product.dates[0] for _ in numbers))
    for name, geometry in zones:
        found: Statistics = statistics_in(raster, source, Cut(transformed_geometry(geometry, crs, target)), stop)
        for index, number in enumerate(numbers):
            day = product.dates[number - 1] if dated else product.dates[0]
            yield [
                name,
                day.isoformat(),
                product.bands[number - 1] if number <= len(product.bands) else str(number),
                found.mean[index],
                found.deviation[index],
                found.low[index],
                found.high[index],
                int(found.known[index] or 0),
                product.unit,
            ]


def write_zonal_csv(
    job: ExportJob,
    zones: Iterable[tuple[str, QgsGeometry]],
    crs: QgsCoordinateReferenceSystem,
    path: Path,
    stop: Callable[[], bool] = lambda: False,
) -> Path:
    """The rows as CSV; unknown values are empty. Raises :class:`PluginError` when it cannot be written."""
    rows = list(zonal_rows(job, zones, crs, stop))
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(name for name, _ in COLUMNS)
            for row in rows:
                writer.writerow(f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row)
    except OSError as error:
        raise PluginError(
            tr("{file} could not be written.").format(file=path.name), tr("Choose another folder.")
        ) from error
    return path
