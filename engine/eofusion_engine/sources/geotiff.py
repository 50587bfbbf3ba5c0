"""GeoTIFF and COG scenes: one folder a scene, told by a small ``scene.json`` (docs/folder-source.md).

A sidecar is somebody else's text: it may name only files below its own folder, and those are opened
as GeoTIFF (or JPEG 2000) only, so that no file can make GDAL follow links elsewhere.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal

import numpy as np
import rasterio
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from rasterio.errors import RasterioError
from rasterio.windows import Window as RasterWindow

from ..bands import S1_BANDS, S2_BANDS
from ..errors import SourceError
from .base import SCL, BandRef, Frame, Scene, Unit, Warn, footprint
from .store import ReadCache

SIDECAR = "scene.json"
_MAX_SIDECAR_BYTES = 1 << 20
#: A GeoTIFF that claims more pixels than this is not opened (a Sentinel-2 tile has 1.2e8).
_MAX_PIXELS = 4_000_000_000
_BAND_NAME = re.compile(r"B(0\d|1[012]|8A)$|SCL$|VV$|VH$|HH$|HV$")


class BandFile(BaseModel):
    """Where one band is: a file below the scene's folder, and which of its bands (from 1)."""

    model_config = ConfigDict(extra="forbid")

    file: str
    band: int = Field(default=1, ge=1, le=10_000)
    scale: float | None = None
    offset: float | None = None
    nodata: float | None = None

    @field_validator("file")
    @classmethod
    def _inside(cls, value: str) -> str:
        posix, windows = PurePosixPath(value), PureWindowsPath(value)
        outside = posix.is_absolute() or bool(windows.drive or windows.root) or ".." in (*posix.parts, *windows.parts)
        if not value.strip() or outside or "://" in value or "\0" in value or value.lower().startswith("vsi"):
            raise ValueError(f"{value!r} is not a file below the scene's own folder")
        return value


class Sidecar(BaseModel):
    """The content of ``scene.json``."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    format: Literal[1] = 1
    id: str | None = Field(default=None, max_length=200)
    sensor: Literal["S2", "S1"]
    level: Literal["L2A", "L1C", "GRD", "RTC"]
    time: datetime
    orbit: Literal["ascending", "descending"] | None = None
    unit: Literal["dB", "power", "amplitude"] = "dB"
    scale: float = 1.0
    offset: float = 0.0
    nodata: float | None = None
    bands: dict[str, BandFile]
    note: str | None = None

    @field_validator("time")
    @classmethod
    def _in_the_age_of_satellites(cls, value: datetime) -> datetime:
        if not 1970 <= value.year < 2200:  # at the calendar's ends a time cannot even be brought to UTC
            raise ValueError(f"{value.isoformat()} is no time of an image")
        return value

    @field_validator("bands", mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        """``"B02": "B02.tif"`` is short for ``"B02": {"file": "B02.tif"}``."""
        if not isinstance(value, dict):
            return value
        return {name: {"file": entry} if isinstance(entry, str) else entry for name, entry in value.items()}

    @model_validator(mode="after")
    def _consistent(self) -> Sidecar:
        if (self.level in ("L2A", "L1C")) != (self.sensor == "S2"):
            raise ValueError(f"the level {self.level} is not one of the sensor {self.sensor}")
        strange = [name for name in self.bands if not _BAND_NAME.match(name)]
        if strange:
            raise ValueError(f"bands: {strange[0]!r} is not a band name such as {S2_BANDS[0]}, SCL, VV")
        useful = S2_BANDS if self.sensor == "S2" else S1_BANDS
        if not any(name in useful for name in self.bands):
            raise ValueError(f"bands: it names none of {', '.join(useful)}")
        if self.scale == 0 or any(band.scale == 0 for band in self.bands.values()):
            raise ValueError("scale: it is 0, which would make every value the same")
        return self


@dataclass(frozen=True, kw_only=True)
class TiffBand(BandRef):
    """One band of one raster file."""

    path: str
    index: int

    @property
    def label(self) -> str:
        path = Path(self.path)
        return f"{path.parent.name}/{path.name}"

    def frame(self, cache: ReadCache) -> Frame:
        return cache.fact(("frame", self.path), lambda: self._find_frame(cache))

    def _find_frame(self, cache: ReadCache) -> Frame:
        try:
            with cache.handle(self.path, lambda: open_raster(self.path)) as file:
                crs, transform, height, width = file.crs, file.transform, file.height, file.width
        except (RasterioError, OSError) as error:
            raise self._damaged("it is missing, damaged or not a GeoTIFF") from error
        if crs is None or transform.is_identity:
            raise self._damaged("it has no map projection (raw Sentinel-1 GRD must be terrain-corrected first)")
        if height * width > _MAX_PIXELS:
            raise self._damaged("it claims more pixels than a scene can have")
        number = crs.to_epsg()
        return Frame(f"EPSG:{number}" if number else crs.to_wkt(), transform, height, width)

    def chunk(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        return cache.array((self.path, self.index, row, col), lambda: self._read(cache, row, col))

    def _read(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        frame = self.frame(cache)
        rows, cols = self.chunk_shape(cache)
        window = RasterWindow(col, row, min(cols, frame.width - col), min(rows, frame.height - row))
        try:
            with cache.handle(self.path, lambda: open_raster(self.path)) as file:
                if self.index > file.count:
                    raise self._damaged(f"it has {file.count} bands and scene.json asks for number {self.index}")
                return np.asarray(file.read(self.index, window=window))
        except (RasterioError, OSError) as error:
            raise self._damaged("its pixels cannot be decoded") from error

    def _damaged(self, why: str) -> SourceError:
        hint = "Copy or download it again; the run goes on without it."
        return SourceError(f"{self.label} cannot be read: {why}.", hint)


def open_raster(path: str) -> Any:
    """Open as GeoTIFF or JPEG 2000 and as nothing else: a VRT in disguise could name any file or address."""
    driver = "JP2OpenJPEG" if path.lower().endswith(".jp2") else "GTiff"
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"):
        return rasterio.open(path, driver=driver)


def scan(sidecars: list[Path], root: Path, cache: ReadCache, warn: Warn) -> list[Scene]:
    """The scenes that the ``scene.json`` files describe.

    A sidecar or a scene that cannot be read is told to ``warn`` by its folder's name and left out.
    """
    scenes = []
    for path in sorted(sidecars):
        try:
            scenes.append(_read_scene(path, root, cache))
        except SourceError as error:
            warn(str(error))
    return scenes


def read_sidecar(path: Path, name: str) -> Sidecar:
    """The checked content of a ``scene.json``; raises :class:`SourceError` naming the field that is wrong."""
    try:
        if path.stat().st_size > _MAX_SIDECAR_BYTES:
            raise SourceError(f"{name} is too large for a sidecar.", "The scene is left out.")
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{name} is not JSON that can be read.", "The scene is left out.") from error
    try:
        return Sidecar.model_validate(data)
    except ValidationError as error:
        hint = "Mend it as docs/folder-source.md shows; the scene is left out."
        raise SourceError(f"{name}: {_sentence(error)}.", hint) from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        return f"the field '{field}' is missing"
    if first["type"] == "extra_forbidden":
        return f"there is no field '{field}'"
    return f"{field}: {message}" if field else message


def _read_scene(path: Path, root: Path, cache: ReadCache) -> Scene:
    folder = path.parent
    relative = folder.relative_to(root).as_posix()
    place = relative if relative != "." else folder.name
    about = read_sidecar(path, f"{place}/{SIDECAR}")
    used = (*S2_BANDS, SCL) if about.sensor == "S2" else S1_BANDS
    bands = {name: _band(name, band, about, folder, place) for name, band in about.bands.items() if name in used}
    time = about.time.replace(tzinfo=timezone.utc) if about.time.tzinfo is None else about.time.astimezone(timezone.utc)
    frame = _first_frame(bands, place, cache)
    ascending = None
    if about.sensor == "S1":
        ascending = rises_at(time, frame) if about.orbit is None else about.orbit == "ascending"
    return Scene(about.id or place, about.sensor, about.level, time, frame.crs, frame.bounds, bands, ascending)


def _band(name: str, entry: BandFile, about: Sidecar, folder: Path, place: str) -> TiffBand:
    path = (folder / entry.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        message = f"{place}/{SIDECAR}: {entry.file!r} leads out of the scene's own folder."
        raise SourceError(message, "The scene is left out.")
    if name == SCL:
        return TiffBand(unit="class", path=str(path), index=entry.band)
    unit: Unit = "reflectance" if about.sensor == "S2" else about.unit
    return TiffBand(
        unit=unit,
        scale=about.scale if entry.scale is None else entry.scale,
        offset=about.offset if entry.offset is None else entry.offset,
        nodata=about.nodata if entry.nodata is None else entry.nodata,
        path=str(path),
        index=entry.band,
    )


def _first_frame(bands: dict[str, TiffBand], place: str, cache: ReadCache) -> Frame:
    """The frame of the first band that opens: the scene's place on the map."""
    first_error: SourceError | None = None
    for name, band in bands.items():
        try:
            if name != SCL:
                return band.frame(cache)
        except SourceError as error:
            first_error = first_error or error
    raise SourceError(f"The scene {place} is left out: {first_error.message if first_error else 'it has no bands.'}")


def rises_at(time: datetime, frame: Frame) -> bool:
    """Whether Sentinel-1 was ascending: it crosses at about 18 h local solar time then, at 6 h descending."""
    longitude = footprint(frame.crs, frame.bounds).centroid.x
    return (time.hour + time.minute / 60 + longitude / 15) % 24 >= 12
