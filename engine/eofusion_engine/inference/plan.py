"""What a run would do: scenes, clear dates and grid, as far as they are known before anything is made."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from types import TracebackType
from typing import Any

import numpy as np
from pyproj import Geod
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from ..cube import CubeReader, Grid, common_crs
from ..errors import NoScenesError, RequestError
from ..events import Listener, stop_if_cancelled
from ..request import RunRequest, check_area
from ..sources import SourceOptions, open_source
from ..sources.base import Scene, Source
from ..weather import Place, WeatherError, read_weather
from .estimate import ENOUGH_BYTES, USUAL_RATE, estimate
from .select import Selection, optical_dates, radar_dates, select

#: Conditions of the generated temperature lie on fixed dates, so that they do not depend on the request.
CONDITION_EPOCH = date(2015, 1, 1)
CONDITION_STEP_DAYS = 16
_OTHERS_SPEED = "The time is what this computer would take alone; the scheduler's workers share the work."
#: Readers of a service at the same time: each waits for its answer most of the time.
SERVICE_READERS = 16


@dataclass(frozen=True)
class Plan:
    """A request together with what its source holds for it. Close it: it holds files and connections.

    ``scenes`` are used; ``offered`` are those and the ones on dates that the user took out. ``read_rate`` is in bytes
    a second, None for local files.
    """

    request: RunRequest
    source: Source
    area: BaseGeometry
    scenes: list[Scene]
    grid: Grid
    cube: CubeReader
    coverage: dict[date, float]
    dates: tuple[date, ...]
    notes: tuple[str, ...]
    offered: tuple[Scene, ...] = ()
    read_rate: float | None = None

    @property
    def clear_dates(self) -> tuple[date, ...]:
        """Sentinel-2 dates on which enough of the area is clear."""
        return _clear_dates(self.request, self.coverage)

    @property
    def condition_dates(self) -> tuple[date, ...]:
        """Every 16th day counted from a fixed day, within the period."""
        first = -(-(self.request.start - CONDITION_EPOCH).days // CONDITION_STEP_DAYS) * CONDITION_STEP_DAYS
        last = (self.request.end - CONDITION_EPOCH).days
        return tuple(CONDITION_EPOCH + timedelta(days=d) for d in range(first, last + 1, CONDITION_STEP_DAYS))

    def summary(self) -> dict[str, Any]:
        """The plan as QGIS and the command line show it (docs/architecture.md).

        ``seconds``, ``memory_mb``, ``disk_mb`` and ``read_mb`` are estimates for this machine, now; ``s2`` and ``s1``
        are the rows of :func:`~.select.optical_dates` and :func:`~.select.radar_dates`.
        """
        s1 = sum(scene.sensor == "S1" for scene in self.scenes)
        return {
            "start": self.request.start.isoformat(),
            "end": self.request.end.isoformat(),
            "km2": round(area_km2(self.area), 3),
            "grid": {"crs": f"EPSG:{self.grid.crs}", "width": self.grid.width, "height": self.grid.height},
            "area": mapping(self.area),
            "scenes_s2": len(self.scenes) - s1,
            "scenes_s1": s1,
            "s2": optical_dates(self.offered, self.coverage, self.request),
            "s1": radar_dates(self.offered, self.request),
            "clear_dates": [d.isoformat() for d in self.clear_dates],
            "dates": [d.isoformat() for d in self.dates],
            **estimate(self),
            "notes": [*self.notes, *([_OTHERS_SPEED] if self.request.scheduler else [])],
        }

    def close(self) -> None:
        """Close the files and, for a service, the connections."""
        _close(self.source)  # first: a request that waits would hold the cube's readers
        self.cube.close()

    def __enter__(self) -> Plan:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def area_km2(area: BaseGeometry) -> float:
    """Area in km2 of a geometry in EPSG:4326, on the ellipsoid."""
    return float(abs(Geod(ellps="WGS84").geometry_area_perimeter(area)[0]) / 1e6)


def make_plan(request: RunRequest, listener: Listener) -> Plan:
    """Find the scenes and the dates of a request.

    Raises:
        RequestError: the area, the weather file or the elevation raster cannot be used.
        SourceError: the source cannot be read, or holds nothing here and then.
    """
    if request.elevation is not None and not request.elevation.is_file():
        raise RequestError(f"There is no elevation raster {request.elevation}.", "Choose another file, or none.")
    if request.weather is not None and not request.weather.exists():
        raise WeatherError(f"There is no weather file {request.weather.name}.", "Choose another file, or none.")
    listener.progress("plan", 0, 3, "Looking for scenes")
    source = open_source(request.source, SourceOptions.of(request))
    try:
        return _of_source(source, request, listener)
    except BaseException:
        _close(source)
        raise


def _of_source(source: Source, request: RunRequest, listener: Listener) -> Plan:
    area = _area(source, request)
    if request.weather is not None:  # raises before anything is computed
        read_weather(request.weather, _place(area, request))
    selection = select(source.scenes(area, request.start, request.end), request)
    stop_if_cancelled(listener)
    listener.progress("plan", 1, 3, f"{len(selection.used)} scenes")
    grid = Grid.for_area(area, common_crs(selection.offered))
    cube = CubeReader(
        selection.used,
        grid,
        request.cloud_margin_m,
        listener.warning,
        scl_drop=request.scl_drop,
        cloud_test=request.cloud_test,
        readers=SERVICE_READERS if source.kind == "stac" else 1,
    )
    try:
        before, started = _bytes_read(source), time.monotonic()
        coverage = cube.coverage(area)
        stop_if_cancelled(listener)
        rate = _rate(source, _bytes_read(source) - before, time.monotonic() - started)
        listener.progress("plan", 2, 3, "Clear dates")
        dates = _asked_dates(request, selection, coverage)
        notes = (*source.notes, *selection.notes, *cube.notes, *_notes(request, source, area, selection))
        listener.progress("plan", 3, 3, f"{len(dates)} dates")
        return Plan(
            request, source, area, list(selection.used), grid, cube, coverage, dates, tuple(dict.fromkeys(notes)),
            selection.offered, rate,
        )  # fmt: skip
    except BaseException:
        cube.close()
        raise


def _place(area: BaseGeometry, request: RunRequest) -> Place:
    """Where the area's weather is taken; rounded, so that overlapping areas have the same."""
    return Place(round(area.centroid.y, 1), round(area.centroid.x, 1), request.weather_method)


def _area(source: Source, request: RunRequest) -> BaseGeometry:
    """The request's area, or all that the source covers; of a service, which has no extent, it must be given."""
    area = request.geometry()
    if area is None:
        area = source.extent()
        try:
            check_area(area)
        except ValueError as error:
            raise RequestError(f"The source's own extent cannot be used: {error}.", "Give an area.") from None
    elif source.kind != "stac" and not area.intersects(source.extent()):
        raise NoScenesError("The area lies outside the source's imagery.", "Draw it where the source has scenes.")
    return area


def _clear_dates(request: RunRequest, coverage: dict[date, float]) -> tuple[date, ...]:
    return tuple(sorted(d for d, share in coverage.items() if share >= max(request.min_clear, 1e-6)))


def _asked_dates(request: RunRequest, selection: Selection, coverage: dict[date, float]) -> tuple[date, ...]:
    if request.dates == "clear":
        clear = _clear_dates(request, coverage)
        if clear:
            return clear
        if coverage:
            raise NoScenesError(
                f"All {len(coverage)} Sentinel-2 dates are cloudy over this area.",
                "Choose a longer period, a smaller 'min_clear', or dates such as every:10.",
            )
        why = "is left" if any(scene.sensor == "S2" for scene in selection.offered) else "is there"
        raise NoScenesError(
            f"No Sentinel-2 date {why}, so there is no clear date to map.",
            "Ask for dates such as every:10: they can be made from Sentinel-1 alone.",
        )
    if isinstance(request.dates, str):
        return tuple(request.days()[:: int(request.dates.removeprefix("every:"))])
    return request.dates


def _notes(request: RunRequest, source: Source, area: BaseGeometry, selection: Selection) -> list[str]:
    sensors = {scene.sensor for scene in selection.used}
    notes = []
    if "S2" not in sensors:
        notes.append("There is no Sentinel-2 scene: everything comes from Sentinel-1 alone.")
    if "S1" not in sensors:
        notes.append("There is no Sentinel-1 scene: cloudy periods are bridged by Sentinel-2 alone.")
    return notes + _weather_note(request, source, area)


def _weather_note(request: RunRequest, source: Source, area: BaseGeometry) -> list[str]:
    if request.weather is not None or "gpp" not in request.products:
        return []
    found = source.weather(area)
    if found is None:
        return []
    try:
        here = read_weather(found, _place(area, request)).on(request.days())
    except WeatherError:
        return []  # nobody asked for this file: it is only a hint
    known = int((np.isfinite(here.tair_degc) & np.isfinite(here.ssrd_w_m2)).sum())
    if not known:
        return []
    days = len(request.days())
    return [f"The source's {found.name} has weather for {known} of {days} days: give it as the weather file to use it."]


def _bytes_read(source: Source) -> int:
    transport = getattr(source, "transport", None)
    return int(transport.stats()["bytes"]) if transport is not None else 0


def _rate(source: Source, count: int, seconds: float) -> float | None:
    """Bytes a second that the service gave while the classifications were read, None for local files."""
    if source.kind != "stac":
        return None
    return count / max(seconds, 1e-3) if count >= ENOUGH_BYTES else USUAL_RATE


def _close(source: Source) -> None:
    close = getattr(source, "close", None)
    if close is not None:
        close()
