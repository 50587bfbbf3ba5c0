"""Edits of what the satellites saw: another cover, lost plants, snow, drought, a sensor taken away.

Every edit keeps the pattern of what was seen: a cloudy view stays cloudy and a clear one clear (but where a sensor is
taken away). So two arms differ by what the ground looks like and by nothing else.

An edit mixes each pixel's spectrum with another one, linearly in reflectance and in radar power, by a share that the
user gives. The other spectra are typical ones (:mod:`..simulate.surfaces`), not those of the place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

import numpy as np

from ..bands import S2_BANDS
from ..cube import S1_RANGE_DB, CubeWindow
from ..model.encoders import RECEPTIVE_RADIUS
from ..simulate.surfaces import LITTER, SNOW, STRAW, soil

Kind = Literal["cover", "vegetation-loss", "snow", "drier", "wetter", "no-sar", "no-optical"]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: What a reflectance can be.
_S2_RANGE = (0.0005, 1.2)
#: Bare, moderately moist loess, and dry straw over litter: what is left without plants, and of plants without water.
_BARE = soil(np.array(1.0), np.array(0.0), 0.3)
_DRY = np.asarray(0.6 * STRAW + 0.4 * LITTER, np.float32)
#: Backscatter in dB (VV, VH) of that soil.
_BARE_DB = np.array([-11.6, -19.3], np.float32)
#: dB (VV, VH) by which the radar of soil and plants falls from wet to dry, per unit of ``amount``.
_DRY_DB = np.array([-2.5, -1.8], np.float32)
#: Share of the plants' signal that changes, per unit of ``amount``: fitted on simulated droughts (docs).
DRY_GAIN, WET_GAIN = 0.4, 0.2
#: NDVI of bare ground and of a closed canopy: between them the share that is green is taken as linear.
_NDVI_BARE, _NDVI_FULL = 0.15, 0.85
_RED, _NIR = S2_BANDS.index("B04"), S2_BANDS.index("B08")


@dataclass(frozen=True)
class Edit:
    """What is changed. ``amount`` (0 to 1): share of the pixel that is changed, of the plants' water that is lost or
    won; without meaning where a sensor is taken away. ``start`` and ``end``: the first and last day that is changed,
    None for all."""

    kind: Kind
    amount: float = 1.0
    start: date | None = None
    end: date | None = None

    def touches(self, day: date) -> bool:
        """Whether views of this day are changed."""
        return (self.start is None or day >= self.start) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Donor:
    """What a window looks like with another cover: ``s2`` (T2, 10, H, W) without gaps, NaN on dates before which and
    after which the donor was never seen, and ``s1`` (T1, 2, H, W)."""

    s2: np.ndarray
    s1: np.ndarray


def edited(window: CubeWindow, inside: np.ndarray, edit: Edit, donor: Donor | None = None) -> CubeWindow:
    """A cube window with ``edit`` made where ``inside`` (H, W) is True; ``window`` itself stays as it is.

    Raises:
        ValueError: a cover edit without a donor.
    """
    if edit.kind == "cover" and donor is None:
        raise ValueError("a cover edit needs a donor")
    s2, s1 = window.s2.copy(), window.s1.copy()
    clear, snow = window.s2_clear.copy(), window.s2_snow.copy()
    for index, day in enumerate(window.s2_dates):
        if not edit.touches(day):
            continue
        seen = s2[index][:, inside]
        other = None if donor is None else donor.s2[index][:, inside]
        s2[index][:, inside] = optical(edit, seen, other)
        if edit.kind == "no-optical":
            clear[index] &= ~inside
            snow[index] &= ~inside
        elif edit.kind == "snow" and edit.amount > 0.5:
            snow[index] |= inside & clear[index]
    for index, day in enumerate(window.s1_dates):
        if edit.touches(day):
            other = None if donor is None else donor.s1[index][:, inside]
            s1[index][:, inside] = radar(edit, s1[index][:, inside], other)
    return replace(window, s2=s2, s2_clear=clear, s2_snow=snow, s1=s1)


def optical(edit: Edit, seen: np.ndarray, other: np.ndarray | None = None) -> np.ndarray:
    """Reflectance (10, ...) after an edit, NaN where it was; ``other`` of the same shape is the donor's."""
    amount = np.float32(edit.amount)
    column = (slice(None), *[None] * (seen.ndim - 1))
    if edit.kind == "no-optical":
        return np.full_like(seen, np.nan)
    if edit.kind == "no-sar" or not amount:
        return seen
    if edit.kind == "cover":
        assert other is not None  # nosec B101 - for the type checker
        target, share = np.where(np.isfinite(other), other, seen), np.ones_like(seen[:1])
    elif edit.kind in ("drier", "wetter"):
        target = np.broadcast_to(_DRY[column], seen.shape)
        share = (DRY_GAIN if edit.kind == "drier" else -WET_GAIN) * green_share(seen)[None]
    else:
        target = np.broadcast_to((SNOW if edit.kind == "snow" else _BARE)[column], seen.shape)
        share = np.ones_like(seen[:1])
    mixed = seen + amount * share.astype(np.float32) * (target - seen)
    return np.asarray(np.clip(mixed, *_S2_RANGE), np.float32)


def radar(edit: Edit, seen: np.ndarray, other: np.ndarray | None = None) -> np.ndarray:
    """Backscatter (2, ...) in dB after an edit, NaN where it was. Dry snow lets C band through: it changes nothing."""
    amount = np.float32(edit.amount)
    if edit.kind == "no-sar":
        return np.full_like(seen, np.nan)
    if edit.kind in ("no-optical", "snow") or not amount:
        return seen
    column = (slice(None), *[None] * (seen.ndim - 1))
    if edit.kind in ("drier", "wetter"):
        change = amount * _DRY_DB[column] * (1 if edit.kind == "drier" else -1)
        return np.asarray(np.clip(seen + change, *S1_RANGE_DB), np.float32)
    if edit.kind == "cover":
        assert other is not None  # nosec B101 - for the type checker
        target = np.where(np.isfinite(other), other, seen)
    else:
        target = np.broadcast_to(_BARE_DB[column], seen.shape)
    power = (1 - amount) * 10 ** (seen / 10) + amount * 10 ** (target / 10)
    return np.asarray(np.clip(10 * np.log10(power), *S1_RANGE_DB), np.float32)


def green_share(s2: np.ndarray) -> np.ndarray:
    """Share (...) of the ground that is green, of reflectance (10, ...): 0 for bare ground, 1 for a closed canopy."""
    red, nir = s2[_RED], s2[_NIR]
    ndvi = (nir - red) / np.maximum(nir + red, 1e-3)
    return np.asarray(np.clip((ndvi - _NDVI_BARE) / (_NDVI_FULL - _NDVI_BARE), 0.0, 1.0))


def changed(before: CubeWindow, after: CubeWindow) -> np.ndarray:
    """(H, W) True where any value of any date differs."""
    out = np.zeros(before.s2.shape[-2:], bool)
    for one, other in ((before.s2, after.s2), (before.s1, after.s1)):
        for old, new in zip(one, other, strict=True):  # date by date: a long cube is large
            out |= ((old != new) & ~(np.isnan(old) & np.isnan(new))).any(axis=0)
    return out


def reach(where: np.ndarray, radius: int = RECEPTIVE_RADIUS) -> np.ndarray:
    """``where`` (H, W) grown by ``radius`` pixels to all sides, corners too: what a change there can be seen from."""
    grown = where
    for axis in (0, 1):
        padded = np.pad(grown, [(radius, radius) if a == axis else (0, 0) for a in (0, 1)])
        size = where.shape[axis]
        grown = np.any([np.take(padded, range(s, s + size), axis=axis) for s in range(2 * radius + 1)], axis=0)
    return grown


def donor_series(window: CubeWindow) -> tuple[np.ndarray, np.ndarray]:
    """Series of a donor without gaps: ``s2`` (T2, 10, H, W) and ``s1`` (T1, 2, H, W).

    What a pixel did not show on a date is interpolated in time between its own views, and held at the ends; a pixel
    that was never seen stays NaN.
    """
    s2_days = np.array([day.toordinal() for day in window.s2_dates], float)
    s1_days = np.array([day.toordinal() for day in window.s1_dates], float)
    return filled_in_time(window.s2, s2_days), filled_in_time(window.s1, s1_days)


def filled_in_time(values: np.ndarray, days: np.ndarray) -> np.ndarray:
    """(T, B, H, W) with gaps filled, linear in time and held at the ends, pixel by pixel and band by band."""
    out = values.copy()
    flat = out.reshape(len(out), -1)
    known = np.isfinite(flat)
    for column in np.flatnonzero(~known.all(axis=0) & known.any(axis=0)):
        there = known[:, column]
        flat[:, column] = np.interp(days, days[there], flat[there, column])
    return out


def laid_out(s2: np.ndarray, s1: np.ndarray, usable: np.ndarray, row: int, col: int, shape: tuple[int, int]) -> Donor:
    """A donor's patch repeated over a window, so that neighbours stay neighbours.

    Args:
        s2, s1: series (T, B, h, w) of the donor's patch. usable: (h, w) its pixels that lie in the donor polygon.
        row, col: of the window's corner in the grid: the pattern hangs on the grid and not on the window.
        shape: (H, W) of the window.
    """
    height, width = usable.shape
    nearest = _nearest(usable)
    rows = (row + np.arange(shape[0])) % height
    cols = (col + np.arange(shape[1])) % width
    index = nearest[np.ix_(rows, cols)]
    take_row, take_col = np.divmod(index, width)
    return Donor(s2[:, :, take_row, take_col], s1[:, :, take_row, take_col])


def _nearest(usable: np.ndarray) -> np.ndarray:
    """(h, w) flat index of each pixel's nearest usable pixel."""
    rows, cols = np.nonzero(usable)
    if not len(rows):
        raise ValueError("the donor has no pixel")
    here = np.indices(usable.shape)
    out = np.empty(usable.shape, np.intp)
    for row in range(usable.shape[0]):  # row by row: bounds the distances' memory
        apart = (here[0][row][:, None] - rows) ** 2 + (here[1][row][:, None] - cols) ** 2
        best = apart.argmin(axis=1)
        out[row] = rows[best] * usable.shape[1] + cols[best]
    return out


__all__ = ["KINDS", "Donor", "Edit", "Kind", "changed", "donor_series", "edited", "filled_in_time",
           "green_share", "laid_out", "optical", "radar", "reach"]  # fmt: skip
