"""Pytest fixtures: the place in its three forms, and the service on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .place import Place
    from .services import Service


@pytest.fixture(scope="session")
def loopback_place() -> Place:
    """The seeded place."""
    from .place import make_place

    return make_place()


@pytest.fixture(scope="session")
def cog_folder(loopback_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place as a folder of COG scenes."""
    from .writers import write_folder

    return write_folder(loopback_place, tmp_path_factory.mktemp("place") / "cogs")


@pytest.fixture(scope="session")
def netcdf_folder(loopback_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place as netCDF cubes."""
    from .writers import write_netcdf

    return write_netcdf(loopback_place, tmp_path_factory.mktemp("place") / "netcdf")


@pytest.fixture(scope="session")
def _running_service(loopback_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    from .services import Service
    from .writers import write_catalogue

    root = tmp_path_factory.mktemp("stac")
    with Service(root) as service:
        yield service.start_api(write_catalogue(loopback_place, root, service.files_url))


@pytest.fixture
def service(_running_service: Service) -> Service:
    """The place as a STAC service on loopback: nothing fails unless the test says so."""
    _running_service.forget()
    return _running_service


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Place], Service]]:
    """Starts services of the test's own, which it may stop or whose files it may change."""
    from .services import Service
    from .writers import write_catalogue

    with ExitStack() as running:

        def start(place: Place) -> Service:
            root = tmp_path / f"stac-{len(list(tmp_path.glob('stac-*')))}"
            root.mkdir()
            service = running.enter_context(Service(root))
            return service.start_api(write_catalogue(place, root, service.files_url))

        yield start


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder for this test alone."""
    monkeypatch.setenv("EOFUSION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between two tries of a request, which are not waited for."""
    from eofusion_engine.sources.transport import Transport

    paused: list[float] = []
    monkeypatch.setitem(Transport.__init__.__kwdefaults__, "sleep", paused.append)
    return paused


def period() -> tuple[date, date]:
    """The year that holds every acquisition of the place."""
    return date(2022, 1, 1), date(2022, 12, 31)
