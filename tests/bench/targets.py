"""The targets, and what the measured rows say of each: told, never asserted.

python tests/bench/targets.py        # from the rows that are there
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from growth import Growth, power_law
from rows import Row, keep, load, number, pick, row

#: Laps of a run in which only files are written.
WRITING = ("run, write",)
#: Areas below this are all overhead: they are left out of the exponent.
LEAST_KM2 = 0.5


@dataclass(frozen=True)
class Target:
    """``limit`` is the least (``more``) or the most that is wanted; ``reached`` reads it off the rows, None where what
    it needs was not measured; with a word on how it was found."""

    name: str
    limit: float
    unit: str
    more: bool
    reached: Callable[[Sequence[Row]], tuple[float, str] | None]

    def met(self, value: float) -> bool:
        """Whether the value is on the right side of the limit."""
        return value >= self.limit if self.more else value <= self.limit


def _value(rows: Sequence[Row], name: str, unit: str, **conditions: object) -> float | None:
    found = [one for one in pick(rows, name, **conditions) if one["unit"] == unit]
    return found[-1]["value"] if found else None


def _threads(rows: Sequence[Row], name: str) -> int:
    found = (one["conditions"] for one in pick(rows, name) if one["conditions"].get("device", "cpu") == "cpu")
    return max((about["threads"] for about in found), default=1)


def fused(rows: Sequence[Row]) -> tuple[float, str] | None:
    """km2 a minute of encode + fuse with the most threads."""
    threads = _threads(rows, "encode + fuse")
    value = _value(rows, "encode + fuse", "km2/min", threads=threads)
    return None if value is None else (value, f"{threads} threads")


def share(of: str | None) -> Callable[[Sequence[Row]], tuple[float, str] | None]:
    """The share of encode + fuse in the matrix product's rate: by the fastest library, or by the one named."""

    def reached(rows: Sequence[Row]) -> tuple[float, str] | None:
        threads = _threads(rows, "encode + fuse")
        found = [one for one in pick(rows, "encode + fuse", threads=threads) if one["unit"] == "GFLOP/s"]
        rates = pick(rows, "sgemm 1024", threads=threads)
        products = {one["conditions"].get("library", "torch.matmul"): one["value"] for one in rates}
        if not found or not products or (of is not None and of not in products):
            return None
        best = max(products, key=lambda name: products[name])
        name = best if of is None else of
        ratio = found[-1]["ratio_to_sgemm"] * products[best] / products[name]
        return ratio, f"{threads} threads; {name}, {products[name]:.0f} GFLOP/s"

    return reached


def runs(rows: Sequence[Row], name: str = "whole run", unit: str = "s") -> list[tuple[float, float]]:
    """(km2, value) of the whole runs by area, the smallest first: with the most threads and the usual maps."""
    threads = _threads(rows, "whole run")
    fewest = min((one["conditions"]["asked"] for one in pick(rows, "whole run")), default=0)
    found = [one for one in pick(rows, name, threads=threads, asked=fewest, device="cpu") if one["unit"] == unit]
    return sorted((one["conditions"]["km2"], one["value"]) for one in found)


def overhead(rows: Sequence[Row], name: str = "whole run") -> float | None:
    """Seconds of a run whatever its area: of the smallest, less its area at the price of the next 25 km2 or so."""
    points = runs(rows, name)
    if len(points) < 2:
        return None
    (small, least), (large, most) = points[0], min(points[1:], key=lambda point: abs(math.log(point[0] / 25)))
    return max(least - (most - least) / (large - small) * small, 0.0)


def area_growth(rows: Sequence[Row], name: str = "whole run") -> Growth | None:
    """The exponent of time, less the fixed overhead, with the area."""
    fixed, points = overhead(rows, name), [point for point in runs(rows, name) if point[0] >= LEAST_KM2]
    if fixed is None or len(points) < 2:
        return None
    return power_law([km2 for km2, _ in points], [max(seconds - fixed, 1e-3) for _, seconds in points])


def _area_exponent(rows: Sequence[Row]) -> tuple[float, str] | None:
    fit = area_growth(rows)
    if fit is None:
        return None
    sides = ", ".join(f"{km2:.0f}" for km2, _ in runs(rows) if km2 >= LEAST_KM2)
    return fit.exponent, f"+- {fit.half_width:.3f}, over {sides} km2, less the fixed overhead"


def _dates_exponent(rows: Sequence[Row]) -> tuple[float, str] | None:
    found = pick(rows, "exponent by dates")
    if not found:
        return None
    return found[-1]["value"], f"+- {found[-1]['conditions']['plus_minus']:.3f}, all dates growing together"


def _end_to_end(rows: Sequence[Row]) -> tuple[float, str] | None:
    points = runs(rows, unit="km2/min")
    return None if not points else (points[-1][1], f"of {points[-1][0]:.0f} km2")


def files_share(rows: Sequence[Row]) -> tuple[float, str] | None:
    """Share of reading and writing in the largest run: reading by its own rate at as many threads."""
    points, threads = runs(rows), _threads(rows, "whole run")
    rate = _value(rows, "read windows", "km2/min", threads=threads)
    if not points or rate is None:
        return None
    km2, seconds = points[-1]
    written = [value for name in WRITING for at, value in runs(rows, name) if at == km2]
    if not written:
        return None
    return (km2 / rate * 60 + sum(written)) / seconds, f"of {km2:.0f} km2; reading alone, and the lap of writing"


def _temperature(rows: Sequence[Row]) -> tuple[float, str] | None:
    for km2, seconds in runs(rows, "run, temperature"):
        if 95 <= km2 <= 110:
            return seconds / 60 * 100 / km2, f"measured on {km2:.0f} km2"
    threads = _threads(rows, "generate temperature")
    rate = _value(rows, "generate temperature", "windows/s", threads=threads)
    density = _value(rows, "conditions that differ", "per km2")
    return None if rate is None or density is None else (100 * density / rate / 60, "from its rate, not run")


def _memory(km2: float) -> Callable[[Sequence[Row]], tuple[float, str] | None]:
    def reached(rows: Sequence[Row]) -> tuple[float, str] | None:
        points = [(at, mb) for at, mb in runs(rows, "whole run, peak memory", "MB") if at > 0.8 * km2]
        return None if not points else (points[-1][1] / 1024, f"of {points[-1][0]:.0f} km2")

    return reached


def _memory_growth(rows: Sequence[Row]) -> tuple[float, str] | None:
    points = dict(runs(rows, "whole run, peak memory", "MB"))
    middle = [km2 for km2 in points if 20 < km2 < 30]
    large = [km2 for km2 in points if km2 > 80]
    if not middle or not large:
        return None
    return points[max(large)] / points[middle[0]] - 1, f"{max(large):.0f} km2 over {middle[0]:.0f} km2"


def _plain(name: str, unit: str) -> Callable[[Sequence[Row]], tuple[float, str] | None]:
    def reached(rows: Sequence[Row]) -> tuple[float, str] | None:
        value = _value(rows, name, unit)
        return None if value is None else (value, "")

    return reached


def _overhead(rows: Sequence[Row]) -> tuple[float, str] | None:
    fixed = overhead(rows)
    return None if fixed is None else (fixed, "a run of one cell, less its area")


TARGETS = (
    Target("encode + fuse a year", 50, "km2/min", True, fused),
    Target("encode + fuse a year, moonshot", 150, "km2/min", True, fused),
    Target("encode + fuse, share of the fastest sgemm", 0.35, "", True, share(None)),
    Target("encode + fuse, share of torch.matmul", 0.35, "", True, share("torch.matmul")),
    Target("end to end from local COGs", 25, "km2/min", True, _end_to_end),
    Target("reading + writing, share of the run", 0.40, "", False, files_share),
    Target("temperature of 100 km2, 16 samples", 3, "min", False, _temperature),
    Target("peak memory at 400 km2", 3, "GB", False, _memory(400)),
    Target("memory at 400 km2 above that at 25", 0.05, "", False, _memory_growth),
    Target("exponent of cost with area", 1.03, "", False, _area_exponent),
    Target("exponent of cost with dates", 1.1, "", False, _dates_exponent),
    Target("import eofusion_engine", 0.3, "s", False, _plain("import eofusion_engine", "s")),
    Target("worker ready", 4, "s", False, _plain("worker ready", "s")),
    Target("a small run's fixed overhead", 6, "s", False, _overhead),
)


def judged(rows: Sequence[Row]) -> list[Row]:
    """A row for each target that the rows can judge."""
    out = []
    for target in TARGETS:
        found = target.reached(rows)
        if found is not None:
            value, how = found
            about = {"target": target.limit, "at": "least" if target.more else "most", "met": target.met(value)}
            # How it was found may change from one measurement to the next: it does not tell rows apart.
            made = row(f"target: {target.name}", value, target.unit, target=target.limit)
            made["conditions"] |= about
            made["how"] = how
            out.append(made)
    return out


def told(rows: Sequence[Row]) -> str:
    """One line a target: wanted, reached, met or not."""
    judgements = {one["name"]: one for one in judged(rows)}
    lines = []
    for target in TARGETS:
        wanted = f"{'at least' if target.more else 'at most'} {number(target.limit)} {target.unit}".strip()
        one = judgements.get(f"target: {target.name}")
        if one is None:
            lines.append(f"{target.name:42s} {wanted:22s} not measured")
        else:
            met = "met" if one["conditions"]["met"] else "NOT MET"
            lines.append(
                f"{target.name:42s} {wanted:22s} {number(one['value']):>9s} {target.unit:8s} {met:8s} {one['how']}"
            )
    return "\n".join(lines)


def main() -> int:
    """Judge the rows that are there, keep and print the judgements."""
    rows = load()
    # An earlier judgement is no measurement.
    measured = [one for one in rows if not one["name"].startswith("target: ")]
    keep(judged(measured), drop=lambda one: one["name"].startswith("target: "))
    print(told(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
