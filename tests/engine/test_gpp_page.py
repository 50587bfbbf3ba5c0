"""The tables of docs/gpp.md come from rows, and nothing else of the page changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from eofusion_engine.errors import OutputError
from eofusion_engine.evaluation.gpp import NO_WEATHER
from eofusion_engine.evaluation.gpp_page import BEGIN, END, tables, write_tables
from eofusion_engine.evaluation.rows import OURS, Row, make_row


def rows() -> list[Row]:
    common = {"r2": 0.7, "rmse": 2.0, "bias": -0.1, "coverage80": 0.81}
    return [
        make_row("gpp", "hls_clear", OURS, 157, "unseen", {**common, "diff_r2": 0.03}, reference="linear NIRv"),
        make_row("gpp", "hls_clear", f"{OURS}, {NO_WEATHER}", 157, "unseen",
                 {"r2": 0.68, "rmse": 2.1, "diff_r2": -0.02}, reference=OURS),
        make_row("gpp", "hls_clear", f"{OURS}, reflectance + 5%", 157, "unseen",
                 {"r2": 0.69, "diff_rmse": 0.01, "relative_change": 0.042}, reference=OURS),
        make_row("gpp", "hls_clear", "linear NIRv", 157, "unseen", {"r2": 0.67}),
        make_row("gpp", "hls_clear", OURS, 20, "unseen", {"r2": 0.111}, part="GRA"),
        make_row("gpp", "hls_clear", OURS, 585, "seen", {"r2": 0.999}),
    ]  # fmt: skip


def test_each_table_has_its_rows() -> None:
    text = tables(rows())
    scores, weather, changed = (part for part in text.split("\n\n") if part.startswith("|"))
    assert (
        "| never trained on | HLS, clear chips | 157 | 0.700 | 2.000 | -0.100 | 0.810 | +0.030 | linear NIRv |"
        in scores
    )
    assert weather.splitlines()[2] == f"| never trained on | HLS, clear chips | {NO_WEATHER} | 0.680 | 2.100 | -0.020 |"
    assert changed.splitlines()[2].split(" | ")[2:4] == ["reflectance + 5%", "+0.042"]
    assert [len(part.splitlines()) for part in (scores, weather, changed)] == [3, 3, 3]
    assert "0.999" not in text  # towers that trained the head
    assert "0.111" not in text  # a part


def test_only_what_stands_between_the_marks_is_written(tmp_path: Path) -> None:
    page = tmp_path / "gpp.md"
    write_tables(rows(), tmp_path)
    assert not page.exists()
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_tables(rows(), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text == f"before\n{BEGIN}\n\n{tables(rows())}\n\n{END}\nafter\n"
    page.write_text("no marks", encoding="utf-8")
    write_tables(rows(), tmp_path)
    assert page.read_text(encoding="utf-8") == "no marks"
    page.write_text(f"one mark {END}", encoding="utf-8")
    with pytest.raises(OutputError, match="one of the two marks"):
        write_tables(rows(), tmp_path)
