"""Stored numbers to reflectance: scale and offset of a Sentinel-2 asset, from metadata, applied exactly once.

From processing baseline 04.00 (25 January 2022) on, ESA's products hold ``(reflectance + 0.1) * 10000``: the
product's ``BOA_ADD_OFFSET`` is -1000. Some services take it away when they make their own files. What an item
says decides, in this order:

1. ``earthsearch:boa_offset_applied`` true: the pixels have lost it, though the asset may still say -0.1
   (Element84/earth-search issue 9: "the flag is the truth").
2. ``offset`` of the asset: ``raster:bands[0]`` (raster extension 1), ``bands[0]`` or the asset itself
   (``raster:offset``, extension 2).
3. ``BOA_ADD_OFFSET`` among the item's properties.
4. The processing baseline: -1000 from 04.00 on. No baseline, no offset.

Earth Search's older collection ``sentinel-2-l2a`` has items of baseline 04.00 and later whose flag is wrong in
either direction (its issues 66 and 71): rule ``earth-search-v1`` leaves those out, rather than guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import SourceError
from .description import S2Collection
from .fields import number, text

#: Sentinel-2's quantification value, and the offset in reflectance that baseline 04.00 brought.
SCALE = 1e-4
BASELINE_OFFSET = -0.1
_FIRST_WITH_OFFSET = (4, 0)
_FLAG = "earthsearch:boa_offset_applied"


class UnclearOffset(SourceError):
    """An item whose metadata contradict each other about the offset."""

    code = "unclear-offset"


def baseline(properties: Mapping[str, Any], item_id: str = "") -> str | None:
    """Processing baseline such as ``"05.09"``, from the properties or the product's name; None where it is not said."""
    for key in ("s2:processing_baseline", "processing:version", "sentinel2:processing_baseline"):
        if (found := text(properties.get(key))) and _pair(found):
            return found
    names = (item_id, *(text(properties.get(key)) or "" for key in ("s2:product_uri", "eopf:datatake_id")))
    for name in names:
        for part in name.replace(".SAFE", "").split("_"):
            if len(part) == 5 and part[0] == "N" and part[1:].isdigit():
                return f"{part[1:3]}.{part[3:]}"
    return None


def baseline_key(value: str | None) -> tuple[int, int]:
    """A baseline as numbers that can be compared; the lowest of all where there is none."""
    return _pair(value or "") or (-1, -1)


def _pair(value: str) -> tuple[int, int] | None:
    major, _, minor = value.partition(".")
    return (int(major), int(minor or 0)) if major.isdigit() and (minor or "0").isdigit() else None


def scale_and_offset(
    collection: S2Collection, asset: Mapping[str, Any], properties: Mapping[str, Any], item_id: str = ""
) -> tuple[float, float]:
    """(scale, offset) of ``reflectance = stored * scale + offset`` for one asset of one item.

    Raises :class:`UnclearOffset` where the metadata cannot be believed.
    """
    said_scale, said_offset = _of_asset(asset)
    scale = collection.scale or said_scale or SCALE
    if collection.offset is not None:
        return scale, collection.offset
    version = baseline_key(baseline(properties, item_id))
    if properties.get(_FLAG) is True:
        return scale, 0.0
    if collection.offset_rule == "earth-search-v1":
        if version >= _FIRST_WITH_OFFSET or version < (0, 0):
            raise UnclearOffset("Its metadata do not say reliably whether the offset of baseline 04.00 is in it.")
        return scale, 0.0
    if said_offset is not None:
        return scale, said_offset
    if (added := _boa_add_offset(properties)) is not None:
        return scale, added * scale
    return scale, BASELINE_OFFSET if version >= _FIRST_WITH_OFFSET else 0.0


def _of_asset(asset: Mapping[str, Any]) -> tuple[float | None, float | None]:
    bands = [asset.get("raster:bands"), asset.get("bands")]
    places = [b[0] for b in bands if isinstance(b, list) and b and isinstance(b[0], Mapping)]
    found: dict[str, float | None] = {}
    for name in ("scale", "offset"):
        keys = (f"raster:{name}", name)
        said = [number(place.get(key)) for place in (*places, asset) for key in keys]
        found[name] = next((value for value in said if value is not None), None)
    return found["scale"], found["offset"]


def _boa_add_offset(properties: Mapping[str, Any]) -> float | None:
    for key in ("s2:boa_add_offset", "BOA_ADD_OFFSET", "boa_add_offset"):
        value = properties.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if (found := number(value)) is not None:
            return found
    return None
