"""The run request as QGIS fills it in; dock and Processing use this one form. No QGIS in here.

The engine checks it: nothing is checked twice, so that there is one sentence for each mistake.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

PRODUCTS = ("embeddings", "reflectance", "gpp", "temperature")


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
    device: str = "auto"
    seed: int = 0
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
        if self.area is not None:
            request["area"] = self.area
        if self.weather:
            request["weather"] = self.weather
        return request

    def same_work(self, other: RunRequest) -> bool:
        """Whether ``other`` asks for the same result, wherever and however fast."""
        return replace(self, out="", device="") == replace(other, out="", device="")


def new_run_folder(base: Path) -> Path:
    """A folder for a run that begins now, not there yet."""
    stem = time.strftime("run-%Y%m%d-%H%M%S")
    folder, number = base / stem, 2
    while folder.exists():
        folder, number = base / f"{stem}-{number}", number + 1
    return folder
