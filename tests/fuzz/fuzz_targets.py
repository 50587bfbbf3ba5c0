"""What reads other people's bytes, each as a function of bytes that either returns or raises one of our errors.

Used by the property tests and by ``fuzz.py`` (coverage-guided, ``make fuzz``).
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from eofusion_engine.errors import EOFusionError
from eofusion_engine.model.calibration import load_calibration
from eofusion_engine.protocol import MAX_LINE, ProtocolError, decode
from eofusion_engine.redact import redact
from eofusion_engine.request import parse_request
from eofusion_engine.runfolder import RunFolder
from eofusion_engine.sources.blocks.jp2 import Jp2Layout
from eofusion_engine.sources.blocks.layout import NotReadable
from eofusion_engine.sources.blocks.tiff import TiffLayout
from eofusion_engine.sources.geotiff import read_sidecar
from eofusion_engine.sources.pattern import FilePattern
from eofusion_engine.sources.safe_manifest import stated as read_manifest
from eofusion_engine.sources.safe_metadata import from_xml
from eofusion_engine.sources.stac.description import read_description
from eofusion_engine.sources.transport.diskcache import _unpack
from eofusion_engine.tilestore import TileStore
from eofusion_engine.towers.read import read_tower
from eofusion_engine.weather import read_weather

ROOT = Path(__file__).resolve().parents[2]
#: All that a reader may raise; anything else is a fault of ours.
ALLOWED = (EOFusionError, NotReadable)
_FOLDER = Path(tempfile.mkdtemp(prefix="eofusion-fuzz-"))


def _file(data: bytes, name: str) -> Path:
    path = _FOLDER / name
    path.write_bytes(data)
    return path


def protocol_line(data: bytes) -> None:
    """A line from the plugin: a checked message, or ProtocolError."""
    message = decode(data.decode("utf-8", "replace"))
    assert isinstance(message["id"], str) and isinstance(message["type"], str) and len(data) <= 4 * MAX_LINE


def request_json(data: bytes) -> None:
    """A request as the worker gets it."""
    fields = _json(data)
    if isinstance(fields, dict):
        request = parse_request(fields)
        assert request.start <= request.end and request.products
        assert parse_request(json.loads(request.as_json())).as_json() == request.as_json()


def area_json(data: bytes) -> None:
    """An area inside a request that is right otherwise."""
    area = _json(data)
    if isinstance(area, dict):
        fields = {"source": "sample", "start": "2021-05-01", "end": "2021-05-02", "out": "run", "area": area}
        shape = parse_request(fields).geometry()
        assert shape is not None and shape.is_valid and shape.area > 0


def sidecar(data: bytes) -> None:
    """A scene.json."""
    about = read_sidecar(_file(data, "scene.json"), "scene.json")
    assert all(".." not in Path(band.file).parts and not band.file.startswith("/") for band in about.bands.values())


def tower_csv(data: bytes) -> None:
    """A tower's file."""
    series = read_tower(_file(data, "tower.csv"))
    assert (np.diff(series.days) == np.timedelta64(1, "D")).all() and series.gpp.shape == series.days.shape
    assert not np.isinf(series.gpp).any()


def weather_csv(data: bytes) -> None:
    """A weather file."""
    weather = read_weather(_file(data, "weather.csv"))
    assert np.isfinite(weather.tair_degc[~np.isnan(weather.tair_degc)]).all()


def tiff_header(data: bytes) -> None:
    """The directory of a TIFF, and its first block."""
    read = _reader(data)
    layout = TiffLayout(read)
    layout.frame()
    _first_block(layout, read, data)


def jp2_header(data: bytes) -> None:
    """The boxes and markers of a JPEG 2000 file, and its first tile."""
    read = _reader(data)
    layout = Jp2Layout(read, len(data))
    layout.frame()
    _first_block(layout, read, data)


def _first_block(layout: Any, read: Callable[[int, int], bytes], data: bytes) -> None:
    spans = layout.spans(1, 0, 0, read)
    if sum(span.length for span in spans) <= len(data) and layout.block[0] * layout.block[1] <= 1 << 20:
        pieces = [data[span.start : span.start + span.length] for span in spans]
        values = layout.decode(1, range(1), range(1), pieces)
        assert values.shape == (min(layout.block[0], layout.height), min(layout.block[1], layout.width))


def _reader(data: bytes) -> Callable[[int, int], bytes]:
    stream = io.BytesIO(data)

    def read(start: int, length: int) -> bytes:
        assert 0 <= length <= 1 << 28, "a reader must bound what it asks for"
        stream.seek(min(start, len(data)))
        return stream.read(length)

    return read


def tile_file(data: bytes) -> None:
    """A finished tile: its arrays, or None; a pickle in it is never opened."""
    path = _FOLDER / "t.npz"
    path.write_bytes(data)
    arrays = TileStore(_FOLDER, "key").load("t")
    assert arrays is None or all(isinstance(array, np.ndarray) for array in arrays.values())


def cache_entry(data: bytes) -> None:
    """An entry of the disk cache: what was kept, or None."""
    assert _unpack(data) is None or isinstance(_unpack(data), bytes)


def calibration(data: bytes) -> None:
    """A local calibration of GPP."""
    found = load_calibration(_file(data, "calibration.json"))
    assert 0 < found.scale < 100


def catalogue(data: bytes) -> None:
    """A description of a catalogue."""
    assert read_description(_file(data, "catalogue.json")).api.startswith(("http://", "https://"))


def safe_xml(data: bytes) -> None:
    """The metadata of a SAFE product: what it says, or an error; entities are never followed."""
    from_xml(data, "MTD.xml")


def safe_manifest(data: bytes) -> None:
    """A product's manifest.safe."""
    for name, stated in read_manifest(data, "manifest.safe").items():
        assert isinstance(name, str) and stated.size >= 0 and stated.digest == stated.digest.lower()


def file_pattern(data: bytes) -> None:
    """A pattern of file names, and a name to try it on."""
    text, _, name = data.decode("utf-8", "replace").partition("\n")
    FilePattern(text[:300]).files(_FOLDER / (name.replace("/", "").replace("\0", "")[:100] or "x"), _FOLDER)


def run_folder(data: bytes) -> None:
    """A run.json."""
    folder = _FOLDER / "run"
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_bytes(data)
    run = RunFolder.open(folder)
    assert isinstance(run.products, list) and isinstance(run.state, str)
    if "grid" in run.info:
        assert run.grid.width > 0


def redaction(data: bytes) -> None:
    """Any text passes the redactor, and a second pass changes nothing more."""
    text = redact(data.decode("utf-8", "replace"), home=Path("/home/somebody"))
    assert redact(text, home=Path("/home/somebody")) == text


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


TARGETS: dict[str, Callable[[bytes], None]] = {
    "protocol": protocol_line,
    "request": request_json,
    "area": area_json,
    "sidecar": sidecar,
    "tower": tower_csv,
    "weather": weather_csv,
    "tiff": tiff_header,
    "jp2": jp2_header,
    "tile": tile_file,
    "cache": cache_entry,
    "calibration": calibration,
    "catalogue": catalogue,
    "safe": safe_xml,
    "manifest": safe_manifest,
    "pattern": file_pattern,
    "run": run_folder,
    "redact": redaction,
}


def run_target(name: str, data: bytes) -> None:
    """One input: returns, or raises what no reader may raise."""
    try:
        TARGETS[name](data)
    except ALLOWED as error:
        assert str(error).strip(), "an error without a word"


def seeds(name: str) -> list[bytes]:
    """Good inputs to begin with."""
    return _SEEDS[name]() if name in _SEEDS else [b"{}"]


def _lines(name: str) -> list[bytes]:
    rows = (ROOT / "tests/data/protocol.jsonl").read_text(encoding="utf-8").splitlines()
    messages = [json.loads(row) for row in rows]
    kept = [m["message"] for m in messages if m["to"] == "engine"]
    if name == "request":
        kept = [m["request"] for m in kept if "request" in m]
    return [json.dumps(m).encode() for m in kept]


def _raster(driver: str, **options: Any) -> bytes:
    from rasterio import Affine
    from rasterio.io import MemoryFile

    values = np.random.default_rng(1).integers(1, 4000, (1, 80, 80)).astype(np.uint16)
    extension = ".jp2" if driver.startswith("JP2") else ".tif"
    with MemoryFile(ext=extension) as memory:
        with memory.open(
            driver=driver, count=1, height=80, width=80, dtype="uint16", crs="EPSG:32632",
            transform=Affine(10, 0, 600000, 0, -10, 5660000), **options,
        ) as file:  # fmt: skip
            file.write(values)
        return bytes(memory.read())


def _tile() -> bytes:
    store = TileStore(_FOLDER, "key")
    return store.save("seed", {"a": np.arange(40, dtype=np.float32)}).read_bytes()


def _run_json() -> bytes:
    grid = {"crs": "EPSG:32632", "transform": [10, 0, 600000, 0, -10, 5660000], "width": 16, "height": 16}
    return json.dumps({"format": 1, "state": "done", "products": [], "grid": grid}).encode()


_RING = [[10.4, 51.1], [10.42, 51.1], [10.42, 51.12], [10.4, 51.1]]
_SIDE = {"sensor": "S2", "level": "L2A", "time": "2021-05-01T10:30:00Z", "scale": 1e-4, "bands": {"B04": "B04.tif"}}
_MANIFEST = (
    b'<?xml version="1.0"?><x:XFDU xmlns:x="urn:x"><byteStream size="5"><fileLocation href="./GRANULE/a.jp2"/>'
    b'<checksum checksumName="SHA3-256">' + b"ab" * 32 + b"</checksum></byteStream></x:XFDU>"
)
_XML = b"""<?xml version="1.0"?><n1:Level-2A_User_Product xmlns:n1="x"><n1:General_Info><Product_Info>
<PRODUCT_START_TIME>2021-05-01T10:30:31.024Z</PRODUCT_START_TIME><PROCESSING_BASELINE>04.00</PROCESSING_BASELINE>
</Product_Info></n1:General_Info></n1:Level-2A_User_Product>"""
_DAYS = [date(2020, 6, day).isoformat() for day in range(1, 6)]
_SEEDS: dict[str, Callable[[], list[bytes]]] = {
    "protocol": lambda: _lines("protocol"),
    "request": lambda: _lines("request"),
    "area": lambda: [
        json.dumps({"type": "Polygon", "coordinates": [_RING]}).encode(),
        json.dumps({"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[_RING]]}}).encode(),
    ],
    "sidecar": lambda: [json.dumps(_SIDE).encode()],
    "tower": lambda: [
        "\n".join(["TIMESTAMP,TA_F,GPP_NT_VUT_REF", *(f"{d.replace('-', '')},15,4.5" for d in _DAYS)]).encode()
    ],
    "weather": lambda: ["\n".join(["date,tair_degC,ssrd_w_m2", *(f"{d},15.5,200" for d in _DAYS)]).encode()],
    "tiff": lambda: [
        _raster("GTiff", tiled=True, blockxsize=16, blockysize=16, compress="deflate"),
        _raster("GTiff", compress="lzw", BIGTIFF="YES"),
        _raster("GTiff", compress="zstd", predictor=2),
    ],
    "jp2": lambda: [_raster("JP2OpenJPEG", BLOCKXSIZE=64, BLOCKYSIZE=64), _raster("JP2OpenJPEG", REVERSIBLE="YES")],
    "tile": lambda: [_tile()],
    "cache": lambda: [b"EOFCACH1" + bytes(40)],
    "calibration": lambda: [b'{"format": 1, "name": "x", "scale": 1.1, "temperature_shift": 0.5, "head": "a"}'],
    "catalogue": lambda: [
        path.read_bytes() for path in (ROOT / "engine/eofusion_engine/sources/stac/presets").glob("*.json")
    ],
    "safe": lambda: [_XML],
    "manifest": lambda: [_MANIFEST],
    "pattern": lambda: [b"S2_{date}_{band}.tif; scale=0.0001\nS2_20210501_B04.tif"],
    "run": lambda: [_run_json()],
    "redact": lambda: [b"https://user:pw@host/x?sig=abcdef&token=123456 PASSWORD=hunter22 Bearer abcdefghijk /home/a"],
}

__all__ = ["ALLOWED", "TARGETS", "ProtocolError", "run_target", "seeds"]
