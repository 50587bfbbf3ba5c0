"""Leaf, canopy and photosynthesis against published packages' values (tests/engine/physics_references.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.physics.canopy import canopy_spectra
from eofusion_engine.physics.emulator import TRAITS, CanopyEmulator
from eofusion_engine.physics.leaf import leaf_optics
from eofusion_engine.physics.productivity import p_model_efficiency, p_model_gpp, soil_moisture_stress
from eofusion_engine.physics.radar import speckle
from eofusion_engine.physics.tables import responses

EVERY_5_NM = np.arange(0, 2101, 5)


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    with np.load(Path(__file__).parents[1] / "data" / "physics_reference.npz") as file:
        return dict(file)


def test_canopies_of_prospect_d_and_4sail(reference: dict[str, np.ndarray]) -> None:
    assert tuple(reference["trait_names"]) == TRAITS
    got = canopy_spectra(reference["traits"], EVERY_5_NM)
    assert np.abs(got - reference["spectra"]).max() < 1e-3


def test_leaves_of_prospect_d(reference: dict[str, np.ndarray]) -> None:
    from eofusion_engine.physics.canopy import ABSORBERS

    traits = dict(zip(TRAITS, reference["traits"][-12:].T, strict=True))
    got = leaf_optics(traits["N"], np.stack([traits[name] for name in ABSORBERS], axis=1), EVERY_5_NM)
    assert np.abs(np.stack(got, axis=1) - reference["leaves"]).max() < 1e-3


def test_p_model_of_pyrealm(reference: dict[str, np.ndarray]) -> None:
    tair, vpd, co2, pressure = reference["air"]
    # The package says nothing where there is no photosynthesis, we say 0. Largest difference below 0 degC.
    expected = np.nan_to_num(reference["efficiency"])
    np.testing.assert_allclose(p_model_efficiency(tair, vpd, co2, pressure), expected, rtol=1e-2, atol=1e-6)
    np.testing.assert_allclose(soil_moisture_stress(*reference["soil"]), reference["stress"], atol=1e-6)
    assert float(p_model_gpp(1.0, 0.0, 20.0, 1.0)) == 0
    assert 5 < float(p_model_gpp(0.9, 500.0, 20.0, 0.8)) < 30  # a green day in summer, g C m-2 d-1


def test_the_emulator_follows_the_full_model(reference: dict[str, np.ndarray]) -> None:
    """On drawn canopies: it was trained on another implementation, which differs at low sun, and knows the hot spot
    (sun and eye in one direction) badly."""
    drawn = reference["traits"][15:]
    bands = canopy_spectra(drawn) @ responses("S2A").T
    error = np.abs(CanopyEmulator.load().reflectance(drawn) - bands)
    assert np.quantile(error, 0.95) < 0.003
    assert error.max() < 0.01


def test_speckle_has_the_mean_and_spread_of_its_looks() -> None:
    power = speckle(np.random.default_rng(1), np.full(200_000, 0.1), 5.0)
    assert power.mean() == pytest.approx(0.1, rel=0.01)
    assert power.std() / power.mean() == pytest.approx(1 / np.sqrt(5), rel=0.02)
