"""The tools of Explore: what each is called, does and asks. The dock and Processing are both built from this table."""

from __future__ import annotations

from ..texts import tr
from .asks import Ask, FieldAsk, Tool
from .tools_effect import effect_tools
from .tools_field import field_tools


def tools() -> tuple[Tool, ...]:
    """All tools in the order of the dock's list, in the user's language."""
    return (*_embedding_tools(), *effect_tools(), *field_tools())


def find_tool(name: str) -> Tool | None:
    """The tool of this name, None for one of a newer engine."""
    return next((tool for tool in tools() if tool.name == name), None)


def _embedding_tools() -> tuple[Tool, ...]:
    chapter = tr("Embeddings")
    dates = Ask(
        "dates",
        "dates",
        tr("Dates"),
        tr("Embeddings of these dates are read; without a choice up to twelve, evenly spread over the run."),
        optional=True,
        advanced=True,
    )
    return (
        Tool(
            "similar",
            tr("Similar places"),
            tr(
                "Pick one or more pixels, or a polygon: the map shows how much every other pixel resembles them over "
                "the whole season, from 0 (nothing in common) to 1 (the same)."
            ),
            (
                Ask(
                    "picks",
                    "places",
                    tr("Places to look for"),
                    tr("Click pixels, draw a polygon, or take selected features."),
                ),
                Ask(
                    "picks_run",
                    "run",
                    tr("Places lie in"),
                    tr("Another run than the one above, when the places lie in another area or another year."),
                    optional=True,
                    advanced=True,
                ),
                Ask(
                    "combine",
                    "choice",
                    tr("Several places"),
                    options=(("mean", tr("like their mean")), ("best", tr("like the nearest of them"))),
                    default="mean",
                ),
                Ask(
                    "matches",
                    "whole",
                    tr("Best matches"),
                    tr("The best so many places as points, at most one in 160 m."),
                    optional=True,
                    default=0,
                    maximum=10_000,
                    lowest=tr("none"),
                ),
                dates,
            ),
            tr("Alike means alike to the satellites: two crops with one calendar may look the same."),
            "/mActionIdentify.svg",
            chapter=chapter,
        ),
        Tool(
            "clusters",
            tr("Clusters"),
            tr(
                "Groups the pixels into kinds of land that behave alike over the season, without any training, and "
                "shows the mean seasonal course of each kind."
            ),
            (
                Ask(
                    "clusters",
                    "whole",
                    tr("Number of clusters"),
                    tr("From 2 to 40; without a number the engine tries several and suggests one."),
                    optional=True,
                    default=1,
                    minimum=1,
                    maximum=40,
                    lowest=tr("suggested"),
                ),
                dates,
            ),
            tr("A cluster is no land-cover class: name it only after looking at what lies in it."),
            "/mActionAddLegend.svg",
            chapter=chapter,
        ),
        Tool(
            "pca",
            tr("Embeddings as colours"),
            tr(
                "The three main directions of the embeddings as red, green and blue: similar colours, similar land. "
                "Colours are made to stay the same across tiles, dates and the runs named."
            ),
            (
                Ask(
                    "runs",
                    "runs",
                    tr("Also for"),
                    tr("Other runs that get the same colours."),
                    optional=True,
                ),
                dates,
                Ask(
                    "basis",
                    "file",
                    tr("Colours of"),
                    tr("The file basis.json of an earlier answer: the same colours again."),
                    optional=True,
                    advanced=True,
                    files=tr("Colour bases (*.json)"),
                ),
            ),
            tr("Colours can be compared within this answer, and with others that use its basis.json."),
            "/mIconColorWheel.svg",
            runs=True,
            chapter=chapter,
        ),
        Tool(
            "classify",
            tr("Classify from my samples"),
            tr(
                "Learns from your points or polygons: classes from a text or whole-number field, or a measured "
                "quantity from a number field. Its quality is judged on blocks of land that it was not trained on."
            ),
            (
                Ask(
                    "samples",
                    "features",
                    tr("Points or polygons"),
                    tr("A layer with what is known on the ground, any projection."),
                    fields=(FieldAsk("field", tr("Field")),),
                ),
                Ask(
                    "task",
                    "choice",
                    tr("Learn"),
                    tr("Text, or few different whole numbers, are taken for classes."),
                    options=(
                        ("auto", tr("as the field is")),
                        ("class", tr("classes")),
                        ("number", tr("a number")),
                    ),
                    default="auto",
                ),
                Ask(
                    "model",
                    "choice",
                    tr("Method"),
                    tr("Linear needs the fewest samples; the forest follows odd shapes when there are hundreds."),
                    options=(
                        ("linear", tr("linear")),
                        ("knn", tr("nearest neighbours")),
                        ("forest", tr("random forest")),
                    ),
                    default="linear",
                ),
                dates,
                Ask(
                    "block",
                    "real",
                    tr("Side of the blocks"),
                    tr("Samples of one block are held back together, so that neighbours do not judge each other."),
                    optional=True,
                    advanced=True,
                    default=0,
                    maximum=1_000_000,
                    decimals=0,
                    lowest=tr("a tenth of the samples' extent"),
                    unit="m",
                ),
            ),
            tr("The score holds for land like that of the samples. Few or clustered samples give a vague score."),
            "/mActionNewAttribute.svg",
            chapter=chapter,
        ),
        Tool(
            "apply",
            tr("Apply a saved model"),
            tr("Maps this run with a model that 'Classify from my samples' has saved from this or another run."),
            (
                Ask(
                    "model",
                    "file",
                    tr("Model"),
                    tr("The file model.safetensors in the folder of the answer that learned it."),
                    files=tr("Models (*.safetensors)"),
                ),
            ),
            tr("Other years and regions are fair only where the land looks as it did in training."),
            "/mActionFileOpen.svg",
            chapter=chapter,
        ),
        Tool(
            "change",
            tr("Change between dates"),
            tr(
                "How far the embedding of each pixel moved between two dates or two years, in units of the noise that "
                "unchanged land shows: up to 3 it may be chance."
            ),
            (
                Ask(
                    "_by",
                    "choice",
                    tr("Compare"),
                    options=(("dates", tr("dates")), ("years", tr("years of a long run"))),
                    default="dates",
                ),
                Ask("before", "dates", tr("Before"), tr("One or more dates."), when=("_by", ("dates",))),
                Ask(
                    "after_run",
                    "run",
                    tr("After lies in"),
                    tr("Another run of the same place, such as another year."),
                    optional=True,
                    when=("_by", ("dates",)),
                ),
                Ask("after", "dates", tr("After"), tr("One or more dates."), when=("_by", ("dates",)), of="after_run"),
                Ask(
                    "before_year",
                    "whole",
                    tr("Before"),
                    tr("All dates that both years have in the same season."),
                    when=("_by", ("years",)),
                    default=2020,
                    minimum=2014,
                    maximum=2100,
                ),
                Ask(
                    "after_year",
                    "whole",
                    tr("After"),
                    when=("_by", ("years",)),
                    default=2021,
                    minimum=2014,
                    maximum=2100,
                ),
            ),
            tr("Between seasons everything changes: compare the same time of two years to see lasting change."),
            "/mActionDuplicateLayer.svg",
            chapter=chapter,
        ),
        Tool(
            "breaks",
            tr("Break dates"),
            tr("For each pixel the date on which its series left its usual course, such as a felling or a mowing."),
            (
                Ask(
                    "signal",
                    "choice",
                    tr("Series of"),
                    options=(("ndvi", tr("NDVI as observed")), ("embeddings", tr("embeddings"))),
                    default="ndvi",
                ),
                Ask(
                    "threshold",
                    "real",
                    tr("Counts from"),
                    tr("A step counts from so many units of noise on: higher finds less, and less by chance."),
                    advanced=True,
                    default=5,
                    minimum=0.5,
                    maximum=100,
                    decimals=1,
                ),
                Ask(
                    "kinds",
                    "whole",
                    tr("Kinds of land"),
                    tr("Each kind has a usual course of its own."),
                    advanced=True,
                    default=6,
                    minimum=1,
                    maximum=20,
                ),
            ),
            tr("A date can be told no finer than the clear views around it."),
            "/mActionSetProjection.svg",
            chapter=chapter,
        ),
    )
