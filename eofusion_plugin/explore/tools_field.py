"""Tools that bring the user's own data: comparison, towers, budgets, mean cycles."""

from __future__ import annotations

from ..texts import tr
from .asks import Ask, FieldAsk, Tool


def field_tools() -> tuple[Tool, ...]:
    """Compare, tower, budget and cycle, in the user's language."""
    chapter = tr("With my data")
    return (
        Tool(
            "compare",
            tr("Compare with my data"),
            tr(
                "Samples a raster or points of yours (station temperatures, another GPP product, land-surface "
                "temperature) and sets them against a layer of the run: scatter, R², RMSE and bias."
            ),
            (
                Ask(
                    "layer",
                    "choice",
                    tr("Our layer"),
                    options=(
                        ("gpp", tr("GPP")),
                        ("gpp_sum", tr("GPP sum")),
                        ("temperature", tr("temperature")),
                        ("ndvi", tr("NDVI")),
                    ),
                    default="gpp",
                ),
                Ask(
                    "_with",
                    "choice",
                    tr("My data"),
                    options=(("points", tr("points")), ("raster", tr("a raster"))),
                    default="points",
                ),
                Ask(
                    "points",
                    "features",
                    tr("Points"),
                    when=("_with", ("points",)),
                    shapes="points",
                    fields=(
                        FieldAsk("value", tr("Field of the values"), kind="number"),
                        FieldAsk("date_field", tr("Field of the dates"), optional=True),
                        FieldAsk("class_field", tr("Field of the classes"), optional=True),
                    ),
                    by_file=True,
                ),
                Ask("raster", "raster", tr("Raster"), when=("_with", ("raster",))),
                Ask("band", "whole", tr("Band"), when=("_with", ("raster",)), default=1, minimum=1, maximum=10_000),
                Ask(
                    "date",
                    "date",
                    tr("Date"),
                    tr("Of your data, where no field has it. Without any date the mean of all dates is compared."),
                    optional=True,
                    product="gpp",
                ),
                Ask(
                    "within_days",
                    "whole",
                    tr("Days apart"),
                    tr("Our date nearest to yours counts when it is at most so many days away."),
                    advanced=True,
                    default=5,
                    maximum=400,
                ),
                Ask(
                    "class_raster",
                    "raster",
                    tr("Classes"),
                    tr("A raster of classes, such as the clusters of an earlier answer: figures for each class."),
                    optional=True,
                    advanced=True,
                ),
            ),
            tr("A pixel of 10 m and a station or a coarse pixel do not see the same ground."),
            "/mActionShowSelectedLayers.svg",
            chapter=chapter,
        ),
        Tool(
            "tower",
            tr("Check against my flux tower"),
            tr(
                "Reads a FLUXNET, ICOS or AmeriFlux file (daily or half-hourly) and shows predicted against measured "
                "GPP: scatter, series, residuals by season, R², RMSE and bias, beside simple baselines."
            ),
            (
                Ask("file", "file", tr("Tower file"), files=tr("Tables (*.csv *.txt);;All files (*)")),
                Ask(
                    "position",
                    "position",
                    tr("Position"),
                    tr("Longitude and latitude, or click on the map. Towers of FLUXNET2015 are known by their id."),
                    optional=True,
                ),
                Ask(
                    "runs",
                    "runs",
                    tr("Also for"),
                    tr("Runs of the same place in other years: calibration needs several."),
                    optional=True,
                ),
                Ask(
                    "_footprint",
                    "choice",
                    tr("Footprint"),
                    options=(
                        ("pixel", tr("the tower's pixel")),
                        ("radius", tr("a circle")),
                        ("polygon", tr("a polygon")),
                    ),
                    default="pixel",
                ),
                Ask(
                    "radius_m",
                    "real",
                    tr("Radius"),
                    when=("_footprint", ("radius",)),
                    default=100,
                    minimum=5,
                    maximum=5000,
                    decimals=0,
                    unit="m",
                ),
                Ask(
                    "footprint",
                    "places",
                    tr("Footprint polygon"),
                    when=("_footprint", ("polygon",)),
                    shapes="polygons",
                    single=True,
                ),
                Ask(
                    "calibrate",
                    "yes",
                    tr("Calibrate to this tower"),
                    tr("Fits a few core parameters, judged by leaving years out, and saves them for other runs."),
                    optional=True,
                ),
                Ask(
                    "partitioning",
                    "choice",
                    tr("Partitioning"),
                    tr("How the tower's GPP was told from its net flux."),
                    advanced=True,
                    options=(
                        ("nt", tr("night-time")),
                        ("dt", tr("daytime")),
                        ("mean", tr("mean of both")),
                    ),
                    default="nt",
                ),
            ),
            tr("One tower tells of its own footprint; eddy covariance itself is uncertain by 10 to 20 %."),
            "/mActionAddMarker.svg",
            runs=True,
            chapter=chapter,
        ),
        Tool(
            "budget",
            tr("GPP budgets of polygons"),
            tr(
                "GPP over the run's period of each polygon, in g C m⁻² and in t C, with a 10 to 90 % interval. Pixels "
                "count by the share of them that lies inside."
            ),
            (
                Ask(
                    "polygons",
                    "features",
                    tr("Polygons"),
                    shapes="polygons",
                    fields=(FieldAsk("name_field", tr("Names"), optional=True),),
                ),
            ),
            tr("A part of the error is common to all pixels and does not average out; the interval holds that."),
            "/mActionSum.svg",
            chapter=chapter,
        ),
        Tool(
            "cycle",
            tr("Mean annual cycles"),
            tr("The mean course of GPP over the year for each kind of cover that the run tells apart."),
            (Ask("clusters", "whole", tr("Kinds of cover"), default=5, minimum=2, maximum=12),),
            "",
            "/mTemporalNavigationAnimated.svg",
            chapter=chapter,
        ),
    )
