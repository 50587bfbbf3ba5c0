"""Every name of Qt that the plugin writes, looked up in PyQt6: its enumerations are all scoped there."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

MODULES = sorted((ROOT / "eofusion_plugin").rglob("*.py"))
#: Gone in Qt 6, or in PyQt6.
GONE = {"exec_", "print_", "globalPos", "globalX", "globalY", "toTime_t", "setMargin", "desktop", "fromTime_t"}


def chains(tree: ast.AST) -> Iterator[tuple[int, str, str, list[str]]]:
    """(line, module, name, attributes after it) of every name imported from qgis."""
    origin: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and str(node.module).startswith("qgis"):
            for alias in node.names:
                origin[alias.asname or alias.name] = (str(node.module), alias.name)
                yield node.lineno, str(node.module), alias.name, []
    for node in ast.walk(tree):
        parts, at = [], node
        while isinstance(at, ast.Attribute):
            parts.append(at.attr)
            at = at.value
        if parts and isinstance(at, ast.Name) and at.id in origin:
            yield node.lineno, *origin[at.id], parts[::-1]


def missing(path: Path) -> list[str]:
    """What Qt 6 does not have."""
    tree, found = ast.parse(path.read_text(encoding="utf-8")), []
    for line, module, name, attributes in chains(tree):
        if not module.startswith("qgis.PyQt") or (name, attributes[:1]) == ("QVariant", ["Type"]):
            continue  # QVariant.Type: for QGIS before 3.38 alone, see compat.py
        at = getattr(importlib.import_module(module), name, None)
        for attribute in attributes:
            at = getattr(at, attribute, None) if at is not None else None
        if at is None:
            found.append(f"{path.name}:{line} {'.'.join([name, *attributes])}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_of_qt_is_in_qt_6(path: Path) -> None:
    assert missing(path) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_qt_6_has_dropped_is_called(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & GONE


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_is_imported(path: Path) -> None:
    """With strict enumerations of QGIS, too: see stubs/qgis/loose.py."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    assert importlib.import_module(name).__name__ == name


def test_an_unscoped_name_is_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("from qgis.PyQt.QtCore import Qt\nSIDE = Qt.AlignLeft\nGOOD = Qt.AlignmentFlag.AlignLeft\n")
    assert missing(bad) == ["bad.py:2 Qt.AlignLeft"]


def test_an_unscoped_name_of_qgis_is_refused() -> None:
    core = importlib.import_module("qgis.core")
    assert core.QgsTask.Flag.CanCancel and core.QgsWkbTypes.GeometryType.PolygonGeometry
    for cls, name in ((core.QgsTask, "CanCancel"), (core.QgsWkbTypes, "PolygonGeometry"), (core.Qgis, "Warning")):
        with pytest.raises(AttributeError):
            getattr(cls, name)
