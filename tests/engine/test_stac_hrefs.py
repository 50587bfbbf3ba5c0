"""A catalogue's addresses are hostile until checked."""

from __future__ import annotations

from typing import Any

import pytest
from eofusion_engine.sources.stac.fields import clean_id, moment, number
from eofusion_engine.sources.stac.hrefs import RefusedHref, driver, resolve

S3 = {"eodata": "https://eodata.dataspace.copernicus.eu/eodata"}
BASE = "https://stac.example.org/v1/collections/s2/items/a"


@pytest.mark.parametrize(
    "href",
    [
        "file:///etc/passwd",
        "/etc/passwd.tif",
        "C:\\secrets.tif",
        "c:/secrets.tif",
        "/vsicurl/https://example.org/a.tif",
        "/vsizip//vsicurl/https://example.org/a.zip/a.tif",
        "vsicurl/https://example.org/a.tif",
        "ftp://example.org/a.tif",
        "data:image/tiff;base64,AAAA",
        "http://169.254.169.254/latest/meta-data/a.tif",
        "http://127.0.0.1:9200/a.tif",
        "http://localhost/a.tif",
        "http://[::1]/a.tif",
        "http://[fd00::1]/a.tif",
        "http://10.0.0.8/a.tif",
        "http://metadata.google.internal/a.tif",
        "https://user:password@example.org/a.tif",
        "https://example.org/a b.tif",
        "https://example.org/\r\nHost: other/a.tif",
        "https:///a.tif",
        "https://[broken/a.tif",
        "s3://other-bucket/a.tif",
        "s3://eodata/../private/a.tif",
        "s3://eodata",
        "",
        None,
        7,
        "https://example.org/" + "a" * 5000,
    ],
)
def test_refused(href: Any) -> None:
    with pytest.raises(RefusedHref, match="is not followed") as caught:
        resolve(href, None, S3, frozenset())
    assert "password@" not in str(caught.value) and "/etc" not in str(caught.value)


def test_followed() -> None:
    plain = "https://files.example.org/a/B04.tif?token=1"
    assert resolve(plain, None, S3, frozenset()) == plain
    assert (
        resolve("../../files/B04.tif", BASE, S3, frozenset()) == "https://stac.example.org/v1/collections/files/B04.tif"
    )
    key = "s3://eodata/Sentinel-2/MSI/L2A/S2C.SAFE/T32UNU#1_B02_10m.jp2"
    expected = "https://eodata.dataspace.copernicus.eu/eodata/Sentinel-2/MSI/L2A/S2C.SAFE/T32UNU%231_B02_10m.jp2"
    assert resolve(key, None, S3, frozenset()) == expected


def test_a_private_host_that_the_user_named() -> None:
    assert resolve("http://127.0.0.1:8000/a.tif", None, {}, {"127.0.0.1:8000"}) == "http://127.0.0.1:8000/a.tif"
    with pytest.raises(RefusedHref, match="private network"):
        resolve("http://127.0.0.1:9200/a.tif", None, {}, {"127.0.0.1:8000"})


def test_a_relative_address_cannot_climb_out_of_http() -> None:
    with pytest.raises(RefusedHref):
        resolve("//169.254.169.254/a.tif", BASE, {}, frozenset())
    with pytest.raises(RefusedHref):
        resolve("a.tif", None, {}, frozenset())
    with pytest.raises(RefusedHref, match="a path for GDAL"):
        resolve("/vsimem/a.tif", BASE, {}, frozenset())


@pytest.mark.parametrize(
    ("media", "name", "expected"),
    [
        ("image/tiff; application=geotiff; profile=cloud-optimized", "B04.tif", "GTiff"),
        ("image/jp2", "B04_10m.jp2", "JP2OpenJPEG"),
        (None, "B04.jp2?x=1", "JP2OpenJPEG"),
        (None, "iw-vv.rtc.tiff", "GTiff"),
        ("application/octet-stream", "B04.TIF", "GTiff"),
    ],
)
def test_driver(media: str | None, name: str, expected: str) -> None:
    assert driver({"type": media}, f"https://example.org/{name}") == expected


@pytest.mark.parametrize("name", ["a.vrt", "a.png", "a.nc", "a"])
def test_other_formats_are_refused(name: str) -> None:
    with pytest.raises(RefusedHref, match="neither GeoTIFF nor JPEG 2000"):
        driver({"type": None}, f"https://example.org/{name}")


def test_ids_are_safe_in_file_names() -> None:
    assert clean_id("../../etc/passwd\n") == ".._.._etc_passwd_"
    assert clean_id("S2B_32UNU_20230613_0_L2A") == "S2B_32UNU_20230613_0_L2A"
    assert len(clean_id("x" * 1000)) == 200 and clean_id(None) == ""


def test_fields_that_are_not_what_they_should_be() -> None:
    assert number("1e400") is None and number(True) is None and number(10**400) is None and number("3") == 3.0
    assert moment("yesterday", None, "2023-06-13T10:00:00") is not None
    assert moment("9999-12-31T23:59:59-12:00") is None
