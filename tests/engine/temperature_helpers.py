"""Small temperature models for tests: a climatology of made-up stations, untrained weights, a stub embedder."""

from __future__ import annotations

import numpy as np
import torch
from eofusion_engine.model.temperature import Climatology, ImageTokenizer, TemperatureGenerator, UniformTokenizer
from eofusion_engine.model.temperature.correlation import CorrelationConfig, CorrelationModel
from eofusion_engine.model.temperature.image_tokens import CELL_BANDS
from eofusion_engine.model.temperature.mean_head import MeanHead
from eofusion_engine.model.trees import Trees
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


def stump(feature: int, threshold: float, low: float, high: float) -> Trees:
    """One split: ``low`` at or below the threshold or where missing, else ``high``."""
    return Trees(
        feature=np.array([feature, -1, -1], np.int32), threshold=np.array([threshold, 0.0, 0.0]),
        left=np.array([1, 1, 2], np.int32), right=np.array([2, 1, 2], np.int32), missing_left=np.ones(3, bool),
        value=np.array([0.0, low, high]), roots=np.zeros(1, np.int32), baseline=np.zeros(1),
    )  # fmt: skip


def made_up_head() -> MeanHead:
    """Greener is warmer by 0.8 spreads; ERA5 is 1.5 K warmer than the place where that is high (over 1,000 m)."""
    return MeanHead({"era5": stump(3, 1.0, 0.0, 1.5)}, stump(NOW_NDVI, 0.4, -0.4, 0.4))


#: Where the mean head's image features hold the greenness of the epoch.
NOW_NDVI = 11


def made_up_generator(seed: int = 0, samples_matter: bool = True) -> TemperatureGenerator:
    """Untrained but not trivial: weights large enough that image tokens and position change the result."""
    torch.manual_seed(seed)
    model = CorrelationModel(CorrelationConfig())
    if samples_matter:
        with torch.no_grad():
            for parameter in model.day_head.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.3)
    factors = {"station": {"images": 1.2, "blind": 1.0}}
    return TemperatureGenerator(
        made_up_climatology(), UniformTokenizer(), ImageTokenizer(), model, made_up_head(), factors
    )


def made_up_cells(seed: int, *shape: int) -> np.ndarray:
    """Plausible cells (..., CELL_BANDS): reflectance from a dark to a bright land, backscatter, no surface heat."""
    rng = np.random.default_rng(seed)
    cells = np.full((*shape, CELL_BANDS), np.nan, np.float32)
    cells[..., :10] = rng.uniform(0.02, 0.12, (*shape, 1)) * np.linspace(1, 5, 10) * rng.uniform(0.7, 1.3, (*shape, 10))
    cells[..., 10:12] = rng.uniform(-18, -8, (*shape, 2))
    return cells
