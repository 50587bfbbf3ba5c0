"""A static STAC catalogue of the simulated scenes, beside them, for every tool that reads one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pystac

from .rasters import Place
from .sensor import Sun

_EXTENSIONS = {
    name: f"https://stac-extensions.github.io/{name}/{version}/schema.json"
    for name, version in (("projection", "v2.0.0"), ("raster", "v1.1.0"), ("eo", "v1.1.0"), ("view", "v1.0.0"),
                          ("sat", "v1.0.0"), ("sar", "v1.0.0"))
}  # fmt: skip
_COLLECTION = {"S2": "sentinel-2-l2a", "S1": "sentinel-1-rtc"}
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"
#: STAC's common names of the bands.
_COMMON = {"B02": "blue", "B03": "green", "B04": "red", "B05": "rededge", "B06": "rededge", "B07": "rededge",
           "B08": "nir", "B8A": "nir08", "B11": "swir16", "B12": "swir22"}  # fmt: skip
_TWENTY = {"B05", "B06", "B07", "B8A", "B11", "B12", "SCL"}


@dataclass(frozen=True)
class SceneItem:
    """One scene of the catalogue: its folder, sensor (``S2`` or ``S1``), UTC time and its files by band."""

    folder: Path
    sensor: str
    time: datetime
    bands: dict[str, str]
    cloud_cover: float = 0.0
    sun: Sun | None = None
    orbit: int = 0
    ascending: bool = True
    incidence_deg: float = 0.0


def write_catalogue(folder: Path, place: Place, scenes: list[SceneItem], description: str) -> None:
    """Write ``catalog.json`` into ``folder``, a collection a sensor below ``stac/``, and an item into each scene's
    own folder. All links are relative. Raises OSError."""
    catalog = pystac.Catalog("eofusion-simulated", description, title="Simulated by EO Fusion")
    catalog.set_self_href(str(folder / "catalog.json"))
    for sensor, name in _COLLECTION.items():
        own = [scene for scene in scenes if scene.sensor == sensor]
        if not own:
            continue
        times = [scene.time for scene in own]
        extent = pystac.Extent(
            pystac.SpatialExtent([list(place.bounds())]), pystac.TemporalExtent([[min(times), max(times)]])
        )
        collection = pystac.Collection(name, description, extent, license="GPL-2.0-or-later")
        catalog.add_child(collection, title=name)
        collection.set_self_href(str(folder / "stac" / name / "collection.json"))
        for scene in own:
            item = _item(scene, place)
            collection.add_item(item)
            item.set_self_href(str(scene.folder / "item.json"))
            # Only now: moving an item rewrites the addresses of the assets it has.
            for band, file in scene.bands.items():
                item.add_asset(band, _asset(scene.sensor, band, file, place))
    catalog.save(catalog_type=pystac.CatalogType.SELF_CONTAINED)


def _item(scene: SceneItem, place: Place) -> pystac.Item:
    properties: dict[str, Any] = {"proj:code": f"EPSG:{place.epsg}", "simulated": True}
    used = ["projection", "raster"]
    if scene.sensor == "S2":
        used += ["eo", "view"]
        properties |= {
            "platform": "sentinel-2a" if scene.time.toordinal() % 10 < 5 else "sentinel-2b",
            "constellation": "sentinel-2", "instruments": ["msi"], "gsd": 10,
            "eo:cloud_cover": round(scene.cloud_cover, 2), "s2:processing_baseline": "05.00",
        }  # fmt: skip
        if scene.sun is not None:
            properties |= {
                "view:sun_azimuth": round(scene.sun.azimuth, 2),
                "view:sun_elevation": round(90 - scene.sun.zenith, 2),
            }
    else:
        used += ["sar", "sat", "view"]
        properties |= {
            "platform": "sentinel-1a", "constellation": "sentinel-1", "instruments": ["c-sar"], "gsd": 10,
            "sar:instrument_mode": "IW", "sar:frequency_band": "C", "sar:polarizations": ["VV", "VH"],
            "sar:product_type": "RTC", "sat:orbit_state": "ascending" if scene.ascending else "descending",
            "view:incidence_angle": scene.incidence_deg,
        }  # fmt: skip
    box = [round(float(v), 7) for v in np.asarray(place.bounds())]
    outline = {"type": "Polygon", "coordinates": [place.outline()]}
    item = pystac.Item(scene.folder.name, outline, box, scene.time, properties)
    item.stac_extensions = [_EXTENSIONS[name] for name in used]
    return item


def _asset(sensor: str, band: str, file: str, place: Place) -> pystac.Asset:
    metres = 20 if band in _TWENTY else 10
    size = place.size_px * 10 // metres
    raster: dict[str, Any] = {"data_type": "int16", "scale": 0.01, "nodata": -32768, "unit": "dB"}
    fields: dict[str, Any] = {
        "proj:shape": [size, size], "proj:transform": [float(v) for v in tuple(place.transform(metres))[:6]],
        "gsd": metres,
    }  # fmt: skip
    if sensor == "S2":
        raster = {"data_type": "uint16", "nodata": 0, "scale": 0.0001, "offset": -0.1}
        if band == "SCL":
            raster = {"data_type": "uint8", "nodata": 0}
        else:
            fields["eo:bands"] = [{"name": band, "common_name": _COMMON[band]}]
    fields["raster:bands"] = [raster | {"spatial_resolution": metres}]
    return pystac.Asset(f"./{file}", media_type=_COG, roles=["data"], extra_fields=fields)
