"""EO Fusion: embeddings, cloud-free reflectance, GPP and generated temperature from satellite series.

The repository's root is the QGIS plugin folder; QGIS calls :func:`classFactory`.
"""


def classFactory(iface):
    """The plugin object. Imports nothing heavy and asks nothing."""
    from .eofusion_plugin.plugin import EOFusionPlugin

    return EOFusionPlugin(iface)
