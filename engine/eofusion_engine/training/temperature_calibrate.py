"""What is chosen on places that a fit has not seen: how much the transformer may say, how wide the intervals are."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np

from ..evaluation.temperature_scores import (
    Forecast,
    climatology_forecast,
    daily_forecast,
    fitting_factor,
    monthly_forecast,
    place_score,
    source_key,
)
from ..model.temperature.generate import Factors, TemperatureGenerator
from .temperature_data import Place
from .temperature_folds import FoldedHead

TRUSTS = (0.0, 0.5, 1.0)
#: Windows of a place that calibration generates, and places of a kind: enough for a mean, few enough for a laptop.
WINDOWS, PLACES = 4, 40
#: Methods that have a width of their own.
CLIMATOLOGIES = ("latitude", "place", "corrected")


def unseeing(generator: TemperatureGenerator, folded: FoldedHead, place: Place) -> TemperatureGenerator:
    """The generator with a mean head that has not seen the place."""
    other = copy.copy(generator)
    other.head = folded.unseen_by(place)
    return other


def choose_trust(generator: TemperatureGenerator, folded: FoldedHead, places: Sequence[Place]) -> tuple[float, float]:
    """The transformer's shares of the logits with the least CRPS on places it has not seen: of the first step, from
    what each day would be for itself, and of the others, from generated series.

    So it never says more about the mean than it knows better than climatology and mean head.
    """
    chosen = [place for kind in by_kind(places).values() for place in spread(kind) if np.isfinite(place.tmean).any()]
    if not chosen:
        return 1.0, 1.0

    def crps(places: Sequence[Place], samples: int, windows: int) -> float:
        found = [
            daily_forecast(unseeing(generator, folded, place), place, max_windows=windows, samples=samples)
            for place in places
        ]
        return float(np.mean([place_score(item, generator.tokenizer, 1.0).crps / item.normal.spread.mean()
                              for item in found if item is not None]))  # fmt: skip

    first = []
    for trust in TRUSTS:
        generator.trust = (trust, 1.0)
        first.append(crps(chosen, 0, WINDOWS))
    begin = TRUSTS[int(np.argmin(first))]
    later = []
    for trust in TRUSTS[1:]:
        generator.trust = (begin, trust)
        later.append(crps(chosen[::2], 8, 2))
    return begin, TRUSTS[1:][int(np.argmin(later))]


def interval_factors(
    generator: TemperatureGenerator, folded: FoldedHead, training: Sequence[Place], held: Sequence[Place]
) -> Factors:
    """By source: factors on the widths of what is generated and of each climatology that bring coverage to 80 %.

    Months come from the climatology and the mean head alone, so that all places of their tables serve, each through
    a head that has not seen its cluster; days from the calibration places, which the correlation model has not seen.
    """
    months = by_kind([place for place in (*training, *held) if len(place.months)])
    days = by_kind([place for place in held if not len(place.months)])
    out: Factors = {}
    for key, kind in {**months, **days}.items():
        some = spread(kind)
        daily = key in days

        def made(place: Place, images: bool, daily: bool = daily) -> Forecast | None:
            blind = unseeing(generator, folded, place)
            if daily:
                return daily_forecast(blind, place, images, WINDOWS)
            return monthly_forecast(blind, place, "generated" if images else "blind")

        def base(place: Place, name: str, daily: bool = daily) -> Forecast | None:
            blind = unseeing(generator, folded, place)
            return climatology_forecast(blind, place, name) if daily else monthly_forecast(blind, place, name)

        seeing = [place for place in some if place.has_cells]
        methods = {
            "images": [made(place, True) for place in seeing or some],
            "blind": [made(place, False) for place in some],
            **{name: [base(place, name) for place in some] for name in CLIMATOLOGIES},
        }
        out[key] = {
            name: fitting_factor([item for item in found if item is not None], generator.tokenizer)
            for name, found in methods.items()
        }
    return out


def spread(places: list[Place]) -> list[Place]:
    """At most PLACES daily places, those with imagery first; five times as many monthly ones, which cost little, evenly
    taken, so that all of their cells are among them."""
    if not len(places[0].months):
        return places[:PLACES]
    return [places[i] for i in np.unique(np.linspace(0, len(places) - 1, 5 * PLACES).astype(int))]


def by_kind(places: Sequence[Place]) -> dict[str, list[Place]]:
    """Places with a temperature by their source and step, those with imagery first."""
    out: dict[str, list[Place]] = {}
    for place in sorted(places, key=lambda p: (not p.has_cells, p.name)):
        # A simulated place's climate is its own, which a generator cannot know.
        if place.source != "simulated" and (len(place.months) or np.isfinite(place.tmean).any()):
            out.setdefault(source_key(place), []).append(place)
    return out
