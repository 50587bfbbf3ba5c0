"""A tower beside a run: the pixels of its footprint, scores by hand, calibration, and clear refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine import cli
from eofusion_engine.errors import RequestError
from eofusion_engine.inspect_point import OutsideError
from eofusion_engine.model.calibration import (
    Calibration,
    CalibrationError,
    calibrated,
    head_sum,
    load_calibration,
)
from eofusion_engine.model.gpp import GppHead
from eofusion_engine.towers.calibrate import CalibrationNotSupported, TowerDays, calibrate
from eofusion_engine.towers.check import RUN, check_tower
from eofusion_engine.towers.compare import metrics, period_sum
from eofusion_engine.towers.place import series_at_tower
from pyproj import Transformer
from run_example import DATES, DAYS, gpp_values, write_example

TO_DEGREES = Transformer.from_crs("EPSG:32632", "EPSG:4326", always_xy=True)
ROW, COLUMN = 40, 60


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("tower") / "run")


def position() -> tuple[float, float]:
    lon, lat = TO_DEGREES.transform(600000 + 10 * (COLUMN + 0.5), 5660000 - 10 * (ROW + 0.5))
    return lat, lon


@pytest.fixture
def tower(tmp_path: Path) -> Path:
    """A tower of 2021 that measured 2.0 and 7.0 on the run's dates and 4.0 between."""
    path = tmp_path / "FLX_XX-Tow_FLUXNET2015_SUBSET_DD_2021.csv"
    values = dict.fromkeys(DAYS, 4.0) | dict(zip(DATES, (2.0, 7.0), strict=True))
    lines = ["TIMESTAMP,TA_F,SW_IN_F,VPD_F,NEE_VUT_REF_QC,GPP_NT_VUT_REF,GPP_DT_VUT_REF"]
    lines += [f"{day:%Y%m%d},15,210,9,1,{gpp},{gpp + 0.5}" for day, gpp in values.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_pixel_and_the_scores_by_hand(example: Path, tower: Path) -> None:
    lat, lon = position()
    found = check_tower(tower, [example], lat=lat, lon=lon)
    at = [float(gpp_values(2 + 4 * i)[ROW, COLUMN]) for i in range(2)]
    assert [row[RUN] for row in found["rows"]] == pytest.approx(at, abs=1e-3)
    assert [row["observed"] for row in found["rows"]] == [2.0, 7.0]
    (score,) = (row for row in found["scores"] if row["model"] == RUN)
    errors = np.array(at) - [2.0, 7.0]
    assert score["rmse"] == pytest.approx(np.sqrt((errors**2).mean()), abs=1e-3)
    assert score["bias"] == pytest.approx(errors.mean(), abs=1e-3)
    assert score["r2"] is None  # two days
    assert {row["season"]: row["n"] for row in found["seasons"]} == {"March to May": 1, "June to August": 1}
    names = [row["model"] for row in found["scores"]]
    assert "linear NIRv" in names
    assert len(names) == len(set(names)) == 5
    assert found["footprint"] == {"kind": "pixel", "radius_m": None, "pixels": 1, "hectares": 0.01}
    assert found["tower"]["between_partitionings"] == pytest.approx(0.5)
    assert found["sums"][0]["observed"] == pytest.approx(4.0 * (len(DAYS) - 2) + 9.0)
    assert any("Only 2 days" in note for note in found["notes"])
    json.dumps(found, allow_nan=False)


def test_a_footprint_is_the_mean_of_its_pixels(example: Path) -> None:
    lat, lon = position()
    circle = series_at_tower(example, lat, lon, radius_m=100)
    assert circle.hectares == pytest.approx(np.pi, rel=0.01)
    # The field is linear, so the mean over a circle around a pixel's centre is that pixel's value.
    assert circle.p50[0] == pytest.approx(float(gpp_values(2)[ROW, COLUMN]), abs=1e-3)
    assert circle.six.shape == (2, 6)
    assert np.isfinite(circle.six).all()
    with pytest.raises(OutsideError, match="Only"):
        series_at_tower(example, lat, lon, radius_m=1500)
    with pytest.raises(OutsideError, match="lies outside"):
        series_at_tower(example, lat + 1, lon)


def test_what_cannot_be_compared(example: Path, tower: Path) -> None:
    lat, lon = position()
    with pytest.raises(RequestError, match="position of the tower"):
        check_tower(tower, [example])
    with pytest.raises(RequestError, match="no latitude"):
        check_tower(tower, [example], lat=95, lon=lon)
    with pytest.raises(RequestError, match="No run"):
        check_tower(tower, [], lat=lat, lon=lon)
    tower.write_text(tower.read_text(encoding="utf-8").replace("\n2021", "\n2011"), encoding="utf-8")
    with pytest.raises(RequestError, match="on no date of the run"):
        check_tower(tower, [example], lat=lat, lon=lon)


def test_a_known_tower_at_another_place_is_remarked_on(example: Path, tower: Path) -> None:
    lat, lon = position()
    known = tower.with_name("FLX_FR-Pue_FLUXNET2015_SUBSET_DD_2021.csv")
    tower.rename(known)
    found = check_tower(known, [example], lat=lat, lon=lon)
    assert found["tower"]["seen"] is True  # it trained the head, wherever it is said to stand
    (note,) = (note for note in found["notes"] if "known to stand" in note)
    # From 43.74 N 3.60 E to 51.08 N 10.4 E it is about 960 km.
    assert 900 < float(note.split(" km")[0].split()[-1]) < 1000


def test_two_days_support_no_calibration(example: Path, tower: Path, tmp_path: Path) -> None:
    lat, lon = position()
    out = tmp_path / "cal.json"
    found = check_tower(tower, [example], lat=lat, lon=lon, calibrate_to=out)["calibration"]
    assert found["supported"] is False
    assert "too few" in found["reason"]
    assert not out.exists()


@pytest.fixture(scope="module")
def head() -> GppHead:
    return GppHead.from_weights()


def season_days(head: GppHead, scale: float, shift: float, noise: float, years: int = 4, seed: int = 0) -> TowerDays:
    """Days of a meadow whose GPP is the head's own with another efficiency and temperature response."""
    rng = np.random.default_rng(seed)
    n = 40 * years
    phase = rng.uniform(0, 1, n)
    green = np.sin(np.pi * phase) ** 2
    six = np.stack([0.04 - 0.01 * green, 0.07 + 0.01 * green, 0.09 - 0.05 * green, 0.2 + 0.25 * green,
                    0.25 - 0.05 * green, 0.18 - 0.08 * green], axis=1)  # fmt: skip
    tair, ssrd = 2 + 20 * green + rng.normal(0, 3, n), 80 + 170 * green + rng.normal(0, 30, n)
    days = TowerDays(
        six, np.full(n, 400.0), tair, np.clip(ssrd, 20, 350), np.full(n, np.nan), np.full(n, np.nan), np.zeros(n),
        year=2010 + np.arange(n) % years, week=np.arange(n) // 2,
    )  # fmt: skip
    columns = (
        torch.as_tensor(np.asarray(c, np.float32)) for c in (six, days.top, tair, days.ssrd, days.vpd, days.recent)
    )
    truth = calibrated(head.core, scale, shift)(*columns).numpy().astype(float)
    return replace(days, gpp=truth + rng.normal(0, noise, n))


def test_calibration_finds_what_was_changed(head: GppHead) -> None:
    fitted = calibrate(head.core, season_days(head, 1.4, 3.0, noise=0.3))
    assert fitted.scale == pytest.approx(1.4, abs=0.1)
    assert fitted.temperature_shift == pytest.approx(3.0, abs=1.0)
    assert fitted.rmse_after < 0.6 * fitted.rmse_before
    assert [row["year"] for row in fitted.years] == [2010, 2011, 2012, 2013]
    only_scale = calibrate(head.core, season_days(head, 0.7, 0.0, noise=0.3))
    assert only_scale.scale == pytest.approx(0.7, abs=0.05)
    assert only_scale.temperature_shift == 0.0


def test_data_that_do_not_support_a_calibration(head: GppHead) -> None:
    with pytest.raises(CalibrationNotSupported, match="do not support"):
        calibrate(head.core, season_days(head, 1.0, 0.0, noise=1.5))
    with pytest.raises(CalibrationNotSupported, match="in 1 years"):
        calibrate(head.core, season_days(head, 1.4, 0.0, noise=0.3, years=1))
    # Years that disagree: what one year says is wrong in the next.
    days = season_days(head, 1.0, 0.0, noise=0.2, years=2)
    torn = replace(days, gpp=days.gpp * np.where(days.year == 2010, 0.6, 1.6))
    with pytest.raises(CalibrationNotSupported, match="better in"):
        calibrate(head.core, torn)


def test_a_calibration_file_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    made = Calibration("XX-Tow", 1.25, -1.5, head_sum(), {"n": 80})
    made.save(path)
    assert load_calibration(path) == made
    assert "1.25" in made.words
    for change, sentence in (
        ({"scale": 9.0}, "scale = 9"),
        ({"head": "other"}, "other GPP weights"),
        ({"format": 7}, "not a calibration file of this version"),
        ({"temperature_shift": "warm"}, "lacks a number"),
    ):
        data = json.loads(path.read_text(encoding="utf-8")) | change
        bad = tmp_path / "bad.json"
        bad.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(CalibrationError, match=sentence):
            load_calibration(bad)
    with pytest.raises(CalibrationError, match="no calibration file"):
        load_calibration(tmp_path / "none.json")


def test_a_calibrated_core_scales_and_shifts(head: GppHead) -> None:
    six = torch.tensor([[0.03, 0.06, 0.04, 0.4, 0.2, 0.1]])
    one = torch.ones(1)

    def gpp(core: torch.nn.Module, degc: float) -> float:
        return float(core(six, 400 * one, degc * one, 200 * one, torch.nan * one, torch.nan * one))

    plain, doubled = gpp(head.core, 18.0), gpp(calibrated(head.core, 2.0, 0.0), 18.0)
    assert doubled == pytest.approx(2 * plain, rel=1e-5)
    assert gpp(calibrated(head.core, 1.0, 4.0), 8.0) < gpp(head.core, 8.0)
    assert gpp(calibrated(head.core, 1.0, -8.0), -9.0) == 0.0  # frost stays frost
    assert gpp(head.core, 18.0) == plain  # the original is as it was


def test_scores_and_sums_of_gaps() -> None:
    truth = np.array([1.0, 2.0, 3.0, np.nan] + [4.0] * 8)
    found = metrics(truth, truth + 1)
    assert found["n"] == 11
    assert (found["bias"], found["rmse"]) == (1.0, 1.0)
    days = np.arange(np.datetime64("2021-05-01"), np.datetime64("2021-05-11"))
    gpp = np.full(10, 2.0)
    gpp[3] = np.nan
    total = period_sum(days, gpp, days[0].item(), days[-1].item(), np.array([10.0, 20.0, 30.0]))
    assert total is not None
    assert (total["observed"], total["filled_days"]) == (20.0, 1)
    assert period_sum(days[:5], gpp[:5], days[0].item(), days[-1].item(), np.array([10.0, 20.0, 30.0])) is None


def test_the_command(example: Path, tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lat, lon = position()
    arguments = ["tower", str(tower), "--run", str(example), "--lat", f"{lat}", "--lon", f"{lon}"]
    assert cli.main(arguments) == 0
    text = capsys.readouterr().out
    assert "XX-Tow" in text
    assert "linear NIRv" in text
    assert cli.main([*arguments, "--radius", "50", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["footprint"]["kind"] == "circle"
    assert cli.main(["tower", str(tower.with_name("none.csv")), "--run", str(example)]) == 2
    assert "position" in capsys.readouterr().err
