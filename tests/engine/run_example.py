"""A small finished run with known values, for the tests of products, inspection and report."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
from eofusion_engine.products import embeddings, gpp, quality, reflectance, temperature
from eofusion_engine.products.cog import CogWriter
from eofusion_engine.products.grid import RasterGrid
from eofusion_engine.products.provenance import Provenance
from eofusion_engine.request import RunRequest
from eofusion_engine.runfolder import RunFolder
from eofusion_engine.runkey import request_key
from rasterio import Affine

GRID = RasterGrid("EPSG:32632", Affine(10, 0, 600000, 0, -10, 5660000), 192, 192)
DATES = (date(2021, 5, 1), date(2021, 6, 10))
DAYS = tuple(date(2021, 5, 1) + timedelta(days=i) for i in range(45))
PROVENANCE = Provenance("ab" * 32, {"fusion": "cd" * 32}, ("Contains modified Copernicus Sentinel data 2021",))


def example_request(out: Path, **fields: object) -> RunRequest:
    """A request that fits the example."""
    return RunRequest.model_validate({"start": DAYS[0], "end": DAYS[-1], "out": out, "seed": 3} | fields)


def unit_embeddings(seed: int, height: int = 192, width: int = 192) -> np.ndarray:
    """Smooth unit-norm embeddings (64, height, width) with one pixel unseen (0, 0)."""
    rng = np.random.default_rng(seed)
    field = rng.normal(size=(64, 3)) @ np.stack(
        [np.ones(height * width), *np.indices((height, width)).reshape(2, -1) / max(height, width)]
    )
    field += 0.1 * rng.normal(size=field.shape)
    field = (field / np.linalg.norm(field, axis=0)).reshape(64, height, width).astype(np.float32)
    field[:, 0, 0] = np.nan
    return field


def gpp_values(band: int) -> np.ndarray:
    """GPP whose value tells its pixel: row / 100 + column / 10000 + band."""
    rows, columns = np.indices((GRID.height, GRID.width))
    return (rows / 100 + columns / 10000 + band).astype(np.float32)


def temperature_values() -> np.ndarray:
    """Daily values (D, 12, 12): day number + row / 10 + column / 100, in degC."""
    rows, columns = np.indices((12, 12))
    return np.arange(len(DAYS))[:, None, None] + rows / 10 + columns / 100 - 5.0


def write_example(out: Path) -> Path:
    """The whole run, through the writers that a real run uses."""
    request = example_request(out)
    with RunFolder.create(request) as run:
        run.use_key(request_key(request, ["S2_a", "S1_b"]))
        run.set_grid(GRID)
        run.set_scenes(
            [
                {"id": "S2_a", "sensor": "S2", "date": "2021-05-01", "clear_fraction": 0.93},
                {"id": "S1_b", "sensor": "S1", "date": "2021-05-02"},
            ]
        )
        run.set_drivers(temperature="the generated series", radiation="a climatology of all skies")
        run.update(weights=dict(PROVENANCE.weights), attribution=list(PROVENANCE.attribution))
        pca = embeddings.fit_pca([embeddings.sample_pixels(unit_embeddings(i)) for i in range(len(DATES))])
        for i, day in enumerate(DATES):
            field = unit_embeddings(i)
            _write(run, embeddings.spec(day), embeddings.quantise(field))
            _write(run, embeddings.preview_spec(day), embeddings.to_rgb(field, pca))
            spectrum = np.linspace(0.02, 0.4, 11, dtype=np.float32)[:, None, None] + np.zeros(
                (11, GRID.height, GRID.width), np.float32
            )
            spectrum[:, 0, 0] = np.nan
            _write(run, reflectance.spec(day), spectrum)
        for shift, statistic in ((1, "p10"), (2, "p50"), (3, "p90")):
            values = np.stack([gpp_values(shift), gpp_values(shift + 4)])
            values[:, 0, 0] = np.nan
            _write(run, gpp.spec(statistic, DATES), values)
        _write(run, gpp.sum_spec(DAYS[0], DAYS[-1]), np.stack([gpp_values(k) * 10 for k in (1, 2, 3)]))
        daily = temperature_values()
        cells = GRID.coarsened()
        for shift, statistic in ((-2, "p10"), (0, "mean"), (2, "p90")):
            _write(run, temperature.spec(statistic, DAYS), daily + shift, cells)
        _write(run, temperature.monthly_spec(DAYS), temperature.monthly_means(daily, DAYS), cells)
        clear = np.ones((2, GRID.height, GRID.width), bool)
        clear[:, 0, 0] = False
        _write(run, quality.spec(DAYS[0], DAYS[-1]), quality.measure(clear, clear & False, DATES, DATES))
    return out


def _write(run: RunFolder, spec: object, values: np.ndarray, grid: RasterGrid = GRID) -> None:
    with CogWriter(run.path, spec, grid, PROVENANCE) as writer:
        writer.write(values)
    run.add_product(writer.product)
