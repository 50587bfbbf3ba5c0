"""Write one product as a Cloud Optimized GeoTIFF, window by window, whole or not at all.

Windows go into a plain tiled GeoTIFF beside the final name. On a clean exit statistics, tags and
overviews are added, GDAL's COG driver rewrites it, and the result takes its final name in one step. The
same values give the same bytes, whatever the order of the windows. Several writers may work at the same
time, each in a thread of its own: nearly all of the time is spent in GDAL, outside Python's lock.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, final

import numpy as np
import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.shutil import copy as gdal_copy
from rasterio.windows import Window

from ..errors import OutputError
from ..files import replace
from .grid import GridLike, RasterGrid
from .provenance import Provenance
from .spec import ProductSpec

logger = logging.getLogger(__name__)

#: With fewer bytes free than this nothing of use can be written.
_NO_ROOM = 64 << 10


@final
class CogWriter:
    """``with CogWriter(folder, spec, grid, provenance) as w: w.write(values, window)``.

    ``folder`` is the run folder, ``spec.path`` the file's place in it. Windows that are never
    written read as nodata. When the body raises, nothing is left, and an older file of the same
    name stays as it was.

    Raises:
        OutputError: the file cannot be written (disk full, folder gone, file held open).
    """

    def __init__(self, folder: Path, spec: ProductSpec, grid: GridLike, provenance: Provenance) -> None:
        self.spec = spec
        self.grid = RasterGrid.of(grid)
        self.path = Path(folder) / spec.path
        self._provenance = provenance
        self._plain = self.path.with_name(self.path.name + ".part")
        self._cog = self.path.with_name(self.path.name + ".cog.part")
        self._dataset: Any = None

    @property
    def product(self) -> dict[str, Any]:
        """The PRODUCT entry of run.json."""
        return self.spec.descriptor()

    def __enter__(self) -> CogWriter:
        spec, grid = self.spec, self.grid
        with self._speaking():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._clean()
            self._dataset = rasterio.open(
                self._plain,
                "w",
                driver="GTiff",
                crs=grid.crs,
                transform=grid.transform,
                width=grid.width,
                height=grid.height,
                count=spec.count,
                dtype=spec.dtype,
                nodata=spec.nodata,
                tiled=True,
                blockxsize=spec.block,
                blockysize=spec.block,
                # by pixel, GDAL would fill a block's other bands with 0, not nodata, when one is written
                interleave="band",
                BIGTIFF="IF_SAFER",
                SPARSE_OK=True,
            )
        return self

    def write(
        self,
        values: np.ndarray,
        window: Window | tuple[int, int, int, int] | None = None,
        first_band: int = 1,
    ) -> None:
        """Write ``values`` (bands, height, width), or (height, width) for one band.

        ``window`` is (row, column, height, width) in pixels of the grid or a rasterio Window, None for
        all of it. Floats are in the product's unit with NaN where nothing is known; integers of the
        stored type are taken as packed. ``first_band`` (from 1) places fewer bands than the file has.
        """
        values = np.asarray(values)
        values = values[np.newaxis] if values.ndim == 2 else values
        if isinstance(window, Window):
            window = (window.row_off, window.col_off, window.height, window.width)
        row, column, height, width = window or (0, 0, self.grid.height, self.grid.width)
        fits = min(row, column) >= 0 and row + height <= self.grid.height and column + width <= self.grid.width
        last_band = first_band + len(values) - 1
        if values.shape[1:] != (height, width) or not fits or not 1 <= first_band <= last_band <= self.spec.count:
            raise ValueError(
                f"{self.spec.path}: an array {values.shape} from band {first_band} does not fit the window "
                f"{(row, column, height, width)} of {self.spec.count} bands, {self.grid.height} x {self.grid.width} px"
            )
        with self._speaking():
            self._dataset.write(
                self.spec.pack(values),
                window=Window(column, row, width, height),
                indexes=list(range(first_band, last_band + 1)),
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with self._speaking():
                    self._finish()
        finally:
            self._abandon()

    def _finish(self) -> None:
        self._dataset.close()
        with rasterio.open(self._plain, "r+") as plain:
            _describe(plain, self.spec, self._provenance)
        self._add_overviews()
        gdal_copy(str(self._plain), str(self._cog), driver="COG", **_creation_options(self.spec))
        _check_whole(self._cog, self.spec, self.grid)
        replace(self._cog, self.path)

    def _add_overviews(self) -> None:
        """Smaller pictures inside the plain file, which the COG driver takes over as they are.

        Left to itself it makes them in a compressed file aside, which takes three times as long. Each comes from the
        full picture: one made of another one would weigh the pixels beside gaps too much.
        """
        side = max(self.grid.width, self.grid.height)
        factor = 2
        while side > self.spec.block * factor // 2:
            with rasterio.open(self._plain, "r+") as plain:
                plain.build_overviews([factor], Resampling[self.spec.overview_resampling.lower()])
            factor *= 2

    def _abandon(self) -> None:
        if self._dataset is not None:
            try:
                self._dataset.close()
            except RasterioError as error:  # a full disk fails again while flushing: already reported
                logger.debug("closing %s: %s", self._plain.name, error)
        self._clean()

    def _clean(self) -> None:
        """Remove what is written aside, GDAL's own helpers (``*.ovr.tmp``, ``*.aux.xml``) included."""
        for leftover in self.path.parent.glob(f"{self.path.name}.*part*"):
            leftover.unlink(missing_ok=True)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turn what the file system and GDAL say into one sentence."""
        try:
            yield
        except (OSError, RasterioError, CPLE_BaseError) as error:  # GDAL's own words come through copy() as they are
            raise OutputError(
                f"The file {self.spec.path} cannot be written ({_why(error, self.path)}).",
                "See that the disk is not full, the folder is writable and no other program holds the file open.",
            ) from error


def _why(error: Exception, path: Path) -> str:
    """GDAL's words, or what they come from: of a full disk it says many things, and none of them is that."""
    with suppress(OSError):
        if shutil.disk_usage(path.parent).free < _NO_ROOM:
            return "the disk is full"
    return str(error)


def _creation_options(spec: ProductSpec) -> dict[str, Any]:
    # One thread: compression threads gain little beside the model's, and their order is not ours to rely on.
    return {
        "BLOCKSIZE": spec.block,
        "COMPRESS": spec.compression,
        "LEVEL": 1 if spec.compression == "ZSTD" else 6,
        "PREDICTOR": "YES",
        "OVERVIEWS": "AUTO",
        "OVERVIEW_RESAMPLING": spec.overview_resampling,
        "RESAMPLING": spec.overview_resampling,
        "BIGTIFF": "IF_SAFER",
        "NUM_THREADS": 1,
    }


def _describe(dataset: Any, spec: ProductSpec, provenance: Provenance) -> None:
    """Scale, offset, unit, descriptions, per-band tags with statistics, and provenance."""
    dataset.scales = [spec.scale] * spec.count
    dataset.offsets = [spec.offset] * spec.count
    dataset.units = [spec.unit] * spec.count
    dataset.descriptions = list(spec.bands)
    for band, (tags, statistics) in enumerate(zip(spec.band_tags, band_statistics(dataset), strict=True), start=1):
        dataset.update_tags(band, **tags, **statistics)
    title = {"TIFFTAG_IMAGEDESCRIPTION": f"{spec.title} [{spec.unit}]", "EOFUSION_PRODUCT": spec.kind}
    dataset.update_tags(**provenance.tags(), **title, **spec.tags)


def band_statistics(dataset: Any) -> list[dict[str, str]]:
    """GDAL's STATISTICS_* tags of each band, in stored units, read block by block.

    Empty for a band that holds nodata only. Sums are shifted by the band's first known value, so that
    the deviation of nearly constant bands is not lost in rounding.
    """
    count, nodata = dataset.count, dataset.nodata
    known, total, squares, shift = (np.zeros(count) for _ in range(4))
    lowest, highest = np.full(count, np.inf), np.full(count, -np.inf)
    for _, window in dataset.block_windows(1):
        block = dataset.read(window=window).reshape(count, -1)
        for band in range(count):
            values = block[band][block[band] != nodata].astype(np.float64)
            if not values.size:
                continue
            if not known[band]:
                shift[band] = values[0]
            known[band] += values.size
            lowest[band] = min(lowest[band], values.min())
            highest[band] = max(highest[band], values.max())
            values -= shift[band]
            total[band] += values.sum()
            squares[band] += np.square(values).sum()
    share = 100 * known / (dataset.width * dataset.height)
    return [
        {}
        if not known[band]
        else _tags(
            lowest[band],
            highest[band],
            shift[band] + total[band] / known[band],
            max(0.0, squares[band] / known[band] - (total[band] / known[band]) ** 2) ** 0.5,
            share[band],
        )
        for band in range(count)
    ]


def _tags(lowest: float, highest: float, mean: float, deviation: float, share: float) -> dict[str, str]:
    return {
        "STATISTICS_MINIMUM": f"{lowest:.9g}",
        "STATISTICS_MAXIMUM": f"{highest:.9g}",
        "STATISTICS_MEAN": f"{mean:.9g}",
        "STATISTICS_STDDEV": f"{deviation:.9g}",
        "STATISTICS_VALID_PERCENT": f"{share:.4g}",
    }


def _check_whole(path: Path, spec: ProductSpec, grid: RasterGrid) -> None:
    """Read the last block, which ends the file: a disk that filled up while closing shows here."""
    with rasterio.open(path) as dataset:
        if (dataset.count, dataset.width, dataset.height) != (spec.count, grid.width, grid.height):
            raise OSError("the written file has another size than was asked")
        dataset.read(window=Window(grid.width - 1, grid.height - 1, 1, 1))
