"""The simulator: land, plants, satellites, and series of single pixels."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.bands import S2_BANDS, SCL_UNCLEAR
from eofusion_engine.simulate import (
    PRESETS,
    PixelSeries,
    Simulation,
    preset,
    simulate_cube,
    simulate_landscape,
    simulate_pixels,
)
from eofusion_engine.simulate.kinds import INDEX, KINDS, Cover, Habit
from eofusion_engine.simulate.partition import divide
from eofusion_engine.simulate.phenology import NEVER, Canopy, Units, canopy
from eofusion_engine.simulate.presets import draw_place
from eofusion_engine.simulate.sensor import illumination, sun_at_overpass
from eofusion_engine.simulate.weather import simulate_weather

START, END = date(2021, 4, 1), date(2021, 5, 15)
YEAR = (date(2021, 1, 1), date(2021, 12, 31))
B = {name: index for index, name in enumerate(S2_BANDS)}
FARMLAND = PRESETS["farmland"]


def ndvi(reflectance: np.ndarray) -> np.ndarray:
    """Of (..., 10)."""
    nir, red = reflectance[..., B["B08"]], reflectance[..., B["B04"]]
    return (nir - red) / (nir + red)


def test_an_acquisition_does_not_depend_on_the_others() -> None:
    one, other = (Simulation(5, FARMLAND, 32, START, END) for _ in range(2))
    day = one.s2_dates[4]
    for earlier in other.s2_dates[:4]:
        other.optical(earlier)
    np.testing.assert_array_equal(one.optical(day).m10, other.optical(day).m10)
    np.testing.assert_array_equal(one.radar(*one.s1_dates[2]).db, other.radar(*one.s1_dates[2]).db)


def test_a_cube_for_training_has_its_truth() -> None:
    cube = simulate_cube(11, 47.0, 8.0, 32, START, END)
    days = (END - START).days + 1
    assert cube["s2"].shape == cube["s2_truth"].shape == (len(cube["s2_dates"]), 10, 32, 32)
    assert cube["scl"].shape == (len(cube["s2_dates"]), 32, 32) and cube["scl"].dtype == np.uint8
    assert cube["s1"].shape == (len(cube["s1_dates"]), 2, 32, 32) and len(cube["s1_ascending"]) == len(cube["s1"])
    assert cube["gpp"].shape == (days, 32, 32) and cube["tair_degc"].shape == (days,)
    # Calibration and view angle change a bright spring canopy by up to a tenth. One place has a handful of clear
    # scenes, each with an error of its own (medians of .012 to .027 by seed): three places together.
    cubes = [cube, *(simulate_cube(seed, 47.0, 8.0, 32, START, END) for seed in (12, 13))]
    clear = np.concatenate([~np.isin(c["scl"], SCL_UNCLEAR).ravel() for c in cubes])
    error = np.concatenate([np.abs(c["s2"] - c["s2_truth"]).mean(axis=1).ravel() for c in cubes])
    assert np.median(error[clear]) < 0.02 < np.median(error[~clear])
    assert all(np.isfinite(cube[name]).all() for name in ("s2", "s1", "gpp", "tair_degc", "ssrd_w_m2", "vpd_kpa"))


@pytest.mark.parametrize(("lat", "lon"), [(62.0, 25.0), (-33.0, 150.0), (2.0, -178.0), (40.0, 179.0)])
def test_places_all_over_the_world_can_be_simulated(lat: float, lon: float) -> None:
    cube = simulate_cube(1, lat, lon, 16, date(2020, 1, 1), date(2020, 12, 31))
    assert np.isfinite(cube["s2"]).all() and np.isfinite(cube["s1"]).all()
    months = np.array([d.month for d in cube["dates"]])
    july, january = cube["tair_degc"][months == 7].mean(), cube["tair_degc"][months == 1].mean()
    if abs(lat) > 20:
        assert (july > january) == (lat > 0)
    if abs(lat) > 60 or abs(lat) < 35:
        assert (cube["scl"] == 11).any() == (abs(lat) > 60)


@pytest.mark.parametrize("name", list(PRESETS))
def test_land_is_the_seeds_alone_and_has_what_its_preset_says(name: str) -> None:
    chosen = PRESETS[name]
    one, same, other = (simulate_landscape(seed, chosen, 160, START, 500) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.surface, same.surface)
    np.testing.assert_array_equal(one.height, same.height)
    assert (one.cover != other.cover).mean() > 0.15
    assert one.surface.shape == (320, 320) and one.surface.max() < len(one.units) + len(one.material)
    wooded = np.isin(one.cover, (Cover.FOREST, Cover.SHRUB)).mean()
    assert 0.4 * chosen.forest * (1 - chosen.open_wood) < wooded < min(1.6 * chosen.forest + 0.15, 0.95)
    assert set(np.unique(one.cover)) <= {int(code) for code in Cover}
    assert (one.share(Cover.WETLAND).mean() > 0.01) == (chosen.wetland > 0) or chosen.lakes > 0
    # The slope is the gradient of the height.
    east = np.gradient(one.height, 10.0, axis=1)
    assert np.corrcoef(one.slope[0].ravel(), east.ravel())[0, 1] > 0.9


def test_parcels_have_the_asked_size_and_fill_the_land() -> None:
    rows, cols = np.mgrid[0:200, 0:200] * 5.0
    parcels = divide(np.random.default_rng(1), cols, rows, 5.0, 100.0, 2.0, 400.0)
    sizes = np.bincount(parcels.label.ravel()) * 25.0
    assert 0.4 < np.median(sizes) / 100.0**2 < 1.2 and sizes.min() > 0
    assert np.abs(parcels.across).mean() < 0.8
    assert (parcels.road < 5).any() and (parcels.border < 5).any()


@pytest.fixture(scope="module")
def grown() -> tuple[np.ndarray, Canopy, list[str]]:
    """A year of one unit of each kind near Kassel; days of the year, states, names."""
    kind = np.arange(len(KINDS))
    count = len(kind)
    weather = simulate_weather(3, FARMLAND.climate, 51.0, 200.0, *YEAR)
    units = Units(
        first_year=2019,
        kind=np.tile(kind, (4, 1)),
        late_days=np.zeros(count),
        growth=np.ones(count),
        cuts=np.array([k.cuts for k in KINDS]),
        dry=np.zeros(count),
        slack=np.full((2, count), 0.5),
        disturbed=np.full(count, NEVER),
        burnt=np.zeros(count, bool),
    )
    # A spruce stand is felled and a maquis burns on 1 July.
    july = (date(2021, 7, 1) - weather.dates[0]).days
    units.disturbed[[INDEX["spruce forest"], INDEX["maquis"]]] = july
    units.burnt[INDEX["maquis"]] = True
    state = canopy(units, weather, 51.0)
    year = slice((YEAR[0] - weather.dates[0]).days, None)
    days = np.arange(1, 366)
    return days, Canopy(*(getattr(state, name)[year] for name in Canopy.__dataclass_fields__)), [k.name for k in KINDS]


def test_plants_follow_their_calendars(grown: tuple[np.ndarray, Canopy, list[str]]) -> None:
    days, state, names = grown
    leaf = {name: state.green[:, i] for i, name in enumerate(names)}
    for name, (from_day, to_day) in {
        "winter wheat": (130, 175), "rapeseed": (110, 165), "maize": (185, 250), "sugar beet": (185, 270),
        "spring barley": (140, 185), "deciduous forest": (140, 270),
    }.items():  # fmt: skip
        peak = days[leaf[name].argmax()]
        assert from_day <= peak <= to_day, (name, peak)
    for name in ("winter wheat", "rapeseed", "maize", "spring barley"):
        dropped = np.diff(leaf[name]).min()
        assert leaf[name].max() > 2.5 and leaf[name][leaf[name].argmax() :].min() < 0.6, name
        assert dropped < -0.02, name
    straw = state.straw[:, names.index("winter wheat")]
    assert straw[:150].max() < 0.2 < 0.6 < straw[190:260].max()  # stubble comes with the harvest
    flowers = state.flowers[:, names.index("rapeseed")]
    assert flowers.max() > 0.7 and 100 < days[flowers.argmax()] < 150
    assert np.diff(leaf["meadow"]).min() < -0.8  # mown
    assert leaf["deciduous forest"][20] < 0.6 and leaf["spruce forest"][20] > 2.8
    assert state.dead[280:320, names.index("deciduous forest")].max() > 0.3  # autumn colours


def test_disturbances_show_and_last(grown: tuple[np.ndarray, Canopy, list[str]]) -> None:
    _, state, names = grown
    spruce, maquis = names.index("spruce forest"), names.index("maquis")
    for unit in (spruce, maquis):
        before, after = state.green[178, unit], state.green[184, unit]
        assert after < 0.3 * before
    assert state.green[300, spruce] < 0.4 * state.green[178, spruce]
    assert state.char[178, maquis] == 0 and state.char[183, maquis] > 0.7 > state.char[300, maquis]
    assert state.char[:, spruce].max() == 0 and state.straw[300, spruce] > 0.3
    untouched = names.index("pine forest")
    assert state.char[:, untouched].max() == 0


def test_drought_thins_what_has_shallow_roots() -> None:
    weather = simulate_weather(3, FARMLAND.climate, 51.0, 200.0, *YEAR)
    dry = replace(weather, wetness=weather.wetness * 0.2, deep_wetness=weather.deep_wetness * 0.2)
    kind = np.array([INDEX[n] for n in ("pasture", "irrigated maize", "coniferous forest")])
    none = np.zeros(3)
    units = Units(2019, np.tile(kind, (4, 1)), none, none + 1, none.astype(int), none, np.zeros((2, 3)),
                  np.full(3, NEVER), np.zeros(3, bool))  # fmt: skip
    july = slice(-170, -150)
    wet_leaves, dry_leaves = (canopy(units, w, 51.0).green[july].mean(axis=0) for w in (weather, dry))
    loss = 1 - dry_leaves / wet_leaves
    assert loss[0] > 0.3 and loss[1] < 0.02 and loss[2] < 0.1


def test_the_sun_stands_where_it_should() -> None:
    june, december = sun_at_overpass(51.0, 172), sun_at_overpass(51.0, 355)
    assert 29 < june.zenith < 38 and 72 < december.zenith < 80
    assert 130 < june.azimuth < 160 and 150 < december.azimuth < 170
    assert sun_at_overpass(-33.0, 172).azimuth < 50
    south_facing = np.zeros((2, 2, 2), np.float32)
    south_facing[1] = 0.2  # higher to the north
    assert (illumination(south_facing, december) > 1.2).all() and (illumination(-south_facing, december) < 0.8).all()


def test_orbits_pass_as_often_as_the_preset_says() -> None:
    boreal = Simulation(1, PRESETS["boreal"], 16, date(2021, 5, 1), date(2021, 7, 31))
    gaps = np.diff([day.toordinal() for day in boreal.s2_dates])
    assert set(gaps) == {2, 3}
    for rising in (True, False):
        days = [day.toordinal() for day, up in boreal.s1_dates if up == rising]
        assert set(np.diff(days)) == {12}
    winter = Simulation(1, PRESETS["boreal"], 16, date(2021, 12, 1), date(2021, 12, 31))
    assert winter.s2_dates == [] and winter.s1_dates  # no light, but radar
    incidences = {winter.radar(*passed).incidence_deg for passed in winter.s1_dates}
    assert incidences == {36.0, 43.0}


def test_classification_errs_a_little_and_mostly_at_the_rims() -> None:
    simulation = Simulation(2, FARMLAND, 96, date(2021, 4, 1), date(2021, 8, 31))
    found = missed = 0
    for day in simulation.s2_dates:
        seen = simulation.optical(day)
        truth = simulation.surface(day)
        brighter = seen.m10[0] - truth[0] > 0.25
        clouded = brighter.reshape(48, 2, 48, 2).all(axis=(1, 3))
        unclear = np.isin(seen.scl, (3, 7, 8, 9, 10))
        found += int((clouded & unclear).sum())
        missed += int((clouded & ~unclear).sum())
        assert set(np.unique(seen.scl)) <= set(range(2, 12))
    assert found > 1000 and missed < 0.02 * found


def test_wrong_sizes_and_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="even"):
        Simulation(1, FARMLAND, 33, START, END)
    with pytest.raises(ValueError, match="before the start"):
        Simulation(1, FARMLAND, 32, END, START)


@pytest.fixture(scope="module")
def pixels() -> PixelSeries:
    return simulate_pixels(5, FARMLAND, 800, *YEAR)


def test_pixel_series_are_whole_and_the_seeds_alone(pixels: PixelSeries) -> None:
    count, dates = 800, len(pixels.s2_dates)
    assert pixels.s2.shape == pixels.s2_truth.shape == (count, dates, 10) and pixels.scl.shape == (count, dates)
    assert pixels.s1.shape == (count, len(pixels.s1_dates), 2)
    assert pixels.gpp.shape == pixels.lai.shape == (count, 365) and len(pixels.dates) == 365
    for values in (pixels.s2, pixels.s2_truth, pixels.s1, pixels.gpp, pixels.lai):
        assert np.isfinite(values).all()
    same = simulate_pixels(5, FARMLAND, 800, *YEAR)
    np.testing.assert_array_equal(pixels.s2, same.s2)
    np.testing.assert_array_equal(pixels.s1, same.s1)
    assert np.abs(pixels.s2 - simulate_pixels(6, FARMLAND, 800, *YEAR).s2[:, :dates]).mean() > 0.01
    clear = ~np.isin(pixels.scl, SCL_UNCLEAR)
    assert 0.25 < clear.mean() < 0.75
    error = np.abs(pixels.s2 - pixels.s2_truth).mean(axis=2)
    # Calibration and view angle change a bright spring canopy by up to a tenth.
    assert np.median(error[clear]) < 0.02 < np.median(error[~clear])


def test_pixels_and_scenes_show_the_same_plants(pixels: PixelSeries) -> None:
    """The two ways out of the simulator agree in June within the spread of fields."""
    june = [i for i, day in enumerate(pixels.s2_dates) if day.month == 6]
    scene = Simulation(5, FARMLAND, 128, *YEAR)
    day = next(day for day in scene.s2_dates if day.month == 6)
    surface = np.moveaxis(scene.surface(day), 0, -1)
    for cover in (Cover.FOREST, Cover.CROP, Cover.GRASS):
        ours = ndvi(pixels.s2_truth[:, june][pixels.cover == cover])
        theirs = ndvi(surface[scene.land.cover == cover])
        assert abs(np.median(ours) - np.median(theirs)) < 0.12, cover


@pytest.mark.parametrize("name", list(PRESETS))
def test_pixels_are_made_quickly(name: str) -> None:
    simulate_pixels(1, preset(name), 16, *YEAR)  # the canopy table is made once a process
    began = time.process_time()
    simulate_pixels(2, preset(name), 1024, *YEAR)
    assert 1024 / (time.process_time() - began) > 1000  # pixel-years a second; 2,000 and more on a quiet core


def test_drawn_places_differ_and_can_be_simulated() -> None:
    rng = np.random.default_rng(4)
    places = [draw_place(rng) for _ in range(12)]
    assert len({place.name for place in places}) >= 3 and len({place.lat for place in places}) == 12
    for place in places[:3]:
        series = simulate_pixels(1, place, 8, START, START + timedelta(days=40))
        assert np.isfinite(series.s2).all() and len(series.s1_dates) >= 4


def test_pixel_statistics_are_those_of_real_fields(pixels: PixelSeries, shared_data: Path) -> None:
    """Clear June pixels of two real places in Flanders beside the simulated farmland: the level and spread of each
    band, how bands go together, and how much neighbouring dates differ."""
    from eofusion_engine.training.places import _worldcereal

    real = [p for p in _worldcereal(shared_data) if p.lat > 0]
    june = [np.array([date.fromordinal(int(d)).month == 6 for d in p.s2_days]) for p in real]
    values = np.concatenate(
        [np.moveaxis(p.reflectance()[k], 1, -1).reshape(-1, 10) for p, k in zip(real, june, strict=True)]
    )
    values = values[np.isfinite(values).all(axis=1)]
    months = np.array([day.month for day in pixels.s2_dates])
    land = np.isin(pixels.cover, (Cover.CROP, Cover.GRASS, Cover.TOWN, Cover.FOREST))
    clear = ~np.isin(pixels.scl, SCL_UNCLEAR) & (months == 6) & land[:, None]
    ours = pixels.s2[clear]
    assert len(values) > 5000 and len(ours) > 500
    ratio = np.median(ours, axis=0) / np.median(values, axis=0)
    assert (ratio > 0.45).all() and (ratio < 1.6).all(), ratio
    spread = ours.std(axis=0) / values.std(axis=0)
    assert (spread > 0.4).all() and (spread < 2.5).all(), spread
    for one, two in (("B07", "B8A"), ("B11", "B12"), ("B02", "B04")):
        pair = [np.corrcoef(x[:, B[one]], x[:, B[two]])[0, 1] for x in (ours, values)]
        assert min(pair) > 0.6 and abs(pair[0] - pair[1]) < 0.25, (one, two, pair)
    # Backscatter: level and spread over pixels and dates.
    radar = np.concatenate([np.moveaxis(p.backscatter(), 1, -1).reshape(-1, 2) for p in real])
    for band in range(2):
        mine, theirs = pixels.s1[land][..., band], radar[:, band]
        assert abs(np.median(mine) - np.nanmedian(theirs)) < 3
        assert 0.6 < mine.std() / np.nanstd(theirs) < 1.5


def test_every_kind_is_reasonable() -> None:
    assert len(INDEX) == len(KINDS) < 255
    for kind in KINDS:
        assert 0 <= kind.low < kind.high <= 6
        assert kind.volume_db[0] > kind.volume_db[1]
        if kind.habit == Habit.ANNUAL:
            assert kind.rise < kind.fall and -150 < kind.sown < 200 < kind.latest + 60
    for place in PRESETS.values():
        assert {*place.crops, *place.stands, *place.grass} <= set(INDEX)
