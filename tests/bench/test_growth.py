"""The exponent of cost, and rows that replace each other."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
import rows
from growth import power_law


def test_a_power_law_is_found_again() -> None:
    fit = power_law([1, 4, 25, 100], [3 * size**1.2 for size in (1, 4, 25, 100)])
    assert fit.exponent == pytest.approx(1.2)
    assert fit.factor == pytest.approx(3)
    assert fit.half_width == pytest.approx(0, abs=1e-9)


def test_the_interval_holds_the_true_exponent_in_95_of_100() -> None:
    rng, sizes, inside = random.Random(0), (1, 4, 25, 100, 400), 0
    for _ in range(1000):
        fit = power_law(sizes, [size * math.exp(rng.gauss(0, 0.1)) for size in sizes])
        inside += abs(fit.exponent - 1) <= fit.half_width
    assert inside / 1000 == pytest.approx(0.95, abs=0.02)


def test_two_points_have_no_interval() -> None:
    fit = power_law([1, 10], [2, 20])
    assert fit.exponent == pytest.approx(1)
    assert math.isnan(fit.half_width)


@pytest.mark.parametrize(("sizes", "costs"), [([1], [1]), ([1, 1], [1, 2]), ([1, 2], [1, 0]), ([1, 2, 3], [1, 2])])
def test_what_has_no_exponent_is_refused(sizes: list[float], costs: list[float]) -> None:
    with pytest.raises(ValueError, match="power law"):
        power_law(sizes, costs)


def test_a_row_measured_again_replaces_the_old_one_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    rows.keep([rows.row("a", 1.0, "s", threads=1), rows.row("b", 5.0, "s")], file)
    kept = rows.keep([rows.row("a", 2.0, "s", threads=1), rows.row("a", 3.0, "s", threads=2)], file)
    assert [(one["name"], one["value"]) for one in kept] == [("a", 2.0), ("b", 5.0), ("a", 3.0)]
    assert rows.load(file) == kept
    assert rows.pick(kept, "a", threads=2)[0]["value"] == 3.0
