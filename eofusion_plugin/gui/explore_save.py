"""What an answer gives away: its numbers as CSV, its charts as a picture, both to the clipboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from qgis.PyQt.QtCore import QMimeData, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFontMetricsF, QImage, QPainter
from qgis.PyQt.QtWidgets import QApplication

from ..explore.answer import Answer, DataChart, Table
from .explore_plot import DataPlot
from .explore_scale import x_of

WIDTH, SCALE, LINE = 640, 2, 24


def csv_text(answer: Answer, separator: str = ",") -> str:
    """Tables, scores and charts, one below the other, each under its title; tables with all rows of their files."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    for number, rows in enumerate(_blocks(answer)):
        if number:
            writer.writerow([])
        writer.writerows(rows)
    return out.getvalue()


def picture(plots: Sequence[DataPlot], footer: str) -> QImage:
    """The charts one below the other on white."""
    images = [plot.image(WIDTH, SCALE) for plot in plots]
    height = sum(image.height() for image in images) + LINE * SCALE
    made = QImage(WIDTH * SCALE, height, QImage.Format.Format_ARGB32)
    made.fill(QColor("white"))
    made.setDevicePixelRatio(SCALE)
    painter = QPainter(made)
    top = 0.0
    for image in images:
        painter.drawImage(QRectF(0, top, WIDTH, image.height() / SCALE), image)
        top += image.height() / SCALE
    painter.setPen(QColor("#555555"))
    words = QFontMetricsF(painter.font()).elidedText(footer, Qt.TextElideMode.ElideRight, WIDTH - 20)
    painter.drawText(QRectF(10, top, WIDTH - 20, LINE), int(Qt.AlignmentFlag.AlignVCenter), words)
    painter.end()
    return made


def copy(text: str, image: QImage) -> None:
    """Table (tabs) and picture to the clipboard."""
    data = QMimeData()
    data.setText(text)
    data.setImageData(image)
    QApplication.clipboard().setMimeData(data)


def _blocks(answer: Answer) -> Iterator[list[list[Any]]]:
    if answer.scores:
        rows = [[s.name, s.value, s.low, s.high, s.unit] for s in answer.scores]
        yield [[answer.title], ["score", "value", "low", "high", "unit"], *rows]
    for table in answer.tables:
        yield [[table.title], list(table.columns), *_rows(table)]
    for chart in answer.charts:
        yield [[chart.title], *_chart_rows(chart)]


def _rows(table: Table) -> list[list[Any]]:
    """All rows of the file, else those that the answer repeats."""
    if table.path is not None:
        try:
            with table.path.open(encoding="utf-8", newline="") as file:
                return list(csv.reader(file))[1:]
        except OSError:
            pass  # the file was moved away: what explore.json repeats is still known
    return [list(row) for row in table.rows]


def _chart_rows(chart: DataChart) -> Iterator[list[Any]]:
    """One value a row: series, x, value, and the ends of its interval."""
    yield ["series", chart.x_label or "x", chart.y_label or "value", "low", "high"]
    for one in chart.series:
        for index, (x, y) in enumerate(zip(x_of(chart, one), one.y)):
            low = one.low[index] if index < len(one.low) else None
            high = one.high[index] if index < len(one.high) else None
            yield [one.label, x, y, low, high]
