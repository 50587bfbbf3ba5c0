"""What GPP would be from the same ground seen from another angle or by another calibration.

The towers' reflectance is adjusted to nadir; Sentinel-2's is not, it is seen from up to about 10 degrees.
"""

from __future__ import annotations

import numpy as np

from ..model.light_use import LightUse
from ..physics.brdf import view_factor
from ..physics.sun import day_angle, declination
from ..training.gpp_fit import predict_rows
from ..training.gpp_tables import TowerTable

#: View zenith in degrees at the edge of a Sentinel-2 swath.
VIEW_ZENITH = 10.0
#: Error of calibration and atmospheric correction that all bands share.
GAIN = 0.05
#: Sentinel-2 passes at half past ten of solar time: degrees of hour angle.
_HOUR_ANGLE = -22.5
#: Where the position is not known; and the lowest sun that the kernels are meant for.
_SUN_ZENITH, _LOWEST_SUN = 45.0, 70.0


def altered(core: LightUse, towers: TowerTable) -> dict[str, np.ndarray]:
    """GPP (N,) of rows by what was done to their reflectance."""
    zenith = sun_zenith(towers.lat, towers.doy)
    factors = {
        f"seen {VIEW_ZENITH:g} degrees off nadir, from the sun's side": view_factor(zenith, VIEW_ZENITH, 0.0),
        f"seen {VIEW_ZENITH:g} degrees off nadir, against the sun": view_factor(zenith, VIEW_ZENITH, 180.0),
        f"reflectance + {GAIN:.0%}": 1 + GAIN,
        f"reflectance - {GAIN:.0%}": 1 - GAIN,
    }
    return {name: predict_rows(core, towers.with_reflectance(towers.six * factor)) for name, factor in factors.items()}


def sun_zenith(lat: np.ndarray, doy: np.ndarray) -> np.ndarray:
    """Zenith angle (N,) of the sun in degrees when Sentinel-2 passes; 45 where the latitude is not known."""
    phi, tilt = np.radians(lat), declination(day_angle(np.asarray(doy, float)))
    up = np.sin(phi) * np.sin(tilt) + np.cos(phi) * np.cos(tilt) * np.cos(np.radians(_HOUR_ANGLE))
    zenith = np.degrees(np.arccos(np.clip(up, -1, 1)))
    return np.where(np.isfinite(zenith), np.minimum(zenith, _LOWEST_SUN), _SUN_ZENITH)
