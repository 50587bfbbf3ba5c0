"""The pictures of docs/user-guide.md, taken from the real plugin in a real QGIS on a virtual screen.

usage: python tools/guide_pictures.py     (or make guide-pictures; runs the sample, writes docs/images/guide-*.png)
Inside QGIS the same file is the script that QGIS runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# QGIS runs the text of a script, which then has no file of its own.
ROOT = Path(os.environ["EOFUSION_ROOT"]) if "EOFUSION_ROOT" in os.environ else Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
OUT = ROOT / "build" / "guide"
#: A picture in the repository is at most so large.
MOST_BYTES = 150_000
SIZE = (1340, 860)
LAYERS_WIDTH, DOCK_WIDTH = 310, 370
#: What must live as long as QGIS.
KEPT: list[object] = []


def outside() -> int:
    """Start QGIS, wait, say which pictures there are."""
    os.environ["EOFUSION_GUIDE"] = str(IMAGES)
    subprocess.run(["bash", ROOT / "tests/session/start.sh", OUT, __file__, "900"], check=False, cwd=ROOT)
    status = (OUT / "status").read_text(encoding="utf-8").strip() if (OUT / "status").exists() else "no result"
    for path in sorted(IMAGES.glob("guide-*.png")):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB")
        if path.stat().st_size > MOST_BYTES:
            status = f"{path.name} is too large."
    print(status)
    return 0 if status == "ok" else 1


def inside() -> None:
    """In QGIS."""
    sys.path.insert(0, str(ROOT / "tests" / "session"))
    from hands import Hands
    from qgis.core import QgsCoordinateTransform, QgsProject
    from qgis.PyQt.QtCore import QPoint, QRect, Qt, QTimer
    from qgis.PyQt.QtGui import QImage
    from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QWidget
    from qgis.utils import iface, loadPlugin, plugins, startPlugin, updateAvailablePlugins
    from script import Script, Wait, pause

    window, canvas, hands = iface.mainWindow(), iface.mapCanvas(), Hands()

    def keep(name: str, widget: QWidget, part: QRect | None = None) -> None:
        image = widget.grab(part if part is not None else widget.rect()).toImage()
        image = image.convertToFormat(QImage.Format.Format_RGB888)
        small = image.convertToFormat(QImage.Format.Format_Indexed8, palette(image))
        if not small.save(str(Path(os.environ["EOFUSION_GUIDE"]) / f"guide-{name}.png"), "PNG", 0):
            raise AssertionError(f"guide-{name}.png could not be written")

    def palette(image: QImage) -> list[int]:
        """The 256 colours that a picture has most of, alike ones taken together."""
        import numpy as np

        bits = image.constBits()
        bits.setsize(image.sizeInBytes())
        rows = np.frombuffer(bits, np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels = rows[:, : 3 * image.width()].reshape(-1, 3).astype(np.uint32)
        alike = (pixels >> 3) @ np.array([1024, 32, 1], np.uint32)
        _, of, counts = np.unique(alike, return_inverse=True, return_counts=True)
        means = np.stack([np.bincount(of, pixels[:, k]) / counts for k in range(3)], axis=1).round().astype(int)
        most = means[np.argsort(counts)[::-1][:256]]
        return [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in most]

    def steps() -> Iterator[Wait]:
        plugin = plugins["eofusion"]
        plugin.show_dock()
        dock = plugin.dock
        layers = window.findChild(QDockWidget, "Layers")
        window.resizeDocks([layers, dock], [LAYERS_WIDTH, DOCK_WIDTH], Qt.Orientation.Horizontal)
        yield pause(1)
        keep("tour", dock, QRect(0, 0, dock.width(), 330))
        dock.tour.end()
        dock.open_setup()
        yield pause(2)
        dock._setup.resize(640, 520)
        dock._setup.state.setText("The engine is not set up yet.")  # no path of this machine
        yield pause(0.3)
        keep("setup", dock._setup)
        dock._setup.close()

        panel = dock.run_panel
        dock.tabs.setCurrentWidget(panel)
        hands.click(panel.find_button)
        yield "Scenes", panel.form.scenes.isVisible, 400
        panel._scroll.ensureVisible(0, 0)
        yield pause(1)
        keep("run", dock)
        done: list[str] = []
        panel.run_finished.connect(done.append)
        hands.click(panel.run_button)
        yield "The run", lambda: bool(done) or bool(panel.last_error), 800
        assert done, panel.last_error

        yield pause(2)
        iface.messageBar().clearWidgets()
        window.resizeDocks([layers, dock], [LAYERS_WIDTH, DOCK_WIDTH], Qt.Orientation.Horizontal)
        yield pause(0.5)
        gpp = next(
            la for la in QgsProject.instance().mapLayers().values() if la.customProperty("eofusion/kind") == "gpp"
        )
        canvas.setExtent(_scaled(gpp, canvas, QgsCoordinateTransform))
        controller = window.findChild(QDockWidget, "Temporal Controller")
        controller.show()
        yield pause(0.5)
        hands.click(controller.findChild(QWidget, "mNavigationAnimated"))
        yield pause(0.5)
        for _ in range(12):
            hands.click(controller.findChild(QWidget, "mNextButton"))
        yield pause(3)
        canvas.waitWhileRendering()
        keep("time", window, QRect(0, 85, SIZE[0] - dock.width(), SIZE[1] - 85))
        hands.click(controller.findChild(QWidget, "mNavigationOff"))
        yield pause(0.5)
        controller.hide()

        inspect = dock.inspect_panel
        dock.tabs.setCurrentWidget(inspect)
        hands.click(inspect.pick_button)
        yield pause(1)
        middle = canvas.viewport().rect().center()
        hands.click(canvas.viewport(), middle + QPoint(60, -40))
        hands.click(canvas.viewport(), middle + QPoint(-80, 70), modifier=Qt.KeyboardModifier.ControlModifier)
        yield "Two pins", lambda: len(inspect.pins.all) == 2, 20
        yield pause(1)
        canvas.waitWhileRendering()
        keep("inspect", window, QRect(0, 85, SIZE[0], SIZE[1] - 85))
        dock.inspect_panel.export_map()
        yield pause(1)
        inspect.export_dialog.file.setFilePath("gpp_p50.tif")  # no path of this machine
        yield pause(0.3)
        keep("export", inspect.export_dialog)
        inspect.export_dialog.close()
        yield from explore(dock, middle)

    def explore(dock, middle: QPoint) -> Iterator[Wait]:
        panel = dock.explore_panel
        dock.tabs.setCurrentWidget(panel)
        yield pause(0.5)
        field = panel.form.fields["picks"]
        hands.click(field.pick_button)
        hands.click(canvas.viewport(), middle + QPoint(-80, 70))
        yield "A place", lambda: bool(field.shapes), 20
        hands.click(field.pick_button)
        panel.form.fields["matches"].box.setValue(12)
        hands.click(panel.footer.ask_button)
        yield "Similar places", lambda: not panel.running, 400
        assert not panel.last_error, panel.last_error
        yield pause(2)
        iface.messageBar().clearWidgets()
        canvas.waitWhileRendering()
        panel._scroll.verticalScrollBar().setValue(0)
        yield pause(0.3)
        keep("explore", window, QRect(0, 85, SIZE[0], SIZE[1] - 85))
        panel.choose_tool("clusters")
        panel.form.fields["clusters"].box.setValue(5)
        hands.click(panel.footer.ask_button)
        yield "Clusters", lambda: not panel.running, 600
        assert not panel.last_error, panel.last_error
        yield pause(2)
        iface.messageBar().clearWidgets()
        canvas.waitWhileRendering()
        keep("clusters", window, QRect(0, 85, SIZE[0], SIZE[1] - 85))

    def ended(text: str) -> None:
        Path(os.environ["EOFUSION_SESSION"], "status").write_text(text + "\n", encoding="utf-8")
        if "eofusion" in plugins:
            plugins["eofusion"].unload()
        QgsProject.instance().setDirty(False)
        QTimer.singleShot(0, lambda: QApplication.exit(0))

    def start() -> None:
        window.move(0, 0)
        window.resize(*SIZE)
        for name in ("Browser", "Browser2"):
            if window.findChild(QDockWidget, name) is not None:
                window.findChild(QDockWidget, name).hide()
        updateAvailablePlugins()
        if loadPlugin("eofusion") and startPlugin("eofusion"):
            KEPT.append(Script(steps(), hands, ended))
        else:
            ended("QGIS could not load the plugin.")

    sys.excepthook = lambda kind, value, _trace: ended(f"{kind.__name__}: {value}")
    QTimer.singleShot(1500, start)


def _scaled(layer, canvas, transform):
    """The layer's place with a margin, as the map takes it."""
    from qgis.core import QgsProject

    extent = transform(layer.crs(), canvas.mapSettings().destinationCrs(), QgsProject.instance()).transformBoundingBox(
        layer.extent()
    )
    extent.scale(1.08)
    return extent


if "EOFUSION_GUIDE" in os.environ:
    inside()
elif __name__ == "__main__":
    sys.exit(outside())
