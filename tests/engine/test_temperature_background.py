"""The climate map's bounds, and the global field that they and stations give."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from eofusion_engine.evaluation.climatology import year_sums
from eofusion_engine.model.temperature.climatology import LAPSE_K_PER_M, Climatology, bilinear
from eofusion_engine.training import temperature_background as background
from eofusion_engine.training.temperature_climatology import Stations, fit_climatology, fit_with
from eofusion_engine.training.temperature_koppen import CLASSES, OCEAN, BoundedPlaces, ClimateMap, bounds_of
from eofusion_engine.training.temperature_series import PlaceSeries


def class_of(mean: float, amplitude: float) -> str:
    """The class of a place without dry seasons, by the rules themselves (Kottek et al. 2006)."""
    warm, cold, fourth = mean + amplitude, mean - amplitude, mean + 0.707 * amplitude
    if warm < 10:
        return "EF" if warm < 0 else "ET"
    if cold >= 18:
        return "Af"
    letter = "a" if warm >= 22 else ("b" if fourth >= 10 else "c")
    if cold > -3:
        return f"Cf{letter}"
    return "Dfd" if cold <= -38 and letter == "c" else f"Df{letter}"


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_bounds_what_belongs_to_it_and_nothing_else(name: str) -> None:
    inside = outside = 0
    for mean in np.arange(-30.25, 32, 0.5):
        for amplitude in np.arange(0.25, 40, 1.0):
            fits = all(b.low <= mean + b.share * amplitude <= b.high for b in bounds_of(name))
            own = class_of(mean, amplitude)
            if own[0] == name[0] and own[-1] == name[-1] and name[0] in "ACDE":
                assert fits, (mean, amplitude)
                inside += 1
            outside += not fits
    assert name[0] not in "CDE" or inside > 0
    assert outside > 0 or name == "Ocean"


def truth(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A made-up Earth: warm at the equator, the east colder and more continental than the west."""
    away = np.sin(np.radians(lat)) ** 2
    east = np.cos(np.radians(lon - 90))
    return 27 - 38 * away - 4 * east * away, 1 + 22 * away * (1 + 0.4 * east)


def made_up_world(count: int = 700) -> background.World:
    """Airports all over a world without a sea, at sea level, each with the class of its truth."""
    rng = np.random.default_rng(0)
    lat, lon = np.degrees(np.arcsin(rng.uniform(-0.95, 0.95, count))), rng.uniform(-180, 180, count)
    names = [class_of(float(m), float(r)) for m, r in zip(*truth(lat, lon), strict=True)]
    bounds = [(i, bound) for i, name in enumerate(names) for bound in bounds_of(name)]
    airports = BoundedPlaces(
        lat, lon, np.zeros(count), np.array([CLASSES.index(name) + 1 for name in names]),
        np.array([i for i, _ in bounds]),
        *(np.array([getattr(b, key) for _, b in bounds]) for key in ("share", "low", "high")),
    )  # fmt: skip
    return background.World(ClimateMap(np.ones((6480, 12960), np.uint8)), airports)


def western_stations(count: int = 40) -> Stations:
    """Stations in the west alone, mirrored in season between the hemispheres."""
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(-60, 70, count), rng.uniform(-130, -60, count)
    mean, amplitude = truth(lat, lon)
    shapes = np.zeros((count, 8))
    shapes[:, 0], shapes[:, 1], shapes[:, 5] = mean, -amplitude * np.sign(lat), np.log(3.0)
    return Stations(lat, lon, shapes, np.full(count, 10.0))


@pytest.fixture(scope="module")
def world() -> background.World:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(background, "NODES", 150)
        made = made_up_world()
        made.nodes  # noqa: B018  # chosen while there are few
    return made


@pytest.fixture(scope="module")
def fitted(world: background.World) -> Climatology:
    return fit_with(
        western_stations(), np.zeros((181, 360)), 800.0, 0.2, partial(background.fit_background, world=world)
    )


def test_the_map_says_what_stations_far_away_cannot(fitted: Climatology) -> None:
    """In the east, where no station is, the annual mean and cycle are known; without the map they are not."""
    lat, lon = np.array([-45.0, -20.0, 0.0, 25.0, 45.0, 60.0]), np.full(6, 90.0)
    mean, amplitude = truth(lat, lon)
    blind = fit_with(western_stations(), np.zeros((181, 360)), 800.0, 0.2)
    known, unknown = (climatology.coefficients(lat, lon)[0] for climatology in (fitted, blind))
    assert np.abs(known[:, 0] - mean).max() < 6 and np.abs(known[:, 0] - mean).mean() < 2.5
    cycle = -np.sign(lat) * amplitude
    error, blind_error = (np.abs(values[:, 1] - cycle).mean() for values in (known, unknown))
    assert error < 2.5 < 2 * error < blind_error


def test_stations_are_met_where_they_are(fitted: Climatology) -> None:
    stations = western_stations()
    values, unexplained = fitted.coefficients(stations.lat, stations.lon)
    assert np.abs(values[:, 0] - stations.coefficients[:, 0]).max() < 1.0
    assert unexplained.max() < fitted.coefficients(0.0, 100.0)[1][0]


def test_the_background_survives_the_weights_file(fitted: Climatology) -> None:
    again = Climatology.from_tensors(fitted.tensors())
    assert np.array_equal(again.background, fitted.background) and again.background.shape == (3, 181, 360)
    assert np.array_equal(again.coefficients(10.5, 20.5)[0], fitted.coefficients(10.5, 20.5)[0])


def test_what_regions_without_stations_are_off_by_is_known(world: background.World) -> None:
    """The variance about the background is that of regions left out, so it is larger than of those fitted."""
    fit = partial(background.fit_background, world=world)
    stations = western_stations()
    stations.coefficients[:] += np.random.default_rng(2).normal(0, 0.3, stations.coefficients.shape)
    whole = fit_climatology(stations, np.zeros((181, 360)), fit)
    inside = fit_with(stations, np.zeros((181, 360)), whole.length_km, whole.nugget, fit)
    assert whole.sill[0] > inside.sill[0]
    assert np.array_equal(whole.sill[3:], inside.sill[3:])


def test_land_and_its_continentality() -> None:
    cells = np.full((6480, 12960), OCEAN, np.uint8)
    cells[1440:2160, 6480:8640] = 1  # 50 to 30 N, 0 to 60 E
    climates = ClimateMap(cells)
    assert climates.land().sum() == 20 * 60
    assert climates.at(np.array([40.0, 40.0]), np.array([30.0, -30.0])).tolist() == [1, OCEAN]
    near, far = background.World(climates, made_up_world(10).airports).continentality
    assert bilinear(near, 40.0, 30.0) > 0.95 and bilinear(near, 40.0, -90.0) < 1e-6
    assert bilinear(near, 40.0, 0.0) == pytest.approx(0.5, abs=0.03)  # on the western shore
    assert bilinear(far, 40.0, 30.0) < bilinear(near, 40.0, 30.0)


def test_grids_are_bilinear_and_go_round_the_earth() -> None:
    grid = np.arange(181.0)[:, None] * np.ones(360) + np.where(np.arange(360) == 359, 100.0, 0.0)
    assert bilinear(grid, -89.5, 0.0) == pytest.approx(0.5)
    assert bilinear(grid, 90.0, 10.0) == 180.0
    assert bilinear(grid, -90.0, 179.5) == pytest.approx(50.0)
    assert np.allclose(bilinear(grid, 0.0, 180.0), bilinear(grid, 0.0, -180.0))


def test_the_mean_year_is_scored_at_the_places_height(fitted: Climatology) -> None:
    """A place as the climatology has it, but 1,000 m up: no error with its height, 6.5 K without."""
    shape, _ = fitted.coefficients(45.0, 20.0)
    shape = shape[0]
    shape[0] += 1000 * LAPSE_K_PER_M
    item = PlaceSeries("a/high", "a", "c", "test", 45.0, 20.0, np.zeros(0, np.int64), np.zeros(0))
    names = np.array(["c"])
    known = year_sums([(item, shape)], names, fitted, {"high": 1000.0}, zonal=False)
    unknown = year_sums([(item, shape)], names, fitted, {}, zonal=False)
    assert np.allclose(known, [[1, 0, 0]], atol=1e-6)
    assert np.allclose(unknown, [[1, 6.5, 6.5**2]], atol=1e-6)
