"""Writes resources/styles/*.qml, one a kind of product, from the layers of a run as the plugin styles them.

usage: QT_HASH_SEED=0 QT_QPA_PLATFORM=offscreen .venv-qgis/bin/python tools/styles.py [RUN]     (RUN: build/demo/run)
"""

from __future__ import annotations

import sys
from pathlib import Path

from qgis.core import QgsApplication, QgsProject, QgsRasterLayer

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def write_styles(run_folder: Path, target: Path) -> list[Path]:
    """One .qml for each kind of product of a run, and one for each further band that has a style of its own."""
    from eofusion_plugin.layers.qml import save_style
    from eofusion_plugin.layers.styles import apply_style, style_table
    from eofusion_plugin.run_folder import read_run

    run, written = read_run(run_folder), []
    for kind, style in style_table().items():
        product = run.find(kind)
        if product is None:
            continue
        for band in (None, *style.get("reversed_bands", ())):
            layer = QgsRasterLayer(str(product.path), kind, "gdal")
            apply_style(layer, product, band)
            written.append(save_style(layer, target / (f"{kind}.qml" if band is None else f"{kind}_band{band}.qml")))
    return written


def main() -> None:
    """As a command."""
    application = QgsApplication([], False)
    application.initQgis()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "demo" / "run"
    for path in write_styles(folder, ROOT / "resources" / "styles"):
        print(path.relative_to(ROOT))
    QgsProject.instance().clear()
    application.exitQgis()


if __name__ == "__main__":
    main()
