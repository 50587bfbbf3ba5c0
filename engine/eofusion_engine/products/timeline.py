"""The plan's dates as a small picture: Sentinel-2 by how clear the area is, Sentinel-1 as ticks below."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from ..errors import OutputError
from ..files import write_whole

#: Drawn twice as large and reduced, for smooth edges.
_FINE = 2
WIDTH, HEIGHT = 900, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 34, 150
S1_TOP, S1_BOTTOM, MONTHS = 164, 184, 190
INK, FAINT, LINE, PAPER = (34, 34, 34), (110, 110, 110), (218, 218, 218), (255, 255, 255)
#: From wholly cloudy to wholly clear, told apart by lightness alone as well.
CLOUDY, CLEAR = (186, 194, 200), (0, 84, 147)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def save_timeline(summary: Mapping[str, Any], path: Path) -> None:
    """Draw a plan's summary into a PNG.

    Raises:
        OutputError: the file cannot be written.
    """
    png = BytesIO()
    draw_timeline(summary).save(png, format="PNG", optimize=True)
    try:
        write_whole(path, png.getvalue())
    except OSError as error:
        raise OutputError(f"The picture {path} cannot be written ({error.strerror}).", "Choose another file.") from None


def draw_timeline(summary: Mapping[str, Any]) -> Image.Image:
    """A picture of ``WIDTH`` x ``HEIGHT`` pixels.

    A dot a Sentinel-2 date at the height of its clear share, dates taken out as rings; a tick a Sentinel-1 date.
    """
    page = Image.new("RGB", (WIDTH * _FINE, HEIGHT * _FINE), PAPER)
    pen = ImageDraw.Draw(page)
    first, last = date.fromisoformat(summary["start"]), date.fromisoformat(summary["end"])
    s2, s1 = summary["s2"], summary["s1"]
    _text(pen, LEFT, 8, _title(s2, s1), INK, 14)
    for share in (0.0, 0.5, 1.0):
        y = _height(share)
        _line(pen, (LEFT, y), (WIDTH - RIGHT, y), LINE, 1)
        _text(pen, LEFT - 8, y, f"{100 * share:.0f} %", FAINT, 12, "rm")
    _text(pen, LEFT - 8, (S1_TOP + S1_BOTTOM) / 2, "S1", FAINT, 12, "rm")
    for day, name in _month_starts(first, last):
        x = _across(day, first, last)
        _line(pen, (x, BOTTOM), (x, MONTHS), LINE, 1)
        _text(pen, x + 3, MONTHS, name, FAINT, 12, "la")
    for row in s1:
        x = _across(date.fromisoformat(row["date"]), first, last)
        _line(pen, (x, S1_TOP), (x, S1_BOTTOM), LINE if row["skipped"] else FAINT, 2)
    for row in sorted(s2, key=lambda row: row["clear_fraction"] or 0.0):
        _dot(pen, _across(date.fromisoformat(row["date"]), first, last), row["clear_fraction"], row["skipped"])
    return page.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _title(s2: list[Any], s1: list[Any]) -> str:
    used = sum(not row["skipped"] for row in s2), sum(not row["skipped"] for row in s1)
    return f"{used[0]} Sentinel-2 dates by the clear share of the area, {used[1]} Sentinel-1 passes"


def _dot(pen: ImageDraw.ImageDraw, x: float, share: float | None, skipped: bool) -> None:
    y = _height(share or 0.0)
    box = tuple(v * _FINE for v in (x - 4, y - 4, x + 4, y + 4))
    if skipped or share is None:
        pen.ellipse(box, fill=PAPER, outline=FAINT, width=_FINE)
    else:
        fill = tuple(round(a + (b - a) * share) for a, b in zip(CLOUDY, CLEAR, strict=True))
        pen.ellipse(box, fill=fill, outline=PAPER, width=1)


def _height(share: float) -> float:
    return BOTTOM - share * (BOTTOM - TOP)


def _across(day: date, first: date, last: date) -> float:
    return LEFT + 6 + (day - first).days / max((last - first).days, 1) * (WIDTH - LEFT - RIGHT - 12)


def _month_starts(first: date, last: date) -> list[tuple[date, str]]:
    """First days of months with their names, thinned to twelve; the year with each January and the first."""
    found = []
    day = first.replace(day=1)
    while day <= last:
        if day >= first:
            found.append(day)
        day = (day + timedelta(days=31)).replace(day=1)
    step = next((n for n in (1, 2, 3, 6, 12) if len(found) / n <= 12), 12)
    kept = [day for day in found if (day.year * 12 + day.month - 1) % step == 0]
    names: list[tuple[date, str]] = []
    for day in kept:
        year = f" {day.year}" if day.month == 1 or not names else ""
        names.append((day, _MONTHS[day.month - 1] + year))
    return names


def _line(
    pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float], ink: tuple[int, ...], width: int
) -> None:
    pen.line([(x * _FINE, y * _FINE) for x, y in (start, end)], fill=ink, width=width * _FINE)


def _text(
    pen: ImageDraw.ImageDraw, x: float, y: float, text: str, ink: tuple[int, ...], size: int, anchor: str = "la"
) -> None:
    pen.text((x * _FINE, y * _FINE), text, fill=ink, font=ImageFont.load_default(size * _FINE), anchor=anchor)
