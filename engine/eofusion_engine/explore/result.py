"""The answer of a tool: a folder with rasters, GeoJSON and tables, and ``explore.json`` that describes them.

The folder is filled under another name beside its own and renamed at the end: what has its final name is whole.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import re
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, final

import numpy as np
from pydantic import BaseModel

from ..errors import OutputError
from ..filelock import RunLock
from ..files import write_whole
from ..products.cog import CogWriter
from ..products.grid import GridLike
from ..products.provenance import Provenance
from ..products.spec import ProductSpec
from .runs import FinishedRun

#: Version of explore.json.
FORMAT = 1
#: Rows of a table that explore.json repeats; the file has all.
TABLE_ROWS = 200
UNFINISHED = ".unfinished"
_LOCK = "explore.lock"
#: What nobody has written to for so long, and nobody holds the lock of, is of a process that was killed.
_IDLE_SECONDS = 3600
ChartKind = Literal["line", "band", "scatter", "stack", "bar", "matrix"]


def ramp(name: str, low: float, high: float) -> dict[str, Any]:
    """The style of a number: ``name`` of a colour ramp, and the values of its ends."""
    return {"type": "ramp", "name": name, "range": [float(low), float(high)]}


def classes(entries: Iterable[tuple[int, str, str]]) -> dict[str, Any]:
    """The style of classes: (value, label, ``#rrggbb``) each."""
    return {"type": "classes", "classes": [{"value": int(v), "label": t, "color": c} for v, t, c in entries]}


def rgb(low: float = 1.0, high: float = 255.0) -> dict[str, Any]:
    """The style of three bands as red, green and blue, with their common range."""
    return {"type": "rgb", "range": [float(low), float(high)]}


def series(
    label: str,
    y: Sequence[float] | np.ndarray,
    low: Sequence[float] | np.ndarray | None = None,
    high: Sequence[float] | np.ndarray | None = None,
    color: str | None = None,
) -> dict[str, Any]:
    """One series of a chart; ``low`` and ``high`` are the bounds of a band about it."""
    return {"label": label, "y": y, "low": low, "high": high, "color": color}


@final
class ExploreResult:
    """``with ExploreResult(tool, title, arguments, runs) as result: result.layer(...) ...``.

    On a clean exit the folder gets its final name; when the body raises nothing is left. ``runs[0]`` gives the
    default folder (``RUN/explore/TOOL-N``), the grid and the provenance of layers.

    Raises:
        OutputError: ``arguments.out`` is not a new or empty folder, or the folder cannot be written.
    """

    def __init__(self, tool: str, title: str, arguments: BaseModel, runs: Sequence[FinishedRun]) -> None:
        self.tool, self.title = tool, title
        self.runs = tuple(runs)
        self._arguments = arguments.model_dump(mode="json", exclude_none=True)
        self._asked: Path | None = getattr(arguments, "out", None)
        self._made = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._lists: dict[str, list[Any]] = {
            n: [] for n in ("layers", "vectors", "tables", "charts", "scores", "notes")
        }
        #: Where the answer lies; while it is made, its folder under another name.
        self.folder = Path()
        self._lock: RunLock | None = None

    def __enter__(self) -> ExploreResult:
        try:
            self._begin()
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.release()
        if kind is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        try:
            write_whole(self.folder / "explore.json", json.dumps(self.document(), indent=1, allow_nan=False) + "\n")
            self.folder = self._settle()
        except OSError as fault:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise self._unwritable(fault) from fault

    # -- what it holds -----------------------------------------------------------------------------

    def layer(
        self,
        name: str,
        kind: str,
        title: str,
        style: Mapping[str, Any],
        bands: Sequence[str] | None = None,
        unit: str = "1",
        dtype: Literal["uint8", "int16", "uint16", "float32"] = "float32",
        nodata: float | None = None,
        dates: Sequence[date] | None = None,
        grid: GridLike | None = None,
        run: FinishedRun | None = None,
    ) -> CogWriter:
        """A raster ``name``.tif, written window by window: ``with result.layer(...) as w: w.write(values, window)``.

        Floats: NaN where nothing is known (nodata -9999); integers: nodata 0 unless told. ``grid`` is the first run's
        10 m grid unless told; ``dates`` one per band go into the bands' tags.
        """
        run = run or self.runs[0]
        names = tuple(bands or (title,))
        missing = nodata if nodata is not None else (-9999.0 if dtype == "float32" else 0)
        tags = tuple({"DATE": day.isoformat()} for day in dates) if dates else tuple({} for _ in names)
        by_class = style["type"] == "classes"
        spec = ProductSpec(
            kind="explore",
            path=f"{name}.tif",
            title=title,
            unit=unit,
            dates=tuple(dates or ()),
            bands=names,
            band_tags=tags,
            dtype=dtype,
            nodata=missing,
            value_range=tuple(style.get("range", (0.0, 1.0))),
            overview_resampling="NEAREST" if by_class else "AVERAGE",
            tags={"EOFUSION_TOOL": self.tool},
        )
        entry = {"path": spec.path, "kind": kind, "title": title, "unit": unit, "bands": list(names), "nodata": missing}
        self._lists["layers"].append({**entry, "style": dict(style)})
        return CogWriter(self.folder, spec, grid or run.grid, _provenance(run))

    def restyle(self, number: int, style: Mapping[str, Any]) -> None:
        """Another style for layer ``number``, once its values are known."""
        self._lists["layers"][number]["style"] = dict(style)

    def vector(self, name: str, title: str, features: Sequence[Mapping[str, Any]]) -> None:
        """A GeoJSON file of features in EPSG:4326."""
        text = json.dumps(_plain({"type": "FeatureCollection", "features": list(features)}), allow_nan=False)
        self._write(f"{name}.geojson", text + "\n")
        self._lists["vectors"].append({"path": f"{name}.geojson", "title": title})

    def table(self, name: str, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A CSV file; explore.json repeats its first rows."""
        plain = [_plain(list(row)) for row in rows]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if value is None else value for value in row] for row in plain)
        self._write(f"{name}.csv", text.getvalue())
        entry = {"path": f"{name}.csv", "title": title, "columns": list(columns), "rows": plain[:TABLE_ROWS]}
        self._lists["tables"].append(entry)

    def chart(
        self,
        title: str,
        x_label: str,
        y_label: str,
        kind: ChartKind,
        x: Sequence[Any] | np.ndarray,
        series: Sequence[Mapping[str, Any]],
    ) -> None:
        """A plot; ``series`` by :func:`series`. A matrix has a series a row and its columns' names in ``x``."""
        entry = {"title": title, "x_label": x_label, "y_label": y_label, "kind": kind, "x": x, "series": list(series)}
        self._lists["charts"].append(_plain(entry))

    def score(
        self, name: str, value: float, low: float | None = None, high: float | None = None, unit: str | None = None
    ) -> None:
        """A figure that judges the answer, with the bounds of its interval where there is one."""
        self._lists["scores"].append(_plain({"name": name, "value": value, "low": low, "high": high, "unit": unit}))

    def note(self, sentence: str) -> None:
        """A sentence that the user must read, once."""
        if sentence not in self._lists["notes"]:
            self._lists["notes"].append(sentence)

    def document(self) -> dict[str, Any]:
        """The content of explore.json."""
        head = {"format": FORMAT, "tool": self.tool, "title": self.title, "arguments": self._arguments}
        return {**head, "runs": [str(run.folder) for run in self.runs], "made": self._made, **self._lists}

    # -- the folder --------------------------------------------------------------------------------

    def _begin(self) -> None:
        target = self._target()
        target.parent.mkdir(parents=True, exist_ok=True)
        self.folder = target.with_name(target.name + UNFINISHED)
        if self._asked is None:
            _sweep(target.parent)
        elif self.folder.exists():
            RunLock(self.folder / _LOCK).release()  # an error that says so where a living process is at it
            shutil.rmtree(self.folder)
        self.folder.mkdir()
        self._lock = RunLock(self.folder / _LOCK)

    def _target(self) -> Path:
        if self._asked is None:
            parent = self.runs[0].folder / "explore"
            there = {entry.name.removesuffix(UNFINISHED) for entry in parent.iterdir()} if parent.is_dir() else set()
            taken = [int(found[1]) for name in there if (found := re.fullmatch(rf"{self.tool}-(\d+)", name))]
            return parent / f"{self.tool}-{max(taken, default=0) + 1}"
        target = self._asked.expanduser().resolve()
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise OutputError(f"{target} is not an empty folder.", "Choose another: what is there is not overwritten.")
        return target

    def _settle(self) -> Path:
        final_path = self.folder.with_name(self.folder.name.removesuffix(UNFINISHED))
        if final_path.is_dir():
            final_path.rmdir()  # empty, or an error that names it
        return self.folder.rename(final_path)

    def _write(self, name: str, text: str) -> None:
        try:
            write_whole(self.folder / name, text)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"The answer cannot be written ({error.strerror or error}).",
            "Choose a folder that you may write to, on a disk with free space, with 'out'.",
        )


def _sweep(parent: Path) -> None:
    """Delete what killed processes left beside the answers."""
    for folder in parent.glob(f"*{UNFINISHED}"):
        with contextlib.suppress(OSError, OutputError):
            if time.time() - max(path.stat().st_mtime for path in (folder, *folder.rglob("*"))) > _IDLE_SECONDS:
                RunLock(folder / _LOCK).release()
                shutil.rmtree(folder)


def _provenance(run: FinishedRun) -> Provenance:
    info = run.info
    return Provenance(str(info.get("key", "")), info.get("weights", {}), tuple(info.get("attribution", ())))


def _plain(value: Any) -> Any:
    """``value`` as JSON holds it: arrays as lists, dates as ISO text, floats of 7 digits, NaN as None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    return value
