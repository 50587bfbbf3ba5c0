"""The documentation page on the simulator's realism, with its plots, from one comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..bands import S2_BANDS
from ..files import write_whole
from .realism_compare import by_cover, by_season, medians, memory, monthly
from .realism_features import SEASONS
from .realism_plots import range_chart
from .realism_series import GREATEST_NDVI, LEAST_NDVI, NEAR_DAYS, PIXELS, WORLD_PIXELS, Pair
from .tables import format_cell

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Shown seasons of the plot of spectra.
_SPECTRA = (SEASONS[1], SEASONS[2])

_INTRO = """# How real is the simulator?

This page is made by `python -m eofusion_engine.evaluation.simulator --data DATA --docs docs`; `eofusion evaluate
simulator --data DATA` prints the same figures. `DATA` is described in [training.md](training.md).

## How it is measured

Simulated pixels are put beside real ones. The simulated place is the preset of that latitude with the climate that the
engine's own climatology gives there, in the same months. Each pixel takes over the sampling of the real pixel it stands
for, so that nothing but what was seen can tell them apart:

- **Single days.** {pixels} pixels of each real place (Sentinel-2 L2A of openEO, WorldCereal and TreeSatAI;
  Sentinel-1 of the latter two) and as many simulated ones of three simulated places. For every clear real view the
  nearest simulated view that the simulated scene classification calls clear is taken, at most {near} days away, each
  once; a date that one of the two lacks is taken from both. Scenes of which less than a fifth is clear are dropped
  from both. Both are rounded alike.
  The land cover of these places is not known. Of {pool} simulated pixels of each simulated place those are compared
  that are of the same NDVI classes as the real ones: four classes of the least NDVI of the period ({least}) and
  four of the greatest ({greatest}), 10th and 90th percentile. So the figures do not judge how common a cover is, nor
  how low and how high its NDVI goes within those classes; the season and the other bands are not matched. The
  Austrian places are outlines of solar parks: what stands for them is mostly grass and built ground, and two fifths of
  it have panels in them.
- **Months, same cover.** WorldCereal's monthly points with known land cover (S. Sudan, Uganda, Kenya; Flanders):
  medians of clear Sentinel-2 views, means of Sentinel-1. Each real point has a simulated pixel of its own land cover
  class.

Gradient-boosted trees then learn to tell real from simulated. They see of a series: medians by season of the ten
bands and ten normalised differences, the 10th and 90th percentile of NDVI, how much views at most 15 days apart
(months: 31) differ by band and index (median and 90th percentile), and the correlation of NDVI with the next view; of
Sentinel-1 the same of VV, VH and VV-VH within each orbit direction. They see no dates, counts, gaps or positions.

Places closer than 25 km are one cluster. *Training* places served to improve the simulator: there each cluster is
judged by trees that saw only the others. *Held-out* places served nothing but these figures (the rule is that of
[training.md](training.md); the Flanders points surround a held-out place and are held out with it). Intervals are
95 %, from a bootstrap over clusters; with three clusters or fewer they say little.

An AUC of .5 means that nobody can tell; 1 means that the two are always told apart. The aim is below .85.

## The verdict
"""
_EVIDENCE = """The same trees, shown only a part of what there is, on training places:
"""
_GIVEN = """## What gives it away

On training places, the strongest first: medians of both, the AUC of the one feature alone, and how much AUC the trees
lose on unseen places when all its seasons are shuffled. Features say the same thing in several ways, so that the loss
of one can be small although it tells much.
"""
_TRIED = """Single features of Sentinel-2 say little: what tells is how many bands go together. Another draw of the
simulated places moves the AUC, too. What was tried against it, with figures, is in
[simulator.md](simulator.md#calibration-on-real-scenes).
"""
_DISTRIBUTIONS = """## Distributions

Training places. A value is a pixel's median of the season; bars reach from the 10th to the 90th percentile.
`distance` is the Kolmogorov-Smirnov distance, 0 to 1. The land cover of these real places is not known: part of a
difference is that other things grow there (the Austrian places are solar parks and their surroundings).
"""
_MEMORY = """### Temporal autocorrelation

Correlation of a pixel's views with the next ones at most 15 days later.
"""
_COVER = """### By land cover

Monthly points of known cover, medians of the whole year.
"""


def write_page(docs: Path, verdicts: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]],
               dated: Sequence[Pair], monthly_pairs: Sequence[Pair]) -> None:  # fmt: skip
    """Write ``simulator-realism.md`` and its plots under ``images``; the pairs are of training places only."""
    (docs / "images").mkdir(parents=True, exist_ok=True)
    plots = _plots(dated)
    for name, (_, svg) in plots.items():
        write_whole(docs / "images" / f"simulator-{name}.svg", svg)
    text = [
        _INTRO.format(
            pixels=PIXELS, near=NEAR_DAYS, pool=WORLD_PIXELS, least=_limits(LEAST_NDVI), greatest=_limits(GREATEST_NDVI)
        ),
        _table([v for v in verdicts if "places" in v]),
        verdict_words([v for v in verdicts if "places" in v]),
        _EVIDENCE,
        _table([v for v in verdicts if "of_it_only" in v]),
        _GIVEN,
        _table(given),
        _TRIED,
        _DISTRIBUTIONS,
        *[f"![{title}](images/simulator-{name}.svg)\n" for name, (title, _) in plots.items()],
        _table(by_season(dated)),
        _MEMORY,
        _table(memory(dated)),
        _COVER,
        _table(by_cover(monthly_pairs)),
    ]
    write_whole(docs / "simulator-realism.md", "\n".join(text))


def _limits(values: Sequence[float]) -> str:
    return "limits " + ", ".join(f"{v:g}"[1:] for v in values)


def verdict_words(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """The verdict as a sentence."""
    below = [f"{v['series']} ({v['places']})" for v in verdicts if v["auc"] < 0.85]
    if len(below) == len(verdicts):
        return "All are below .85.\n"
    reached = f"Below .85: {'; '.join(below)}." if below else "None is below .85 yet."
    return f"{reached} The next section says what tells the others apart.\n"


def _plots(dated: Sequence[Pair]) -> dict[str, tuple[str, str]]:
    made = {}

    def add(name: str, title: str, labels: Sequence[str], values: list[np.ndarray], unit: str = "") -> None:
        series = dict(zip(("real", "simulated"), values, strict=True))
        made[name] = (title, range_chart(title, labels, series, unit))

    both = (False, True)
    add("ndvi", "NDVI by month", _MONTHS, [monthly(dated, s, "NDVI") for s in both])
    for season in _SPECTRA:
        title = f"Reflectance, {season}"
        values = np.array([[_spread(m) for m in medians(dated, b, SEASONS.index(season))] for b in S2_BANDS])
        add(f"bands-{season[:3].lower()}", title, S2_BANDS, [values[:, 0], values[:, 1]])
    red_edge = ("red edge (B05, B04)", "red edge (B06, B05)", "red edge (B07, B06)", "NIR (B8A, B07)")
    values = np.array([[_spread(m) for m in medians(dated, name, 2)] for name in red_edge])
    add("red-edge", "Normalised differences, Jun-Aug", red_edge, [values[:, 0], values[:, 1]])
    for band in ("VV", "VH"):
        add(band.lower(), f"{band} by month", _MONTHS, [monthly(dated, s, band) for s in both], "(dB)")
    return made


def _spread(values: np.ndarray) -> np.ndarray:
    values = values[np.isfinite(values)]
    return np.percentile(values, [10, 50, 90]) if len(values) else np.full(3, np.nan)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "(nothing)\n"
    names = list(rows[0])
    right = [not any(isinstance(row[name], str) for row in rows) for name in names]
    lines = ["| " + " | ".join(names) + " |", "|" + "|".join("--:" if r else "---" for r in right) + "|"]
    lines += ["| " + " | ".join(format_cell(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines) + "\n"
