"""What the tests of the Explore tab share: layers to ask with, and what was sent."""

from __future__ import annotations

import json

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from small_run import LEFT, TOP

from eofusion_plugin.gui.explore_panel import ExplorePanel

UTM = QgsCoordinateReferenceSystem("EPSG:32632")


def warnings(iface) -> list[str]:
    return iface.messageBar().get_messages(Qgis.MessageLevel.Warning)


def vector(kind: str, crs: str, *features: tuple[str, dict]) -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{kind}?crs={crs}&field=class:string&field=height:double", "ground truth", "memory")
    for wkt, values in features:
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        for name, value in values.items():
            feature[name] = value
        layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    QgsProject.instance().addMapLayer(layer)
    return layer


def pick(panel: ExplorePanel, row: int, column: int) -> None:
    panel.form.fields["picks"]._picked(QgsPointXY(LEFT + column * 10 + 5, TOP - row * 10 - 5))


def sent(panel: ExplorePanel) -> dict:
    return json.loads((panel.view.answer.folder / "explore.json").read_text())["arguments"]
