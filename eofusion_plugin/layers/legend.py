"""Words beside the colours, in the layer tree and in every print layout that takes it over."""

from __future__ import annotations

import re

from qgis.core import QgsLayerTreeLayer, QgsMapLayerLegendUtils

from ..run_folder import Product
from ..texts import tr
from .styles import style_table


def label_legend(node: QgsLayerTreeLayer, product: Product) -> None:
    """Replace ``Band 09: GPP p50 2021-06-11`` by what a reader needs: the layer's name has the date."""
    style = style_table().get(product.kind, {})
    if style.get("style") == "rgb":
        colours = (tr("Red"), tr("Green"), tr("Blue"))
        for index, (colour, band) in enumerate(zip(colours, style["bands"])):
            name = product.bands[band - 1] if band <= len(product.bands) else str(band)
            undated = re.sub(r"\s*\d{4}-\d{2}-\d{2}$", "", name)
            QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, index, f"{colour}: {undated}")
    elif style.get("style") == "ramp" and len(product.bands) > 1:
        # Files of several bands have a line above the colours, files of one band have none.
        words = {"p50": tr("median"), "mean": tr("mean")}.get(product.statistic or "", product.title)
        QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, 0, words)
