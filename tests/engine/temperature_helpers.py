"""Small temperature models for tests: a climatology of made-up stations, untrained weights, a stub embedder."""

from __future__ import annotations

import numpy as np
import torch
from eofusion_engine.model.temperature import Climatology, ImageTokenizer, TemperatureGenerator, UniformTokenizer
from eofusion_engine.model.temperature.correlation import CorrelationConfig, CorrelationModel
from eofusion_engine.training.temperature_climatology import Stations, fit_with, year_shape

# Two processes that spin for the same cores are slower than one thread each.
torch.set_num_threads(1)


def made_up_year(lat: float, warmer: float = 0.0, years: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Ordinals and degC of a place whose truth is simple: warm at the equator, seasons mirrored in the south."""
    days = np.arange(735599, 735599 + 365 * years)
    angle = 2 * np.pi * (days - 719163) / 365.2425
    rng = np.random.default_rng(int(abs(lat) * 10))
    season = -12 * np.sin(np.radians(lat)) * np.cos(angle - 0.35)
    return days, 27 - 35 * np.sin(np.radians(lat)) ** 2 + season + warmer + rng.normal(0, 2.0, len(days))


def made_up_climatology() -> Climatology:
    """Stations every 10 degrees on two meridians; those at 60 E are 5 K warmer than those at 0 E."""
    lat, lon, shapes = [], [], []
    for meridian, warmer in ((0.0, 0.0), (60.0, 5.0)):
        for place in range(-60, 71, 10):
            shape = year_shape(*made_up_year(place, warmer))
            assert shape is not None
            lat.append(place)
            lon.append(meridian)
            shapes.append(shape)
    stations = Stations(np.array(lat, float), np.array(lon), np.stack(shapes), np.full(len(lat), 4.0))
    relief = np.zeros((181, 360))
    relief[137, 191] = 1000.0  # 47 N 11 E
    return fit_with(stations, relief, 1200.0, 0.05)


def made_up_generator(seed: int = 0, samples_matter: bool = True) -> TemperatureGenerator:
    """Untrained but not trivial: weights large enough that image tokens and position change the result."""
    torch.manual_seed(seed)
    model = CorrelationModel(CorrelationConfig())
    if samples_matter:
        with torch.no_grad():
            for parameter in model.day_head.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.3)
    return TemperatureGenerator(made_up_climatology(), UniformTokenizer(), ImageTokenizer(), model, (1.0, 1.2))


def stub_embed(bands: np.ndarray, days: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A fixed projection of the reflectance near each asked date, in place of the trained fusion."""
    matrix = np.random.default_rng(0).normal(size=(bands.shape[-1], 64))
    weight = np.exp(-np.abs(asked[:, :, None] - days[:, None, :]) / 10.0) * np.isfinite(bands).any(-1)[:, None, :]
    mean = weight @ np.nan_to_num(bands, nan=0.1) / np.maximum(weight.sum(-1, keepdims=True), 1e-9)
    z = np.tanh(4 * mean @ matrix + 0.1)
    return (z / np.linalg.norm(z, axis=-1, keepdims=True)).astype(np.float32), weight.sum(-1) > 1e-6
