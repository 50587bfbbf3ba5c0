"""The pictures of docs/speed.md: speed of the hot path, time and memory of whole runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rows import Row, pick
from targets import LEAST_KM2, area_growth, overhead, runs

_BLUE, _RED, _GREY = "#1f5a99", "#b3412e", "0.55"


def draw(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write the pictures that the rows suffice for; returns their paths."""
    import matplotlib as mpl

    mpl.rcParams["svg.hashsalt"] = "eofusion"  # the same rows give the same bytes
    folder.mkdir(parents=True, exist_ok=True)
    makers = {"speed-hot.svg": _hot, "speed-area.svg": _area}
    return [_save(makers[name](rows), folder / name) for name in pictures(rows)]


def pictures(rows: Sequence[Row]) -> list[str]:
    """The names of the pictures that the rows suffice for."""
    hot = bool(pick(rows, "by tile side") and pick(rows, "by dates"))
    return ["speed-hot.svg"] * hot + ["speed-area.svg"] * (len(runs(rows)) > 1)


def _save(figure: Any, path: Path) -> Path:
    figure.savefig(path, metadata={"Date": None})
    return path


def _figure() -> tuple[Any, Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    return figure, left, right


def _hot(rows: Sequence[Row]) -> Any:
    figure, left, right = _figure()
    for axis, name, key, words in (
        (left, "by tile side", "tile", "side of a tile, px"),
        (right, "by dates", "s2", "Sentinel-2 and asked dates"),
    ):
        found = sorted(pick(rows, name), key=lambda one: one["conditions"][key])
        x = [one["conditions"][key] for one in found]
        y = [one["ratio_to_sgemm"] for one in found]
        if axis is right:
            axis.set(xscale="log", yscale="log")
            axis.plot(x, [y[0] * x[0] / at for at in x], "--", color=_GREY, lw=1, label="cost linear in dates")
            axis.minorticks_off()
            axis.set(yticks=y, yticklabels=[f"{at:.0f}" for at in y])
        axis.plot(x, y, "o-", color=_BLUE, label="measured")
        axis.set(xlabel=words, xticks=x, xticklabels=list(map(str, x)))
        if axis is left:
            axis.set_ylim(0, 1.15 * max(y))
        axis.legend(frameon=False, fontsize=8)
    left.set_ylabel("px-years a GFLOP of sgemm")
    return figure


def _area(rows: Sequence[Row]) -> Any:
    figure, left, right = _figure()
    points, memory = runs(rows), runs(rows, "whole run, peak memory", "MB")
    left.loglog(*zip(*points, strict=True), "o-", color=_BLUE, label="whole run")
    fixed, fit = overhead(rows), area_growth(rows)
    if fixed is not None and fit is not None:
        x = [km2 for km2, _ in points if km2 >= LEAST_KM2]
        line = [fit.factor * at**fit.exponent for at in x]
        left.loglog(x, line, "--", color=_GREY, label=f"less {fixed:.1f} s: exponent {fit.exponent:.2f}")
    left.set(xlabel="km2", ylabel="seconds")
    left.legend(frameon=False, fontsize=8)
    right.semilogx(*zip(*memory, strict=True), "o-", color=_RED)
    right.set(xlabel="km2", ylabel="peak memory, MB")
    right.set_ylim(0, 1.15 * max(mb for _, mb in memory))
    return figure
