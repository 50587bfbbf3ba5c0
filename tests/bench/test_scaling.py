"""The arithmetic of large regions against shapes that can be counted."""

from __future__ import annotations

import math
import random

import pytest
import scaling
import tile_times
from shapely import affinity
from shapely.geometry import Point, box

RATES = scaling.Rates({"encode": 1.5, "write": 0.5}, 3.0, 4.0, 6.0)


@pytest.mark.parametrize("shape", [box(0, 0, 300, 120), Point(0, 0).buffer(150)])
def test_squares_that_touch_a_region_are_as_many_as_counted(shape: object) -> None:
    side, rng, counted = 24.0, random.Random(0), []
    for _ in range(60):
        turned = affinity.rotate(shape, rng.uniform(0, 90))
        there = affinity.translate(turned, rng.uniform(0, side), rng.uniform(0, side))
        west, south, east, north = (math.floor(v / side) for v in there.bounds)
        cells = [(c, r) for c in range(west, east + 1) for r in range(south, north + 1)]
        counted.append(sum(there.intersects(box(c * side, r * side, (c + 1) * side, (r + 1) * side)) for c, r in cells))
    region = scaling.Region("made", shape.area, shape.length, 0)  # type: ignore[attr-defined]
    assert scaling.squares(region, side) == pytest.approx(sum(counted) / len(counted), rel=0.03)


def test_smaller_runs_compute_less_beyond_the_border_and_read_more_beyond_theirs() -> None:
    small, large = (scaling.Job(scaling.GERMANY, side, RATES, 8) for side in (16, 48))
    assert small.runs > large.runs
    assert scaling.GERMANY.km2 < small.computed_km2 < large.computed_km2
    assert scaling.read_mb(16) > scaling.read_mb(48) > scaling.read_mb(1e6)


def test_a_region_without_a_border_costs_its_area() -> None:
    job = scaling.Job(scaling.Region("none", 360_000, 0, 0), 20, RATES, 8)
    assert job.runs == 901
    assert job.core_hours == pytest.approx((360_400 * 2.0 + 901 * 6.0 * 8) / 3600)


def test_a_gpu_at_its_peak_takes_the_operations_over_the_rate() -> None:
    assert scaling.gpu_seconds(mflop=10, tflops=100, utilisation=0.1) == pytest.approx(1e11 / 1e13)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_times_of_tiles_are_found_again_from_when_they_were_finished(threads: int) -> None:
    rng = random.Random(threads)
    took = [rng.uniform(1, 9) for _ in range(50)]
    free, finished = [10.0] * threads, []
    for seconds in took:  # each worker takes the next tile as soon as it is free
        worker = free.index(min(free))
        free[worker] += seconds
        finished.append(free[worker])
    assert tile_times.durations(finished, threads) == pytest.approx(took[threads:])
