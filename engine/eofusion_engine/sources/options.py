"""What a request says about how its source is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..request import RunRequest


@dataclass(frozen=True)
class SourceOptions:
    """Options of a source; those that do not concern it are ignored.

    ``max_cloud`` (percent) and ``orbit`` may spare a catalogue a longer answer; who asked for them filters
    the scenes anyway. ``authcfg`` is the id under which :mod:`.credentials` holds the secrets.
    """

    file_pattern: str | None = None
    max_cloud: float = 100.0
    orbit: Literal["both", "ascending", "descending"] = "both"
    authcfg: str | None = None
    cache_gb: float = 10.0

    @classmethod
    def of(cls, request: RunRequest) -> SourceOptions:
        """The options of a run request."""
        return cls(request.file_pattern, request.max_cloud, request.orbit, request.authcfg, request.cache_gb)
