"""``eofusion evaluate``: every score of the project, on places that the shipped weights never saw."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import RequestError

Rows = list[dict[str, Any]]


def _reconstruction(data: Path, weights: Path | None) -> Rows:
    from .reconstruction import evaluate

    return evaluate(data, weights)


def _gpp(data: Path, weights: Path | None) -> Rows:
    from .gpp import evaluate

    return evaluate(data, weights)


def _temperature(data: Path, weights: Path | None) -> Rows:
    from .temperature import evaluate

    return evaluate(data, weights)


def _simulator(data: Path, weights: Path | None) -> Rows:
    from .simulator import evaluate

    return evaluate(data, weights)


EVALUATIONS: dict[str, tuple[str, Callable[[Path, Path | None], Rows]]] = {
    "reconstruction": ("Cloud-free reflectance at hidden clear dates (reflectance 0-1)", _reconstruction),
    "gpp": ("GPP at flux towers (g C m-2 d-1)", _gpp),
    "temperature": ("Daily mean air temperature (degC)", _temperature),
    "simulator": ("How real the simulator is (AUC of trees that tell real from simulated: .5 is chance)", _simulator),
}


def evaluate(names: Sequence[str], data: Path, weights: Path | None, as_json: bool = False) -> None:
    """Print the named tables; a result that is worse than its baseline stands there like any other.

    Raises:
        RequestError: ``data`` is not a folder of evaluation data, or a library for it is missing.
    """
    if not data.is_dir():
        raise RequestError(f"There is no folder {data}.", "Name the folder of evaluation data with --data.")
    results = {}
    for name in names:
        title, function = EVALUATIONS[name]
        try:
            results[name] = function(data, weights)
        except FileNotFoundError as error:
            raise RequestError(
                f"The evaluation data lack {error.filename}.", "See docs/training.md for what it holds."
            ) from None
        except ModuleNotFoundError as error:
            raise RequestError(
                f"The evaluation needs the library {error.name}.",
                "Install it with pip install 'eofusion-engine[train]'.",
            ) from None
        if not as_json:
            from .tables import format_table

            print(f"\n{title}\n{format_table(results[name])}", flush=True)
    if as_json:
        print(json.dumps(results, indent=2))
