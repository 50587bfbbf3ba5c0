"""What a plot shows: which chart, and the curves of each pin. No widgets in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..series import Series
from ..texts import tr
from ..typography import with_minus

#: What the user gave, that is of no pin.
WEATHER, WEATHER_COLOUR = "temperature_given", "#777777"
#: A dot is told when the mouse is at most so many days away.
DOT_DAYS = 3


@dataclass(frozen=True)
class Chart:
    """One of the panel's plots."""

    key: str
    title: str
    unit: str
    #: Variables in it; the first is the one that a legend in words is made for.
    variables: tuple[str, ...]
    decimals: int = 1
    from_zero: bool = False
    #: Said where there is nothing to show.
    empty: str = ""


@dataclass(frozen=True)
class Curve:
    """A series in the colour of its pin (``#rrggbb``); ``pin`` is the pin's name, empty where there is but one."""

    series: Series
    colour: str
    pin: str = ""


def charts() -> tuple[Chart, ...]:
    """The panel's plots from top to bottom."""
    return (
        Chart(
            "gpp",
            tr("GPP"),
            "g C m-2 d-1",
            ("gpp",),
            from_zero=True,
            empty=tr("This run has no GPP."),
        ),
        Chart(
            "temperature",
            tr("Generated air temperature"),
            "degC",
            ("temperature", "temperature_given"),
            empty=tr("This run has no temperature."),
        ),
        Chart(
            "ndvi",
            tr("NDVI"),
            "",
            ("ndvi", "ndvi_observed"),
            decimals=2,
            empty=tr("This run has no reflectance to make NDVI of."),
        ),
        Chart("backscatter", tr("Sentinel-1 backscatter"), "dB", ("vv", "vh"), empty=""),
    )


def curves_of(chart: Chart, pins: Sequence[tuple[str, str, Sequence[Series]]]) -> list[Curve]:
    """The curves of a chart from (name, colour, series) of every pin. The weather is that of the whole run: once."""
    several = len(pins) > 1
    found = [
        Curve(one, colour, name if several else "")
        for name, colour, series in pins
        for key in chart.variables
        for one in series
        if one.variable == key
    ]
    weather = [Curve(curve.series, WEATHER_COLOUR) for curve in found if curve.series.variable == WEATHER][:1]
    return [curve for curve in found if curve.series.variable != WEATHER] + weather


def limits(curves: Sequence[Curve], span: tuple[date, date]) -> tuple[float, float] | None:
    """Lowest and highest value that is shown, None when there is none."""
    found = [ends for curve in curves if (ends := curve.series.extremes(span)) is not None]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def form_words(series: Series) -> str:
    """What a curve is, in a word."""
    words = {
        "temperature_given": tr("your weather"),
        "ndvi_observed": tr("observed"),
        "ndvi": tr("reconstructed"),
        "temperature": tr("generated"),
        "vv": "VV",
        "vh": "VH",
    }
    if series.variable in words:
        return words[series.variable]
    return {"p50": tr("median"), "mean_of_pixels": tr("mean of pixels")}.get(series.statistic, tr("mean"))


def band_words(series: Series) -> tuple[str, str]:
    """What the band is, in long and in short."""
    if series.statistic == "mean_of_pixels":
        return tr("4 in 5 pixels"), tr("pixels")
    return tr("4 in 5 lie here (p10 to p90)"), "p10\u2013p90"


def value_index(series: Series, day: date) -> int | None:
    """Index of the value to tell at ``day``: a line's nearest, a dot only when it is near."""
    index = series.nearest(day)
    if index is not None and series.form == "dots" and abs((series.dates[index] - day).days) > DOT_DAYS:
        return None
    return index


def shown_day(curves: Sequence[Curve], day: date) -> date:
    """The day nearest to ``day`` on which any curve has a value."""
    known = [c.series.dates[index] for c in curves if (index := c.series.nearest(day)) is not None]
    return min(known, key=lambda found: abs((found - day).days)) if known else day


def value_words(curve: Curve, day: date, decimals: int, interval: bool = True) -> str | None:
    """The value nearest to ``day``, as ``16.7 (13.7 to 19.7)``, None when there is none (near it, for dots)."""
    series = curve.series
    index = value_index(series, day)
    if index is None or (value := series.middle[index]) is None:
        return None

    def number(known: float) -> str:
        return with_minus(f"{known:.{decimals}f}")

    text = number(value)
    low = series.low[index] if series.low else None
    high = series.high[index] if series.high else None
    if interval and low is not None and high is not None:
        text += tr(" ({low} to {high})").format(low=number(low), high=number(high))
    return text
