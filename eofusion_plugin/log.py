"""The log panel "EO Fusion": details for who wants them."""

from __future__ import annotations

from qgis.core import Qgis, QgsMessageLog

from .engine.failures import scrub

TAG = "EO Fusion"


def info(text: str) -> None:
    """Something that happened. May be called from any thread."""
    QgsMessageLog.logMessage(scrub(text), TAG, Qgis.MessageLevel.Info, False)


def warning(text: str) -> None:
    """Something that went wrong; does not pop up by itself, the message bar says it in a sentence."""
    QgsMessageLog.logMessage(scrub(text), TAG, Qgis.MessageLevel.Warning, False)
