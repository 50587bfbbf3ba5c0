"""The dock: from a filled-in form to layers, and every way in which a run can end."""

from __future__ import annotations

import os
import signal
from datetime import date
from pathlib import Path

import pytest
from qgis.core import Qgis, QgsCoordinateReferenceSystem, QgsGeometry, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QAbstractButton, QLabel, QTabWidget

from eofusion_plugin.gui.dock import Dock
from eofusion_plugin.gui.run_panel import estimate_text
from eofusion_plugin.run_request import RunRequest
from eofusion_plugin.texts import translator

UTM = QgsCoordinateReferenceSystem("EPSG:32632")


@pytest.fixture
def dock(context, tmp_path: Path):
    made = []

    def make(mode: str = "ok") -> Dock:
        opened = Dock(context(mode))
        opened.run_panel.form.out.setFilePath(str(tmp_path / "runs"))
        opened.show()
        made.append(opened)
        return opened

    yield make
    for opened in made:
        opened.remove()
        opened.deleteLater()


def warnings(iface) -> list[str]:
    return iface.messageBar().get_messages(Qgis.MessageLevel.Warning)


def test_a_run_brings_its_layers_and_is_offered_for_inspection(dock, wait, tmp_path: Path) -> None:
    opened, offered = dock(), []
    opened.run_panel.product_made.connect(offered.append)
    opened.run_panel.run_button.click()
    assert opened.run_panel.running and opened.run_panel.cancel_button.isVisible()
    wait(lambda: not opened.run_panel.running)
    assert opened.run_panel.last_error == ""
    names = [node.name() for node in QgsProject.instance().layerTreeRoot().findLayers()]
    # One layer a date, or, where QGIS can, one for all dates.
    assert names[0].startswith(("GPP 2021-06-10", "GPP (g C"))
    assert opened.inspect_panel.runs.combo.count() == 1
    folders = list((tmp_path / "runs").iterdir())
    assert set(offered) == {str(folders[0])}, "to be inspected while it went on"
    assert len(folders) == 1 and (folders[0] / "run.json").is_file()
    assert "CPU (fake, 2 threads)" in [
        opened.run_panel.form.device.itemText(i) for i in range(opened.run_panel.form.device.count())
    ]


def test_the_estimate_says_what_a_run_takes_and_shows_the_area(dock, wait) -> None:
    opened = dock()
    opened.run_panel.find_button.click()
    wait(lambda: not opened.run_panel.finding)
    text = opened.run_panel.estimate_label.text().replace("\u00a0", " ")
    assert text == "3.7 km², 2 clear dates, about 40 s, 900 MB memory, 62 MB disk, 25 MB to read"
    assert "All of the source" in opened.run_panel.form.area.label.text()


def test_a_killed_engine_leaves_qgis_alive_with_a_plain_message(dock, wait, qgis_iface) -> None:
    opened = dock("slow")
    opened.run_panel.run_button.click()
    wait(lambda: opened.run_panel.bar.value() > 8)
    os.kill(opened._context.session.client().pid, signal.SIGKILL)
    wait(lambda: not opened.run_panel.running)
    assert any("The engine stopped unexpectedly" in text for text in warnings(qgis_iface))
    assert opened.run_panel.run_button.isVisible() and not QgsProject.instance().mapLayers()


def test_the_same_request_goes_on_in_the_same_folder_after_a_crash(dock, wait) -> None:
    opened = dock("dies")
    opened.run_panel.run_button.click()
    wait(lambda: not opened.run_panel.running)
    first = opened.run_panel._unfinished.out
    Path(first).mkdir(parents=True)
    opened.run_panel.run_button.click()
    assert opened.run_panel._unfinished.out == first
    wait(lambda: not opened.run_panel.running)
    opened.run_panel.form.seed.setValue(5)
    opened.run_panel.run_button.click()
    assert opened.run_panel._unfinished.out != first
    wait(lambda: not opened.run_panel.running)


def test_cancel_ends_the_run_without_a_complaint(dock, wait, qgis_iface) -> None:
    opened = dock("slow")
    opened.run_panel.run_button.click()
    wait(lambda: opened.run_panel.bar.value() > 8)
    opened.run_panel.cancel_button.click()
    wait(lambda: not opened.run_panel.running, 5)
    assert not warnings(qgis_iface) and "Cancelled" in opened.run_panel.stage_label.text()


def test_an_error_of_the_engine_is_said_in_its_own_words(dock, wait, qgis_iface) -> None:
    opened = dock("fails")
    opened.run_panel.run_button.click()
    wait(lambda: not opened.run_panel.running)
    assert any("cloudy over this area. Choose a longer period." in text for text in warnings(qgis_iface))


def test_closing_qgis_during_a_run_ends_the_engine(dock, wait) -> None:
    opened = dock("slow")
    opened.run_panel.run_button.click()
    wait(lambda: opened.run_panel.bar.value() > 8)
    client = opened._context.session.client()
    opened.remove()
    assert not client.alive
    opened.run_panel.remove = opened.inspect_panel.remove = lambda: None  # once is enough


def test_without_an_engine_nothing_starts_and_the_way_is_shown(qgis_iface, monkeypatch) -> None:
    from eofusion_plugin.engine import environment
    from eofusion_plugin.gui.context import Context

    monkeypatch.setattr(environment, "PLUGIN_FOLDER", Path("/nowhere"))
    context = Context(qgis_iface)
    opened = Dock(context)
    opened.show()
    assert opened.run_panel.banner.isVisible()
    opened.run_panel.run_button.click()
    assert not opened.run_panel.running and opened._setup.isVisible() and not context.session.alive
    opened.remove()


def test_the_form_fills_a_request_and_remembers_it(dock, context) -> None:
    form = dock().run_panel.form
    asked = RunRequest(
        start=date(2020, 3, 1),
        end=date(2020, 8, 31),
        out="",
        source="/data/scenes",
        products=("gpp", "embeddings"),
        dates="every:10",
        weather="/data/w.csv",
        seed=7,
    )
    form.fill(asked)
    assert form.request("/out").as_dict() == {**asked.as_dict(), "out": "/out"}
    assert form.source.folder.isVisibleTo(form)
    form.remember()
    again = Dock(context())
    assert again.run_panel.form.request("/out").same_work(asked)
    again.remove()


def test_a_source_without_a_folder_is_asked_for(dock, qgis_iface) -> None:
    opened = dock()
    opened.run_panel.form.source.combo.setCurrentIndex(1)
    opened.run_panel.run_button.click()
    assert not opened.run_panel.running
    assert any("Choose the folder" in text for text in warnings(qgis_iface))


def test_a_drawn_rectangle_becomes_the_area_in_degrees(dock, qgis_canvas) -> None:
    area = dock().run_panel.form.area
    qgis_canvas.setDestinationCrs(UTM)
    area._tools[0].drawn.emit(QgsGeometry.fromRect(QgsRectangle(600_000, 5_658_000, 602_000, 5_660_000)))
    ring = area.geojson["coordinates"][0]
    assert area.geojson["type"] == "Polygon" and 10.42 < ring[0][0] < 10.47 and 51.05 < ring[0][1] < 51.09
    assert area.label.text().replace("\u00a0", " ") == "Rectangle, 4.0 km²"
    area.take_source()
    assert area.geojson is None


def test_the_drawing_tool_is_put_back(dock, qgis_canvas) -> None:
    from qgis.gui import QgsMapToolPan

    pan = QgsMapToolPan(qgis_canvas)
    qgis_canvas.setMapTool(pan)
    area = dock().run_panel.form.area
    area.draw_button.setChecked(True)
    assert qgis_canvas.mapTool() is not pan
    area._tools[0].drawn.emit(QgsGeometry.fromRect(QgsRectangle(0, 0, 1, 1)))
    assert qgis_canvas.mapTool() is pan and not area.draw_button.isChecked()
    area.draw_button.setChecked(True)
    qgis_canvas.setMapTool(pan)
    assert not area.draw_button.isChecked()
    qgis_canvas.unsetMapTool(pan)


@pytest.fixture
def in_german(qgis_app):
    """German words are longer."""
    spoken = translator("de")
    assert spoken is not None
    QCoreApplication.installTranslator(spoken)
    yield
    QCoreApplication.removeTranslator(spoken)


def test_no_text_is_cut_off_in_a_narrow_dock_in_german(dock, wait, in_german, run_folder: Path) -> None:
    test_no_text_is_cut_off_in_a_narrow_dock(dock, wait, 360, run_folder)


@pytest.mark.parametrize("width", [360])
def test_no_text_is_cut_off_in_a_narrow_dock(dock, wait, width: int, run_folder: Path) -> None:
    opened = dock()
    opened.setFloating(True)
    opened.resize(width, 760)
    opened.load_run(str(run_folder))
    tabs = opened.findChild(QTabWidget)
    for index in range(tabs.count()):
        tabs.setCurrentIndex(index)
        wait(lambda: True)
        panel = tabs.currentWidget()
        assert panel.minimumSizeHint().width() <= width
        for widget in [*panel.findChildren(QLabel), *panel.findChildren(QAbstractButton)]:
            if widget.isVisible() and widget.text() and not getattr(widget, "wordWrap", lambda: False)():
                assert widget.width() >= widget.minimumSizeHint().width(), widget.text()
    assert opened.run_panel.form.minimumSizeHint().width() <= width


def test_the_estimate_names_the_dates_mapped_when_they_are_others() -> None:
    plan = {"km2": 250.0, "clear_dates": ["a"], "dates": ["a", "b"], "seconds": 4000, "disk_mb": 2400}
    text = estimate_text(plan).replace("\u00a0", " ")
    assert text == "250 km², 1 clear dates, 2 dates mapped, about 67 min, 2.4 GB disk"
