"""Gross primary production: one raster per statistic with a band a date, and the period's sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from .spec import ProductSpec, day_tags

UNIT = "g C m-2 d-1"
SUM_UNIT = "g C m-2"
NODATA = -9999.0
#: Fixed colours: 18 g C m-2 d-1 is about the highest a crop reaches.
RANGE = (0.0, 18.0)
#: The sum's colours end at this mean rate, so they depend on the period's length only.
SUM_RATE = 8.0
Statistic = Literal["p10", "p50", "p90"]
STATISTICS: tuple[Statistic, ...] = ("p50", "p10", "p90")
_WORDS = {"p10": "10th percentile", "p50": "median", "p90": "90th percentile"}


def spec(statistic: Statistic, dates: Sequence[date]) -> ProductSpec:
    """Daily GPP at ``dates``, one band each."""
    days = tuple(dates)
    return ProductSpec(
        kind="gpp",
        statistic=statistic,
        path=f"products/gpp/gpp_{statistic}.tif",
        title=f"GPP, {_WORDS[statistic]}",
        unit=UNIT,
        dates=days,
        bands=tuple(f"GPP {statistic} {day}" for day in days),
        band_tags=day_tags(days, STATISTIC=statistic),
        dtype="float32",
        nodata=NODATA,
        value_range=RANGE,
        compression="ZSTD",
    )


def sum_spec(start: date, end: date) -> ProductSpec:
    """GPP summed over every day from ``start`` to ``end``: bands p10, p50, p90."""
    days = (end - start).days + 1
    order = ("p10", "p50", "p90")
    span = {"DATE": start.isoformat(), "START": start.isoformat(), "END": end.isoformat(), "DAYS": str(days)}
    return ProductSpec(
        kind="gpp_sum",
        path="products/gpp/gpp_sum.tif",
        title=f"GPP sum {start} to {end}",
        unit=SUM_UNIT,
        dates=(start,),
        bands=tuple(f"GPP sum {statistic} {start} to {end}" for statistic in order),
        band_tags=tuple({**span, "STATISTIC": statistic} for statistic in order),
        dtype="float32",
        nodata=NODATA,
        value_range=(0.0, SUM_RATE * days),
    )


def within_spec(start: date, end: date) -> ProductSpec:
    """Percent of the product dates on which cover, and climate, are such as the training towers had."""
    span = {"DATE": start.isoformat(), "START": start.isoformat(), "END": end.isoformat()}
    return ProductSpec(
        kind="gpp_quality",
        path="products/quality/gpp_quality.tif",
        title=f"GPP within the trained range {start} to {end}",
        unit="%",
        dates=(start,),
        bands=("Dates with cover as at training towers", "Dates with climate as at training towers"),
        band_tags=({**span, "QUANTITY": "gpp_trained_cover"}, {**span, "QUANTITY": "gpp_trained_climate"}),
        dtype="float32",
        nodata=NODATA,
        value_range=(0.0, 100.0),
    )
