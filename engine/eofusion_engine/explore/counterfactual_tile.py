"""Both arms of one tile: reflectance, temperature and GPP, with the draws that judge their differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from ..cube import CubeWindow
from ..events import Listener, stop_if_cancelled
from ..inference.conditions import cell_conditions
from ..inference.tiles import HALO, Tile
from ..model.gpp import trailing_mean
from ..model.temperature.image_tokens import CELL_BANDS
from ..products.grid import TOKEN_PIXELS
from . import paired
from .edits import Donor, Edit, donor_series, edited, laid_out, reach
from .inputs import RunInputs

Floats = NDArray[np.float32]
#: Pixels a side of the donor's patch: enough for a field or a stand, and little to hold.
PATCH = 64


@dataclass(frozen=True)
class Quantity:
    """``before`` and ``after`` (T, H, W), and ``draws`` (S, T, H, W) of their difference; on pixels or on cells."""

    before: Floats
    after: Floats
    draws: Floats

    @property
    def difference(self) -> Floats:
        """(T, H, W), exactly zero where nothing changed within reach."""
        return self.after - self.before


@dataclass(frozen=True)
class TileArms:
    """What an edit does to ``part``, the cells of a tile that it can reach. ``inside`` (H, W): the polygon's pixels."""

    part: Tile
    inside: NDArray[np.bool_]
    within: NDArray[np.bool_]
    ndvi: Quantity
    gpp: Quantity | None
    temperature: Quantity | None


@dataclass(frozen=True)
class DonorPatch:
    """The donor's series without gaps, and which of its pixels lie in the donor polygon."""

    s2: Floats
    s1: Floats
    usable: NDArray[np.bool_]

    def over(self, part: Tile) -> Donor:
        """The patch laid over a tile with its halo."""
        shape = (part.height + 2 * HALO, part.width + 2 * HALO)
        return laid_out(self.s2, self.s1, self.usable, part.row - HALO, part.col - HALO, shape)


def donor_patch(inputs: RunInputs, polygon: BaseGeometry) -> DonorPatch:
    """The middle of the donor polygon (grid's CRS), without its rim where it is wide enough."""
    grid = inputs.run.grid
    middle = polygon.representative_point()
    pixel = grid.pixel(middle.x, middle.y)
    assert pixel is not None  # nosec B101 - it was cut to the run's area
    row, col = (min(max(0, p - PATCH // 2), max(0, size - PATCH)) for p, size in zip(pixel, _size(inputs), strict=True))
    tile = Tile(row, col, min(PATCH, grid.height - row), min(PATCH, grid.width - col))
    inner = inputs.inside(polygon.buffer(-10.0), tile)
    usable = inner if inner.any() else inputs.inside(polygon, tile, touched=True)
    window = inputs.window(tile, 0)
    # What was never seen in the whole period cannot be given away.
    usable &= np.isfinite(window.s2).any(axis=(0, 1)) | (not len(window.s2_dates))
    if not usable.any():
        usable = inputs.inside(polygon, tile, touched=True)
    s2, s1 = donor_series(window)
    return DonorPatch(s2, s1, usable)


def reached(inputs: RunInputs, polygon: BaseGeometry, tile: Tile) -> Tile | None:
    """The cells of ``tile`` whose pixels see, or whose temperature is told of, the polygon; None for none."""
    seen = reach(inputs.inside(polygon, tile, HALO))[HALO:-HALO, HALO:-HALO]
    if not seen.any():
        return None
    rows, cols = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    top, left = rows[0] // TOKEN_PIXELS * TOKEN_PIXELS, cols[0] // TOKEN_PIXELS * TOKEN_PIXELS
    bottom, right = (-(-(last[-1] + 1) // TOKEN_PIXELS) * TOKEN_PIXELS for last in (rows, cols))
    return Tile(tile.row + int(top), tile.col + int(left), int(bottom - top), int(right - left))


def both_arms(
    inputs: RunInputs,
    part: Tile,
    polygon: BaseGeometry,
    edit: Edit,
    donor: DonorPatch | None,
    samples: int,
    listener: Listener,
) -> TileArms:
    """Compute ``part`` as it is and as edited, with the run's seed and the same draws for both."""
    before = inputs.window(part)
    inside = inputs.inside(polygon, part, HALO)
    after = edited(before, inside, edit, None if donor is None else donor.over(part))
    dates, seed = inputs.dates, inputs.request.seed
    arms = paired.paired_reflectance(inputs.stack, before, after, dates)
    stop_if_cancelled(listener)
    draws = paired.Draws.of(seed, samples, dates)
    ndvi = Quantity(
        paired.ndvi(arms.before),
        paired.ndvi(arms.after),
        np.stack([paired.ndvi_draws(arms, draws, s) for s in range(samples)]),
    )
    series = _temperature(inputs, part, before, after, samples, listener) if inputs.with_temperature else None
    gpp = _gpp(inputs, part, arms, draws, series, samples, listener) if inputs.with_gpp else None
    core = (slice(HALO, -HALO), slice(HALO, -HALO))
    rows, cols = part.cells[2:]
    temperature = None if series is None else _on_cells(series, rows, cols)
    return TileArms(part, inside[core], arms.within, ndvi, gpp, temperature)


def _temperature(
    inputs: RunInputs, part: Tile, before: CubeWindow, after: CubeWindow, samples: int, listener: Listener
) -> paired.PairedSeries:
    epochs = inputs.epochs
    cells = [
        cell_conditions(window, HALO, epochs).reshape(len(epochs), CELL_BANDS, -1).transpose(2, 0, 1)
        for window in (before, after)
    ]

    def advance(done: int, total: int) -> None:
        stop_if_cancelled(listener)
        listener.progress("temperature", done, total, f"Generated {done} of {total} series")

    return paired.paired_temperature(
        inputs.generator, cells[0], cells[1], epochs, *inputs.cell_places(part), inputs.days,
        inputs.request.seed, samples, inputs.threads, advance,
    )  # fmt: skip


def _on_cells(series: paired.PairedSeries, rows: int, cols: int) -> Quantity:
    """Series (..., G, N) of cells as maps (..., N, rows, cols)."""

    def maps(values: Floats) -> Floats:
        return np.moveaxis(values, -1, -2).reshape(*values.shape[:-2], values.shape[-1], rows, cols)

    expected = series.after - series.before
    return Quantity(maps(series.before), maps(series.after), maps(expected + series.spread))


def _gpp(
    inputs: RunInputs,
    part: Tile,
    arms: paired.Arms,
    draws: paired.Draws,
    series: paired.PairedSeries | None,
    samples: int,
    listener: Listener,
) -> Quantity:
    head, lat, dates, measured = inputs.head, inputs.lat, inputs.dates, inputs.drivers.measured
    weather = [_weather(inputs, part, None if series is None else s) for s in _means(series)]
    central = [
        paired.gpp(head, reflectance, driven, lat, dates)
        for reflectance, driven in zip((arms.before, arms.after), weather, strict=True)
    ]
    found = np.empty((samples, *central[0].shape), np.float32)
    for s in range(samples):
        stop_if_cancelled(listener)
        driven = weather if series is None else [
            _weather(inputs, part, paths[s]) for paths in (series.paths_before, series.paths_after)
        ]  # fmt: skip
        values = []
        for spectra, sd, drivers in zip(
            (arms.before, arms.after), (arms.before_sd, arms.after_sd), driven, strict=True
        ):
            reflectance = draws.on(spectra, sd, s)
            value = paired.gpp(head, reflectance, drivers, lat, dates)
            values.append(paired.erred(head, value, reflectance, float(draws.gpp[s]), measured))
        found[s] = values[1] - values[0]
    return Quantity(central[0], central[1], found)


def _means(series: paired.PairedSeries | None) -> tuple[Floats | None, Floats | None]:
    return (None, None) if series is None else (series.before, series.after)


def _weather(inputs: RunInputs, part: Tile, generated: Floats | None) -> paired.Weather:
    """Drivers at the dates from the weather file and, where that is silent, generated series (G, N)."""
    drivers, days = inputs.drivers, inputs.days
    given = drivers.tair_degc[:, None, None]
    at = np.array([days.index(day) for day in inputs.dates])
    cells = given
    if drivers.needs_generated_temperature:
        assert generated is not None  # nosec B101 - for the type checker
        rows, cols = part.cells[2:]
        cells = np.where(np.isnan(given), generated.T.reshape(len(days), rows, cols), given)
    recent = trailing_mean(cells, drivers.tair_before)
    tair, past = (_spread(values[at]) for values in (np.asarray(cells, np.float32), recent))
    vpd = None if drivers.vpd_kpa is None else drivers.vpd_kpa[at]
    return paired.Weather(tair, past, drivers.ssrd_w_m2[at], vpd)


def _spread(cells: Floats) -> Floats:
    """Cells (D, h, w) on their pixels; a single one stands for all."""
    if cells.shape[1:] == (1, 1):
        return cells
    return np.asarray(cells.repeat(TOKEN_PIXELS, axis=1).repeat(TOKEN_PIXELS, axis=2), np.float32)


def _size(inputs: RunInputs) -> tuple[int, int]:
    return inputs.run.grid.height, inputs.run.grid.width
