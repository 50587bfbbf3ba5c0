"""Which of a source's scenes a run uses: the cloud limit, the orbit, and the dates that the user took out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from ..errors import NoScenesError
from ..request import RunRequest
from ..sources.base import Scene


@dataclass(frozen=True)
class Selection:
    """``offered``: scenes within the cloud limit and of the orbit; ``used``: those of them on dates that stay.

    ``notes`` say in plain sentences what was left out by a limit.
    """

    offered: tuple[Scene, ...]
    used: tuple[Scene, ...]
    notes: tuple[str, ...]


def select(scenes: Sequence[Scene], request: RunRequest) -> Selection:
    """The scenes that ``request`` wants. A scene that does not tell its cloud cover is within every limit.

    Raises:
        NoScenesError: nothing is left.
    """
    notes = []
    cloudy = [s for s in scenes if s.cloud_cover is not None and s.sensor == "S2" and s.cloud_cover > request.max_cloud]
    if cloudy:
        notes.append(
            f"{_count(len(cloudy), 'Sentinel-2 scene')} with more than {request.max_cloud:g} % cloud left out."
        )
    rising = {"both": None, "ascending": True, "descending": False}[request.orbit]
    other = [s for s in scenes if s.sensor == "S1" and rising is not None and bool(s.ascending) is not rising]
    if other:
        notes.append(f"{_count(len(other), 'Sentinel-1 scene')} not of the {request.orbit} orbit left out.")
    out = {id(scene) for scene in (*cloudy, *other)}
    offered = tuple(scene for scene in scenes if id(scene) not in out)
    if not offered:
        raise NoScenesError(
            f"None of {_count(len(scenes), 'scene')} is within the cloud limit and of the chosen orbit.",
            "Raise the cloud limit, or take both orbits.",
        )
    used = tuple(scene for scene in offered if not is_skipped(scene, request))
    if not used:
        raise NoScenesError("Every date with a scene was taken out.", "Keep at least one date.")
    return Selection(offered, used, tuple(notes))


def is_skipped(scene: Scene, request: RunRequest) -> bool:
    """Whether the user took the scene's date out."""
    return scene.date in (request.skip_s2_dates if scene.sensor == "S2" else request.skip_s1_dates)


def optical_dates(scenes: Sequence[Scene], coverage: Mapping[date, float], request: RunRequest) -> list[dict[str, Any]]:
    """A row a Sentinel-2 date, oldest first.

    ``cloud_cover`` is the mean of the scenes' metadata in percent, None where they do not tell it; ``clear_fraction``
    the share (0-1) of the area that is clear, None on a skipped date, whose pixels nobody read.
    """
    rows = []
    for day, group in _by_date(scenes, "S2"):
        told = [scene.cloud_cover for scene in group if scene.cloud_cover is not None]
        share = coverage.get(day)
        rows.append(
            {
                "date": day.isoformat(),
                "scenes": len(group),
                "cloud_cover": round(sum(told) / len(told), 1) if told else None,
                "clear_fraction": None if share is None else round(share, 3),
                "skipped": day in request.skip_s2_dates,
            }
        )
    return rows


def radar_dates(scenes: Sequence[Scene], request: RunRequest) -> list[dict[str, Any]]:
    """A row a Sentinel-1 date and orbit direction, oldest first; ``level`` is ``RTC``, ``GRD`` or ``RTC, GRD``."""
    rows = []
    for day, group in _by_date(scenes, "S1"):
        for rising in (True, False):
            passed = [scene for scene in group if bool(scene.ascending) is rising]
            if passed:
                levels = {scene.level for scene in passed}
                rows.append(
                    {
                        "date": day.isoformat(),
                        "orbit": "ascending" if rising else "descending",
                        "level": ", ".join(level for level in ("RTC", "GRD") if level in levels),
                        "scenes": len(passed),
                        "skipped": day in request.skip_s1_dates,
                    }
                )
    return rows


def _by_date(scenes: Sequence[Scene], sensor: str) -> list[tuple[date, list[Scene]]]:
    chosen = sorted((scene for scene in scenes if scene.sensor == sensor), key=lambda scene: scene.date)
    return [(day, list(group)) for day, group in groupby(chosen, lambda scene: scene.date)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
