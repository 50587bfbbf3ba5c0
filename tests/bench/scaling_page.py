"""The tables of docs/scaling.md: large regions from the measured rows, their schedules simulated.

    python tests/bench/scaling_page.py --docs docs     # from build/bench/bench.json and tests/bench/data

Prices, the GPU and how often workers are lost are assumptions, and stand in the page as such.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eofusion_engine.evaluation.marked import write_between
from rows import FILE, Row, load, number, pick
from runs_bench import DATES as ASKED
from scaling import GERMANY, LAND, TILE_KM, Job, Rates, Region, gpu_seconds, read_mb, requests
from schedule import Cluster, simulate
from speed_page import conditions, markdown
from targets import overhead, runs
from tile_times import PUBLISHED

PAGE = "scaling.md"
BEGIN, END = "<!-- tables: written by tests/bench/scaling_page.py -->", "<!-- end of tables -->"
#: Sides of the runs' squares that are compared, and the one the rest of the page takes: below the 2,500 km2 of a run.
SIDES, SIDE = (10.0, 16.0, 24.0, 32.0, 48.0), 24.0
#: Cores of a machine that works on one run, and of the clusters that are compared.
CORES, CLUSTERS = 8, (8, 64, 512, 4096)
#: Laps of a run that all threads share; the others wait for one.
SHARED = ("encode", "temperature", "gpp", "write")
#: US dollars: assumptions, about what public clouds ask.
CORE_HOUR, GPU_HOUR, GB_MONTH, MILLION_REQUESTS = 0.04, 3.0, 0.021, 0.4
#: A GPU as its data sheet has it (dense bfloat16, TFLOP/s), and the share of it that is taken to be reached.
GPU_TFLOPS, GPU_SHARE = 990.0, 0.05
#: Seconds of a scheduler for one task, and until a lost worker is replaced.
PER_TASK, REPLACED = 0.005, 120.0
RETRIES = 2
SEED = 0


def measured(rows: Sequence[Row]) -> tuple[Rates, dict[str, Any]] | None:
    """Rates of the largest run on the CPU, and its conditions; None before there is any."""
    points = runs(rows)
    fixed = overhead(rows)
    if not points or fixed is None:
        return None
    km2 = points[-1][0]
    laps = {one["name"].removeprefix("run, "): one for one in rows if one["name"].startswith("run, ")
            and one["conditions"]["km2"] == km2 and one["conditions"].get("device") == "cpu"}  # fmt: skip
    about = laps["encode"]["conditions"]
    threads = about["threads"]
    parts = {name: laps[name]["value"] * threads / km2 for name in SHARED if name in laps}

    def mb(name: str) -> float:
        return float(pick(rows, name, km2=km2, asked=about["asked"], threads=threads)[-1]["value"])

    return Rates(parts, mb("products"), mb("tile files"), fixed), about


def by_side(rates: Rates) -> str:
    """What the side of a run's square changes, for Germany."""
    lines = []
    for side in SIDES:
        job = Job(GERMANY, side, rates, CORES)
        lines.append(
            [
                f"{side:g}", f"{side**2:,.0f}", f"{job.runs:,}", f"{job.tiles:,}",
                f"{job.computed_km2 / GERMANY.km2:.2f}", number(job.core_hours), number(read_mb(side)),
            ]
        )  # fmt: skip
    heading = ("side, km", "km2 a run", "runs", "tiles", "computed / area", "core-hours", "read, MB a km2")
    return markdown(heading, lines)


def work(rates: Rates, rows: Sequence[Row]) -> str:
    """Both regions: tiles, bytes, hours, money."""
    jobs = [Job(region, SIDE, rates, CORES) for region in (GERMANY, LAND)]
    mflop = [one["value"] for one in pick(rows, "encode + fuse + decode") if one["unit"] == "MFLOP/px-year"]
    lines = [
        ["area, km2", *(f"{job.region.km2:,.0f}" for job in jobs)],
        ["runs", *(f"{job.runs:,}" for job in jobs)],
        [f"tiles of {TILE_KM:g} km", *(f"{job.tiles:,}" for job in jobs)],
        ["read, TB", *(number(job.computed_km2 * read_mb(SIDE) / 1e6) for job in jobs)],
        ["requests, million", *(number(job.runs * requests(SIDE) / 1e6) for job in jobs)],
        ["products, TB", *(number(job.computed_km2 * rates.products_mb / 1e6) for job in jobs)],
        ["tile files while it runs, TB", *(number(job.computed_km2 * rates.tiles_mb / 1e6) for job in jobs)],
        *(
            [f"core-hours: {name}", *(number(job.computed_km2 * seconds / 3600) for job in jobs)]
            for name, seconds in rates.parts.items()
        ),
        [
            "core-hours: starts and ends",
            *(number(job.core_hours - job.computed_km2 * rates.core_seconds / 3600) for job in jobs),
        ],
        ["**core-hours**", *(f"**{number(job.core_hours)}**" for job in jobs)],
        ["days on 1,000 cores that never wait", *(number(job.core_hours / 24_000) for job in jobs)],
    ]
    if mflop:
        seconds = gpu_seconds(mflop[-1], GPU_TFLOPS, GPU_SHARE)
        lines.append(
            ["GPU-hours in place of *encode*, estimate", *(number(job.computed_km2 * seconds / 3600) for job in jobs)]
        )
    return markdown(("a year, 10 m", *(job.region.name for job in jobs)), lines)


def money(rates: Rates) -> str:
    """Cost by part at the assumed prices."""

    def column(region: Region) -> list[float]:
        job = Job(region, SIDE, rates, CORES)
        parts = [job.computed_km2 * seconds / 3600 * CORE_HOUR for seconds in rates.parts.values()]
        fixed = job.core_hours * CORE_HOUR - sum(parts)
        asking = job.runs * requests(SIDE) / 1e6 * MILLION_REQUESTS
        return [*parts, fixed, asking, job.computed_km2 * rates.products_mb / 1000 * GB_MONTH * 12]

    columns = [column(region) for region in (GERMANY, LAND)]
    names = [*rates.parts, "starts and ends", "requests", "keeping the products a year", "**all**"]
    values = [[*one, sum(one)] for one in columns]
    return markdown(
        ("US dollars", GERMANY.name, LAND.name),
        [[name, *(number(one[at]) for one in values)] for at, name in enumerate(names)],
    )


def clusters(rates: Rates, tiles: Sequence[float]) -> str:
    """Germany on machines of their own runs, and on one cluster that does run after run, by the number of cores."""
    job = Job(GERMANY, SIDE, rates, CORES)
    count = round((SIDE / TILE_KM) ** 2)
    rng = random.Random(SEED)
    tile_s = [value * rates.parts["encode"] * TILE_KM**2 / statistics.mean(tiles) for value in tiles]
    rest = sum(seconds for name, seconds in rates.parts.items() if name not in ("encode", "write")) * SIDE**2
    written = rates.parts.get("write", 0.0) * SIDE**2 / CORES
    lines = []
    for cores in CLUSTERS:
        ideal = job.runs * (count * statistics.mean(tile_s) + rest + written * CORES) / cores
        stages = [simulate(rng.choices(tile_s, k=count), Cluster(CORES)).makespan for _ in range(40)]
        alone = [rng.choice(stages) + rest / CORES + written + rates.fixed_s for _ in range(job.runs)]
        apart = simulate(alone, Cluster(max(1, cores // CORES))).makespan
        one = simulate(rng.choices(tile_s, k=count), Cluster(cores, overhead=PER_TASK)).makespan
        together = job.runs * (one + max(rest / cores, rest / count / 2) + written + rates.fixed_s)
        lines.append(
            [
                f"{cores:,}", number(ideal / 3600), number(apart / 3600), f"{ideal / apart:.0%}",
                number(together / 3600), f"{ideal / together:.0%}",
            ]
        )  # fmt: skip
    heading = (
        "cores",
        "ideal, hours",
        "a run a machine, hours",
        "in use",
        "one cluster, run after run, hours",
        "in use",
    )
    return markdown(heading, lines)


def mishaps(rates: Rates, tiles: Sequence[float]) -> str:
    """Lost workers and stragglers (ten times slower), with and without copies: one run of 48 km on 64 workers."""
    rng = random.Random(SEED)
    mean = rates.parts["encode"] * TILE_KM**2
    times = [value * mean / statistics.mean(tiles) for value in rng.choices(list(tiles), k=900)]
    lines = []
    for losses in (0.0, 0.1, 1.0, 10.0):
        for slow in (0.0, 0.02):
            cluster = Cluster(64, losses, REPLACED, PER_TASK, RETRIES, slow, 10.0)
            plain, copied = (_average(times, replace(cluster, speculation=chosen)) for chosen in (False, True))
            lines.append(
                [
                    f"{losses:g}", f"{slow:.0%}", f"{plain[0]:.2f}", f"{copied[0]:.2f}", f"{plain[1]:.0%}",
                    f"{plain[2]:.2f}", f"{plain[3]:.2f}",
                ]
            )  # fmt: skip
    heading = ("losses a worker-hour", "stragglers", "makespan / ideal", "with copies", "in use", "workers lost",
               "tiles given up")  # fmt: skip
    return markdown(heading, lines)


def _average(times: Sequence[float], cluster: Cluster, turns: int = 8) -> tuple[float, float, float, float]:
    found = [simulate(times, cluster, seed) for seed in range(turns)]
    return (
        statistics.mean(one.over_ideal for one in found),
        statistics.mean(one.utilisation for one in found),
        statistics.mean(one.lost for one in found),
        statistics.mean(one.abandoned for one in found),
    )


def check(rows: Sequence[Row], tiles: dict[str, Any]) -> str:
    """The simulation beside real passes over other areas than the tiles' own, where there are any."""
    about, seconds = tiles["conditions"], tiles["seconds"]
    told = []
    for one in sorted(pick(rows, "run, encode", device="cpu"), key=lambda one: one["conditions"]["km2"]):
        threads, km2 = one["conditions"]["threads"], one["conditions"]["km2"]
        others = threads == about["threads"] and km2 > 20 and abs(km2 - about["km2"]) > 1
        if others and one["conditions"]["asked"] == ASKED:
            count = math.ceil(math.sqrt(km2) / TILE_KM) ** 2
            scale = km2 / count / (about["km2"] / math.ceil(math.sqrt(about["km2"]) / TILE_KM) ** 2)
            times = [value * scale for value in random.Random(SEED).choices(seconds, k=count)]
            simulated = simulate(times, Cluster(threads)).makespan
            told.append(f"{simulated:.0f} s for {km2:.0f} km2, where the real pass took {one['value']:.0f} s")
    if not told:
        return ""
    return f" Simulated with as many workers as that run had threads, they give {' and '.join(told)}."


def tables(rows: Sequence[Row], tiles: dict[str, Any] | None) -> str:
    """The written part of the page."""
    found = measured(rows)
    if found is None or tiles is None:
        return "Nothing is measured yet."
    rates, about = found
    seconds: list[float] = tiles["seconds"]
    spread = statistics.quantiles(seconds, n=20)
    when = tiles["conditions"]["measured"][:10]
    parts = ", ".join(f"{name} {value:.2f}" for name, value in rates.parts.items())
    used = [one for one in rows if one["conditions"].get("km2") == about["km2"]]
    assumed = (
        f"Assumed: ${CORE_HOUR:g} a core-hour, ${MILLION_REQUESTS:g} a million requests, ${GB_MONTH:g} a GB and month, "
        "reading within the store's own region free."
    )
    gpu = (
        f"The GPU-hours are an **estimate**: no GPU was measured. They take the counted operations of the model at "
        f"{GPU_SHARE:.0%} of {GPU_TFLOPS:g} TFLOP/s (the data sheet of a large GPU, dense bfloat16), and leave "
        f"reading, temperature, GPP and writing to the cores: at that rate these decide, not the model. A GPU-hour is "
        f"taken at ${GPU_HOUR:g}."
    )
    return "\n\n".join(
        (
            f"{conditions(used)} Rates are those of the run of {about['km2']:,.0f} km2 with {about['asked']} maps on "
            f"{about['threads']} threads, in core-seconds a km2: {parts}; {rates.fixed_s:.1f} s a run whatever its "
            f"area; {rates.products_mb:.2f} MB of products and {rates.tiles_mb:.2f} MB of tile files a km2.",
            "### How large a run should be", by_side(rates), "### The work", work(rates, rows), gpu,
            "### Cost by part", money(rates), assumed,
            "### The schedule",
            f"Times of tiles: {len(seconds)} of a real run ({when}, {tiles['conditions']['threads']} threads), median "
            f"{statistics.median(seconds):.2f} s, mean {statistics.mean(seconds):.2f} s, 5 % to 95 % "
            f"{spread[0]:.2f} to {spread[-1]:.2f} s, longest {max(seconds):.2f} s.{check(rows, tiles)} Below they "
            "are scaled to the rate above.",
            f"Germany, by the number of cores: on machines of {CORES} that each do a run of {SIDE:g} x {SIDE:g} km, or "
            "all on one cluster that does run after run:",
            clusters(rates, seconds),
            "The tiles of one run of 48 x 48 km on 64 workers, means of eight simulations:", mishaps(rates, seconds),
        )
    )  # fmt: skip


def main() -> int:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, default=FILE)
    parser.add_argument("--tiles", type=Path, default=PUBLISHED, help="seconds of tiles, as tile_times.py keeps them")
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    chosen = parser.parse_args()
    tiles = json.loads(chosen.tiles.read_text(encoding="utf-8")) if chosen.tiles.is_file() else None
    write_between(chosen.docs / PAGE, BEGIN, END, tables(load(chosen.rows), tiles))
    return 0


if __name__ == "__main__":
    sys.exit(main())
