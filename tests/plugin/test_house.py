"""Rules of the house: what the plugin may import, and what QGIS' repository asks for."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest
from plugin_helpers import ROOT

PLUGIN = ROOT / "eofusion_plugin"
MODULES = sorted(PLUGIN.rglob("*.py"))
ENGINE_SIDE = ("client", "session", "environment", "failures", "builder", "stages")
WITHOUT_QGIS = [
    *("errors", "run_request", "run_folder", "series", "typography", "gui.axes", "gui.view_span", "gui.place_words"),
    *("explore.answer", "explore.requests", "gui.explore_scale"),
    *(f"engine.{name}" for name in ENGINE_SIDE),
]


def imports(path: Path) -> set[str]:
    """Top-level names of absolute imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(str(node.module).split(".")[0])
    return names


@pytest.mark.parametrize("path", [*MODULES, ROOT / "__init__.py"], ids=lambda p: str(p.relative_to(ROOT)))
def test_only_qgis_and_the_standard_library_are_imported(path: Path) -> None:
    allowed = set(sys.stdlib_module_names) | {"qgis", "numpy", "osgeo"}  # QGIS brings GDAL's bindings and numpy
    assert imports(path) <= allowed
    top = {n for node in ast.parse(path.read_text()).body for n in (getattr(node, "names", []))}
    modules = {node.module for node in ast.parse(path.read_text()).body if isinstance(node, ast.ImportFrom)}
    heavy = ("numpy", "osgeo")
    assert not any(str(name).startswith(heavy) for name in {alias.name for alias in top} | modules), "import it lazily"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_are_small_and_explained(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 400
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert "import *" not in text and "PyQt5" not in text
    # Not even shell=False: no call names a shell.
    assert not any(isinstance(node, ast.keyword) and node.arg == "shell" for node in ast.walk(tree))


@pytest.mark.parametrize("name", WITHOUT_QGIS)
def test_these_need_no_qgis(name: str) -> None:
    blocked = "import sys; sys.modules['qgis'] = None; sys.path.insert(0, sys.argv[1]); "
    command = [sys.executable, "-I", "-c", f"{blocked}import eofusion_plugin.{name}", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def metadata() -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    return dict(parser["general"])


def test_metadata_has_what_the_repository_asks_for() -> None:
    found = metadata()
    for name in ("name", "description", "about", "author", "email", "tracker", "repository", "homepage", "icon"):
        assert found[name.lower()], name
    assert found["qgisminimumversion"] == "3.22" and found["hasprocessingprovider"] == "yes"
    assert found["category"] == "Raster" and re.fullmatch(r"\d+\.\d+\.\d+", found["version"])
    assert "changelog" in found and "commitsha1" in found
    assert "plugin" not in found["name"].lower() and "PyTorch" in found["about"]
    assert (ROOT / found["icon"]).read_bytes().startswith(b"\x89PNG")


def test_plugin_and_engine_have_one_version() -> None:
    text = (ROOT / "engine/eofusion_engine/__init__.py").read_text()
    assert re.search(r'__version__ = "([^"]+)"', text)[1] == metadata()["version"]
