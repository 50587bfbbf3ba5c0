"""Items shaped like those of the real services, shortened, and a STAC API that answers from memory."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from eofusion_engine.sources.transport import DiskCache, Transport
from requests.adapters import BaseAdapter

API = "https://stac.example.org/v1"
NAMES = {
    "B02": "blue", "B03": "green", "B04": "red", "B05": "rededge1", "B06": "rededge2", "B07": "rededge3",
    "B08": "nir", "B8A": "nir08", "B11": "swir16", "B12": "swir22", "SCL": "scl",
}  # fmt: skip
TEN = ("B02", "B03", "B04", "B08")
#: Around 9.2 E 48.0 N, in tile 32UNU (zone 32) and, for the second, 33UUP (zone 33) far to the east.
GROUND = [[8.9997, 47.8537], [8.9997, 48.7537], [10.4943, 48.7450], [10.4643, 47.7558], [8.9997, 47.8537]]


def _shape(band: str) -> dict[str, Any]:
    metres, pixels = (10, 10980) if band in TEN else (20, 5490)
    return {"proj:shape": [pixels, pixels], "proj:transform": [metres, 0, 499980, 0, -metres, 5400000]}


def _feature(name: str, collection: str, properties: dict[str, Any], assets: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": name, "collection": collection,
        "geometry": {"type": "Polygon", "coordinates": [GROUND]}, "bbox": [8.9997, 47.7558, 10.4943, 48.7537],
        "properties": properties, "assets": assets, "links": [],
    }  # fmt: skip


def earth_search_c1(name: str = "S2B_T32UNU_20230613T102601_L2A", baseline: str = "05.09") -> dict[str, Any]:
    """``sentinel-2-c1-l2a`` of Earth Search."""
    root = "https://e84-earth-search-sentinel-data.s3.us-west-2.amazonaws.com/sentinel-2-c1-l2a/32/U/NU/2023/6"
    assets = {
        asset: {
            "href": f"{root}/{name}/{band}.tif",
            "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "roles": ["data", "reflectance"],
            **_shape(band),
            **(
                {}
                if band == "SCL"
                else {"raster:bands": [{"nodata": 0, "data_type": "uint16", "scale": 0.0001, "offset": -0.1}]}
            ),
        }
        for band, asset in NAMES.items()
    }
    assets["thumbnail"] = {"href": f"{root}/{name}/L2A_PVI.jpg", "type": "image/jpeg", "roles": ["thumbnail"]}
    properties = {
        "datetime": "2023-06-13T10:27:06.184000Z", "created": "2023-11-02T10:00:00Z", "platform": "sentinel-2b",
        "proj:code": "EPSG:32632", "grid:code": "MGRS-32UNU", "eo:cloud_cover": 12.5,
        "s2:processing_baseline": baseline, "s2:datatake_id": f"GS2B_20230613T102601_032740_N{baseline}",
        "s2:generation_time": "2023-06-13T13:00:00.000000Z",
        "s2:product_uri": "S2B_MSIL2A_20230613T102601_N0509_R108_T32UNU_20230613T130000.SAFE",
    }  # fmt: skip
    return _feature(name, "sentinel-2-c1-l2a", properties, assets)


def earth_search_v1(applied: bool | None = True, baseline: str = "05.09", offset: float = -0.1) -> dict[str, Any]:
    """``sentinel-2-l2a`` of Earth Search: the offset is told in two places that may contradict each other."""
    item = earth_search_c1("S2B_32UNU_20230613_0_L2A", baseline)
    item["collection"] = "sentinel-2-l2a"
    for asset in item["assets"].values():
        for band in asset.get("raster:bands", []):
            band["offset"] = offset
    del item["properties"]["proj:code"]
    item["properties"] |= {"proj:epsg": 32632, "earthsearch:boa_offset_applied": applied}
    if applied is None:
        del item["properties"]["earthsearch:boa_offset_applied"]
    return item


def planetary_s2(baseline: str = "05.09", made: str = "20230613T130000", name: str | None = None) -> dict[str, Any]:
    """``sentinel-2-l2a`` of Planetary Computer: stored numbers as ESA made them, no word about the offset."""
    stem = name or f"S2B_MSIL2A_20230613T102601_R108_T32UNU_{made}"
    root = "https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/32/U/NU/2023/06/13"
    assets = {
        band: {
            "href": f"{root}/{stem}.SAFE/GRANULE/IMG_DATA/T32UNU_20230613T102601_{band}.tif",
            "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "roles": ["data"],
            **_shape(band),
        }
        for band in NAMES
    }
    stamp = f"{made[:4]}-{made[4:6]}-{made[6:8]}T{made[9:11]}:{made[11:13]}:{made[13:]}Z"
    properties = {
        "datetime": "2023-06-13T10:26:01.024000Z", "platform": "Sentinel-2B", "proj:epsg": 32632,
        "s2:mgrs_tile": "32UNU", "eo:cloud_cover": 12.5, "s2:processing_baseline": baseline,
        "s2:generation_time": stamp, "s2:datatake_id": f"GS2B_20230613T102601_032740_N{baseline}",
        "sat:orbit_state": "descending",
    }  # fmt: skip
    return _feature(stem, "sentinel-2-l2a", properties, assets)


def planetary_s1(orbit: str | None = "ascending") -> dict[str, Any]:
    """``sentinel-1-rtc`` of Planetary Computer: shape and transform are the item's, not the assets'."""
    stem = "S1A_IW_GRDH_1SDV_20230614T170649_20230614T170714_048983_05E3D1"
    root = "https://sentinel1euwestrtc.blob.core.windows.net/sentinel1-grd-rtc/GRD/2023/6/14/IW/DV"
    assets = {
        name: {
            "href": f"{root}/{stem}_6A7B/measurement/iw-{name}.rtc.tiff",
            "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "roles": ["data"],
            "raster:bands": [{"nodata": -32768, "data_type": "float32", "spatial_resolution": 10.0}],
        }
        for name in ("vv", "vh")
    }
    properties = {
        "datetime": "2023-06-14T17:07:02.056302Z", "platform": "SENTINEL-1A", "proj:epsg": 32632,
        "proj:shape": [21804, 28266], "proj:transform": [10.0, 0.0, 436350.0, 0.0, -10.0, 5416450.0],
        "sar:product_type": "GRD", "sar:polarizations": ["VV", "VH"], "sat:orbit_state": orbit,
    }  # fmt: skip
    return _feature(f"{stem}_rtc", "sentinel-1-rtc", properties, assets)


def raw_grd(number: int = 0) -> dict[str, Any]:
    """``sentinel-1-grd``: radar geometry, so no projection, shape only."""
    stem = f"S1A_IW_GRDH_1SDV_2023061{number}T170649_2023061{number}T170714_048983_05E3D1"
    assets = {
        name: {
            "href": f"https://files.example.org/{stem}/measurement/iw-{name}.tiff",
            "type": "image/tiff; application=geotiff",
            "proj:shape": [16678, 26102],
        }
        for name in ("vv", "vh")
    }
    properties = {
        "datetime": f"2023-06-1{number}T17:07:02Z", "platform": "sentinel-1a", "proj:epsg": None,
        "sar:product_type": "GRD", "sat:orbit_state": "ascending",
    }  # fmt: skip
    return _feature(stem, "sentinel-1-grd", properties, assets)


def cdse_s2() -> dict[str, Any]:
    """``sentinel-2-l2a`` of CDSE (STAC 1.1, raster extension 2): JPEG 2000 on S3."""
    stem = "S2C_MSIL2A_20250330T100051_N0511_R122_T32UNU_20250330T145914"
    root = f"s3://eodata/Sentinel-2/MSI/L2A/2025/03/30/{stem}.SAFE/GRANULE/L2A_T32UNU_A002952/IMG_DATA"
    assets = {}
    for band in NAMES:
        metres = 10 if band in TEN else 20
        asset = {
            "href": f"{root}/R{metres}m/T32UNU_20250330T100051_{band}_{metres}m.jp2",
            "type": "image/jp2", "proj:code": "EPSG:32632", "nodata": 0, "data_type": "uint16", **_shape(band),
            "alternate": {"https": {"href": "https://zipper.dataspace.copernicus.eu/odata/v1/Products(x)/$value"}},
        }  # fmt: skip
        if band != "SCL":
            asset |= {"bands": [{"name": band}], "raster:scale": 0.0001, "raster:offset": -0.1}
        assets[f"{band}_{metres}m"] = asset
    properties = {
        "datetime": "2025-03-30T10:00:51.025Z", "platform": "sentinel-2c", "grid:code": "MGRS-32UNU",
        "eo:cloud_cover": 86.04, "processing:version": "05.11", "processing:datetime": "2025-03-30T14:59:14.000000Z",
        "eopf:datatake_id": "GS2C_20250330T100051_002952_N05.11", "sat:orbit_state": "descending",
    }  # fmt: skip
    return _feature(stem, "sentinel-2-l2a", properties, assets)


def dem_tile() -> dict[str, Any]:
    """``cop-dem-glo-30`` of Earth Search, on S3."""
    name = "Copernicus_DSM_COG_10_N48_00_E009_00_DEM"
    asset = {"href": f"s3://copernicus-dem-30m/{name}/{name}.tif", "type": "image/tiff; application=geotiff"}
    properties = {
        "datetime": "2021-04-22T00:00:00Z", "proj:epsg": 4326, "proj:shape": [3600, 3600],
        "proj:transform": [0.000277778, 0, 8.999861, 0, -0.000277778, 49.000139],
    }  # fmt: skip
    return _feature(name, "cop-dem-glo-30", properties, {"data": asset})


def moved(item: dict[str, Any], epsg: int, degrees: float) -> dict[str, Any]:
    """``item`` in another UTM zone, its ground so many degrees farther east."""
    copy = json.loads(json.dumps(item))
    ring = [[x + degrees, y] for x, y in copy["geometry"]["coordinates"][0]]
    copy["geometry"]["coordinates"] = [ring]
    copy["bbox"] = [min(x for x, _ in ring), copy["bbox"][1], max(x for x, _ in ring), copy["bbox"][3]]
    copy["properties"] |= {"proj:epsg": epsg, "s2:mgrs_tile": "33UUP"}
    copy["id"] = copy["id"].replace("32UNU", "33UUP")
    return copy  # type: ignore[no-any-return]


def carried_by(api: MemoryApi | None = None, cache: DiskCache | None = None) -> Transport:
    """A transport whose requests ``api`` answers, and that does not wait before it asks again."""
    transport = Transport(cache=cache, sleep=lambda _: None)
    if api is not None:
        api.mount(transport.session)
    return transport


class MemoryApi(BaseAdapter):
    """A STAC API in memory, mounted on a session: landing page, collections, paged search.

    ``conforms`` are names of extensions; without ``query`` a search that uses it gets nothing, as rustac answers.
    ``answers`` overrides an address by a (status, body) or an exception.
    """

    def __init__(self, items: list[dict[str, Any]], page: int = 1000, conforms: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.items, self.page, self.conforms = items, page, conforms
        self.requests: list[requests.PreparedRequest] = []
        self.bodies: list[dict[str, Any]] = []
        self.answers: dict[str, Any] = {}
        self.search_href = f"{API}/search"
        self.next_href: str | None = None

    def mount(self, session: requests.Session) -> None:
        """Answer everything that ``session`` asks."""
        session.mount("https://", self)
        session.mount("http://", self)

    def send(self, request: Any, **_: Any) -> requests.Response:  # type: ignore[override]
        self.requests.append(request)
        path = request.url.split("?")[0].rstrip("/")
        for address, answer in self.answers.items():
            if path.startswith(address):
                if isinstance(answer, Exception):
                    raise answer
                return self._response(request, *answer)
        if path == API:
            return self._response(request, 200, self._landing())
        if path == f"{API}/collections":
            names = sorted({item["collection"] for item in self.items})
            return self._response(request, 200, {"collections": [_collection(name) for name in names], "links": []})
        if path == f"{API}/search":
            return self._response(request, 200, self._search(request))
        return self._response(request, 404, {})

    def close(self) -> None:
        """Nothing to close."""

    def _landing(self) -> dict[str, Any]:
        core = ("core", "item-search", "collections")
        uris = [f"https://api.stacspec.org/v1.0.0/{name}" for name in core]
        uris += [f"https://api.stacspec.org/v1.0.0/item-search#{name}" for name in self.conforms]
        links = [
            {"rel": "search", "href": self.search_href, "method": "POST", "type": "application/geo+json"},
            {"rel": "data", "href": f"{API}/collections"},
        ]
        return {
            "type": "Catalog", "stac_version": "1.0.0", "id": "memory", "description": "x", "conformsTo": uris,
            "links": links,
        }  # fmt: skip

    def _search(self, request: Any) -> dict[str, Any]:
        body = json.loads(request.body) if request.body else {}
        self.bodies.append(body)
        start = int(body.get("token") or parse_qs(urlsplit(request.url).query).get("token", ["0"])[0])
        found = [item for item in self.items if item["collection"] in body.get("collections", [])]
        if "query" in body and "query" not in self.conforms:
            found = []
        for field, test in body.get("query", {}).items():
            if "lte" in test:
                found = [item for item in found if item["properties"][field] <= test["lte"]]
            else:
                found = [item for item in found if item["properties"][field] == test["eq"]]
        links = []
        if start + self.page < len(found):
            link = {"rel": "next", "href": self.next_href or f"{API}/search", "method": "POST"}
            links = [{**link, "body": {**body, "token": start + self.page}}]
        return {"type": "FeatureCollection", "features": found[start : start + self.page], "links": links}

    @staticmethod
    def _response(request: Any, status: int, body: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = status, request, request.url
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer.raw = io.BytesIO(content)
        return answer


def _collection(name: str) -> dict[str, Any]:
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["2015-01-01T00:00:00Z", None]]}}
    return {
        "type": "Collection", "stac_version": "1.0.0", "id": name, "description": name, "license": "other",
        "extent": extent, "links": [],
    }  # fmt: skip
