"""A second cloud test, from the reflectance itself: for scenes without a classification, or with a wrong one.

Two published rules, both of a pixel alone, so that no result depends on the window that is read:

* one date: white in the visible, and hazy by the haze-optimised transform (Zhu and Woodcock 2012, Remote Sensing of
  Environment 118, equations 2 and 3), but no snow (Hall et al. 1995, Remote Sensing of Environment 54);
* several dates: much bluer-bright than the same pixel was on clear dates around it, and not because the ground turned
  brighter, which shows more in the red (Hagolle et al. 2010, Remote Sensing of Environment 114, section 3.2).
  Hagolle's reference is the last clear image; here most of the clear dates around a date must agree, so that one
  missed shadow or cloud among them does not decide.

Both find clouds and haze, not the shadows of clouds. docs/cube.md has the measured figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from .bands import S2_BANDS

#: Bands that the test looks at; without the first two it says nothing.
CLOUD_TEST_BANDS = ("B02", "B04", "B03", "B08", "B11")
#: Haze-optimised transform: blue - 0.5 red - 0.08 > 0.
HAZE_OFFSET, HAZE_RED = 0.08, 0.5
#: A cloud is white: the visible bands' mean departure from their mean, as a share of it, is below this.
WHITENESS = 0.7
#: Snow: normalised difference of green and short-wave infrared, near infrared, green above these.
SNOW_NDSI, SNOW_NIR, SNOW_GREEN = 0.4, 0.11, 0.10
#: Blue may rise by this much, and by as much again for each so many days between the dates.
BLUE_RISE, BLUE_RISE_DAYS = 0.03, 30.0
#: Red that rises by more than this times the blue is ground that turned bright.
RED_SHARE = 1.5
#: Clear dates within so many days are asked, and at least so many are wanted.
REFERENCE_DAYS, REFERENCES = 60, 2

_AT = {name: S2_BANDS.index(name) for name in CLOUD_TEST_BANDS}


def cloudy(s2: np.ndarray, dates: Sequence[date], clear: np.ndarray) -> np.ndarray:
    """(T, H, W) True where the reflectance looks like cloud or haze.

    ``s2`` (T, 10, H, W) is reflectance, NaN where missing; ``dates`` are T days in order; ``clear`` (T, H, W) says
    which views may serve as another date's reference (by the classification; all known ones without). A
    pixel without blue or red is not judged.
    """
    snow = snowy(s2)
    cloud = _white_haze(s2) & ~snow
    return np.asarray(cloud | (_brightened(s2, dates, clear & ~cloud & ~snow) & ~snow))


def snowy(s2: np.ndarray) -> np.ndarray:
    """(..., H, W) True where reflectance (..., 10, H, W) looks like snow; False where green, near or short-wave
    infrared is missing."""
    green, near, short = (_band(s2, name) for name in ("B03", "B08", "B11"))
    with np.errstate(invalid="ignore", divide="ignore"):
        index = (green - short) / (green + short)
        return np.asarray((index > SNOW_NDSI) & (near > SNOW_NIR) & (green > SNOW_GREEN))


def _white_haze(s2: np.ndarray) -> np.ndarray:
    blue, green, red = (_band(s2, name) for name in ("B02", "B03", "B04"))
    with np.errstate(invalid="ignore", divide="ignore"):
        hazy = blue - np.float32(HAZE_RED) * red - np.float32(HAZE_OFFSET) > 0
        mean = (blue + green + red) / 3
        departure = (abs(blue - mean) + abs(green - mean) + abs(red - mean)) / mean
        # Not known to be coloured: without green the haze decides alone.
        return np.asarray(hazy & ~(departure >= WHITENESS))


def _brightened(s2: np.ndarray, dates: Sequence[date], reference: np.ndarray) -> np.ndarray:
    days = np.array([day.toordinal() for day in dates])
    blue, red = _band(s2, "B02"), _band(s2, "B04")
    reference = reference & np.isfinite(blue) & np.isfinite(red)
    useful = reference.any(axis=(1, 2))
    out = np.zeros(reference.shape, bool)
    for index, day in enumerate(days):
        votes, asked = (np.zeros(reference.shape[1:], np.int16) for _ in range(2))
        for other in np.flatnonzero(useful & (abs(days - day) <= REFERENCE_DAYS)):
            if other == index:
                continue
            rise = blue[index] - blue[other]
            allowed = np.float32(BLUE_RISE * (1 + abs(int(days[other] - day)) / BLUE_RISE_DAYS))
            with np.errstate(invalid="ignore"):
                brighter = (rise > allowed) & ~(red[index] - red[other] > np.float32(RED_SHARE) * rise)
            votes += brighter & reference[other]
            asked += reference[other]
        out[index] = (asked >= REFERENCES) & (2 * votes > asked)
    return out


def _band(s2: np.ndarray, name: str) -> np.ndarray:
    return np.asarray(s2[..., _AT[name], :, :])
