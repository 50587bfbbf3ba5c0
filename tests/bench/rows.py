"""Rows of measurements: one form for all benchmarks, kept in build/bench/bench.json and shown as a table.

A row says what was measured (``name``), how much (``value``, ``unit``), where it makes sense its ratio to this
machine's own matrix product measured beside it (``ratio_to_sgemm``), and under what ``conditions``. A row that is
measured again under the same conditions replaces the old one, so a benchmark may be stopped and started at will.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

Row = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "bench"
FILE = OUT / "bench.json"
#: Conditions that say when and where, not what: they do not tell rows apart.
_WHEN = ("measured", "load", "processor", "cpus")


def row(name: str, value: float, unit: str, ratio: float | None = None, **conditions: Any) -> Row:
    """A row measured now on this machine."""
    here = {
        "measured": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%MZ"),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "processor": processor(),
        "cpus": usable_cpus(),
    }
    made: Row = {"name": name, "value": value, "unit": unit, "conditions": {**conditions, **here}}
    if ratio is not None:
        made["ratio_to_sgemm"] = ratio
    return made


def processor() -> str:
    """The processor's name, as far as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def usable_cpus() -> int:
    """CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def what(one: Row) -> str:
    """The row's name and conditions, without when and where: equal for two measurements of the same thing."""
    return json.dumps([one["name"], one["unit"], subject(one)], sort_keys=True)


def subject(one: Row) -> dict[str, Any]:
    """The conditions that say what was measured."""
    return {key: value for key, value in one["conditions"].items() if key not in _WHEN}


def load(path: Path = FILE) -> list[Row]:
    """The rows of a file; none where there is no file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def keep(
    new: Iterable[Row], path: Path = FILE, drop: Callable[[Row], bool] = lambda one: False
) -> list[Row]:  # all rows
    """Put rows into the file in place of older ones of the same thing, and without those that ``drop`` names; whole or
    not at all."""
    fresh = {what(one): one for one in new}
    rows = [fresh.pop(what(one), one) for one in load(path) if not drop(one)] + list(fresh.values())
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)
    return rows


def pick(rows: Iterable[Row], name: str, **conditions: Any) -> list[Row]:
    """Rows of a name whose conditions include the given ones."""
    return [
        one
        for one in rows
        if one["name"] == name and all(one["conditions"].get(key) == value for key, value in conditions.items())
    ]


def table(rows: Sequence[Row]) -> str:
    """The rows as lines for the screen."""
    lines = []
    for one in rows:
        told = ", ".join(f"{key} {value}" for key, value in subject(one).items())
        ratio = f"{one['ratio_to_sgemm']:7.3f}" if "ratio_to_sgemm" in one else " " * 7
        lines.append(f"{one['name']:34s} {number(one['value']):>12s} {one['unit']:16s} {ratio}  {told}")
    return "\n".join(lines)


def number(value: float) -> str:
    """A value with three figures, or all of its whole part."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
