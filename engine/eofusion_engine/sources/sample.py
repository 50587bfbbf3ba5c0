"""The built-in sample: made by the simulator at first use, kept in the user's cache folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import platformdirs

from ..errors import SourceError
from .folder import FolderSource

#: Raise this when the simulator's output changes: older samples are then built anew.
SAMPLE_VERSION = 1
SAMPLE_SEED = 7


def cache_folder() -> Path:
    """The user's cache folder of EO Fusion; the variable EOFUSION_CACHE overrides it."""
    chosen = os.environ.get("EOFUSION_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("eofusion", appauthor=False))


def sample_folder() -> Path:
    """Where the sample is, built now (a few seconds) when it is not there yet.

    It appears under its final name only when whole, also when two processes build it at once.
    """
    from ..simulate import build_sample

    final = cache_folder() / f"sample-{SAMPLE_VERSION}-{SAMPLE_SEED}"
    if final.is_dir():
        return final
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f"{final.name}.tmp.", dir=final.parent))
    except OSError as error:
        raise SourceError(
            f"The sample cannot be written to {final.parent} ({error.strerror}).",
            "Free some disk space, or name another folder in the variable EOFUSION_CACHE.",
        ) from error
    try:
        build_sample(aside, SAMPLE_SEED)
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


def sample_source() -> FolderSource:
    """The sample as a source."""
    source = FolderSource(sample_folder(), name="sample", kind="sample")
    source.notes.append("The sample is simulated: its landscape, weather and satellite scenes are not real.")
    return source
