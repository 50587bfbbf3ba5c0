"""EO Fusion's engine: Sentinel-1 and Sentinel-2 series to embeddings, GPP and temperature.

A plain Python package that knows nothing of QGIS. The QGIS plugin talks to it
through :mod:`eofusion_engine.worker` only.
"""

__version__ = "0.1.0"
