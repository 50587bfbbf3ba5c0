"""A stand-in for QGIS 4: real PyQt6, and as much of QGIS as the plugin's widgets ask for."""
