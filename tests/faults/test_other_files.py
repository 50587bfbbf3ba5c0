"""Cubes, JPEG 2000, weights, the cache, weather: each cut off, altered or exchanged."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from faults_page import Page
from lab import Fault, work
from loopback.place import Place, make_place
from loopback.writers import write_netcdf
from scene_files import LEFT, TOP
from shapely.geometry import mapping
from small_place import DAYS, request
from sound import assert_nothing_half_written, finished_tiles, product_sums

ONLY = {"products": ["reflectance"]}


def long(*parameters: Any) -> list[Any]:
    """Parameters that `make test` leaves to `make faults`."""
    return [pytest.param(*(p if isinstance(p, tuple) else (p,)), marks=pytest.mark.long) for p in parameters]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def flip(path: Path) -> None:
    """Every 64th byte of the middle third inverted."""
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, 2 * len(data) // 3, 64):
        data[at] ^= 0xFF
    path.write_bytes(bytes(data))


@pytest.fixture(scope="module")
def cubes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Path]:
    """A place of April as netCDF cubes."""
    from datetime import date

    place = make_place(width_m=400.0, height_m=320.0).until(date(2022, 4, 30))
    return place, write_netcdf(place, tmp_path_factory.mktemp("netcdf"))


@pytest.mark.parametrize(
    ("spoil", "what"), [(cut, "A netCDF cube is cut off"), *long((flip, "Bytes of a netCDF cube are altered"))]
)
def test_a_damaged_cube(
    spoil: Callable[[Path], None], what: str, cubes: tuple[Place, Path], tmp_path: Path, page: Page
) -> None:
    place, intact = cubes
    folder = Path(shutil.copytree(intact, tmp_path / "cubes"))
    spoilt = sorted(folder.glob("S2_L2A_10m*.nc"))[0]
    spoil(spoilt)
    fields = {"area": mapping(place.area), "start": "2022-04-01", "end": "2022-04-30", **ONLY}
    done = work(request(folder, tmp_path / "run", **fields), Fault(), tmp_path / "child")
    notes = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["notes"]
    said = done.sentence or " ".join(dict.fromkeys([*done.warnings, *notes]))
    assert spoilt.name in said, (done.state, said, done.said[-1500:])
    assert done.error.get("code") != "internal"
    assert_nothing_half_written(tmp_path / "run")
    page.note(what, "while scenes are read", said, "The run goes on without it where other scenes are left.", tmp_path)


@pytest.mark.parametrize(
    ("spoil", "what"), [(cut, "A JPEG 2000 file is cut off"), *long((flip, "Bytes of a JPEG 2000 file are altered"))]
)
def test_a_damaged_jpeg2000(
    spoil: Callable[[Path], None], what: str, small_place: Path, tmp_path: Path, page: Page
) -> None:
    """JPEG 2000 carries no checksum: what cannot be decoded is told, what can be decoded to other numbers is not."""
    scenes = Path(shutil.copytree(small_place, tmp_path / "scenes"))
    scene = scenes / f"s2_{DAYS[0]}"
    with rasterio.open(scene / "B08.tif") as file:
        values = file.read()
    with rasterio.open(
        scene / "B08.jp2", "w", driver="JP2OpenJPEG", count=1, height=values.shape[1], width=values.shape[2],
        dtype="uint16", crs="EPSG:32632", transform=rasterio.Affine(10, 0, LEFT, 0, -10, TOP), QUALITY="100",
        REVERSIBLE="YES",
    ) as file:  # fmt: skip
        file.write(values)
    about = json.loads((scene / "scene.json").read_text(encoding="utf-8"))
    about["bands"]["B08"] = "B08.jp2"
    (scene / "scene.json").write_text(json.dumps(about), encoding="utf-8")
    fields = request(scenes, tmp_path / "run", **ONLY)
    whole = work(fields, Fault(), tmp_path / "whole")
    assert whole.state == "ok" and not whole.warnings, (whole.sentence, whole.warnings)
    shutil.rmtree(tmp_path / "run")
    spoil(scene / "B08.jp2")
    done = work(fields, Fault(), tmp_path / "child")
    assert done.state == "ok", (done.sentence, done.said[-1500:])
    said = " ".join(done.warnings)
    then = "The run goes on without these pixels and notes it."
    if spoil is cut:
        assert "B08" in said, done.said[-1500:]
    elif not said:
        said, then = "Nothing.", "JPEG 2000 has no checksum: such pixels are wrong. SAFE products have one beside it."
    for path in (tmp_path / "run/products/reflectance").glob("*.tif"):
        with rasterio.open(path) as file:
            values = file.read(masked=True).compressed()
            assert values.size and values.min() > -2000 and values.max() < 16000
    page.note(what, "while scenes are read", said, then, tmp_path)


def as_safe(scene: Path, folder: Path) -> Path:
    """A scene as a SAFE product with a manifest, all bands at 10 m; the path of its B08."""
    stem = f"T32UMB_{scene.name[3:].replace('-', '')}T103021"
    product = folder / f"S2A_MSIL2A_{stem[7:]}_N0301_R108_T32UMB_{stem[7:]}.SAFE"
    images = product / f"GRANULE/L2A_T32UMB_A030589_{stem[7:]}/IMG_DATA/R10m"
    images.mkdir(parents=True)
    stated = ""
    for path in sorted(scene.glob("*.tif")):
        image = images / f"{stem}_{path.stem}_10m.jp2"
        with rasterio.open(path) as old:
            values, profile = old.read(), {"crs": old.crs, "transform": old.transform, "dtype": old.dtypes[0]}
        with rasterio.open(
            image, "w", driver="JP2OpenJPEG", count=1, height=values.shape[1], width=values.shape[2], QUALITY="100",
            REVERSIBLE="YES", **profile,
        ) as new:  # fmt: skip
            new.write(values)
        data = image.read_bytes()
        stated += (
            f'<byteStream size="{len(data)}"><fileLocation href="./{image.relative_to(product).as_posix()}"/>'
            f'<checksum checksumName="SHA3-256">{hashlib.sha3_256(data).hexdigest().upper()}</checksum></byteStream>'
        )
    (product / "manifest.safe").write_text(f"<XFDU>{stated}</XFDU>", encoding="utf-8")
    shutil.rmtree(scene)
    return images / f"{stem}_B08_10m.jp2"


def test_an_altered_safe_product(small_place: Path, tmp_path: Path, page: Page) -> None:
    """What JPEG 2000 does not tell, the product's manifest does."""
    scenes = Path(shutil.copytree(small_place, tmp_path / "scenes"))
    image = as_safe(scenes / f"s2_{DAYS[0]}", scenes)
    data = bytearray(image.read_bytes())
    data[len(data) * 3 // 4] ^= 4
    image.write_bytes(bytes(data))
    done = work(request(scenes, tmp_path / "run", **ONLY), Fault(), tmp_path / "child")
    assert done.state == "ok", (done.sentence, done.said[-1500:])
    said = " ".join(done.warnings)
    assert "B08_10m.jp2 cannot be read: its bytes were altered" in said, done.said[-1500:]
    then = "The run goes on without these pixels and notes it."
    page.note("A bit of a JPEG 2000 file in a SAFE product is altered", "while scenes are read", said, then, tmp_path)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A copy of the shipped weights that the test may spoil."""
    return Path(shutil.copytree(Path(__file__).resolve().parents[2] / "resources" / "weights", tmp_path / "weights"))


def exchange(path: Path) -> None:
    """Somebody else's weights of the same form, without a line in SHA256SUMS."""
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (exchange, "The weights are exchanged"),
        *long((cut, "The weights are cut off"), (Path.unlink, "The weights are gone")),
    ],
)
@pytest.mark.parametrize("name", ["fusion", *long("temperature", "gpp")])
def test_weights_that_are_not_the_published_ones(
    name: str, spoil: Callable[[Path], None], what: str, weights: Path, small_place: Path, tmp_path: Path, page: Page
) -> None:
    spoil(next(iter(sorted(weights.glob(f"{name}*.safetensors")))))
    done = work(request(small_place, tmp_path / "run", weights=str(weights)), Fault(), tmp_path / "child")
    assert done.state == "error" and done.error["code"] == "weights" and done.error["hint"], done.said[-1500:]
    assert not list(tmp_path.glob("run/products/**/*.tif"))
    if name == "fusion":
        page.note(what, "at the start", done.sentence, "Nothing is computed.", tmp_path)


def test_a_damaged_tile_is_made_again(
    small_place: Path, undisturbed: dict[str, str], tmp_path: Path, page: Page
) -> None:
    fields = request(small_place, tmp_path / "run")
    assert work(fields, Fault("kill", "write"), tmp_path / "killed").state == "dead"
    before = finished_tiles(tmp_path / "run")
    first, *others = sorted(before)
    flip(tmp_path / "run" / "tiles" / first)
    done = work(fields, Fault(), tmp_path / "child")
    assert done.state == "ok" and product_sums(tmp_path / "run") == undisturbed
    after = finished_tiles(tmp_path / "run")
    assert after[first] > before[first] and all(after[name] == before[name] for name in others)
    page.note("A finished tile is altered", "before the next run", "Nothing.", "That tile alone is computed again.")


@pytest.mark.parametrize("text", ["{", *long('{"format": 99, "state": "done", "products": []}', "", "[1, 2]")])
def test_a_damaged_run_json(text: str, small_place: Path, tmp_path: Path, page: Page) -> None:
    fields = request(small_place, tmp_path / "run", **ONLY)
    assert work(fields, Fault("kill", "encode"), tmp_path / "killed").state == "dead"
    (tmp_path / "run" / "run.json").write_text(text, encoding="utf-8")
    done = work(fields, Fault(), tmp_path / "child")
    assert done.state == "error" and done.error["code"] in ("output", "run-format") and done.error["hint"]
    if text in ("{", '{"format": 99, "state": "done", "products": []}'):
        what = "run.json is damaged" if text == "{" else "run.json is of a newer version"
        page.note(what, "before the next run", done.sentence, "The folder is left as it is.", tmp_path)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x00\xff" * 500, "The weather file is no text"),
        *long(
            (b"date,tair_degC,ssrd_w_m2\n2021-05-01,inf,200\n", "The weather file holds infinite values"),
            (b"date,tair_degC,ssrd_w_m2\n2021-05-01,10", "The weather file is cut off"),
        ),
    ],
)
def test_weather_that_cannot_be_used(content: bytes, what: str, small_place: Path, tmp_path: Path, page: Page) -> None:
    weather = tmp_path / "weather.csv"
    weather.write_bytes(content)
    fields = request(small_place, tmp_path / "run", products=["gpp"], weather=str(weather))
    done = work(fields, Fault(), tmp_path / "child")
    assert done.error.get("code") != "internal", done.said[-1500:]
    said = done.sentence if done.state == "error" else " ".join(done.warnings)
    assert said and "weather" in said.lower()
    if done.state == "ok":
        for path in (tmp_path / "run/products/gpp").glob("*.tif"):
            with rasterio.open(path) as file:
                assert not np.isinf(file.read()).any()
    page.note(what, "at the start", said, "Mend the file and run again.", tmp_path)
