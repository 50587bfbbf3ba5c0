"""Tile files to products: every raster is written window by window and appears only when it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack

import numpy as np
from rasterio.windows import Window

from ..events import Listener, stop_if_cancelled
from ..products import embeddings, gpp, observed, quality, reflectance, temperature
from ..products.cog import CogWriter
from ..products.grid import RasterGrid
from ..products.provenance import Provenance
from ..products.spec import ProductSpec
from ..runfolder import RunFolder
from .plan import Plan
from .tiles import Tile

#: Files that are open for writing together: each pass over the tiles fills so many.
FILES_AT_ONCE = 16
#: Embeddings that the preview's colours are fitted on, of all tiles together.
SAMPLE_ROWS = 200_000
#: From one tile's arrays, the values of one product in its window.
Cut = Callable[[dict[str, np.ndarray]], np.ndarray]
#: A product: its form, the tile file that it comes from, and how.
Part = tuple[ProductSpec, str, Cut]


class Assembler:
    """Writes the run's products from its tiles."""

    def __init__(
        self, folder: RunFolder, plan: Plan, tiles: Sequence[Tile], provenance: Provenance, listener: Listener
    ) -> None:
        self._folder, self._plan, self._tiles = folder, plan, tiles
        self._provenance, self._listener = provenance, listener

    def write(self, parts: Iterable[Part], stage_text: str) -> None:
        """Write ``parts``; those of 10 m and of the token grid alike."""
        waiting = list(parts)
        total = len(waiting) * len(self._tiles)
        done = 0
        while waiting:
            group, waiting = waiting[:FILES_AT_ONCE], waiting[FILES_AT_ONCE:]
            with ExitStack() as stack:
                writers = [stack.enter_context(self._writer(spec)) for spec, _, _ in group]
                for tile in self._tiles:
                    stop_if_cancelled(self._listener)
                    files: dict[str, dict[str, np.ndarray]] = {}
                    for writer, (spec, source, cut) in zip(writers, group, strict=True):
                        if source not in files:
                            files[source] = self._load(tile, source)
                        writer.write(spec.pack(cut(files[source])), _window(tile, spec))
                    done += len(group)
                    self._listener.progress("write", done, total, stage_text)
            for writer in writers:
                self._folder.add_product(writer.product)
                self._listener.product(str(self._folder.path), writer.product)

    def _writer(self, spec: ProductSpec) -> CogWriter:
        grid = RasterGrid.of(self._plan.grid)
        return CogWriter(self._folder.path, spec, grid.coarsened() if _on_cells(spec) else grid, self._provenance)

    def _load(self, tile: Tile, source: str) -> dict[str, np.ndarray]:
        return self._folder.tiles.require(f"{tile.name}_{source}")


def _on_cells(spec: ProductSpec) -> bool:
    return spec.kind in ("temperature", "temperature_monthly")


def _window(tile: Tile, spec: ProductSpec) -> Window:
    row, col, height, width = tile.cells if _on_cells(spec) else (tile.row, tile.col, tile.height, tile.width)
    return Window(col, row, width, height)


def imagery_parts(plan: Plan, folder: RunFolder, tiles: Sequence[Tile]) -> list[Part]:
    """Quality, and the products of each date that pass 1 made and the request wants."""
    request = plan.request
    parts: list[Part] = [(quality.spec(request.start, request.end), "imagery", lambda a: a["quality"])]
    if "embeddings" in request.products:
        pca = _fit_preview(folder, tiles)
        for i, day in enumerate(plan.dates):
            parts.append((embeddings.preview_spec(day), "imagery", _preview_cut(i, pca)))
        if request.embedding_rasters == "all":
            parts += [(embeddings.spec(day), "imagery", _index("embedding", i)) for i, day in enumerate(plan.dates)]
    if "reflectance" in request.products:
        parts += [(reflectance.spec(day), "imagery", _index("reflectance", i)) for i, day in enumerate(plan.dates)]
        if plan.cube.s2_dates:
            parts.append((observed.ndvi_spec(plan.cube.s2_dates), "imagery", _named("ndvi_observed")))
        if plan.cube.s1_keys:
            for i, name in enumerate(observed.POLARISATIONS):
                parts.append((observed.backscatter_spec(name, plan.cube.s1_keys), "imagery", _polarisation(i)))
    return parts


def temperature_parts(plan: Plan) -> list[Part]:
    """Daily statistics and monthly means on the token grid."""
    days = plan.request.days()
    parts: list[Part] = [(temperature.spec(s, days), "temperature", _named(s)) for s in temperature.STATISTICS]
    parts.append((temperature.monthly_spec(days), "temperature", lambda a: temperature.monthly_means(a["mean"], days)))
    return parts


def gpp_parts(plan: Plan) -> list[Part]:
    """GPP at the asked dates, its sum over the period, and where the head is on trained ground."""
    parts: list[Part] = [(gpp.spec(s, plan.dates), "gpp", _named(s)) for s in gpp.STATISTICS]
    parts.append((gpp.sum_spec(plan.request.start, plan.request.end), "gpp", lambda a: a["sum"]))
    parts.append((gpp.within_spec(plan.request.start, plan.request.end), "gpp", lambda a: a["within"]))
    return parts


def _index(name: str, i: int) -> Cut:
    return lambda arrays: arrays[name][i]


def _named(name: str) -> Cut:
    return lambda arrays: arrays[name]


def _polarisation(i: int) -> Cut:
    return lambda arrays: arrays["backscatter"][:, i]


def _preview_cut(i: int, pca: embeddings.Pca) -> Cut:
    return lambda arrays: embeddings.to_rgb(embeddings.dequantise(arrays["embedding"][i]), pca)


def _fit_preview(folder: RunFolder, tiles: Sequence[Tile]) -> embeddings.Pca:
    """One basis of colours for all dates of the run, from a sparse regular sample of all tiles."""
    samples: list[np.ndarray] = []
    # Bounded whatever the area: of many tiles each gives fewer pixels, at a fixed stride.
    share = max(1, SAMPLE_ROWS // max(1, len(tiles)))
    for tile in tiles:
        arrays = folder.tiles.load(f"{tile.name}_imagery")
        if arrays is not None and len(rows := arrays["preview_sample"]):
            samples.append(rows[:: -(-len(rows) // share)].astype(np.float32))
    return embeddings.fit_pca(np.concatenate(samples) if samples else np.zeros((0, embeddings.DIMENSIONS)))
