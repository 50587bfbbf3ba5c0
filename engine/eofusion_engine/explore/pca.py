"""Embeddings as colours: three principal components with one basis for all dates and runs."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import RequestError
from ..events import Listener
from ..files import write_whole
from ..products.embeddings import DIMENSIONS, Pca, fit_pca, to_rgb
from .arguments import RunsArguments
from .places import random_pixels
from .result import ExploreResult, rgb
from .runs import FinishedRun
from .vectors import chosen_dates, pixel_vectors, require_same_embeddings

_FORMAT = 1
_SAMPLE = 4000


class Arguments(RunsArguments):
    """``runs``: all get the same colours. ``dates``: a layer each (the nearest are taken); without them up to 12.

    ``basis``: the basis.json of an earlier answer, for the same colours again; without it one is fitted on all runs.
    """

    dates: list[date] | None = None
    basis: Path | None = None


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """A colour layer a run and date, and ``basis.json``.

    Raises ``ExploreError`` (no embeddings), ``RequestError`` (the basis is not one of ours).
    """
    with ExitStack() as stack:
        runs = [stack.enter_context(FinishedRun.open(folder)) for folder in arguments.runs]
        for run in runs[1:]:
            require_same_embeddings(runs[0].embedding_weights, run)
        days = [chosen_dates(run, arguments.dates) for run in runs]
        pca = read_basis(arguments.basis, runs[0]) if arguments.basis else _fit(runs, days, listener)
        with ExploreResult("pca", "Embedding colours", arguments, runs) as result:
            for number, (run, dates) in enumerate(zip(runs, days, strict=True), 1):
                for day in dates:
                    _paint(result, run, day, pca, f"_{number}" if len(runs) > 1 else "", listener)
            write_whole(result.folder / "basis.json", basis_text(pca, runs[0]))
            result.note("Colours are three principal components: like colours are like land, and no colour has a name.")
            return result


def read_basis(path: Path, run: FinishedRun) -> Pca:
    """The basis of a file by :func:`basis_text`, for a run.

    Raises ``RequestError`` (no such file), ``ExploreError`` (it belongs to embeddings of other weights).
    """
    try:
        data: dict[str, Any] = json.loads(path.expanduser().read_text(encoding="utf-8"))
        if data["format"] != _FORMAT:
            raise ValueError
        pca = Pca(*(np.array(data[name], np.float64) for name in ("mean", "components", "low", "high")))
    except (OSError, ValueError, KeyError, TypeError):
        raise RequestError(f"{path} is not a basis of colours.", "Give the basis.json of an answer of 'pca'.") from None
    shapes = [part.shape for part in (pca.mean, pca.components, pca.low, pca.high)]
    if shapes != [(DIMENSIONS,), (3, DIMENSIONS), (3,), (3,)] or not all(
        np.isfinite(part).all() for part in (pca.mean, pca.components, pca.low, pca.high)
    ):
        raise RequestError(f"{path} is a basis of other embeddings.", f"They must have {DIMENSIONS} numbers.")
    require_same_embeddings(data.get("weights", {}), run)
    return pca


def basis_text(pca: Pca, run: FinishedRun) -> str:
    """A basis as JSON: mean (64,), components (3, 64), and the values of the darkest and brightest colour (3,)."""
    parts = {name: getattr(pca, name).tolist() for name in ("mean", "components", "low", "high")}
    return json.dumps({"format": _FORMAT, "weights": run.embedding_weights, **parts}) + "\n"


def _fit(runs: list[FinishedRun], days: list[tuple[date, ...]], listener: Listener) -> Pca:
    rows = []
    for run, dates in zip(runs, days, strict=True):
        for number, day in enumerate(dates):
            pixels = random_pixels(run.grid, _SAMPLE, seed=number)
            found = pixel_vectors(run, [day], pixels, listener, "Reading a sample")
            rows.append(found[np.isfinite(found).all(axis=1)])
    return fit_pca(rows)


def _paint(result: ExploreResult, run: FinishedRun, day: date, pca: Pca, suffix: str, listener: Listener) -> None:
    title = f"Embedding colours {day}" + (f", {run.name}" if suffix else "")
    bands = [f"Component {i} {day}" for i in (1, 2, 3)]
    layer = result.layer(
        f"pca_{day:%Y%m%d}{suffix}", "pca", title, rgb(), bands, dtype="uint8", dates=(day,) * 3, run=run
    )
    with layer as writer:
        for tile in run.tiles(listener, f"Colours of {day}"):
            writer.write(to_rgb(run.embeddings(day, tile), pca), (tile.row, tile.col, tile.height, tile.width))
