"""Names that moved between QGIS 3.22 and 4: chosen once, here."""

from __future__ import annotations

import qgis.core
from qgis.core import Qgis, QgsProcessingParameterFile, QgsRasterBandStats, QgsUnitTypes
from qgis.PyQt.QtCore import QMetaType, QVariant

STATISTIC_MEAN = (
    Qgis.RasterBandStatistic.Mean if hasattr(Qgis, "RasterBandStatistic") else QgsRasterBandStats.Stats.Mean
)
STATISTIC_MAX = Qgis.RasterBandStatistic.Max if hasattr(Qgis, "RasterBandStatistic") else QgsRasterBandStats.Stats.Max
FILE_IS_FOLDER = (
    Qgis.ProcessingFileParameterBehavior.Folder
    if hasattr(Qgis, "ProcessingFileParameterBehavior")
    else QgsProcessingParameterFile.Behavior.Folder
)
RASTER_LAYER = Qgis.LayerType.Raster if hasattr(Qgis, "LayerType") else qgis.core.QgsMapLayerType.RasterLayer
TEMPORAL_DAYS = Qgis.TemporalUnit.Days if hasattr(Qgis, "TemporalUnit") else QgsUnitTypes.TemporalUnit.TemporalDays
#: Types of a vector layer's fields: QMetaType from 3.38 on, the only ones under Qt 6.
_NEW_TYPES = Qgis.QGIS_VERSION_INT >= 33800
FIELD_TEXT = QMetaType.Type.QString if _NEW_TYPES else QVariant.Type.String
FIELD_INT = QMetaType.Type.Int if _NEW_TYPES else QVariant.Type.Int
FIELD_REAL = QMetaType.Type.Double if _NEW_TYPES else QVariant.Type.Double
FIELD_BOOL = QMetaType.Type.Bool if _NEW_TYPES else QVariant.Type.Bool
