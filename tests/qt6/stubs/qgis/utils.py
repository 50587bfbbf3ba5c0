"""``qgis.utils`` without a window."""

iface = None
