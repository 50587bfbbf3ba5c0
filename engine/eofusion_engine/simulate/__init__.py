"""Simulated landscapes with known truth: the built-in sample, and training data where real pairs are few.

A first, simple simulator: leaf area by double logistics, spectra by mixing, radar by a water-cloud canopy.
"""

from __future__ import annotations

from .acquire import Simulation, simulate_cube
from .landscape import Landscape, simulate_landscape
from .sample import build_sample

__all__ = ["Landscape", "Simulation", "build_sample", "simulate_cube", "simulate_landscape"]
