"""Budget: GPP of polygons over the run's period, in g C m-2 and t C, with p10 and p90."""

from __future__ import annotations

from dataclasses import replace

from shapely.geometry import mapping

from ..events import Listener, stop_if_cancelled
from ..products.budget import Budget, make_budget
from ..products.polygons import NamedPolygon, PolygonError, parse_polygons
from .arguments import GeoJson, RunArguments
from .result import ExploreResult, series
from .runs import FinishedRun

_STATISTICS = ("p10", "p50", "p90")
#: Names of the figures in the GeoJSON file, in the order of the table's columns.
_FIELDS = (
    *("name", "area_ha", "inside", "known"),
    *(f"gpp_{s}_g_c_m2" for s in _STATISTICS),
    *(f"gpp_{s}_t_c" for s in _STATISTICS),
)
#: More curves in one chart are not told apart, and more bars not read.
_CURVES, _BARS = 8, 30


class Arguments(RunArguments):
    """``polygons``: GeoJSON in EPSG:4326; ``name_field``: the property that names them (else name, id, a number)."""

    polygons: GeoJson
    name_field: str | None = None


def make(arguments: Arguments, listener: Listener) -> ExploreResult:
    """Budgets as a table, bars, curves over time, and the polygons with their figures.

    Raises ``PolygonError`` (no polygons, none in the run's area), ``OutputError`` (a run without GPP).
    """
    with FinishedRun.open(arguments.run) as run:
        polygons = _named(arguments)
        listener.progress("explore", 0, 2, f"Adding up {len(polygons)} polygons")
        budget = make_budget(arguments.run, polygons)
        stop_if_cancelled(listener)
        with ExploreResult("budget", f"GPP of polygons, {budget.start} to {budget.end}", arguments, [run]) as result:
            listener.progress("explore", 1, 2, "Drawing")
            _write(result, budget, polygons)
            listener.progress("explore", 2, 2, "Drawing")
        return result


def _named(arguments: Arguments) -> list[NamedPolygon]:
    polygons = parse_polygons(arguments.polygons)
    field = arguments.name_field
    if field is None:
        return polygons
    features = arguments.polygons.get("features", [arguments.polygons])
    names = [(feature.get("properties") or {}).get(field) for feature in features]
    if not any(name not in (None, "") for name in names):
        raise PolygonError(f"No polygon has a value of {field!r}.", "Name another field, or none.")
    return [
        polygon if name in (None, "") else replace(polygon, name=str(name))
        for polygon, name in zip(polygons, names, strict=True)
    ]


def _write(result: ExploreResult, budget: Budget, polygons: list[NamedPolygon]) -> None:
    rows = []
    for one in budget.polygons:
        means = [getattr(one, f"mean_{s}") for s in _STATISTICS]
        totals = [getattr(one, f"total_{s}") for s in _STATISTICS]
        rows.append([one.name, one.area_ha, one.inside, one.known, *means, *totals])
    columns = ["polygon", "area (ha)", "share inside", "share known"]
    columns += [f"{s} (g C m-2)" for s in _STATISTICS] + [f"{s} (t C)" for s in _STATISTICS]
    result.table("budget", "GPP of polygons", columns, rows)
    shown = [one for one in budget.polygons if one.mean_p50 is not None][:_BARS]
    for kind, title, label in (("mean", "GPP of the period", "g C m-2"), ("total", "GPP of the whole polygon", "t C")):
        low, middle, high = ([getattr(one, f"{kind}_{s}") for one in shown] for s in _STATISTICS)
        bars = [series("p50, with p10 to p90", middle, low, high, "#009e73")]
        result.chart(title, "", label, "bar", [one.name for one in shown], bars)
    curves = {one.name: budget.series[one.name] for one in shown[:_CURVES]}
    if curves:
        days = [row["date"] for row in next(iter(curves.values()))]
        lines = []
        for name, entries in curves.items():
            low, middle, high = ([row[s] for row in entries] for s in _STATISTICS)
            lines.append(series(name, middle, low, high))
        result.chart("GPP over time", "Date", "g C m-2 d-1", "band", days, lines)
    table = [
        [n, row["date"], *(row[s] for s in _STATISTICS)] for n, entries in budget.series.items() for row in entries
    ]
    result.table("series", "GPP by date (g C m-2 d-1)", ["polygon", "date", *_STATISTICS], table)
    features = [
        {"type": "Feature", "geometry": mapping(polygon.geometry), "properties": dict(zip(_FIELDS, row, strict=True))}
        for polygon, row in zip(polygons, rows, strict=True)
    ]
    result.vector("budget", "GPP of polygons", features)
    known = [one for one in budget.polygons if one.total_p50 is not None]
    if len(known) == 1:
        (one,) = known
        result.score("GPP of the period", one.mean_p50 or 0.0, one.mean_p10, one.mean_p90, "g C m-2")
        result.score("GPP of the polygon", one.total_p50 or 0.0, one.total_p10, one.total_p90, "t C")
    result.score("Polygons with a budget", len(known))
    for note in budget.notes:
        result.note(note)
    if len(known) > _CURVES:
        result.note(f"The curves show the first {_CURVES} polygons; the tables have all.")
    result.note("Drivers of the run: " + "; ".join(f"{name} {source}" for name, source in budget.drivers.items()) + ".")
