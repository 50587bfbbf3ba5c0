"""The tables and pictures of docs/speed.md, from the rows of build/bench/bench.json.

python tests/bench/speed_page.py --docs docs
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import speed_plots
from eofusion_engine.evaluation.marked import write_between
from rows import FILE, Row, load, number, pick
from targets import TARGETS, area_growth, overhead

PAGE = "speed.md"
BEGIN, END = "<!-- tables: written by make bench -->", "<!-- end of tables -->"
#: Laps of a run in their order; others come after.
LAPS = ("plan", "encode", "temperature", "gpp", "write", "start and end of the process")


def markdown(heading: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [heading, ["---"] * len(heading), *lines])


def conditions(rows: Sequence[Row]) -> str:
    """One sentence: when, on what, how busy."""
    told = [one["conditions"] for one in rows if one["conditions"].get("measured")]
    if not told:
        return "Nothing is measured yet."
    days = sorted({one["measured"][:10] for one in told})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    machines = sorted({f"{one['cpus']} CPUs of {one['processor']}" for one in told})
    busy = max(one["load"] or 0 for one in told)
    return f"Measured on {when} with {'; '.join(machines)}; at most {busy:.1f} processes ran when a row was written."


def targets(rows: Sequence[Row]) -> str:
    """What was wanted, what was reached."""
    lines = []
    for target in TARGETS:
        wanted = f"{'>=' if target.more else '<='} {number(target.limit)} {target.unit}".strip()
        found = pick(rows, f"target: {target.name}")
        if found:
            one = found[-1]
            met = "yes" if one["conditions"]["met"] else "**no**"
            lines.append([target.name, wanted, f"{number(one['value'])} {target.unit}".strip(), met, one["how"]])
        else:
            lines.append([target.name, wanted, "not measured", "", ""])
    return markdown(("target", "wanted", "reached", "met", "how"), lines)


def _by_unit(rows: Sequence[Row], name: str, **about: object) -> dict[str, Row]:
    return {one["unit"]: one for one in pick(rows, name, **about)}


def hot_path(rows: Sequence[Row]) -> str:
    """Stages by threads."""
    lines = []
    for name in ("encode", "fuse", "decode", "encode + fuse", "encode + fuse + decode"):
        for threads in sorted({one["conditions"]["threads"] for one in pick(rows, name)}):
            units = _by_unit(rows, name, threads=threads)
            if {"px-years/s", "km2/min", "GFLOP/s", "MFLOP/px-year"} <= set(units):
                values = [
                    number(units[unit]["value"]) for unit in ("px-years/s", "km2/min", "MFLOP/px-year", "GFLOP/s")
                ]
                lines.append([name, str(threads), *values, f"{units['GFLOP/s']['ratio_to_sgemm']:.2f}"])
    heading = ("stage", "threads", "px-years/s", "km2/min", "MFLOP a px-year", "GFLOP/s", "share of sgemm")
    return markdown(heading, lines)


def series(rows: Sequence[Row], name: str, key: str, words: str) -> str:
    """Pixels a second by one condition, relative to the machine's matrix product."""
    found = sorted(pick(rows, name), key=lambda one: one["conditions"][key])
    lines = [[str(one["conditions"][key]), number(one["value"]), number(one["ratio_to_sgemm"])] for one in found]
    return markdown((words, "px-years/s", "px-years a GFLOP of sgemm"), lines)


def whole_runs(rows: Sequence[Row]) -> str:
    """Each run: time, rate, memory, and its laps."""
    found = sorted(
        (one for one in pick(rows, "whole run") if one["unit"] == "s"),
        key=lambda one: (one["conditions"]["asked"], -one["conditions"]["threads"], one["conditions"]["km2"]),
    )
    names = {one["name"].removeprefix("run, ") for one in rows if one["name"].startswith("run, ")}
    laps = [*(lap for lap in LAPS if lap in names), *sorted(names - set(LAPS))]
    lines = []
    for one in found:
        about = {key: one["conditions"][key] for key in ("km2", "asked", "threads")}

        def value(name: str, unit: str, about: dict[str, object] = about) -> str:
            units = _by_unit(rows, name, **about)
            return number(units[unit]["value"]) if unit in units else ""

        line = [
            number(one["conditions"]["km2"]), str(one["conditions"]["asked"]), str(one["conditions"]["threads"]),
            number(one["value"]), value("whole run", "km2/min"), value("whole run, processor", "s"),
            value("whole run, peak memory", "MB"), *(value(f"run, {lap}", "s") for lap in laps),
        ]  # fmt: skip
        lines.append(line)
    heading = ("km2", "maps", "threads", "s", "km2/min", "processor s", "peak MB", *(f"{lap}, s" for lap in laps))
    return markdown(heading, lines)


def growth(rows: Sequence[Row]) -> str:
    """The exponents in words."""
    words = []
    fixed = overhead(rows)
    for name, what in (("whole run", "time"), ("whole run, processor", "processor time")):
        fit = area_growth(rows, name)
        if fit is not None:
            words.append(f"{what} grows with the area to the power of {fit.exponent:.3f} +- {fit.half_width:.3f}")
    for name, what in (
        ("exponent by dates", "that of the hot path with all dates"),
        ("exponent by asked dates", "with the asked dates alone"),
    ):
        words += [f"{what} to {r['value']:.3f} +- {r['conditions']['plus_minus']:.3f}" for r in pick(rows, name)]
    start = "" if fixed is None else f"A run costs {fixed:.1f} s whatever its area; without that, "
    return f"{start}{', '.join(words)} (95 % intervals of the fit)." if words else "No exponent is measured yet."


def files(rows: Sequence[Row]) -> str:
    """Reading and writing."""
    lines = []
    for threads in sorted({one["conditions"]["threads"] for one in pick(rows, "read windows")}):
        units = _by_unit(rows, "read windows", threads=threads)
        spent = _by_unit(rows, "read windows, processor", threads=threads)
        line = [
            f"windows of a year, {threads} thread{'s' * (threads > 1)}", number(60e3 / units["km2/min"]["value"]),
            number(units["MB/s"]["value"]), f"{spent['s/km2']['value'] * 1000:.0f} ms of processor a km2",
        ]  # fmt: skip
        lines.append(line)
    for name in dict.fromkeys(one["conditions"]["raster"] for one in pick(rows, "write a raster")):
        units = _by_unit(rows, "write a raster", raster=name)
        bands = units["MB/s"]["conditions"]["bands"]
        line = [
            f"{name}, {bands} bands", number(units["ms/km2"]["value"]), number(units["MB/s"]["value"]),
            f"{number(units['MB/km2']['value'])} MB a km2 on disk",
        ]  # fmt: skip
        lines.append(line)
    return markdown(("what", "ms a km2", "MB/s in memory", ""), lines)


def temperature(rows: Sequence[Row]) -> str:
    """Generation."""
    lines = []
    for one in (r for r in pick(rows, "generate temperature") if r["unit"] == "series/s"):
        about = one["conditions"]
        windows = _by_unit(rows, "generate temperature", threads=about["threads"])["windows/s"]["value"]
        lines.append([str(about["threads"]), str(about["samples"]), number(one["value"]), number(windows)])
    words = markdown(("threads", "samples", "series a second", "windows of 128 days a second"), lines)
    for one in pick(rows, "conditions that differ"):
        words += f"\n\nOf {one['conditions']['cells']} cells, {number(one['value'])} windows a km2 had to be generated."
    return words


def starts(rows: Sequence[Row]) -> str:
    """Imports, the worker, QGIS."""
    lines = [[one["name"], f"{number(1000 * one['value'])} ms"] for one in rows if one["name"] in STARTS]
    return markdown(("start", "time"), lines)


STARTS = (
    "import eofusion_engine", "import eofusion_engine.cli", "worker ready", "added to QGIS' start, processor",
    "button to usable dock, processor",
)  # fmt: skip


def picture(rows: Sequence[Row], name: str, words: str) -> list[str]:
    """The picture's line, where the rows suffice to draw it."""
    return [f"![{words}](images/{name})"] if name in speed_plots.pictures(rows) else []


def tables(rows: Sequence[Row]) -> str:
    """The written part of the page."""
    parts = (
        conditions(rows), "## Targets", targets(rows),
        "## The hot path", hot_path(rows), *picture(rows, "speed-hot.svg", "Speed by tile and by dates"),
        "By the side of a tile, in pixels:", series(rows, "by tile side", "tile", "side"),
        "By the number of dates, Sentinel-1 1.25 times as many as Sentinel-2 and asked:",
        series(rows, "by dates", "s2", "Sentinel-2 dates"),
        "## Whole runs", whole_runs(rows), growth(rows), *picture(rows, "speed-area.svg", "Time and memory by area"),
        "## Files", files(rows), "## Temperature", temperature(rows), "## Starts", starts(rows),
    )  # fmt: skip
    return "\n\n".join(parts)


def main() -> int:
    """Write the page's tables and pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, default=FILE)
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    chosen = parser.parse_args()
    rows = load(chosen.rows)
    write_between(chosen.docs / PAGE, BEGIN, END, tables(rows))
    speed_plots.draw(rows, chosen.docs / "images")
    return 0


if __name__ == "__main__":
    sys.exit(main())
