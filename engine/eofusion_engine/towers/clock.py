"""The clock of a tower's half-hours: networks write local standard time, and the sun tells when a file does not."""

from __future__ import annotations

import numpy as np

from .table import TowerError

_MINUTE = np.timedelta64(60, "s")
#: The sun's noon is within this of 12:00 in local standard time almost everywhere (wide zones, equation of time).
_LOCAL_HOURS = 2.0
#: ... and within this of the noon that the longitude gives in UTC.
_UTC_HOURS = 1.0


def noon(times: np.ndarray, light: np.ndarray) -> float | None:
    """Hour (0-24) at which ``light`` (T,) at the middles ``times`` (T,) is centred; None where it says nothing.

    The circular mean, so that a day cut at any hour gives the same.
    """
    known = np.isfinite(light) & (light > 0)
    if known.sum() < 48:
        return None
    angle = 2 * np.pi * ((times[known] - times[known].astype("datetime64[D]")) / np.timedelta64(86400, "s"))
    x, y = (light[known] * np.cos(angle)).sum(), (light[known] * np.sin(angle)).sum()
    if np.hypot(x, y) < 0.1 * light[known].sum():  # as bright at night as by day: no radiation at all
        return None
    return float(np.arctan2(y, x) % (2 * np.pi) / (2 * np.pi) * 24)


def _between(first: float, second: float) -> float:
    """Hours from ``second`` to ``first`` on the clock, -12 to 12."""
    return (first - second + 12) % 24 - 12


def minutes_to_local(name: str, centre: float | None, lon: float | None) -> tuple[int, str]:
    """Minutes to add so that days are local days, and the sentence that says so ("" where nothing is to say).

    Args:
        name: the file's name. centre: :func:`noon` of its radiation. lon: degrees east, None where not known.

    Raises:
        TowerError: the sun stands highest at an hour that is neither local nor UTC.
    """
    if centre is None:
        return 0, f"{name}: no radiation tells the clock, so times are taken as local standard time."
    off_local = _between(centre, 12.0)
    if abs(off_local) <= _LOCAL_HOURS:
        return 0, ""
    clock = f"{int(centre):02d}:{int(centre % 1 * 60):02d}"
    if lon is not None and abs(_between(centre, 12.0 - lon / 15.0)) <= _UTC_HOURS:
        shift = round(lon / 15.0)
        return 60 * shift, f"{name}: times are UTC (the sun is highest at {clock}) and are moved by {shift:+d} h."
    where = "" if lon is None else f", and at longitude {lon:.1f} it would be so in no UTC either"
    raise TowerError(
        f"In {name} the sun is highest at {clock}: that is no local standard time{where}.",
        "Give the tower's position (longitudes west are negative), or write times in local standard time.",
    )


def step_minutes(name: str, starts: np.ndarray) -> int:
    """The step of ascending times in minutes.

    Raises:
        TowerError: a time stands twice, or the steps are neither half-hours, hours nor days.
    """
    gaps = np.diff(starts) / _MINUTE
    again = np.flatnonzero(gaps == 0)
    if again.size:
        stamp = starts[again[0]].item()
        daily = bool((np.mod(gaps, 1440) == 0).all())
        said = stamp.date() if daily else f"{stamp:%Y-%m-%d %H:%M}"
        hint = "Give each day once." if daily else "Write standard time all year: summer time has an hour twice."
        raise TowerError(f"{name} has the time {said} twice ({again.size + 1} rows or more).", hint)
    steps, counts = np.unique(gaps, return_counts=True)
    usual = float(steps[counts.argmax()]) if len(gaps) else 1440.0  # gaps make some longer
    if usual not in (30.0, 60.0, 1440.0):
        named = {10080.0: "weeks", 11520.0: "8-day means"}.get(usual, "months or years" if usual > 20000 else "")
        said = named or f"{usual:g}-minute steps"
        raise TowerError(f"{name} holds {said}.", "Daily (DD), hourly (HR) or half-hourly (HH) files are wanted.")
    return int(usual)
