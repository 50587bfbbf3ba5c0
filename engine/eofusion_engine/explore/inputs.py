"""A finished run's inputs, read again from its request: cube, drivers, heights and the models of all stages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, final

import numpy as np
from pyproj import Transformer
from rasterio import Affine
from rasterio.features import geometry_mask
from shapely import union_all
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from ..cube import CubeWindow
from ..elevation import read_relief
from ..errors import RequestError
from ..events import Listener
from ..grid import Grid
from ..inference.device import choose_device, usable_threads
from ..inference.drivers import DailyDrivers, daily_drivers
from ..inference.plan import Plan, make_plan
from ..inference.tiles import HALO, Tile
from ..model.calibration import load_calibration
from ..model.gpp import GppHead
from ..model.stack import FusionStack
from ..model.temperature import TemperatureGenerator, image_epochs
from ..model.weights import read_sums
from ..products.grid import TOKEN_PIXELS, RasterGrid
from ..products.polygons import parse_polygons
from ..request import RunRequest, parse_request
from ..resources import weights_folder
from ..runfolder import RunFolder
from ..weather import Place
from .errors import ExploreError
from .runs import FinishedRun


@dataclass
class _Models:
    """Loaded when first asked for."""

    stack: FusionStack | None = None
    head: GppHead | None = None
    generator: TemperatureGenerator | None = None


@final
class RunInputs:
    """``with RunInputs.open(run, listener) as inputs: inputs.window(tile)``.

    ``notes`` say where the inputs are not quite the run's own: other weights, scenes that came or went.
    """

    def __init__(self, run: FinishedRun, request: RunRequest, plan: Plan, listener: Listener) -> None:
        self.run, self.request, self.plan = run, request, plan
        self.notes = [*_other_weights(run, request), *_other_scenes(run, plan)]
        self.days = tuple(request.days())
        self.dates = tuple(plan.dates)
        # Rounded as in a run, so that overlapping areas have the same sun.
        self.lat, self.lon = round(plan.area.centroid.y, 1), round(plan.area.centroid.x, 1)
        self.device = choose_device(request.device)
        self.threads = (request.threads or usable_threads()) if self.device.type == "cpu" else 1
        self._listener = listener
        self._models = _Models()
        self._drivers: DailyDrivers | None = None
        self._heights: np.ndarray | None = None

    @classmethod
    def open(cls, run: FinishedRun, listener: Listener) -> RunInputs:
        """Look the run's scenes up again.

        Raises:
            ExploreError: the source now gives another grid, or the run asked for no dates.
            RequestError, SourceError: what the run was made of cannot be read any more.
        """
        data = RunFolder.open(run.folder).request()
        if not data:
            raise ExploreError(f"The run {run.name} has lost its request.json.", "Run it again.")
        request = parse_request({**data, "out": str(run.folder)})
        plan = make_plan(request, listener)
        try:
            if RasterGrid.of(plan.grid) != run.grid:
                raise ExploreError(
                    f"The source of {run.name} does not give the run's grid any more.", "Run it again from the source."
                )
            if not plan.dates:
                raise ExploreError(f"The run {run.name} has no dates.", "Run it again with dates.")
            return cls(run, request, plan, listener)
        except BaseException:
            plan.close()
            raise

    def __enter__(self) -> RunInputs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.plan.close()

    # -- models and drivers ------------------------------------------------------------------------

    @property
    def stack(self) -> FusionStack:
        """Encoders and fusion."""
        if self._models.stack is None:
            self._models.stack = FusionStack.from_weights(self.request.weights, self.device)
        return self._models.stack

    @property
    def head(self) -> GppHead:
        """The GPP head, with the run's calibration."""
        if self._models.head is None:
            path = self.request.gpp_calibration
            calibration = None if path is None else load_calibration(path, self.request.weights)
            self._models.head = GppHead.from_weights(self.request.weights, calibration)
        return self._models.head

    @property
    def generator(self) -> TemperatureGenerator:
        """The generator of temperature."""
        if self._models.generator is None:
            self._models.generator = TemperatureGenerator.from_weights(self.request.weights, self.device)
        return self._models.generator

    @property
    def drivers(self) -> DailyDrivers:
        """What drives GPP on each day."""
        if self._drivers is None:
            place = Place(self.lat, self.lon, self.request.weather_method)
            self._drivers = daily_drivers(self.request.weather, place, list(self.days), self.request.weights)
        return self._drivers

    @property
    def heights(self) -> np.ndarray:
        """(h, w) of all cells in metres, NaN where not known."""
        if self._heights is None:
            plan = self.plan
            relief = read_relief(self.request.elevation, plan.source, plan.area, plan.grid, self._listener.warning)
            self._heights = relief.heights
        return self._heights

    @property
    def epochs(self) -> tuple[date, ...]:
        """Epochs whose images the temperature is told."""
        return tuple(image_epochs(self.request.start, self.request.end))

    @property
    def with_gpp(self) -> bool:
        """Whether the run made GPP."""
        return "gpp" in self.request.products

    @property
    def with_temperature(self) -> bool:
        """Whether the run generated temperature, as a product or for GPP."""
        return "temperature" in self.request.products or (self.with_gpp and self.drivers.needs_generated_temperature)

    # -- windows and polygons ----------------------------------------------------------------------

    def window(self, tile: Tile, halo: int = HALO) -> CubeWindow:
        """The cube of a tile with a halo around it."""
        return self.plan.cube.read(tile.row - halo, tile.col - halo, tile.height + 2 * halo, tile.width + 2 * halo)

    def inside(self, geometry: BaseGeometry, tile: Tile, halo: int = 0, touched: bool = False) -> np.ndarray:
        """(H, W) True for pixels of a tile and its halo whose centre (or any part, ``touched``) lies in ``geometry``
        of the grid's CRS."""
        shape = (tile.height + 2 * halo, tile.width + 2 * halo)
        frame = self.run.grid.transform @ Affine.translation(tile.col - halo, tile.row - halo)
        if geometry.is_empty:
            return np.zeros(shape, bool)
        return np.logical_not(geometry_mask([mapping(geometry)], shape, frame, all_touched=touched))

    def polygon(self, data: dict[str, Any], name: str) -> BaseGeometry:
        """Polygons of GeoJSON in EPSG:4326 as one geometry of the grid's CRS, cut to the run's area.

        Raises:
            PolygonError: no polygons. RequestError: they lie outside the run.
        """
        shapes = union_all([polygon.on(self.run.grid.crs) for polygon in parse_polygons(data, name)])
        to_grid = Transformer.from_crs("EPSG:4326", self.run.grid.crs, always_xy=True)
        found = shapes.intersection(transform(to_grid.transform, self.plan.area))
        if found.is_empty or not found.area:
            raise RequestError(f"{name[0].upper()}{name[1:]} lies outside the run's area.", "Draw it inside.")
        return found

    def cell_places(self, tile: Tile) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Latitudes, longitudes and heights (G,) of the tile's cells, row by row."""
        row, col, rows, cols = tile.cells
        grid = self.plan.grid
        assert isinstance(grid, Grid)  # nosec B101 - for the type checker
        side = TOKEN_PIXELS * 10.0
        x = grid.left + (col + np.arange(cols) + 0.5) * side
        y = grid.top - (row + np.arange(rows) + 0.5) * side
        to_degrees = Transformer.from_crs(grid.crs, 4326, always_xy=True)
        lon, lat = to_degrees.transform(*np.meshgrid(x, y))
        return np.ravel(lat), np.ravel(lon), np.ravel(self.heights[row : row + rows, col : col + cols]).astype(float)


def _other_weights(run: FinishedRun, request: RunRequest) -> list[str]:
    sums = read_sums(request.weights or weights_folder())
    here = {Path(name).stem: digest for name, digest in sums.items()}
    if here == run.info.get("weights"):
        return []
    return ["The run was made with other weights: what is shown here comes from those of today."]


def _other_scenes(run: FinishedRun, plan: Plan) -> list[str]:
    now, then = {scene.id for scene in plan.scenes}, {str(scene["id"]) for scene in run.info.get("scenes", [])}
    if now == then:
        return []
    return [f"The source has changed since the run: {len(now - then)} scenes came and {len(then - now)} went."]
