"""The view angle's effect on reflectance: published kernel values, symmetry, and what it does to GPP."""

from __future__ import annotations

import numpy as np
import pytest
from eofusion_engine.evaluation.gpp_sensitivity import sun_zenith
from eofusion_engine.physics import brdf
from eofusion_engine.physics.brdf import view_factor


def test_kernels_vanish_with_sun_and_view_overhead_and_have_their_published_values() -> None:
    zero = np.zeros(())
    assert brdf._ross_thick(zero, zero, zero) == pytest.approx(0.0, abs=1e-12)
    assert brdf._li_sparse(zero, zero, zero) == pytest.approx(0.0, abs=1e-12)
    # The nadir values at a solar zenith of 45 degrees by the MODIS BRDF/albedo user guide's kernels.
    sun = np.radians(np.array(45.0))
    assert brdf._ross_thick(sun, zero, zero) == pytest.approx(-0.045863, abs=1e-5)
    assert brdf._li_sparse(sun, zero, zero) == pytest.approx(-1.106819, abs=1e-5)


def test_nadir_is_one_and_the_hot_side_is_brighter() -> None:
    np.testing.assert_allclose(view_factor(40.0, 0.0, 33.0), np.ones(6))
    hot, dark = view_factor(40.0, 10.0, 0.0), view_factor(40.0, 10.0, 180.0)
    assert ((hot > 1.03) & (hot < 1.10)).all()  # Roy et al. (2017): some percent in Sentinel-2's swath
    assert ((dark < 0.98) & (dark > 0.90)).all()
    np.testing.assert_allclose(view_factor(40.0, 10.0, 60.0), view_factor(40.0, 10.0, -60.0))
    many = view_factor(np.array([30.0, 60.0]), np.array([5.0, 5.0]), np.array([0.0, 0.0]))
    assert many.shape == (2, 6)
    assert (many[1] > 1.0).all()


def test_the_sun_when_sentinel_2_passes() -> None:
    zenith = sun_zenith(np.array([51.0, 51.0, 0.0, np.nan, 80.0]), np.array([172.0, 355.0, 81.0, 172.0, 355.0]))
    assert zenith[0] == pytest.approx(33, abs=2)  # Thuringia in June at 10:30
    assert zenith[1] == pytest.approx(70, abs=0.1)  # 77 in December: beyond what the kernels are for
    assert zenith[2] == pytest.approx(22.5, abs=1)
    assert zenith[3] == 45
    assert zenith[4] == 70
