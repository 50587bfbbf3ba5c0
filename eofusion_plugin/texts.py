"""Texts for people, in one translation context."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from .engine.environment import PLUGIN_FOLDER

#: Between a number and its unit.
NBSP = "\u00a0"


def tr(text: str) -> str:
    """``text`` in the user's language."""
    return QCoreApplication.translate("EOFusion", text)


def translator(language: str = "") -> QTranslator | None:
    """The plugin's texts in a language ("de", "de_AT"), QGIS' own unless told; None where there are none."""
    found = QTranslator()
    name = (language or QgsApplication.locale() or "en")[:2]
    file = PLUGIN_FOLDER / "resources" / "i18n" / f"eofusion_{name}.qm"
    return found if file.is_file() and found.load(str(file)) else None


def unit_text(unit: str) -> str:
    """A unit as it is printed: ``g C m-2 d-1`` with real superscripts, ``degC`` as a degree sign."""
    if unit in ("", "1"):
        return ""
    return unit.replace("degC", "°C").replace("-1", "⁻¹").replace("-2", "⁻²")


def duration_text(seconds: float) -> str:
    """A duration as a person says it."""
    if seconds < 1.5:
        return tr("1 s").replace(" ", NBSP)
    if seconds < 100:
        return tr("{n} s").replace(" ", NBSP).format(n=round(seconds))
    if seconds < 5400:
        return tr("{n} min").replace(" ", NBSP).format(n=round(seconds / 60))
    return tr("{n} h").replace(" ", NBSP).format(n=f"{seconds / 3600:.1f}")


def size_text(megabytes: float) -> str:
    """A size on disk as a person says it."""
    text = f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
    return text.replace(" ", NBSP)


def area_text(km2: float) -> str:
    """An area as a person says it."""
    if km2 < 0.1:
        return f"{km2 * 100:.1f}{NBSP}ha"
    return f"{km2:.1f}{NBSP}km²" if km2 < 100 else f"{km2:,.0f}{NBSP}km²"
