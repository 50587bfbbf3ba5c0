"""What goes wrong with questions to finished runs."""

from __future__ import annotations

from ..errors import EOFusionError


class ExploreError(EOFusionError):
    """A question that this run, or these samples, cannot answer."""

    code = "explore"


class TooFewSamples(ExploreError):
    """Not enough points or pixels to learn from or to judge by."""

    code = "too-few-samples"
