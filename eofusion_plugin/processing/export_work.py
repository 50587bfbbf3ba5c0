"""Writes a product of a run anew: chosen dates, another coordinate system, cut to polygons, as COG or netCDF.

All by GDAL as QGIS brings it: no engine is needed. Values stay as they are stored (nearest pixel when projected anew),
with their scale, offset, unit and nodata.
"""

from __future__ import annotations

import contextlib
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import PluginError
from ..run_folder import Product, Run
from ..texts import tr
from .export_sidecar import write_sidecar

COG, NETCDF = "COG", "netCDF"
SUFFIXES = {".tif": COG, ".tiff": COG, ".nc": NETCDF}
#: Kinds that hold one band a date; the others hold several quantities of one date or period.
DATED = ("gpp", "temperature", "temperature_monthly", "ndvi_observed", "backscatter")
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class ExportJob:
    """What to write.

    ``bands`` (from 1) of ``product``; all where empty. ``crs`` is anything that GDAL understands, empty for the
    run's own. ``clip`` is a GeoJSON geometry (so in EPSG:4326). ``out`` ends in ``.tif`` (COG) or ``.nc`` (netCDF).
    """

    run: Run
    product: Product
    out: Path
    bands: tuple[int, ...] = ()
    crs: str = ""
    clip: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The bands to write, from 1."""
        return self.bands or tuple(range(1, max(len(self.product.bands), len(self.product.dates), 1) + 1))

    @property
    def dates(self) -> tuple[date, ...]:
        """The dates of what is written."""
        if self.product.kind not in DATED:
            return self.product.dates
        return tuple(self.product.dates[number - 1] for number in self.numbers)


def bands_between(product: Product, start: date | None, end: date | None) -> tuple[int, ...]:
    """The bands of a dated product from ``start`` to ``end``, both inclusive; all of a product of another kind.

    Raises:
        PluginError: there is no date between them.
    """
    if product.kind not in DATED:
        return ()
    found = tuple(
        number
        for number, day in enumerate(product.dates, start=1)
        if (start is None or day >= start) and (end is None or day <= end)
    )
    if not found:
        raise PluginError(
            tr("This product has no date in that period."),
            tr("Its dates go from {first} to {last}.").format(first=product.dates[0], last=product.dates[-1]),
        )
    return found


def export(
    job: ExportJob,
    progress: Callable[[float], None] = lambda percent: None,
    stop: Callable[[], bool] = lambda: False,
) -> list[Path]:
    """Write the raster and what explains it (``.json`` and ``.txt`` of the same name).

    Returns:
        The files, the raster first.

    Raises:
        PluginError: unknown form, nothing lies in the polygon, the file cannot be written, or it was cancelled.
    """
    form = SUFFIXES.get(job.out.suffix.lower())
    if form is None:
        raise PluginError(
            tr("{file} has an ending that is not known.").format(file=job.out.name),
            tr("End it with .tif for a Cloud Optimized GeoTIFF or with .nc for netCDF."),
        )
    if job.out.resolve().is_relative_to(job.run.folder):
        raise PluginError(tr("An export is not written into its own run folder."), tr("Choose another folder."))
    from osgeo import gdal

    memory = f"/vsimem/eofusion-{uuid.uuid4().hex}"

    def tell(share: float, _message: str = "", _data: object = None) -> int:
        progress(100 * share)
        return 0 if stop() else 1

    whole = job.out.with_name(f".{job.out.stem}.part{job.out.suffix}")
    try:
        job.out.parent.mkdir(parents=True, exist_ok=True)
        dataset = _prepared(gdal, job, memory)
        _write(gdal, dataset, job, form, whole, tell)
        del dataset
        whole.replace(job.out)
    except (RuntimeError, OSError) as error:
        if stop():
            raise PluginError(tr("This was cancelled."), "", "cancelled") from error
        raise PluginError(
            tr("{file} could not be written ({why}).").format(file=job.out.name, why=str(error)[:200]),
            tr("Choose another folder, or look whether the disk is full."),
        ) from error
    finally:
        for name in (f"{memory}.vrt", f"{memory}-warped.vrt", f"{memory}.geojson"):
            gdal.FileFromMemBuffer(name, b"")
            gdal.Unlink(name)
        for left in (whole, whole.with_name(whole.name + ".aux.xml")):
            with contextlib.suppress(OSError):
                left.unlink()
    return [job.out, *write_sidecar(job)]


def _prepared(gdal: Any, job: ExportJob, memory: str) -> Any:
    """The bands asked for, projected and cut, as a dataset that reads only when it is written."""
    source = _must(gdal, gdal.Open(str(job.product.path)))
    bands = list(job.numbers)
    dataset = _must(gdal, gdal.Translate(f"{memory}.vrt", source, format="VRT", bandList=bands))
    if job.crs or job.clip is not None:
        options: dict[str, Any] = {"format": "VRT", "resampleAlg": "near", "multithread": True}
        if job.crs:
            options["dstSRS"] = job.crs
        if job.clip is not None:
            collection = {"type": "FeatureCollection", "features": [_feature(job.clip)]}
            gdal.FileFromMemBuffer(f"{memory}.geojson", json.dumps(collection).encode())
            options |= {
                "cutlineDSName": f"{memory}.geojson",
                "cropToCutline": True,
                "srcNodata": source.GetRasterBand(1).GetNoDataValue(),
                "dstNodata": source.GetRasterBand(1).GetNoDataValue(),
            }
            if not job.crs:
                # On the pixels of the run: the cut moves no value by half a pixel.
                left, dx, _, top, _, dy = source.GetGeoTransform()
                options |= {"xRes": dx, "yRes": -dy, "targetAlignedPixels": left % dx == 0 and top % dy == 0}
        dataset = _must(gdal, gdal.Warp(f"{memory}-warped.vrt", dataset, **options))
    return dataset


def _must(gdal: Any, made: Any) -> Any:
    """``made``, or an error: whether GDAL raises is the whole process' choice, so it is left alone."""
    if made is None:
        raise RuntimeError(gdal.GetLastErrorMsg() or "GDAL made nothing")
    return made


def _feature(geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def _write(gdal: Any, dataset: Any, job: ExportJob, form: str, out: Path, tell: Callable[..., int]) -> None:
    if form == COG:
        options = ["COMPRESS=DEFLATE", "PREDICTOR=YES", "BIGTIFF=IF_SAFER", "RESAMPLING=NEAREST", "NUM_THREADS=2"]
        written = gdal.GetDriverByName("COG").CreateCopy(str(out), dataset, options=options, callback=tell)
    else:
        _as_netcdf(dataset, job)
        options = ["FORMAT=NC4C", "COMPRESS=DEFLATE", "WRITE_BOTTOMUP=NO"]
        written = gdal.GetDriverByName("netCDF").CreateCopy(str(out), dataset, options=options, callback=tell)
    _must(gdal, written)


def _as_netcdf(dataset: Any, job: ExportJob) -> None:
    """CF conventions: a variable (time, y, x) of a product with a band a date, else a variable a band."""
    product, info = job.product, job.run.info
    dated = product.kind in DATED
    days = [(day - EPOCH).days for day in job.dates]
    general = {
        "NC_GLOBAL#title": product.title,
        "NC_GLOBAL#source": f"EO Fusion {info.get('engine', '')}",
        "NC_GLOBAL#references": str(info.get("key", "")),
        "NC_GLOBAL#comment": " ".join(str(line) for line in info.get("attribution", [])),
    }
    if dated:
        values = ",".join(str(day) for day in days)
        general |= {
            "NETCDF_DIM_EXTRA": "{time}",
            "NETCDF_DIM_time_DEF": f"{{{len(days)},6}}",
            "NETCDF_DIM_time_VALUES": f"{{{values}}}" if len(days) > 1 else values,
            "time#units": "days since 1970-01-01",
            "time#standard_name": "time",
            "time#calendar": "standard",
        }
    dataset.SetMetadata(general)
    for index, number in enumerate(job.numbers):
        band = dataset.GetRasterBand(index + 1)
        words = product.bands[number - 1] if number <= len(product.bands) else product.title
        metadata = {"units": product.unit, "long_name": product.title if dated else words}
        if dated:
            metadata |= {"NETCDF_VARNAME": _variable(product), "NETCDF_DIM_time": str(days[index])}
        else:
            metadata |= {"NETCDF_VARNAME": f"{_name(words)}_"}  # GDAL adds the band's number
        band.SetMetadata(metadata)


def _variable(product: Product) -> str:
    return "_".join(part for part in (product.kind, product.statistic) if part)


def _name(words: str) -> str:
    """The first word that a band is called by, such as B02 or p50."""
    return (re.findall(r"[A-Za-z]\w*", words) or ["band"])[0]
