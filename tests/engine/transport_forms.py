"""One image in every form that a service may hold it in, and forms that lie."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from eofusion_engine.sources.base import Frame
from eofusion_engine.sources.blocks import open_layout
from eofusion_engine.sources.blocks.opening import Driver
from eofusion_engine.sources.remote import RemoteBand
from rasterio import Affine
from rasterio.shutil import copy

HEIGHT, WIDTH = 2700, 2300
PLACE = Frame("EPSG:32632", Affine(10, 0, 500_000, 0, -10, 5_400_000), HEIGHT, WIDTH)


def image(bands: int = 1) -> np.ndarray:
    """(bands, HEIGHT, WIDTH) uint16 that packs like imagery."""
    rng = np.random.default_rng(3)
    rows, cols = np.mgrid[:HEIGHT, :WIDTH]
    smooth = 3000 + 1500 * np.sin(rows / 90) * np.cos(cols / 70)
    return np.stack([smooth + 700 * band + rng.normal(0, 60, smooth.shape) for band in range(bands)]).astype(np.uint16)


#: Name -> driver, number of bands, creation options.
FORMS: dict[str, tuple[Driver, int, dict[str, Any]]] = {
    "cog256": ("GTiff", 1, {"driver": "COG", "COMPRESS": "DEFLATE", "PREDICTOR": 2, "BLOCKSIZE": 256}),
    "cog512": ("GTiff", 1, {"driver": "COG", "COMPRESS": "DEFLATE", "PREDICTOR": 2, "BLOCKSIZE": 512}),
    "cog1024": ("GTiff", 1, {"driver": "COG", "COMPRESS": "DEFLATE", "PREDICTOR": 2, "BLOCKSIZE": 1024}),
    "lerc": ("GTiff", 1, {"driver": "COG", "COMPRESS": "LERC", "BLOCKSIZE": 512}),
    "strips": ("GTiff", 1, {"driver": "GTiff", "COMPRESS": "LZW", "BLOCKYSIZE": 3}),
    "plain": ("GTiff", 1, {"driver": "GTiff", "BLOCKYSIZE": 1}),
    "big-endian": ("GTiff", 1, {"driver": "GTiff", "COMPRESS": "ZSTD", "TILED": "YES", "BIGTIFF": "YES",
                                "ENDIANNESS": "BIG", "BLOCKXSIZE": 400, "BLOCKYSIZE": 304}),
    "pixels": ("GTiff", 3, {"driver": "GTiff", "COMPRESS": "DEFLATE", "TILED": "YES", "INTERLEAVE": "PIXEL"}),
    "planes": ("GTiff", 3, {"driver": "GTiff", "COMPRESS": "DEFLATE", "TILED": "YES", "INTERLEAVE": "BAND"}),
    "codestream": ("JP2OpenJPEG", 1, {"driver": "JP2OpenJPEG", "CODEC": "J2K", "QUALITY": 100, "REVERSIBLE": "YES",
                                      "BLOCKXSIZE": 512, "BLOCKYSIZE": 1024}),
    "jp2": ("JP2OpenJPEG", 1, {"driver": "JP2OpenJPEG", "CODEC": "JP2", "QUALITY": 100, "REVERSIBLE": "YES",
                               "BLOCKXSIZE": 640, "BLOCKYSIZE": 640}),
    "jp2-indexed": ("JP2OpenJPEG", 3, {"driver": "JP2OpenJPEG", "CODEC": "JP2", "QUALITY": 100, "REVERSIBLE": "YES",
                                       "BLOCKXSIZE": 1024, "BLOCKYSIZE": 1024, "TLM": "YES", "PLT": "YES"}),
}  # fmt: skip
#: Rows and columns of a chunk.
CHUNKS = {"cog256": (512, 512), "cog512": (512, 512), "cog1024": (1024, 1024), "lerc": (512, 512),
          "strips": (111, WIDTH), "plain": (113, WIDTH), "big-endian": (304, 800), "pixels": (512, 512),
          "planes": (512, 512), "codestream": (1024, 512), "jp2": (640, 640), "jp2-indexed": (1024, 1024)}  # fmt: skip


def write_forms(folder: Path) -> dict[str, bytes]:
    """The same image in every form."""
    for bands in (1, 3):
        with rasterio.open(folder / f"{bands}.tif", "w", driver="GTiff", height=HEIGHT, width=WIDTH, count=bands,
                           dtype="uint16", crs=PLACE.crs, transform=PLACE.transform, nodata=0) as file:  # fmt: skip
            file.write(image(bands))
    found = {}
    for name, (_, bands, options) in FORMS.items():
        copy(folder / f"{bands}.tif", folder / name, **options)
        found[name] = (folder / name).read_bytes()
    return found


def needed(content: bytes, band: RemoteBand, bounds: tuple[int, int, int, int]) -> int:
    """Bytes of the stored blocks that the window touches."""
    layout = open_layout(band.driver, lambda start, length: content[start : start + length], len(content))
    high, wide = layout.block
    total = 0
    for row in range(bounds[0] // high, -(-bounds[1] // high)):
        for col in range(bounds[2] // wide, -(-bounds[3] // wide)):
            spans = layout.spans(band.index, row, col, lambda start, length: content[start : start + length])
            total += sum(span.length for span in spans)
    return total


def corrupt(body: bytes) -> bytes:
    """The bytes with their middle third turned round."""
    third = len(body) // 3
    return body[:third] + bytes(byte ^ 0xFF for byte in body[third : 2 * third]) + body[2 * third :]


def vrt(address: str) -> bytes:
    """A VRT that would read ``address`` with GDAL's own network code."""
    inner = f'<VRTDataset rasterXSize="{WIDTH}" rasterYSize="{HEIGHT}"><VRTRasterBand dataType="UInt16" band="1">'
    inner += f"<SimpleSource><SourceFilename>/vsicurl/{address}</SourceFilename></SimpleSource>"
    return (inner + "</VRTRasterBand></VRTDataset>").encode()


def tiff_with(content: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF with one number of its directory changed."""
    start = struct.unpack("<I", content[4:8])[0]
    for place in range(start + 2, start + 2 + 12 * struct.unpack_from("<H", content, start)[0], 12):
        found, kind = struct.unpack_from("<HH", content, place)
        if found == tag:
            changed = bytearray(content)
            struct.pack_into("<H" if kind == 3 else "<I", changed, place + 8, value)
            return bytes(changed)
    raise AssertionError(f"no tag {tag}")
