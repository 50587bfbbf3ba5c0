"""A third sensor over frozen encoders: land surface temperature, on made-up places with random weights."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.errors import WeightsError
from eofusion_engine.model.encoders import SensorConfig, SensorEncoder, lst_conditions, s1_conditions, s2_conditions
from eofusion_engine.model.fusion import FusionConfig, FusionModel, Observations
from eofusion_engine.model.stack import FusionStack
from eofusion_engine.model.weights import load_tensors
from eofusion_engine.training import encoders, fusion
from eofusion_engine.training.encoded import encode_place
from eofusion_engine.training.fusion_growth import grow
from eofusion_engine.training.fusion_loss import loss
from eofusion_engine.training.gap_batches import draw
from eofusion_engine.training.places import Place, load_places, save_places
from eofusion_engine.training.prepare import CACHE, POSITIONS
from eofusion_engine.training.sensors import DEFAULT, TRAINING
from model_helpers import random_stack
from test_gaps import DAY, made_up_place

CPU = torch.device("cpu")
DAYS = torch.tensor([DAY, DAY + 10, DAY + 30])


def tower(name: str, seed: int) -> Place:
    """A lone pixel with surface temperature on every second date."""
    place = made_up_place(f"tower/{name}/2020", seed, dates=30)
    place.s2, place.clear = place.s2[..., :1, :1], place.clear[:, :1, :1]
    place.clear[:10] = True
    place.s1 = place.s1[..., :1, :1]
    place.lst_days = place.s2_days[::2]
    celsius = 15 + 10 * np.sin(2 * np.pi * (place.lst_days - DAY) / 365) + seed
    place.lst = np.round(celsius * 100).astype(np.int16)[:, None, None, None]
    return place


@pytest.fixture(scope="module")
def two() -> FusionStack:
    return random_stack()


@pytest.fixture(scope="module")
def three(two: FusionStack) -> FusionStack:
    """The two-sensor stack grown by a sensor of one band."""
    torch.manual_seed(2)
    encoder = SensorEncoder(SensorConfig("LST", ("LST",), 2, 8, (20.0,), (10.0,)))
    old = two.fusion.config
    config = FusionConfig(
        widths=old.widths | {"LST": 8},
        bands=old.bands | {"LST": 1},
        window_days=old.window_days | {"LST": 90},
        nearest=old.nearest | {"LST": 2},
    )
    model = FusionModel(config)
    grow(model, two.fusion.state_dict(), old)
    sensors = {"S1": two.encoder("S1"), "S2": two.encoder("S2"), "LST": encoder}
    return FusionStack(sensors, model).eval().requires_grad_(False)


def observed(stack: FusionStack) -> dict[str, Observations]:
    torch.manual_seed(3)
    days = DAYS.expand(2, 3)
    return {
        "S2": stack.observe("S2", torch.rand(2, 3, 10), s2_conditions(days), days),
        "S1": stack.observe("S1", -10 - torch.rand(2, 3, 2), s1_conditions(days, days > 0), days),
        "LST": stack.observe("LST", 20 + 5 * torch.randn(2, 3, 1), lst_conditions(days), days),
    }


def test_any_subset_of_three_sensors_embeds(three: FusionStack) -> None:
    """Also through a retrained mix, whose weights of the new sensor are no longer zero."""
    whole = observed(three)
    weight = three.fusion.state_dict()["mix.0.weight"]
    before = weight.clone()
    weight += 0.05 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(1))
    try:
        embeddings = []
        for count in (1, 2, 3):
            for names in combinations(whole, count):
                fused = three.fusion.embed({name: whole[name] for name in names}, DAYS + 3)
                assert fused.known.all()
                torch.testing.assert_close(fused.embedding.norm(dim=-1), torch.ones(2, 3))
                for sensor, bands in (("S2", 10), ("S1", 2), ("LST", 1)):
                    value, sd = three.physical(sensor, fused, DAYS + 3)
                    assert value.shape == (2, 3, bands) and torch.isfinite(value).all() and (sd > 0).all()
                embeddings.append(fused.embedding)
        assert all((a - b).abs().max() > 1e-4 for a, b in combinations(embeddings, 2))
        # Not there at all, and there with every date missing.
        unseen = whole["LST"]
        blank = Observations(unseen.features, torch.zeros_like(unseen.seen), unseen.days, unseen.bands * torch.nan)
        pair = {name: whole[name] for name in ("S2", "S1")}
        absent, missing = (three.fusion.embed(s, DAYS).embedding for s in (pair, pair | {"LST": blank}))
        assert torch.isfinite(missing).all()
        assert (missing.norm(dim=-1) - 1).abs().max() < 1e-5 and (absent.norm(dim=-1) - 1).abs().max() < 1e-5
    finally:
        weight.copy_(before)


def test_growing_changes_nothing_before_training(two: FusionStack, three: FusionStack) -> None:
    whole = observed(three)
    pair = {name: whole[name] for name in ("S2", "S1")}
    smaller = two.fusion.embed(pair, DAYS + 3)
    for sensors in (pair, whole):
        grown = three.fusion.embed(sensors, DAYS + 3)
        torch.testing.assert_close(grown.embedding, smaller.embedding, atol=1e-5, rtol=0)
        torch.testing.assert_close(
            three.reflectance(grown, DAYS + 3)[0], two.reflectance(smaller, DAYS + 3)[0], atol=1e-4, rtol=0
        )
    told, before = three.fusion.series(grown.embedding), two.fusion.series(smaller.embedding)
    for name in ("S1", "S2"):
        torch.testing.assert_close(told[name], before[name], atol=1e-4, rtol=0)
    with pytest.raises(WeightsError, match="lacks"):
        grow(FusionModel(two.fusion.config), three.fusion.state_dict(), three.fusion.config)


def test_the_defaults_leave_the_third_sensor_out(two: FusionStack) -> None:
    assert DEFAULT == ("S2", "S1") and "LST" in TRAINING
    place = tower("a", 0)
    both = {name: two.encoder(name) for name in ("S1", "S2")}
    encoded = encode_place(both, place, np.random.default_rng(0), CPU)
    assert list(encoded.targets) == ["S2", "S1"]
    assert list(draw([encoded], np.random.default_rng(0), CPU).sensors) == ["S2", "S1"]


def test_batches_of_three_sensors_train_every_part(three: FusionStack) -> None:
    sensors = {name: three.encoder(name) for name in ("S1", "S2", "LST")}
    places = [tower("a", 0), made_up_place("openeo_pv/1", 1, radar=True)]
    encoded = [encode_place(sensors, place, np.random.default_rng(0), CPU) for place in places]
    torch.manual_seed(0)
    batch = draw(encoded, np.random.default_rng(0), CPU)
    assert torch.isfinite(batch.targets["LST"]).any() and torch.isnan(batch.targets["LST"][24:]).all()
    three.fusion.requires_grad_(True)
    total, parts = loss(three, batch, np.random.default_rng(0))
    total.backward()
    three.fusion.requires_grad_(False)
    assert parts["LST"] > 0
    missing = [name for name, p in three.fusion.named_parameters() if p.grad is None]
    assert missing == []
    three.fusion.zero_grad()


def test_a_cache_without_the_sensor_still_loads(tmp_path: Path) -> None:
    save_places([made_up_place("openeo_pv/1", 1), tower("a", 0)], tmp_path / CACHE)
    without, with_it = load_places(tmp_path / CACHE)
    assert without.surface_temperature().shape == (0, 1, 4, 5)
    np.testing.assert_array_equal(with_it.lst, tower("a", 0).lst)
    assert with_it.surface_temperature().max() == pytest.approx(25.0, abs=0.1)


def run(stage: object, *options: str) -> None:
    parser = ArgumentParser()
    stage.add_arguments(parser)  # type: ignore[attr-defined]
    stage.run(parser.parse_args(options))  # type: ignore[attr-defined]


def test_the_frozen_encoders_keep_their_bytes(tmp_path: Path) -> None:
    """Encoder of one band, then a fusion grown by it, through the commands."""
    places = [made_up_place(f"openeo_pv/{i}", i, radar=i == 0) for i in range(3)]
    places += [tower(name, 20 * i) for i, name in enumerate("abcdef")]
    save_places(places, tmp_path / CACHE)
    (tmp_path / POSITIONS).write_text(json.dumps([]))
    out, old = tmp_path / "weights", tmp_path / "old"
    shared = ("--work", str(tmp_path), "--steps", "3", "--batch", "2")
    for sensor in ("S1", "S2"):
        run(encoders, "--sensor", sensor, "--out", str(out), *shared)
    run(fusion, "--out", str(out), *shared)
    out.rename(old)
    out.mkdir()
    for name in ("encoder_s1.safetensors", "encoder_s2.safetensors", "SHA256SUMS"):
        (out / name).write_bytes((old / name).read_bytes())
    run(encoders, "--sensor", "LST", "--out", str(out), *shared[:2], "--steps", "15", "--batch", "4")
    first, *_, last = [json.loads(line) for line in (tmp_path / "encoder_LST.jsonl").read_text().splitlines()][:-1]
    assert last["loss"] < first["loss"]
    scores = load_tensors("encoder_lst", out)[1]["left_out"]
    assert set(scores) == {"encoder", "mean"}
    run(fusion, "--sensors", "S2", "S1", "LST", "--start-from", str(old), "--out", str(out), *shared)
    for name in ("encoder_s1.safetensors", "encoder_s2.safetensors"):
        assert (out / name).read_bytes() == (old / name).read_bytes()
    assert FusionStack.from_weights(out).fusion.names == ["LST", "S1", "S2"]
    assert FusionStack.from_weights(old).fusion.names == ["S1", "S2"]
