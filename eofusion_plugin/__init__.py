"""EO Fusion inside QGIS: only ``qgis.*``, the standard library and, lazily, numpy."""
