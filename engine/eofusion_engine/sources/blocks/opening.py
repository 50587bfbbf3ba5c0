"""From a format's name to what reads it."""

from __future__ import annotations

from typing import Literal

from .jp2 import Jp2Layout
from .layout import Layout, NotReadable, Read
from .tiff import TiffLayout

Driver = Literal["GTiff", "JP2OpenJPEG"]


def open_layout(driver: Driver, read: Read, size: int) -> Layout:
    """The layout of a file of ``size`` bytes that the catalogue says is of ``driver``'s format.

    Raises :class:`NotReadable` when it is another, or damaged.
    """
    if driver == "GTiff":
        return TiffLayout(read)
    if driver == "JP2OpenJPEG":
        return Jp2Layout(read, size)
    raise NotReadable(f"its format {driver!r} is not one that is read", passing=False)
