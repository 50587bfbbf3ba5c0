"""The acquisitions of a place as files: COG folder with scene.json, STAC items with COGs, netCDF cubes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timezone
from pathlib import Path
from typing import Any

import numpy as np
import rasterio.shutil
from rasterio import Affine
from rasterio.crs import CRS
from rasterio.io import MemoryFile
from shapely.geometry import box, mapping

from .place import TEN, TWENTY, Acquisition, Place

#: Earth Search's names of the assets; the other collections name them like the bands.
COLOURS = {
    "B02": "blue", "B03": "green", "B04": "red", "B05": "rededge1", "B06": "rededge2", "B07": "rededge3",
    "B08": "nir", "B8A": "nir08", "B11": "swir16", "B12": "swir22", "SCL": "scl",
}  # fmt: skip
BLOCK = 128
_VERSIONED = "https://stac-extensions.github.io/{}/schema.json"


def write_cog(
    path: Path, values: np.ndarray, transform: Affine, epsg: int, nodata: float | None, block: int = BLOCK
) -> None:
    """A COG with overviews of (H, W) values, as the public services keep theirs (DEFLATE with predictor)."""
    height, width = values.shape
    predictor = 3 if values.dtype.kind == "f" else 2
    profile = {"driver": "GTiff", "count": 1, "height": height, "width": width, "dtype": values.dtype.name}
    path.parent.mkdir(parents=True, exist_ok=True)
    with MemoryFile() as memory:
        with memory.open(**profile, crs=CRS.from_epsg(epsg), transform=transform, nodata=nodata) as file:
            file.write(values, 1)
        with memory.open() as file:
            rasterio.shutil.copy(
                file, path, driver="COG", compress="DEFLATE", predictor=predictor, blocksize=block,
                overview_resampling="nearest", level=1, num_threads=2,
            )  # fmt: skip


def _metres(acquisition: Acquisition, band: str) -> float:
    return 10.0 if acquisition.sensor == "S1" or band in TEN else 20.0


def _nodata(acquisition: Acquisition, band: str) -> float | None:
    if acquisition.sensor == "S1":
        return -32768.0
    return None if band == "SCL" else 0.0


def _write_bands(acquisition: Acquisition, folder: Path, block: int) -> dict[str, Path]:
    paths = {}
    for band in acquisition.values:
        nodata = _nodata(acquisition, band)
        stored = acquisition.stored(band)
        if acquisition.sensor == "S1":
            stored = np.where(np.isnan(stored), np.float32(-32768), stored)
        paths[band] = folder / f"{band}.tif"
        where = acquisition.tile.transform(_metres(acquisition, band))
        write_cog(paths[band], stored, where, acquisition.tile.epsg, nodata, block)
    return paths


def write_folder(place: Place, root: Path) -> Path:
    """A folder of COG scenes with sidecars; the heights as ``elevation.tif``."""
    for a in place.current():
        folder = root / a.id
        paths = _write_bands(a, folder, BLOCK)
        about: dict[str, Any] = {"sensor": a.sensor, "time": a.time.isoformat()}
        if a.sensor == "S2":
            offset = -a.stored_offset * 1e-4
            about |= {"level": "L2A", "scale": 1e-4, "offset": offset, "nodata": 0}
        else:
            orbit = "ascending" if a.ascending else "descending"
            about |= {"level": "RTC", "unit": "power", "nodata": -32768, "orbit": orbit}
        about["bands"] = {band: path.name for band, path in paths.items()}
        (folder / "scene.json").write_text(json.dumps(about), encoding="utf-8")
    _write_dem(place, root / "elevation.tif")
    return root


def _write_dem(place: Place, path: Path) -> None:
    west, north = place.dem_corner
    write_cog(path, place.dem, Affine(0.001, 0, west, 0, -0.001, north), 4326, None)


def write_catalogue(place: Place, root: Path, files_url: str, block: int = BLOCK) -> list[Path]:
    """COGs below ``root`` and, beside them, what a STAC API loads: collections and items.

    ``files_url`` is the address at which ``root`` is served. Returns the JSON files.
    """
    items = [write_item(a, root, files_url, block) for a in place.acquisitions]
    _write_dem(place, root / "dem" / "data.tif")
    items.append(_dem_item(place, files_url))
    return write_json(items, root)


def write_json(items: Iterable[dict[str, Any]], root: Path) -> list[Path]:
    """The collections and the item collection of ``items`` as files that ``rustac serve`` loads."""
    items = list(items)
    written = []
    for name in sorted({item["collection"] for item in items}):
        path = root / f"{name}.json"
        path.write_text(json.dumps(_collection(name)), encoding="utf-8")
        written.append(path)
    path = root / "items.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": items}), encoding="utf-8")
    return [*written, path]


def _collection(name: str) -> dict[str, Any]:
    extent = {
        "spatial": {"bbox": [[-180, -90, 180, 90]]},
        "temporal": {"interval": [["2015-01-01T00:00:00Z", None]]},
    }
    return {
        "type": "Collection", "stac_version": "1.0.0", "id": name, "description": f"{name}, simulated",
        "license": "other", "extent": extent, "links": [],
    }  # fmt: skip


def write_item(a: Acquisition, root: Path, files_url: str, block: int = BLOCK) -> dict[str, Any]:
    """The COGs of one acquisition and its STAC item."""
    paths = _write_bands(a, root / a.id, block)
    colours = a.collection == "sentinel-2-c1-l2a"
    assets: dict[str, Any] = {}
    for band, path in paths.items():
        name = COLOURS[band] if colours else band.lower() if a.sensor == "S1" else band
        metres = _metres(a, band)
        href = f"{files_url}/{path.relative_to(root).as_posix()}"
        asset: dict[str, Any] = {"href": href, "type": "image/tiff; application=geotiff", "roles": ["data"]}
        if a.projected:
            size = a.values[band].shape
            asset["proj:shape"] = list(size)
            asset["proj:transform"] = list(a.tile.transform(metres))[:6]
        if a.sensor == "S2" and band != "SCL" and a.offset in ("raster-bands", "applied"):
            asset["raster:bands"] = [
                {"data_type": "uint16", "nodata": 0, "scale": 0.0001, "offset": -a.stored_offset * 1e-4}
            ]
        assets[name] = asset
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": a.id, "collection": a.collection,
        "stac_extensions": [_VERSIONED.format(name) for name in ("projection/v1.1.0", "raster/v1.1.0")],
        "geometry": mapping(a.tile.lonlat), "bbox": list(a.tile.lonlat.bounds), "links": [],
        "properties": _properties(a), "assets": assets,
    }  # fmt: skip


def _properties(a: Acquisition) -> dict[str, Any]:
    stamp = a.time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    about: dict[str, Any] = {"datetime": stamp, "created": f"2023-0{1 + (not a.superseded)}-01T00:00:00Z"}
    if a.projected:
        about["proj:epsg"] = a.tile.epsg
    if a.sensor == "S1":
        orbit = "ascending" if a.ascending else "descending"
        return (
            about | {"platform": "sentinel-1a", "sat:orbit_state": orbit, "sar:polarizations": ["VV", "VH"]} | a.extra
        )
    return about | {
        "platform": "sentinel-2a", "eo:cloud_cover": a.cloud_cover, "s2:processing_baseline": a.baseline,
        "s2:mgrs_tile": a.tile.name[1:], "grid:code": f"MGRS-{a.tile.name[1:]}",
        "s2:datatake_id": f"GS2A_{a.time:%Y%m%d}T101031_034905_N{a.baseline}", **a.extra,
    }  # fmt: skip


def _dem_item(place: Place, files_url: str) -> dict[str, Any]:
    (west, north), (height, width) = place.dem_corner, place.dem.shape
    outline = box(west, north - 0.001 * height, west + 0.001 * width, north)
    asset = {"href": f"{files_url}/dem/data.tif", "type": "image/tiff; application=geotiff", "roles": ["data"]}
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": "Copernicus_DSM_COG_10_N48_00_E012_00_DEM",
        "collection": "cop-dem-glo-30", "geometry": mapping(outline), "bbox": list(outline.bounds), "links": [],
        "stac_extensions": [_VERSIONED.format("projection/v1.1.0")],
        "properties": {
            "datetime": "2021-04-22T00:00:00Z", "proj:epsg": 4326, "proj:shape": [height, width],
            "proj:transform": [0.001, 0, west, 0, -0.001, north],
        },
        "assets": {"data": asset},
    }  # fmt: skip


def write_netcdf(place: Place, root: Path) -> Path:
    """The acquisitions as netCDF cubes named like WorldCereal's extractions: one place a UTM zone."""
    import xarray

    root.mkdir(parents=True, exist_ok=True)
    tiles = {a.tile.name: a.tile for a in place.current()}
    for tile in tiles.values():
        for product, sensor, ascending, bands, metres in (
            ("S2_L2A_10m", "S2", None, TEN, 10.0),
            ("S2_L2A_20m", "S2", None, (*TWENTY, "SCL"), 20.0),
            ("S1_GRD-ASCENDING_20m", "S1", True, ("VV", "VH"), 10.0),
            ("S1_GRD-DESCENDING_20m", "S1", False, ("VV", "VH"), 10.0),
        ):
            group = [a for a in place.current(sensor) if a.tile == tile and a.ascending is ascending]
            if not group:
                continue
            variables = {}
            for band in bands:
                stack = np.stack([a.values[band] for a in group])
                if sensor == "S1":
                    with np.errstate(invalid="ignore"):
                        stack = (10 * np.log10(stack)).astype(np.float32)
                    about = {"_FillValue": np.float32(np.nan)}
                elif band == "SCL":
                    about = {}
                else:
                    stack = stack.astype(np.uint16)
                    about = {"scale_factor": 1e-4, "add_offset": 0.0, "_FillValue": np.uint16(0)}
                variables[band] = (("timestamp", "y", "x"), stack, about)
            height, width = next(iter(variables.values()))[1].shape[1:]
            seconds = [int(a.time.timestamp()) for a in group]
            coords = {
                "timestamp": ("timestamp", np.array(seconds, np.int64), {"units": "seconds since 1970-01-01"}),
                "x": ("x", tile.left + metres * (np.arange(width) + 0.5)),
                "y": ("y", tile.top - metres * (np.arange(height) + 0.5)),
            }
            days = f"{group[0].time:%Y-%m-%d}_{group[-1].time:%Y-%m-%d}"
            cube = xarray.Dataset(variables, coords)
            cube["spatial_ref"] = ((), np.int32(0), {"crs_wkt": CRS.from_epsg(tile.epsg).to_wkt()})
            cube.to_netcdf(root / f"{product}_{tile.name}_{tile.epsg}_{days}.nc", engine="h5netcdf")
    return root
