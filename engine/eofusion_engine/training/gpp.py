"""``python -m eofusion_engine.training gpp``: the GPP head, its interval, the climatology of radiation, and baselines.

Everything is fitted to places outside the fixed held-out share (evaluation/splits.py), so that
``eofusion evaluate`` can score the shipped weights on towers that they never saw. Both tower tables
are growing-season weighted (MODIS has nearly no frost): what happens in winter is the model's
form, not data.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from ..evaluation.gpp_models import Baselines
from ..evaluation.seen import HEADER_KEY
from ..evaluation.splits import is_held_out, site_positions
from ..model.gpp import NAME, radiation_tensors
from ..model.weights import save_tensors
from .gpp_baselines import fit_simple
from .gpp_fit import fit_core, out_of_fold, thinned
from .gpp_interval_fit import fit_intervals
from .gpp_tables import TowerTable, read_towers
from .gpp_weather import ClimatologicalWeather, fit_radiation, read_radiation, read_temperature


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the stage."""
    parser.add_argument("--data", type=Path, required=True, help="folder with gpp/ and temperature/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights")
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> None:
    """Fit, recalibrate and write gpp.safetensors: about a minute on one core."""
    torch.set_num_threads(1)
    started = time.perf_counter()
    towers = read_towers(args.data)
    seen = towers.take((towers.table != "modis8") & ~np.array([is_held_out(c) for c in towers.cluster]))
    radiation = read_radiation(args.data).without(is_held_out)
    temperature = read_temperature(args.data).without(is_held_out)
    core = fit_core(seen, args.seed)
    unseen = out_of_fold(seen, radiation, temperature, args.seed)
    tensors = {f"core.{name}": value for name, value in core.state_dict().items()}
    tensors |= radiation_tensors(fit_radiation(radiation))
    measured = fit_intervals(seen, unseen.measured)
    # Not knowing the weather must never look surer, which chance could make it with so few HLS towers.
    climatological = fit_intervals(seen, unseen.climatological).at_least(measured)
    for name, sensors in (("measured", measured), ("climatological", climatological)):
        tensors[f"interval.{name}"] = sensors.fine.as_tensor()
        tensors[f"interval_coarse.{name}"] = sensors.coarse.as_tensor()
    tensors |= fit_simple(thinned(seen)).as_tensors()
    rows = {name: int((seen.table == name).sum()) for name in ("hls", "modis")}
    config = {
        "light_use": {"nets": core.nets, "hidden": core.hidden},
        "seed": args.seed,
        "rows": rows,
        "clusters": len(np.unique(seen.cluster)),
        HEADER_KEY: training_places(args.data, seen),
        "attribution": "FLUXNET2015 (Pastorello et al. 2020). "
        "Generated using Copernicus Climate Change Service information 2000-2014.",
    }
    path = save_tensors(NAME, tensors, config, args.out)
    folder = args.out.resolve().parent / "evaluation"
    average = ClimatologicalWeather.fit(radiation, temperature).temperature
    trained = np.array([not is_held_out(c) for c in towers.cluster])
    Baselines.fit(towers.take(trained), average).save(training_places(args.data, seen), folder)
    print(f"{path} from {rows['hls']} HLS and {rows['modis']} MODIS rows in {time.perf_counter() - started:.0f} s")


def training_places(data_dir: Path, towers: TowerTable) -> list[list[str | float | None]]:
    """[id, latitude, longitude] of the towers of these rows, null where the position is not known."""
    places = site_positions(data_dir).set_index("site")
    found: list[list[str | float | None]] = []
    for site in np.unique(towers.site):
        lat, lon = (float(places.loc[site, axis]) for axis in ("lat", "lon"))
        found.append([str(site), lat if np.isfinite(lat) else None, lon if np.isfinite(lon) else None])
    return found
