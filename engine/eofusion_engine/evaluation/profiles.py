"""The paper's claim of global profiles: reflectance of towers never trained on to the temperature of their days.

The towers' table holds days with a clear view, mostly of the growing season, and ERA5's temperature of them; so does
the truth here. Real profiles of whole years are drawn where a station of the tower has them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from ..model.temperature.generate import TemperatureGenerator
from ..model.temperature.sequence import window_start, windows_of
from ..training.temperature_data import Place
from .rows import OURS, Row
from .seen import SeenLabel, TrainingPlaces
from .temperature import CLIMATOLOGIES
from .temperature_places import scored, tower_places
from .temperature_scores import (
    PlaceScore,
    best_of,
    climatology_forecast,
    climatology_normal,
    daily_forecast,
    place_conditions,
    place_normal,
    place_score,
    score_rows,
    source_key,
)

#: Windows of 128 days scored of each tower, evenly spread over its years.
WINDOWS = 14
BANDS_OF_LATITUDE = (("south of 30 N", -90.0, 30.0), ("30 to 45 N", 30.0, 45.0), ("north of 45 N", 45.0, 90.0))
BLIND, WITHOUT_LST = f"{OURS} without images", f"{OURS} without land surface temperature"


def evaluate(data: Path, weights: Path | None = None) -> list[Row]:
    """Rows over all towers and by latitude.

    Raises:
        FileNotFoundError: the folder has no table of towers.
        WeightsError: the weights are missing or damaged.
    """
    generator = TemperatureGenerator.from_weights(weights)
    known = TrainingPlaces.of(["temperature"], weights)
    return profile_rows(generator, *scored(tower_places(data, generator.climatology), known))


def profile_rows(generator: TemperatureGenerator, places: list[Place], seen: SeenLabel = "unseen") -> list[Row]:
    """Rows of the table of profiles at towers."""
    title = "MODIS towers, days of the table"
    if not places:
        return []
    methods = tower_scores(generator, places)
    rows = score_rows("profiles", title, methods, best_of(methods, CLIMATOLOGIES), seen)
    for name, south, north in BANDS_OF_LATITUDE:
        inside = [south <= place.lat < north for place in places]
        part = {key: [s for s, here in zip(own, inside, strict=True) if here] for key, own in methods.items()}
        if sum(inside) >= 2:
            rows += score_rows("profiles", title, part, best_of(methods, CLIMATOLOGIES), seen, name)
    return rows


def tower_scores(generator: TemperatureGenerator, places: list[Place]) -> dict[str, list[PlaceScore]]:
    """Each method's score of each tower, all on the same days."""
    out: dict[str, list[PlaceScore]] = {}
    for place in places:
        factors = generator.factors.get(source_key(place), {})
        forecasts = {name: (climatology_forecast(generator, place, kind, WINDOWS), kind)
                     for name, kind in CLIMATOLOGIES.items()}  # fmt: skip
        forecasts[BLIND] = daily_forecast(generator, place, False, WINDOWS), "blind"
        forecasts[WITHOUT_LST] = daily_forecast(generator, place, True, WINDOWS, lst=False), "images"
        forecasts[OURS] = daily_forecast(generator, place, True, WINDOWS), "images"
        for name, (item, method) in forecasts.items():
            if item is not None:
                out.setdefault(name, []).append(place_score(item, generator.tokenizer, factors.get(method, 1.0)))
    return out


def draw(data: Path, path: Path, weights: Path | None = None, count: int = 6, seed: int = 0) -> Path:
    """Figure of generated against real profiles at left-out towers from south to north, one year each.

    ``python -m eofusion_engine.evaluation.profiles DATA FILE`` writes it.
    """
    from matplotlib.figure import Figure

    generator = TemperatureGenerator.from_weights(weights)
    known = TrainingPlaces.of(["temperature"], weights)
    places = sorted(scored(tower_places(data, generator.climatology), known)[0], key=lambda place: place.lat)
    chosen = [places[i] for i in np.unique(np.linspace(0, len(places) - 1, count).astype(int))]
    figure = Figure(figsize=(10, 1.9 * len(chosen)), layout="constrained")
    for axis, place in zip(np.atleast_1d(figure.subplots(len(chosen), 1)), chosen, strict=True):
        days, truth, mean, low, high, normal = year_of(generator, place, seed)
        axis.fill_between(days, low, high, color="#8fb8de", alpha=0.5, lw=0, label="generated, p10 to p90")
        axis.plot(days, mean, color="#1f5a99", lw=1.2, label="generated, mean")
        axis.plot(days, normal, color="0.55", lw=0.9, ls="--", label="climatology")
        axis.plot(days, truth, ".", color="#b3412e", ms=2.5, label="ERA5 on the table's days")
        axis.set(title=f"{place.name.split(':')[0]}, {place.lat:.1f} degrees north", ylabel="degC", xlim=(1, 366))
    figure.axes[-1].set_xlabel("day of year")
    figure.axes[0].legend(ncols=4, fontsize=7, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    return path


def year_of(generator: TemperatureGenerator, place: Place, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Day of year, truth, generated mean, p10, p90 and climatology of the place's year with the most known days."""
    years = np.array([date.fromordinal(int(day)).year for day in place.days])
    known = np.isfinite(place.tmean)
    best = max(np.unique(years).tolist(), key=lambda year: int(known[years == year].sum()))
    inside = years == best
    days = place.days[inside]
    conditions = place_conditions(generator, place)
    out = np.full((3, len(days)), np.nan)
    for window in np.unique(windows_of(days)):
        condition, here = conditions[int(window)], windows_of(days) == window
        pmf = generator.window_pmf(condition, seed)[days[here] - window_start(int(window))]
        normal = place_normal(generator, place, condition, days[here])
        out[:, here] = normal.mean + normal.spread * generator.summary(condition, pmf)
    climate = climatology_normal(generator, place, days, "corrected").mean
    number = np.array([date.fromordinal(int(day)).timetuple().tm_yday for day in days])
    return (number, place.tmean[inside], *out, climate)


if __name__ == "__main__":
    import sys

    print(draw(Path(sys.argv[1]), Path(sys.argv[2])))
