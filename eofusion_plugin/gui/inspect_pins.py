"""Pins: the pixels and regions that are compared, each with its colour, and their outlines on the map."""

from __future__ import annotations

from dataclasses import dataclass, field

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsProject,
    QgsWkbTypes,
)
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from ..layers.pixel import Pixel
from ..layers.region import Region
from ..series import Place, Series
from ..texts import tr
from .place_words import place_text

#: Okabe and Ito: told apart with colour-vision deficiency, on light and on dark maps.
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MOST = len(COLOURS)
POLYGON = QgsWkbTypes.GeometryType.PolygonGeometry


@dataclass
class Pin:
    """One pixel or region. ``outline`` is what its values are of, ``coarse`` the cell of its temperature."""

    colour: str
    number: int
    crs: QgsCoordinateReferenceSystem
    outline: QgsGeometry
    coarse: QgsGeometry | None = None
    lon: float = 0.0
    lat: float = 0.0
    series: tuple[Series, ...] = ()
    pixels: int = 0
    title: str = ""

    @property
    def name(self) -> str:
        """What plots and files call it."""
        return self.title or str(self.number)

    @property
    def is_region(self) -> bool:
        """Whether it is a polygon."""
        return self.pixels > 0

    @property
    def words(self) -> str:
        """Where it is, for people."""
        place = place_text(self.lat, self.lon)
        if self.is_region:
            return tr("{name}, {n} pixels around {place}").format(name=self.name, n=f"{self.pixels:,}", place=place)
        return place

    def place(self) -> Place:
        """What files hold of it."""
        return Place(self.name, self.lon, self.lat, self.series)


@dataclass
class Pins:
    """All pins, and which one the next click moves."""

    all: list[Pin] = field(default_factory=list)
    active: int = -1

    @property
    def full(self) -> bool:
        """Whether there is no colour left."""
        return len(self.all) >= MOST

    @property
    def current(self) -> Pin | None:
        """The pin that the next click moves."""
        return self.all[self.active] if 0 <= self.active < len(self.all) else None

    def put_pixel(self, pixel: Pixel, new: bool) -> Pin:
        """The current pin moves there; a new one comes with ``new``, or where there is none, or it is a region."""
        pin = self._take(new or (self.current is not None and self.current.is_region))
        pin.crs, pin.outline = pixel.crs, QgsGeometry.fromRect(pixel.cell)
        pin.coarse = QgsGeometry.fromRect(pixel.coarse) if pixel.coarse is not None else None
        pin.lon, pin.lat, pin.series, pin.pixels, pin.title = pixel.lon, pixel.lat, pixel.series, 0, ""
        return pin

    def put_region(self, region: Region, title: str = "") -> Pin:
        """A region is always a new pin (the last one where all colours are taken)."""
        pin = self._take(True)
        pin.crs, pin.outline, pin.coarse = region.crs, region.geometry, None
        pin.lon, pin.lat, pin.series, pin.pixels = region.lon, region.lat, region.series, region.pixels
        pin.title = title
        return pin

    def remove_current(self) -> None:
        """Take the current pin away."""
        if self.current is not None:
            del self.all[self.active]
            self.active = min(self.active, len(self.all) - 1)

    def clear(self) -> None:
        """Take all pins away."""
        self.all, self.active = [], -1

    def _take(self, new: bool) -> Pin:
        if (new and not self.full) or self.current is None:
            taken = {pin.colour for pin in self.all}
            colour = next(colour for colour in COLOURS if colour not in taken)
            number = COLOURS.index(colour) + 1
            self.all.append(Pin(colour, number, QgsCoordinateReferenceSystem(), QgsGeometry()))
            self.active = len(self.all) - 1
        return self.all[self.active]


class PinMarks:
    """The pins' outlines on the map, right in every projection of it."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._bands: list[QgsRubberBand] = []
        self._pins: list[Pin] = []
        canvas.destinationCrsChanged.connect(self._draw)

    def show(self, pins: list[Pin]) -> None:
        """Outline these pins, and no others."""
        self._pins = list(pins)
        self._draw()

    def remove(self) -> None:
        """Off the map for good."""
        self._canvas.destinationCrsChanged.disconnect(self._draw)
        self.show([])

    def geometries(self) -> list[QgsGeometry]:
        """What is outlined, in the map's coordinates."""
        return [band.asGeometry() for band in self._bands]

    def _draw(self) -> None:
        for band in self._bands:
            scene = band.scene()
            if scene is not None:
                scene.removeItem(band)
        self._bands = []
        target = self._canvas.mapSettings().destinationCrs()
        for pin in self._pins:
            for shape, width, style in (
                (pin.coarse, 2, Qt.PenStyle.DotLine),
                (pin.outline, 3, Qt.PenStyle.SolidLine),
            ):
                if shape is None:
                    continue
                copy = QgsGeometry(shape)
                try:
                    copy.transform(QgsCoordinateTransform(pin.crs, target, QgsProject.instance()))
                except QgsCsException:
                    continue  # the map's projection cannot show this place: nothing to mark
                band = QgsRubberBand(self._canvas, POLYGON)
                band.setStrokeColor(QColor(pin.colour))
                # A light seam keeps the outline visible on ground of its own colour.
                band.setSecondaryStrokeColor(QColor(255, 255, 255, 200 if width > 2 else 110))
                band.setFillColor(QColor(0, 0, 0, 0))
                band.setWidth(width)
                band.setLineStyle(style)
                band.setToGeometry(copy, None)
                self._bands.append(band)
