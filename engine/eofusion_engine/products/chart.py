"""Small line charts as SVG, for the report: crisp, a few kilobytes, no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import numpy as np

WIDTH, HEIGHT = 760, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 28


def band_chart(
    days: Sequence[date], middle: Sequence[float], low: Sequence[float], high: Sequence[float], unit: str, name: str
) -> str:
    """A line ``middle`` with its interval ``low`` to ``high`` over ``days``; NaN breaks nothing, it is left out.

    Returns an ``<svg>`` element, or an empty text when fewer than two dates have values.
    """
    rows = sorted(
        (day.toordinal(), m, a, b)
        for day, m, a, b in zip(days, middle, low, high, strict=True)
        if np.isfinite([m, a, b]).all()
    )
    if len(rows) < 2:
        return ""
    ordinals, lines, lows, highs = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    ticks = nice_ticks(min(lows.min(), lines.min()), max(highs.max(), lines.max()))
    x = LEFT + (ordinals - ordinals[0]) / (ordinals[-1] - ordinals[0]) * (WIDTH - LEFT - RIGHT)

    def y(values: np.ndarray) -> np.ndarray:
        return TOP + (ticks[-1] - values) / (ticks[-1] - ticks[0]) * (HEIGHT - TOP - BOTTOM)

    area = _points(np.concatenate([x, x[::-1]]), np.concatenate([y(highs), y(lows)[::-1]]))
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(name)}">',
        f"<title>{escape(name)}</title>",
    ]
    for tick in ticks:
        height = float(y(np.array(tick)))
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.1f}" y2="{height:.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for place, text in _month_ticks(int(ordinals[0]), int(ordinals[-1])):
        across = LEFT + place * (WIDTH - LEFT - RIGHT)
        parts.append(f'<text x="{across:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{text}</text>')
    parts.append(f'<polygon class="band" points="{area}"/>')
    parts.append(f'<polyline class="line" points="{_points(x, y(lines))}"/>')
    if len(rows) <= 60:
        dots = zip(x, y(lines), strict=True)
        parts += [f'<circle class="dot" cx="{a:.1f}" cy="{b:.1f}" r="2.6"/>' for a, b in dots]
    parts.append(f'<text x="{LEFT + 4}" y="{TOP + 8}">{escape(unit)}</text></svg>')
    return "".join(parts)


def nice_ticks(low: float, high: float) -> list[float]:
    """Four to seven round numbers that enclose ``low`` to ``high``."""
    span = max(high - low, 1e-6)
    power = 10 ** np.floor(np.log10(span / 4))
    step = next(float(m * power) for m in (1, 2, 2.5, 5, 10) if span / (m * power) <= 5)
    first, last = np.floor(low / step), np.ceil(high / step)
    return [float(round(k * step, 10)) for k in np.arange(first, max(last, first + 1) + 1)]


def _month_ticks(first: int, last: int) -> list[tuple[float, str]]:
    """(place 0..1, label) of the first days of months, thinned to about ten."""
    day = date.fromordinal(first)
    found = []
    while day.toordinal() <= last:
        if day.day == 1:
            found.append(((day.toordinal() - first) / (last - first), f"{day:%b %Y}"))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    thin = -(-len(found) // 9) or 1
    return [tick for tick in found[::thin] if 0.03 < tick[0] < 0.97]


def _points(x: np.ndarray, y: np.ndarray) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
