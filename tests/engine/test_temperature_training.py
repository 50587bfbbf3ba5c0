"""Training and evaluation on small made-up places, and the split of the real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.errors import WeightsError
from eofusion_engine.evaluation.splits import distance_km, is_held_out
from eofusion_engine.evaluation.temperature import bootstrap, calibrate, crps_binned, crps_normal, format_rows
from eofusion_engine.model.temperature import TemperatureGenerator, UniformTokenizer
from eofusion_engine.training.temperature import loss_of, soft_targets, train
from eofusion_engine.training.temperature_batches import WindowSampler
from eofusion_engine.training.temperature_climatology import Stations, fit_climatology, year_shape
from eofusion_engine.training.temperature_data import Place, load_cache, prepare
from eofusion_engine.training.temperature_series import TOWNS, place_clusters, read_series, role_of
from temperature_helpers import made_up_climatology, made_up_generator, made_up_year, stub_embed


def made_up_places() -> list[Place]:
    climatology = made_up_climatology()
    places = []
    for number, role in enumerate(["train"] * 4 + ["calibration"] * 2):
        lat = 40.0 + number
        days, tmean = made_up_year(lat, years=1)
        coefficients, unexplained = climatology.coefficients(lat, 0.0)
        seen = np.ones((1, 23), bool)
        z = np.random.default_rng(number).normal(size=(1, 23, 64)).astype(np.float32)
        z /= np.linalg.norm(z, axis=-1, keepdims=True)
        if number % 2:
            z, seen = z[:0], seen[:0]
        place = Place(
            f"p{number}", f"c{number}", role, lat, 0.0, np.nan, 0.0, coefficients[0], float(unexplained[0]),
            int(days[0]), tmean.astype(np.float32), z, seen,
        )  # fmt: skip
        place.tmean[5:9] = np.nan
        places.append(place)
    return places


def test_batches_hide_what_they_ask_and_ask_nothing_unknown() -> None:
    places, generator = made_up_places(), made_up_generator()
    sampler = WindowSampler(places, generator.climatology, UniformTokenizer(), generator.image_tokenizer, 3)
    batch = sampler.draw(64)
    asked = batch.target_days >= 0
    assert bool(asked.any()) and bool((batch.days[asked] == 128).all())
    assert bool((batch.target_days[asked] < 128).all())
    wanted = batch.target_codes[..., 0] >= 0
    levels = torch.tensor([8, 5, 5, 5])
    assert bool(wanted.any()) and bool((batch.codes[wanted] == levels).all())
    assert bool((batch.codes <= levels).all())
    assert 0.1 < float((batch.days == 128).all(1).float().mean()) < 0.6  # fully hidden series are in the mix


def test_a_few_steps_lower_the_loss() -> None:
    places, generator = made_up_places(), made_up_generator(samples_matter=False)
    sampler = WindowSampler(places, generator.climatology, UniformTokenizer(), generator.image_tokenizer, 3)
    model = generator.model.train().requires_grad_(True)
    batch = sampler.draw(32)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    losses = []
    for _ in range(12):
        loss = loss_of(model, batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.97 * losses[0]


def test_soft_targets_sum_to_one_and_peak_at_the_id() -> None:
    soft = soft_targets(torch.tensor([0, 64, 127]), 128)
    assert torch.allclose(soft.sum(-1), torch.ones(3))
    assert soft.argmax(-1).tolist() == [0, 64, 127]
    assert float(soft[1, 65]) > float(soft[1, 70])


def test_train_writes_weights_that_load_and_generate(tmp_path: Path) -> None:
    places = made_up_places()
    no_images = np.zeros((0, 64), np.float32)
    train(made_up_climatology(), places, no_images, tmp_path, 0.01, "cpu", 1, image_steps=40)
    generator = TemperatureGenerator.from_weights(tmp_path)
    again = TemperatureGenerator.from_weights(tmp_path)
    # Image tokens mean something only with the fusion that they were trained with.
    train(made_up_climatology(), places, no_images, tmp_path / "other", 0.01, "cpu", 1, 40, embedded_by="a+b")
    with pytest.raises(WeightsError, match="other fusion"):
        TemperatureGenerator.from_weights(tmp_path / "other")
    place = places[0]
    codes = generator.tokenize(place.embeddings, place.seen)
    assert np.array_equal(codes, again.tokenize(place.embeddings, place.seen))
    assert 0.3 < generator.width_factors[0] < 4


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
    places = made_up_places()
    for place in places:  # three times the spread that the climatology expects
        place.tmean += np.random.default_rng(1).normal(0, 6, len(place.tmean)).astype(np.float32)
    without, _ = calibrate(made_up_generator(samples_matter=False), places)
    assert without > 1.8


def test_bootstrap_resamples_clusters_not_places() -> None:
    values, clusters = [0.0] * 50 + [1.0] * 50, ["a"] * 50 + ["b"] * 50
    assert bootstrap(values, clusters) == (0.0, 1.0)


def test_a_result_worse_than_the_climatology_is_called_so() -> None:
    scores = {"rmse": 1.0, "mae": 1.0, "crps": 1.0, "coverage": 0.8, "r2": 0.5}
    difference = {"crps_difference": 0.2, "crps_difference_interval": (0.1, 0.3), "verdict": "worse than the first row"}
    row = {"set": "s", "what": "w", "places": 3} | scores | difference
    assert "+0.200 [+0.100, +0.300] worse" in format_rows([row])


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


def test_prepared_cache_is_read_back(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eofusion_engine.training.temperature_data.VERSIONS", 1)
    climatology, places, extra, embedded_by = load_cache(prepare(shared_data, tmp_path, stub_embed, "a stub"))
    assert embedded_by == "a stub"
    assert extra.shape == (0, 64)
    towers = [place for place in places if len(place.seen)]
    assert len(towers) > 30 and {"train", "calibration", "test"} <= {place.role for place in towers}
    assert not any("dssat" in place.name for place in places if place.role != "dssat")
    berlin = climatology.mean(52.5, 13.4, np.arange(737791, 737791 + 365))  # 2021; the German mean is about 9.5
    assert 7 < berlin.mean() < 12 and 14 < berlin[181:212].mean() < 23 and -4 < berlin[:31].mean() < 4
    year = np.arange(737791, 737791 + 365)
    lhasa, varanasi = climatology.mean(np.array([29.6, 25.3]), np.array([91.1, 83.0]), year).mean(axis=1)
    assert 3 < lhasa < 12 and 21 < varanasi < 30  # the plateau's cold must not spread to the plain
    for place in towers[:5]:
        assert place.embeddings.shape[1:] == (-(-len(place.tmean) // 16), 64)
