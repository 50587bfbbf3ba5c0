"""Names that moved between QGIS 3.22 and 4: chosen once, here."""

from __future__ import annotations

from qgis.core import Qgis, QgsProcessingParameterFile, QgsRaster, QgsRasterBandStats

IDENTIFY_VALUE = (
    Qgis.RasterIdentifyFormat.Value
    if hasattr(Qgis, "RasterIdentifyFormat")
    else QgsRaster.IdentifyFormat.IdentifyFormatValue
)
STATISTIC_MEAN = (
    Qgis.RasterBandStatistic.Mean if hasattr(Qgis, "RasterBandStatistic") else QgsRasterBandStats.Stats.Mean
)
FILE_IS_FOLDER = (
    Qgis.ProcessingFileParameterBehavior.Folder
    if hasattr(Qgis, "ProcessingFileParameterBehavior")
    else QgsProcessingParameterFile.Behavior.Folder
)
