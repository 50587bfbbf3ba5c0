"""The dates that a plan found, as the table and the timeline show them. No QGIS in here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class SceneDate:
    """One sensor's date: ``cloud`` in percent by the scenes' metadata, ``clear`` the share (0-1) of the area that is
    clear, each None where unknown; ``orbit`` is "", ``ascending``, ``descending`` or ``both``.
    """

    sensor: str
    day: date
    scenes: int
    cloud: float | None = None
    clear: float | None = None
    orbit: str = ""
    level: str = ""
    skipped: bool = False

    @property
    def key(self) -> tuple[str, date]:
        """What tells it from the others."""
        return self.sensor, self.day


def read_dates(plan: dict[str, Any], known: Iterable[SceneDate] = ()) -> list[SceneDate]:
    """The dates of a plan's ``s2`` and ``s1``, oldest first; a plan without them has none.

    The pixels of a skipped date are not read, so its clear share is taken from ``known``, an earlier plan's dates.
    """
    earlier = {entry.key: entry.clear for entry in known}
    found: dict[tuple[str, date], SceneDate] = {}
    for row in plan.get("s2", []):
        day = date.fromisoformat(row["date"])
        clear = row.get("clear_fraction")
        clear = earlier.get(("S2", day)) if clear is None else float(clear)
        found["S2", day] = SceneDate(
            "S2", day, int(row.get("scenes", 1)), row.get("cloud_cover"), clear, skipped=bool(row.get("skipped"))
        )
    for row in plan.get("s1", []):
        day = date.fromisoformat(row["date"])
        other = found.get(("S1", day))
        orbit, level = str(row.get("orbit", "")), str(row.get("level", ""))
        if other is not None:
            orbit = orbit if orbit == other.orbit else "both"
            level = level if level == other.level else f"{other.level}, {level}"
        scenes = int(row.get("scenes", 1)) + (other.scenes if other else 0)
        found["S1", day] = SceneDate("S1", day, scenes, orbit=orbit, level=level, skipped=bool(row.get("skipped")))
    return sorted(found.values(), key=lambda entry: (entry.day, entry.sensor))
