"""What is chosen on the calibration places: how much the heads may say, and how wide the intervals are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
from ..model.temperature.climatology import Climatology
from ..model.temperature.generate import Factors, TemperatureGenerator
from ..model.temperature.image_tokens import ImageTokenizer
from ..model.temperature.mean_head import MeanHead
from ..model.temperature.sequence import SOURCES
from .temperature_data import Place
from .temperature_heads import ImageRows

SHRINKS = (0.0, 0.25, 0.5, 0.75, 1.0)
TRUSTS = (0.0, 0.5, 1.0)
#: Sources with calibration places of many years.
JUDGED = ("station", "era5", "era5_clear", "simulated")
#: Windows of a place that calibration generates, and places of a kind: enough for a mean, few enough for a laptop.
WINDOWS, PLACES = 4, 40
#: Cells that a width's pooled value counts as much as.
PRIOR_CELLS = 8
#: Methods that have a width of their own.
CLIMATOLOGIES = ("latitude", "place", "corrected")


def choose_shrink(
    head: MeanHead, climatology: Climatology, places: Sequence[Place], images: ImageTokenizer
) -> MeanHead:
    """The head with the share of the images' say, by source, that errs least on places it has not seen.

    A source whose calibration places are of one year, or that has none, gets the least share of all others.
    """
    known = [place for place in places if place.source in JUDGED]
    rows = ImageRows.of(climatology, known, images, [head] * len(known))
    if not rows.targets:
        return head
    said = head.image.predict(np.stack(rows.features))
    owners = np.array(rows.owners)
    weight = 1.0 / np.sqrt(np.bincount(owners)[owners])
    sources, long = np.array([known[owner].source for owner in owners]), np.array(rows.long)
    found: dict[tuple[str, bool], float] = {}
    for source in sorted(set(sources)):
        for many in (False, True):
            own = (sources == source) & (long == many)
            if len(set(owners[own])) >= 5:
                errors = [np.average((rows.target - share * said)[own] ** 2, weights=weight[own]) for share in SHRINKS]
                found[source, many] = SHRINKS[int(np.argmin(errors))]
    least = [
        min([share for (source, kind), share in found.items() if kind == many and source != "simulated"], default=0.0)
        for many in (False, True)
    ]
    shrink = tuple((found.get((s, False), least[0]), found.get((s, True), least[1])) for s in SOURCES)
    return replace(head, shrink=shrink)


def choose_trust(generator: TemperatureGenerator, places: Sequence[Place]) -> tuple[float, float]:
    """The transformer's shares of the logits with the least CRPS on places it has not seen: of the first step, from
    what each day would be for itself, and of the others, from generated series.

    So it never says more about the mean than it knows better than climatology and mean head.
    """
    chosen = [place for kind in by_kind(places).values() for place in spread(kind) if np.isfinite(place.tmean).any()]
    if not chosen:
        return 1.0, 1.0

    def crps(places: Sequence[Place], samples: int, windows: int) -> float:
        found = [daily_forecast(generator, place, max_windows=windows, samples=samples) for place in places]
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


def interval_factors(generator: TemperatureGenerator, places: Sequence[Place]) -> Factors:
    """By source: factors on the widths of what is generated and of each climatology that bring coverage to 80 %."""
    out: Factors = {}
    cells: dict[str, int] = {}
    for key, kind in by_kind(places).items():
        some = spread(kind)
        cells[key] = len({place.cluster for place in some})
        daily = any(np.isfinite(place.tmean).any() for place in some)

        def made(place: Place, images: bool, daily: bool = daily) -> Forecast | None:
            if daily:
                return daily_forecast(generator, place, images, WINDOWS)
            return monthly_forecast(generator, place, "generated" if images else "blind")

        def base(place: Place, name: str, daily: bool = daily) -> Forecast | None:
            return climatology_forecast(generator, place, name) if daily else monthly_forecast(generator, place, name)

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
    return pooled(out, cells)


def pooled(factors: Factors, cells: dict[str, int]) -> Factors:
    """Widths of a source's long and short series drawn together, the more so the fewer cells they were fitted on."""
    out: Factors = {}
    for key, own in factors.items():
        kin = [other for other in factors if other.split()[0] == key.split()[0]]
        total = sum(cells[other] for other in kin)
        keep = cells[key] / (cells[key] + PRIOR_CELLS)
        out[key] = {}
        for name, value in own.items():
            mean = sum(cells[other] * np.log(factors[other][name]) for other in kin) / total
            out[key][name] = round(float(np.exp(keep * np.log(value) + (1 - keep) * mean)), 4)
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
