"""Sensitivity: attributions are the model's own slopes, parts add up, both methods and their ranks."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from eofusion_engine.cube import CubeWindow
from eofusion_engine.errors import EOFusionError
from eofusion_engine.explore.attribution import (
    GPP_GROUPS,
    IMAGE_GROUPS,
    PLACE,
    S1,
    SEASON,
    TEMPERATURE_GROUPS,
    Attribution,
    agreement,
    dominant,
    shares,
    spearman,
)
from eofusion_engine.explore.attribution_drivers import driver_parts
from eofusion_engine.explore.attribution_gpp import GppModel, gradient_times_input, occlusion, views_of
from eofusion_engine.explore.attribution_temperature import (
    TemperatureModel,
    attribute_cells,
    occluded,
    slopes_times_input,
)
from eofusion_engine.explore.registry import explore
from eofusion_engine.model.gpp import GppHead
from model_helpers import random_stack
from shapely.geometry import box, mapping
from small_run import small_run
from temperature_helpers import made_up_cells, made_up_generator

FIRST = date(2021, 6, 1)
HALO = 8
DATES = (FIRST + timedelta(days=3), FIRST + timedelta(days=20))


def window(radar: int = 3) -> CubeWindow:
    """Green land, 8 x 8 pixels within the halo, some of it cloudy."""
    rng = np.random.default_rng(3)
    spectrum = np.array([0.04, 0.07, 0.05, 0.1, 0.25, 0.32, 0.34, 0.36, 0.2, 0.1], np.float32)
    s2 = spectrum[None, :, None, None] * rng.uniform(0.7, 1.3, (4, 10, 24, 24)).astype(np.float32)
    clear = rng.random((4, 24, 24)) > 0.2
    s1 = rng.normal([[[[-11.0]], [[-17.0]]]], 1.0, (radar, 2, 24, 24)).astype(np.float32)
    days = tuple(FIRST + timedelta(days=6 * i) for i in range(4))
    return CubeWindow(
        np.where(clear[:, None], s2, np.float32(np.nan)), clear, clear & False, days,
        s1, days[:radar], np.ones(radar, bool), ("RTC",) * radar,
    )  # fmt: skip


def model(seen: CubeWindow) -> GppModel:
    head = GppHead.from_weights()
    tair, recent, ssrd = np.array([14.0, 18.0]), np.array([12.0, 15.0]), np.array([180.0, 240.0])
    parts = driver_parts(
        head, 51.0, DATES, tair, recent, ssrd, None,
        lambda days: 9 - 9 * np.cos([2 * np.pi * d.timetuple().tm_yday / 365 for d in days]),
        lambda days: 120 - 90 * np.cos([2 * np.pi * d.timetuple().tm_yday / 365 for d in days]),
    )  # fmt: skip
    days = torch.tensor([day.toordinal() for day in DATES])
    return GppModel(random_stack(), head, views_of(seen, HALO, torch.device("cpu")), HALO, days, parts)


def test_ranks_shares_and_the_dominant_input() -> None:
    assert spearman(np.array([1.0, 2, 3, 4]), np.array([10.0, 20, 30, 5])) == pytest.approx(-0.2)
    assert spearman(np.array([1.0, 1, 2]), np.array([5.0, 5, 9])) == pytest.approx(1)
    assert np.isnan(spearman(np.ones(3), np.arange(3.0)))
    values = np.array([[1.0, -1], [3, -3], [0, 0]])
    assert shares(values).tolist() == [0.25, 0.75, 0]
    assert dominant(np.stack([values, np.full_like(values, np.nan)], axis=2)).tolist() == [[2, 0], [2, 0]]
    assert agreement(Attribution(("a", "b", "c"), values, 2 * values)) == pytest.approx((1, 1))


def test_the_drivers_parts_add_up_to_the_drivers() -> None:
    parts = model(window()).drivers
    whole = {name: parts.reference[name] + sum(parts.parts[name].values()) for name in ("tair", "ssrd", "change")}
    assert np.allclose(whole["tair"], [14, 18]) and np.allclose(whole["ssrd"], [180, 240])
    assert np.allclose(whole["change"], [-2, -3])
    assert np.isnan(parts.reference["vpd"]) and not parts.parts["vpd"]


def test_the_gradient_is_the_slope_of_the_model() -> None:
    """A small step of one input towards its baseline moves GPP by that share of its attribution."""
    seen = model(window())
    found = gradient_times_input(seen)
    pixels = torch.arange(64)
    encoded = {name: seen.encode(views) for name, views in seen.views.items()}
    whole = seen.value(encoded, pixels).double()
    step = 2e-3
    for group in (S1, "B04", "B8A", "B11"):
        name = "S1" if group == S1 else "S2"
        views = seen.views[name]
        bands = slice(None) if group == S1 else slice(GPP_GROUPS.index(group) - 1, GPP_GROUPS.index(group))
        moved = views.values.clone()
        core = (slice(None), bands, slice(HALO, -HALO), slice(HALO, -HALO))
        moved[core] = torch.lerp(moved, views.at_baseline(seen.stack, bands).values, step)[core]
        other = {**encoded, name: seen.encode(type(views)(name, moved, views.conditions, views.days))}
        fallen = float((whole - seen.value(other, pixels).double()).sum()) / step
        expected = float(found["bands"][GPP_GROUPS.index(group)].sum())
        assert fallen == pytest.approx(expected, rel=0.08, abs=0.02), group
    assert np.isfinite(found["bands"]).all() and np.abs(found["bands"][GPP_GROUPS.index(SEASON)]).sum() > 0
    assert found["dates"]["S2"].shape == (4, 10) and found["dates"]["S1"].shape == (3, 2)


def test_what_is_not_there_has_no_share() -> None:
    seen = model(window(radar=0))
    slope, hidden = gradient_times_input(seen), occlusion(seen, torch.arange(0, 64, 9))
    for found in (slope, hidden):
        assert (found["bands"][GPP_GROUPS.index(S1)] == 0).all() and len(found["dates"]["S1"]) == 0
        assert np.abs(found["bands"][GPP_GROUPS.index("B8A")]).max() > 0
    # Hiding changes nothing for good: the model is what it was.
    again = occlusion(seen, torch.arange(0, 64, 9))
    assert np.array_equal(hidden["bands"], again["bands"])


def test_finite_differences_of_temperature_are_the_models_own() -> None:
    generator = made_up_generator()
    epochs = tuple(date(2015, 1, 1) + timedelta(days=16 * i) for i in range(146, 154))
    days = np.arange(epochs[2].toordinal(), epochs[2].toordinal() + 60, 4)
    here = TemperatureModel(generator, epochs, days, 47.0, 11.0, 300.0)
    cell = made_up_cells(5, len(epochs))
    base, moved = here.baseline(cell), []
    for share in (1.5, 0.5):  # the radar alone
        one = cell.copy()
        one[:, 10:12] = base[:, 10:12] + np.float32(share) * (cell - base)[:, 10:12]
        moved.append(one)
    high, low = here.image_part(np.stack(moved))
    slope = slopes_times_input(here, cell)
    assert slope[IMAGE_GROUPS.index(S1)] == pytest.approx(high - low, abs=1e-6)
    hidden, by_epoch = occluded(here, cell)
    whole, flat = here.image_part(np.stack([cell, np.where(np.arange(cell.shape[1]) // 2 == 5, base, cell)]))
    assert hidden[IMAGE_GROUPS.index(S1)] == pytest.approx(whole - flat, abs=1e-6)
    assert hidden.shape == slope.shape and by_epoch.shape == (len(epochs),) and np.abs(slope).max() > 0
    blind = np.full_like(cell, np.nan)
    assert np.allclose(slopes_times_input(here, blind), 0) and np.allclose(occluded(here, blind)[0], 0)


def test_place_and_season_of_temperature() -> None:
    generator = made_up_generator()
    epochs = tuple(date(2015, 1, 1) + timedelta(days=16 * i) for i in range(146, 154))
    cells = np.repeat(made_up_cells(5, 1, len(epochs)), 2, axis=0)
    july = np.arange(date(2021, 7, 1).toordinal(), date(2021, 7, 20).toordinal())
    found, by_epoch = attribute_cells(
        generator, cells, epochs, july, np.array([0.0, 60.0]), np.zeros(2), np.zeros(2)
    )  # fmt: skip
    season, place = (found.gradient[TEMPERATURE_GROUPS.index(group)] for group in (SEASON, PLACE))
    assert np.array_equal(season, found.occlusion[TEMPERATURE_GROUPS.index(SEASON)])
    assert abs(season[0]) < 2 < 5 < season[1]  # no summer at the equator, a warm July in the north
    assert place[1] < -5 < 0 < place[0] and by_epoch.shape == (len(epochs), 2)


def test_the_tool_on_a_run(tmp_path: Path, sample: str) -> None:
    folder, (x, y) = small_run(tmp_path, sample)
    area = mapping(box(x - 0.0008, y - 0.0008, x + 0.0004, y + 0.0004))
    found = explore("sensitivity", {"run": folder, "area": area, "blocks": 1, "dates": ["2021-06-10"]})
    assert [layer["kind"] for layer in found["layers"]] == ["gpp_dominant", "gpp_shares"]
    with rasterio.open(Path(found["folder"]) / "gpp_dominant.tif") as dataset:
        best = dataset.read(1)
    with rasterio.open(Path(found["folder"]) / "gpp_shares.tif") as dataset:
        share = dataset.read(masked=True)
    known = best > 0
    assert 50 < known.sum() < 0.6 * known.size and best.max() <= len(GPP_GROUPS)
    assert np.allclose(share.filled(0).sum(axis=0)[known], 1, atol=1e-3)
    assert (share.filled(0).argmax(axis=0)[known] + 1 == best[known]).mean() > 0.999
    bars = next(chart for chart in found["charts"] if chart["kind"] == "bar")
    assert bars["x"] == list(GPP_GROUPS) and all(sum(s["y"]) == pytest.approx(1, abs=1e-3) for s in bars["series"])
    stack = next(chart for chart in found["charts"] if chart["kind"] == "stack")
    assert sum(sum(s["y"]) for s in stack["series"]) == pytest.approx(1, abs=1e-3)
    rank = next(score["value"] for score in found["scores"] if "(Spearman)" in score["name"])
    assert 0.5 < rank <= 1
    with pytest.raises(EOFusionError, match="made no temperature"):
        explore("sensitivity", {"run": folder, "target": "temperature"})
