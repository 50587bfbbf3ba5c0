"""A run's folder as QGIS reads it: ``run.json`` and the files it lists. No QGIS in here.

A layer finds its run from its own source, because custom properties would keep old absolute paths
when a project is moved.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .errors import PluginError

FORMAT = 1


@dataclass(frozen=True)
class Product:
    """One raster of a run (the PRODUCT entry of run.json)."""

    kind: str
    path: Path
    title: str
    unit: str
    dates: tuple[date, ...]
    range: tuple[float, float]
    statistic: str | None = None
    bands: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, folder: Path, entry: dict[str, Any]) -> Product:
        """From run.json or a ``product`` message. Raises ``KeyError``/``ValueError`` when it is no product."""
        path = (folder / str(entry["path"])).resolve()
        if folder.resolve() not in path.parents:
            raise ValueError(f"{entry['path']} lies outside the run's folder")
        if path.is_file() and _is_text(path):
            raise ValueError(f"{entry['path']} is no raster but a text")
        low, high = (float(value) for value in entry["range"])
        return cls(
            kind=str(entry["kind"]),
            path=path,
            title=str(entry["title"]),
            unit=str(entry["unit"]),
            dates=tuple(date.fromisoformat(day) for day in entry["dates"]),
            range=(low, high),
            statistic=entry.get("statistic"),
            bands=tuple(entry.get("bands", ())),
        )


def _is_text(path: Path) -> bool:
    """Whether a raster is XML or JSON that describes one: GDAL opens those, and they name any file or address."""
    with path.open("rb") as file:
        return file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n\v\f").startswith((b"<", b"{"))


@dataclass(frozen=True)
class Run:
    """A run folder that was read."""

    folder: Path
    products: tuple[Product, ...]
    info: dict[str, Any] = field(default_factory=dict)

    @property
    def period(self) -> tuple[date, date]:
        """First and last day."""
        first, last = (date.fromisoformat(day) for day in self.info["period"])
        return first, last

    @property
    def title(self) -> str:
        """What the layer tree and the list of runs call it."""
        first, last = self.period
        source = str(self.info.get("source", {}).get("name", ""))
        name = "Sample" if source == "sample" else re.split(r"[/\\]", source.rstrip("/\\"))[-1]
        return f"{name} {first} to {last}".strip()

    def find(self, kind: str, statistic: str | None = None) -> Product | None:
        """The product of this kind, and statistic if one is named, whose file is there."""
        for product in self.products:
            if product.kind == kind and statistic in (None, product.statistic) and product.path.is_file():
                return product
        return None


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        PluginError: it is none, or of another format.
    """
    try:
        info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        if info["format"] != FORMAT:
            raise PluginError(
                f"The run in {folder.name} has format {info['format']!r}; this plugin knows format {FORMAT}.",
                "Update EO Fusion.",
            )
        products = tuple(Product.from_dict(folder, entry) for entry in info["products"])
        run = Run(folder.resolve(), products, info)
        _ = run.period
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PluginError(
            f"{folder.name} is not a run folder, or is damaged.", "Choose the folder that a run was written to."
        ) from error
    return run


def run_folder_of(source: str) -> Path | None:
    """The run folder that a layer's source lies in, None when it is of no run."""
    path = Path(source.split("|", maxsplit=1)[0])
    for parent in list(path.parents)[:4]:
        if (parent / "run.json").is_file():
            return parent
    return None
