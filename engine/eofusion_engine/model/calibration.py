"""A local calibration of the GPP head: a few of its core numbers, fitted at one tower, in a small named file."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from ..errors import RequestError
from ..files import write_whole
from ..resources import weights_folder
from .light_use import LightUse
from .weights import read_sums

FORMAT = 1
#: What a tower can move: more than this is another quantity or unit, not another place.
SCALE_LIMITS = (0.4, 2.5)
SHIFT_LIMITS = (-8.0, 8.0)
_HINT = "Make it again with eofusion tower FILE --run RUN --calibrate OUT.json"


class CalibrationError(RequestError):
    """The calibration file cannot be used."""

    code = "calibration"


def head_sum(weights_dir: Path | None = None) -> str:
    """SHA-256 of the GPP head's weights: a calibration belongs to one."""
    return read_sums(weights_folder() if weights_dir is None else weights_dir).get("gpp.safetensors", "")


@dataclass(frozen=True)
class Calibration:
    """``scale`` multiplies the light-use efficiency, ``temperature_shift`` (degC) moves its response to temperature.

    ``head`` is :func:`head_sum` of the head that it was fitted to; ``about`` says from which tower and years, and
    the scores with each year left out.
    """

    name: str
    scale: float
    temperature_shift: float
    head: str
    about: dict[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write the file; raises ``OSError``."""
        write_whole(path, json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n")

    @property
    def words(self) -> str:
        """A plain sentence part for reports."""
        shift = f", temperature response moved by {self.temperature_shift:+.1f} degC" if self.temperature_shift else ""
        return f"calibrated at {self.name}: efficiency x {self.scale:.2f}{shift}"


def load_calibration(path: Path, weights_dir: Path | None = None) -> Calibration:
    """A calibration file that fits the head in use.

    Raises:
        CalibrationError: no such file, not a calibration, numbers that cannot be, or one of another head.
    """
    try:
        data = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CalibrationError(f"There is no calibration file {path}.", _HINT) from None
    except (OSError, ValueError):
        raise CalibrationError(f"{Path(path).name} is not a calibration file.", _HINT) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise CalibrationError(f"{Path(path).name} is not a calibration file of this version.", _HINT)
    try:
        found = Calibration(
            name=str(data["name"])[:120],
            scale=float(data["scale"]),
            temperature_shift=float(data["temperature_shift"]),
            head=str(data["head"]),
            about=dict(data.get("about", {})),
        )
    except (KeyError, TypeError, ValueError):
        raise CalibrationError(f"{Path(path).name} lacks a number of the calibration.", _HINT) from None
    for value, (low, high), what in (
        (found.scale, SCALE_LIMITS, "scale"),
        (found.temperature_shift, SHIFT_LIMITS, "temperature_shift"),
    ):
        if not (math.isfinite(value) and low <= value <= high):
            raise CalibrationError(f"{Path(path).name} has {what} = {value:g}, outside {low:g} to {high:g}.", _HINT)
    if found.head != head_sum(weights_dir):
        raise CalibrationError(f"{Path(path).name} was fitted to other GPP weights than those in use.", _HINT)
    return found


def calibrated(core: LightUse, scale: float, temperature_shift: float) -> LightUse:
    """A copy of ``core`` with another efficiency and a response to temperature moved by degC; frost stays frost."""
    moved = deepcopy(core)
    with torch.no_grad():
        moved.log_efficiency += math.log(scale)
        moved.cold_degc += temperature_shift
        moved.hot_degc += temperature_shift
    return moved.eval().requires_grad_(False)
