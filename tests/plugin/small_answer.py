"""A small answer of an exploring tool, written with QGIS' own GDAL: every kind of layer, chart, table and score."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from osgeo import gdal, osr
from small_run import LEFT, SIZE, TOP

CLASSES = [
    {"value": 1, "label": "Meadow", "color": "#33a02c"},
    {"value": 2, "label": "Maize", "color": "#e69f00"},
]
DAYS = ["2021-05-01", "2021-05-21", "2021-06-10"]


def write_small_answer(folder: Path, tool: str, arguments: dict, runs: list[str]) -> dict:
    """Write it and return the content of explore.json with its folder."""
    folder.mkdir(parents=True)
    rows, columns = np.indices((SIZE, SIZE))
    _raster(folder / "similarity.tif", [rows / 100.0], gdal.GDT_Float32, -9999)
    _raster(folder / "classes.tif", [1 + (columns % 2)], gdal.GDT_Byte, 0)
    _raster(folder / "colours.tif", [(rows + k * columns) % 255 + 1 for k in range(3)], gdal.GDT_Byte, 0)
    _raster(folder / "shares.tif", [rows / 100.0, columns / 100.0], gdal.GDT_Float32, -9999)
    _raster(folder / "difference.tif", [0 * rows - 0.1, 0 * rows - 0.6], gdal.GDT_Float32, -9999)
    point = {"type": "Point", "coordinates": [10.43, 51.08]}
    best = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"rank": 1}, "geometry": point}],
    }
    (folder / "matches.geojson").write_text(json.dumps(best))
    (folder / "samples.csv").write_text("class,pixels\n" + "".join(f"kind {n},{n}\n" for n in range(300)))
    ramp = {"type": "ramp", "name": "magma", "range": [0, 1]}
    document = {
        "format": 1,
        "tool": tool,
        "title": f"Answer of {tool}",
        "arguments": arguments,
        "runs": runs,
        "made": "2021-10-01T12:00:00+00:00",
        "layers": [
            _layer("similarity.tif", "Similarity", ramp, ["Similarity"]),
            _layer("classes.tif", "Kinds", {"type": "classes", "classes": CLASSES}, ["Kinds"], nodata=0),
            _layer("colours.tif", "Colours", {"type": "rgb", "range": [1, 255]}, ["a", "b", "c"], nodata=0),
            _layer("difference.tif", "Difference", ramp, ["Difference 2021-05-01", "Difference 2021-06-10"]),
            _layer("shares.tif", "Shares", {**ramp, "name": "RdBu"}, ["radar", "optical"], "g C m-2 d-1"),
        ],
        "vectors": [{"path": "matches.geojson", "title": "Best matches"}],
        "tables": [
            {
                "path": "samples.csv",
                "title": "Samples of the layer 'ground truth', by the class that was seen, on three dates",
                "columns": ["class", "pixels"],
                "rows": [[f"kind {n}", n] for n in range(200)],
            }
        ],
        "charts": charts(),
        "scores": [
            {"name": "R2", "value": 0.74, "low": 0.61, "high": 0.85, "unit": None},
            {"name": "Bias", "value": -0.2, "low": None, "high": None, "unit": "g C m-2 d-1"},
        ],
        "notes": ["A sentence that must be read."],
    }
    (folder / "explore.json").write_text(json.dumps(document))
    return {**document, "folder": str(folder)}


def charts() -> list[dict]:
    """One chart of each kind."""
    return [
        _chart("line", "Seasons", DAYS, [_series("Meadow", [0.4, 0.7, None]), _series("Maize", [0.1, 0.3, 0.8])]),
        _chart("band", "GPP", DAYS, [_series("GPP", [2, 5, 8], [1, 4, 6], [3, 6, 9])], "g C m-2 d-1"),
        _chart(
            "scatter", "Predicted", [1.0, 2.0, 3.0], [_series("maize", [1.1, 2.2, 2.7]), _series("meadow", [2, 3, 4])]
        ),
        _chart("stack", "Shares", DAYS, [_series("radar", [0.2, 0.3, 0.5]), _series("optical", [0.8, 0.7, 0.5])]),
        _chart("bar", "Bands", ["B02", "B03"], [_series("share", [0.3, 0.7], [0.2, 0.6], [0.4, 0.8])]),
        _chart("matrix", "Confusion", ["Meadow", "Maize"], [_series("Meadow", [9, 1]), _series("Maize", [2, 18])]),
    ]


def _chart(kind: str, title: str, x: list, series: list[dict], unit: str = "") -> dict:
    return {"kind": kind, "title": title, "x_label": "x of it", "y_label": unit, "x": x, "series": series}


def _series(label: str, y: list, low: list | None = None, high: list | None = None) -> dict:
    return {"label": label, "y": y, "low": low, "high": high, "color": None}


def _layer(path: str, title: str, style: dict, bands: list[str], unit: str = "1", nodata: float = -9999) -> dict:
    return {
        "path": path,
        "kind": title.lower(),
        "title": title,
        "unit": unit,
        "bands": bands,
        "nodata": nodata,
        "style": style,
    }


def _raster(path: Path, bands: list, kind: int, nodata: float) -> None:
    made = gdal.GetDriverByName("GTiff").Create(str(path), SIZE, SIZE, len(bands), kind)
    made.SetGeoTransform((LEFT, 10, 0, TOP, 0, -10))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32632)
    made.SetProjection(reference.ExportToWkt())
    for number, values in enumerate(bands, start=1):
        made.GetRasterBand(number).WriteArray(values)
        made.GetRasterBand(number).SetNoDataValue(nodata)
    made.FlushCache()
