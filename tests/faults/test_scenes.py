"""Scenes that are cut off, altered, full of nonsense or mixed up: a gap with its name, or a sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from faults_page import Page
from lab import Fault, Outcome, work
from small_place import DAYS, request
from sound import assert_nothing_half_written

ONLY = {"products": ["reflectance"]}
FIRST = f"s2_{DAYS[0]}"


@pytest.fixture
def scenes(small_place: Path, tmp_path: Path) -> Path:
    """A copy of the place that the test may spoil."""
    return Path(shutil.copytree(small_place, tmp_path / "scenes"))


def make(source: Path, folder: Path) -> Outcome:
    """A run of reflectance."""
    done = work(request(source, folder / "run", **ONLY), Fault(), folder / "child")
    assert_nothing_half_written(folder / "run")
    return done


def told(done: Outcome, notes: list[str]) -> str:
    """All that a person reads of a run that went on without a scene: warnings, and the notes of the report."""
    assert done.state == "ok", (done.sentence, done.said[-2000:])
    return " ".join(dict.fromkeys([*done.warnings, *(n for n in notes if FIRST in n)]))


def notes_of(run: Path) -> list[str]:
    """The notes of a run's report."""
    return list(json.loads((run / "run.json").read_text(encoding="utf-8"))["notes"])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def flip(path: Path) -> None:
    """Every 64th byte of the middle third inverted."""
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, 2 * len(data) // 3, 64):
        data[at] ^= 0xFF
    path.write_bytes(bytes(data))


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (cut, "A GeoTIFF is cut off"),
        (flip, "Bytes of a GeoTIFF are altered"),
        pytest.param(empty, "A GeoTIFF is empty", marks=pytest.mark.long),
    ],
)
def test_a_damaged_band_is_a_gap_that_is_named(
    spoil: Callable[[Path], None], what: str, scenes: Path, tmp_path: Path, page: Page
) -> None:
    spoil(scenes / FIRST / "B08.tif")
    done = make(scenes, tmp_path)
    said = told(done, notes_of(tmp_path / "run"))
    assert FIRST in said and "B08" in said
    page.note(what, "while scenes are read", said, "The run goes on without these pixels and notes it.", tmp_path)
    assert any(FIRST in note for note in notes_of(tmp_path / "run"))


def test_nonsense_numbers_are_no_measurement(scenes: Path, tmp_path: Path, page: Page) -> None:
    """NaN and infinity in a float raster: those pixels are unseen, the others as before."""
    done = make(scenes, tmp_path)
    before = _reflectance(tmp_path / "run")
    shutil.rmtree(tmp_path / "run")
    for name in ("B04", "B08"):
        path = scenes / FIRST / f"{name}.tif"
        with rasterio.open(path) as file:
            values, profile = file.read().astype(np.float32), file.profile
        values[0, :4, :4], values[0, 4:8, :4], values[0, 8:12, :4] = np.nan, np.inf, -np.inf
        path.unlink()
        with rasterio.open(path, "w", **{**profile, "dtype": "float32"}) as file:
            file.write(values)
    done = make(scenes, tmp_path)
    assert done.state == "ok", done.sentence
    after = _reflectance(tmp_path / "run")
    assert np.isfinite(after).all()
    far = np.s_[:, :, 8 + 16 :]  # beyond what the encoders see
    np.testing.assert_allclose(after[far], before[far], atol=1.5)  # stored numbers, 1e-4 each
    page.note("NaN and infinite values in a raster", "while scenes are read", " ".join(done.warnings) or "Nothing.",
              "Those pixels count as not seen; no product holds an infinite value.", tmp_path)  # fmt: skip


def _reflectance(run: Path) -> np.ndarray:
    """(bands, H, W) of the second date, NaN where nothing is known."""
    with rasterio.open(run / f"products/reflectance/reflectance_{DAYS[1].replace('-', '')}.tif") as dataset:
        return np.asarray(dataset.read(masked=True).astype(np.float32).filled(np.nan))


def test_bands_in_the_wrong_order_are_noticed(scenes: Path, tmp_path: Path, page: Page) -> None:
    """A scene whose files were mixed up: vegetation is then dark in the near infrared, which is worth a word."""
    _vegetation(scenes)
    clean = make(scenes, tmp_path)
    assert clean.state == "ok" and not any("order" in warning for warning in clean.warnings), clean.warnings
    shutil.rmtree(tmp_path / "run")
    sidecar = scenes / FIRST / "scene.json"
    about = json.loads(sidecar.read_text(encoding="utf-8"))
    names = sorted(name for name in about["bands"] if name != "SCL")
    about["bands"] |= {name: f"{other}.tif" for name, other in zip(names, reversed(names), strict=True)}
    sidecar.write_text(json.dumps(about), encoding="utf-8")
    done = make(scenes, tmp_path)
    said = told(done, notes_of(tmp_path / "run"))
    page.note("Bands in the wrong order", "while scenes are read", said or "Nothing.",
              "The run goes on; look at the scene.", tmp_path)  # fmt: skip
    assert FIRST in said and "order" in said


def _vegetation(scenes: Path) -> None:
    """Give both dates the spectrum of a meadow."""
    level = {"B02": 300, "B03": 600, "B04": 400, "B05": 900, "B06": 2500, "B07": 3000, "B08": 3200, "B8A": 3400}
    level |= {"B11": 1800, "B12": 900}
    for day in DAYS:
        for name, value in level.items():
            with rasterio.open(scenes / f"s2_{day}" / f"{name}.tif", "r+") as file:
                noise = np.random.default_rng(value).normal(1, 0.05, (1, file.height, file.width))
                file.write((value * noise).astype(np.uint16))


@pytest.mark.parametrize(
    ("time", "what"),
    [
        ("2021-05-01T23:59:59-14:00", "A scene's time is of a zone far away"),
        pytest.param("not a time", "A scene's time is none", marks=pytest.mark.long),
        pytest.param("9999-12-31T23:59:59Z", "A scene's time lies in the far future", marks=pytest.mark.long),
        ("0001-01-01T00:00:00+14:00", "A scene's time lies before the calendar"),
    ],
)
def test_strange_times_of_scenes(time: str, what: str, scenes: Path, tmp_path: Path, page: Page) -> None:
    sidecar = scenes / FIRST / "scene.json"
    about = json.loads(sidecar.read_text(encoding="utf-8")) | {"time": time}
    sidecar.write_text(json.dumps(about), encoding="utf-8")
    done = make(scenes, tmp_path)
    said = told(done, notes_of(tmp_path / "run"))
    used = {scene["id"]: scene["date"] for scene in json.loads((tmp_path / "run/run.json").read_text())["scenes"]}
    assert used.get(FIRST) == ("2021-05-02" if time.startswith("2021") else None)
    page.note(what, "while scenes are found", said or "Nothing.", "Dates are days of UTC.", tmp_path)


def test_every_scene_is_damaged(scenes: Path, tmp_path: Path, page: Page) -> None:
    for path in scenes.rglob("*.tif"):
        empty(path)
    done = make(scenes, tmp_path)
    assert done.state == "error" and done.error["code"] in ("source", "no-scenes") and done.error["hint"]
    assert not (tmp_path / "run").exists(), "a request that cannot work leaves no folder behind"
    page.note("Every scene is damaged", "while scenes are found", done.sentence, "No folder is made.", tmp_path)
