"""The fusion stage on made-up places: what batches hide, what the loss asks for, and the command itself."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.errors import RequestError
from eofusion_engine.model.stack import FusionStack
from eofusion_engine.model.weights import load_tensors, read_sums
from eofusion_engine.training import encoders, fusion, fusion_folds
from eofusion_engine.training.encoded import VARIANTS, EncodedPlace, encode_place
from eofusion_engine.training.fusion_loss import loss
from eofusion_engine.training.gap_batches import PIXELS_A_PLACE, draw
from eofusion_engine.training.places import Place, positions, save_places, validation_places
from eofusion_engine.training.prepare import CACHE, POSITIONS
from model_helpers import random_stack
from test_gaps import made_up_place

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def encoded() -> list[EncodedPlace]:
    stack = random_stack()
    both = {name: stack.encoder(name) for name in ("S1", "S2")}
    places = [made_up_place("a", 0), made_up_place("b", 1, radar=True)]
    return [encode_place(both, place, np.random.default_rng(0), CPU) for place in places]


def test_variants_differ_in_what_is_shown_and_not_in_the_targets(encoded: list[EncodedPlace]) -> None:
    place = encoded[1]
    shown = dict(zip(VARIANTS, place.bands["S2"], strict=True))
    known = torch.isfinite(place.targets["S2"])
    assert torch.equal(torch.nan_to_num(shown["clean"]), torch.nan_to_num(place.targets["S2"]))
    assert (torch.isfinite(shown["lacking"]) <= known).all() and not torch.isfinite(shown["lacking"])[known].all()
    assert torch.equal(torch.isfinite(shown["cloudy"]), known)
    assert (shown["cloudy"] - shown["clean"])[known].abs().max() > 0.5
    assert not torch.equal(place.features["S2"][0], place.features["S2"][2])


def test_a_batch_asks_for_dates_with_targets_and_hides_gaps_around_them(encoded: list[EncodedPlace]) -> None:
    torch.manual_seed(0)
    batch = draw(encoded, np.random.default_rng(0), CPU)
    pixels = 2 * PIXELS_A_PLACE
    assert len(batch.asked) == pixels and batch.sensors["S2"].seen.shape[0] == pixels
    first, last = batch.blind["S2"].unbind(-1)
    hides = first <= last
    assert 0.65 < hides.float().mean() < 0.85
    # Some pixels keep the first asked date alone, as rows of tables that are no series.
    s2 = batch.sensors["S2"]
    alone = (s2.seen <= (s2.days == batch.asked[:, :1])).all(1) & s2.seen.any(1)
    assert 0 < alone.float().mean() < 0.4
    # The asked date is in its gap, and no gap is longer than it may be.
    assert ((first <= 0) & (last >= 0))[hides].all() and (last - first)[hides].max() <= 70
    # Where the asked date is one of Sentinel-2's, the target is what was seen then.
    known = torch.isfinite(batch.targets["S2"]).any(-1)
    assert known[:, :-1].float().mean() > 0.9
    assert not torch.isfinite(batch.targets["S1"][:PIXELS_A_PLACE]).any()  # the first place has no radar
    assert torch.isfinite(batch.series["S2"]).all() and torch.isnan(batch.series["S1"][:PIXELS_A_PLACE]).all()


def test_a_few_steps_lower_the_loss_and_reach_every_parameter(encoded: list[EncodedPlace]) -> None:
    torch.manual_seed(0)
    stack = random_stack()
    stack.fusion.requires_grad_(True)
    optimiser = torch.optim.AdamW(stack.fusion.parameters(), 3e-3)
    values = []
    for number in range(25):
        rng = np.random.default_rng(number)
        total, parts = loss(stack, draw(encoded, rng, CPU), rng)
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        values.append(total.item())
        assert all(np.isfinite(list(parts.values())))
    assert np.mean(values[-5:]) < 0.8 * np.mean(values[:5])
    assert [name for name, p in stack.fusion.named_parameters() if p.grad is None] == []


def test_places_of_validation_are_never_held_out_and_never_paired() -> None:
    places = [made_up_place(f"openeo_pv/{i}", i, radar=i == 4) for i in range(12)]
    places[1].held_out = True
    chosen = validation_places(places)
    assert chosen and "openeo_pv/1" not in chosen and "openeo_pv/4" not in chosen
    assert len(chosen) < 6


def small_cache(work: Path) -> None:
    places: list[Place] = [made_up_place(f"openeo_pv/{i}", i, radar=i == 0) for i in range(6)]
    save_places(places, work / CACHE)
    (work / POSITIONS).write_text(json.dumps([["presto/x/0", 1.0, 2.0]]))


def run(stage: object, *options: str) -> None:
    parser = ArgumentParser()
    stage.add_arguments(parser)  # type: ignore[attr-defined]
    stage.run(parser.parse_args(options))  # type: ignore[attr-defined]


def test_the_commands_write_weights_that_load_and_name_their_places(tmp_path: Path) -> None:
    """Encoders and fusion in a few steps; the encoders' bytes are the same before and after the fusion."""
    small_cache(tmp_path)
    out = tmp_path / "weights"
    shared = ("--work", str(tmp_path), "--out", str(out), "--steps", "3", "--batch", "2")
    for sensor in ("S1", "S2"):
        run(encoders, "--sensor", sensor, *shared)
    before = read_sums(out)
    run(fusion, *shared)
    after = read_sums(out)
    assert {name: after[name] for name in before} == before
    FusionStack.from_weights(out)
    for name in ("encoder_s1", "encoder_s2", "fusion"):
        _, about = load_tensors(name, out)
        ids = [row[0] for row in about["training_places"]]
        assert "presto/x/0" in ids and any(row.startswith("openeo_pv/") for row in ids)
    assert {"encoder", "nearest band", "mean"} == set(load_tensors("encoder_s2", out)[1]["left_out"])


def test_folds_leave_every_place_out_once_and_widen_the_intervals(tmp_path: Path) -> None:
    small_cache(tmp_path)
    out = tmp_path / "weights"
    shared = ("--work", str(tmp_path), "--out", str(out), "--steps", "3", "--batch", "2")
    for sensor in ("S1", "S2"):
        run(encoders, "--sensor", sensor, *shared)
    run(fusion, *shared)
    with pytest.raises(RequestError, match="No fold"):
        run(fusion_folds, "--work", str(tmp_path), "--out", str(out))
    narrow, before = FusionStack.from_weights(out), load_tensors("fusion", out)[0]
    seen = []
    for fold in range(fusion_folds.FOLDS):
        run(fusion, *shared, "--fold", str(fold))
        seen += json.loads(fusion_folds.fold_file(tmp_path, fold).read_text())
    assert sorted(seen) == [f"openeo_pv/{i}" for i in range(6)]
    run(fusion_folds, "--work", str(tmp_path), "--out", str(out))
    tensors, about = load_tensors("fusion", out)
    assert all(torch.equal(tensors[name], before[name]) for name in before)
    factor = about["fusion"]["widening"]["S2"]
    days = torch.tensor([737000, 737020])
    series = torch.rand(2, 2, 10)
    results = []
    for stack in (narrow, FusionStack.from_weights(out)):
        observed = stack.observe("S2", series, torch.zeros(2, 2, 3), days)
        results.append(stack.reflectance(stack.fusion.embed({"S2": observed}, days + 5), days + 5))
    (value, sd), (same, wide) = results
    assert torch.equal(value, same) and factor != 1
    torch.testing.assert_close(wide, sd * factor)


def test_the_widening_makes_the_interval_hold_its_share() -> None:
    """Errors of a Laplace distribution twice as wide as claimed need twice the width."""
    claimed = np.log(5)
    errors = np.random.default_rng(0).laplace(size=100_000) * 2
    coverage = [float((np.abs(errors) <= claimed * factor).mean()) for factor in fusion_folds.FACTORS]
    assert fusion_folds.widening({"a": {"coverage": coverage}}) == pytest.approx(2, rel=0.02)


def test_positions_leave_out_what_is_nowhere() -> None:
    assert positions([made_up_place("simulated/1", 1), made_up_place("monthly/x/0", 2)]) == []
    assert positions([made_up_place("openeo_pv/1", 1)]) == [["openeo_pv/1", 48.0, 14.0]]
