"""STAC items to scenes: which file holds which band, where its pixels are, and what its numbers mean."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio import Affine

from ...errors import SourceError
from ..base import SCL, Frame, Scene, Unit
from ..remote import RemoteBand
from ..store import ReadCache
from ..transport import Transport
from .description import Catalogue, DemCollection, S1Collection, S2Collection
from .fields import clean_id, mapping, moment, number, numbers, text
from .hrefs import driver, resolve
from .offsets import baseline, scale_and_offset
from .reprocessed import outline
from .signing import Access

_EPSG = re.compile(r"EPSG:(\d{4,6})", re.IGNORECASE)
_MAX_SIDE = 500_000
_MAX_PIXELS = 4_000_000_000
#: Planetary Computer's RTC has -32768 outside the swath; terrain-corrected GRD has 0 there.
_S1_NODATA = {"RTC": -32768.0, "GRD": 0.0}
_LEFT_OUT = "The scene is left out."


@dataclass(frozen=True)
class BandMaker:
    """Makes the bands of one catalogue's items."""

    catalogue: Catalogue
    access: Access
    transport: Transport
    trusted: Collection[str]

    def band(
        self,
        item: Mapping[str, Any],
        name: str,
        names: tuple[str, ...],
        unit: Unit,
        scale: float = 1.0,
        offset: float = 0.0,
        nodata: float | None = None,
    ) -> RemoteBand | None:
        """The band ``name`` of ``item`` from the first of its assets ``names``; None where it has none of them.

        Raises :class:`SourceError` when the asset's address or format is refused.
        """
        found = asset_of(item, names)
        if found is None:
            return None
        asset, index = found
        href = resolve(asset.get("href"), _own_address(item), self.catalogue.s3, self.trusted)
        return RemoteBand(
            unit=unit,
            scale=scale,
            offset=offset,
            nodata=nodata,
            href=href,
            index=index,
            transport=self.transport,
            scene_id=clean_id(item.get("id")),
            name=name,
            place=frame_of(asset, mapping(item.get("properties"))),
            driver=driver(asset, href),
            sign=self.access.signer,
            auth=self.access.auth(href),
        )


def asset_of(item: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Mapping[str, Any], int] | None:
    """The first of the assets ``names`` (``name#band``) that ``item`` has, and the band's number in it."""
    assets = mapping(item.get("assets"))
    for entry in names:
        name, _, index = entry.partition("#")
        if isinstance(asset := assets.get(name), Mapping):
            return asset, int(index or 1)
    return None


def frame_of(asset: Mapping[str, Any], properties: Mapping[str, Any]) -> Frame | None:
    """Where an asset's pixels are, by the projection extension (versions 1 and 2) of asset or item.

    None where that is not said wholly: then the file itself is asked.
    """
    crs = _crs(asset) or _crs(properties)
    size = numbers(asset.get("proj:shape"), 2) or numbers(properties.get("proj:shape"), 2)
    # An item's shape is that of its finest assets: it does not go with another asset's own transform.
    own_transform, own_shape = "proj:transform" in asset, "proj:shape" in asset
    if crs is None or size is None or own_transform != own_shape:
        return None
    height, width = (int(side) for side in size)
    if not (0 < height <= _MAX_SIDE and 0 < width <= _MAX_SIDE and height * width <= _MAX_PIXELS):
        return None
    six = numbers(asset.get("proj:transform"), 6, 9) or numbers(properties.get("proj:transform"), 6, 9)
    if six is None:
        return None
    transform = Affine(*six[:6])
    if transform.is_degenerate or not math.isfinite(transform.determinant):
        return None
    return Frame(crs, transform, height, width)


def _crs(fields: Mapping[str, Any]) -> str | None:
    code = fields.get("proj:code")
    if code is None and (epsg := number(fields.get("proj:epsg"))) is not None:
        code = f"EPSG:{int(epsg)}"
    found = _EPSG.fullmatch(code) if isinstance(code, str) else None
    return f"EPSG:{int(found[1])}" if found and _known(int(found[1])) else None


@lru_cache(maxsize=512)
def _known(epsg: int) -> bool:
    try:
        return bool(CRS.from_epsg(epsg).is_projected or epsg == 4326)
    except CRSError:
        return False


def _own_address(item: Mapping[str, Any]) -> str | None:
    links = item.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, Mapping) and link.get("rel") == "self":
            href = text(link.get("href"), 4096)
            return href if href and href.startswith(("http://", "https://")) else None
    return None


def time_of(item: Mapping[str, Any]) -> datetime | None:
    """When the item's scene was taken, UTC."""
    properties = mapping(item.get("properties"))
    return moment(properties.get("datetime"), properties.get("start_datetime"))


def cloud_cover(item: Mapping[str, Any]) -> float | None:
    """Cloud cover in percent, by the item's metadata."""
    found = number(mapping(item.get("properties")).get("eo:cloud_cover"))
    return None if found is None else min(max(found, 0.0), 100.0)


def rises(item: Mapping[str, Any]) -> bool | None:
    """Whether the satellite was ascending, where the item says it."""
    state = text(mapping(item.get("properties")).get("sat:orbit_state"))
    return {"ascending": True, "descending": False}.get((state or "").lower())


def s2_scene(item: Mapping[str, Any], collection: S2Collection, maker: BandMaker, cache: ReadCache) -> Scene:
    """A Sentinel-2 item as a scene; :class:`SourceError` says why it cannot be one."""
    properties = mapping(item.get("properties"))
    name = clean_id(item.get("id"))
    bands: dict[str, RemoteBand] = {}
    for band, names in collection.assets.items():
        found = asset_of(item, names)
        if found is None:
            continue
        if band == SCL:
            made = maker.band(item, band, names, "class")
        else:
            scale, offset = scale_and_offset(collection, found[0], properties, text(item.get("id")) or "")
            nodata = collection.nodata if collection.nodata is not None else _nodata(found[0], 0.0)
            made = maker.band(item, band, names, "reflectance", scale, offset, nodata)
        if made is not None:
            bands[band] = made
    if not any(band != SCL for band in bands):
        raise SourceError(f"{name} has none of the bands that are used.", _LEFT_OUT)
    frame = _first_frame(bands, cache)
    return Scene(
        name,
        "S2",
        collection.level,
        _time(item),
        frame.crs,
        frame.bounds,
        bands,
        cloud_cover=cloud_cover(item),
        baseline=baseline(properties, text(item.get("id")) or ""),
    )


def s1_scene(item: Mapping[str, Any], collection: S1Collection, maker: BandMaker, cache: ReadCache) -> Scene:
    """A Sentinel-1 item as a scene; :class:`SourceError` says why it cannot be one."""
    name = clean_id(item.get("id"))
    bands: dict[str, RemoteBand] = {}
    for band, names in collection.assets.items():
        found = asset_of(item, names)
        if found is None:
            continue
        nodata = collection.nodata if collection.nodata is not None else _nodata(found[0], _S1_NODATA[collection.level])
        scale, offset = collection.scale or 1.0, collection.offset or 0.0
        made = maker.band(item, band, names, collection.unit, scale, offset, nodata)
        if made is not None:
            bands[band] = made
    if not bands:
        raise SourceError(f"{name} has neither VV nor VH.", _LEFT_OUT)
    frame = _first_frame(bands, cache)
    when = _time(item)
    ascending = rises(item)
    if ascending is None:
        ascending = _rises_by_time(item, when)
    return Scene(name, "S1", collection.level, when, frame.crs, frame.bounds, bands, ascending)


def dem_band(item: Mapping[str, Any], collection: DemCollection, maker: BandMaker) -> RemoteBand:
    """The heights of one tile of an elevation model, in metres; :class:`SourceError` where it has none."""
    names = collection.assets["elevation"]
    found = asset_of(item, names)
    nodata = collection.nodata if collection.nodata is not None or found is None else _nodata(found[0], None)
    band = maker.band(item, "elevation", names, "metre", collection.scale or 1.0, collection.offset or 0.0, nodata)
    if band is None:
        raise SourceError(f"{clean_id(item.get('id'))} has no heights.", "It is left out.")
    return band


def _nodata(asset: Mapping[str, Any], usual: float | None) -> float | None:
    for key in ("raster:bands", "bands"):
        bands = asset.get(key)
        if isinstance(bands, list) and bands and isinstance(bands[0], Mapping):
            found = number(bands[0].get("nodata"))
            if found is not None:
                return found
    found = number(asset.get("nodata"))
    return usual if found is None else found


def _time(item: Mapping[str, Any]) -> datetime:
    found = time_of(item)
    if found is None:
        raise SourceError(f"{clean_id(item.get('id'))} does not say when it was taken.", _LEFT_OUT)
    return found


def _first_frame(bands: Mapping[str, RemoteBand], cache: ReadCache) -> Frame:
    """Where the scene is: from metadata where a band has them, else from the first header that can be read."""
    ordered = [band for name, band in bands.items() if name != SCL]
    for band in ordered:
        if band.place is not None:
            return band.place
    error: SourceError | None = None
    for band in ordered:
        try:
            return band.frame(cache)
        except SourceError as problem:
            error = error or problem
    raise error or SourceError("The scene has no bands.", _LEFT_OUT)


def _rises_by_time(item: Mapping[str, Any], when: datetime) -> bool:
    """Sentinel-1 crosses at about 18 h local solar time when it ascends, at 6 h when it descends."""
    ground = outline(item)
    longitude = 0.0 if ground is None else ground.centroid.x
    return (when.hour + when.minute / 60 + longitude / 15) % 24 >= 12
