"""What a process needs to make tiles of a run: opened once, used by every tile function and by several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import torch
from rasterio.features import geometry_mask
from rasterio.warp import transform_geom
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from ..cube import CubeReader, Grid
from ..model.calibration import Calibration, load_calibration
from ..model.gpp import GppHead
from ..model.stack import FusionStack
from ..model.temperature import TemperatureGenerator
from ..request import RunRequest
from ..tilestore import TileStore
from .drivers import DailyDrivers
from .tiles import Tile

T = TypeVar("T")
#: Tiles that one task makes together.
Job = tuple[Tile, ...]


@dataclass(frozen=True)
class Control:
    """How a task is to work: with how many threads of its own, whether to go on, whom to tell (done, total)."""

    threads: int = 1
    stopped: Callable[[], bool] = lambda: False
    progress: Callable[[int, int], None] = lambda done, total: None


#: A stage of a run: makes the tile files of a job that are not there yet.
Stage = Callable[["Workplace", Job, Control], None]


@dataclass(frozen=True)
class Workplace:
    """A run as its tile functions see it. Models are loaded when the first tile wants them.

    ``dates`` are mapped, ``epochs`` condition the generated temperature; ``heights`` (h, w) are metres of the token
    cells and ``drivers`` those of GPP, None where the run has no use for them; ``lat`` is the area's, in degrees.
    """

    request: RunRequest
    area: BaseGeometry
    grid: Grid
    cube: CubeReader
    store: TileStore
    device: torch.device
    dates: tuple[date, ...]
    epochs: tuple[date, ...]
    lat: float
    scene_ids: tuple[str, ...] = ()
    heights: np.ndarray | None = None
    drivers: DailyDrivers | None = None
    _loading: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)
    _on_device: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    _loaded: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def days(self) -> list[date]:
        """Every day of the period."""
        return self.request.days()

    @property
    def inside(self) -> np.ndarray:
        """(height, width) True for pixels that the polygon touches."""
        return self._once("inside", self._inside)

    @property
    def stack(self) -> FusionStack:
        """Encoders and fusion; raises :class:`~..errors.WeightsError`."""
        return self._once("stack", lambda: FusionStack.from_weights(self.request.weights, self.device))

    @property
    def generator(self) -> TemperatureGenerator:
        """The generator of temperature; raises :class:`~..errors.WeightsError`."""
        return self._once("generator", lambda: TemperatureGenerator.from_weights(self.request.weights, self.device))

    @property
    def calibration(self) -> Calibration | None:
        """The request's local calibration of GPP; raises :class:`~..errors.RequestError` where it cannot be used."""
        path = self.request.gpp_calibration
        return None if path is None else self._once("cal", lambda: load_calibration(path, self.request.weights))

    @property
    def head(self) -> GppHead:
        """The GPP head with the calibration; raises :class:`~..errors.WeightsError`, and as :attr:`calibration`."""
        return self._once("head", lambda: GppHead.from_weights(self.request.weights, self.calibration))

    def on_device(self) -> AbstractContextManager[object]:
        """Held while a model computes: on a GPU one tile at a time, while others are read and written."""
        return nullcontext() if self.device.type == "cpu" else self._on_device

    def _once(self, name: str, make: Callable[[], T]) -> T:
        with self._loading:
            if name not in self._loaded:
                self._loaded[name] = make()
            value: T = self._loaded[name]
            return value

    def _inside(self) -> np.ndarray:
        grid = self.grid
        shape = transform_geom("EPSG:4326", f"EPSG:{grid.crs}", mapping(self.area))
        outside = geometry_mask([shape], (grid.height, grid.width), grid.transform, all_touched=True)
        return np.logical_not(outside)
