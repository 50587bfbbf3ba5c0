"""The user's own naming of per-date GeoTIFFs, written as a pattern (docs/folder-source.md)."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rasterio.errors import RasterioError

from ..bands import S1_BANDS, S2_BANDS
from ..errors import RequestError
from .base import SCL
from .geotiff import open_raster
from .named import NamedFile

_HINT = "For example 'S2_{date}_{band}.tif; scale=0.0001', see docs/folder-source.md."
_PLACEHOLDERS = {
    "date": r"\d{4}-?\d{2}-?\d{2}(?:T\d{2}[-:]?\d{2}(?:[-:]?\d{2})?Z?)?|\d{7}",
    "band": r"[A-Za-z0-9]+",
    "orbit": r"[A-Za-z]+",
    "any": r".*?",
}
_OPTIONS = ("level", "scale", "offset", "nodata", "unit", "bands")
_UNITS = {"db": "dB", "power": "power", "amplitude": "amplitude"}
#: By the number of characters: strptime would read 2021121, the 121st day, as December the 1st.
_DATES = {15: "%Y%m%dT%H%M%S", 13: "%Y%m%dT%H%M", 8: "%Y%m%d", 7: "%Y%j"}
#: Bands by their common names (STAC's eo extension).
_COMMON = {
    "BLUE": "B02", "GREEN": "B03", "RED": "B04", "REDEDGE1": "B05", "REDEDGE2": "B06", "REDEDGE3": "B07", "NIR": "B08",
    "NIR08": "B8A", "SWIR16": "B11", "SWIR22": "B12", "MASK": SCL,
}  # fmt: skip


class FilePattern:
    """A pattern such as ``S2_{date}_{band}.tif; level=L2A; scale=0.0001; nodata=0``.

    ``{date}`` is needed; ``{band}`` names one band a file, else a file holds all bands of a date, named by ``bands``
    or by the file's own band descriptions. ``{orbit}`` and ``{any}`` are free. Matched against the path below the
    folder, with forward slashes; a pattern without a slash against the file's name.
    """

    def __init__(self, text: str) -> None:
        """Raises :class:`RequestError` naming what is wrong with the pattern."""
        name, *options = (part.strip() for part in text.split(";"))
        if "{date}" not in name:
            raise RequestError(f"file_pattern: {name!r} has no {{date}}.", _HINT)
        self.name = name
        self._of_path = "/" in name
        self._options = _options(options)
        pieces = re.split(r"\{(\w+)\}", name)
        unknown = [piece for piece in pieces[1::2] if piece not in _PLACEHOLDERS]
        if unknown:
            raise RequestError(f"file_pattern: there is no placeholder {{{unknown[0]}}}.", _HINT)
        if len(set(pieces[1::2]) - {"any"}) < len([piece for piece in pieces[1::2] if piece != "any"]):
            raise RequestError("file_pattern: a placeholder stands twice.", _HINT)
        self._one_band = "band" in pieces[1::2]
        out = []
        for number, piece in enumerate(pieces):
            if number % 2 == 0:
                out.append(re.escape(piece).replace(r"\*", "[^/]*"))
            elif piece == "any":
                out.append("[^/]*?")
            else:
                out.append(f"(?P<{piece}>{_PLACEHOLDERS[piece]})")
        self._match = re.compile("".join(out), re.IGNORECASE)

    def files(self, path: Path, root: Path) -> list[NamedFile]:
        """What the file is: one entry a band; empty when its name is another. An odd band name is left out."""
        name = path.relative_to(root).as_posix() if self._of_path else path.name
        match = self._match.fullmatch(name)
        if match is None:
            return []
        time = _date(match["date"])
        if time is None:
            return []
        groups = match.groupdict()
        orbit = (groups.get("orbit") or "").upper()
        ascending = True if orbit.startswith("A") else False if orbit.startswith("D") else None
        names = [groups["band"]] if self._one_band else self._names(path)
        scene = f"{groups['date']}{'_' + orbit if orbit else ''}"
        found = []
        for index, band in enumerate((band_name(text) for text in names), start=1):
            if band:
                level = self._level(band)
                # The sensors of one date are scenes of their own.
                key = f"{'S1' if level in ('GRD', 'RTC') else 'S2'}_{scene}"
                found.append(NamedFile(key, level, time, band, {**self._about(band), "index": index}, ascending))
        return found

    def _names(self, path: Path) -> list[str]:
        if self._options.get("bands"):
            return [text.strip() for text in str(self._options["bands"]).split(",")]
        try:
            with open_raster(str(path)) as file:
                return [text or "" for text in file.descriptions]
        except RasterioError:
            return []

    def _level(self, band: str) -> Any:
        given = self._options.get("level")
        if band in S1_BANDS:
            return given if given in ("GRD", "RTC") else "GRD"
        return given if given in ("L2A", "L1C") else "L2A"

    def _about(self, band: str) -> dict[str, Any]:
        if band == SCL:
            return {"unit": "class"}
        numbers = [name for name in ("scale", "offset", "nodata") if name in self._options]
        about: dict[str, Any] = {name: float(self._options[name]) for name in numbers}
        return {"unit": "reflectance" if band in S2_BANDS else self._options.get("unit", "dB"), **about}


def band_name(text: str) -> str:
    """``B2``, ``b02``, ``blue``, ``B02 (490 nm)`` as B02; empty for what is no band that is used."""
    name = text.strip().split(" ")[0].split("_")[-1].upper()
    name = _COMMON.get(name, name)
    if re.fullmatch(r"B\d", name):
        name = f"B0{name[1]}"
    return name if name in (*S2_BANDS, *S1_BANDS, SCL) else ""


def _options(parts: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in _OPTIONS:
            raise RequestError(
                f"file_pattern: there is no option {name!r}.", f"There are {', '.join(_OPTIONS)}. {_HINT}"
            )
        if name in ("scale", "offset", "nodata"):
            try:
                float(value)
            except ValueError:
                raise RequestError(f"file_pattern: {name} is no number: {value!r}.", _HINT) from None
        if name == "level" and value not in ("L2A", "L1C", "GRD", "RTC"):
            raise RequestError(f"file_pattern: there is no level {value!r}.", "There are L2A, L1C, GRD and RTC.")
        if name == "unit":
            if value.lower() not in _UNITS:
                raise RequestError(f"file_pattern: there is no unit {value!r}.", "There are dB, power and amplitude.")
            value = _UNITS[value.lower()]
        found[name] = value
    return found


def _date(text: str) -> datetime | None:
    plain = re.sub(r"[-:Z]", "", text.upper())
    try:
        found = datetime.strptime(plain, _DATES[len(plain)]).replace(tzinfo=timezone.utc)
    except (KeyError, ValueError):
        return None
    # A date alone: the hour at which both satellites' day is the date's, wherever the place.
    return found if "T" in plain else found.replace(hour=12)
