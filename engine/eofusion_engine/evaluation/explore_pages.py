"""``python -m eofusion_engine.evaluation.explore_pages --docs DOCS``: the figures of docs/counterfactuals.md and
docs/sensitivity.md, measured anew on simulated scenes. ``--weights`` judges other weights than the installed."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ..explore.attribution import GPP_GROUPS
from ..files import write_whole
from . import counterfactual_truth, sensitivity_truth
from .counterfactual_truth import Effect
from .realism_plots import range_chart
from .rows import OURS, Row
from .tables import markdown_block

#: What the figures are held against: share of the simulator's effect, and rank correlation of the methods.
LEAST_SIZE, LEAST_RANK = 0.5, 0.8
MARK = ("<!-- measured: begin -->", "<!-- measured: end -->")


def between_marks(page: Path, text: str) -> None:
    """Replace what stands between the marks of a page. Raises ValueError where it has none."""
    before, mark, rest = page.read_text(encoding="utf-8").partition(MARK[0])
    _, end, after = rest.partition(MARK[1])
    if not mark or not end:
        raise ValueError(f"{page.name} has no marks")
    write_whole(page, f"{before}{MARK[0]}\n{text.strip()}\n{MARK[1]}{after}")


def effect_chart(found: dict[tuple[counterfactual_truth.Change, str], list[Effect]], name: str, unit: str) -> str:
    """The range over places of the simulator's and of the model's effects."""
    changes = [change for change, quantity in found if quantity == name]
    arms = {
        label: np.array(
            [np.percentile([getattr(v, arm) for v in found[change, name]], (10, 50, 90)) for change in changes]
        )
        for label, arm in (("simulator", "truth"), ("model", "model"))
    }
    return range_chart(f"{name} as edited minus as it was", changes, arms, unit)


def write_counterfactuals(docs: Path, weights: Path | None = None) -> list[Row]:
    """Tables and figures of the counterfactuals' page."""
    found = counterfactual_truth.all_effects(weights)
    rows = counterfactual_truth.rows_of(found)
    for name, unit in (("NDVI", ""), ("GPP", "[g C m-2 d-1]")):
        write_whole(docs / "images" / f"counterfactual-{name.lower()}.svg", effect_chart(found, name, unit))
    between_marks(docs / "counterfactuals.md", "\n\n".join((*_tables(rows), size_verdict(rows))))
    return rows


def write_sensitivity(docs: Path, weights: Path | None = None) -> list[Row]:
    """Tables and figure of the sensitivity's page."""
    found = sensitivity_truth.judge(weights)
    rows = sensitivity_truth.rows_of(found)
    one, other = sensitivity_truth.pooled(found.gpp)
    bars = {
        label: np.percentile(values, (10, 50, 90), axis=0).T
        for label, values in (("gradient", one), ("occlusion", other))
    }
    chart = range_chart("Shares of inputs in GPP, simulated scenes", list(GPP_GROUPS), bars, "")
    write_whole(docs / "images" / "sensitivity-gpp.svg", chart)
    between_marks(docs / "sensitivity.md", "\n\n".join((*_tables(rows), rank_verdict(rows))))
    return rows


def size_verdict(rows: list[Row]) -> str:
    """What was asked, the simulator's sign and half of its size on average, and where it is not met."""
    lines = []
    for row in rows:
        if row.model != OURS:
            continue
        size, what = row.metrics["size"], row.data.removeprefix("simulated ")
        met = "met" if size >= LEAST_SIZE else "**not met**: the model hardly moves" if size < 0.1 else "**not met**"
        lines.append(f"- {what}: {100 * size:.0f} % of the simulator's size: {met}.")
    return f"Asked: the simulator's sign and at least {100 * LEAST_SIZE:.0f} % of its size.\n\n" + "\n".join(lines)


def rank_verdict(rows: list[Row]) -> str:
    """What was asked, and where it is not met."""
    lines = [
        f"- {row.data.removeprefix('simulated scenes: ')}: {row.metrics['spearman']:.2f}: "
        + ("met." if row.metrics["spearman"] >= LEAST_RANK else "**not met**.")
        for row in rows
    ]
    return f"Asked: a Spearman correlation of at least {LEAST_RANK:g}.\n\n" + "\n".join(lines)


def _tables(rows: list[Row]) -> list[str]:
    """A table a data set."""
    names = list(dict.fromkeys(row.data for row in rows))
    return [
        f"**{name[:1].upper()}{name[1:]}**\n\n{markdown_block([r for r in rows if r.data == name])}" for name in names
    ]


def main() -> None:
    """Write both pages, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, required=True)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--only", choices=("counterfactuals", "sensitivity"))
    options = parser.parse_args()
    if options.only != "sensitivity":
        write_counterfactuals(options.docs, options.weights)
    if options.only != "counterfactuals":
        write_sensitivity(options.docs, options.weights)


if __name__ == "__main__":
    main()
