"""Products on disk: packing, COG form, provenance, equal bytes, and nothing half-written."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import OutputError
from eofusion_engine.products import embeddings, gpp, quality, reflectance, temperature
from eofusion_engine.products.cog import CogWriter
from eofusion_engine.products.provenance import attribution
from eofusion_engine.runfolder import RunFolder
from rasterio.windows import Window
from rio_cogeo import cog_validate
from run_example import DATES, DAYS, GRID, PROVENANCE, gpp_values, unit_embeddings, write_example


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("products") / "run")


def test_every_product_is_a_valid_cog_that_keeps_what_it_was_told(example: Path) -> None:
    run = RunFolder.open(example)
    assert len(run.products) == 15
    for product in run.products:
        path = example / product["path"]
        valid, errors, warnings = cog_validate(path, strict=True, quiet=True)
        assert valid, (product["path"], errors, warnings)
        with rasterio.open(path) as dataset:
            assert str(dataset.crs) == "EPSG:32632"
            assert dataset.transform.c == 600000
            assert dataset.transform.f == 5660000
            assert dataset.transform.a == (160 if product["kind"].startswith("temperature") else 10)
            assert list(dataset.descriptions) == product["bands"]
            assert set(dataset.units) == {product["unit"]}
            assert dataset.nodata == product["nodata"]
            assert dataset.tags()["TIFFTAG_SOFTWARE"].startswith("EO Fusion ")
            assert dataset.tags()["TIFFTAG_IMAGEDESCRIPTION"] == f"{product['title']} [{product['unit']}]"
            assert dataset.tags()["EOFUSION_REQUEST"] == PROVENANCE.request_key
            assert dataset.tags()["EOFUSION_WEIGHTS_FUSION"] == PROVENANCE.weights["fusion"]
            assert dataset.tags()["TIFFTAG_COPYRIGHT"] == PROVENANCE.attribution[0]
            dates = [dataset.tags(band)["DATE"] for band in dataset.indexes]
            if product["kind"] in ("gpp", "temperature", "temperature_monthly"):
                assert dates == product["dates"]
            else:
                assert set(dates) == set(product["dates"])


def test_nothing_is_left_beside_the_products(example: Path) -> None:
    names = {path.name for path in example.rglob("*") if path.is_file()}
    assert {name for name in names if not name.endswith(".tif")} == {"request.json", "run.json"}


def test_statistics_in_the_file_are_those_of_its_values(example: Path) -> None:
    with rasterio.open(example / "products/gpp/gpp_p50.tif") as dataset:
        for band in dataset.indexes:
            tags = {key: float(value) for key, value in dataset.tags(band).items() if key.startswith("STATISTICS")}
            values = dataset.read(band, masked=True).compressed().astype(np.float64)
            assert tags["STATISTICS_MINIMUM"] == pytest.approx(values.min(), rel=1e-7)
            assert tags["STATISTICS_MAXIMUM"] == pytest.approx(values.max(), rel=1e-7)
            assert tags["STATISTICS_MEAN"] == pytest.approx(values.mean(), rel=1e-7)
            assert tags["STATISTICS_STDDEV"] == pytest.approx(values.std(), rel=1e-6)
            assert tags["STATISTICS_VALID_PERCENT"] == pytest.approx(100 * values.size / 192**2, abs=0.01)
            assert values.size == 192**2 - 1


def test_deviation_of_a_nearly_constant_band_is_not_lost(tmp_path: Path) -> None:
    values = np.full((1, 192, 192), 15000.0, np.float32)
    values[0, ::2] += 0.01
    with CogWriter(tmp_path, gpp.spec("p50", DATES[:1]), GRID, PROVENANCE) as writer:
        writer.write(values)
    with rasterio.open(writer.path) as dataset:
        stored = float(dataset.tags(1)["STATISTICS_STDDEV"])
        assert stored == pytest.approx(dataset.read(1).astype(np.float64).std(), rel=1e-6)


def test_equal_values_give_equal_bytes_whatever_the_order_of_the_windows(tmp_path: Path) -> None:
    field = unit_embeddings(0)
    windows = [(row, column, 64, 96) for row in (0, 64, 128) for column in (0, 96)]
    digests = set()
    for number, order in enumerate((windows, windows[::-1], [(0, 0, 192, 192)])):
        folder = tmp_path / str(number)
        with CogWriter(folder, embeddings.spec(DATES[0]), GRID, PROVENANCE) as writer:
            for row, column, height, width in order:
                part = embeddings.quantise(field[:, row : row + height, column : column + width])
                window = (row, column, height, width) if number else Window(column, row, width, height)
                writer.write(part, window)
        digests.add(hashlib.sha256(writer.path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_large_raster_gets_overviews_that_average_known_values_only(tmp_path: Path) -> None:
    grid = type(GRID)(GRID.crs, GRID.transform, 640, 576)
    values = np.full((1, 576, 640), 4.0, np.float32)
    values[:, ::2, ::2] = np.nan
    with CogWriter(tmp_path, gpp.spec("p50", DATES[:1]), grid, PROVENANCE) as writer:
        writer.write(values)
    valid, errors, _ = cog_validate(writer.path, strict=True, quiet=True)
    assert valid, errors
    with rasterio.open(writer.path) as dataset:
        assert dataset.block_shapes == [(256, 256)]
        assert dataset.overviews(1) == [2, 4]
        small = dataset.read(1, out_shape=(288, 320))
        assert np.unique(small).tolist() == [4.0]


def test_unwritten_windows_and_bands_read_as_nodata(tmp_path: Path) -> None:
    with CogWriter(tmp_path, gpp.spec("p50", DATES), GRID, PROVENANCE) as writer:
        writer.write(np.ones((16, 16), np.float32), (32, 48, 16, 16), first_band=2)
    with rasterio.open(writer.path) as dataset:
        first, second = dataset.read(masked=True)
        assert first.mask.all()
        assert "STATISTICS_MEAN" not in dataset.tags(1)
        assert second.count() == 256
        assert second[32:48, 48:64].tolist() == np.ones((16, 16)).tolist()


def test_error_leaves_nothing_new_and_the_older_file_as_it_was(tmp_path: Path) -> None:
    spec = gpp.spec("p50", DATES[:1])
    with CogWriter(tmp_path, spec, GRID, PROVENANCE) as writer:
        writer.write(gpp_values(1))
    before = writer.path.read_bytes()
    with pytest.raises(ZeroDivisionError), CogWriter(tmp_path, spec, GRID, PROVENANCE) as writer:
        writer.write(gpp_values(2))
        raise ZeroDivisionError
    assert writer.path.read_bytes() == before
    assert [path.name for path in writer.path.parent.iterdir()] == ["gpp_p50.tif"]


def test_unwritable_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "products").write_text("in the way")
    with pytest.raises(OutputError, match=r"gpp_p50\.tif cannot be written"):
        CogWriter(tmp_path, gpp.spec("p50", DATES), GRID, PROVENANCE).__enter__()


def test_failing_conversion_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("eofusion_engine.products.cog.gdal_copy", full_disk)
    with (
        pytest.raises(OutputError, match="No space left"),
        CogWriter(tmp_path, gpp.spec("p50", DATES), GRID, PROVENANCE) as writer,
    ):
        writer.write(np.stack([gpp_values(1), gpp_values(2)]))
    assert list(writer.path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "window", "first_band"),
    [((2, 16, 16), (180, 0, 16, 16), 1), ((2, 16, 15), (0, 0, 16, 16), 1), ((2, 16, 16), (0, 0, 16, 16), 2)],
)
def test_array_that_does_not_fit_is_refused(
    tmp_path: Path, shape: tuple[int, ...], window: tuple[int, int, int, int], first_band: int
) -> None:
    with (
        pytest.raises(ValueError, match="does not fit"),
        CogWriter(tmp_path, gpp.spec("p50", DATES), GRID, PROVENANCE) as writer,
    ):
        writer.write(np.zeros(shape, np.float32), window, first_band)


def test_packing_clips_and_keeps_nodata_apart() -> None:
    spec = temperature.spec("mean", DAYS[:1])
    stored = spec.pack(np.array([12.345, -1e6, 1e6, np.nan, np.inf]))
    assert stored.dtype == np.int16
    assert stored.tolist() == [1234, -32767, 32767, -32768, -32768]
    back = spec.unpack(stored)
    assert back[:3].tolist() == pytest.approx([12.34, -327.67, 327.67])
    assert np.isnan(back[3:]).all()
    assert reflectance.spec(DATES[0]).pack(np.array([0.12345])).tolist() == [1234]


def test_embeddings_keep_their_direction() -> None:
    field = unit_embeddings(7)
    back = embeddings.dequantise(embeddings.quantise(field))
    cosine = (field * back).sum(axis=0) / np.linalg.norm(back, axis=0)
    seen = np.isfinite(field[0])
    assert not np.isfinite(cosine[0, 0])
    assert cosine[seen].mean() >= 0.9998
    assert cosine[seen].min() >= 0.9996


def test_embedding_bytes_agree_with_the_scale_written_to_the_file(example: Path) -> None:
    field = unit_embeddings(0)
    stored = embeddings.quantise(field)
    assert stored.min() == 0
    assert (stored[:, 0, 0] == 0).all()
    assert stored.reshape(64, -1)[:, 1:].min() >= 1
    assert embeddings.quantise(np.array([[-1.0], [0.0], [1.0]])).ravel().tolist() == [1, 128, 255]
    with rasterio.open(example / "products/embeddings/embedding_20210501.tif") as dataset:
        assert dataset.dtypes[0] == "uint8"
        assert dataset.compression.value.upper() == "ZSTD"
        read = dataset.read()
        values = read * dataset.scales[0] + dataset.offsets[0]
    assert (read == stored).all()
    np.testing.assert_allclose(values[:, 1, 1], embeddings.dequantise(stored)[:, 1, 1], atol=1e-6)
    # The spec's own packing is the same arithmetic.
    assert (embeddings.spec(DATES[0]).pack(field[:, 1:, 1:]) == stored[:, 1:, 1:]).all()


def test_preview_has_one_basis_for_all_dates_and_is_deterministic() -> None:
    samples = [embeddings.sample_pixels(unit_embeddings(i)) for i in range(2)]
    pca, again = embeddings.fit_pca(samples), embeddings.fit_pca(np.concatenate(samples))
    assert (pca.components == again.components).all()
    np.testing.assert_allclose(pca.components @ pca.components.T, np.eye(3), atol=1e-12)
    largest = np.abs(pca.components).argmax(axis=1)
    assert (pca.components[np.arange(3), largest] > 0).all()
    colours = embeddings.to_rgb(unit_embeddings(0), pca)
    assert colours.dtype == np.uint8
    assert (colours[:, 0, 0] == 0).all()
    assert colours.reshape(3, -1)[:, 1:].min() >= 1
    # The same embedding has the same colour beside other neighbours.
    assert (embeddings.to_rgb(unit_embeddings(0)[:, 5:9, 5:9], pca) == colours[:, 5:9, 5:9]).all()


def test_preview_of_nothing_and_of_constants_does_not_fail() -> None:
    nothing = np.full((64, 4, 4), np.nan, np.float32)
    pca = embeddings.fit_pca(embeddings.sample_pixels(nothing))
    assert (embeddings.to_rgb(nothing, pca) == 0).all()
    constant = np.full((64, 16, 16), 0.125, np.float32)
    colours = embeddings.to_rgb(constant, embeddings.fit_pca(embeddings.sample_pixels(constant)))
    assert len(np.unique(colours.reshape(3, -1), axis=1).T) == 1


def test_sample_of_the_area_is_the_same_in_tiles() -> None:
    field = unit_embeddings(1)
    whole = embeddings.sample_pixels(field)
    tiles = [embeddings.sample_pixels(field[:, :, c : c + 64]) for c in (0, 64, 128)]
    assert sorted(map(tuple, np.concatenate(tiles))) == sorted(map(tuple, whole))


def test_monthly_means_say_how_many_days_they_rest_on() -> None:
    daily = np.arange(45, dtype=np.float32)[:, None, None] + np.zeros((45, 2, 2), np.float32)
    daily[40, 1, 1] = np.nan
    means = temperature.monthly_means(daily, DAYS)
    assert means[:, 0, 0].tolist() == [15.0, 37.5]
    assert np.isnan(means[1, 1, 1])
    spec = temperature.monthly_spec(DAYS)
    assert spec.dates == (date(2021, 5, 1), date(2021, 6, 1))
    assert spec.bands == ("Temperature mean 2021-05 (whole month)", "Temperature mean 2021-06 (14 of 30 days)")
    assert [tags["DAYS"] for tags in spec.band_tags] == ["31", "14"]


def test_quality_counts_and_measures_the_worst_wait() -> None:
    seen = [date(2021, 5, 1), date(2021, 5, 11), date(2021, 5, 31)]
    clear = np.zeros((3, 1, 3), bool)
    clear[:, 0, 0] = True
    clear[1, 0, 1] = True
    snow = clear & (np.arange(3) == 0)[:, None, None]
    found = quality.measure(clear, snow, seen, [date(2021, 5, 6), date(2021, 5, 30)])
    assert found[:, 0].tolist() == [[3, 1, 0], [5, 19, -1], [1, 0, 0]]


def test_attribution_names_the_years() -> None:
    lines = attribution([date(2019, 1, 1), date(2021, 1, 1)], climate_service=True, towers=True)
    assert lines[0] == "Contains modified Copernicus Sentinel data 2019-2021"
    assert lines[1].endswith("Service information 2019-2021")
    assert "FLUXNET2015" in lines[2]
    assert attribution([date(2021, 1, 1)], simulated=True) == ("Simulated scenes: not an observation of any place",)


def test_fixed_ranges_do_not_depend_on_the_dates() -> None:
    assert gpp.spec("p50", DATES).value_range == gpp.spec("p90", DATES[:1]).value_range == (0.0, 18.0)
    assert temperature.spec("mean", DAYS).descriptor()["range"] == [-15.0, 35.0]
    assert gpp.spec("p50", DATES).descriptor()["bands"] == ["GPP p50 2021-05-01", "GPP p50 2021-06-10"]
