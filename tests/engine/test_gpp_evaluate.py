"""The evaluation of GPP on folders that nobody has seen: layouts, labels, baselines without a refit, drivers."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.evaluation.gpp import LUE, NIRV, TREES, evaluate
from eofusion_engine.evaluation.gpp_models import Baselines
from eofusion_engine.evaluation.rows import OURS, Row
from eofusion_engine.model.gpp import GppHead
from eofusion_engine.training.gpp_fit import predict_rows
from eofusion_engine.training.gpp_tables import read_towers

BANDS = "blue,green,red,nir,swir1,swir2"


def folder(path: Path, lat: float, noise: float = 0.5) -> Path:
    """A folder with the daily table alone: four sites around ``lat``, GPP what the shipped head says and noise."""
    generator = np.random.default_rng(0)
    gpp = path / "gpp"
    gpp.mkdir(parents=True)
    (gpp / "sites.csv").write_text(
        "site,lat,lon,position\n" + "".join(f"ZZ-{i:03d},{lat + 2 * i},-45,tower\n" for i in range(4))
    )

    def write(values: np.ndarray | None) -> None:
        lines = [f"site,date,doy,vegtype,lat,lon,{BANDS},tmean,ssrd,gpp"]
        draw = np.random.default_rng(1)
        for row in range(480):
            site, doy = row % 4, 100 + row // 4
            green = np.sin(np.pi * (doy - 90) / 140) * draw.uniform(0.6, 1.0)
            soil, grass = np.array([0.09, 0.13, 0.17, 0.25, 0.32, 0.27]), np.array([0.03, 0.07, 0.03, 0.4, 0.18, 0.08])
            six = (1 - green) * soil + green * grass
            weather = (5 + 17 * green + draw.normal(0, 3), draw.uniform(60, 300))
            value = 1.0 if values is None else values[row]
            cells = [f"ZZ-{site:03d}", str(np.datetime64("2012-01-01") + doy - 1), str(doy), "GRA", "", ""]
            lines.append(",".join([*cells, *(f"{v:.5f}" for v in (*six, *weather, value))]))
        with gzip.open(gpp / "nbar_daily_gpp.csv.gz", "wt") as file:
            file.write("\n".join(lines))

    write(None)
    table = read_towers(path)
    daily = table.table == "modis"
    write(predict_rows(GppHead.from_weights().core, table.take(daily)) + generator.normal(0, noise, daily.sum()))
    return path


def find(rows: list[Row], data: str, model: str, part: str = "") -> Row:
    (row,) = (row for row in rows if (row.data, row.model, row.part) == (data, model, part))
    return row


def test_a_folder_of_unseen_towers(tmp_path: Path) -> None:
    # No training tower is within 25 km of a place in the Atlantic.
    rows = evaluate(folder(tmp_path, lat=-52.0))
    assert {row.seen for row in rows} == {"unseen"}
    assert {row.data for row in rows} == {"nbar_daily", "nbar_8day", "nbar_season"}
    ours = find(rows, "nbar_daily", OURS)
    assert ours.metrics["rmse"] == pytest.approx(0.5, abs=0.05)  # the noise that was put in
    assert ours.metrics["r2"] > 0.9
    assert ours.metrics["coverage80"] > 0.9  # real errors are larger than this noise
    assert ours.metrics["sites"] == 4
    assert ours.reference in (NIRV, LUE, TREES)
    assert ours.metrics["diff_rmse"] == pytest.approx(
        ours.metrics["rmse"] - find(rows, "nbar_daily", ours.reference).metrics["rmse"]
    )
    assert find(rows, "nbar_daily", OURS, "GRA").n == 480
    assert find(rows, "nbar_8day", OURS).n == pytest.approx(60, abs=4)
    assert ours.unit == "g C m-2 d-1"
    assert ours.metrics["coverage80_low"] <= ours.metrics["coverage80"] <= ours.metrics["coverage80_high"]
    season = find(rows, "nbar_season", OURS)
    assert season.n == 4  # a site's year each
    assert season.metrics["rmse"] < 0.2  # noise of days fades in a mean of 120
    assert season.metrics["coverage80"] == 1.0
    assert season.reference == ours.reference


def test_no_drivers_is_said_and_worse(tmp_path: Path) -> None:
    data = folder(tmp_path, lat=-52.0)
    full, none = (find(evaluate(data, drivers=d), "nbar_daily", OURS) for d in ("full", "none"))
    assert "no weather" in none.note
    assert none.metrics["rmse"] > full.metrics["rmse"]
    assert find(evaluate(data), "nbar_daily", f"{OURS}, no weather: climatology").metrics["rmse"] == pytest.approx(
        none.metrics["rmse"]
    )


def test_training_towers_are_called_seen(tmp_path: Path) -> None:
    data = folder(tmp_path, lat=-52.0)
    head = "site,lat,lon,position\n"
    (data / "gpp" / "sites.csv").write_text(head + "".join(f"ZZ-{i:03d},43.7413,3.5957,tower\n" for i in range(4)))
    assert {row.seen for row in evaluate(data)} == {"seen"}  # beside FR-Pue
    (data / "gpp" / "sites.csv").unlink()
    assert {row.seen for row in evaluate(data)} == {"seen"}  # nothing vouches for a place that is not known


def test_no_table_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        evaluate(tmp_path)


def test_baselines_there_and_back(tmp_path: Path) -> None:
    towers = read_towers(folder(tmp_path / "data", lat=-52.0))
    towers = towers.take(towers.table == "modis8")
    fitted = Baselines.fit(towers, Baselines.load().temperature)
    weights = tmp_path / "weights"
    weights.mkdir()
    fitted.save([["ZZ-000", -52.0, -45.0]], tmp_path / "evaluation")
    again = Baselines.load(weights)
    for name, predicted in fitted.predict(towers).items():
        np.testing.assert_allclose(again.predict(towers)[name], predicted, atol=1e-5)
