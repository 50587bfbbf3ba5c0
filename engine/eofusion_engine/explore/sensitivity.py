"""What the expected GPP and temperature of a run hang on: radar, each band and date, place and season."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import torch
from pydantic import Field
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from ..events import Listener, stop_if_cancelled
from ..inference.conditions import cell_conditions
from ..inference.tiles import HALO, Tile, tiles
from ..model.gpp import trailing_mean
from ..model.temperature.image_tokens import CELL_BANDS
from ..products.grid import TOKEN_PIXELS
from ..weather import all_sky_ssrd
from .arguments import GeoJson, RunArguments
from .attribution import COLOURS, GPP_GROUPS, TEMPERATURE_GROUPS, dominant
from .attribution_drivers import driver_parts
from .attribution_gpp import DriverParts, GppModel, attribute, gradient_times_input, views_of
from .attribution_temperature import attribute_cells
from .errors import ExploreError
from .inputs import RunInputs
from .result import ExploreResult, classes, ramp
from .runs import FinishedRun
from .sensitivity_report import GppTotals, TemperatureTotals

#: Sides in pixels of the windows that are differentiated, and of those on which inputs are hidden one by one.
SIDE, BLOCK = 3 * TOKEN_PIXELS, 2 * TOKEN_PIXELS
#: Asked dates where none are given, and every how many days' temperature is taken.
DATES, DAY_STEP = 3, 4
#: Occlusion is measured at one pixel of so many by so many.
EVERY = 8

NO_GRADIENT = (
    "Temperature's expected value comes from trees over image tokens, which have no gradient: its shares are "
    "finite differences of each input to either side, not gradient x input."
)
BASELINES = (
    "Shares say by how much the value would move if an input went to its baseline: a band to its mean over the "
    "training places, place and weather to an average training place's, the season to none. "
    "Other baselines give others."
)


class Arguments(RunArguments):
    """``target``: whose inputs are weighed. ``dates``: of the expected GPP, nearest of the run's; three of them by
    default. ``area``: a polygon to look at, all of the run without. ``blocks``: windows of 320 m on which inputs are
    hidden one by one. ``cells``: at most so many 160 m cells of the temperature are weighed."""

    target: Literal["gpp", "temperature", "both"] = "both"
    dates: list[date] | None = Field(default=None, max_length=12)
    area: GeoJson | None = None
    blocks: int = Field(default=6, ge=1, le=100)
    cells: int = Field(default=150, ge=1, le=5000)


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """Layers of the dominant input, shares by both methods with their agreement.

    Raises:
        ExploreError: the run made neither of what is asked.
    """
    with FinishedRun.open(arguments.run) as run, RunInputs.open(run, listener) as inputs:
        wanted = [
            name
            for name, there in (("gpp", inputs.with_gpp), ("temperature", inputs.with_temperature))
            if there and arguments.target in (name, "both")
        ]
        if not wanted:
            what = "GPP nor temperature" if arguments.target == "both" else arguments.target
            raise ExploreError(f"The run {run.name} made no {what}.", "Run it again with that product.")
        everything = box(*_bounds(inputs))
        area = everything if arguments.area is None else inputs.polygon(arguments.area, "the area")
        with ExploreResult("sensitivity", "What the result hangs on", arguments, (run,)) as result:
            if "gpp" in wanted:
                _gpp(result, inputs, area, arguments, listener)
            if "temperature" in wanted:
                _temperature(result, inputs, area, arguments, listener)
                result.note(NO_GRADIENT)
            result.note(BASELINES)
            for note in inputs.notes:
                result.note(note)
            return result


# -- GPP -------------------------------------------------------------------------------------------


def _gpp(
    result: ExploreResult, inputs: RunInputs, area: BaseGeometry, arguments: Arguments, listener: Listener
) -> None:
    dates = _asked(inputs.dates, arguments.dates)
    totals = GppTotals(dates)
    windows = [
        tile for tile in tiles(inputs.run.grid.height, inputs.run.grid.width, SIDE) if _meets(inputs, area, tile)
    ]
    blocks = _spread_out(list(_blocks(inputs, area)), arguments.blocks)
    steps = len(windows) + 6 * len(blocks)

    def check() -> None:
        stop_if_cancelled(listener)

    with ExitStack() as stack:
        names = [f"share of {group}" for group in GPP_GROUPS]
        style = classes((n, group, COLOURS[group]) for n, group in enumerate(GPP_GROUPS, 1))
        layers = [
            result.layer("gpp_dominant", "gpp_dominant", "Dominant input of GPP", style, dtype="uint8"),
            result.layer("gpp_shares", "gpp_shares", "Shares of inputs in GPP", ramp("magma", 0, 0.5), names),
        ]
        writers = [stack.enter_context(writer) for writer in layers]
        for done, tile in enumerate(windows):
            check()
            listener.progress("explore", done, steps, f"Gradient of window {done + 1} of {len(windows)}")
            slope = gradient_times_input(_model(inputs, tile, dates), check)
            inside = inputs.inside(area, tile) & np.isfinite(inputs.run.quality(tile)).all(axis=0)
            attribution = slope["bands"].reshape(-1, tile.height, tile.width)
            attribution = np.where(inside, attribution, np.nan)
            size = np.abs(attribution)
            where = (tile.row, tile.col, tile.height, tile.width)
            writers[0].write(dominant(attribution), where)
            writers[1].write((size / np.maximum(size.sum(axis=0), 1e-12)).astype(np.float32), where)
            totals.add_gradient(attribution, slope["dates"], slope["days"], float(inside.mean()))
        for done, tile in enumerate(blocks):
            check()
            listener.progress("explore", len(windows) + 6 * done, steps, f"Hiding inputs, {done + 1} of {len(blocks)}")
            totals.add_block(*attribute(_model(inputs, tile, dates), EVERY, check))
    totals.write(result)


def _model(inputs: RunInputs, tile: Tile, dates: tuple[date, ...]) -> GppModel:
    window = inputs.window(tile)
    days = torch.tensor([day.toordinal() for day in dates], dtype=torch.int64, device=inputs.device)
    views = views_of(window, HALO, inputs.device)
    return GppModel(inputs.stack, inputs.head, views, HALO, days, _drivers(inputs, tile, dates))


def _drivers(inputs: RunInputs, tile: Tile, dates: tuple[date, ...]) -> DriverParts:
    """The tile's drivers: one series for all of its pixels, the mean of its cells'."""
    drivers = inputs.drivers
    generator = inputs.generator
    tair = drivers.tair_degc.astype(float)
    if drivers.needs_generated_temperature:
        if inputs.run.has("temperature"):
            made = np.nanmean(inputs.run.temperature(tile, pixels=False), axis=(1, 2))
        else:
            made = generator.climatology.mean(inputs.lat, inputs.lon, list(inputs.days))
        tair = np.where(np.isnan(tair), made, tair)
    at = np.array([inputs.days.index(day) for day in dates])
    recent = trailing_mean(tair, drivers.tair_before)
    height = float(np.nanmean(inputs.heights)) if np.isfinite(inputs.heights).any() else None
    return driver_parts(
        inputs.head, inputs.lat, dates, tair[at], recent[at].astype(float), drivers.ssrd_w_m2[at].astype(float),
        None if drivers.vpd_kpa is None else drivers.vpd_kpa[at].astype(float),
        lambda days: generator.climatology.mean(inputs.lat, inputs.lon, list(days), height),
        lambda days: np.asarray(all_sky_ssrd(inputs.lat, list(days), inputs.lon, inputs.request.weights), float),
    )  # fmt: skip


# -- temperature -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cells:
    """Chosen cells of a tile: their rows and columns in the tile, images (N, E, bands) and places."""

    rows: np.ndarray
    cols: np.ndarray
    images: np.ndarray
    places: tuple[np.ndarray, np.ndarray, np.ndarray]


def _temperature(
    result: ExploreResult, inputs: RunInputs, area: BaseGeometry, arguments: Arguments, listener: Listener
) -> None:
    grid = inputs.run.grid.coarsened()
    count = area.area / (10.0 * TOKEN_PIXELS) ** 2
    step = max(1, int(np.ceil((count / arguments.cells) ** 0.5)))
    days = np.array([day.toordinal() for day in inputs.days[::DAY_STEP]], np.int64)
    totals = TemperatureTotals(inputs.epochs)
    style = classes((n, group, COLOURS[group]) for n, group in enumerate(TEMPERATURE_GROUPS, 1))
    images = [group for group in TEMPERATURE_GROUPS if group not in ("season", "place")]
    windows = [tile for tile in tiles(inputs.run.grid.height, inputs.run.grid.width) if _meets(inputs, area, tile)]
    with ExitStack() as stack:
        names = ["Dominant input", "Dominant image input"]
        writer = stack.enter_context(
            result.layer("temperature_dominant", "temperature_dominant", "Dominant input of temperature", style,
                         names, dtype="uint8", grid=grid)
        )  # fmt: skip
        for done, tile in enumerate(windows):
            stop_if_cancelled(listener)
            text = f"Temperature, tile {done + 1} of {len(windows)}"
            listener.progress("explore", done, len(windows), text)
            cells = _cells(inputs, area, tile, step)
            row, col, rows, cols = tile.cells
            out = np.zeros((2, rows, cols), np.uint8)
            if len(cells.rows):
                found, by_epoch = attribute_cells(
                    inputs.generator, cells.images, inputs.epochs, days, *cells.places,
                    check=lambda *_: stop_if_cancelled(listener),
                )  # fmt: skip
                totals.add(found, by_epoch)
                for number, part in enumerate((found.gradient, found.gradient[: len(images)])):
                    for r, c, best in zip(cells.rows, cells.cols, dominant(part), strict=True):
                        out[number, r : r + step, c : c + step] = best  # a cell stands for its neighbours
            writer.write(out, (row, col, rows, cols))
    totals.write(result)
    if step > 1:
        result.note(f"Temperature was weighed at one cell of {step} x {step}; it stands for the others.")


def _cells(inputs: RunInputs, area: BaseGeometry, tile: Tile, step: int) -> _Cells:
    row, col, rows, cols = tile.cells
    inside = inputs.inside(area, tile).reshape(rows, TOKEN_PIXELS, cols, TOKEN_PIXELS).any(axis=(1, 3))
    # Counted from the grid's corner, so that tiles go on where the last one ended.
    at_step = ((row + np.arange(rows)) % step == 0)[:, None] & ((col + np.arange(cols)) % step == 0)[None]
    chosen = np.flatnonzero((inside & at_step).ravel())
    if not len(chosen):
        nothing = np.zeros(0)
        return _Cells(chosen, chosen, np.zeros((0, len(inputs.epochs), CELL_BANDS), np.float32), (nothing,) * 3)
    seen = cell_conditions(inputs.window(tile), HALO, inputs.epochs)
    images = seen.reshape(len(inputs.epochs), CELL_BANDS, -1).transpose(2, 0, 1)[chosen]
    lat, lon, heights = (values[chosen] for values in inputs.cell_places(tile))
    return _Cells(chosen // cols, chosen % cols, images, (lat, lon, heights))


# -- where -----------------------------------------------------------------------------------------


def _asked(there: tuple[date, ...], wanted: list[date] | None) -> tuple[date, ...]:
    """The run's dates nearest to the wanted ones, or a few that lie evenly among all."""
    if wanted:
        return tuple(sorted({min(there, key=lambda day: (abs((day - wish).days), day)) for wish in wanted}))
    places = np.linspace(0, len(there) - 1, min(DATES + 2, len(there)))
    middle = places[1:-1] if len(places) > 2 else places
    return tuple(there[round(place)] for place in middle)


def _bounds(inputs: RunInputs) -> tuple[float, float, float, float]:
    step, _, left, _, down, top = tuple(inputs.run.grid.transform)[:6]
    return left, top + down * inputs.run.grid.height, left + step * inputs.run.grid.width, top


def _meets(inputs: RunInputs, area: BaseGeometry, tile: Tile) -> bool:
    return bool(inputs.inside(area, tile, touched=True).any())


def _blocks(inputs: RunInputs, area: BaseGeometry) -> Iterator[Tile]:
    """Windows for occlusion that lie mostly in the area; if there are none, those that meet it."""
    grid = inputs.run.grid
    side = BLOCK if min(grid.height, grid.width) >= BLOCK else TOKEN_PIXELS
    all_of = [
        Tile(row, col, side, side)
        for row in range(0, grid.height - side + 1, side)
        for col in range(0, grid.width - side + 1, side)
    ]
    mostly = [tile for tile in all_of if inputs.inside(area, tile).mean() > 0.5]
    yield from mostly or [tile for tile in all_of if _meets(inputs, area, tile)]


def _spread_out(found: list[Tile], count: int) -> list[Tile]:
    places = np.linspace(0, len(found) - 1, min(count, len(found)))
    return [found[i] for i in sorted({round(place) for place in places})]
