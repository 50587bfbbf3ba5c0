"""Fixtures of the fault tests: a small place, an undisturbed run of it, and the page of what was seen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "engine"), str(HERE.parents[1])]

from faults_page import Page  # noqa: E402
from loopback.fixtures import _running_service, loopback_place, own_cache, service, waits  # noqa: E402

__all__ = ["_running_service", "loopback_place", "own_cache", "service", "waits"]

_PAGE = pytest.StashKey[Page]()
#: Faults are made by what Unix has: forks, limits, signals.
collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults-page", type=Path, help="write docs/faults.md from what the tests saw")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_PAGE] = Page()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.name == "test_the_page_says_what_was_seen")  # stable: only that one moves


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    path = session.config.getoption("--faults-page")
    if path and exitstatus == 0:
        path.write_text(session.config.stash[_PAGE].as_markdown(), encoding="utf-8")


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Page:
    """Where a test notes what it saw."""
    return request.config.stash[_PAGE]


@pytest.fixture(scope="session")
def small_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place as a folder of GeoTIFFs. Nobody changes it."""
    from small_place import write_place

    return write_place(tmp_path_factory.mktemp("place") / "scenes")


@pytest.fixture(scope="session")
def undisturbed(small_place: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Path and SHA-256 of every product of a run without faults."""
    from lab import Fault, work
    from small_place import request
    from sound import product_sums

    folder = tmp_path_factory.mktemp("undisturbed")
    done = work(request(small_place, folder / "run"), Fault(), folder)
    assert done.state == "ok", (done.sentence, done.said[-2000:])
    return product_sums(folder / "run")
