"""The one shape of a score: who was scored on what, whether it had been seen, and the metrics by name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import OutputError

#: The model name of this project's own rows; every other name is a baseline or a variant.
OURS = "eofusion"
Seen = Literal["seen", "cv", "unseen"]
_SHARES = ("accuracy", "balanced_accuracy", "coverage80", "auc", "f1", "code_use")
_NEVER_NEGATIVE = ("rmse", "mae", "crps", "bits_per_day", *_SHARES)
_NEVER_ABOVE_ONE = ("r2", "skill", *_SHARES)
_TEXT = ("task", "data", "model", "seen", "part", "reference", "unit", "note")


class Row(BaseModel):
    """One model on one data set.

    Metrics are extra numbers by name (``r2``, ``rmse``, ``crps`` ...). ``<metric>_low`` and ``<metric>_high`` bound
    a 95 % interval; ``diff_<metric>`` is the metric minus that of ``reference`` on the same places, its interval
    paired. ``seen``: ``seen`` within 25 km of a training place, ``cv`` by a model refitted without the place's fold,
    ``unseen`` otherwise. ``n`` counts what the metrics are means over. ``part`` names a stratum of the data (a
    season, a gap length, a vegetation type), ``unit`` the unit of rmse, mae, bias and crps.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    task: str = Field(min_length=1)
    data: str = Field(min_length=1)
    model: str = Field(min_length=1)
    n: int = Field(ge=0)
    seen: Seen
    part: str = ""
    reference: str = ""
    unit: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _metrics_make_sense(self) -> Row:
        metrics = self.metrics
        for name, value in metrics.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError(f"{name} is not a finite number")
            stem = name.removesuffix("_low").removesuffix("_high")
            if stem != name and not {stem, f"{stem}_low", f"{stem}_high"} <= metrics.keys():
                raise ValueError(f"{name} stands without its value or its other bound")
            if stem in _NEVER_NEGATIVE and value < 0:
                raise ValueError(f"{name} is negative")
            if stem in _NEVER_ABOVE_ONE and value > 1:
                raise ValueError(f"{name} is above 1")
            if name.endswith("_low") and value > metrics[f"{stem}_high"]:
                raise ValueError(f"the interval of {stem} is upside down")
            if name.startswith("diff_") and not self.reference:
                raise ValueError(f"{name} says not to what it is a difference")
        return self

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics by name, in the order given."""
        return dict(self.model_extra or {})

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the keys, then texts that are not empty, then the metrics."""
        keys = {name: getattr(self, name) for name in ("task", "data", "model", "n", "seen")}
        texts = {name: value for name in ("part", "reference", "unit", "note") if (value := getattr(self, name))}
        return {**keys, **texts, **self.metrics}


def make_row(
    task: str,
    data: str,
    model: str,
    n: int,
    seen: Seen,
    metrics: Mapping[str, float | tuple[float, float] | None],
    **texts: str,
) -> Row:
    """A row from metrics that may be missing (None or NaN are left out) and intervals given as ``<metric>_95``.

    Raises:
        OutputError: the row breaks a rule of :class:`Row`.
    """
    flat: dict[str, float] = {}
    for name, value in metrics.items():
        if isinstance(value, tuple):
            stem = name.removesuffix("_95")
            if all(math.isfinite(bound) for bound in value):
                flat[f"{stem}_low"], flat[f"{stem}_high"] = float(value[0]), float(value[1])
        elif value is not None and math.isfinite(value):
            flat[name] = float(value)
    # An interval without its value says nothing.
    kept = {k: v for k, v in flat.items() if k.removesuffix("_low").removesuffix("_high") in flat}
    return checked({"task": task, "data": data, "model": model, "n": n, "seen": seen, **texts, **kept})


def checked(row: Row | Mapping[str, Any]) -> Row:
    """``row`` as a :class:`Row`.

    Raises:
        OutputError: it breaks a rule of :class:`Row`.
    """
    if isinstance(row, Row):
        return row
    try:
        return Row.model_validate(dict(row))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "row"
        name = "/".join(str(row.get(key, "?")) for key in ("task", "data", "model"))
        raise OutputError(
            f"A score of {name} is no valid row ({where}: {first['msg']}).", "This is a fault of EO Fusion."
        ) from error


def published(rows: Iterable[Row]) -> list[Row]:
    """What published tables may show: rows of places that no training saw."""
    return [row for row in rows if row.seen != "seen"]
