"""Simulated landscapes with known truth: the built-in sample, tests of every product, and data to train on."""

from __future__ import annotations

from .acquire import Simulation, simulate_cube
from .landscape import Landscape, simulate_landscape
from .pixels import PixelSeries, simulate_pixels
from .place import write_place
from .presets import PRESETS, Preset, preset, preset_at

__all__ = [
    "PRESETS",
    "Landscape",
    "PixelSeries",
    "Preset",
    "Simulation",
    "preset",
    "preset_at",
    "simulate_cube",
    "simulate_landscape",
    "simulate_pixels",
    "write_place",
]
