"""The run request as QGIS fills it in; dock and Processing use this one form. No QGIS in here.

The engine checks it: nothing is checked twice, so that there is one sentence for each mistake.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

PRODUCTS = ("embeddings", "reflectance", "gpp", "temperature")
#: SCL classes that the engine drops unless told otherwise: everything but ground, water and snow.
SCL_DROPPED = ("0", "1", "2", "3", "8", "9", "10")


@dataclass(frozen=True)
class RunRequest:
    """One run: see ``engine/eofusion_engine/request.py`` for the meaning of each field."""

    start: date
    end: date
    out: str
    source: str = "sample"
    area: dict[str, Any] | None = None
    products: tuple[str, ...] = PRODUCTS
    dates: str = "clear"
    weather: str = ""
    elevation: str = ""
    device: str = "auto"
    seed: int = 0
    authcfg: str = ""
    file_pattern: str = ""
    max_cloud: float = 100.0
    orbit: str = "both"
    skip_s2_dates: tuple[str, ...] = ()
    skip_s1_dates: tuple[str, ...] = ()
    scl_drop: tuple[str, ...] = ()
    cloud_test: bool = False
    weather_method: str = "nearest"
    cache_gb: float = 10.0
    #: 0 for as many as there are.
    threads: int = 0
    #: Address of a Dask scheduler, empty for this computer.
    scheduler: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The request as the protocol carries it; what is left open is left out."""
        request: dict[str, Any] = {
            "version": 1,
            "source": self.source,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "products": list(self.products),
            "dates": self.dates,
            "out": self.out,
            "device": self.device,
            "seed": self.seed,
            **self.extra,
        }
        for name in _OPTIONAL:
            value = getattr(self, name)
            if value != _DEFAULTS[name]:
                request[name] = list(value) if isinstance(value, tuple) else value
        return request

    @classmethod
    def from_dict(cls, kept: dict[str, Any], out: str = "") -> RunRequest:
        """A request that was written down, by a run or by the form. Fields that this form does not know are left out.

        Raises:
            KeyError, ValueError, TypeError: it is not one.
        """
        values: dict[str, Any] = {
            "start": date.fromisoformat(kept["start"]),
            "end": date.fromisoformat(kept["end"]),
            "out": out,
        }
        for entry in fields(cls):
            given = kept.get(entry.name)
            if entry.name in values or entry.name == "extra" or given is None:
                continue
            if entry.name == "dates" and not isinstance(given, str):
                given = ",".join(str(day) for day in given)
            if isinstance(entry.default, tuple):
                given = tuple(str(part) for part in given)
            elif isinstance(entry.default, (bool, int, float, str)):
                given = type(entry.default)(given)
            values[entry.name] = given
        request = cls(**values)
        # The engine writes the usual classes down, the form leaves them out.
        return replace(request, scl_drop=()) if set(request.scl_drop) == set(SCL_DROPPED) else request

    def same_work(self, other: RunRequest) -> bool:
        """Whether ``other`` asks for the same result, wherever and however fast."""
        return _without(self, *_NOT_THE_RESULT) == _without(other, *_NOT_THE_RESULT)

    def same_scenes(self, other: RunRequest) -> bool:
        """Whether ``other`` finds the same scenes, whatever is made of them and whichever dates are taken out."""
        return _without(self, *_NOT_THE_SCENES) == _without(other, *_NOT_THE_SCENES)


#: Fields that are left out of the protocol's request where they hold what the engine takes anyway.
_OPTIONAL = (
    *("area", "weather", "elevation", "authcfg", "file_pattern", "max_cloud", "orbit", "skip_s2_dates"),
    *("skip_s1_dates", "scl_drop", "cloud_test", "weather_method", "cache_gb", "threads", "scheduler"),
)
_DEFAULTS = {entry.name: entry.default for entry in fields(RunRequest)}
_NOT_THE_RESULT = ("out", "device", "authcfg", "cache_gb", "threads", "scheduler")
_NOT_THE_SCENES = (
    *_NOT_THE_RESULT,
    *("products", "dates", "weather", "weather_method", "elevation", "seed", "skip_s2_dates", "skip_s1_dates", "extra"),
)


def _without(request: RunRequest, *names: str) -> RunRequest:
    """``request`` with some fields emptied."""
    return replace(request, **dict.fromkeys(names))


def split_list(text: str) -> tuple[str, ...]:
    """The parts of a list that a person wrote with commas, semicolons or spaces."""
    return tuple(part for part in re.split(r"[\s,;]+", text) if part)


def new_run_folder(base: Path, taken: Iterable[Path] = ()) -> Path:
    """A folder for a run that begins now: not there yet, and not promised to another one."""
    stem = time.strftime("run-%Y%m%d-%H%M%S")
    folder, number = base / stem, 2
    promised = set(taken)
    while folder.exists() or folder in promised:
        folder, number = base / f"{stem}-{number}", number + 1
    return folder
