"""Splits, tables and the fit: what keeps the scores honest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.evaluation.splits import (
    cluster_by_distance,
    distance_km,
    fold_numbers,
    is_held_out,
    score,
    site_clusters,
    site_positions,
)
from eofusion_engine.model.light_use import LightUse
from eofusion_engine.training.gpp_fit import fit_core, folds_of, predict_rows
from eofusion_engine.training.gpp_interval_fit import SEASON_DAYS, between_sites, fit_intervals, seasons_of
from eofusion_engine.training.gpp_tables import TowerTable, read_towers


def test_distance_of_a_degree_and_of_the_antimeridian() -> None:
    away = distance_km(np.array([0.0, 0.0, 0.0]), np.array([0.0, 1.0, 359.0]))
    assert away[0, 1] == pytest.approx(111.19, abs=0.01)
    assert away[0, 2] == pytest.approx(111.19, abs=0.01)


def test_clusters_are_chained_and_unknown_places_stand_alone() -> None:
    lat = np.array([50.0, 50.2, 50.4, 52.0, np.nan, np.nan])  # .2 degrees are 22 km
    label = cluster_by_distance(lat, np.full(6, 10.0))
    assert label[0] == label[1] == label[2]
    assert len(set(label.tolist())) == 4


def test_an_uncertain_position_is_joined_to_all_it_could_be_near() -> None:
    lat, lon = np.array([50.0, 50.8]), np.array([10.0, 10.0])  # 89 km
    assert len(set(cluster_by_distance(lat, lon).tolist())) == 2
    assert len(set(cluster_by_distance(lat, lon, np.array([0.0, 80.0])).tolist())) == 1


def test_folds_keep_clusters_whole_and_even() -> None:
    clusters = np.repeat([f"c{i}" for i in range(30)], np.arange(1, 31))
    fold = fold_numbers(clusters, 5)
    for name in np.unique(clusters):
        assert len(set(fold[clusters == name])) == 1
    load = np.bincount(fold)
    assert load.max() - load.min() <= 3
    np.testing.assert_array_equal(fold, fold_numbers(clusters, 5))


def test_held_out_share_is_fixed() -> None:
    names = [f"site{i}" for i in range(2000)]
    assert np.mean([is_held_out(name) for name in names]) == pytest.approx(0.2, abs=0.03)
    assert [is_held_out(name) for name in ("DK-Sor", "US-Ha1", "US-RGA")] == [True, False, True]


def test_score_of_a_known_case_and_its_paired_difference() -> None:
    generator = np.random.default_rng(0)
    truth = generator.normal(5, 3, 4000)
    clusters = np.array([f"c{i % 40}" for i in range(4000)])
    good, poor = truth + generator.normal(0, 1, 4000), truth + generator.normal(0, 2, 4000)
    result = score(truth, good, clusters, poor)
    assert result.rmse == pytest.approx(1.0, rel=0.05)
    assert result.r2 == pytest.approx(1 - 1 / 9, abs=0.01)
    assert result.rmse_difference == pytest.approx(-1.0, abs=0.1)
    assert result.rmse_difference_interval[1] < 0
    assert result.r2_interval[0] < result.r2 < result.r2_interval[1]
    holes = np.where(np.arange(4000) < 100, np.nan, good)
    assert score(truth, holes, clusters, poor).rows == 3900


def test_shares_of_the_error_are_found() -> None:
    """Errors made of a lasting part (.6 of the spread), one that is new every day (.5), and one of weeks."""
    generator = np.random.default_rng(5)
    sites, days = 60, 200
    table = towers(sites * days, seed=4)
    site = np.repeat([f"t{i:02d}" for i in range(sites)], days)
    table = replace(table, site=site, cluster=site, table=np.full(len(site), "modis"),
                    year=np.full(len(site), 2005), doy=np.tile(np.arange(1.0, days + 1), sites))  # fmt: skip
    lasting = np.repeat(generator.normal(0, 0.6, sites), days)
    weeks = np.repeat(generator.normal(0, (1 - 0.36 - 0.25) ** 0.5, sites * days // 10), 10)
    error = lasting + weeks + generator.normal(0, 0.5, sites * days)
    stays, new = between_sites(table, table.gpp + error)
    assert stays == pytest.approx(0.36, abs=0.12)
    assert new == pytest.approx(0.25, abs=0.08)


def towers(rows: int = 3000, seed: int = 0) -> TowerTable:
    """Rows whose GPP a known core made, with noise that grows with GPP."""
    generator = np.random.default_rng(seed)
    green = generator.uniform(0, 1, rows)[:, None]
    soil, grass = np.array([0.09, 0.13, 0.17, 0.25, 0.32, 0.27]), np.array([0.03, 0.07, 0.03, 0.4, 0.18, 0.08])
    six = (1 - green) * soil + green * grass
    site = np.array([f"s{i % 30:02d}" for i in range(rows)])
    nothing = np.full(rows, np.nan)
    table = TowerTable(
        table=np.where(np.arange(rows) % 10 == 0, "hls", "modis"),
        site=site,
        cluster=site,
        vegetation=np.full(rows, "GRA"),
        year=2000 + np.arange(rows) // 1500,
        doy=generator.integers(60, 300, rows).astype(float),
        lat=np.full(rows, 50.0),
        lon=np.full(rows, 10.0),
        six=(six * generator.normal(1, 0.03, six.shape)).astype(np.float32),
        tair=generator.uniform(-5, 30, rows),
        ssrd=generator.uniform(20, 350, rows),
        vpd=nothing,
        gpp=np.zeros(rows),
        top=generator.uniform(380, 480, rows),
        recent=nothing,
        clear=np.ones(rows, bool),
    )
    truth = predict_rows(LightUse(), table)
    return replace(table, gpp=truth * generator.normal(1, 0.2, rows) + generator.normal(0, 0.3, rows))


def test_fit_finds_the_core_that_made_the_data() -> None:
    train, test = towers(seed=0), towers(seed=1)
    core = fit_core(train, steps=120)
    clean = predict_rows(LightUse(), test)
    error = predict_rows(core, test) - clean
    assert np.sqrt(np.mean(error**2)) < 0.15 * clean.std()


def test_fit_is_reproducible_and_follows_its_seed() -> None:
    table = towers(800)
    first, again, other = (predict_rows(fit_core(table, seed, steps=20), table) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0


def test_intervals_hold_four_of_five_unseen_rows_of_each_sensor() -> None:
    train, test = towers(4000, seed=2), towers(4000, seed=3)
    # The chips err twice as much as the coarse pixels.
    train, test = (replace(t, gpp=np.where(t.table == "hls", t.gpp + noise, t.gpp))
                   for t, noise in ((train, chip_noise(4)), (test, chip_noise(5))))  # fmt: skip
    intervals = fit_intervals(train, predict_rows(LightUse(), train))
    centre = predict_rows(LightUse(), test)
    for table, interval in (("hls", intervals.fine), ("modis", intervals.coarse)):
        mine = (test.table == table) & (centre > 0.5)
        low, high = interval.apply(torch.as_tensor(centre[mine]), torch.ones(()))
        held = (test.gpp[mine] >= low.numpy()) & (test.gpp[mine] <= high.numpy())
        assert held.mean() == pytest.approx(0.8, abs=0.06)
    assert intervals.fine.low_offset + intervals.fine.high_offset > 1.5 * (
        intervals.coarse.low_offset + intervals.coarse.high_offset
    )
    assert intervals.coarse.lasting < 0.5  # these errors are independent from day to day: they cancel
    assert intervals.fine.lasting == intervals.coarse.lasting


def chip_noise(seed: int, rows: int = 4000) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 2.0, rows)


def test_a_sensor_without_rows_takes_the_others_interval() -> None:
    table = towers(2000)
    coarse = table.take(table.table == "modis")
    intervals = fit_intervals(coarse, predict_rows(LightUse(), coarse))
    assert intervals.fine == intervals.coarse
    with pytest.raises(ValueError, match="no row"):
        fit_intervals(coarse, np.full(len(coarse), np.nan))


def test_cloudy_chips_do_not_shape_the_interval() -> None:
    table = towers(2000)
    predicted = predict_rows(LightUse(), table)
    plain = fit_intervals(table, predicted)
    cloudy = np.arange(len(table)) % 20 == 0
    wild = replace(table, clear=~cloudy, gpp=np.where(cloudy, table.gpp + 30, table.gpp))
    fitted = fit_intervals(wild, predicted)
    assert fitted.coarse.high_offset == pytest.approx(plain.coarse.high_offset, abs=0.1)


def test_seasons_are_a_sites_long_years() -> None:
    table = towers(3000)
    site = np.where(np.arange(3000) < SEASON_DAYS + 5, "long", np.where(np.arange(3000) < 200, "short", "other"))
    year = np.where(site == "other", 2003 + np.arange(3000) % 2, 2001)
    seasons = seasons_of(replace(table, site=site, year=year))
    assert sorted(seasons.days.tolist()) == [SEASON_DAYS + 5, 1400, 1400]
    assert (seasons.of_row[site == "short"] == -1).all()
    number = seasons.of_row[0]
    assert seasons.days[number] == SEASON_DAYS + 5
    assert seasons.mean(table.gpp)[number] == pytest.approx(table.gpp[: SEASON_DAYS + 5].mean())
    assert site[seasons.first[number]] == "long"


def test_sums_of_seasons_are_held_as_days_are() -> None:
    """A lasting error of the size of the daily one must not fade in a season's sum."""
    table = towers(6000, seed=6)
    predicted = predict_rows(LightUse(), table)
    site = np.array([f"s{i // 200:02d}" for i in range(6000)])
    lasting = np.repeat(np.random.default_rng(7).normal(0, 2.0, 30), 200)
    table = replace(table, table=np.full(6000, "modis"), site=site, cluster=site, year=np.full(6000, 2001),
                    gpp=predicted + lasting)  # fmt: skip
    interval = fit_intervals(table, predicted).coarse
    assert interval.lasting > 0.9
    assert interval.period_width(365) > 0.9


class TestRealTables:
    """The real tower tables."""

    def test_clusters_hold_neighbours_of_all_tables(self, shared_data: Path) -> None:
        clusters = site_clusters(shared_data)
        assert clusters["DE-Tha"] == clusters["DE-Gri"] == clusters["DE-Kli"]
        assert clusters["US-PFa"] == clusters["US-WCr"]
        assert clusters["DE-Tha"] != clusters["DE-Hai"]
        assert clusters["US-HB1"] == clusters["US-HB3"]  # 45 km by a tile centre: could be next to each other
        assert clusters["DK-NuF"] == clusters["GL-NuF"]

    def test_no_place_within_25_km_of_the_held_out_is_trained_on(self, shared_data: Path) -> None:
        places = site_positions(shared_data)
        places = places[places["lat"].notna()].reset_index(drop=True)
        clusters = site_clusters(shared_data)
        held = np.array([is_held_out(clusters[site]) for site in places["site"]])
        away = distance_km(places["lat"].to_numpy(), places["lon"].to_numpy())
        assert away[np.ix_(held, ~held)].min() > 25

    def test_tables_are_clean_and_in_their_units(self, shared_data: Path) -> None:
        table = read_towers(shared_data)
        assert set(table.table) == {"hls", "modis", "modis8"}
        assert np.isfinite(table.six).all()
        assert np.isfinite(table.gpp).all()
        assert 0 < np.median(table.six) < 0.3
        assert table.ssrd.max() < 480
        assert (table.ssrd[table.table == "hls"]).mean() > 208  # the table's own mean is net: downwelling is more
        assert -40 < table.tair.min() < table.tair.max() < 45
        vpd = table.vpd[np.isfinite(table.vpd)]
        assert 0 <= vpd.min() < vpd.max() < 10
        fold = folds_of(table)
        for cluster in np.unique(table.cluster):
            assert len(set(fold[table.cluster == cluster])) == 1
