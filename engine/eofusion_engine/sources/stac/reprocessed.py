"""One acquisition, several items: ESA processes its archive anew, and services keep old and new side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

from .fields import clean_id, mapping, moment, numbers, text
from .offsets import baseline, baseline_key

#: Satellite, start of sensing, orbit, tile: in the names of ESA's products and of services that follow them.
_PRODUCT = re.compile(r"(S2[A-D])_MSIL[12][AC]_(\d{8}T\d{6})_.*?T(\d{2}[A-Z]{3})(?:_|\.|$)")
_TILE = re.compile(r"(?:^|[_-]|T)(\d{1,2}[C-X][A-Z]{2})(?=_|$)")
_DATATAKE = re.compile(r"(GS2[A-D]_\d{8}T\d{6}_\d{6})")
#: An item is a repetition when newer ones show at least this share of its ground (its part of the area).
_SHARE = 0.98


def outline(item: Mapping[str, Any]) -> BaseGeometry | None:
    """The ground that an item says it shows, in EPSG:4326; None where it says nothing usable."""
    try:
        found = shape(item["geometry"])
        if not found.is_empty:
            return found if found.is_valid else shapely.make_valid(found)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, shapely.errors.ShapelyError):
        pass
    edges = numbers(item.get("bbox"), 4, 6)
    if edges is None:
        return None
    half = len(edges) // 2
    west, south, east, north = edges[0], edges[1], edges[half], edges[half + 1]
    return box(west, south, east, north) if west < east and south < north else None


def acquisition(item: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What all processings of one Sentinel-2 acquisition share: datatake (or satellite and time) and tile.

    None where the item does not say it: such an item is never taken for a repetition.
    """
    properties = mapping(item.get("properties"))
    names = [text(item.get("id")), text(properties.get("s2:product_uri")), text(properties.get("title"))]
    product = next((found for name in names if name and (found := _PRODUCT.search(name))), None)
    tile = _tile(properties, names) or (product and product[3])
    taken = next(
        (
            found[1]
            for key in ("s2:datatake_id", "eopf:datatake_id")
            if (found := _DATATAKE.search(text(properties.get(key)) or ""))
        ),
        None,
    )
    if tile and taken:
        return (taken, tile)
    if product and tile:
        return (f"{product[1]}_{product[2]}", tile)
    seen = moment(properties.get("datetime"), properties.get("start_datetime"))
    platform = (text(properties.get("platform")) or "").lower().replace("sentinel-", "s")
    if tile and seen and platform:
        # The mean sensing time moves by a second or so from one processing to the next.
        return (platform, f"{round(seen.timestamp() / 60)}", tile)
    return None


def _tile(properties: Mapping[str, Any], names: Sequence[str | None]) -> str | None:
    for key in ("grid:code", "s2:mgrs_tile"):
        code = text(properties.get(key))
        if code:
            return code.removeprefix("MGRS-").removeprefix("T").zfill(5)
    for name in names:
        if name and (found := _TILE.search(name)):
            return found[1].zfill(5)
    return None


def newest(
    items: Sequence[Mapping[str, Any]], preference: Mapping[str, int], area: BaseGeometry
) -> tuple[list[Mapping[str, Any]], int]:
    """``items`` without older processings of the same acquisition, and how many those were.

    The collection that ``preference`` numbers lowest wins, then the highest baseline, then the latest creation.
    An older item that shows ground which the newer ones do not (a tile cut by a datastrip's end) stays.
    """
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for number, item in enumerate(items):
        groups.setdefault(acquisition(item) or ("", str(number)), []).append(item)
    kept: list[Mapping[str, Any]] = []
    for group in groups.values():
        group.sort(key=lambda item: _rank(item, preference), reverse=True)
        kept += _without_repetitions(group, area)
    return kept, len(items) - len(kept)


def _without_repetitions(group: list[Mapping[str, Any]], area: BaseGeometry) -> list[Mapping[str, Any]]:
    kept, shown = [group[0]], _part(group[0], area)
    for item in group[1:]:
        part = _part(item, area)
        if shown is None or part is None or part.intersection(shown).area >= _SHARE * part.area:
            continue
        kept.append(item)
        shown = shown.union(part)
    return kept


def _part(item: Mapping[str, Any], area: BaseGeometry) -> BaseGeometry | None:
    found = outline(item)
    return None if found is None else found.intersection(area)


def _rank(item: Mapping[str, Any], preference: Mapping[str, int]) -> tuple[int, tuple[int, int], float, str]:
    properties = mapping(item.get("properties"))
    name = text(item.get("id")) or ""
    made = moment(
        properties.get("s2:generation_time"),
        properties.get("processing:datetime"),
        properties.get("created"),
        properties.get("updated"),
    )
    order = -preference.get(text(item.get("collection")) or "", len(preference))
    version = baseline_key(baseline(properties, name))
    return order, version, made.timestamp() if made else 0.0, clean_id(name)
