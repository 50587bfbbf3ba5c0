"""Embeddings on disk: 64 numbers a pixel as bytes, and a three-colour preview of them.

Why unsigned bytes with nodata 0: GDAL 3.6 (QGIS 3.22) misreads signed ones. A component v in [-1, 1]
is stored as round(127 v) + 128, so 1..255.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from .spec import ProductSpec, day_tags

DIMENSIONS = 64
NODATA = 0
SCALE = 1 / 127
OFFSET = -128 / 127
#: Share of the sample that the preview's fixed colour range leaves out at either end, in percent.
PREVIEW_TAIL = 1.0


def spec(day: date) -> ProductSpec:
    """The 64-band raster of one date."""
    bands = tuple(f"Embedding {i:02d} {day}" for i in range(1, DIMENSIONS + 1))
    return ProductSpec(
        kind="embeddings",
        path=f"products/embeddings/embedding_{day:%Y%m%d}.tif",
        title=f"Embedding {day}",
        unit="1",
        dates=(day,),
        bands=bands,
        band_tags=tuple({"DATE": day.isoformat(), "DIMENSION": str(i)} for i in range(1, DIMENSIONS + 1)),
        dtype="uint8",
        nodata=NODATA,
        scale=SCALE,
        offset=OFFSET,
        value_range=(-0.5, 0.5),
        compression="ZSTD",
    )


def preview_spec(day: date) -> ProductSpec:
    """The three-colour preview of one date."""
    return ProductSpec(
        kind="embedding_preview",
        path=f"products/embeddings/preview_{day:%Y%m%d}.tif",
        title=f"Embedding preview {day}",
        unit="1",
        dates=(day,),
        bands=tuple(f"Principal component {i} {day}" for i in (1, 2, 3)),
        band_tags=day_tags((day,) * 3),
        dtype="uint8",
        nodata=NODATA,
        value_range=(1.0, 255.0),
        tags={"EOFUSION_COLOURS": "First three principal components of all dates of the run, one fixed range"},
    )


def quantise(embedding: np.ndarray) -> np.ndarray:
    """Unit-norm embeddings (64, ...) float as uint8; a pixel with any NaN becomes nodata in all bands."""
    levels = np.multiply(embedding, 127, dtype=np.float32)
    np.rint(levels, out=levels)
    levels += 128
    np.clip(levels, 1, 255, out=levels)
    lost = ~np.isfinite(embedding.sum(axis=0))
    if lost.any():
        levels[:, lost] = NODATA
    return levels.astype(np.uint8)


def dequantise(stored: np.ndarray) -> np.ndarray:
    """uint8 (64, ...) back to float32 embeddings, NaN where nodata; cosine to the original about .9998."""
    return np.where(stored == NODATA, np.nan, (stored.astype(np.float32) - 128) / 127).astype(np.float32)


@dataclass(frozen=True)
class Pca:
    """``mean`` (D,), ``components`` (3, D), and the value ``low`` and ``high`` (3,) of the darkest and
    brightest colour."""

    mean: np.ndarray
    components: np.ndarray
    low: np.ndarray
    high: np.ndarray


def sample_pixels(embedding: np.ndarray, step: int = 8) -> np.ndarray:
    """Every ``step``-th pixel of (D, H, W) that was seen, as (N, D) float32: the material of :func:`fit_pca`.

    With tiles whose corners are multiples of ``step``, all tiles together sample one regular raster,
    whatever the tiling.
    """
    rows = embedding[:, ::step, ::step].reshape(embedding.shape[0], -1).T
    return rows[np.isfinite(rows).all(axis=1)].astype(np.float32)


def fit_pca(samples: np.ndarray | Iterable[np.ndarray]) -> Pca:
    """Three colours for embeddings, fitted once a run on a sample (N, D) of all its tiles and dates.

    Deterministic: no random part, and each component's sign makes its largest coefficient positive.
    An empty or constant sample gives a basis that paints everything alike, not an error.
    """
    rows = np.asarray(samples) if isinstance(samples, np.ndarray) else np.concatenate(list(samples))
    rows = rows.astype(np.float64)
    dimensions = rows.shape[1]
    if not len(rows):
        zero = np.zeros(dimensions)
        return Pca(zero, np.eye(3, dimensions), np.full(3, -1.0), np.full(3, 1.0))
    mean = rows.mean(axis=0)
    centred = rows - mean
    _, vectors = np.linalg.eigh(centred.T @ centred / len(rows))  # eigenvalues ascend
    components = vectors[:, ::-1][:, :3].T
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1)
    components = components * np.where(largest < 0, -1.0, 1.0)
    low, high = np.percentile(centred @ components.T, [PREVIEW_TAIL, 100 - PREVIEW_TAIL], axis=0)
    narrow = high - low < 1e-6
    return Pca(mean, components, np.where(narrow, low - 0.5, low), np.where(narrow, high + 0.5, high))


def to_rgb(embedding: np.ndarray, pca: Pca) -> np.ndarray:
    """Embeddings (D, H, W) as uint8 (3, H, W): colours 1..255, 0 where nothing was seen."""
    seen = np.isfinite(embedding).all(axis=0)
    centred = np.where(seen, embedding, 0).astype(np.float64) - pca.mean[:, None, None]
    values = np.einsum("cd,dhw->chw", pca.components, centred)
    share = (values - pca.low[:, None, None]) / (pca.high - pca.low)[:, None, None]
    colours = np.rint(1 + 254 * np.clip(share, 0, 1))
    return np.where(seen, colours, NODATA).astype(np.uint8)


def preview(stored: np.ndarray, pca: Pca) -> np.ndarray:
    """:func:`to_rgb` of embeddings (64, H, W) as they are stored, several times faster.

    The components are rounded to multiples of 2**-13, far below one colour. Then every partial sum is a whole number
    that float32 holds exactly (64 components of a unit vector sum up to 8 at most): a colour does not depend on the
    order of the sum, and so not on the tile.
    """
    weights = np.rint(pca.components * 8192)
    levels = np.einsum("cd,dhw->chw", weights.astype(np.float32), stored.astype(np.float32)).astype(np.float64)
    steps = 254 / (pca.high - pca.low)
    zero = 1 - steps * (weights.sum(axis=1) * 128 / (8192 * 127) + pca.components @ pca.mean + pca.low)
    colours = levels * (steps / (8192 * 127))[:, None, None] + zero[:, None, None]
    np.rint(np.clip(colours, 1, 255, out=colours), out=colours)
    colours[:, stored[0] == NODATA] = NODATA
    return colours.astype(np.uint8)
