"""PyQt6.QtWidgets; QGIS keeps QAction here, which Qt 6 has moved."""

from PyQt6.QtGui import QAction  # noqa: F401
from PyQt6.QtWidgets import *  # noqa: F403
