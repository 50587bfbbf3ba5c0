"""Fixtures of the engine's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from loopback.fixtures import (
    _running_service,
    cog_folder,
    loopback_place,
    netcdf_folder,
    own_cache,
    serve,
    service,
    waits,
)

#: Fixtures that live beside what they start (tests/engine/loopback).
__all__ = [
    "_running_service",
    "cog_folder",
    "loopback_place",
    "netcdf_folder",
    "own_cache",
    "serve",
    "service",
    "waits",
]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the project; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data (../shared/data) is not on this machine")
    return folder


@pytest.fixture(scope="session")
def sample() -> str:
    """The bundled sample as a source, built when it is not there yet."""
    from eofusion_engine.sources import open_source

    open_source("sample")
    return "sample"
