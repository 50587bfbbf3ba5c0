"""Every name of QGIS that the plugin writes, looked up in this QGIS: scoped, as Qt 6 wants it.

tests/qt6 does the same for Qt's own names, with PyQt6.
"""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest
import qgis.core
import qgis.gui

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "eofusion_plugin").rglob("*.py"))
#: Names that are asked for with hasattr before they are used: other versions have others.
CHOSEN_BY_VERSION = {"compat.py", "temporal.py"}


def named(path: Path) -> list[tuple[int, str, list[str]]]:
    """(line, class, attributes) of everything from qgis.core and qgis.gui in a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("qgis.core", "qgis.gui")
        for alias in node.names
    }
    found = []
    for node in ast.walk(tree):
        parts, at = [], node
        while isinstance(at, ast.Attribute):
            parts.append(at.attr)
            at = at.value
        if parts and isinstance(at, ast.Name) and at.id in known:
            found.append((node.lineno, at.id, parts[::-1]))
    return found


def faults(path: Path) -> list[str]:
    """What is not there, and members of enumerations that are not reached through them."""
    wrong = []
    for line, name, parts in named(path):
        at = getattr(qgis.core, name, None) or getattr(qgis.gui, name, None)
        for index, part in enumerate(parts):
            before, at = at, getattr(at, part, None)
            if at is None:
                if path.name not in CHOSEN_BY_VERSION:
                    wrong.append(f"{path.name}:{line} {name}.{'.'.join(parts)} is not there")
                break
            member = isinstance(at, int) and type(at) is not int and type(at) is not bool
            if member and not (isinstance(before, type) and issubclass(before, int)) and type(at) is not before:
                wrong.append(f"{path.name}:{line} {name}.{'.'.join(parts[: index + 1])} is unscoped")
    return wrong


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_name_is_there_and_scoped(path: Path) -> None:
    assert faults(path) == []


def test_an_unscoped_and_a_wrong_name_are_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        "from qgis.core import QgsTask, QgsWkbTypes\n"
        "A = QgsTask.CanCancel\nB = QgsTask.Flag.CanCancel\nC = QgsWkbTypes.PolygonGeometry\nD = QgsTask.Flag.CanFly\n"
    )
    assert [fault.split(" ", 1)[1] for fault in faults(bad)] == [
        "QgsTask.CanCancel is unscoped",
        "QgsWkbTypes.PolygonGeometry is unscoped",
        "QgsTask.Flag.CanFly is not there",
    ]


def test_the_stand_in_of_the_qt_6_tests_invents_no_enumeration() -> None:
    spec = importlib.util.spec_from_file_location("loose", ROOT / "tests/qt6/stubs/qgis/loose.py")
    loose = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loose)
    newer = {"LayerType", "ProcessingFileParameterBehavior", "RasterBandStatistic", "TemporalUnit", "FixedRangePerBand"}
    for name, enums in loose.ENUMS.items():
        cls = getattr(qgis.core, name, None) or getattr(qgis.gui, name)
        for enum_name, members in enums.items():
            if enum_name in newer and not hasattr(cls, enum_name):
                continue
            there = getattr(cls, enum_name)
            assert not [m for m in members if m not in newer and not hasattr(there, m)], f"{name}.{enum_name}"
