"""SAFE products whose bytes were altered: told by the manifest, or by the zip, and left out."""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.errors import SourceError
from eofusion_engine.sources import safe_manifest
from eofusion_engine.sources.safe_manifest import Comparisons, Original, Stated, stated
from test_safe import name_of, product, scan, values_of, write_folder, write_zip

ALGORITHMS = {"MD5": "md5", "SHA3-256": "sha3_256"}


@pytest.fixture(autouse=True)
def own_notes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    notes = tmp_path / "cache" / "compared.txt"
    monkeypatch.setattr("eofusion_engine.sources.safe.COMPARISONS", Comparisons(lambda: notes))
    return notes


def manifest(members: dict[str, bytes], name: str = "SHA3-256") -> bytes:
    entries = "".join(
        f'<dataObject ID="D{number}"><byteStream mimeType="application/octet-stream" size="{len(data)}">'
        f'<fileLocation locatorType="URL" href="./{member}"/>'
        f'<checksum checksumName="{name}">{hashlib.new(ALGORITHMS[name], data).hexdigest().upper()}</checksum>'
        "</byteStream></dataObject>"
        for number, (member, data) in enumerate(members.items())
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><xfdu:XFDU xmlns:xfdu="urn:ccsds:schema:xfdu:1">'
    return f"{head}<dataObjectSection>{entries}</dataObjectSection></xfdu:XFDU>".encode()


def of_band(members: dict[str, bytes], band: str) -> str:
    return next(name for name in members if f"_{band}_" in name)


def flipped(data: bytes) -> bytes:
    """One bit of the image's code stream, far from its header."""
    at = len(data) * 3 // 4
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
def test_a_flipped_bit_is_told_and_only_that_band_is_left_out(name: str, tmp_path: Path) -> None:
    members, stored = product(bands=("B02", "B03", "SCL"))
    where = of_band(members, "B03")
    altered = {**members, where: flipped(members[where]), "manifest.safe": manifest(members, name)}
    (scene,), told = scan(write_folder(tmp_path / f"{name_of()}.SAFE", altered))
    assert told == []
    assert np.nanmax(values_of(scene, "B02")) == pytest.approx((stored["B02"].max() - 1000) / 10_000)
    with pytest.raises(SourceError, match=r"B03_10m\.jp2 cannot be read: its bytes were altered") as caught:
        values_of(scene, "B03")
    assert "download it again" in caught.value.hint


def test_without_a_manifest_a_flipped_bit_says_nothing(tmp_path: Path) -> None:
    """Why the manifest is read: JPEG 2000 decodes to other numbers."""
    members, stored = product(bands=("B02", "B03"))
    where = of_band(members, "B03")
    (scene,), _ = scan(write_folder(tmp_path / f"{name_of()}.SAFE", {**members, where: flipped(members[where])}))
    assert not np.allclose(values_of(scene, "B03"), (stored["B03"] - 1000.0) / 10_000)


def test_a_zip_tells_by_its_own_checksums(tmp_path: Path) -> None:
    members, _ = product(bands=("B02", "B03"))
    path = write_zip(tmp_path / f"{name_of()}.zip", members, f"{name_of()}.SAFE")
    with zipfile.ZipFile(path) as archive:
        info = next(info for info in archive.infolist() if "_B03_" in info.filename)
    plain = tmp_path / "stored.zip"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as new:
        for member in old.namelist():
            new.writestr(member, old.read(member))
        at = new.getinfo(info.filename).header_offset + 30 + len(info.filename) + info.file_size * 3 // 4
    data = bytearray(plain.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)
    (scene,), told = scan(path)
    assert told == [] and np.isfinite(values_of(scene, "B02")).any()
    with pytest.raises(SourceError, match="its bytes were altered"):
        values_of(scene, "B03")


def test_a_product_that_was_made_anew_is_read(tmp_path: Path) -> None:
    """Clipped or thinned out: the manifest still speaks of the whole files, which had another size."""
    members, stored = product(bands=("B02",))
    whole = {name: data + b"more" for name, data in members.items()}
    (scene,), told = scan(write_folder(tmp_path / f"{name_of()}.SAFE", {**members, "manifest.safe": manifest(whole)}))
    assert told == []
    assert np.nanmax(values_of(scene, "B02")) == pytest.approx((stored["B02"].max() - 1000) / 10_000)


def test_a_sound_file_is_read_once_as_long_as_it_does_not_change(
    own_notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "band.jp2"
    file.write_bytes(b"12345678")
    original = Original(str(file), "", Stated("md5", hashlib.md5(b"12345678", usedforsecurity=False).hexdigest(), 8))
    looked: list[str] = []
    real = Original.is_altered
    monkeypatch.setattr(Original, "is_altered", lambda self: looked.append(self.path) or real(self))
    several = Comparisons(lambda: own_notes)
    threads = [threading.Thread(target=several.is_altered, args=(original,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looked == [str(file)] and not several.is_altered(original)
    assert not Comparisons(lambda: own_notes).is_altered(original) and len(looked) == 1, "the next run remembers"
    file.write_bytes(b"1234567x")
    os.utime(file, (1, 1))
    assert Comparisons(lambda: own_notes).is_altered(original) and len(looked) == 2
    assert Comparisons(lambda: own_notes).is_altered(original) and len(looked) == 3, "an altered one is not remembered"
    own_notes.unlink()
    own_notes.mkdir()
    assert Comparisons(lambda: own_notes).is_altered(original), "notes that cannot be written change nothing"


def test_a_file_that_is_gone_is_not_altered(own_notes: Path, tmp_path: Path) -> None:
    gone = Original(str(tmp_path / "gone.jp2"), "", Stated("md5", "0" * 32, 1))
    assert not Comparisons(lambda: own_notes).is_altered(gone)


@pytest.mark.parametrize("data", [b"<a", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", b"\xff\xfe<a/>"])
def test_a_strange_manifest_is_told_and_the_product_read(data: bytes, tmp_path: Path) -> None:
    members, _ = product(bands=("B02",))
    (scene,), told = scan(write_folder(tmp_path / f"{name_of()}.SAFE", {**members, "manifest.safe": data}))
    assert len(told) == 1 and "manifest.safe" in told[0] and np.isfinite(values_of(scene, "B02")).any()


def test_entries_that_are_not_understood_are_left_out() -> None:
    text = manifest({"a": b"1", "b": b"2", "c": b"3"}).decode()
    text = text.replace("SHA3-256", "CRC-7", 1).replace('size="1"', 'size="-1"', 2).replace('size="-1"', 'size="1"', 1)
    found = stated(text.encode(), "manifest.safe")
    assert list(found) == ["c"] and found["c"].algorithm == "sha3_256" and safe_manifest.MANIFEST == "manifest.safe"
