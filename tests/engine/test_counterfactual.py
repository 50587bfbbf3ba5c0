"""Counterfactuals: edits keep what they must, unchanged is exactly zero, both arms share their draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import torch
from eofusion_engine.cube import CubeWindow
from eofusion_engine.errors import Cancelled, RequestError
from eofusion_engine.events import Quiet
from eofusion_engine.explore import counterfactual, paired
from eofusion_engine.explore.edits import (
    KINDS,
    Donor,
    Edit,
    changed,
    edited,
    filled_in_time,
    green_share,
    laid_out,
    reach,
)
from eofusion_engine.explore.registry import explore
from eofusion_engine.inference.tiles import tiles
from model_helpers import random_stack
from rasterio.features import geometry_mask
from rasterio.warp import transform_geom
from shapely.geometry import box, mapping
from small_run import small_run
from temperature_helpers import made_up_cells, made_up_generator

FIRST = date(2021, 6, 1)
HALO = 8


def window(size: int = 32, dates: int = 5, cloudy: float = 0.2) -> CubeWindow:
    """Green land with clouds: each date is a little other."""
    rng = np.random.default_rng(3)
    spectrum = np.array([0.04, 0.07, 0.05, 0.1, 0.25, 0.32, 0.34, 0.36, 0.2, 0.1], np.float32)
    s2 = spectrum[None, :, None, None] * rng.uniform(0.7, 1.3, (dates, 1, size, size)).astype(np.float32)
    clear = rng.random((dates, size, size)) > cloudy
    s2 = np.where(clear[:, None], s2, np.float32(np.nan))
    s1 = rng.normal([[[[-11.0]], [[-17.0]]]], 1.0, (dates, 2, size, size)).astype(np.float32)
    days = tuple(FIRST + timedelta(days=5 * i) for i in range(dates))
    return CubeWindow(s2, clear, clear & False, days, s1, days, np.ones(dates, bool), ("RTC",) * dates)


def square(size: int, low: int, high: int) -> np.ndarray:
    inside = np.zeros((size, size), bool)
    inside[low:high, low:high] = True
    return inside


def test_an_edit_changes_the_polygon_and_its_dates_alone_and_keeps_the_clouds() -> None:
    before, inside = window(), square(32, 10, 20)
    donor = Donor(np.full_like(before.s2, 0.3), np.full_like(before.s1, -14.0))
    for kind in KINDS:
        edit = Edit(kind, 0.8, start=FIRST + timedelta(days=5), end=FIRST + timedelta(days=10))
        after = edited(before, inside, edit, donor if kind == "cover" else None)
        different = changed(before, after)
        assert different[inside].any() and not different[~inside].any(), kind
        for index in (0, 3, 4):  # outside of the period
            assert np.array_equal(before.s2[index], after.s2[index], equal_nan=True)
            assert np.array_equal(before.s1[index], after.s1[index])
        if kind == "no-optical":
            assert np.isnan(after.s2[1:3][:, :, inside]).all() and not after.s2_clear[1:3][:, inside].any()
        else:
            assert np.array_equal(np.isnan(before.s2), np.isnan(after.s2)), kind
        if kind == "no-sar":
            assert np.isnan(after.s1[1:3][:, :, inside]).all()
    nothing = edited(before, inside, Edit("snow", 0.0))
    assert not changed(before, nothing).any()


def test_edits_go_the_way_that_they_are_named() -> None:
    before, inside = window(cloudy=0.0), square(32, 0, 32)
    green = green_share(before.s2[0]).mean()

    def made(kind: Any, amount: float = 1.0) -> CubeWindow:
        return edited(before, inside, Edit(kind, amount))

    assert green_share(made("drier").s2[0]).mean() < green - 0.1
    assert green_share(made("wetter").s2[0]).mean() > green + 0.02
    assert green_share(made("vegetation-loss").s2[0]).mean() < 0.1
    snow = made("snow").s2[0]
    assert ((snow[1] - snow[8]) / (snow[1] + snow[8])).min() > 0.7 and made("snow").s2_snow.all()
    assert made("drier").s1.mean() < before.s1.mean() - 1 and made("wetter").s1.mean() > before.s1.mean() + 1
    assert np.array_equal(made("snow").s1, before.s1)
    half = made("vegetation-loss", 0.5).s2[0]
    assert np.allclose(half, (before.s2[0] + made("vegetation-loss").s2[0]) / 2, atol=1e-6)


def test_a_donor_has_no_gaps_and_its_pattern_hangs_on_the_grid() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan], np.float32).reshape(4, 1, 1, 1)
    assert filled_in_time(values, np.array([0.0, 5.0, 10.0, 20.0])).ravel().tolist() == [1, 2, 3, 3]
    s2 = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)
    usable = np.ones((4, 4), bool)
    usable[0, 0] = False
    one = laid_out(s2, s2, usable, 2, 5, (8, 8)).s2[0, 0]
    other = laid_out(s2, s2, usable, 4, 7, (6, 6)).s2[0, 0]
    assert np.array_equal(one[2:, 2:], other[:6, :6])
    assert not (one == 0).any()  # the pixel that is not the donor's is never given


def test_outside_of_the_reach_both_arms_are_one_also_when_dates_vanish() -> None:
    stack = random_stack()
    before = window(48)
    before.s2[2] = np.nan  # one date shows nothing but a corner of the polygon
    before.s2[2, :, 20, 20] = 0.2
    inside = square(48, 19, 24)
    dates = (FIRST + timedelta(days=10),)
    with torch.inference_mode():
        arms = paired.paired_reflectance(stack, before, edited(before, inside, Edit("no-optical")), dates, HALO)
        within = reach(inside)[HALO:-HALO, HALO:-HALO]
        apart = np.abs(arms.after - arms.before).max(axis=(0, 1))
        assert np.array_equal(arms.within, within) and within.sum() == 19 * 19
        assert (apart[~within] == 0).all() and (apart[inside[HALO:-HALO, HALO:-HALO]] > 0).all()
        # The reach is the encoders': what the network itself makes of the edit beyond it is the same but for rounding.
        again = paired.encode_window(stack, edited(before, inside, Edit("no-optical")), HALO, dates)
    assert np.allclose(again.reflectance[:, :, ~within], arms.before[:, :, ~within], atol=2e-4)


def test_temperature_differs_only_where_images_do_and_draws_are_shared() -> None:
    generator = made_up_generator()
    epochs = [date(2015, 1, 1) + timedelta(days=16 * i) for i in range(146, 154)]
    cells = np.repeat(made_up_cells(5, 3, 1), len(epochs), axis=1)
    other = cells.copy()
    other[1, 3:6, :10] = np.nan
    days = [epochs[2] + timedelta(days=i) for i in range(60)]
    place = np.full(3, 47.0), np.full(3, 11.0), np.array([300.0, 300.0, np.nan])
    made = paired.paired_temperature(generator, cells, other, epochs, *place, days, seed=4, samples=4)
    assert made.differs.tolist() == [False, True, False]
    assert (made.after[[0, 2]] == made.before[[0, 2]]).all() and (made.spread[:, [0, 2]] == 0).all()
    assert np.abs(made.after[1] - made.before[1]).max() > 1e-3
    whole = generator.generate(
        generator.tokenize(cells), epochs, np.ones((3, len(epochs)), bool), *place, days, 4, 4
    )  # fmt: skip
    assert np.allclose(made.before, whole.mean, atol=1e-3)  # the first arm is the run's own series
    # Drawn alike, arms go together: their difference spreads less than that of two arms drawn apart.
    apart = paired.paired_temperature(generator, cells, other, epochs, *place, days, seed=5, samples=4)
    unpaired = made.paths_after[:, 1] - apart.paths_before[:, 1]
    assert made.spread[:, 1].std() < unpaired.std()


# -- the tool --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, sample: str) -> tuple[Path, tuple[float, float]]:
    return small_run(tmp_path_factory.mktemp("counterfactual"), sample)


def polygon(middle: tuple[float, float], east: float = 0.0) -> dict[str, Any]:
    x, y = middle[0] + east, middle[1]
    return dict(mapping(box(x - 0.0006, y - 0.0006, x + 0.0006, y + 0.0006)))


def layer(found: dict[str, Any], kind: str) -> np.ndarray:
    entry = next(one for one in found["layers"] if one["kind"] == kind)
    with rasterio.open(Path(found["folder"]) / entry["path"]) as dataset:
        return np.asarray(dataset.read(masked=True).astype(np.float64).filled(np.nan))


def test_snow_on_a_run(finished: tuple[Path, tuple[float, float]]) -> None:
    folder, middle = finished
    found = explore("counterfactual", {"run": folder, "polygon": polygon(middle), "edit": "snow", "samples": 4})
    ndvi, gpp = layer(found, "ndvi_difference"), layer(found, "gpp_difference")
    assert ndvi.shape[0] == 2 and gpp.shape == ndvi.shape  # two dates
    assert np.isfinite(ndvi).any() and ndvi[np.isfinite(ndvi)].min() < -0.3
    with rasterio.open(Path(found["folder"]) / "ndvi_difference.tif") as dataset:
        shape = transform_geom("EPSG:4326", dataset.crs, polygon(middle))
        inside = np.logical_not(geometry_mask([shape], dataset.shape, dataset.transform))
    scores = {score["name"]: score["value"] for score in found["scores"]}
    within = reach(inside)
    assert scores["Pixels edited"] == inside.sum() > 50 and scores["Pixels within reach"] == within.sum()
    for values in (ndvi, gpp):
        known = np.isfinite(values)
        assert known[:, ~within].any() and (values[known & ~within] == 0).all()
        assert (np.abs(values[known & inside]) > 0).mean() > 0.95
    assert gpp[np.isfinite(gpp)].min() < -1 and np.nanmax(gpp[:, within]) < 1
    mean = layer(found, "gpp_difference_mean")
    known = np.isfinite(mean).all(axis=0)
    assert (mean[0] <= mean[1] + 1e-5)[known].all() and (mean[1] <= mean[2] + 1e-5)[known].all()
    assert any("not what would happen" in note for note in found["notes"])
    # The first arm is the run itself.
    table = next(one for one in found["tables"] if one["title"].startswith("GPP"))
    with rasterio.open(folder / "products/gpp/gpp_p50.tif") as dataset:
        values = dataset.read(1)
    assert np.nanmin(values[values > -9000]) - 1e-3 <= table["rows"][0][1] <= values.max() + 1e-3


def test_an_edit_of_nothing_is_exactly_zero(finished: tuple[Path, tuple[float, float]]) -> None:
    folder, middle = finished
    asked = {"run": folder, "polygon": polygon(middle), "edit": "drier", "amount": 0.0, "samples": 4}
    found = explore("counterfactual", asked)
    for kind in ("ndvi_difference", "ndvi_difference_mean", "gpp_difference", "gpp_difference_mean"):
        values = layer(found, kind)
        assert np.isfinite(values).any() and (values[np.isfinite(values)] == 0).all()
    judged = [score for score in found["scores"] if "difference" in score["name"]]
    assert judged and all(score["value"] == score["low"] == score["high"] == 0 for score in judged)
    assert any("Nothing was changed" in note for note in found["notes"])


def test_another_cover_comes_from_the_donor(finished: tuple[Path, tuple[float, float]]) -> None:
    folder, middle = finished
    asked = {"run": folder, "polygon": polygon(middle), "edit": "cover", "donor": polygon(middle, 0.002), "samples": 4}
    found = explore("counterfactual", asked)
    assert next(s["value"] for s in found["scores"] if s["name"] == "Pixels edited") > 50
    assert np.nanmax(np.abs(layer(found, "ndvi_difference"))) > 0.01


def test_the_answer_does_not_hang_on_the_tiling(
    finished: tuple[Path, tuple[float, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, middle = finished
    asked = {"run": folder, "polygon": polygon(middle), "edit": "cover", "donor": polygon(middle, 0.002), "samples": 4}
    whole = explore("counterfactual", asked)
    monkeypatch.setattr(counterfactual, "tiles", lambda height, width: tiles(height, width, 16))
    small = explore("counterfactual", asked)
    for kind in ("ndvi_difference", "gpp_difference", "gpp_difference_mean"):
        one, other = layer(whole, kind), layer(small, kind)
        assert np.array_equal(np.isnan(one), np.isnan(other))
        assert np.abs(np.nan_to_num(one - other)).max() < 2e-3
    for one, other in zip(whole["scores"], small["scores"], strict=True):
        assert one["value"] == pytest.approx(other["value"], abs=1e-3)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"edit": "cover"}, "donor polygon belongs"),
        ({"edit": "snow", "amount": 2}, "amount"),
        ({"edit": "snow", "start": "2021-06-20", "end": "2021-06-01"}, "before the start"),
        ({"edit": "snow", "polygon": mapping(box(0, 0, 1, 1))}, "outside the run"),
    ],
)
def test_what_cannot_be_edited_is_told(
    finished: tuple[Path, tuple[float, float]], fields: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RequestError, match=sentence):
        explore("counterfactual", {"run": finished[0], "polygon": polygon(finished[1]), **fields})


def test_a_cancel_leaves_nothing(finished: tuple[Path, tuple[float, float]], tmp_path: Path) -> None:
    class Impatient(Quiet):
        seen = 0

        def progress(self, stage: str, done: int, total: int, text: str) -> None:
            self.seen += stage == "explore"

        def cancelled(self) -> bool:
            return self.seen > 0

    asked = {"run": finished[0], "polygon": polygon(finished[1]), "edit": "snow", "out": tmp_path / "here"}
    with pytest.raises(Cancelled):
        explore("counterfactual", asked, Impatient())
    assert list(tmp_path.iterdir()) == []


def test_more_views_do_not_matter_where_they_show_nothing() -> None:
    """`changed` sees through NaN."""
    before = window()
    assert not changed(before, replace(before, s2=before.s2.copy())).any()
