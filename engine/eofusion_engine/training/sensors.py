"""What the fusion's training must know of each sensor; a new sensor is one more line here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SensorTraining:
    """How a sensor takes part in the training of the fusion.

    ``window_days`` and ``nearest`` go into FusionConfig. ``weight``: of its errors in the loss. ``tolerance_days``: how
    far from the asked date an observation may be to serve as its target. ``speckled``: single views are noise that
    cannot be known; they are only asked back where they were hidden. ``lost``: the share of pixels that lose the
    whole sensor. ``share``: of the draws that go to places with this sensor where it is one of few; None: as they come.
    """

    window_days: int
    nearest: int
    weight: float
    tolerance_days: int
    speckled: bool
    lost: float
    share: float | None = None


TRAINING = {
    "S2": SensorTraining(window_days=180, nearest=2, weight=1.0, tolerance_days=0, speckled=False, lost=0.0625),
    "S1": SensorTraining(window_days=90, nearest=0, weight=0.3, tolerance_days=1, speckled=True, lost=0.125),
    "LST": SensorTraining(
        window_days=90, nearest=2, weight=0.5, tolerance_days=0, speckled=False, lost=0.125, share=0.5
    ),
}
#: What a fusion is trained over unless told otherwise: the shipped weights.
DEFAULT = ("S2", "S1")
