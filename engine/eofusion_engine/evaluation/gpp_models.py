"""What GPP is compared with, fitted on the head's own training towers and shipped, so that new towers need no refit.

``resources/evaluation/gpp_baselines.safetensors`` holds, for each table of towers, the line of NIRv, the five numbers
of LUE and two sets of boosted trees, and once the temperature of an average year by place, which stands for the
generated temperature where the weather is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..model.gpp_baselines import SimpleModels
from ..model.trees import Trees
from ..model.weights import load_tensors, save_tensors
from ..physics.place_season import PlaceSeason
from ..training.gpp_baselines import FULL, TABLES, WEATHER, fit_simple, fit_table_trees, tree_features
from ..training.gpp_tables import TowerTable
from .bundle import BundleError, bundle_folder
from .seen import HEADER_KEY

NAME = "gpp_baselines"
NIRV, LUE = "linear NIRv", "light use: EVI x SW x f(T) x f(VPD)"
TREES, TREES_WEATHER = f"trees: {FULL}", f"trees: {WEATHER}"


@dataclass(frozen=True)
class Baselines:
    """Simple models and trees by table (``hls``, ``modis``, ``modis8``), and the average year's temperature."""

    simple: Mapping[str, SimpleModels]
    full: Mapping[str, Trees]
    weather: Mapping[str, Trees]
    temperature: PlaceSeason

    @classmethod
    def fit(cls, towers: TowerTable, temperature: PlaceSeason) -> Baselines:
        """Fit all of them to these rows, each table's to its own."""
        parts = {name: towers.take(towers.table == name) for name in TABLES if (towers.table == name).any()}
        return cls(
            {name: fit_simple(part) for name, part in parts.items()},
            {name: fit_table_trees(part, FULL) for name, part in parts.items()},
            {name: fit_table_trees(part, WEATHER) for name, part in parts.items()},
            temperature,
        )

    def predict(self, towers: TowerTable) -> dict[str, np.ndarray]:
        """GPP (N,) of rows by model name; NaN for a table that the models do not know."""
        out = {name: np.full(len(towers), np.nan) for name in (NIRV, LUE, TREES_WEATHER, TREES)}
        for table in self.simple:
            use = towers.table == table
            rows = towers.take(use)
            out[NIRV][use] = self.simple[table].nirv(rows.six)
            out[LUE][use] = self.simple[table].light_use(rows.six, rows.tair, rows.ssrd, rows.vpd)
            out[TREES][use] = self.full[table].predict(tree_features(rows, FULL))
            out[TREES_WEATHER][use] = self.weather[table].predict(tree_features(rows, WEATHER))
        return out

    def save(self, places: list[list[Any]], folder: Path) -> Path:
        """Write the file; ``places`` are [id, lat, lon] of the towers."""
        arrays: dict[str, torch.Tensor] = {"temperature": torch.from_numpy(self.temperature.coefficients)}
        for table, simple in self.simple.items():
            arrays |= {f"{table}/simple/{key}": value for key, value in simple.as_tensors().items()}
            for kind, trees in (("full", self.full[table]), ("weather", self.weather[table])):
                for field, values in trees.arrays().items():
                    small = values.dtype == np.float64 and field != "threshold"
                    plain = np.ascontiguousarray(values.astype(np.float32) if small else values)
                    arrays[f"{table}/{kind}/{field}"] = torch.from_numpy(plain)
        return save_tensors(NAME, arrays, {"tables": sorted(self.simple), HEADER_KEY: places}, folder)

    @classmethod
    def load(cls, weights: Path | None = None) -> Baselines:
        """What :meth:`save` wrote, beside the weights or shipped.

        Raises:
            BundleError: the file is missing. WeightsError: it is damaged.
        """
        folder = bundle_folder(weights)
        if not (folder / f"{NAME}.safetensors").is_file():
            raise BundleError(
                "The fitted baselines of GPP are missing.",
                "They come with the source (resources/evaluation); python -m eofusion_engine.training gpp makes them.",
            )
        tensors, config = load_tensors(NAME, folder)

        def part(prefix: str) -> dict[str, torch.Tensor]:
            return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}

        def trees(table: str, kind: str) -> Trees:
            return Trees(**{field: value.numpy() for field, value in part(f"{table}/{kind}/").items()})

        tables = config["tables"]
        return cls(
            {table: SimpleModels.from_tensors(part(f"{table}/simple/")) for table in tables},
            {table: trees(table, "full") for table in tables},
            {table: trees(table, "weather") for table in tables},
            PlaceSeason(tensors["temperature"].numpy()),
        )
