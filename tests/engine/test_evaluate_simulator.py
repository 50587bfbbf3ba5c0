"""How real the simulator is: the comparison looks at physics and not at sampling, and its figures are right."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from eofusion_engine.evaluation import realism_series, simulator, simulator_rows
from eofusion_engine.evaluation.realism_classifier import Table, auc, giveaways, judge
from eofusion_engine.evaluation.realism_compare import by_season, distance
from eofusion_engine.evaluation.realism_features import lag_correlation, s1_features, s2_features, season_of
from eofusion_engine.evaluation.realism_page import verdict_words, write_page
from eofusion_engine.evaluation.realism_plots import range_chart
from eofusion_engine.evaluation.realism_series import NEAR_DAYS, Pair, pair, pairs
from eofusion_engine.model.temperature.climatology import Climatology
from eofusion_engine.simulate.climate import preset_here, settled, shipped_climatology
from eofusion_engine.simulate.pixels import simulate_pixels
from eofusion_engine.simulate.presets import preset_at
from eofusion_engine.simulate.weather import season_day
from eofusion_engine.training.places import MISSING, Place

START = 737_425  # 2020-01-01


def a_place(name: str = "openeo_pv/x", lat: float = 48.0, held_out: bool = False, bands: int = 10) -> Place:
    """4 x 4 pixels, a view every four days with gaps, radar every six days in two directions."""
    rng = np.random.default_rng(5)
    days = START + np.arange(0, 360, 4)
    s2 = rng.integers(300, 3000, (len(days), 10, 4, 4)).astype(np.int16)
    s2[:, bands:] = MISSING
    s1_days = START + np.arange(0, 360, 6)
    s1 = rng.integers(-2000, -800, (len(s1_days), 2, 4, 4)).astype(np.int16)
    clear = rng.random((len(days), 4, 4)) < 0.7
    return Place(name, lat, 15.0, s2, clear, days, s1, s1_days, np.arange(len(s1_days)) % 2 == 0, held_out)


@pytest.fixture(scope="module")
def climatology() -> Climatology:
    return shipped_climatology()


@pytest.fixture(scope="module")
def one(climatology: Climatology) -> Pair:
    return pair(a_place(), "cluster", climatology, seed=3)


def test_the_simulated_pixel_takes_over_the_real_ones_sampling(one: Pair) -> None:
    np.testing.assert_array_equal(np.isfinite(one.real), np.isfinite(one.simulated))
    np.testing.assert_array_equal(np.isfinite(one.real_s1), np.isfinite(one.simulated_s1))
    seen, offered = np.isfinite(one.real).all(-1), a_place().clear.mean()
    assert 0.5 * offered < seen.mean() <= offered  # most real views find a stand-in, none is added
    known = one.simulated[np.isfinite(one.simulated)]
    np.testing.assert_allclose(known * 1e4, np.round(known * 1e4), atol=2e-3)  # rounded as int16 x 1e-4 is
    assert not np.array_equal(one.real, one.simulated, equal_nan=True)


def test_a_simulated_view_stands_for_one_real_view_nearby(one: Pair) -> None:
    days = one.days
    for row in one.simulated:
        views = [tuple(v) for v in row[np.isfinite(row).all(-1)]]
        assert len(set(views)) == len(views) > 20
    start, end = realism_series._period(a_place())
    assert (start.toordinal(), end.toordinal()) == (days[0] - NEAR_DAYS, days[-1] + NEAR_DAYS)


def test_bands_that_a_place_lacks_are_lacking_in_both(climatology: Climatology) -> None:
    found = pair(a_place(bands=9), "cluster", climatology, seed=3)
    assert np.isnan(found.simulated[..., 9]).all() and np.isfinite(found.simulated[..., :9]).any()
    names, values = s2_features(found.simulated, found.days)
    assert np.isnan(values[:, names.index("B12, median of Jun-Aug")]).all()
    assert np.isfinite(values[:, names.index("B11, change between dates")]).all()


def test_neighbours_share_a_cluster(climatology: Climatology) -> None:
    near, far = a_place("b/near", 48.05), a_place("c/far", 52.0, held_out=True)
    found = list(pairs([a_place("a/first"), near, far], climatology))
    assert [p.cluster for p in found] == ["a/first", "a/first", "c/far"]
    assert [p.held_out for p in found] == [False, False, True]


def test_a_stand_in_has_the_climate_of_the_real_place(climatology: Climatology) -> None:
    days = np.arange(date(2021, 1, 1).toordinal(), date(2022, 1, 1).toordinal())
    for lat, lon in ((50.8, 3.0), (47.2, 14.6), (-33.0, 20.0)):
        normal, like = climatology.mean(lat, lon, days), settled(preset_at(lat, lon), climatology)
        season = season_day(lat, [date.fromordinal(int(d)) for d in days])
        wave = like.climate.mean_degc - like.climate.amplitude_k * np.cos(
            2 * np.pi * (season - like.climate.coldest_day) / 365.25
        )
        assert np.abs(wave - normal).max() < 2.0  # what the half-yearly wave leaves
    assert preset_here(50.8, 3.0).climate.amplitude_k < preset_at(50.8, 3.0).climate.amplitude_k


def test_features_are_what_they_are_called() -> None:
    days = START + np.arange(0, 366, 5)
    series = np.full((1, len(days), 10), 0.1)
    series[0, :, 6] = np.where(season_of(days) == 2, 0.5, 0.3)  # B08
    series[0, 7] = np.nan
    names, values = s2_features(series, days)
    told = dict(zip(names, values[0], strict=True))
    assert told["B08, median of Jun-Aug"] == pytest.approx(0.5)
    assert told["NDVI, median of Jun-Aug"] == pytest.approx(0.4 / 0.6)
    assert told["NDVI, median of Dec-Feb"] == pytest.approx(0.5)
    assert told["B08, change between dates"] == 0 and told["NDVI, 90th percentile"] == pytest.approx(0.4 / 0.6)
    radar = np.stack([np.full((1, len(days)), -10.0), np.full((1, len(days)), -16.0)], axis=-1)
    up = np.arange(len(days)) % 2 == 0
    radar[0, up, 0] += 3  # the other direction is another level, no change
    names, values = s1_features(radar, days, up)
    told = dict(zip(names, values[0], strict=True))
    assert told["VV, change between dates"] == 0 and told["VH, median of Mar-May"] == -16
    months = [date.fromordinal(int(day)).month for day in days]
    assert [m in (12, 1, 2) for m in months] == list(season_of(days) == 0)
    assert [m in (9, 10, 11) for m in months] == list(season_of(days) == 3)


def test_likeness_looks_at_near_dates_only() -> None:
    days = np.array([0, 5, 10, 15, 20, 25, 60, 100, 105])
    values = np.array([[1.0, 2, 1, 2, 1, 2, 9, 1, 2], [1, np.nan, np.nan, np.nan, 2, 3, 4, 5, 6]])
    found = lag_correlation(values, days)
    assert found[0] == pytest.approx(-1) and np.isnan(found[1])


def test_auc_and_distance_are_the_known_ones() -> None:
    from scipy.stats import ks_2samp
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    truth, weights = rng.random(400) < 0.4, rng.integers(0, 4, 400).astype(float)
    scores = np.round(rng.random(400) + 0.3 * truth, 1)  # many ties
    assert auc(truth, scores, weights) == pytest.approx(roc_auc_score(truth, scores, sample_weight=weights))
    one, other = rng.normal(0, 1, 200), rng.normal(0.5, 2, 150)
    assert distance(one, other) == pytest.approx(ks_2samp(one, other).statistic)


def a_table(shift: float) -> Table:
    rng = np.random.default_rng(1)
    simulated = np.arange(1600) % 2 == 0
    values = rng.normal(0, 1, (1600, 3))
    values[:, 1] += shift * simulated
    cluster = np.array([f"c{i // 160}" for i in range(1600)])
    names = ["B02, median of Jun-Aug", "B04, median of Jun-Aug", "NDVI, largest changes"]
    return Table(names, values, simulated, cluster, np.isin(cluster, ["c6", "c7", "c8", "c9"]))


def test_the_judge_finds_a_difference_and_none_where_none_is() -> None:
    same, other = judge(a_table(0.0)), judge(a_table(3.0))
    for verdict in same.values():
        assert 0.4 < verdict.auc < 0.6
        assert verdict.interval[0] < verdict.auc < verdict.interval[1]
    assert other["training"].auc > 0.95 and other["held out"].auc > 0.95
    assert (other["training"].clusters, other["held out"].clusters) == (6, 4)
    assert (other["training"].pixels, other["held out"].pixels) == (480, 320)
    told = giveaways(a_table(3.0))
    assert told[0]["what"] == "B04, median of Jun-Aug" and told[0]["alone"] > 0.95 and told[0]["cost"] > 0.2
    assert told[0]["simulated"] - told[0]["real"] == pytest.approx(3, abs=0.3)
    assert max(abs(row["cost"]) for row in told[1:]) < 0.05


def simulated_pair(name: str, seed: int, held_out: bool = False, shift: float = 0.0) -> Pair:
    """A pair whose real half is simulated too: nothing should tell them apart."""
    place = preset_at(50.0, 10.0)
    series = simulate_pixels(seed, place, 40, date(2020, 1, 1), date(2020, 12, 30))
    days = np.array([d.toordinal() for d in series.s2_dates])
    s1_days = np.array([d.toordinal() for d in series.s1_dates])
    halves = slice(0, 20), slice(20, 40)
    return Pair(
        name, name, held_out, 50.0, days, series.s2[halves[0]] + shift, series.s2[halves[1]], s1_days,
        series.s1_ascending, series.s1[halves[0]], series.s1[halves[1]], series.cover[halves[1]],
    )  # fmt: skip


def test_simulated_against_simulated_is_not_told_apart_and_held_out_places_stay_out_of_the_distributions(
    tmp_path: Path,
) -> None:
    own = [simulated_pair(f"p{i}", i) for i in range(6)]
    strange = simulated_pair("h", 99, held_out=True, shift=0.5)
    found = simulator.Comparison([*own, strange], [*own[:3], strange])
    rows = simulator.rows(found)
    verdicts = {(r["series"], r["places"]): r["auc"] for r in rows if "places" in r}
    parts = {(r["series"], r["of_it_only"]): r["auc"] for r in rows if "of_it_only" in r}
    assert len(parts) == 6 and all(0.2 < value < 0.8 for value in parts.values())
    assert 0.3 < verdicts["S2, single days", "training"] < 0.7
    assert set(verdicts) == {(s, p) for s in simulator.tables(found) for p in ("training", "held out")}
    distributions = [r for r in rows if "distance" in r and "season" in r]
    assert [r for r in distributions if r["season"] != "year"] == by_season(own)
    summer = [r for r in distributions if r["what"] == "B04" and r["season"] == "Jun-Aug"]  # no snow lies
    assert summer and max(r["real_10_50_90"][1] for r in summer) < 0.35  # without the strange one
    write_page(tmp_path, simulator.verdicts(simulator.tables(found)), [], own, own)
    page = (tmp_path / "simulator-realism.md").read_text()
    plots = sorted((tmp_path / "images").glob("*.svg"))
    assert len(plots) == 6 and all(f"(images/{p.name})" in page for p in plots)
    assert all(ElementTree.parse(p).getroot().tag.endswith("svg") for p in plots)
    assert "| S2, single days | held out |" in page


def test_the_verdict_is_told_as_it_is() -> None:
    rows = [{"series": "a", "places": "training", "auc": 0.8}, {"series": "b", "places": "held out", "auc": 0.99}]
    assert verdict_words(rows).startswith("Below .85: a (training).")
    assert verdict_words(rows[:1]) == "All are below .85.\n"
    assert verdict_words(rows[1:]).startswith("None is below .85 yet.")


def test_a_chart_shows_both_and_leaves_gaps() -> None:
    values = np.array([[0.1, 0.2, 0.4], [np.nan] * 3])
    root = ElementTree.fromstring(range_chart("NDVI <x>", ["a", "b"], {"real": values, "simulated": values + 0.1}, ""))
    bars = [r for r in root.iter("{http://www.w3.org/2000/svg}rect") if r.get("fill-opacity")]
    assert len(bars) == 2 and bars[0].get("height") == bars[1].get("height")
    assert float(bars[0].get("y")) > float(bars[1].get("y"))  # higher values stand higher
    with pytest.raises(ValueError, match="nothing to plot"):
        range_chart("x", ["a"], {"real": values[1:], "simulated": values[1:]}, "")


def test_real_folders_are_judged(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command on the real data, few pixels of few places: all kinds of series come out."""
    from eofusion_engine.evaluation import realism_tables
    from eofusion_engine.training import places

    def few(data: Path) -> list[Place]:
        found = [p for p in places.read_places(data) if p.kind == "imagery"]
        return [p for p in found if not p.name.startswith("openeo_pv")] + found[:4]

    monkeypatch.setattr(realism_series, "WORLDS", 1)
    monkeypatch.setattr(simulator, "read_places", few)
    monkeypatch.setattr(realism_series, "PIXELS", 12)
    monkeypatch.setattr(realism_tables, "PIXELS", 12)
    rows = simulator.evaluate(shared_data)
    scored = simulator_rows.as_rows([row for row in rows if "auc" in row])
    assert {(row.data, row.seen) for row in scored if not row.part} == {
        (row["series"], "unseen" if row["places"] == "held out" else "seen") for row in rows if "places" in row
    }
    verdicts = {(r["series"], r["places"]): r for r in rows if "places" in r}
    assert len(verdicts) == 8 and all(0 <= v["auc"] <= 1 for v in verdicts.values())
    ndvi = {r["season"]: r for r in rows if r.get("what") == "NDVI" and "season" in r}
    assert ndvi["Jun-Aug"]["real_10_50_90"][1] > ndvi["Dec-Feb"]["real_10_50_90"][1]
    assert {r["cover"] for r in rows if "cover" in r} >= {"crop"}
