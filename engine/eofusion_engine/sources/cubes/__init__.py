"""Cubes: many dates of a place in one file or store.

``worldcereal`` reads the WorldCereal extraction's files by their names, ``openeo`` netCDF and zarr by their content.
"""

from __future__ import annotations

from pathlib import Path

from ..base import Scene, Warn
from . import openeo, worldcereal
from .worldcereal import is_weather

__all__ = ["is_cube", "is_weather", "scan"]


def is_cube(path: Path) -> bool:
    """Whether a file, or a folder that ends in ``.zarr``, is a cube of Sentinel-1 or -2; only headers are looked at."""
    return worldcereal.is_cube(path) or openeo.is_cube(path)


def scan(paths: list[Path], warn: Warn) -> list[Scene]:
    """The scenes of cubes; one that cannot be read is told to ``warn`` by name and left out."""
    by_name = [path for path in paths if worldcereal.is_cube(path)]
    others = [path for path in paths if not worldcereal.is_cube(path)]
    return [*worldcereal.scan(by_name, warn), *openeo.scan(others, warn)]
