"""Generated air temperature: one raster per statistic with a band a day, and monthly means.

It lies on the 160 m token grid, because air temperature does not vary at 10 m.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np

from .spec import ProductSpec, day_tags

UNIT = "degC"
SCALE = 0.01
NODATA = -32768
RANGE = (-15.0, 35.0)
Statistic = Literal["mean", "p10", "p90"]
STATISTICS: tuple[Statistic, ...] = ("mean", "p10", "p90")
_WORDS = {"mean": "mean", "p10": "10th percentile", "p90": "90th percentile"}
#: In every file: what it is, and what it must not be read as.
NOTE = (
    "Generated daily mean air temperature, conditioned on imagery, place and season; not a measurement. "
    "It does not follow the weather of single days and does not vary at 10 m."
)


def spec(statistic: Statistic, days: Sequence[date]) -> ProductSpec:
    """Daily mean air temperature, one band a day."""
    dates = tuple(days)
    return ProductSpec(
        kind="temperature",
        statistic=statistic,
        path=f"products/temperature/temperature_{statistic}.tif",
        title=f"Air temperature (generated), {_WORDS[statistic]}",
        unit=UNIT,
        dates=dates,
        bands=tuple(f"Temperature {statistic} {day}" for day in dates),
        band_tags=day_tags(dates, STATISTIC=statistic),
        dtype="int16",
        nodata=NODATA,
        scale=SCALE,
        value_range=RANGE,
        block=128,  # hundreds of bands to a block: keep what one click reads small
        tags={"EOFUSION_NOTE": NOTE},
    )


def monthly_spec(days: Sequence[date]) -> ProductSpec:
    """The means of :func:`monthly_means`, one band a month, dated by the month's first day."""
    months = _months(days)
    dates = tuple(months)
    return ProductSpec(
        kind="temperature_monthly",
        statistic="mean",
        path="products/temperature/temperature_monthly_mean.tif",
        title="Air temperature (generated), monthly mean",
        unit=UNIT,
        dates=dates,
        bands=tuple(f"Temperature mean {month:%Y-%m} ({_days_text(month, len(months[month]))})" for month in dates),
        band_tags=tuple(
            {"DATE": month.isoformat(), "STATISTIC": "mean", "DAYS": str(len(months[month]))} for month in dates
        ),
        dtype="int16",
        nodata=NODATA,
        scale=SCALE,
        value_range=RANGE,
        block=128,
        tags={"EOFUSION_NOTE": NOTE},
    )


def monthly_means(daily: np.ndarray, days: Sequence[date]) -> np.ndarray:
    """Means (M, H, W) of daily values (D, H, W) per calendar month, over the days that the run has.

    A cell that lacks any of those days is NaN: a mean of other days would be another quantity.
    """
    return np.stack([daily[index].mean(axis=0) for index in _months(days).values()])


def _months(days: Sequence[date]) -> dict[date, list[int]]:
    months: dict[date, list[int]] = {}
    for index, day in enumerate(days):
        months.setdefault(day.replace(day=1), []).append(index)
    return dict(sorted(months.items()))


def _days_text(month: date, days: int) -> str:
    whole = monthrange(month.year, month.month)[1]
    return "whole month" if days == whole else f"{days} of {whole} days"
