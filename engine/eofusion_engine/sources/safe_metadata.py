"""What a Sentinel-2 product says about itself: its name and its MTD_MSIL1C.xml or MTD_MSIL2A.xml.

From processing baseline 04.00 (25 January 2022) on the stored numbers are ``(reflectance + 0.1) * 10000``
and the metadata carry an offset of -1000 a band (ESA, Sentinel-2 Products Specification Document 14.9 and
later, ``RADIO_ADD_OFFSET`` and ``BOA_ADD_OFFSET``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Literal

# Declarations of entities are refused before anything is parsed.
from xml.etree import ElementTree  # nosec B405

from ..errors import SourceError

#: Product metadata have about 50 kB.
MAX_METADATA_BYTES = 4 << 20
METADATA_NAME = re.compile(r"MTD_MSI(L1C|L2A)\.xml$")
PRODUCT_NAME = re.compile(
    r"S2[A-D]_MSI(?P<level>L1C|L2A)_(?P<time>\d{8}T\d{6})_N(?P<baseline>\d{4})_R\d{3}_T[0-9A-Z]{5}_\d{8}T\d{6}"
)
_BAND_IDS = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")
_FIRST_BASELINE_WITH_OFFSET = 400
_OFFSET = -1000.0
_QUANTIFICATION = 10_000.0

Level = Literal["L1C", "L2A"]


@dataclass(frozen=True)
class About:
    """What is known of a product; ``offsets`` are stored numbers to be added, by band name."""

    name: str | None = None
    level: Level | None = None
    time: datetime | None = None
    baseline: str | None = None
    cloud_cover: float | None = None
    quantification: float = _QUANTIFICATION
    offsets: Mapping[str, float] = field(default_factory=dict)

    def offset(self, band: str) -> float:
        """The offset of ``band`` by the metadata, else by the baseline: -1000 from 04.00 on."""
        if band in self.offsets:
            return self.offsets[band]
        late = self.baseline is not None and int(self.baseline.replace(".", "")) >= _FIRST_BASELINE_WITH_OFFSET
        return _OFFSET if late else 0.0

    def over(self, other: About) -> About:
        """This knowledge, completed by ``other``'s where it says nothing."""
        return About(
            self.name or other.name,
            self.level or other.level,
            self.time or other.time,
            self.baseline or other.baseline,
            self.cloud_cover if self.cloud_cover is not None else other.cloud_cover,
            self.quantification,
            self.offsets or other.offsets,
        )


def from_name(text: str) -> About:
    """What the name of a product (of its folder or zip) tells; nothing of it when it has another form."""
    match = PRODUCT_NAME.match(text)
    if match is None:
        return About()
    level: Level = "L1C" if match["level"] == "L1C" else "L2A"
    number = match["baseline"]
    return About(match[0], level, compact_time(match["time"]), _baseline(f"{number[:2]}.{number[2:]}"))


def from_xml(data: bytes, label: str) -> About:
    """What the product metadata tell.

    Raises :class:`SourceError` naming ``label`` when it is not XML, or XML that declares entities: product
    metadata never do, and such declarations can name other files or grow without end.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise SourceError(f"{label} declares XML entities, which product metadata never do.", "It is not read.")
    try:
        data.decode("utf-8")
        # The encoding is fixed, so that a declared one cannot hide the declarations that were refused above.
        root = ElementTree.fromstring(data, ElementTree.XMLParser(encoding="utf-8"))  # noqa: S314  # nosec B314
    except (ElementTree.ParseError, ValueError) as error:
        raise SourceError(
            f"{label} is not XML that can be read.", "The name of the product is used instead."
        ) from error
    name = from_name(_text(root, "PRODUCT_URI") or _text(root, "PRODUCT_URI_2A") or "").name
    level = _text(root, "PROCESSING_LEVEL") or ""
    known: Level | None = "L1C" if level.startswith("Level-1C") else "L2A" if level.startswith("Level-2A") else None
    quantification = _number(root, "BOA_QUANTIFICATION_VALUE") or _number(root, "QUANTIFICATION_VALUE")
    cloud = _number(root, "Cloud_Coverage_Assessment")
    return About(
        name,
        known,
        _iso_time(_text(root, "PRODUCT_START_TIME")),
        _baseline(_text(root, "PROCESSING_BASELINE") or ""),
        cloud if cloud is not None and 0 <= cloud <= 100 else None,
        quantification if quantification is not None and quantification >= 1 else _QUANTIFICATION,
        _offsets(root),
    )


def compact_time(text: str) -> datetime | None:
    """A time such as ``20250408T184941``, UTC; None when there is no such time."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def _iso_time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
        return time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def _baseline(text: str) -> str | None:
    """A baseline such as "05.09". 99.99 stands for "made outside ESA's own processing" and tells nothing."""
    return text if re.fullmatch(r"\d\d\.\d\d", text, re.ASCII) and text != "99.99" else None


def _offsets(root: ElementTree.Element) -> dict[str, float]:
    found: dict[str, float] = {}
    for tag in ("BOA_ADD_OFFSET", "RADIO_ADD_OFFSET"):
        for entry in root.iter(tag):
            number, value = entry.get("band_id", ""), _finite(entry.text)
            if re.fullmatch(r"\d{1,2}", number, re.ASCII) and int(number) < len(_BAND_IDS) and value is not None:
                found.setdefault(_BAND_IDS[int(number)], value)
    return found


def _text(root: ElementTree.Element, tag: str) -> str | None:
    entry = next(root.iter(tag), None)
    return entry.text.strip() if entry is not None and entry.text else None


def _number(root: ElementTree.Element, tag: str) -> float | None:
    return _finite(_text(root, tag))


def _finite(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
