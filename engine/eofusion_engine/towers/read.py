"""Tower files of FLUXNET2015, ICOS, AmeriFlux and REddyProc as daily series of GPP and weather.

Columns and units: Pastorello et al. (2020), Sci. Data 7, 225 (FLUXNET2015: daily GPP in g C m-2 d-1, half-hourly in
umol CO2 m-2 s-1, times in local standard time, -9999 for missing); AmeriFlux BASE "Data variables" (GPP_PI, TA, SW_IN,
VPD in hPa); REddyProc (GPP_f, GPP_DT).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from .clock import minutes_to_local, noon, step_minutes
from .table import Table, TowerError, read_table

Partitioning = Literal["nt", "dt", "mean"]
#: 1 umol CO2 m-2 s-1 all day long in g C m-2 d-1: 12.011e-6 g/umol x 86400 s.
UMOL_TO_G_A_DAY = 12.011e-6 * 86400
#: A day counts when at least this share of its steps has a value ...
COMPLETE = 0.8
#: ... and at least this share of its net flux was measured or filled well (QC of FLUXNET2015).
GOOD = 0.5
#: No canopy's daily GPP is above this, and no half-hour's (g C m-2 d-1; umol m-2 s-1).
_HIGHEST_DAY, _HIGHEST_STEP = 40.0, 120.0
_TIME_NAMES = ("TIMESTAMP_START", "TIMESTAMP", "TIMESTAMP_END", "Date Time", "DateTime", "date", "Date", "datetime")
#: Columns of GPP by partitioning: night-time (Reichstein et al. 2005), day-time (Lasslop et al. 2010), or not said.
_GPP: dict[str, tuple[str, ...]] = {
    "nt": ("GPP_NT_VUT_REF", "GPP_NT_CUT_REF", "GPP_NT_VUT_MEAN", "GPP_NT_VUT_50", "GPP_U50_f", "GPP_uStar_f", "GPP_f"),
    "dt": ("GPP_DT_VUT_REF", "GPP_DT_CUT_REF", "GPP_DT_VUT_MEAN", "GPP_DT_VUT_50", "GPP_DT_U50", "GPP_DT_uStar",
           "GPP_DT"),
    "": ("GPP_PI_F", "GPP_PI", "GPP", "gpp"),
}  # fmt: skip
_QC = ("NEE_VUT_REF_QC", "NEE_CUT_REF_QC", "NEE_VUT_MEAN_QC", "NEE_U50_fqc", "NEE_uStar_fqc", "NEE_fqc")
_WEATHER = {
    "tair": ("TA_F", "TA_F_MDS", "TA_ERA", "Tair_f", "TA", "Tair"),
    "ssrd": ("SW_IN_F", "SW_IN_F_MDS", "Rg_f", "SW_IN", "Rg"),
    "ppfd": ("PPFD_IN_F", "PPFD_IN", "PPFD"),
    "vpd": ("VPD_F", "VPD_F_MDS", "VPD_f", "VPD", "VPD_PI"),
}
_SITE = re.compile(r"(?<![A-Za-z])([A-Z]{2}-[A-Za-z0-9]{3})(?![A-Za-z0-9])")
#: Photons per joule of daylight that plants use (McCree 1972), and that part's share of the radiation.
_UMOL_PER_J, _PAR_SHARE = 4.57, 0.46


@dataclass(frozen=True)
class TowerSeries:
    """Daily values (N,) of one tower, ``days`` (N,) datetime64[D] ascending and without gaps; NaN: not known.

    ``gpp`` g C m-2 d-1 (negative values are noise of the partitioning and stay); ``other`` the other partitioning,
    NaN where the file has one; ``tair`` degC, ``ssrd`` W m-2, ``vpd`` kPa. ``column`` is the GPP column used,
    ``step_minutes`` the file's step, ``remarks`` are sentences on how the file was understood.
    """

    name: str
    site: str
    days: np.ndarray
    gpp: np.ndarray
    other: np.ndarray
    tair: np.ndarray
    ssrd: np.ndarray
    vpd: np.ndarray
    column: str
    step_minutes: int
    remarks: tuple[str, ...] = field(default=())

    @property
    def known(self) -> np.ndarray:
        """(N,) True on days with GPP."""
        return np.isfinite(self.gpp)


def read_tower(
    path: Path, *, lon: float | None = None, partitioning: Partitioning = "nt", good: float = GOOD
) -> TowerSeries:
    """The daily series of a tower file.

    Args:
        path: daily or half-hourly CSV. lon: the tower's longitude, which tells UTC from local time.
        partitioning: night-time (as the GPP head was trained on), day-time, or the mean of both.
        good: least share of a day's net flux that was measured or filled well.

    Raises:
        TowerError: the file cannot be used; the sentence names the column or line.
    """
    table = read_table(path)
    stamps, ends = _times(table)
    order = np.argsort(stamps, kind="stable")
    stamps = stamps[order]
    step = step_minutes(table.name, stamps)
    remarks: list[str] = []
    if (np.diff(stamps[np.argsort(order)]) < np.timedelta64(0, "s")).any():
        remarks.append(f"{table.name}: rows are not in the order of time and were sorted.")
    gpp, other, column = _gpp(table, partitioning, remarks)
    values = {"gpp": gpp, "other": other, **_weather(table)}
    values = {name: column_values[order] for name, column_values in values.items()}
    quality = _quality(table, step)
    in_umol = _in_umol(table, column, step, values["gpp"])
    if in_umol:
        values["gpp"], values["other"] = values["gpp"] * UMOL_TO_G_A_DAY, values["other"] * UMOL_TO_G_A_DAY
    if step < 1440:
        length = np.timedelta64(step * 60, "s")
        starts = stamps - length if ends else stamps
        light = values["ssrd"] if np.isfinite(values["ssrd"]).any() else values["gpp"]
        minutes, sentence = minutes_to_local(table.name, noon(starts + length // 2, light), lon)
        remarks += [sentence] if sentence else []
        steps = starts + np.timedelta64(minutes * 60, "s")
    else:
        steps = stamps
    if quality is None:
        remarks.append(f"{table.name}: no QC column says how much was measured, so every day with GPP counts.")
    days, daily = _by_day(steps, values, None if quality is None else quality[order], step)
    poor = daily.pop("quality") < good
    dropped = int((poor & np.isfinite(daily["gpp"])).sum())
    if dropped:
        remarks.append(f"{table.name}: {dropped} days were left out, because less than {good:.0%} of them is measured.")
    daily["gpp"] = np.where(poor, np.nan, daily["gpp"])
    _check(table.name, column, days, daily, remarks)
    return TowerSeries(
        name=table.name,
        site=site_name(*table.comments, table.name),
        days=days,
        column=column,
        step_minutes=step,
        remarks=tuple(remarks),
        **daily,
    )


def _times(table: Table) -> tuple[np.ndarray, bool]:
    """Times of the rows, and whether they are the ends of their steps."""
    column = next((name for name in _TIME_NAMES if name in table.header), None)
    if column is None:
        raise TowerError(
            f"{table.name} has no column of time (TIMESTAMP or TIMESTAMP_START).",
            "Its first columns are: " + ", ".join(table.header[:5]) + ".",
        )
    stamps = table.times(column)
    # European files and REddyProc stamp half-hours at their end, as TIMESTAMP_END says of itself.
    return stamps, column in ("TIMESTAMP", "TIMESTAMP_END", "Date Time", "DateTime")


def _first(table: Table, names: tuple[str, ...]) -> str | None:
    """The first of ``names`` that the table has; AmeriFlux' place suffix (TA_1_1_1, GPP_PI_F_1_1_1) is allowed."""
    for name in names:
        for column in table.header:
            if column == name or re.fullmatch(re.escape(name) + r"(_\d+_\d+_\d+)", column):
                return column
    return None


def _gpp(table: Table, partitioning: Partitioning, remarks: list[str]) -> tuple[np.ndarray, np.ndarray, str]:
    found = {kind: column for kind, names in _GPP.items() if (column := _first(table, names))}
    nothing = np.full(len(table.rows), np.nan)
    if not found:
        raise TowerError(
            f"{table.name} has no column of GPP (GPP_NT_VUT_REF, GPP_DT_VUT_REF, GPP_PI or GPP).",
            "A file of net fluxes (NEE, FC) alone has not been partitioned: take the FLUXNET product of the tower.",
        )
    if "nt" in found and "dt" in found:
        night, day = table.numbers(found["nt"]), table.numbers(found["dt"])
        if partitioning == "mean":
            return (night + day) / 2, nothing, f"{found['nt']} and {found['dt']}"
        return (night, day, found["nt"]) if partitioning == "nt" else (day, night, found["dt"])
    column = next(iter(found.values()))
    if partitioning != "nt" or "nt" not in found:
        remarks.append(f"{table.name}: GPP is {column}, the only one there.")
    return table.numbers(column), nothing, column


def _weather(table: Table) -> dict[str, np.ndarray]:
    """Air temperature in degC, radiation in W m-2, vapour pressure deficit in kPa."""
    found = {}
    for quantity, names in _WEATHER.items():
        column = _first(table, names)
        found[quantity] = np.full(len(table.rows), np.nan) if column is None else table.numbers(column)
    photons = found.pop("ppfd") / _UMOL_PER_J / _PAR_SHARE
    found["ssrd"] = np.where(np.isfinite(found["ssrd"]), found["ssrd"], photons)
    found["vpd"] = found["vpd"] / 10.0  # hPa in all of these networks
    return found


def _quality(table: Table, step: int) -> np.ndarray | None:
    """Share (N,) of good net flux: daily files say it, steps have flags 0 and 1 for good."""
    column = _first(table, _QC)
    if column is None:
        return None
    flags = table.numbers(column)
    if step == 1440:
        return flags
    return np.where(np.isfinite(flags), (flags <= 1).astype(float), np.nan)


def _in_umol(table: Table, column: str, step: int, gpp: np.ndarray) -> bool:
    """Whether GPP is a flux of CO2 (umol m-2 s-1) and not carbon a day: the file's unit line, else its step."""
    unit = table.units.get(column.split(" and ", maxsplit=1)[0], "").lower().replace(" ", "")
    if "umol" in unit or "µmol" in unit:
        return True
    if unit.startswith(("g", "kg")):
        if step < 1440:
            raise TowerError(
                f"{table.name} gives {column} in {unit!r} for steps of {step} minutes.",
                "Half-hours and hours are wanted in umol m-2 s-1, days in g C m-2 d-1.",
            )
        return False
    highest = float(np.nanmax(gpp, initial=-np.inf))
    if step < 1440 and highest > _HIGHEST_STEP:
        raise TowerError(
            f"{column} of {table.name} reaches {highest:.0f}, which no canopy does in umol m-2 s-1.",
            "Half-hours and hours are wanted in umol CO2 m-2 s-1.",
        )
    return step < 1440


def _by_day(
    starts: np.ndarray, values: dict[str, np.ndarray], quality: np.ndarray | None, step: int
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Means of days, every day from the first to the last; NaN where too little of a day is known."""
    of_row = starts.astype("datetime64[D]")
    days = np.arange(of_row[0], of_row[-1] + np.timedelta64(1, "D"))
    place = (of_row - of_row[0]).astype(int)
    wanted = COMPLETE * 1440 / step
    daily = {}
    for name, column in values.items():
        known = np.isfinite(column)
        count = np.bincount(place, known, len(days))
        total = np.bincount(place, np.where(known, column, 0.0), len(days))
        daily[name] = np.where(count >= wanted, total / np.maximum(count, 1), np.nan)
    if quality is None:
        daily["quality"] = np.ones(len(days))
    else:  # a step without a flag was not measured
        daily["quality"] = np.bincount(place, np.nan_to_num(quality), len(days)) / (1440 / step)
    return days, daily


def _check(name: str, column: str, days: np.ndarray, daily: dict[str, np.ndarray], remarks: list[str]) -> None:
    known = np.isfinite(daily["gpp"])
    if not known.any():
        raise TowerError(
            f"{name} has no day with enough of {column}.",
            f"A day counts with {COMPLETE:.0%} of its steps known and {GOOD:.0%} measured.",
        )
    highest = float(daily["gpp"][known].max())
    if highest > _HIGHEST_DAY:
        raise TowerError(
            f"{column} of {name} reaches {highest:.0f} g C m-2 d-1, which no canopy does.",
            "Days are wanted in g C m-2 d-1, half-hours in umol CO2 m-2 s-1: check the unit.",
        )
    usual = float(np.percentile(daily["gpp"][known], 95))
    if usual < 0.1 and known.sum() >= 60:
        remarks.append(f"{name}: GPP hardly reaches {usual:.2g} g C m-2 d-1. Is it in kg, or in mol?")
    edges = np.diff(np.concatenate([[0], (~known).astype(int), [0]]))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if begins.size:
        longest = int(np.argmax(ends - begins))
        length = int(ends[longest] - begins[longest])
        remarks.append(
            f"{name}: {int((~known).sum())} of {len(days)} days have no GPP, the longest gap is {length} days "
            f"from {days[begins[longest]]}."
        )


def site_name(*texts: str) -> str:
    """The tower's id (``FR-Pue``) in the first of ``texts`` that has one, "" where none does."""
    for text in texts:
        if match := _SITE.search(text):
            return match[1]
    return ""
