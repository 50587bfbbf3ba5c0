"""Leaf, canopy and photosynthesis against published packages' values (tests/engine/physics_references.py)."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.physics.canopy import TRAITS, canopy_spectra
from eofusion_engine.physics.canopy_bands import canopy_reflectance
from eofusion_engine.physics.leaf import leaf_optics
from eofusion_engine.physics.productivity import p_model_efficiency, p_model_gpp, soil_moisture_stress
from eofusion_engine.physics.radar import speckle
from eofusion_engine.physics.tables import WAVELENGTHS, Platform, responses
from eofusion_engine.training.canopy import PLATFORMS, draw, full_model

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


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("hot_spot", [False, True])
def test_few_wavelengths_a_band_stand_for_all(platform: Platform, hot_spot: bool) -> None:
    """On canopies that nothing was fitted to; docs/simulator-physics.md states the error."""
    traits = draw(np.random.default_rng(77), 300, hot_spot)
    error = np.abs(canopy_reflectance(traits, platform) - full_model(traits)[platform])
    assert np.quantile(error, 0.95) < 1e-4
    assert error.max() < 1.2e-3


def test_bands_of_the_reference_canopies(reference: dict[str, np.ndarray]) -> None:
    """The whole way, against the other package, at traits from corner to corner (its spectra are every 5 nm)."""
    for platform in PLATFORMS:
        spectra = np.stack([np.interp(WAVELENGTHS, WAVELENGTHS[EVERY_5_NM], row) for row in reference["spectra"]])
        bands = spectra @ responses(platform).T
        error = np.abs(canopy_reflectance(reference["traits"], platform) - bands)
        assert np.quantile(error, 0.95) < 1e-3
        assert error.max() < 3e-3  # what a spectrum every 5 nm misses at its bends, too


def test_twenty_thousand_canopies_a_second() -> None:
    """Of a core's own time: others may keep it busy."""
    traits = draw(np.random.default_rng(1), 8000)
    canopy_reflectance(traits[:300])
    began = time.process_time()
    canopy_reflectance(traits)
    assert 8000 / (time.process_time() - began) > 20_000


def test_speckle_has_the_mean_and_spread_of_its_looks() -> None:
    power = speckle(np.random.default_rng(1), np.full(200_000, 0.1), 5.0)
    assert power.mean() == pytest.approx(0.1, rel=0.01)
    assert power.std() / power.mean() == pytest.approx(1 / np.sqrt(5), rel=0.02)
