"""Plots of the page on the simulator's realism, as SVG: ranges of real and simulated values beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from ..products.chart import nice_ticks

WIDTH, HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 34, 30
#: Real and simulated: blue and orange of Okabe and Ito, told apart with every kind of colour vision.
_COLOURS = ("#0072b2", "#e69f00")


def range_chart(title: str, labels: Sequence[str], series: Mapping[str, np.ndarray], unit: str) -> str:
    """An SVG document: for each of ``labels`` (L,) and each of the two ``series`` (L, 3) a bar from the 10th to the
    90th percentile with a tick at the median. Rows of NaN stay empty. Raises ValueError without a finite value."""
    known = np.concatenate([v[np.isfinite(v).all(axis=1)] for v in series.values()])
    if not len(known):
        raise ValueError(f"nothing to plot: {title}")
    ticks = nice_ticks(float(known.min()), float(known.max()))
    step = (WIDTH - _LEFT - _RIGHT) / len(labels)
    bar = min(step / 4, 16)

    def y(value: float) -> float:
        return float(_TOP + (ticks[-1] - value) / (ticks[-1] - ticks[0]) * (HEIGHT - _TOP - _BOTTOM))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="18" font-size="13" font-weight="bold">{escape(title)} {escape(unit)}</text>',
    ]
    for tick in ticks:
        parts.append(f'<path d="M{_LEFT} {y(tick):.1f}H{WIDTH - _RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for place, label in enumerate(labels):
        middle = _LEFT + (place + 0.5) * step
        parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 10}" text-anchor="middle">{escape(label)}</text>')
        for side, (values, colour) in enumerate(zip(series.values(), _COLOURS, strict=True)):
            low, median, high = values[place]
            if not np.isfinite([low, median, high]).all():
                continue
            left = middle + (side - 1) * (bar + 2) + 1
            parts.append(
                f'<rect x="{left:.1f}" y="{y(high):.1f}" width="{bar:.1f}" height="{y(low) - y(high):.1f}" '
                f'fill="{colour}" fill-opacity=".45"/>'
                f'<path d="M{left:.1f} {y(median):.1f}h{bar:.1f}" stroke="{colour}" stroke-width="3"/>'
            )
    for side, (name, colour) in enumerate(zip(series, _COLOURS, strict=True)):
        x = WIDTH - _RIGHT - 190 + 90 * side
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 17}" y="18">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>\n"])
