"""The plan: which scenes a run uses, what it says of them, and what it will read."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.cli import build_parser, main, request_fields
from eofusion_engine.errors import NoScenesError, SourceError
from eofusion_engine.events import Quiet
from eofusion_engine.grid import Grid
from eofusion_engine.inference import plan as plan_module
from eofusion_engine.inference.estimate import BLOCK, STORED_BYTES, reading
from eofusion_engine.inference.plan import make_plan
from eofusion_engine.inference.select import optical_dates, radar_dates, select
from eofusion_engine.products.timeline import HEIGHT, WIDTH, draw_timeline
from eofusion_engine.request import RunRequest, parse_request
from eofusion_engine.sources.base import BandRef, Scene
from PIL import Image
from scene_files import LEFT, TOP, write_s1, write_s2

PERIOD = {"start": "2021-05-01", "end": "2021-05-31"}


class Nothing(BandRef):
    """A band that must not be opened."""

    @property
    def label(self) -> str:
        return "B02.tif"

    def frame(self, cache: object) -> None:
        raise AssertionError("planning opened a file")

    def chunk(self, cache: object, row: int, col: int) -> None:
        raise AssertionError("planning read a file")


def scene(
    sensor: str = "S2",
    day: int = 1,
    *,
    cloud: float | None = None,
    ascending: bool | None = None,
    level: str = "",
    bounds: tuple[float, float, float, float] = (LEFT, TOP - 20_480, LEFT + 20_480, TOP),
    bands: tuple[str, ...] = (),
) -> Scene:
    units = {"SCL": "class", "VV": "dB", "VH": "dB"}
    return Scene(
        id=f"{sensor}_{day}_{ascending}_{cloud}",
        sensor=sensor,
        level=level or ("L2A" if sensor == "S2" else "RTC"),
        time=datetime(2021, 5, day, 10, tzinfo=timezone.utc),
        crs="EPSG:32632",
        bounds=bounds,
        bands={name: Nothing(unit=units.get(name, "reflectance")) for name in bands},
        ascending=ascending,
        cloud_cover=cloud,
    )


def request(**fields: object) -> RunRequest:
    return parse_request({"source": "somewhere", "out": "run", **PERIOD, **fields})


def test_cloud_limit_and_orbit_leave_scenes_out_and_say_so() -> None:
    scenes = [
        scene(day=1, cloud=10),
        scene(day=2, cloud=80),
        scene(day=3, cloud=None),
        scene("S1", 4, ascending=True),
        scene("S1", 5, ascending=False),
    ]
    chosen = select(scenes, request(max_cloud=50, orbit="descending"))
    assert [s.date.day for s in chosen.used] == [1, 3, 5]
    assert chosen.notes == (
        "1 Sentinel-2 scene with more than 50 % cloud left out.",
        "1 Sentinel-1 scene not of the descending orbit left out.",
    )
    assert select(scenes, request()).used == tuple(scenes)


def test_dates_taken_out_are_not_used_but_stay_in_the_table() -> None:
    scenes = [scene(day=1), scene(day=2), scene("S1", 1, ascending=True), scene("S1", 2, ascending=True)]
    asked = request(skip_s2_dates=["2021-05-01"], skip_s1_dates=["2021-05-02"])
    chosen = select(scenes, asked)
    assert [(s.sensor, s.date.day) for s in chosen.used] == [("S2", 2), ("S1", 1)]
    assert chosen.offered == tuple(scenes)
    rows = optical_dates(chosen.offered, {date(2021, 5, 2): 0.75}, asked)
    assert [(row["date"], row["skipped"], row["clear_fraction"]) for row in rows] == [
        ("2021-05-01", True, None),
        ("2021-05-02", False, 0.75),
    ]
    assert [row["skipped"] for row in radar_dates(chosen.offered, asked)] == [False, True]


def test_scenes_of_a_date_are_one_row_and_directions_are_two() -> None:
    scenes = [
        scene(day=1, cloud=10),
        scene(day=1, cloud=40),
        scene("S1", 2, ascending=False, level="GRD"),
        scene("S1", 2, ascending=True),
        scene("S1", 2, ascending=True, level="GRD"),
    ]
    assert optical_dates(scenes, {}, request()) == [
        {"date": "2021-05-01", "scenes": 2, "cloud_cover": 25.0, "clear_fraction": None, "skipped": False}
    ]
    assert [(row["orbit"], row["level"], row["scenes"]) for row in radar_dates(scenes, request())] == [
        ("ascending", "RTC, GRD", 2),
        ("descending", "GRD", 1),
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"max_cloud": 5}, "within the cloud limit"),
        ({"skip_s2_dates": ["2021-05-01"]}, "Every date with a scene was taken out"),
    ],
)
def test_nothing_left_is_an_error_with_a_sentence(fields: dict, sentence: str) -> None:
    with pytest.raises(NoScenesError, match=sentence):
        select([scene(day=1, cloud=50)], request(**fields))


# -- what is read ------------------------------------------------------------------------------------


def brute_pixels(grid: Grid, bounds: tuple[float, float, float, float], metres: float) -> int:
    """Pixels of whole blocks that the grid and its halo touch, counted block by block."""
    from eofusion_engine.inference.tiles import HALO

    left, bottom, right, top = (v + s * HALO * 10 for v, s in zip(grid.bounds, (-1, -1, 1, 1), strict=True))
    columns, rows = round((bounds[2] - bounds[0]) / metres), round((bounds[3] - bounds[1]) / metres)
    count = 0
    for row in range(0, rows, BLOCK):
        for col in range(0, columns, BLOCK):
            height, width = min(BLOCK, rows - row), min(BLOCK, columns - col)
            x, y = bounds[0] + col * metres, bounds[3] - row * metres
            if x < right and x + width * metres > left and y > bottom and y - height * metres < top:
                count += height * width
    return count


@pytest.mark.parametrize("shift", [0, 3_000, 9_920, -1_600])
def test_bytes_are_those_of_whole_blocks(shift: int) -> None:
    grid = Grid(32632, LEFT + shift, TOP - abs(shift), 192, 320)
    here = scene(bands=("B02", "B05", "SCL"))
    needed = reading([here], grid, {here.date: 0.4})
    ten, twenty = brute_pixels(grid, here.bounds, 10), brute_pixels(grid, here.bounds, 20)
    assert ten > 0
    assert needed.bytes == pytest.approx(
        (ten + twenty) * STORED_BYTES["reflectance"] + twenty * STORED_BYTES["class"], rel=1e-9
    )


def test_of_a_cloudy_date_only_the_classification_is_read_and_nothing_of_a_scene_elsewhere() -> None:
    grid = Grid(32632, LEFT, TOP, 192, 192)
    cloudy, away = scene(day=1, bands=("B02", "SCL")), scene(day=2, bounds=(0, 0, 1, 1), bands=("B02",))
    needed = reading([cloudy, away], grid, {cloudy.date: 0.0, away.date: 0.5})
    assert needed.bytes == pytest.approx(BLOCK * BLOCK * STORED_BYTES["class"])
    radar = scene("S1", 3, bands=("VV", "VH"), ascending=True)
    assert reading([radar], grid, {}).bytes == pytest.approx(2 * BLOCK * BLOCK * STORED_BYTES["dB"])


def test_pixels_in_degrees_count_like_those_in_metres() -> None:
    west, north = 10.4, 51.1
    box = (west, north - 0.1, west + 0.1, north)
    in_degrees = Scene("d", "S2", "L2A", datetime(2021, 5, 1, tzinfo=timezone.utc), "EPSG:4326", box,
                       {"B02": Nothing(unit="reflectance")})  # fmt: skip
    pixels = reading([in_degrees], Grid(32632, 600_000, 5_660_000, 1600, 1600), {}).bytes / STORED_BYTES["reflectance"]
    assert pixels == pytest.approx((0.1 * 111_320 / 10) ** 2, rel=0.1)


# -- the whole plan ----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three Sentinel-2 dates, the second cloudy, and two Sentinel-1 dates."""
    for day, scl in ((1, 4), (11, 9), (21, 4)):
        write_s2(tmp_path / f"s2_{day}", seed=day, time=f"2021-05-{day:02d}T10:30:00Z", scl=np.full((16, 16), scl))
    for day, orbit in ((2, "ascending"), (12, "descending")):
        write_s1(tmp_path / f"s1_{day}", np.full((2, 32, 32), -12.0), time=f"2021-05-{day:02d}T17:10:00Z", orbit=orbit)
    return tmp_path


def test_the_summary_has_a_row_a_date_and_adds_up(folder: Path) -> None:
    with make_plan(request(source=str(folder)), Quiet()) as plan:
        found = plan.summary()
    assert [(row["date"], row["clear_fraction"]) for row in found["s2"]] == [
        ("2021-05-01", 1.0),
        ("2021-05-11", 0.0),
        ("2021-05-21", 1.0),
    ]
    assert [(row["date"], row["orbit"], row["level"]) for row in found["s1"]] == [
        ("2021-05-02", "ascending", "RTC"),
        ("2021-05-12", "descending", "RTC"),
    ]
    assert found["clear_dates"] == found["dates"] == ["2021-05-01", "2021-05-21"]
    assert (found["start"], found["end"]) == ("2021-05-01", "2021-05-31")
    pixels = 32 * 32 * 4 + 16 * 16 * 6
    wanted = 2 * pixels * STORED_BYTES["reflectance"] + 3 * 256 * STORED_BYTES["class"] + 4 * 1024 * STORED_BYTES["dB"]
    assert found["read_mb"] == pytest.approx(wanted / 1e6, abs=0.06)
    json.dumps(found, allow_nan=False)


def test_a_date_taken_out_is_not_mapped_and_its_pixels_are_not_read(folder: Path) -> None:
    asked = request(source=str(folder), skip_s2_dates=["2021-05-01"], skip_s1_dates=["2021-05-02"])
    with make_plan(asked, Quiet()) as plan:
        found = plan.summary()
        assert plan.cube.s2_dates == (date(2021, 5, 11), date(2021, 5, 21)) and len(plan.scenes) == 3
    assert found["dates"] == ["2021-05-21"] and found["scenes_s1"] == 1
    assert [row["skipped"] for row in found["s2"]] == [True, False, False]
    assert found["s2"][0]["clear_fraction"] is None and found["s1"][0]["skipped"]


def test_without_a_clear_date_left_the_way_out_is_said(folder: Path) -> None:
    every = ["2021-05-01", "2021-05-11", "2021-05-21"]
    with pytest.raises(NoScenesError, match="No Sentinel-2 date is left"):
        make_plan(request(source=str(folder), skip_s2_dates=every), Quiet())
    with pytest.raises(NoScenesError, match="All 1 Sentinel-2 dates are cloudy"):
        make_plan(request(source=str(folder), skip_s2_dates=[every[0], every[2]]), Quiet())
    with make_plan(request(source=str(folder), skip_s2_dates=every, dates="every:10"), Quiet()) as plan:
        assert any("Sentinel-1 alone" in note for note in plan.notes) and len(plan.dates) == 4


@pytest.mark.parametrize("products", [["reflectance"], ["embeddings"], ["gpp", "temperature"]])
def test_the_disk_is_what_a_run_takes(folder: Path, tmp_path: Path, products: list[str]) -> None:
    from eofusion_engine.inference.runner import run

    out = tmp_path / "run"
    asked = request(source=str(folder), products=products, out=str(out), samples=4)
    with make_plan(asked, Quiet()) as plan:
        found = plan.summary()["disk_mb"] * 1e6
    run(asked, Quiet())
    tiles = sum(path.stat().st_size for path in (out / "tiles").iterdir())
    products_size = sum(path.stat().st_size for path in (out / "products").rglob("*.tif"))
    # Headers of many small files weigh something here, where the area is a few token cells.
    assert 0.6 * tiles < found < 1.5 * (tiles + products_size)


class Service:
    """A source like a catalogue: no extent, its own notes, and connections to close."""

    kind, name = "stac", "service"

    def __init__(self, scenes: list[Scene] | None) -> None:
        self._scenes, self.closed, self.notes = scenes, False, ["One scene could not be used."]

    def extent(self) -> None:
        raise SourceError("The service needs an area.", "Draw one.", code="no-area")

    def scenes(self, area: object, start: date, end: date) -> list[Scene]:
        if self._scenes is None:
            raise SourceError("The service is down.")
        return self._scenes

    def weather(self, area: object = None) -> None:
        return None

    def close(self) -> None:
        self.closed = True


AREA = {"type": "Polygon", "coordinates": [[[10.4, 51.0], [10.5, 51.0], [10.5, 51.05], [10.4, 51.05], [10.4, 51.0]]]}


def test_a_service_needs_an_area_and_is_closed_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(None)
    monkeypatch.setattr(plan_module, "open_source", lambda name, options: service)
    with pytest.raises(SourceError, match="needs an area"):
        make_plan(request(), Quiet())
    assert service.closed
    service.closed = False
    with pytest.raises(SourceError, match="is down"):
        make_plan(request(area=AREA), Quiet())
    assert service.closed


def test_a_service_tells_its_notes_and_costs_time_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    radar = [scene("S1", day, ascending=True, bands=("VV",)) for day in (1, 11)]
    service = Service(radar)
    monkeypatch.setattr(plan_module, "open_source", lambda name, options: service)
    with make_plan(request(area=AREA, dates="every:10"), Quiet()) as plan:
        found = plan.summary()
        assert plan.read_rate is not None and "One scene could not be used." in found["notes"]
    assert service.closed
    assert found["seconds"] > found["read_mb"] * 1e6 / plan.read_rate


# -- command line and picture ------------------------------------------------------------------------


def test_every_option_of_the_scenes_reaches_the_request() -> None:
    words = (
        "run --source x --start 2021-05-01 --end 2021-05-31 --out run --file-pattern {date}_{band}.tif --max-cloud 40 "
        "--orbit ascending --skip-dates 2021-05-03,2021-05-01 --scl-drop 0,1,8,9 --cloud-test "
        "--weather-method interpolate --cache-gb 2.5"
    )
    made = parse_request(request_fields(build_parser().parse_args(words.split())))
    assert (made.file_pattern, made.max_cloud, made.orbit) == ("{date}_{band}.tif", 40.0, "ascending")
    assert made.skip_s2_dates == made.skip_s1_dates == (date(2021, 5, 1), date(2021, 5, 3))
    assert made.scl_drop == (0, 1, 8, 9) and made.cloud_test
    assert (made.weather_method, made.cache_gb) == ("interpolate", 2.5)


def test_the_command_prints_the_table_and_draws_the_picture(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "dates.png"
    words = ["plan", "--source", str(folder), "--start", "2021-05-01", "--end", "2021-05-31"]
    assert main([*words, "--skip-dates", "2021-05-21", "--picture", str(picture)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["date", "sensor", "scenes", "cloud", "%", "clear", "%", "orbit", "level"]
    assert lines[1].split() == ["2021-05-01", "S2", "1", "100"]
    assert lines[2].split() == ["2021-05-02", "S1", "1", "asc", "RTC"]
    assert lines[5].split() == ["-", "2021-05-21", "S2", "1"]
    assert any("to read" in line and "of memory" in line and "of disk" in line for line in lines)
    with Image.open(picture) as image:
        assert image.size == (WIDTH, HEIGHT) and image.format == "PNG"


def test_a_picture_that_cannot_be_written_is_said_plainly(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["plan", "--source", str(folder), "--start", "2021-05-01", "--end", "2021-05-31"]
    assert main([*words, "--picture", str(tmp_path / "none" / "dates.png")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_picture_shows_clear_dates_high_and_blue() -> None:
    def dot(day: int, share: float | None, skipped: bool = False) -> dict:
        return {"date": f"2021-05-{day:02d}", "clear_fraction": share, "skipped": skipped}

    rows = {"s1": [], "start": "2021-05-01", "end": "2021-05-31"}
    clear = np.asarray(draw_timeline({**rows, "s2": [dot(15, 1.0)]}), int)
    cloudy = np.asarray(draw_timeline({**rows, "s2": [dot(15, 0.0)]}), int)
    out = np.asarray(draw_timeline({**rows, "s2": [dot(15, 1.0, True)]}), int)

    def blue(picture: np.ndarray) -> np.ndarray:
        return picture[..., 2] - picture[..., 0] > 60

    assert blue(clear).sum() > 30 and not blue(cloudy).any() and not blue(out).any()
    assert np.argwhere(blue(clear))[:, 0].mean() < HEIGHT / 3
    assert math.isclose(np.argwhere(blue(clear))[:, 1].mean(), WIDTH / 2, abs_tol=40)
