"""Fitting what the GPP head is compared with: simple models and trees, on the same towers and weights of rows."""

from __future__ import annotations

import numpy as np
import torch

from ..model.gpp_baselines import SimpleModels, light_use, near_infrared_of_vegetation
from ..model.trees import Trees, fit_trees
from .gpp_tables import TowerTable

#: The tables of the evaluation: each has baselines of its own, which only helps them.
TABLES = ("hls", "modis", "modis8")
FULL, WEATHER = "bands, indices, weather", "weather only"


def fit_simple(towers: TowerTable) -> SimpleModels:
    """NIRv's line and the five numbers of LUE by least squares to the rows of one table."""
    line = np.polyfit(near_infrared_of_vegetation(towers.six.astype(float)), towers.gpp, 1)
    columns = [torch.as_tensor(np.asarray(c, np.float64)) for c in (towers.six, towers.tair, towers.ssrd, towers.vpd)]
    truth = torch.as_tensor(np.asarray(towers.gpp, np.float64))
    numbers = torch.tensor([3.0, 4.0, 1.0, 1.0, -1.0], dtype=torch.float64, requires_grad=True)
    newton = torch.optim.LBFGS([numbers], max_iter=80, line_search_fn="strong_wolfe")
    start = numbers.detach().clone()

    def closure() -> torch.Tensor:
        newton.zero_grad()
        # A table without VPD says nothing of that number: the faint pull keeps it where it was.
        loss = ((light_use(numbers, *columns) - truth) ** 2).mean() + 1e-4 * ((numbers - start) ** 2).sum()
        loss.backward()
        return loss

    newton.step(closure)  # type: ignore[arg-type]
    return SimpleModels(line, numbers.detach().numpy())


def tree_features(towers: TowerTable, which: str) -> np.ndarray:
    """Features (N, F) of the trees: weather alone, or with bands and the five usual indices."""
    weather = np.stack([towers.tair, towers.ssrd, towers.vpd], axis=1)
    if which == WEATHER:
        return weather
    _, green, red, nir, swir1, _ = towers.six.T.astype(float)
    ndvi = (nir - red) / (nir + red)
    moisture, greenness = (nir - swir1) / (nir + swir1), (green - nir) / (green + nir)
    indices = np.stack([ndvi, ndvi * nir, np.tanh(ndvi**2), moisture, greenness], axis=1)
    return np.hstack([towers.six, indices, weather])


def fit_table_trees(towers: TowerTable, which: str) -> Trees:
    """Boosted trees of the rows of one table."""
    features = tree_features(towers, which)
    # A column that a table lacks altogether (VPD) cannot be cut into bins; a constant is never split on.
    features[:, ~np.isfinite(features).any(axis=0)] = 0.0
    return fit_trees(features, towers.gpp)
