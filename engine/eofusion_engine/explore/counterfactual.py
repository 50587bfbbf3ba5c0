"""What an edit inside a polygon does to NDVI, GPP and temperature: both arms by the same model, with the same draws."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from pydantic import Field, model_validator
from shapely.geometry.base import BaseGeometry

from ..events import Listener, stop_if_cancelled
from ..inference.tiles import Tile, tiles
from ..products.cog import CogWriter
from .arguments import GeoJson, RunArguments
from .counterfactual_series import Means, write_series
from .counterfactual_tile import DonorPatch, Quantity, TileArms, both_arms, donor_patch, reached
from .edits import Edit, Kind
from .inputs import RunInputs
from .paired import interval
from .result import ExploreResult, ramp
from .runs import FinishedRun

TITLES: dict[Kind, str] = {
    "cover": "another land cover",
    "vegetation-loss": "a loss of vegetation",
    "snow": "snow",
    "drier": "drier",
    "wetter": "wetter",
    "no-sar": "no Sentinel-1",
    "no-optical": "no Sentinel-2",
}
#: What every reader of the layers must know (docs/counterfactuals.md).
CAVEAT = (
    "A difference says what the model makes of other images. It is not what would happen on the ground: the weather, "
    "the soil and the neighbours stay as they are."
)
_DRAWN = "p10 and p90 come from draws that both arms share; errors that the model makes in both are not in them."


class Arguments(RunArguments):
    """``polygon``: where the edit is made. ``edit``: one of edits.KINDS; ``amount`` 0 to 1, see edits.py.

    ``donor``: polygon whose land cover is taken, for the edit ``cover``. ``start``, ``end``: first and last day whose
    views are edited, all without them. ``samples``: draws of the paired intervals.
    """

    polygon: GeoJson
    edit: Kind
    amount: float = Field(default=1.0, ge=0.0, le=1.0)
    donor: GeoJson | None = None
    start: date | None = None
    end: date | None = None
    samples: int = Field(default=16, ge=4, le=64)

    @model_validator(mode="after")
    def _fit(self) -> Arguments:
        if (self.edit == "cover") != (self.donor is not None):
            raise ValueError("a donor polygon belongs to the edit 'cover', and to no other")
        if self.start and self.end and self.end < self.start:
            raise ValueError("the end lies before the start: swap them")
        return self

    def what(self) -> Edit:
        """The edit."""
        return Edit(self.edit, self.amount, self.start, self.end)


@dataclass
class _Layer:
    """Two rasters of a quantity: the difference by date, and its mean over the dates with p10 and p90."""

    name: str
    title: str
    unit: str
    days: tuple[date, ...]
    on_cells: bool
    colours: str
    numbers: tuple[int, int] = (0, 0)
    writers: list[CogWriter] = field(default_factory=list)
    largest: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def open(self, result: ExploreResult, stack: ExitStack, first: int) -> None:
        grid = result.runs[0].grid
        grid = grid.coarsened() if self.on_cells else grid
        style, by_date = ramp(self.colours, -1, 1), [f"{self.title} {day}" for day in self.days]
        mean = f"{self.title}, mean of {self.days[0]} to {self.days[-1]}"
        kind = f"{self.name}_difference"
        layers = (
            result.layer(kind, kind, self.title, style, by_date, self.unit, dates=self.days, grid=grid),
            result.layer(f"{kind}_mean", f"{kind}_mean", mean, style,
                         [f"{mean} {s}" for s in ("p10", "expected", "p90")], self.unit, grid=grid),
        )  # fmt: skip
        self.numbers = (first, first + 1)
        self.writers = [stack.enter_context(writer) for writer in layers]

    def write(self, quantity: Quantity, where: Tile) -> None:
        """A part's differences; the mean of the dates is taken draw by draw."""
        row, col, height, width = where.cells if self.on_cells else (where.row, where.col, where.height, where.width)
        difference = quantity.difference
        draws = _mean_of_dates(np.moveaxis(quantity.draws, 1, 0))
        centre = _mean_of_dates(difference)
        low, high = interval(draws, centre)
        # Without any change there is nothing to be unsure of.
        same = (difference == 0).all(axis=0)
        low, high = (np.where(same, centre, bound) for bound in (low, high))
        for number, values in enumerate((difference, np.stack((low, centre, high)))):
            self.writers[number].write(values, (row, col, height, width))
            known = np.abs(values[np.isfinite(values)])
            self.largest[number] = max(self.largest[number], float(known.max(initial=0.0)))

    def unchanged(self, known: np.ndarray, tile: Tile) -> None:
        """Zero where something is known (H, W)."""
        row, col, height, width = tile.cells if self.on_cells else (tile.row, tile.col, tile.height, tile.width)
        zero = np.zeros((height, width), np.float32) if self.on_cells else np.where(known, np.float32(0), np.nan)
        for writer in self.writers:
            writer.write(np.broadcast_to(zero, (writer.spec.count, height, width)), (row, col, height, width))

    def restyle(self, result: ExploreResult) -> None:
        """Colours from minus to plus the largest difference."""
        for number, largest in zip(self.numbers, self.largest, strict=True):
            end = largest if largest > 0 else 1.0
            result.restyle(number, ramp(self.colours, -end, end))


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """Difference layers and series of the edit; zero outside of what it can reach.

    Raises:
        RequestError: a polygon lies outside the run. ExploreError: the run cannot be made again from its source.
    """
    with FinishedRun.open(arguments.run) as run, RunInputs.open(run, listener) as inputs:
        polygon = inputs.polygon(arguments.polygon, "the polygon")
        donor = None
        if arguments.donor is not None:
            donor = donor_patch(inputs, inputs.polygon(arguments.donor, "the donor polygon"))
        title = f"If there were {TITLES[arguments.edit]}" if arguments.edit not in ("drier", "wetter") else (
            f"If it were {TITLES[arguments.edit]}"
        )  # fmt: skip
        with ExploreResult("counterfactual", title, arguments, (run,)) as result:
            means = _map(result, inputs, polygon, arguments, donor, listener)
            write_series(result, means)
            _notes(result, inputs, arguments, means)
            return result


def _map(
    result: ExploreResult,
    inputs: RunInputs,
    polygon: BaseGeometry,
    arguments: Arguments,
    donor: DonorPatch | None,
    listener: Listener,
) -> Means:
    run = inputs.run
    layers = {"ndvi": _Layer("ndvi", "NDVI, difference", "1", inputs.dates, False, "BrBG")}
    if inputs.with_gpp:
        layers["gpp"] = _Layer("gpp", "GPP, difference", "g C m-2 d-1", inputs.dates, False, "BrBG")
    if inputs.with_temperature:
        layers["temperature"] = _Layer(
            "temperature", "Air temperature, difference", "degC", inputs.days, True, "RdBu_r"
        )
    means = Means(inputs.dates, inputs.days)
    everything = list(tiles(run.grid.height, run.grid.width))
    with ExitStack() as stack:
        for number, layer in enumerate(layers.values()):
            layer.open(result, stack, 2 * number)
        for done, tile in enumerate(everything):
            stop_if_cancelled(listener)
            listener.progress("explore", done, len(everything), f"Tile {done + 1} of {len(everything)}")
            known = np.isfinite(run.quality(tile)).all(axis=0)
            for layer in layers.values():
                layer.unchanged(known, tile)
            part = reached(inputs, polygon, tile)
            if part is None:
                continue
            arms = both_arms(inputs, part, polygon, arguments.what(), donor, arguments.samples, listener)
            rows = slice(part.row - tile.row, part.row - tile.row + part.height)
            cols = slice(part.col - tile.col, part.col - tile.col + part.width)
            for name, layer in layers.items():
                quantity = getattr(arms, name)
                layer.write(quantity if layer.on_cells else _known(quantity, known[rows, cols]), part)
            means.add(arms, known[rows, cols])
        listener.progress("explore", len(everything), len(everything), "Writing")
    for layer in layers.values():
        layer.restyle(result)
    return means


def _known(quantity: Quantity, known: np.ndarray) -> Quantity:
    """NaN beyond the run's area."""
    return Quantity(quantity.before, np.where(known, quantity.after, np.nan), quantity.draws)


def _mean_of_dates(values: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is known, NaN for none."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def _notes(result: ExploreResult, inputs: RunInputs, arguments: Arguments, means: Means) -> None:
    result.note(CAVEAT)
    result.note(_DRAWN)
    if means.pixels and not means.changed:
        result.note("Nothing was changed: no view of the polygon lies within the edit's dates, or the amount is zero.")
    if arguments.edit == "snow":
        result.note(
            "Snow is laid on the images only; where snow lies, the air is mostly colder than the model is told."
        )
    if arguments.edit in ("drier", "wetter"):
        result.note("The edit's size is that of simulated droughts; a real one may show less, or more.")
    for note in inputs.notes:
        result.note(note)


__all__ = ["Arguments", "TileArms", "make"]
