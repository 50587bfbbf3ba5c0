"""``qgis.PyQt`` as QGIS 4 has it: PyQt6, and a few names at their Qt 5 places."""
