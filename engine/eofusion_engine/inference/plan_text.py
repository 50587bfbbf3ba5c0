"""The plan as text for a terminal: a table of dates, then what the run would cost."""

from __future__ import annotations

from typing import Any

_ORBITS = {"ascending": "asc", "descending": "desc"}


def as_text(summary: dict[str, Any]) -> str:
    """A plan's summary: a line a date and sensor (``-`` marks dates taken out), then the estimate and the notes."""
    minutes = summary["seconds"] / 60
    duration = f"{summary['seconds']:.0f} s" if minutes < 2 else f"{minutes:.0f} min"
    grid, dates = summary["grid"], summary["dates"]
    listed = ", ".join(dates[:4]) + (" ..." if len(dates) > 4 else "")
    scenes = f"{summary['scenes_s2']} Sentinel-2 and {summary['scenes_s1']} Sentinel-1 scenes"
    lines = [
        *_table(summary),
        "",
        f"{summary['km2']:.1f} km2 on a {grid['width']} x {grid['height']} grid of 10 m, {grid['crs']}",
        f"{scenes}, {len(summary['clear_dates'])} clear dates",
        f"products at {len(dates)} dates: {listed}",
        f"about {duration}, {_size(summary['read_mb'])} to read, {_size(summary['memory_mb'])} of memory, "
        f"{_size(summary['disk_mb'])} of disk",
        *summary["notes"],
    ]
    return "\n".join(lines)


def _table(summary: dict[str, Any]) -> list[str]:
    rows = [("", "date", "sensor", "scenes", "cloud %", "clear %", "orbit", "level")]
    found = []
    for row in summary["s2"]:
        clear = row["clear_fraction"]
        cover = "" if row["cloud_cover"] is None else f"{row['cloud_cover']:.0f}"
        found.append((row, "S2", cover, "" if clear is None else f"{100 * clear:.0f}", "", ""))
    found += [(row, "S1", "", "", _ORBITS[row["orbit"]], row["level"]) for row in summary["s1"]]
    found.sort(key=lambda entry: (entry[0]["date"], entry[1]))
    for row, sensor, cover, clear, orbit, level in found:
        mark = "-" if row["skipped"] else " "
        rows.append((mark, row["date"], sensor, str(row["scenes"]), cover, clear, orbit, level))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    numbers = {3, 4, 5}
    return [
        "  ".join(
            text.rjust(width) if column in numbers else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _size(megabytes: float) -> str:
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
