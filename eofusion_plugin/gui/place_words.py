"""Places as people write them. No QGIS in here."""

from __future__ import annotations


def place_text(lat: float, lon: float) -> str:
    """A place as ``51.10037° N, 10.40081° E``."""
    return f"{abs(lat):.5f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.5f}° {'E' if lon >= 0 else 'W'}"
