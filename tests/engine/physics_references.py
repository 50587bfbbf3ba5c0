"""Reference values of other packages for test_physics_models.py, into tests/data/physics_reference.npz.

By hand, in an environment of its own that holds the packages (they are no part of the project):

    pip install prosail==2.0.5 pyrealm==2.0.0 && python tests/engine/physics_references.py

Only numbers are kept: spectra of prosail (PROSPECT-D, 4SAIL with ellipsoidal leaf angles, bidirectional reflectance)
every 5 nm, and light use efficiencies and soil moisture stress of pyrealm's P-model (prentice14, wang17,
temperature-dependent quantum yield). The arguments are kept beside them.
"""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import prosail
from prosail import spectral_lib
from pyrealm.pmodel import PModel, PModelEnvironment
from pyrealm.pmodel.functions import calc_soilmstress_stocker

OUT = Path(__file__).parents[1] / "data" / "physics_reference.npz"
TRAITS = {
    "N": (1.0, 3.0), "cab": (0.0, 100.0), "car": (0.0, 25.0), "anth": (0.0, 20.0), "cbrown": (0.0, 1.5),
    "cw": (0.001, 0.06), "cm": (0.001, 0.03), "lai": (0.05, 8.0), "lidfa": (20.0, 80.0), "hspot": (0.01, 0.5),
    "soil_brightness": (0.1, 1.5), "soil_moisture": (0.0, 1.0), "sza": (0.0, 75.0), "vza": (0.0, 15.0),
    "raa": (0.0, 180.0),
}  # fmt: skip
#: A well-known example: chlorophyll 40, leaf area 3, the sun at 30 degrees; and its changes at the limits.
EXAMPLE = dict(zip(TRAITS, (1.5, 40, 8, 0, 0, 0.01, 0.009, 3, 57, 0.01, 1, 0, 30, 10, 0), strict=True))
CHANGES = (
    {}, {"vza": 0, "sza": 70}, {"sza": 0}, {"sza": 0, "vza": 0}, {"sza": 10, "vza": 10}, {"sza": 60, "raa": 90},
    {"sza": 60, "raa": 180}, {"lai": 0.01}, {"lai": 8}, {"cab": 0, "car": 0, "cbrown": 1.5}, {"N": 1}, {"lidfa": 20},
    {"lidfa": 80, "sza": 75, "vza": 15, "raa": 120}, {"hspot": 0.5, "raa": 5}, {"soil_moisture": 1},
)  # fmt: skip


def spectrum(t: dict[str, float]) -> np.ndarray:
    """Reflectance (421,)."""
    dry, wet = np.asarray(spectral_lib.soil.rsoil1), np.asarray(spectral_lib.soil.rsoil2)
    soil = t["soil_brightness"] * (dry * (1 - t["soil_moisture"]) + wet * t["soil_moisture"])
    return prosail.run_prosail(
        t["N"], t["cab"], t["car"], t["cbrown"], t["cw"], t["cm"], t["lai"], t["lidfa"], t["hspot"], t["sza"], t["vza"],
        t["raa"], ant=t["anth"], prospect_version="D", typelidf=2, factor="SDR", rsoil0=soil,
    )[::5]  # fmt: skip


def main() -> None:
    """Write the file."""
    rng = np.random.default_rng(5)
    drawn = [{name: rng.uniform(*limits) for name, limits in TRAITS.items()} for _ in range(25)]
    canopies = [EXAMPLE | change for change in CHANGES] + drawn
    leaves = [leaf(c) for c in canopies[-12:]]

    tc, vpd = rng.uniform(-2, 42, 200), rng.uniform(0.02, 4.0, 200)
    co2, patm = rng.uniform(300, 600, 200), rng.uniform(65e3, 103e3, 200)
    one = np.ones(200)
    air = PModelEnvironment(tc=tc, vpd=vpd * 1000, co2=co2, patm=patm, fapar=one, ppfd=one)
    moisture, aridity = rng.uniform(0, 1, 50), rng.uniform(0, 1, 50)
    OUT.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        OUT,
        packages=np.array([f"prosail {version('prosail')}", f"pyrealm {version('pyrealm')}"]),
        trait_names=np.array(list(TRAITS)),
        traits=np.array([[c[name] for name in TRAITS] for c in canopies]),
        spectra=np.array([spectrum(c) for c in canopies], np.float32),
        leaves=np.array(leaves, np.float32),
        air=np.stack([tc, vpd, co2, patm]),
        efficiency=PModel(air).lue,
        soil=np.stack([moisture, aridity]),
        stress=calc_soilmstress_stocker(moisture, aridity),
    )
    print(OUT.name, OUT.stat().st_size, "bytes")


def leaf(t: dict[str, float]) -> np.ndarray:
    """Reflectance and transmittance (2, 421) of the canopy's leaves."""
    _, rho, tau = prosail.run_prospect(
        t["N"], t["cab"], t["car"], t["cbrown"], t["cw"], t["cm"], ant=t["anth"], prospect_version="D"
    )
    return np.stack([rho[::5], tau[::5]])


if __name__ == "__main__":
    main()
