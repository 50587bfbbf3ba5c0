"""The built-in samples: made by the simulator at first use, kept in the user's cache folder.

``sample`` is temperate farmland; ``sample:boreal``, ``sample:mediterranean`` and ``sample:savanna`` are the others.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

import platformdirs

from ..errors import SourceError
from .folder import FolderSource

#: Raise this when the simulator's output changes: older samples are then built anew.
SAMPLE_VERSION = 4
SAMPLE_SEED = 7
#: Rows and columns of 10 m: 1.92 km.
SAMPLE_SIZE_PX = 192
DEFAULT_PRESET = "farmland"
GROWING_SEASON = (date(2021, 4, 1), date(2021, 9, 30))


def cache_folder() -> Path:
    """The user's cache folder of EO Fusion; the variable EOFUSION_CACHE overrides it."""
    chosen = os.environ.get("EOFUSION_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("eofusion", appauthor=False))


def is_sample(text: str) -> bool:
    """Whether ``text`` names a built-in sample (``sample`` or ``sample:`` and a preset's name)."""
    return text == "sample" or text.startswith("sample:")


def sample_preset(text: str) -> str:
    """The preset's name in ``sample`` or ``sample:boreal``. Raises SourceError for a sample that is none."""
    from ..simulate.presets import PRESETS

    name = text.partition(":")[2] or DEFAULT_PRESET
    if name not in PRESETS:
        known = ", ".join(f"sample:{preset}" for preset in PRESETS)
        raise SourceError(f"There is no sample {text!r}.", f"Choose 'sample' or one of {known}.", code="source-kind")
    return name


def sample_period(text: str) -> tuple[date, date]:
    """The season that is taken where a command names a sample and no dates."""
    from ..simulate.presets import PRESETS

    name = sample_preset(text)
    return GROWING_SEASON if name == DEFAULT_PRESET else (PRESETS[name].start, PRESETS[name].end)


def sample_folder(preset: str = DEFAULT_PRESET) -> Path:
    """Where the sample of ``preset`` is, built now (some seconds) when it is not there yet.

    It appears under its final name only when whole, also when two processes build it at once.
    """
    final = cache_folder() / f"sample-{SAMPLE_VERSION}-{preset}-{SAMPLE_SEED}"
    if final.is_dir():
        return final
    from .. import simulate

    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f"{final.name}.tmp.", dir=final.parent))
    except OSError as error:
        raise SourceError(
            f"The sample cannot be written to {final.parent} ({error.strerror}).",
            "Free some disk space, or name another folder in the variable EOFUSION_CACHE.",
        ) from error
    try:
        simulate.write_place(aside, simulate.preset(preset), SAMPLE_SEED, SAMPLE_SIZE_PX)
        os.replace(aside, final)
    except OSError as error:
        if not final.is_dir():  # else another process was faster, and its sample is the same
            raise SourceError(
                f"The sample cannot be written to {final.parent} ({error.strerror}).",
                "Free some disk space, or name another folder in the variable EOFUSION_CACHE.",
            ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return final


def sample_source(text: str = "sample") -> FolderSource:
    """The sample that ``text`` names as a source."""
    source = FolderSource(sample_folder(sample_preset(text)), name=text, kind="sample")
    source.notes.append("The sample is simulated: its landscape, weather and satellite scenes are not real.")
    return source
