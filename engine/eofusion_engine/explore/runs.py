"""A finished run as tools read it: dates, and arrays of any window, so that memory is bounded by the tile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, final

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window

from ..bands import S2_BANDS
from ..errors import OutputError
from ..events import Listener, stop_if_cancelled
from ..inference.tiles import Tile
from ..products.grid import TOKEN_PIXELS, RasterGrid
from ..runfolder import RunFolder
from .errors import ExploreError

#: Side of a tile in pixels: a block of the products' files, so that each is decoded once.
TILE_PIXELS = 256
#: Files held open at once; a run may have hundreds.
_OPEN = 16
_WORDS = {
    "embeddings": "embeddings",
    "reflectance": "reflectance",
    "gpp": "GPP",
    "gpp_sum": "GPP",
    "temperature": "temperature",
    "quality": "quality",
}


@final
class FinishedRun:
    """``with FinishedRun.open(folder) as run: for tile in run.tiles(): run.embeddings(day, tile)``.

    ``tile`` is a window of the 10 m grid; None is all of it (only for small things). Arrays are float32 with NaN
    where nothing is known.
    """

    def __init__(self, run: RunFolder) -> None:
        self.folder = run.path
        self.info = run.info
        #: The 10 m grid.
        self.grid: RasterGrid = run.grid
        self._products = run.products
        self._request = run.request()
        self._datasets: dict[str, Any] = {}

    @classmethod
    def open(cls, folder: Path | str) -> FinishedRun:
        """Raises ``OutputError``: no run folder, of another format; ``ExploreError``: the run is not finished."""
        run = RunFolder.open(folder)
        if run.state != "done":
            raise ExploreError(f"The run in {run.path} is not finished.", "Run it again: it goes on where it stopped.")
        return cls(run)

    def __enter__(self) -> FinishedRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its files."""
        while self._datasets:
            self._datasets.popitem()[1].close()

    @property
    def name(self) -> str:
        """The folder's name, for titles."""
        return self.folder.name

    # -- what there is -----------------------------------------------------------------------------

    def products(self, kind: str) -> list[dict[str, Any]]:
        """The PRODUCT entries of a kind, by date; ``ExploreError`` where the run made none."""
        found = [product for product in self._products if product["kind"] == kind]
        if not found:
            raise ExploreError(
                f"The run {self.name} has no {_WORDS.get(kind, kind)}.",
                f"Run it again with {_WORDS.get(kind, kind)} chosen.",
            )
        return sorted(found, key=lambda product: (product["dates"], product["path"]))

    def has(self, kind: str) -> bool:
        """Whether the run made files of this kind."""
        return any(product["kind"] == kind for product in self._products)

    @property
    def embedding_dates(self) -> tuple[date, ...]:
        """Dates with an embedding. Raises ``ExploreError`` where only previews, or none, were made."""
        if not self.has("embeddings") and self.has("embedding_preview"):
            raise ExploreError(
                f"The run {self.name} kept only previews of its embeddings.", "Run it again with all their bands."
            )
        return self.dates("embeddings")

    @property
    def embedding_weights(self) -> dict[str, str]:
        """SHA-256 of the weights that an embedding depends on: only equal ones can be compared."""
        weights = self.info.get("weights", {})
        return {part: str(weights.get(part, "")) for part in ("encoder_s1", "encoder_s2", "fusion")}

    @property
    def clear_fractions(self) -> dict[date, float]:
        """Share of the area (0-1) that was clear on each Sentinel-2 date, where the run says so."""
        found: dict[date, float] = {}
        for scene in self.info.get("scenes", []):
            if scene.get("sensor") == "S2" and scene.get("clear_fraction") is not None:
                day = date.fromisoformat(str(scene["date"])[:10])
                found[day] = max(found.get(day, 0.0), float(scene["clear_fraction"]))
        return found

    def dates(self, kind: str, statistic: str | None = None) -> tuple[date, ...]:
        """All dates of a kind (and statistic), in order. Raises ``ExploreError`` where there are none."""
        chosen = [p for p in self.products(kind) if statistic is None or p["statistic"] == statistic]
        return tuple(sorted({date.fromisoformat(day) for product in chosen for day in product["dates"]}))

    def choose_dates(self, asked: Sequence[date] | None) -> tuple[date, ...]:
        """The embedding dates nearest to ``asked`` (each once, in order), or all of them."""
        there = self.embedding_dates
        if not asked:
            return there
        return tuple(sorted({min(there, key=lambda day: (abs((day - wish).days), day)) for wish in asked}))

    # -- arrays ------------------------------------------------------------------------------------

    def tiles(self, listener: Listener | None = None, text: str = "", side: int = TILE_PIXELS) -> Iterator[Tile]:
        """Windows that cover the grid; with a listener, progress is told and a cancel is heard between them.

        ``side`` must be a multiple of 16 (whole temperature cells).
        """
        corners = [(row, col) for row in range(0, self.grid.height, side) for col in range(0, self.grid.width, side)]
        for number, (row, col) in enumerate(corners):
            if listener is not None:
                stop_if_cancelled(listener)
                listener.progress("explore", number, len(corners), text or f"Tile {number + 1} of {len(corners)}")
            yield Tile(row, col, min(side, self.grid.height - row), min(side, self.grid.width - col))
        if listener is not None:
            listener.progress("explore", len(corners), len(corners), text or f"Tile {len(corners)} of {len(corners)}")

    def embeddings(self, day: date, tile: Tile | None = None) -> np.ndarray:
        """The embedding of a date (64, h, w), NaN in all bands where nothing was seen."""
        stored = self._read(self._dated("embeddings", day), tile)
        stored[:, ~np.isfinite(stored).all(axis=0)] = np.nan
        return stored

    def reflectance(self, day: date, tile: Tile | None = None) -> np.ndarray:
        """Cloud-free reflectance of a date (11, h, w): the ten bands of ``bands.S2_BANDS``, then the uncertainty."""
        return self._read(self._dated("reflectance", day), tile)

    def ndvi(self, tile: Tile | None = None, days: Sequence[date] | None = None) -> np.ndarray:
        """NDVI (T, h, w) of the cloud-free reflectance, on its dates or on ``days`` of them."""
        red, near = S2_BANDS.index("B04") + 1, S2_BANDS.index("B08") + 1
        found = []
        for day in days or self.dates("reflectance"):
            b04, b08 = self._read(self._dated("reflectance", day), tile, [red, near])
            total = b08 + b04
            found.append(np.divide(b08 - b04, total, out=np.full_like(total, np.nan), where=total > 0))
        return np.stack(found)

    def gpp(self, tile: Tile | None = None, statistic: str = "p50") -> np.ndarray:
        """Daily GPP (T, h, w) in g C m-2 d-1 on the dates of ``dates("gpp")``."""
        return self._read(self._one("gpp", statistic), tile)

    def gpp_sum(self, tile: Tile | None = None) -> np.ndarray:
        """GPP over the period (3, h, w) in g C m-2: p10, p50, p90."""
        return self._read(self.products("gpp_sum")[0], tile)

    def temperature(
        self,
        tile: Tile | None = None,
        statistic: str = "mean",
        pixels: bool = True,
        bands: Sequence[int] | None = None,
    ) -> np.ndarray:
        """Generated air temperature (T, h, w), degC, on ``dates("temperature")``; ``pixels=False``: 160 m cells."""
        cells = self._read(self._one("temperature", statistic), tile, bands, scale=TOKEN_PIXELS)
        if not pixels:
            return cells
        height, width = (tile.height, tile.width) if tile else (self.grid.height, self.grid.width)
        return cells.repeat(TOKEN_PIXELS, axis=1).repeat(TOKEN_PIXELS, axis=2)[:, :height, :width]

    def quality(self, tile: Tile | None = None) -> np.ndarray:
        """(3, h, w): clear observations, days to the nearest clear one, clear observations of snow."""
        return self._read(self.products("quality")[0], tile)

    def observed_ndvi(self, tile: Tile | None = None) -> np.ndarray:
        """NDVI of the clear views (T, h, w) on ``dates("ndvi_observed")``, NaN where the ground was not seen."""
        return self._read(self.products("ndvi_observed")[0], tile)

    def read(self, product: dict[str, Any], tile: Tile | None = None, bands: Sequence[int] | None = None) -> np.ndarray:
        """Bands (from 1) of any product on the 10 m grid, in its unit."""
        return self._read(product, tile, bands)

    # -- files -------------------------------------------------------------------------------------

    def _dated(self, kind: str, day: date) -> dict[str, Any]:
        found = next((p for p in self.products(kind) if day.isoformat() in p["dates"]), None)
        if found is None:
            raise ExploreError(
                f"The run {self.name} has no {_WORDS.get(kind, kind)} of {day}.",
                f"It has: {', '.join(map(str, self.dates(kind)))}.",
            )
        return found

    def _one(self, kind: str, statistic: str) -> dict[str, Any]:
        found = next((p for p in self.products(kind) if p["statistic"] == statistic), None)
        if found is None:
            raise ExploreError(f"The run {self.name} has no {statistic} of its {_WORDS[kind]}.", "Run it again.")
        return found

    def _read(
        self, product: dict[str, Any], tile: Tile | None, bands: Sequence[int] | None = None, scale: int = 1
    ) -> np.ndarray:
        relative = str(product["path"])
        window = None
        if tile is not None:
            row, col = tile.row // scale, tile.col // scale
            window = Window(col, row, -(-tile.width // scale), -(-tile.height // scale))
        try:
            dataset = self._dataset(relative)
            chosen = list(bands or dataset.indexes)
            stored = dataset.read(chosen, window=window)
            factors, offsets = (
                np.array([values[b - 1] for b in chosen], np.float32)[:, None, None]
                for values in (dataset.scales, dataset.offsets)
            )
        except RasterioError as error:
            raise OutputError(f"The product {relative} cannot be read ({error}).", "Run it again.") from None
        values = stored.astype(np.float32) * factors + offsets
        values[stored == dataset.nodata] = np.nan
        return values

    def _dataset(self, relative: str) -> Any:
        if relative in self._datasets:
            self._datasets[relative] = self._datasets.pop(relative)  # the last used goes last
            return self._datasets[relative]
        path = (self.folder / relative).resolve()
        if not path.is_relative_to(self.folder):
            raise OutputError(f"run.json names a file outside the run folder ({relative}).", "Run it again.")
        dataset = rasterio.open(path)
        if len(self._datasets) >= _OPEN:
            self._datasets.pop(next(iter(self._datasets))).close()
        self._datasets[relative] = dataset
        return dataset
