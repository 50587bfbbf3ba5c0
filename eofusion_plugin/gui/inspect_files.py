"""What the Inspect tab gives away: CSV, picture, clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QMimeData, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QImage, QPainter
from qgis.PyQt.QtWidgets import QApplication

from ..series import to_csv
from .inspect_pins import Pin
from .plot import SeriesPlot

PICTURE = QSize(640, 300)
SCALE = 2
LINE = 22


def csv_text(pins: Sequence[Pin], separator: str = ",") -> str:
    """The series of all pins; empty where there is none."""
    return to_csv([pin.place() for pin in pins], separator) if pins else ""


def picture(plots: Sequence[SeriesPlot], pins: Sequence[Pin], footer: str) -> QImage:
    """The plots one below the other on white, with the pins' places and what run they are of."""
    named = len(pins) > 1
    lines = [(pin.colour, f"{pin.name}: {pin.words}" if named and not pin.is_region else pin.words) for pin in pins]
    height = PICTURE.height() * len(plots) + LINE * (len(lines) + 1) + 8
    image = QImage(PICTURE.width() * SCALE, height * SCALE, QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    image.setDevicePixelRatio(SCALE)
    painter = QPainter(image)
    top = 0
    for plot in plots:
        painter.drawImage(0, top, plot.image(PICTURE, SCALE))
        top += PICTURE.height()
    metrics = QFontMetricsF(painter.font())
    room = PICTURE.width() - 40
    for colour, text in [*lines, ("", footer)]:
        if colour:
            painter.fillRect(QRectF(10, top + LINE / 2 - 5, 10, 10), QColor(colour))
        painter.setPen(QColor("#555555"))
        words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(28 if colour else 10, top, room, LINE), int(Qt.AlignmentFlag.AlignVCenter), words)
        top += LINE
    painter.end()
    return image


def copy(pins: Sequence[Pin], image: QImage) -> None:
    """Table (tabs) and picture to the clipboard: a spreadsheet takes the one, a text or a slide the other."""
    data = QMimeData()
    data.setText(csv_text(pins, "\t"))
    data.setImageData(image)
    QApplication.clipboard().setMimeData(data)
