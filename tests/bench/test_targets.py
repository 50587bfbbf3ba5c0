"""Targets read off made rows, and the page written from them."""

from __future__ import annotations

from pathlib import Path

import pytest
import speed_page
import targets
from rows import Row, row

RUN = {"asked": 4, "threads": 2, "samples": 16, "device": "cpu"}


def whole_runs(fixed: float = 5.0, exponent: float = 1.0, growth: float = 0.0) -> list[Row]:
    """Rows of runs that cost ``fixed`` and 2 seconds a km2."""
    made = []
    for km2 in (0.0256, 1.0, 4.0, 25.0, 100.0, 400.0):
        seconds = fixed + 2.0 * km2**exponent
        made += [
            row("whole run", seconds, "s", km2=km2, **RUN),
            row("whole run", km2 / seconds * 60, "km2/min", km2=km2, **RUN),
            row("whole run, peak memory", 1000 * (1 + growth * (km2 > 25)), "MB", km2=km2, **RUN),
            row("run, write", 0.3 * seconds, "s", km2=km2, **RUN),
            row("run, temperature", 0.5 * km2, "s", km2=km2, **RUN),
        ]
    return made


def reached(rows: list[Row], name: str) -> Row:
    return next(one for one in targets.judged(rows) if one["name"] == f"target: {name}")


def test_the_fixed_overhead_and_the_exponent_are_told_apart() -> None:
    rows = whole_runs(fixed=5.0)
    assert targets.overhead(rows) == pytest.approx(5.0)
    fit = targets.area_growth(rows)
    assert fit is not None and fit.exponent == pytest.approx(1.0, abs=1e-3)
    assert reached(rows, "exponent of cost with area")["conditions"]["met"]
    assert reached(rows, "a small run's fixed overhead")["conditions"]["met"]


def test_cost_that_grows_faster_than_the_area_does_not_meet_its_target() -> None:
    one = reached(whole_runs(exponent=1.2), "exponent of cost with area")
    assert one["value"] > 1.1 and not one["conditions"]["met"]


def test_the_share_of_a_slower_library_s_product_is_larger() -> None:
    rows = [
        row("encode + fuse", 60.0, "GFLOP/s", 0.2, threads=2),
        row("sgemm 1024", 300.0, "GFLOP/s", 1.0, threads=2, library="oneDNN"),
        row("sgemm 1024", 150.0, "GFLOP/s", 0.5, threads=2, library="torch.matmul"),
    ]
    strict, usual = (reached(rows, f"encode + fuse, share of {name}") for name in ("the fastest sgemm", "torch.matmul"))
    assert strict["value"] == pytest.approx(0.2) and not strict["conditions"]["met"]
    assert usual["value"] == pytest.approx(0.4) and usual["conditions"]["met"]


def test_memory_is_compared_between_the_large_and_the_middle_area() -> None:
    one = reached(whole_runs(growth=0.07), "memory at 400 km2 above that at 25")
    assert one["value"] == pytest.approx(0.07) and not one["conditions"]["met"]


def test_the_run_of_the_target_s_area_is_taken_for_temperature() -> None:
    one = reached(whole_runs(), "temperature of 100 km2, 16 samples")
    assert one["value"] == pytest.approx(50 / 60) and "measured" in one["how"]


def test_reading_and_writing_are_a_share_of_the_largest_run() -> None:
    rows = [*whole_runs(fixed=0.0), row("read windows", 240.0, "km2/min", threads=2, km2=25)]
    # 400 km2 take 800 s: 100 s of reading at 240 km2/min, and 240 s of writing.
    assert reached(rows, "reading + writing, share of the run")["value"] == pytest.approx(340 / 800)


def test_runs_on_a_gpu_are_not_taken_for_the_cpu_s() -> None:
    rows = [*whole_runs(), row("whole run", 1.0, "s", km2=900.0, **{**RUN, "device": "cuda"})]
    assert targets.runs(rows)[-1][0] == 400.0


def test_what_was_not_measured_is_not_judged() -> None:
    assert targets.judged([]) == []
    assert targets.told([]).count("not measured") == len(targets.TARGETS)


def test_the_page_shows_each_run_and_each_target_once(tmp_path: Path) -> None:
    rows = whole_runs()
    rows += targets.judged(rows)
    page = tmp_path / "speed.md"
    page.write_text(f"# Speed\n\n{speed_page.BEGIN}\nold\n{speed_page.END}\nkept\n", encoding="utf-8")
    speed_page.write_between(page, speed_page.BEGIN, speed_page.END, speed_page.tables(rows))
    text = page.read_text(encoding="utf-8")
    assert "old" not in text and text.endswith("kept\n")
    for target in targets.TARGETS:
        assert text.count(f"| {target.name} |") == 1
    assert "| 400 | 4 | 2 | 805 | 29.8 |" in text
