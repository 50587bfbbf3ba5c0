"""Training and evaluation on small made-up places, and the split of the real ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.evaluation.rows import OURS
from eofusion_engine.evaluation.splits import distance_km, is_held_out
from eofusion_engine.evaluation.temperature_scores import (
    Forecast,
    PlaceScore,
    climatology_forecast,
    crps_binned,
    crps_normal,
    daily_forecast,
    fitting_factor,
    monthly_forecast,
    score_rows,
)
from eofusion_engine.model.temperature import Normal, TemperatureGenerator, UniformTokenizer
from eofusion_engine.model.temperature.image_tokens import CODE_COLUMNS, LEVELS, LST_TOKENS, composite
from eofusion_engine.model.temperature.mean_head import MeanHead, image_features, indices, to_days
from eofusion_engine.model.temperature.sequence import EPOCH_DAYS, IMAGES, WINDOW
from eofusion_engine.training.temperature import loss_of, soft_targets, train
from eofusion_engine.training.temperature_batches import WindowSampler, usable_starts
from eofusion_engine.training.temperature_climatology import Stations, fit_climatology, year_shape
from eofusion_engine.training.temperature_data import Place, load_cache, save_cache
from eofusion_engine.training.temperature_folds import FoldedHead, fit_mean_head, window_shifts
from eofusion_engine.training.temperature_heads import train_image_tokenizer
from eofusion_engine.training.temperature_prepare import drop_near_test
from eofusion_engine.training.temperature_series import TOWNS, place_clusters, read_series, role_of
from eofusion_engine.training.temperature_sources import monthly_place
from temperature_helpers import made_up_cells, made_up_climatology, made_up_generator, made_up_year


def made_up_places(count: int = 6) -> list[Place]:
    """Half of them with imagery; the last two are for calibration, and one has months instead of days."""
    climatology = made_up_climatology()
    places = []
    for number in range(count):
        lat = 40.0 + number
        days, tmean = made_up_year(lat, years=1)
        coefficients, unexplained = climatology.coefficients(lat, 0.0)
        place = Place(
            f"p{number}", f"c{number}", "calibration" if number >= count - 2 else "train", "station", lat, 0.0, np.nan,
            0.0, coefficients[0], float(unexplained[0]), int(days[0]), tmean.astype(np.float32),
        )  # fmt: skip
        place.tmean[5:9] = np.nan
        if number % 2 == 0:
            place.cells = made_up_cells(number, 1, 23)
        if number == 2:
            place.months = np.array([[31 * k, 31 * k + 31, np.nanmean(place.tmean[31 * k :][:31])] for k in range(11)])
            place.tmean[:] = np.nan
            place.source = "era5"
        places.append(place)
    return places


def sampler(places: list[Place], generator: TemperatureGenerator, shifts: dict | None = None) -> WindowSampler:  # type: ignore[type-arg]
    return WindowSampler(
        places, generator.climatology, UniformTokenizer(), generator.image_tokenizer,
        FoldedHead(generator.head, (), {}), shifts or {},
    )  # fmt: skip


def test_batches_hide_what_they_ask_and_ask_nothing_unknown() -> None:
    places, generator = made_up_places(), made_up_generator()
    batch = sampler(places, generator).draw(np.random.default_rng(0), 128)
    asked = batch.days >= 0
    assert bool(asked.any()) and bool((batch.seen.days[asked] == 128).all())
    assert bool((batch.days[asked] < 128).all())
    levels = torch.tensor(LEVELS)
    wanted = batch.codes >= 0
    assert bool(wanted.any()) and bool((batch.seen.codes == levels)[wanted].all())
    assert bool((batch.seen.codes <= levels).all())
    assert 0.1 < float((batch.seen.days == 128).all(1).float().mean()) < 0.8  # fully hidden series are in the mix
    months = torch.isfinite(batch.month_target)
    assert bool(months.any()) and bool((batch.month_weights.sum(-1)[months] > 0).all())


def test_rows_that_ask_for_images_are_not_told_of_them_by_the_mean_head() -> None:
    places, generator = made_up_places(), made_up_generator()
    said = {(n, 0, int(s)): np.full(9, 1.5, np.float32) for n, p in enumerate(places) for s in usable_starts(p)}
    batch = sampler(places, generator, said).draw(np.random.default_rng(0), 256)
    asks_images = (batch.codes >= 0).flatten(1).any(1)
    assert bool(asks_images.any()) and not bool(batch.seen.shift[asks_images].any())
    assert bool((batch.seen.shift[~asks_images] == 1.5).any())


def test_a_month_is_the_mean_of_its_days_expected_anomalies() -> None:
    places, generator = [made_up_places()[2]], made_up_generator(samples_matter=False)
    model = generator.model
    batch = sampler(places, generator).draw(np.random.default_rng(0), 8, begin=True)
    _, logits = model(batch.seen, 0.0)
    expected = torch.einsum("bmd,bd->bm", batch.month_weights, torch.softmax(logits, -1) @ model.centres)
    known = torch.isfinite(batch.month_target)
    assert float(expected[known].abs().max()) < 0.05  # nothing learnt: the climatology
    batch.seen.shift = torch.full_like(batch.seen.shift, 0.5)
    _, logits = model(batch.seen, 0.0)
    moved = torch.einsum("bmd,bd->bm", batch.month_weights, torch.softmax(logits, -1) @ model.centres)
    assert torch.allclose(moved[known], 0.5 * batch.month_weights.sum(-1)[known], atol=0.05)


def test_a_few_steps_lower_the_loss() -> None:
    places, generator = made_up_places(), made_up_generator(samples_matter=False)
    model = generator.model.train().requires_grad_(True)
    batch = sampler(places, generator).draw(np.random.default_rng(0), 32)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    losses = []
    for _ in range(12):
        loss, parts = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.97 * losses[0]
    assert parts["days"] > 0 and parts["images"] > 0 and parts["months"] > 0


def test_soft_targets_sum_to_one_and_peak_at_the_id() -> None:
    soft = soft_targets(torch.tensor([0, 64, 127]), 128)
    assert torch.allclose(soft.sum(-1), torch.ones(3))
    assert soft.argmax(-1).tolist() == [0, 64, 127]
    assert float(soft[1, 65]) > float(soft[1, 70])


def test_train_writes_weights_that_load_and_generate_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    profile = tmp_path / "small.toml"
    profile.write_text("[temperature]\nsteps = 6\nbatch = 8\nrate = 1e-3\ndecay = 0.1\ncheckpoint_every = 3\n")
    made = []
    for name in ("first", "again"):
        places = made_up_places()
        train(made_up_climatology(), places, tmp_path, tmp_path / name, str(profile), seed=1, image_steps=40)
        made.append(TemperatureGenerator.from_weights(tmp_path))
    place = places[0]
    codes = [generator.tokenize(place.cells) for generator in made]
    assert np.array_equal(*codes)
    weights = [generator.model.state_dict() for generator in made]
    assert all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])
    assert 0.2 < made[0].factors["station"]["blind"] < 4
    assert set(made[0].trust) <= {0.0, 0.5, 1.0}


def test_the_mean_head_learns_what_images_say_from_other_places() -> None:
    places = made_up_places(12)
    climatology = made_up_climatology()
    for number, place in enumerate(places):
        place.role, place.months, place.source = "train", np.zeros((0, 3)), "station"
        _, tmean = made_up_year(place.lat, years=1)
        place.tmean = tmean.astype(np.float32)
        place.cells = made_up_cells(number, 1, 23)
        # A green epoch is two spreads warmer.
        green = np.random.default_rng(number).random(23) < 0.5
        place.cells[0, green, 2], place.cells[0, green, 7] = 0.03, 0.45
        place.cells[0, ~green, 2], place.cells[0, ~green, 7] = 0.3, 0.32
        spread = place.normal(climatology, place.days).spread
        warmer = np.repeat(np.where(green, 1.0, -1.0), 16)[: len(place.tmean)]
        place.tmean += (warmer * spread).astype(np.float32)
    images, errors = train_image_tokenizer(places, 1, 300)
    assert errors["S2"] < 0.05
    folded = fit_mean_head(climatology, places, images)
    head, shifts = folded.head, window_shifts(folded, places, images)
    assert len(folded.blind) == 5 and folded.unseen_by(places[0]) is folded.blind[folded.fold["c0"]]
    said, truth = [], []
    for (number, _, start), shift in shifts.items():
        seen = places[number].cells[0, start // EPOCH_DAYS :][:8]
        said += shift[: len(seen)].tolist()
        truth += np.where(indices(seen)[:, 0] > 0.4, 1.0, -1.0).tolist()
    assert np.corrcoef(said, truth)[0, 1] > 0.7
    back = MeanHead.from_tensors(head.tensors())
    features = image_features(places[0].static(True), "station", places[0].cells[0, :IMAGES], places[0].first, False)
    assert np.array_equal(back.image.predict(features), head.image.predict(features)) and back.shrink == head.shrink


def test_cells_of_a_sensor_are_tokens_that_decode_to_what_was_seen() -> None:
    places = made_up_places(12)
    images, errors = train_image_tokenizer(places, 2, 400)
    cells = made_up_cells(99, 40)
    cells[5, 10:12] = np.nan
    codes = images.tokenize(cells)
    back = images.decode(codes)
    s2, s1, lst = CODE_COLUMNS
    assert (codes[:, lst] == 255).all() and (codes[5, s1] == 255).all() and (codes[:, s2] < np.array(LEVELS)[s2]).all()
    assert np.isnan(back[:, LST_TOKENS.bands]).all() and np.isnan(back[5, 10:12]).all()
    assert np.abs(back[:, :10] - cells[:, :10]).mean() < 2.5 * errors["S2"] + 0.02
    assert np.array_equal(codes[7:8], images.tokenize(cells[7:8]))


def test_composites_weigh_near_views_and_average_radar_in_power() -> None:
    days, epochs = np.array([100, 110]), np.array([100, 200])
    mean = composite(np.array([[0.1], [0.4]], np.float32), days, epochs, 19)
    assert mean[0, 0] == pytest.approx((0.1 + 0.5 * 0.4) / 1.5) and np.isnan(mean[1, 0])
    power = composite(np.array([[-10.0], [-20.0]], np.float32), np.array([100, 100]), epochs, 19, decibel=True)
    assert power[0, 0] == pytest.approx(10 * np.log10(0.055), abs=1e-4)
    assert to_days(np.arange(9.0))[[0, 16, 24, WINDOW - 1]] == pytest.approx([0, 1, 1.5, 127 / 16])


def test_monthly_tables_keep_months_and_views_apart() -> None:
    months = [date(2020, 3, 1), date(2020, 4, 1)]
    values = np.zeros((2, 13), np.float32)
    values[1] = 1.0
    raw = monthly_place("a", "c", "train", "era5", 40.0, 0.0, 10.0, months, values, np.array([5.0, np.nan]), True)
    assert raw.months[:, 2].tolist() == [5.0] and raw.months[0, 1] - raw.months[0, 0] == 31
    epochs = raw.first + EPOCH_DAYS * np.arange(raw.cells.shape[1])
    in_april = (epochs >= date(2020, 4, 1).toordinal()) & (epochs < date(2020, 5, 1).toordinal())
    assert in_april.any() and (raw.cells[0, in_april] == 1).all()
    assert np.isnan(raw.cells[0, epochs < date(2020, 3, 1).toordinal()]).all()


def test_neighbours_of_held_out_places_train_nothing() -> None:
    places = made_up_places()
    places[0].role, places[1].lat = "test", places[0].lat + 0.1
    drop_near_test(places)
    assert [place.role for place in places[:3]] == ["test", "dropped", "train"]


def test_an_outlying_station_is_dropped() -> None:
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(40, 55, 40), rng.uniform(0, 30, 40)
    shapes = np.stack([year_shape(*made_up_year(v)) for v in lat])  # type: ignore[arg-type]
    shapes[7, 0] += 40
    fitted = fit_climatology(Stations(lat, lon, shapes, np.full(40, 4.0)), np.zeros((181, 360)))
    assert len(fitted.position) == 39
    assert year_shape(*(part[:200] for part in made_up_year(50.0))) is None


def test_crps_agrees_with_its_definition() -> None:
    tokens, z = UniformTokenizer(), np.array([-2.0, 0.03, 1.4, 7.5])
    edges = np.linspace(-6.4, 6.4, 129)
    below = 0.5 * (1 + torch.erf(torch.as_tensor(edges / 2**0.5)).numpy())
    pmf = np.diff(below)[None].repeat(4, 0).astype(np.float32)
    assert crps_binned(pmf, tokens, 1.0, z) == pytest.approx(crps_normal(z), abs=0.004)
    assert crps_binned(pmf, tokens, 1.5, z) == pytest.approx(1.5 * crps_normal(z / 1.5), abs=0.006)
    draws = np.random.default_rng(0).normal(size=20000)
    empirical = np.abs(draws - 1.4).mean() - 0.5 * np.abs(draws[:10000] - draws[10000:]).mean()
    assert crps_normal(np.array([1.4]))[0] == pytest.approx(empirical, abs=0.02)


def test_calibration_widens_what_is_too_narrow() -> None:
    places, generator = made_up_places(), made_up_generator(samples_matter=False)
    for place in places:  # three times the spread that the climatology expects
        place.tmean += np.random.default_rng(1).normal(0, 6, len(place.tmean)).astype(np.float32)
    forecasts = [daily_forecast(generator, place, max_windows=2, samples=2) for place in places]
    assert fitting_factor([item for item in forecasts if item is not None], generator.tokenizer) > 1.8
    assert fitting_factor([], generator.tokenizer) == 1.0


def test_forecasts_of_one_place_share_their_days() -> None:
    places, generator = made_up_places(), made_up_generator(samples_matter=False)
    made = daily_forecast(generator, places[0], max_windows=2, samples=2)
    base = climatology_forecast(generator, places[0], "place", max_windows=2)
    assert made is not None and base is not None and np.array_equal(made.truth, base.truth)
    blind, months = (monthly_forecast(generator, places[2], kind) for kind in ("blind", "corrected"))
    assert blind is not None and months is not None and np.array_equal(blind.truth, months.truth)
    assert blind.normal.mean == pytest.approx(months.normal.mean, abs=0.3)  # it has learnt nothing
    assert monthly_forecast(generator, places[0], "place") is None


def test_scores_are_paired_over_groups_and_a_worse_one_is_called_so() -> None:
    base = [PlaceScore(str(k // 2), 4.0, 1.0 + k, 0.8, 10) for k in range(8)]
    worse = [PlaceScore(s.group, 5.0, s.crps + 0.2, 0.7, 10) for s in base]
    rows = {row.model: row for row in score_rows("temperature", "d", {"c": base, OURS: worse}, "c", "unseen")}
    found = rows[OURS].metrics
    assert found["diff_crps"] == pytest.approx(0.2) and found["diff_crps_low"] == pytest.approx(0.2)
    assert found["skill"] < 0 and found["skill_high"] < 0 and found["groups"] == 4
    assert rows["c"].metrics["coverage80"] == pytest.approx(0.8) and rows["c"].n == 80
    assert "skill" not in rows["c"].metrics


def test_a_forecasts_score_is_in_spreads() -> None:
    item = Forecast("g", np.array([12.0, 4.0]), Normal(np.array([10.0, 10.0]), np.array([2.0, 3.0])))
    assert item.score.tolist() == [1.0, -2.0]


def test_roles_keep_whole_neighbourhoods_together(shared_data: Path) -> None:
    places = place_clusters(shared_data)
    roles = places["cluster"].map(role_of).to_numpy(str)
    distance = distance_km(places["lat"], places["lon"])
    town = places["site"].str.startswith(("weatherAUS", "fivethirtyeight")).to_numpy()
    across = (roles[:, None] == "test") & (roles[None] != "test") & ~town[:, None]
    assert across.any() and distance[across].min() > 25.0
    assert all(is_held_out(cluster) == (role == "test") for cluster, role in zip(places["cluster"], roles, strict=True))
    series = read_series(shared_data)
    assert {item.role for item in series if item.source == "dssat"} == {"dssat"}
    named = {item.name.split("/")[1] for item in series if item.source in ("weatherAUS", "fivethirtyeight")}
    assert len(named) > 40 and named <= set(TOWNS)


def test_a_cache_is_read_back(tmp_path: Path) -> None:
    places = made_up_places()
    climatology, back = load_cache(save_cache(tmp_path / "c.npz", made_up_climatology(), places))
    assert climatology.length_km == made_up_climatology().length_km
    for a, b in zip(places, back, strict=True):
        assert (a.name, a.role, a.source, a.first, a.l1c) == (b.name, b.role, b.source, b.first, b.l1c)
        for field in ("tmean", "months", "cells", "coefficients"):
            np.testing.assert_array_equal(getattr(a, field), getattr(b, field))
