"""Tools that ask the generator: counterfactuals and sensitivity."""

from __future__ import annotations

from ..texts import tr
from .asks import Ask, Tool

#: Edits by a share, and what that share is of.
SHARED = ("cover", "vegetation-loss", "snow", "drier", "wetter")


def effect_tools() -> tuple[Tool, ...]:
    """Counterfactual and sensitivity, in the user's language."""
    chapter = tr("What if")
    return (
        Tool(
            "counterfactual",
            tr("Counterfactual"),
            tr(
                "Changes what the satellites saw inside a polygon and runs the model again: the difference in "
                "temperature, GPP and NDVI is what the model makes of that change. Where nothing changed within "
                "reach the difference is exactly zero."
            ),
            (
                Ask(
                    "polygon",
                    "places",
                    tr("Where"),
                    tr("Draw the polygon, or take selected polygons."),
                    shapes="polygons",
                    single=True,
                ),
                Ask(
                    "edit",
                    "choice",
                    tr("What if"),
                    options=(
                        ("cover", tr("it had another cover")),
                        ("vegetation-loss", tr("its plants were gone")),
                        ("snow", tr("it lay under snow")),
                        ("drier", tr("it was drier")),
                        ("wetter", tr("it was wetter")),
                        ("no-sar", tr("there was no radar")),
                        ("no-optical", tr("there was no optical image")),
                    ),
                    default="vegetation-loss",
                ),
                Ask(
                    "donor",
                    "places",
                    tr("Cover taken from"),
                    tr("A polygon of this run with the other cover."),
                    when=("edit", ("cover",)),
                    shapes="polygons",
                    single=True,
                ),
                Ask(
                    "amount",
                    "real",
                    tr("How much"),
                    tr("Share of the pixel, or of the plants' water: 1 is all."),
                    when=("edit", SHARED),
                    default=1.0,
                    minimum=0.05,
                    maximum=1.0,
                ),
                Ask("start", "date", tr("From"), optional=True, advanced=True),
                Ask("end", "date", tr("To"), optional=True, advanced=True),
                Ask(
                    "samples",
                    "whole",
                    tr("Draws"),
                    tr("More draws, smoother intervals, more time."),
                    advanced=True,
                    default=16,
                    minimum=4,
                    maximum=64,
                ),
            ),
            tr("An answer of the model, not of the land: it knows no feedback that the images do not show."),
            "/mActionCalculateField.svg",
            chapter=chapter,
        ),
        Tool(
            "sensitivity",
            tr("Sensitivity"),
            tr(
                "Which inputs the model's expected temperature and GPP hang on: radar, each optical band, each date, "
                "place and season; by gradients and by taking inputs away, and how far the two agree."
            ),
            (
                Ask(
                    "area",
                    "places",
                    tr("Where"),
                    tr("Draw a polygon; without one the whole run is asked."),
                    optional=True,
                    shapes="polygons",
                    single=True,
                ),
                Ask(
                    "target",
                    "choice",
                    tr("Of what"),
                    options=(("gpp", tr("GPP")), ("temperature", tr("temperature")), ("both", tr("both"))),
                    default="both",
                ),
                Ask(
                    "dates",
                    "dates",
                    tr("Dates"),
                    tr("Of the expected GPP; without a choice three of them."),
                    optional=True,
                    advanced=True,
                    product="gpp",
                ),
                Ask(
                    "blocks",
                    "whole",
                    tr("Windows"),
                    tr("Windows of 320 m on which inputs are taken away one by one: more take longer."),
                    advanced=True,
                    default=6,
                    minimum=1,
                    maximum=100,
                ),
                Ask(
                    "cells",
                    "whole",
                    tr("Cells"),
                    tr("At most so many cells of 160 m are weighed for the temperature."),
                    advanced=True,
                    default=150,
                    minimum=1,
                    maximum=5000,
                ),
            ),
            tr("It says what the model uses, not what drives nature."),
            "/mActionShowRasterCalculator.svg",
            chapter=chapter,
        ),
    )
