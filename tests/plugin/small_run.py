"""A small run folder written with QGIS' own GDAL: known values, all kinds of products."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
SIZE = 64
LEFT, TOP = 600_000, 5_660_000
DATES = ("2021-05-01", "2021-06-10")
START, END = date(2021, 5, 1), date(2021, 6, 14)
#: Sentinel-2 views and Sentinel-1 passes.
VIEWS = ("2021-05-01", "2021-05-13", "2021-06-10")
PASSES = ("2021-05-03", "2021-05-15")
DAYS = tuple((START + timedelta(days=i)).isoformat() for i in range((END - START).days + 1))


def gpp_value(row: int, column: int, band: int) -> float:
    """Tells its pixel: row / 10 + column / 1000 + band."""
    return row / 10 + column / 1000 + band


def temperature_value(row: int, column: int, day: int) -> float:
    """Tells its cell (160 m) and day."""
    return day / 2 + row + column / 10 - 5


def ndvi_value(row: int, column: int, view: int) -> float:
    """Tells its pixel and view."""
    return (row * 64 + column + view) / 10_000


def reconstructed_ndvi(row: int, column: int) -> float:
    """Of B04 and B08 as they are written."""
    red, infrared = 500 + row * 10 + column * 2, 500 + row * 10 + column * 6
    return (infrared - red) / (infrared + red)


def write_small_run(folder: Path, request: dict | None = None) -> list[dict]:
    """Write it and return its PRODUCT entries."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, columns = np.indices((SIZE, SIZE))
    products = []
    for statistic, shift in (("p50", 0.0), ("p10", -0.5), ("p90", 0.5)):
        bands = [gpp_value(rows, columns, band) + shift for band in (1, 2)]
        bands[0][0, 0] = -9999
        entry = _entry("gpp", f"gpp/gpp_{statistic}.tif", "GPP", "g C m-2 d-1", DATES, (0, 18), statistic, -9999)
        products.append(_write(folder, entry, bands, gdal.GDT_Float32))
    total = [rows * 5.0 + columns + i for i in range(3)]
    entry = _entry("gpp_sum", "gpp/gpp_sum.tif", "GPP sum", "g C m-2", DATES[:1], (0, 360), None, -9999)
    products.append(_write(folder, entry, total, gdal.GDT_Float32))
    cell_rows, cell_columns = np.indices((4, 4))
    for statistic, shift in (("mean", 0), ("p10", -3), ("p90", 3)):
        bands = [(temperature_value(cell_rows, cell_columns, day) + shift) * 100 for day in range(len(DAYS))]
        path = f"temperature/temperature_{statistic}.tif"
        entry = _entry("temperature", path, "Temperature", "degC", DAYS, (-15, 35), statistic, -32768)
        products.append(_write(folder, entry, bands, gdal.GDT_Int16, pixel=160, scale=0.01))
    months = [np.full((4, 4), 1000.0) + cell_rows * 10, np.full((4, 4), 1500.0) + cell_columns * 10]
    path = "temperature/temperature_monthly_mean.tif"
    entry = _entry(
        "temperature_monthly", path, "Monthly", "degC", ("2021-05-01", "2021-06-01"), (-15, 35), "mean", -32768
    )
    products.append(_write(folder, entry, months, gdal.GDT_Int16, pixel=160, scale=0.01))
    for day in DATES:
        name = day.replace("-", "")
        colours = [(rows * 3 + columns * k) % 250 + 1 for k in (1, 2, 3)]
        path = f"embeddings/preview_{name}.tif"
        entry = _entry("embedding_preview", path, f"Preview {day}", "1", (day,), (1, 255), None, 0)
        products.append(_write(folder, entry, colours, gdal.GDT_Byte))
        values = [(rows + columns * (k + 1)) % 255 + 1 for k in range(64)]
        entry = _entry(
            "embeddings", f"embeddings/embedding_{name}.tif", f"Embedding {day}", "1", (day,), (-0.5, 0.5), None, 0
        )
        products.append(_write(folder, entry, values, gdal.GDT_Byte, scale=1 / 127, offset=-128 / 127))
        values = [500 + rows * 10 + columns * k for k in range(11)]
        path = f"reflectance/reflectance_{name}.tif"
        entry = _entry("reflectance", path, f"Reflectance {day}", "1", (day,), (0, 0.25), None, -32768)
        products.append(_write(folder, entry, values, gdal.GDT_Int16, scale=1e-4))
    views = [ndvi_value(rows, columns, view) * 10_000 for view in range(len(VIEWS))]
    views[1][0:8] = -32768  # a cloud
    entry = _entry("ndvi_observed", "observed/ndvi.tif", "NDVI", "1", VIEWS, (-0.1, 1), None, -32768)
    products.append(_write(folder, entry, views, gdal.GDT_Int16, scale=1e-4))
    for statistic, level in (("vv", -1000), ("vh", -1700)):
        passes = [level + rows + columns + k for k in range(len(PASSES))]
        path = f"observed/backscatter_{statistic}.tif"
        entry = _entry("backscatter", path, "Backscatter", "dB", PASSES, (-30, 5), statistic, -32768)
        products.append(_write(folder, entry, passes, gdal.GDT_Int16, scale=0.01))
    quality = [columns % 20, rows % 40, (rows + columns) % 3]
    entry = _entry("quality", "quality/quality.tif", "Clear observations", "1", DATES[:1], (0, 40), None, -1)
    products.append(_write(folder, entry, quality, gdal.GDT_Int16))
    (folder / "weather.csv").write_text("date,tair_degC\n2021-05-01,7.5\n2021-05-02,\n2021-05-03,9.25\n")
    entry = _entry("gpp_quality", "quality/gpp_quality.tif", "GPP quality", "%", DATES[:1], (0, 100), None, -9999)
    products.append(_write(folder, entry, [columns % 100, rows % 100], gdal.GDT_Float32))
    info = {
        "format": 1,
        "state": "done",
        "key": "ab" * 32,
        "engine": "0.0.1",
        "weights": {"fusion": "cd" * 32},
        "seed": 3,
        "device": "cpu",
        "period": [START.isoformat(), END.isoformat()],
        "source": {"name": "sample", "kind": "sample"},
        "scenes": [{"id": "S2_20210501", "sensor": "S2", "date": "2021-05-01"}],
        "drivers": {"temperature": "generated", "radiation": "climatology"},
        "notes": ["No weather file was given."],
        "attribution": ["Contains modified Copernicus Sentinel data 2021"],
        "products": products,
    }
    (folder / "run.json").write_text(json.dumps(info), encoding="utf-8")
    (folder / "request.json").write_text(json.dumps(request or {}), encoding="utf-8")
    return products


def _entry(kind, path, title, unit, dates, span, statistic, nodata) -> dict:
    return {
        "kind": kind,
        "statistic": statistic,
        "path": f"products/{path}",
        "title": title,
        "unit": unit,
        "dates": list(dates),
        "range": list(span),
        "nodata": nodata,
        "bands": [],
    }


def _write(
    folder: Path, entry: dict, bands: list, kind: int, pixel: int = 10, scale: float = 1.0, offset: float = 0.0
) -> dict:
    path = folder / entry["path"]
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = bands[0].shape
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), width, height, len(bands), kind)
    dataset.SetGeoTransform((LEFT, pixel, 0, TOP, 0, -pixel))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(32632)
    dataset.SetProjection(crs.ExportToWkt())
    for number, values in enumerate(bands, start=1):
        band = dataset.GetRasterBand(number)
        band.SetNoDataValue(entry["nodata"])
        band.SetScale(scale)
        band.SetOffset(offset)
        band.WriteArray(np.asarray(values, dtype=np.float64))
    entry["bands"] = [f"{entry['title']} {number}" for number in range(1, len(bands) + 1)]
    return entry
