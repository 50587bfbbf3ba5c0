"""The STAC services that the engine knows, from the same data files that it reads. No QGIS, no engine code in here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PRESETS = Path(__file__).resolve().parents[1] / "engine" / "eofusion_engine" / "sources" / "stac" / "presets"
#: The description that fits many services stands for no service of its own.
ANY = "any"


@dataclass(frozen=True)
class Service:
    """A service to choose from: ``id`` is what a request names, the rest is for the person."""

    id: str
    title: str
    about: str
    needs_credentials: bool
    takes_credentials: bool
    about_credentials: str


@lru_cache(maxsize=1)
def services() -> tuple[Service, ...]:
    """All services, in the order of their files; none where the files are missing or damaged."""
    return tuple(service for path in sorted(PRESETS.glob("*.json")) if (service := _read(path)) and service.id != ANY)


def own_service() -> Service:
    """What is said of an address or description file of the person's own."""
    found = _read(PRESETS / f"{ANY}.json")
    return found or Service(ANY, "", "", False, True, "")


def find(name: str) -> Service | None:
    """The service with this id."""
    return next((service for service in services() if service.id == name), None)


def is_own(source: str) -> bool:
    """Whether a source's text is an address or a description file, rather than a folder."""
    return source.lower().startswith(("http://", "https://")) or source.lower().endswith(".json")


def _read(path: Path) -> Service | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        wanted = found.get("credentials", {})
        return Service(
            str(found["id"]),
            str(found["title"]),
            str(found.get("about", "")),
            bool(wanted.get("needed", False)),
            bool(wanted.get("environment")),
            str(wanted.get("about", "")),
        )
    except (OSError, ValueError, KeyError, AttributeError):
        return None  # the engine says what is wrong with its own files
