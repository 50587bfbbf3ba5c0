"""A small finished run without a model: three kinds of land with known embeddings, seasons and one felled corner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from eofusion_engine.bands import S2_BANDS
from eofusion_engine.events import Quiet
from eofusion_engine.products import embeddings, gpp, observed, reflectance, temperature
from eofusion_engine.products.cog import CogWriter
from eofusion_engine.products.grid import RasterGrid
from eofusion_engine.products.provenance import Provenance
from eofusion_engine.products.spec import ProductSpec
from eofusion_engine.request import parse_request
from eofusion_engine.runfolder import RunFolder
from rasterio import Affine

SIZE = 144
#: Kinds of land in the rows of the run: field, forest, town.
KINDS = 3
DATES = tuple(date(2021, 4, 1) + timedelta(days=20 * i) for i in range(9))
VIEWS = tuple(date(2021, 4, 1) + timedelta(days=8 * i) for i in range(24))
#: Numbers of the dates that were seen best.
CLEAREST = (0, 5, 7)
#: Where the forest was felled, and the first view after it.
FELLED = (slice(55, 65), slice(50, 70))
FELLED_ON = VIEWS[12]
#: Never seen.
BLIND = (slice(0, 10), slice(0, 10))
LEFT, TOP, CRS = 600_000.0, 5_600_000.0, "EPSG:32632"
GRID = RasterGrid(CRS, Affine(10, 0, LEFT, 0, -10, TOP), SIZE, SIZE)
WEIGHTS = {"encoder_s1": "a" * 64, "encoder_s2": "b" * 64, "fusion": "c" * 64}


def kinds() -> np.ndarray:
    """(H, W) kind 0, 1 or 2 in bands of rows."""
    return np.repeat(np.arange(SIZE) * KINDS // SIZE, SIZE).reshape(SIZE, SIZE)


def season(days: Sequence[date]) -> np.ndarray:
    """(D,) from 0 to 1 and back over the dates' year."""
    return np.sin(np.pi * np.array([(day.timetuple().tm_yday - 60) / 250 for day in days])).clip(0)


def ndvi(days: Sequence[date], noise: np.random.Generator, felled: bool = True) -> np.ndarray:
    """(D, H, W): fields follow the season, the forest is green until it is felled, the town never is."""
    course = np.stack([0.2 + 0.6 * season(days), np.full(len(days), 0.8), np.full(len(days), 0.1)])
    values = course.T[:, kinds()] + noise.normal(0, 0.02, (len(days), SIZE, SIZE))
    if felled:
        gone = np.array([day >= FELLED_ON for day in days])
        values[gone, FELLED[0], FELLED[1]] -= 0.5
    return values


def vectors(day: date, noise: np.random.Generator) -> np.ndarray:
    """(64, H, W) of norm 1: a direction a kind, turned a little by the season; the felled corner turns to the town."""
    basis = np.linalg.qr(np.random.default_rng(5).normal(size=(64, 64)))[0]
    of = kinds()
    if day >= FELLED_ON:
        of[FELLED] = 2
    whole = basis[:, of] + 0.4 * season([day])[0] * basis[:, of + KINDS] + noise.normal(0, 0.03, (64, SIZE, SIZE))
    whole /= np.linalg.norm(whole, axis=0)
    whole[(slice(None), *BLIND)] = np.nan
    return whole


def make_run(folder: Path, year: int = 2021, seed: int = 0, weights: dict[str, str] = WEIGHTS) -> Path:
    """Write the run and return its folder."""
    noise = np.random.default_rng(seed)
    days, views = (tuple(day.replace(year=year) for day in some) for some in (DATES, VIEWS))
    request = parse_request({"source": "sample", "start": f"{year}-04-01", "end": f"{year}-10-31", "out": str(folder)})
    with RunFolder.create(request) as run:
        run.set_grid(GRID)
        run.update(weights=weights)
        run.set_scenes(
            {"id": str(day), "sensor": "S2", "date": day.isoformat(), "clear_fraction": 0.9 if i in CLEAREST else 0.5}
            for i, day in enumerate(days)
        )

        def write(spec: ProductSpec, values: np.ndarray, grid: RasterGrid = GRID) -> None:
            with CogWriter(run.path, spec, grid, Provenance("k")) as writer:
                writer.write(values)
            run.add_product(writer.product)

        for then, day in zip(DATES, days, strict=True):
            write(embeddings.spec(day), embeddings.quantise(vectors(then, noise)))
            bands = np.full((11, SIZE, SIZE), 0.1)
            index = ndvi([then], noise)[0]
            bands[S2_BANDS.index("B04")], bands[S2_BANDS.index("B08")] = 0.3 * (1 - index), 0.3 * (1 + index)
            write(reflectance.spec(day), bands)
        growth = 10 * ndvi(DATES, noise).clip(0)
        for statistic, factor in (("p10", 0.8), ("p50", 1.0), ("p90", 1.2)):
            write(gpp.spec(statistic, days), growth * factor)
        cells = GRID.coarsened()
        warm = 5 + 15 * season(DATES)[:, None, None] + np.zeros((1, cells.height, cells.width))
        warm[:, :, cells.width // 2 :] += 2
        write(temperature.spec("mean", days), warm, cells)
        seen = ndvi(VIEWS, noise)
        seen[noise.random(seen.shape) < 0.3] = np.nan
        write(observed.ndvi_spec(views), seen)
    return folder


def lon_lat(row: float, col: float) -> tuple[float, float]:
    """Degrees of a place in pixels."""
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform
    lon, lat = to_degrees(LEFT + 10 * col, TOP - 10 * row)
    return float(lon), float(lat)


def point(row: float, col: float, **properties: object) -> dict[str, object]:
    """A GeoJSON point in the middle of a pixel."""
    geometry = {"type": "Point", "coordinates": list(lon_lat(row + 0.5, col + 0.5))}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def box(top: int, left: int, bottom: int, right: int, **properties: object) -> dict[str, object]:
    """A GeoJSON polygon about pixels, ends not included."""
    ring = [lon_lat(r, c) for r, c in ((top, left), (top, right), (bottom, right), (bottom, left), (top, left))]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[list(at) for at in ring]]},
        "properties": properties,
    }


def collection(features: list[dict[str, object]]) -> dict[str, object]:
    """A GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": features}


class Listener(Quiet):
    """Keeps texts; cancels after ``patience`` of them."""

    def __init__(self, patience: int = 10**9) -> None:
        self.texts: list[str] = []
        self._patience = patience

    def progress(self, stage: str, done: int, total: int, text: str) -> None:
        assert 0 <= done <= total
        self.texts.append(text)

    def cancelled(self) -> bool:
        return len(self.texts) >= self._patience
