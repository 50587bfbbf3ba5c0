"""Sentinel-2 SAFE products: real thinned-out zips, and small ones of every kind made here."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.errors import SourceError
from eofusion_engine.sources import safe
from eofusion_engine.sources.base import Scene
from eofusion_engine.sources.resample import Window
from eofusion_engine.sources.safe_metadata import MAX_METADATA_BYTES, from_name, from_xml
from eofusion_engine.sources.store import ReadCache
from rasterio import Affine
from rasterio.io import MemoryFile

LEFT, TOP = 600_000.0, 5_660_000.0
TEN = ("B02", "B03", "B04", "B08")
IDS = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")


def name_of(level: str = "L2A", baseline: str = "0509", time: str = "20210501T103021") -> str:
    return f"S2A_MSI{level}_{time}_N{baseline}_R108_T32UMB_20210501T140000"


def image(values: np.ndarray, metres: float, driver: str = "JP2OpenJPEG") -> bytes:
    extra = {"QUALITY": "100", "REVERSIBLE": "YES"} if driver == "JP2OpenJPEG" else {}
    with MemoryFile(ext=".jp2" if extra else ".tif") as memory:  # by the ending GDAL chooses JP2 with its georeference
        with memory.open(
            driver=driver, count=1, height=values.shape[0], width=values.shape[1], dtype=values.dtype.name,
            crs="EPSG:32632", transform=Affine(metres, 0, LEFT, 0, -metres, TOP), **extra,
        ) as file:  # fmt: skip
            file.write(values, 1)
        return bytes(memory.read())


def metadata(level: str, baseline: str, offsets: dict[str, float] | None, cloud: float = 12.5) -> bytes:
    tag = "BOA_ADD_OFFSET" if level == "L2A" else "RADIO_ADD_OFFSET"
    entries = [f'<{tag} band_id="{IDS.index(name)}">{value}</{tag}>' for name, value in (offsets or {}).items()]
    kind = "BOA_QUANTIFICATION_VALUE" if level == "L2A" else "QUANTIFICATION_VALUE"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <n1:Level-{level[1:]}_User_Product xmlns:n1="https://psd.example/PSD"><n1:General_Info><Product_Info>
    <PRODUCT_START_TIME>2021-05-01T10:30:21.024Z</PRODUCT_START_TIME>
    <PRODUCT_URI>{name_of(level, baseline.replace(".", ""))}.SAFE</PRODUCT_URI>
    <PROCESSING_LEVEL>Level-{level[1:]}</PROCESSING_LEVEL><PROCESSING_BASELINE>{baseline}</PROCESSING_BASELINE>
    </Product_Info><{kind} unit="none">10000</{kind}>{"".join(entries)}</n1:General_Info>
    <n1:Quality_Indicators_Info><Cloud_Coverage_Assessment>{cloud}</Cloud_Coverage_Assessment>
    </n1:Quality_Indicators_Info></n1:Level-{level[1:]}_User_Product>""".encode()


def product(
    level: str = "L2A", bands: tuple[str, ...] = (*S2_BANDS, "SCL"), driver: str = "JP2OpenJPEG", seed: int = 0
) -> tuple[dict[str, bytes], dict[str, np.ndarray]]:
    """Members of a product by their names below it, and the stored numbers by band; (0, 0) of B02 is nodata."""
    rng = np.random.default_rng(seed)
    members, stored = {}, {}
    ending = "jp2" if driver == "JP2OpenJPEG" else "tif"
    for band in bands:
        metres = 10 if band in TEN else 20
        size = 640 // metres
        values = rng.integers(1001, 9000, (size, size)).astype(np.uint16)
        if band == "SCL":
            values = rng.integers(4, 8, (size, size)).astype(np.uint8)
        elif band == "B02":
            values[0, 0] = 0
        where = f"R{metres}m/T32UMB_20210501T103021_{band}_{metres}m" if level == "L2A" else f"T32UMB_x_{band}"
        members[f"GRANULE/{level}_T32UMB_A030589_20210501T103021/IMG_DATA/{where}.{ending}"] = image(
            values, metres, driver
        )
        stored[band] = values
    return members, stored


def write_folder(folder: Path, members: dict[str, bytes]) -> Path:
    for name, data in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def write_zip(path: Path, members: dict[str, bytes], root: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{root}/{name}" if root else name, data)
    return path


def scan(*paths: Path) -> tuple[list[Scene], list[str]]:
    told: list[str] = []
    cache = ReadCache()
    try:
        assert all(safe.is_safe(path) for path in paths)
        return safe.scan(list(paths), cache, told.append), told
    finally:
        cache.close()


def values_of(scene: Scene, band: str) -> np.ndarray:
    """The band on its own pixels."""
    cache = ReadCache()
    frame = scene.bands[band].frame(cache)
    cache.close()
    return scene.read(band, frame, Window(0, 0, frame.height, frame.width))


def expected(stored: np.ndarray, offset: float) -> np.ndarray:
    return np.where(stored > 0, (stored.astype(np.float64) + offset) / 10_000, np.nan)


def real_zips(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "imagery" / "snowgalileo" / "clipped" / "sentinel2").glob("*.zip"))


def test_real_zips_dates_level_and_cloud(shared_data: Path) -> None:
    paths = real_zips(shared_data)
    scenes, told = scan(*paths)
    assert told == [] and len(scenes) == len(paths) == 4
    for path, scene in zip(paths, scenes, strict=True):
        assert scene.id == path.name.split(".")[0]
        at = datetime.strptime(path.name[11:26], "%Y%m%dT%H%M%S").replace(tzinfo=timezone.utc)
        assert timedelta(0) <= scene.time - at < timedelta(seconds=1)
        assert (scene.sensor, scene.level, scene.baseline, scene.ascending) == ("S2", "L1C", "05.11", None)
        assert set(scene.bands) == {"B02", "B03", "B04", "B08", "B11", "B12"}
    assert {scene.date.isoformat(): round(scene.cloud_cover or -1, 1) for scene in scenes} == {
        "2025-04-03": 48.3, "2025-04-08": 91.1, "2025-04-23": 55.7, "2025-05-03": 31.3,
    }  # fmt: skip


def test_real_values_are_those_of_the_unpacked_file(shared_data: Path, tmp_path: Path) -> None:
    for path in real_zips(shared_data):
        (scene,), _ = scan(path)
        with zipfile.ZipFile(path) as archive:
            for band in scene.bands:
                (member,) = [name for name in archive.namelist() if name.endswith(f"_{band}.jp2")]
                with rasterio.open(archive.extract(member, tmp_path)) as file:
                    stored, crs, bounds = file.read(1), file.crs.to_string(), tuple(file.bounds)
                assert scene.crs == crs and (band not in TEN or scene.bounds == bounds)
                np.testing.assert_allclose(values_of(scene, band), expected(stored, -1000), rtol=1e-5, atol=1e-6)


def test_the_same_real_product_twice_is_one_scene(shared_data: Path) -> None:
    paths = sorted((shared_data / "imagery" / "snowgalileo").rglob("S2B_MSIL1C_20250403*.zip"))
    scenes, told = scan(*paths)
    assert len(paths) == 2 and len(scenes) == 1
    assert len(told) == 1 and "is there twice" in told[0]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("level", "baseline", "offset"),
    [("L2A", "02.14", 0), ("L2A", "05.09", -1000), ("L1C", "02.09", 0), ("L1C", "05.10", -1000)],
)
def test_offset_is_taken_once(tmp_path: Path, level: str, baseline: str, offset: int, packed: bool) -> None:
    members, stored = product(level, S2_BANDS if level == "L1C" else (*S2_BANDS, "SCL"))
    offsets = dict.fromkeys(IDS, offset) if offset else None
    members[f"MTD_MSI{level}.xml"] = metadata(level, baseline, offsets)
    root = f"{name_of(level, baseline.replace('.', ''))}.SAFE"
    path = write_zip(tmp_path / "x.zip", members, root) if packed else write_folder(tmp_path / root, members)
    (scene,), told = scan(path)
    assert told == []
    assert (scene.id, scene.level, scene.baseline) == (root.removesuffix(".SAFE"), level, baseline)
    assert scene.cloud_cover == 12.5
    assert scene.time == datetime(2021, 5, 1, 10, 30, 21, 24_000, tzinfo=timezone.utc)
    assert scene.crs == "EPSG:32632" and scene.bounds == (LEFT, TOP - 640, LEFT + 640, TOP)
    for band in S2_BANDS:
        np.testing.assert_allclose(values_of(scene, band), expected(stored[band], offset), rtol=1e-5, atol=1e-7)
    assert np.isnan(values_of(scene, "B02")[0, 0])
    if level == "L2A":
        np.testing.assert_array_equal(values_of(scene, "SCL"), stored["SCL"])


@pytest.mark.parametrize(("baseline", "offset"), [("0301", 0), ("0400", -1000), ("0511", -1000)])
def test_without_metadata_the_name_tells_the_offset(tmp_path: Path, baseline: str, offset: int) -> None:
    members, stored = product(bands=("B02", "B05"))
    (scene,), told = scan(write_folder(tmp_path / f"{name_of(baseline=baseline)}.SAFE", members))
    assert told == [] and list(scene.bands) == ["B02", "B05"] and scene.cloud_cover is None
    assert scene.time == datetime(2021, 5, 1, 10, 30, 21, tzinfo=timezone.utc)
    np.testing.assert_allclose(values_of(scene, "B05"), expected(stored["B05"], offset), rtol=1e-5, atol=1e-7)


def test_baseline_9999_tells_nothing(tmp_path: Path) -> None:
    members, stored = product(bands=("B03",))
    (bare,), told = scan(write_folder(tmp_path / f"{name_of(baseline='9999')}.SAFE", members))
    assert bare.baseline is None and len(told) == 1 and "no processing baseline" in told[0]
    np.testing.assert_allclose(values_of(bare, "B03"), expected(stored["B03"], 0), rtol=1e-5)
    members["MTD_MSIL2A.xml"] = metadata("L2A", "99.99", dict.fromkeys(IDS, -1000))
    (told_by_xml,), told = scan(write_folder(tmp_path / "b" / f"{name_of(baseline='9999')}.SAFE", members))
    assert told_by_xml.baseline is None and told == []
    np.testing.assert_allclose(values_of(told_by_xml, "B03"), expected(stored["B03"], -1000), rtol=1e-5, atol=1e-7)


def test_each_band_has_its_own_offset(tmp_path: Path) -> None:
    members, stored = product(bands=("B04", "B8A", "B11"))
    members["MTD_MSIL2A.xml"] = metadata("L2A", "05.09", {"B04": -900, "B8A": -800, "B11": -700})
    (scene,), _ = scan(write_folder(tmp_path / f"{name_of()}.SAFE", members))
    for band, offset in {"B04": -900, "B8A": -800, "B11": -700}.items():
        np.testing.assert_allclose(values_of(scene, band), expected(stored[band], offset), rtol=1e-5, atol=1e-7)


def test_a_renamed_folder_is_known_by_its_metadata(tmp_path: Path) -> None:
    members, _ = product(bands=("B02",))
    assert not safe.is_safe(write_folder(tmp_path / "bare", members))
    members["MTD_MSIL2A.xml"] = metadata("L2A", "05.09", None)
    folder = write_folder(tmp_path / "my field, May", members)
    for path in (folder, folder / "MTD_MSIL2A.xml", write_zip(tmp_path / "mine.zip", members)):
        (scene,), told = scan(path)
        assert told == [] and (scene.id, scene.level, scene.baseline) == (name_of(), "L2A", "05.09")


def test_geotiff_bands_of_a_thinned_out_zip(tmp_path: Path) -> None:
    members, stored = product("L1C", ("B02", "B12"), driver="GTiff")
    (scene,), told = scan(write_zip(tmp_path / "a.zip", members, f"{name_of('L1C')}.SAFE"))
    assert told == [] and list(scene.bands) == ["B02", "B12"] and scene.level == "L1C"
    np.testing.assert_allclose(values_of(scene, "B12"), expected(stored["B12"], -1000), rtol=1e-5, atol=1e-7)


def test_ten_metre_bands_come_from_ten_metres_and_the_rest_from_twenty(tmp_path: Path) -> None:
    members, stored = product(bands=("B02", "B05"))
    granule = "GRANULE/L2A_T32UMB_A030589_20210501T103021/IMG_DATA"
    for metres in (20, 60):
        for band in ("B02", "B05", "B03"):
            size = 640 // metres
            values = np.full((size, size), 1000 + metres, np.uint16)
            members[f"{granule}/R{metres}m/T32UMB_20210501T103021_{band}_{metres}m.jp2"] = image(values, metres)
    del members[f"{granule}/R20m/T32UMB_20210501T103021_B05_20m.jp2"]
    members[f"{granule}/R20m/T32UMB_20210501T103021_B05_20m.jp2"] = image(stored["B05"], 20)
    (scene,), _ = scan(write_folder(tmp_path / f"{name_of()}.SAFE", members))
    np.testing.assert_allclose(values_of(scene, "B02"), expected(stored["B02"], -1000), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(values_of(scene, "B05"), expected(stored["B05"], -1000), rtol=1e-5, atol=1e-7)
    assert values_of(scene, "B03").shape == (32, 32)  # no 10 m file there: 20 m is better than nothing


def test_two_products_in_one_zip_and_a_broken_band(tmp_path: Path) -> None:
    path, first, second = tmp_path / "two.zip", f"{name_of()}.SAFE", f"{name_of(time='20210504T103021')}.SAFE"
    members, _ = product(bands=("B02", "B03"))
    broken = {name: (data[:200] if "B02" in name else data) for name, data in members.items()}
    write_zip(path, {f"{first}/{n}": d for n, d in members.items()} | {f"{second}/{n}": d for n, d in broken.items()})
    scenes, told = scan(path)
    assert [scene.date.isoformat() for scene in scenes] == ["2021-05-01", "2021-05-04"] and told == []
    with pytest.raises(SourceError, match="B02"):
        values_of(scenes[1], "B02")
    assert np.isfinite(values_of(scenes[1], "B03")).all()


def test_nothing_readable_is_a_warning_that_names_the_file(tmp_path: Path) -> None:
    members, _ = product(bands=("B02",))
    only_scl, _ = product(bands=("SCL",))
    made = {
        "empty": write_folder(tmp_path / "a" / f"{name_of()}.SAFE", {"MTD_MSIL2A.xml": b"<a/>"}),
        "garbage": write_folder(tmp_path / "b" / f"{name_of()}.SAFE", dict.fromkeys(members, b"no image")),
        "only SCL": write_folder(tmp_path / "c" / f"{name_of()}.SAFE", only_scl),
        "Sentinel-1": write_folder(tmp_path / "S1A_IW_GRDH_1SDV_20210501.SAFE", {"manifest.safe": b"<a/>"}),
    }
    for path in made.values():
        scenes, told = scan(path)
        assert scenes == [] and any(path.name in sentence for sentence in told)
    assert "terrain-corrected" in scan(made["Sentinel-1"])[1][0]


@pytest.mark.parametrize("bad", ["/etc/B02.jp2", "../../B02.jp2", "a/../../B02.jp2", "C:\\B02.jp2", "..\\B02.jp2"])
def test_a_zip_that_names_files_outside_itself_is_refused(tmp_path: Path, bad: str) -> None:
    members, _ = product(bands=("B02",))
    path = write_zip(tmp_path / "bad.zip", {f"{name_of()}.SAFE/{n}": d for n, d in members.items()} | {bad: b"x"})
    scenes, told = scan(path)
    assert scenes == [] and len(told) == 1 and "bad.zip names a file outside itself" in told[0]


def test_huge_claims_of_a_zip_are_not_believed(tmp_path: Path) -> None:
    members, _ = product(bands=("B02", "B03"))
    root = f"{name_of()}.SAFE"
    (b02,) = [name for name in members if "B02" in name]
    members[b02] = bytes(8 << 20)
    members["MTD_MSIL2A.xml"] = b" " * (MAX_METADATA_BYTES + 1)
    (scene,), told = scan(write_zip(tmp_path / "bomb.zip", members, root))
    assert list(scene.bands) == ["B03"]
    assert sum("unlikely size" in sentence for sentence in told) == 2
    lie = tmp_path / "lie.zip"
    data = bytearray(write_zip(lie, product(bands=("B02",))[0], root).read_bytes())
    struct.pack_into("<L", data, data.rfind(b"PK\x01\x02") + 24, 0xFFFFFFF0)
    lie.write_bytes(data)
    scenes, told = scan(lie)
    assert scenes == [] and "unlikely size" in told[0]


def test_a_member_under_the_ratio_but_too_large_is_not_read(tmp_path: Path) -> None:
    members, stored = product(bands=("B02",))
    root = f"{name_of()}.SAFE"
    members["MTD_MSIL2A.xml"] = np.random.default_rng(0).bytes(MAX_METADATA_BYTES + 1)
    (scene,), told = scan(write_zip(tmp_path / "x.zip", members, root))
    assert len(told) == 1 and "MTD_MSIL2A.xml is too large" in told[0]
    (unpacked,), told = scan(write_folder(tmp_path / root, members))
    assert len(told) == 1 and "MTD_MSIL2A.xml is too large" in told[0]
    for each in (scene, unpacked):
        np.testing.assert_allclose(values_of(each, "B02"), expected(stored["B02"], -1000), rtol=1e-5, atol=1e-7)


def test_zips_with_endless_directories_passwords_and_doubles(tmp_path: Path) -> None:
    members, _ = product(bands=("B02",))
    root = f"{name_of()}.SAFE"
    endless = tmp_path / "endless.zip"
    data = bytearray(write_zip(endless, members, root).read_bytes())
    struct.pack_into("<L", data, data.rfind(b"PK\x05\x06") + 12, 1 << 30)
    endless.write_bytes(data)
    assert not safe.is_safe(endless)
    locked = tmp_path / "locked.zip"
    data = bytearray(write_zip(locked, members, root).read_bytes())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(data)
    scenes, told = scan(locked)
    assert scenes == [] and "password" in told[0]
    double = tmp_path / "double.zip"
    with zipfile.ZipFile(double, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for name, content in [*members.items(), *members.items()]:
            archive.writestr(f"{root}/{name}", content)
    scenes, told = scan(double)
    assert scenes == [] and "twice" in told[0]


def test_other_zips_and_files_are_no_products(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    assert not safe.is_safe(tmp_path / "text.zip")
    assert not safe.is_safe(write_zip(tmp_path / "photos.zip", {"a/b.jpg": b"x"}))
    assert not safe.is_safe(tmp_path) and not safe.is_safe(tmp_path / "missing.zip")


@pytest.mark.parametrize(
    "text",
    [
        b"<a><b></a>",
        b"",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
    ],
)
def test_broken_or_hostile_metadata_are_told_and_the_name_is_used(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(SourceError, match="mtd"):
        from_xml(text, "mtd")
    members, stored = product(bands=("B02",))
    members["MTD_MSIL2A.xml"] = text
    (scene,), told = scan(write_folder(tmp_path / f"{name_of()}.SAFE", members))
    assert len(told) == 1 and "MTD_MSIL2A.xml" in told[0]
    assert (scene.id, scene.baseline) == (name_of(), "05.09")
    np.testing.assert_allclose(values_of(scene, "B02"), expected(stored["B02"], -1000), rtol=1e-5, atol=1e-7)


def test_strange_numbers_in_metadata_are_passed_over() -> None:
    text = metadata("L2A", "05.09", {"B02": float("nan"), "B03": -1000}, cloud=400).replace(b">10000<", b">-3<")
    about = from_xml(text, "mtd")
    assert about.cloud_cover is None and about.quantification == 10_000 and dict(about.offsets) == {"B03": -1000}
    assert from_name("S2A_MSIL2A_20211332T103021_N0509_R108_T32UMB_20210501T140000").time is None


def test_a_link_out_of_the_product_is_not_followed(tmp_path: Path) -> None:
    members, _ = product(bands=("B02", "B03"))
    folder = write_folder(tmp_path / f"{name_of()}.SAFE", members)
    (b03,) = folder.rglob("*_B03_10m.jp2")
    b03.rename(tmp_path / "elsewhere.jp2")
    b03.symlink_to(tmp_path / "elsewhere.jp2")
    (scene,), told = scan(folder)
    assert list(scene.bands) == ["B02"] and "leads out" in told[0]


def test_a_vrt_in_disguise_is_not_opened(tmp_path: Path) -> None:
    (target := tmp_path / "secret.tif").write_bytes(image(np.full((8, 8), 5000, np.uint16), 10, "GTiff"))
    vrt = io.StringIO()
    vrt.write('<VRTDataset rasterXSize="8" rasterYSize="8"><SRS>EPSG:32632</SRS>')
    vrt.write('<GeoTransform>600000, 10, 0, 5660000, 0, -10</GeoTransform><VRTRasterBand dataType="UInt16" band="1">')
    vrt.write(f"<SimpleSource><SourceFilename>{target}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>")
    vrt.write("</VRTRasterBand></VRTDataset>")
    (tmp_path / "control.vrt").write_text(vrt.getvalue())
    with rasterio.open(tmp_path / "control.vrt") as file:
        assert (file.read(1) == 5000).all()  # it would work if it were opened as what it is
    members = {name: vrt.getvalue().encode() for name in product(bands=("B02",))[0]}
    scenes, told = scan(write_folder(tmp_path / f"{name_of()}.SAFE", members))
    assert scenes == [] and "cannot be read" in told[0]


def test_large_blocks_are_read_as_one_piece(tmp_path: Path) -> None:
    values = np.random.default_rng(1).integers(1001, 3000, (1100, 1300)).astype(np.uint16)
    name = "GRANULE/L1C_T32UMB_A1_20210501T103021/IMG_DATA/T32UMB_20210501T103021_B02.jp2"
    (scene,), _ = scan(write_zip(tmp_path / "x.zip", {name: image(values, 10)}, f"{name_of('L1C')}.SAFE"))
    cache = ReadCache()
    assert scene.bands["B02"].chunk_shape(cache) == (1024, 1024)
    cache.close()
    np.testing.assert_allclose(values_of(scene, "B02"), expected(values, -1000), rtol=1e-5, atol=1e-7)
