"""What a run can show of a place over time: which product holds it, and how it is shown. Pixels, regions and the
Processing algorithms all take it from here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..run_folder import Product, Run
from ..texts import tr

#: Bands (from 1) of a reflectance product that NDVI is made of: B04 and B08.
RED, INFRARED = 3, 7


@dataclass(frozen=True)
class Source:
    """One file of a variable: its bands, and the dates that they are for."""

    product: Product
    bands: tuple[int, ...]
    dates: tuple[date, ...]
    #: From the bands' values to one value a date; None takes them as they are.
    combine: Callable[[Sequence[Any]], Any] | None = None


@dataclass(frozen=True)
class Variable:
    """One curve: the files of its middle, and of its interval's ends where there is one."""

    key: str
    chart: str
    name: str
    unit: str
    middle: tuple[Source, ...]
    low: Source | None = None
    high: Source | None = None
    statistic: str = "mean"
    form: str = "line"

    @property
    def dates(self) -> tuple[date, ...]:
        """The dates of its values, ascending."""
        return tuple(day for source in self.middle for day in source.dates)


def variables(run: Run) -> list[Variable]:
    """All that the run has so far."""
    found = [
        _with_interval(run, "gpp", "p50", tr("GPP")),
        _with_interval(run, "temperature", "mean", tr("Generated air temperature")),
        _ndvi(run),
        _one_file(run, "ndvi_observed", None, "ndvi_observed", "ndvi", tr("NDVI, observed"), "dots"),
        _one_file(run, "backscatter", "vv", "vv", "backscatter", tr("Backscatter VV"), "dots"),
        _one_file(run, "backscatter", "vh", "vh", "backscatter", tr("Backscatter VH"), "dots"),
    ]
    return [variable for variable in found if variable is not None]


def _whole(product: Product) -> Source:
    return Source(product, tuple(range(1, len(product.dates) + 1)), product.dates)


def _with_interval(run: Run, kind: str, statistic: str, name: str) -> Variable | None:
    middle = run.find(kind, statistic)
    if middle is None:
        return None
    low, high = run.find(kind, "p10"), run.find(kind, "p90")
    both = low is not None and high is not None
    return Variable(
        kind,
        kind,
        name,
        middle.unit,
        (_whole(middle),),
        _whole(low) if both else None,
        _whole(high) if both else None,
        statistic,
    )


def _one_file(
    run: Run, kind: str, statistic: str | None, key: str, chart: str, name: str, form: str
) -> Variable | None:
    product = run.find(kind, statistic)
    if product is None:
        return None
    return Variable(key, chart, name, product.unit, (_whole(product),), statistic="value", form=form)


def _ndvi(run: Run) -> Variable | None:
    """NDVI of the reconstructed reflectance, a file a date."""
    products = sorted((p for p in run.products if p.kind == "reflectance" and p.path.is_file()), key=lambda p: p.dates)
    if not products:
        return None
    sources = tuple(Source(p, (RED, INFRARED), p.dates[:1], ndvi) for p in products)
    return Variable("ndvi", "ndvi", tr("NDVI, reconstructed"), "1", sources, statistic="value")


def ndvi(bands: Sequence[Any]) -> Any:
    """(NIR - red) / (NIR + red) of red and near infrared; numbers (None: unknown) or arrays (NaN: unknown)."""
    red, infrared = bands
    if red is None or infrared is None:
        return None
    total = red + infrared
    if isinstance(total, float):
        return (infrared - red) / total if total > 0 else None
    import numpy as np

    return np.divide(infrared - red, total, out=np.full(total.shape, np.nan), where=total > 0)
