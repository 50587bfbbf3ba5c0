"""The stages that make tile files, by name: local threads and a cluster's workers run the same functions."""

from __future__ import annotations

from dataclasses import dataclass

from .gpp_pass import make_gpp
from .imagery_pass import make_imagery
from .temperature_pass import make_temperature
from .workplace import Stage


@dataclass(frozen=True)
class StageOf:
    """``make`` makes a job. ``wide``: it spreads one job over all threads itself. ``on_device``: it wants the GPU."""

    make: Stage
    wide: bool = False
    on_device: bool = True


STAGES: dict[str, StageOf] = {
    "encode": StageOf(make_imagery),
    "temperature": StageOf(make_temperature, wide=True),
    "gpp": StageOf(make_gpp, on_device=False),
}
