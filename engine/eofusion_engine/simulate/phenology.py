"""How leaves come and go: temperature sums, water, mowing, harvest and the disturbances, day by day.

Annuals: leaf area is a rise and a fall over the temperature sum since sowing (McMaster and Wilhelm 1997,
Agricultural and Forest Meteorology 87). Deciduous trees: a spring sum and an autumn chill sum (Delpierre et al. 2009,
Agricultural and Forest Meteorology 149). Grass and shrubs follow warmth and soil water with a delay. What dies
stays for a while as dry leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from .kinds import INDEX, KINDS, Habit, of
from .weather import SimulatedWeather, season_day

NEVER = 99_999
#: Days a season's crop may come before 1 January of its year.
_YEAR = 365


@dataclass(frozen=True)
class Units:
    """Plant covers with dates and sizes of their own: one entry a unit (U,), a field, a stand or a lawn.

    ``kind`` (Y, U) index into KINDS for each harvest year; ``late_days`` how much later than usual it is sown or
    leafs out; ``growth`` multiplies the leaf area; ``cuts`` number of mowings; ``dry`` how much of the soil's water
    it lacks (0: none); ``slack`` (2, U) 0-1, how long harvest and tillage wait; ``disturbed``
    day index (of the weather's days) at which a stand is felled or burns, NEVER
    for none; ``burnt`` whether that is a fire.
    """

    first_year: int
    kind: np.ndarray
    late_days: np.ndarray
    growth: np.ndarray
    cuts: np.ndarray
    dry: np.ndarray
    slack: np.ndarray
    disturbed: np.ndarray
    burnt: np.ndarray

    def __len__(self) -> int:
        return int(self.kind.shape[1])


@dataclass(frozen=True)
class Canopy:
    """State of each unit on each day, all (D, U): ``kind`` index into KINDS; ``green`` and ``dead`` leaf area (m2 m-2);
    shares of the ground (0-1): ``straw`` stubble and litter of crops, ``flowers``, ``char`` after a fire;
    ``rough`` days since tillage as a share of its first weeks (1: today)."""

    kind: np.ndarray
    green: np.ndarray
    dead: np.ndarray
    straw: np.ndarray
    flowers: np.ndarray
    char: np.ndarray
    rough: np.ndarray


def draw_units(
    rng: np.random.Generator, kind: np.ndarray, first_year: int, years: int, rotation: list[int], weights: np.ndarray
) -> Units:
    """Units of the given ``kind`` (U,) in the last year; other years' crops come from ``rotation`` by ``weights``."""
    count = len(kind)
    kinds = np.tile(kind, (years, 1))
    turning = np.isin(kind, [k for k in rotation if KINDS[k].habit == Habit.ANNUAL])
    annual = np.array([KINDS[k].habit == Habit.ANNUAL for k in rotation])
    if turning.any() and annual.any():
        chances = np.where(annual, weights, 0) / weights[annual].sum()
        for year in range(years - 1):
            kinds[year, turning] = rng.choice(rotation, int(turning.sum()), p=chances)
    regular = of(kind, "cuts")
    return Units(
        first_year=first_year,
        kind=kinds,
        late_days=rng.normal(0, 5, count),
        growth=np.clip(rng.normal(1, np.where(turning, 0.14, 0.2), count), 0.5, 1.2),
        cuts=np.where(regular > 0, np.clip(np.round(regular + rng.normal(0, 1, count)), 1, 5), 0).astype(int),
        dry=np.clip(rng.normal(0, 0.06, count), -0.15, 0.2),
        slack=rng.random((2, count)),
        disturbed=np.full(count, NEVER),
        burnt=np.zeros(count, bool),
    )


def canopy(units: Units, weather: SimulatedWeather, lat: float) -> Canopy:
    """The canopy of every unit on each day of ``weather``."""
    days, count = len(weather.dates), len(units)
    state = Canopy(
        np.zeros((days, count), np.int16), *(np.zeros((days, count), np.float32) for _ in range(6))
    )  # fmt: skip
    state.kind[:] = units.kind[0]
    warm = _smooth(weather.tair_degc, 12)
    deep = weather.deep_wetness[:, None] - units.dry
    water = np.clip((deep - 0.10) / 0.38, 0, 1).astype(np.float32)
    # Grass of dry lands roots less deep.
    shallow = 0.4 * deep + 0.6 * _smooth(weather.wetness, 12)[:, None]
    near = np.clip((shallow - 0.14) / 0.34, 0, 1).astype(np.float32)
    rooted = _smooth(water, 18)
    begins = np.zeros(count, int)
    perennial = of(units.kind[-1], "habit") != Habit.ANNUAL
    for row in range(units.kind.shape[0]):
        begins = _annuals(state, units, row, weather, lat, rooted, begins)
    if perennial.any():
        who = np.flatnonzero(perennial)
        shallow_rooted = of(units.kind[-1][who], "thirst") >= 0.9
        _perennials(state, units, who, weather, lat, np.where(shallow_rooted, near[:, who], water[:, who]), warm)
    return state


def _annuals(
    state: Canopy,
    units: Units,
    row: int,
    weather: SimulatedWeather,
    lat: float,
    water: np.ndarray,
    begins: np.ndarray,
) -> np.ndarray:
    """Fill one harvest year's crops from the day ``begins`` (U,) on; the day (U,) on which the next season begins."""
    year, days = units.first_year + row, len(weather.dates)
    base_day = date(year, 1, 1).toordinal() - weather.dates[0].toordinal() - 1 + (182 if lat < 0 else 0)
    ends, warm = begins.copy(), _smooth(weather.tair_degc, 12)
    for index in np.unique(units.kind[row]):
        kind = KINDS[index]
        if kind.habit != Habit.ANNUAL:
            continue
        who = np.flatnonzero(units.kind[row] == index)
        sown = np.round(base_day + kind.sown + units.late_days[who]).astype(int)
        if kind.rain_sown:
            sown = _onset(weather, base_day + int(kind.sown)) + np.round(units.late_days[who] + 8).astype(int)
        sown = np.maximum(sown, begins[who] + 8)
        sums = np.concatenate([[0.0], np.cumsum(np.clip(weather.tair_degc - kind.base, 0, 26))])
        latest = base_day + kind.latest + units.late_days[who] * 1.5
        # Only the days that can be this season's; after them the field lies bare.
        low = int(np.clip(begins[who].min(), 0, days - 1))
        high = int(np.clip(max(latest.max(), sown.max()) + 70, low + 1, days))
        window = slice(low, high)
        heat = np.clip(sums[1:, None][window] - sums[np.clip(sown, 0, days)], 0, None)
        # A season that began before the weather does is taken as grown by then as much as usual.
        heat = heat + np.clip(-sown, 0, 120) * 8.0
        rising = _logistic((heat - kind.rise) / kind.rise_width) - _logistic(-kind.rise / kind.rise_width)
        early = kind.tillers * (1 - np.exp(-heat / 220))
        fall_at = kind.fall * (1 + 0.004 * units.late_days[who])
        fading = _logistic((heat - fall_at) / kind.fall_width)
        stress = 1 - kind.thirst * (1 - water[window, who])
        full = np.maximum(kind.high * rising, early * (1 - rising)) * units.growth[who]
        green = full * (1 - fading) * stress
        day = np.arange(low, high)[:, None]
        ripe = np.argmax(heat > kind.ripe, axis=0)
        ripe = np.where(heat[-1] > kind.ripe, low + ripe + 3, NEVER)
        spread = 13 * units.slack[0, who]  # a week or two pass until the machine comes
        harvest = np.where(sown > latest, sown, np.minimum(ripe + spread, latest)).astype(int)
        tilled = harvest + 10 + (38 * units.slack[1, who]).astype(int)
        end = np.maximum(tilled, begins[who])
        now = (day >= begins[who]) & (day < end)
        grows = now & (day >= sown) & (day < harvest)
        dying = np.clip(full * stress * fading, 0, None) * kind.keeps_dead
        after = np.clip(day - harvest, 0, None)
        straw = 0.75 * np.exp(-after / 70) * (harvest < NEVER)
        before = np.clip(day - begins[who], 0, None)
        # Weeds and volunteers on the stubble.
        weeds = (
            (0.4 + 1.8 * units.slack[1, who])
            * np.clip(after / 35, 0, 1)
            * stress**3
            * (weather.tair_degc[window, None] > 5)
        )
        # Catch crops cover many fields until frost kills them or the next crop's seed bed is made.
        kept = (units.slack[0, who] > 0.4) & (sown - begins[who] > 80) & (not kind.rain_sown)
        catch = kept * (0.5 + 2.2 * units.slack[1, who]) * (1 - np.exp(-before / 30)) * (day < sown - 20)
        alive = _logistic((warm[window, None] - 4.5) / 1.2) * (before < 130) * stress**2
        values = {
            "green": np.where(grows, green, weeds * (day >= harvest) + catch * alive),
            "dead": np.where(grows, dying, 0.5 * catch * (1 - alive)),
            "straw": np.where(day >= harvest, straw, 0.12 * np.exp(-before / 40)),
            "rough": np.where(
                day < harvest, np.exp(-np.clip(day - np.maximum(begins[who], sown - 25), 0, None) / 30), 0
            ),
        }
        if kind.bloom is not None:
            values["flowers"] = np.where(grows, 0.9 * np.exp(-(((heat - kind.bloom[0]) / kind.bloom[1]) ** 2)), 0)
        cut = np.ix_(np.arange(low, high), who)
        for name, value in values.items():
            array = getattr(state, name)
            array[cut] = np.where(now, value, array[cut])
        state.kind[cut] = np.where(now, index, state.kind[cut])
        # Until the next crop is sown the field lies bare.
        bare = day >= end
        state.kind[cut] = np.where(bare, index, state.kind[cut])
        state.straw[cut] = np.where(bare, 0.12, state.straw[cut])
        state.green[cut] = np.where(bare, 0.0, state.green[cut])
        state.kind[high:, who], state.straw[high:, who] = index, 0.12
        ends[who] = end
    return ends


def _onset(weather: SimulatedWeather, from_day: int) -> int:
    """Index of the day on which the rains have come: the first from ``from_day`` on with a moist upper soil."""
    begin = max(from_day, 0)
    wet = np.flatnonzero(_smooth(weather.wetness, 4)[begin:] > 0.42)
    return begin + (int(wet[0]) if wet.size and wet[0] < 75 else 30)


def _perennials(
    state: Canopy,
    units: Units,
    who: np.ndarray,
    weather: SimulatedWeather,
    lat: float,
    water: np.ndarray,
    warm: np.ndarray,
) -> None:
    """Fill the days of the units ``who`` (indices), which stay what they are over the years."""
    kind = units.kind[-1][who]
    season = season_day(lat, weather.dates)
    growth, late = units.growth[who], units.late_days[who]
    low, high = of(kind, "low") * growth, of(kind, "high") * growth
    thirst, habit, keeps = of(kind, "thirst"), of(kind, "habit"), of(kind, "keeps_dead")
    wet = 1 - thirst * (1 - water)
    growing = np.clip((warm - 3.5) / 8.0, 0, 1) * np.clip((39 - warm) / 5, 0, 1)
    share = growing[:, None] * wet**1.5
    evergreen = habit == Habit.EVERGREEN
    share[:, evergreen] = np.clip((warm[:, None] - 3) / 12, 0, 1) * wet[:, evergreen]
    for index in np.unique(kind[habit == Habit.DECIDUOUS]):
        some, one = kind == index, KINDS[index]
        sums = _yearly(weather.tair_degc - one.base, season, 1)[:, None]
        leafed = _logistic((sums - one.rise - 4 * late[some]) / one.rise_width)
        chill = _yearly(15.0 - weather.tair_degc, season, 228)[:, None]
        fallen = _logistic((chill - one.fall - 4 * late[some]) / one.fall_width) * (season[:, None] > 200)
        share[:, some] = leafed * (1 - fallen) * wet[:, some]
    # Frost takes the green of grass.
    hardy = np.where(habit == Habit.OPPORTUNE, 0.5, 1.0)
    lasts = hardy + (1 - hardy) * np.clip((warm[:, None] + 1) / 8, 0, 1)
    target = low * lasts + (high - low) * share
    mown = _mowing(units.cuts[who], late, weather, season)
    quick = habit == Habit.DECIDUOUS
    up, down = np.where(quick, 1.0, 1 / of(kind, "green_up_days")), np.where(quick, 1.0, 1 / 18)
    stays = 1 - 1 / of(kind, "dead_days")
    struck_on, burnt = units.disturbed[who], units.burnt[who]
    lost = np.where(of(kind, "standing") >= 1, 0.93, 0.3)  # trees do not come back in a year
    green, dead = target[0].copy(), np.zeros(len(who))
    slow, felled, char = np.ones(len(who)), np.zeros(len(who)), np.zeros(len(who))
    fading = 1 - (0.004 + 0.03 * weather.wetness * (warm > 8))
    events = set(struck_on.tolist())
    mown_days = np.asarray(mown.any(axis=1))
    for i in range(len(weather.dates)):  # yesterday's leaves are today's start
        if i in events:
            struck = struck_on == i
            felled = np.where(struck, 1.0, felled)
            slow = 1 - lost * felled
            char = np.where(struck & burnt, 0.85, char)
            green = np.where(struck, 0.08 * green, green)
            dead = np.where(struck & burnt, 0.0, np.where(struck, 0.4, dead))
        step = target[i] * slow - green
        step *= np.where(step > 0, up, down)
        dead = dead * stays - keeps * np.minimum(step, 0)
        green = green + step
        if mown_days[i]:
            green = np.where(mown[i], 0.33 * green, green)
            dead = np.where(mown[i], 0.3 * dead + 0.12, dead)
        char = char * fading[i]
        state.green[i, who], state.dead[i, who], state.char[i, who] = green, dead, char
        # Felling leaves slash: bright, dry wood.
        state.straw[i, who] = 0.45 * felled * (char < 0.1)
    state.kind[:, who] = kind


def _mowing(cuts: np.ndarray, late: np.ndarray, weather: SimulatedWeather, season: np.ndarray) -> np.ndarray:
    """(D, U) whether a unit is mown on a day: first at about 800 K d above zero of the year, then as it grows."""
    sums = _yearly(weather.tair_degc, season, 1)[:, None]
    mown = np.zeros((len(season), len(cuts)), bool)
    for number in range(int(cuts.max(initial=0))):
        at = 780 + 900 * number * 3 / np.maximum(cuts, 3) + 28 * late
        passed = (sums > at) & (cuts > number)
        mown[1:] |= passed[1:] & ~passed[:-1] & (season[1:, None] > 60)
    return mown


def _yearly(values: np.ndarray, season: np.ndarray, from_day: int) -> np.ndarray:
    """Running sum (D,) of what is positive, from ``from_day`` of each season's year on."""
    gain = np.where(season >= from_day, np.clip(values, 0, 30), 0.0)
    total = np.cumsum(gain)
    new = np.flatnonzero(np.diff(season) < 0) + 1
    start = np.zeros(len(season))
    for day in new:
        start[day:] = total[day - 1]
    return np.asarray(total - start)


def _smooth(values: np.ndarray, days: float) -> np.ndarray:
    """Exponential mean over the days before (D, ...)."""
    out = np.empty(values.shape)
    state = values[0].astype(float)
    for i, value in enumerate(values):
        state = state + (value - state) / days
        out[i] = state
    return out


def _logistic(x: np.ndarray | float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -40, 40))))


__all__ = ["INDEX", "NEVER", "Canopy", "Units", "canopy", "draw_units"]
