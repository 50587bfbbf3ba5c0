"""GeoTIFF scenes told by their files' names alone: HLS, WorldCereal's pre-processing, and the user's own pattern.

A form says of a path which scene and band it is; files of one scene are put together here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..bands import S1_BANDS, S2_BANDS
from ..errors import SourceError
from .base import SCL, BandRef, Scene, Warn
from .geotiff import TiffBand, rises_at
from .store import ReadCache

Level = Literal["L2A", "L1C", "GRD", "RTC"]

#: SCL classes that other masks are turned into: no data, shadow, ground (vegetation), water, cloud, snow.
_NONE, _SHADOW, _GROUND, _WATER, _CLOUD, _SNOW = 0, 3, 4, 6, 9, 11


@dataclass(frozen=True)
class NamedFile:
    """What a file's name says: ``scene`` groups files, ``about`` are fields of :class:`~.geotiff.TiffBand`.

    ``table`` (256 numbers) turns a mask's values into SCL classes. ``ascending`` None: told from the local time.
    """

    scene: str
    level: Level
    time: datetime
    band: str
    about: dict[str, Any] = field(default_factory=dict)
    ascending: bool | None = None
    table: bytes | None = None


Form = Callable[[Path], "NamedFile | None"]


@dataclass(frozen=True, kw_only=True)
class MaskBand(TiffBand):
    """A cloud mask of another coding, read as SCL: value ``v`` is the class ``table[v]``."""

    table: bytes

    def _values(self, stored: np.ndarray) -> np.ndarray:
        return np.frombuffer(self.table, np.uint8)[np.clip(stored, 0, 255).astype(np.uint8)]


# -- WorldCereal's pre-processing ------------------------------------------------------------------

_WORLDCEREAL_S2 = re.compile(
    r"(?P<scene>S2[ABC]_L2A_(?P<time>\d{8}T\d{6})_N\d{4}R\d{3}T\w{5}_\w{5})_(?P<band>B\d\d|B8A|MASK)\.tif$"
)
_WORLDCEREAL_S1 = re.compile(
    r"(?P<scene>S1[ABC]_(?P<time>\d{8}T\d{6})_(?P<orbit>ASC|DES)_\w+?_[0-9A-F]{16}_\w{5})_SIGMA0_(?P<band>V[VH])\.tif$"
)
#: 1 is a view of the ground, 0 is none, 255 is no data.
_WORLDCEREAL_MASK = bytes([_CLOUD, _GROUND]) + bytes([_CLOUD] * 253) + bytes([_NONE])
#: Stored amplitudes: dB = 20 log10(DN) - 83.
_WORLDCEREAL_AMPLITUDE = 10 ** (-83 / 20)


def worldcereal(path: Path) -> NamedFile | None:
    """``S2A_L2A_20181014T074851_N9999R135T36MXB_36MXB_B02.tif`` and ``S1B_..._DES_..._SIGMA0_VV.tif``.

    Reflectance x 10,000 without an offset; sigma0 as amplitudes, geocoded.
    """
    if match := _WORLDCEREAL_S2.match(path.name):
        mask = match["band"] == "MASK"
        about = {"unit": "class"} if mask else {"unit": "reflectance", "scale": 1e-4, "nodata": 0.0}
        table = _WORLDCEREAL_MASK if mask else None
        return NamedFile(
            match["scene"], "L2A", _time(match["time"]), SCL if mask else match["band"], about, table=table
        )
    if match := _WORLDCEREAL_S1.match(path.name):
        # The files disagree on what stands for nothing (0 or 65535): amplitude 0 is never a value, the other is told.
        about = {"unit": "amplitude", "scale": _WORLDCEREAL_AMPLITUDE, "nodata": 65535.0}
        return NamedFile(match["scene"], "GRD", _time(match["time"]), match["band"], about, match["orbit"] == "ASC")
    return None


# -- HLS -------------------------------------------------------------------------------------------

_HLS = re.compile(
    r"(?P<scene>HLS\.(?P<sensor>S30|L30)\.T\w{5}\.(?P<time>\d{7}T\d{6})\.v\d\.\d)\.(?P<band>B\d\d|B8A|Fmask)\.tif$"
)
#: Landsat's bands of HLS L30 as the Sentinel-2 bands that they correspond to.
_L30_BANDS = {"B02": "B02", "B03": "B03", "B04": "B04", "B05": "B8A", "B06": "B11", "B07": "B12"}


def _fmask() -> bytes:
    """HLS v2 user guide, table 9: bits 1 cloud, 2 next to cloud or shadow, 3 shadow, 4 snow, 5 water; 255 fill."""
    table = []
    for value in range(256):
        bits = [bool(value >> bit & 1) for bit in range(6)]
        cloud, beside, shadow, snow, water = bits[1:6]
        ground = _SNOW if snow else _WATER if water else _GROUND
        table.append(_CLOUD if cloud or beside else _SHADOW if shadow else ground)
    table[255] = _NONE
    return bytes(table)


_FMASK = _fmask()


def hls(path: Path) -> NamedFile | None:
    """``HLS.S30.T32TQM.2021005T102411.v2.0.B02.tif``: Sentinel-2 or Landsat at 30 m, as L2A with fewer bands."""
    match = _HLS.match(path.name)
    if match is None:
        return None
    time = datetime.strptime(match["time"], "%Y%jT%H%M%S").replace(tzinfo=timezone.utc)
    if match["band"] == "Fmask":
        return NamedFile(match["scene"], "L2A", time, SCL, {"unit": "class"}, table=_FMASK)
    band = _L30_BANDS.get(match["band"], "") if match["sensor"] == "L30" else match["band"]
    return NamedFile(match["scene"], "L2A", time, band, {"unit": "reflectance", "scale": 1e-4, "nodata": -9999.0})


FORMS: tuple[Form, ...] = (worldcereal, hls)


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=timezone.utc)


# -- putting scenes together -----------------------------------------------------------------------


def read_name(path: Path, forms: Iterable[Form] = FORMS) -> NamedFile | None:
    """What the first form that knows the name says; None for every other file, and for an impossible date."""
    for form in forms:
        try:
            if (found := form(path)) is not None:
                return found
        except ValueError:
            return None
    return None


def scan(files: Iterable[tuple[Path, NamedFile]], cache: ReadCache, warn: Warn) -> list[Scene]:
    """Scenes of named files; one whose files cannot be read is told to ``warn`` and left out."""
    groups: dict[tuple[Path, str], list[tuple[Path, NamedFile]]] = {}
    for path, said in files:
        groups.setdefault((path.parent, said.scene), []).append((path, said))
    scenes = []
    for (_, name), members in sorted(groups.items()):
        try:
            scenes.append(_scene(name, members, cache))
        except SourceError as error:
            warn(f"The scene {name} is left out. {error.message}")
    return scenes


def _scene(name: str, members: list[tuple[Path, NamedFile]], cache: ReadCache) -> Scene:
    first = members[0][1]
    optical = first.level in ("L2A", "L1C")
    wanted = (*S2_BANDS, SCL) if optical else S1_BANDS
    bands: dict[str, BandRef] = {}
    for path, said in members:
        if said.band in wanted:
            about = {"index": 1, **said.about, "path": str(path.resolve())}
            bands[said.band] = TiffBand(**about) if said.table is None else MaskBand(table=said.table, **about)
    measured = [band for key, band in bands.items() if key != SCL]
    if not measured:
        raise SourceError("It has none of the bands that are used.")
    frame = measured[0].frame(cache)
    rising = first.ascending if first.ascending is not None or optical else rises_at(first.time, frame)
    ascending = None if optical else rising
    return Scene(name, "S2" if optical else "S1", first.level, first.time, frame.crs, frame.bounds, bands, ascending)
