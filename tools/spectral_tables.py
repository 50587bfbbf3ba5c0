#!/usr/bin/env python3
"""Collect the tables that the canopy model needs into one small file.

By hand, in an environment of its own beside the engine (the packages are no part of the project):

    pip install torchrtm==1.5.8 pyrsr==0.8.0 && python tools/spectral_tables.py

All columns are on 400 to 2500 nm in steps of 1 nm: refractive index and specific absorption of leaves (PROSPECT-D,
Feret et al. 2017) and the dry and the wet soil that are handed round with PROSAIL, from torchrtm (MIT);
the spectral responses of Sentinel-2A and 2B (ESA, COPE-GSEG-EOPG-TN-15-0007 3.0, 2017), from pyrsr (Apache-2.0).
"""

from __future__ import annotations

import csv
from importlib.metadata import version
from importlib.resources import files

import numpy as np
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.physics.tables import ABSORBERS, DATA, WAVELENGTHS
from pyrsr import RSR
from safetensors.numpy import save_file

#: Their names in torchrtm's file.
_COLUMNS = dict(zip(ABSORBERS, ("Cab", "Car", "Canth", "Cbrown", "Cw", "Cm"), strict=True))


def column(name: str, key: str) -> np.ndarray:
    """One column (2101,) of a table of torchrtm."""
    with files("torchrtm.data").joinpath(name).open(newline="") as file:
        return np.array([float(row[key]) for row in csv.DictReader(file)])


def responses(satellite: str) -> np.ndarray:
    """Responses (10, 2101) of the bands in the engine's order; each sums to 1."""
    known = RSR(satellite=satellite, sensor="MSI")
    names = [name.removeprefix("B").removeprefix("0") for name in S2_BANDS]
    rows = [np.interp(WAVELENGTHS, known.rsrs_wvl, np.nan_to_num(known.rsrs[name]), 0, 0) for name in names]
    return np.stack([row / row.sum() for row in rows])


def main() -> None:
    """Write the file."""
    leaves = "data_prospectd.csv"
    if not np.array_equal(column(leaves, "l"), WAVELENGTHS):
        raise SystemExit("The table of PROSPECT-D is not on 400 to 2500 nm.")
    tables = {
        "refractive_index": column(leaves, "n"),
        "absorption": np.stack([column(leaves, name) for name in _COLUMNS.values()]),
        "soil": np.stack([column("rtm_soil.csv", "drySoil"), column("rtm_soil.csv", "wetSoil")]),
        "S2A": responses("Sentinel-2A"),
        "S2B": responses("Sentinel-2B"),
    }
    source = {
        "leaves and soils": f"torchrtm {version('torchrtm')}, MIT",
        "responses": f"ESA COPE-GSEG-EOPG-TN-15-0007 3.0, by pyrsr {version('pyrsr')}, Apache-2.0",
    }
    DATA.parent.mkdir(exist_ok=True)
    save_file({name: np.ascontiguousarray(table, np.float32) for name, table in tables.items()}, DATA, source)
    print(DATA.name, DATA.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
