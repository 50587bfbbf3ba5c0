"""A user's points and polygons with a field as labelled pixels, in blocks that no validation may split."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..errors import RequestError
from ..products.grid import RasterGrid
from .errors import TooFewSamples
from .places import Pixels, Place, PlaceError

#: Pixels taken of one polygon, so that a large one does not speak for all, and of all of them together.
PER_PLACE, AT_MOST = 60, 20_000
#: Different values from which on a field of numbers is taken for an amount and not for class codes.
_AMOUNTS = 15
#: Blocks for validation are a tenth of the samples' extent, within these metres.
_BLOCK_M = (160.0, 25_000.0)
Task = Literal["auto", "class", "number"]


@dataclass(frozen=True)
class Samples:
    """``pixels`` (N) with ``target`` (N,): numbers of ``classes`` from 0, or values where ``classes`` is empty.

    ``block`` (N,) numbers squares of ``block_m`` metres; a place lies in one block, wholly.
    """

    pixels: Pixels
    target: np.ndarray
    classes: tuple[str, ...]
    block: np.ndarray
    block_m: float
    left_out: int

    def chosen(self, keep: np.ndarray) -> Samples:
        """The samples where ``keep`` (N,) is True."""
        pixels = Pixels(self.pixels.rows[keep], self.pixels.cols[keep])
        left_out = self.left_out + int((~keep).sum())
        return Samples(pixels, self.target[keep], self.classes, self.block[keep], self.block_m, left_out)


def gather(
    places: list[Place], field: str, grid: RasterGrid, task: Task = "auto", block_m: float | None = None, seed: int = 0
) -> Samples:
    """Labelled pixels of the places inside the grid.

    Raises:
        PlaceError: the field is nowhere, an amount is no number, or nothing lies inside the run's area.
        TooFewSamples: fewer than two classes, or than ten pixels.
    """
    named = [place for place in places if place.properties.get(field) not in (None, "")]
    if not named:
        known = sorted({key for place in places for key in place.properties})
        raise PlaceError(
            f"No sample has a value in the field {field!r}.", f"The fields are: {', '.join(known) or 'none'}."
        )
    values = [place.properties[field] for place in named]
    numbers = _are_numbers(values) if task == "auto" else task == "number"
    if numbers and not all(_number(value) is not None for value in values):
        raise PlaceError(
            f"The field {field!r} holds values that are no numbers.", "Learn classes instead (task: class)."
        )
    generator = np.random.default_rng(seed)
    inside: list[tuple[Pixels, float | str]] = []
    for place, value in zip(named, values, strict=True):
        found = place.pixels(grid).thinned(PER_PLACE, generator)
        if len(found):
            inside.append((found, float(value) if numbers else _label(value)))
    if not inside:
        raise PlaceError("No sample lies in the run's area.", "Choose another run, or samples inside this one.")
    classes = () if numbers else tuple(sorted({str(value) for _, value in inside}, key=_natural))
    if not numbers and len(classes) < 2:
        raise TooFewSamples(f"All samples are of one class ({classes[0]}).", "Give samples of at least two classes.")
    if len(classes) > 250:
        raise RequestError(f"{len(classes)} classes cannot be mapped.", "Give at most 250, or learn a number.")
    centre = np.array([(np.median(p.rows), np.median(p.cols)) for p, _ in inside])
    size = block_m or float(np.clip(10.0 * np.ptp(centre, axis=0).max() / 10, *_BLOCK_M))
    cell = np.floor(centre * 10.0 / size).astype(np.int64)
    _, number = np.unique(cell, axis=0, return_inverse=True)
    length = [len(p) for p, _ in inside]
    rows, cols = (np.concatenate([getattr(p, axis) for p, _ in inside]) for axis in ("rows", "cols"))
    target = np.array([value if numbers else classes.index(str(value)) for _, value in inside])
    samples = Samples(
        Pixels(rows, cols), np.repeat(target, length), classes, np.repeat(number.ravel(), length), size,
        len(places) - len(inside),
    )  # fmt: skip
    if len(rows) > AT_MOST:
        keep = np.zeros(len(rows), bool)
        keep[generator.permutation(len(rows))[:AT_MOST]] = True
        samples = samples.chosen(keep)
    return samples


def require_enough(samples: Samples) -> None:
    """Raise ``TooFewSamples`` where nothing can be learned: fewer than ten pixels, or than two of a class."""
    if len(samples.target) < 10:
        raise TooFewSamples(
            f"{len(samples.target)} pixels with a value are too few to learn from.",
            "Give at least 10, better 50 a class.",
        )
    for number, name in enumerate(samples.classes):
        count = int((samples.target == number).sum())
        if count < 2:
            raise TooFewSamples(
                f"The class {name!r} has {count} pixel{'' if count == 1 else 's'} that were seen.",
                "Give more samples of it, or leave it out.",
            )


def _are_numbers(values: list[object]) -> bool:
    if any(isinstance(value, str) or _number(value) is None for value in values):
        return False
    whole = all(float(value).is_integer() for value in values)  # type: ignore[arg-type]
    return not whole or len({float(value) for value in values}) > _AMOUNTS  # type: ignore[arg-type]


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _label(value: object) -> str:
    """A class's name; QGIS writes whole codes of a decimal field as 3.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _natural(text: str) -> tuple[float, str]:
    number = _number(text)
    return (math.inf if number is None else number, text)
