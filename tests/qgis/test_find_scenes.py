""" "Find scenes" in the dock: the source, the dates, ticks, credentials."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from qgis.core import Qgis, QgsSettings
from qgis.PyQt.QtCore import QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QPalette
from qgis.PyQt.QtWidgets import QAbstractButton, QComboBox, QLabel

from eofusion_plugin import services
from eofusion_plugin.credentials import Secret, read_secret
from eofusion_plugin.errors import PluginError
from eofusion_plugin.gui.colours import ink_and_paper
from eofusion_plugin.gui.dock import Dock
from eofusion_plugin.gui.scene_table import SceneBox
from eofusion_plugin.gui.timeline import CLEAR_ON_DARK, CLEAR_ON_LIGHT, Timeline, words_of
from eofusion_plugin.gui.widgets import choose
from eofusion_plugin.scene_dates import SceneDate

NBSP = "\u00a0"


@pytest.fixture
def dock(context, tmp_path: Path):
    made = []

    def make(mode: str = "ok") -> Dock:
        opened = Dock(context(mode))
        opened.run_panel.form.out.setFilePath(str(tmp_path / "runs"))
        opened.setFloating(True)
        opened.resize(360, 860)
        opened.show()
        made.append(opened)
        return opened

    yield make
    for opened in made:
        opened.remove()
        opened.deleteLater()


@pytest.fixture
def found(dock, wait):
    """A dock after "Find scenes", its form and the scenes."""
    opened = dock()
    opened.run_panel.find_button.click()
    wait(lambda: not opened.run_panel.finding)
    return opened.run_panel


def cells(scenes: SceneBox, column: int) -> list[str]:
    return [scenes.table.item(row, column).text().strip(NBSP) for row in range(scenes.table.rowCount())]


def ticks(scenes: SceneBox) -> list[bool]:
    return [scenes.table.item(row, 0).checkState() == Qt.CheckState.Checked for row in range(scenes.table.rowCount())]


def test_the_table_has_a_row_a_date(found) -> None:
    scenes = found.form.scenes
    assert scenes.isVisible()
    assert cells(scenes, 0) == ["2021-05-01", "2021-05-02", "2021-05-11", "2021-05-14", "2021-06-10"]
    assert cells(scenes, 1) == ["S2", "S1", "S2", "S1", "S2"]
    assert cells(scenes, 2) == [f"12{NBSP}%", "", f"88{NBSP}%", "", ""]
    assert cells(scenes, 3) == [f"93{NBSP}%", "", f"2{NBSP}%", "", f"71{NBSP}%"]
    assert cells(scenes, 4) == ["", "both", "", "desc.", ""]
    assert all(ticks(scenes)) and scenes.count.text().replace(NBSP, " ") == "5 of 5 dates"
    assert scenes.notes.text() == "secrets: none"


def test_unticking_takes_a_date_out_of_the_request_and_asks_again(found, wait) -> None:
    scenes = found.form.scenes
    assert "skip_s2_dates" not in found.form.request("").as_dict()
    scenes.table.item(2, 0).setCheckState(Qt.CheckState.Unchecked)
    scenes.table.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    request = found.form.request("").as_dict()
    assert request["skip_s2_dates"] == ["2021-05-11"] and request["skip_s1_dates"] == ["2021-05-02"]
    wait(lambda: found._found_for.skip_s2_dates == ("2021-05-11",))
    assert ticks(scenes) == [True, False, False, True, True]
    # The engine did not look at the date that was taken out: what is known of it stays.
    assert cells(scenes, 3)[2] == f"2{NBSP}%"
    assert "2 clear dates" in found.estimate_label.text().replace(NBSP, " ")


def test_the_run_leaves_the_same_dates_out(found, wait, tmp_path: Path) -> None:
    import json

    found.form.scenes.table.item(4, 0).setCheckState(Qt.CheckState.Unchecked)
    found.run_button.click()
    wait(lambda: not found.running)
    request = json.loads(next((tmp_path / "runs").iterdir()).joinpath("request.json").read_text())
    assert request["skip_s2_dates"] == ["2021-06-10"]


def test_a_tick_counts_for_all_selected_rows(found) -> None:
    scenes = found.form.scenes
    scenes.table.selectAll()
    scenes.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    assert not any(ticks(scenes))
    scenes.table.clearSelection()
    scenes.table.item(0, 0).setCheckState(Qt.CheckState.Checked)
    assert ticks(scenes) == [True, False, False, False, False]


def test_quick_choices(found) -> None:
    scenes = found.form.scenes
    scenes.buttons["none"].click()
    assert not any(ticks(scenes))
    scenes.buttons["clear"].click()
    assert ticks(scenes) == [True, True, False, True, True]
    scenes.buttons["all"].click()
    assert all(ticks(scenes)) and found.form.request("").skip_s2_dates == ()


def test_another_period_or_source_forgets_the_dates_but_other_products_do_not(found) -> None:
    form = found.form
    form.scenes.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    form.products["gpp"].setChecked(False)
    assert form.scenes.isVisible() and form.request("").skip_s2_dates == ("2021-05-01",)
    form.period.end.setDate(form.period.end.date().addDays(-3))
    assert not form.scenes.isVisible() and form.request("").skip_s2_dates == () and form.scenes.dates == []


def test_finding_can_be_stopped(dock, wait) -> None:
    panel = dock().run_panel
    panel.find_button.click()
    assert panel.finding and panel.find_button.text() == "Stop"
    panel.find_button.click()
    assert not panel.finding and panel.find_button.text() == "Find scenes"


def test_a_service_is_searched_only_when_asked(dock, wait) -> None:
    opened = dock()
    panel = opened.run_panel
    opened._context.session.hello()
    choose(panel.form.source.combo, "earth-search")
    panel._find_quietly()
    assert not panel.finding
    panel.find_button.click()
    wait(lambda: not panel.finding)
    panel.form.scenes.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    panel._find_quietly()
    assert panel.finding
    wait(lambda: not panel.finding)


# -- sources -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("sample", {"folder": False, "own": False, "limits": False, "credentials": False}),
        ("/data/scenes", {"folder": True, "own": False, "limits": True, "credentials": False}),
        ("earth-search", {"folder": False, "own": False, "limits": True, "credentials": False}),
        ("cdse", {"folder": False, "own": False, "limits": True, "credentials": True}),
        ("https://example.org/stac", {"folder": False, "own": True, "limits": True, "credentials": True}),
        ("/data/mine.json", {"folder": False, "own": True, "limits": True, "credentials": True}),
    ],
)
def test_each_source_shows_what_belongs_to_it(dock, source: str, shown: dict) -> None:
    box = dock().run_panel.form.source
    box.set_text(source)
    assert box.text() == source
    credentials = box._credentials is not None and box._credentials.isVisible()
    assert shown == {
        "folder": box.folder.isVisible(),
        "own": box.own.isVisible(),
        "limits": box._limits.isVisible(),
        "credentials": credentials,
    }


def test_the_services_are_offered_by_title(dock) -> None:
    combo = dock().run_panel.form.source.combo
    offered = {combo.itemData(index): combo.itemText(index) for index in range(combo.count())}
    for service in services.services():
        assert offered[service.id] == service.title


def test_limits_reach_the_request_and_are_remembered(dock, context) -> None:
    form = dock().run_panel.form
    form.source.set_text("https://example.org/stac")
    form.source.max_cloud.setValue(35)
    choose(form.source.orbit, "descending")
    form.cloud_test.setChecked(True)
    form.scl_drop.setText("0, 1, 8 9")
    choose(form.weather_method, "interpolate")
    form.cache.setValue(2.5)
    form.elevation.setFilePath("/data/dem.tif")
    sent = form.request("").as_dict()
    assert (sent["source"], sent["max_cloud"], sent["orbit"]) == ("https://example.org/stac", 35.0, "descending")
    assert (sent["cloud_test"], sent["scl_drop"], sent["weather_method"]) == (True, ["0", "1", "8", "9"], "interpolate")
    assert (sent["cache_gb"], sent["elevation"]) == (2.5, "/data/dem.tif")
    form.remember()
    again = Dock(context())
    assert again.run_panel.form.request("").as_dict() == sent
    again.remove()


def test_the_pattern_of_names_is_of_folders_only(dock) -> None:
    form = dock().run_panel.form
    form.source.set_text("/data/scenes")
    form.file_pattern.setText("{date}_{band}.tif")
    assert form.request("").file_pattern == "{date}_{band}.tif" and form.file_pattern.isEnabled()
    form.source.set_text("earth-search")
    assert form.request("").file_pattern == "" and not form.file_pattern.isEnabled()


def test_a_service_of_ones_own_wants_an_address(dock, qgis_iface) -> None:
    opened = dock()
    choose(opened.run_panel.form.source.combo, "own")
    opened.run_panel.find_button.click()
    assert not opened.run_panel.finding
    said = qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Warning)
    assert any("Give the service's address first." in text for text in said)


# -- credentials -------------------------------------------------------------------------------------


def test_credentials_go_to_the_engine_in_a_message_of_their_own(dock, wait, store_credentials, tmp_path: Path) -> None:
    authcfg = store_credentials(username="access-key-1", password="very-secret-key")
    panel = dock().run_panel
    panel.form.source.set_text("cdse")
    panel.form.source.set_authcfg(authcfg)
    panel.find_button.click()
    wait(lambda: not panel.finding)
    assert panel.form.scenes.notes.text() == f"secrets: authcfg:{authcfg} password=15 username=12"
    request = panel.form.request("")
    assert request.authcfg == authcfg and "very-secret-key" not in repr(request.as_dict())
    panel.run_button.click()
    wait(lambda: not panel.running)
    panel.form.remember()
    settings = QgsSettings()
    kept = "".join(str(settings.value(key)) for key in settings.allKeys())
    written = "".join(path.read_text("utf-8", "replace") for path in (tmp_path / "runs").rglob("*.json"))
    assert authcfg in written and "very-secret-key" not in kept + written and "access-key-1" not in kept + written


def test_a_service_that_needs_credentials_asks_for_them_before_anything_starts(dock, qgis_iface) -> None:
    panel = dock().run_panel
    panel.form.source.set_text("cdse")
    panel.find_button.click()
    assert not panel.finding
    said = qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Warning)
    assert any("needs credentials" in text for text in said)


def test_credentials_that_are_gone_are_said_plainly(dock, qgis_iface, store_credentials) -> None:
    store_credentials(username="someone", password="something")
    panel = dock().run_panel
    panel.form.source.set_text("cdse")
    panel.form.source._authcfg = "gone123"
    for button in (panel.find_button, panel.run_button):
        button.click()
        assert not panel.finding and not panel.running
    said = qgis_iface.messageBar().get_messages(Qgis.MessageLevel.Warning)
    assert sum("cannot be opened" in text for text in said) == 2


def test_a_source_without_credentials_sends_none(dock, store_credentials) -> None:
    box = dock().run_panel.form.source
    box.set_text("cdse")
    box.set_authcfg(store_credentials(username="someone", password="something"))
    assert box.authcfg
    box.set_text("earth-search")
    assert box.authcfg == ""


def test_what_is_read_from_the_database_does_not_print_its_value(store_credentials) -> None:
    authcfg = store_credentials(username="someone", password="something-secret")
    secret = read_secret(authcfg)
    assert secret == Secret(f"authcfg:{authcfg}", '{"username": "someone", "password": "something-secret"}')
    assert "something-secret" not in repr(secret)
    assert read_secret("") is None


def test_a_password_without_a_user_name_is_sent_alone(store_credentials) -> None:
    secret = read_secret(store_credentials(username="", password="a-token"))
    assert secret is not None and secret.value == '{"password": "a-token"}'


def test_methods_that_no_service_takes_are_refused(store_credentials) -> None:
    with pytest.raises(PluginError, match="cannot be used here") as caught:
        read_secret(store_credentials("Identity-Cert", certid="x", certauthid="y"))
    assert "Basic" in caught.value.hint


# -- how it looks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["sample", "/data/scenes", "cdse", "planetary-computer", "https://example.org"])
def test_nothing_is_cut_off_at_360_pixels(found, wait, source: str) -> None:
    form = found.form
    form.source.set_text(source)
    form.scenes.show_plan({"s2": [{"date": "2021-05-01", "scenes": 1, "cloud_cover": 100, "clear_fraction": 1.0}] * 1})
    form._options_box.setCollapsed(False)
    wait(lambda: True)
    viewport = found._scroll.viewport().width()
    assert form.minimumSizeHint().width() <= viewport and form.width() <= viewport
    for widget in [*form.findChildren(QLabel), *form.findChildren(QAbstractButton)]:
        if widget.isVisible() and widget.text() and not getattr(widget, "wordWrap", lambda: False)():
            assert widget.width() >= widget.minimumSizeHint().width(), widget.text()
    for combo in form.findChildren(QComboBox):
        if combo.isVisible() and combo.parent() is not form.source._credentials:
            words = combo.fontMetrics().horizontalAdvance(combo.currentText())
            assert words + 24 <= combo.width(), combo.currentText()


def test_the_columns_of_the_table_fit(found, wait) -> None:
    table = found.form.scenes.table
    wait(lambda: found._scroll.verticalScrollBar().isVisible())
    assert sum(table.columnWidth(column) for column in range(5)) <= table.viewport().width()
    for column in range(5):
        assert table.columnWidth(column) >= table.sizeHintForColumn(column), column
        words = table.horizontalHeader().fontMetrics().horizontalAdvance(table.horizontalHeaderItem(column).text())
        assert table.columnWidth(column) >= words


def painted(timeline: Timeline, entry: SceneDate, out: bool = False) -> QColor:
    """The colour in the middle of the entry's mark."""
    timeline.resize(300, 110)
    timeline.show_dates([entry], {entry.key} if out else set(), (date(2021, 5, 1), date(2021, 5, 31)))
    place: QPointF = timeline._place(entry)
    return timeline.grab().toImage().pixelColor(QPoint(round(place.x()), round(place.y())))


@pytest.mark.parametrize(
    ("paper", "ink", "clear"), [("#ffffff", "#000000", CLEAR_ON_LIGHT), ("#222222", "#eeeeee", CLEAR_ON_DARK)]
)
def test_dots_are_coloured_by_the_clear_share_in_light_and_dark(qgis_app, paper, ink, clear) -> None:
    timeline = Timeline()
    palette = timeline.palette()
    palette.setColor(QPalette.ColorRole.Base, QColor(paper))
    palette.setColor(QPalette.ColorRole.Text, QColor(ink))
    timeline.setPalette(palette)
    day = date(2021, 5, 15)

    def distance(one: QColor, other: QColor) -> int:
        return sum(abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3]))

    bright = painted(timeline, SceneDate("S2", day, 1, clear=1.0))
    dull = painted(timeline, SceneDate("S2", day, 1, clear=0.0))
    assert distance(bright, clear) < 12 and distance(dull, clear) > 100 and distance(dull, QColor(paper)) > 60
    ring = painted(timeline, SceneDate("S2", day, 1, clear=1.0), out=True)
    assert distance(ring, QColor(paper)) < 30
    tick = painted(timeline, SceneDate("S1", day, 1, orbit="ascending"))
    assert distance(tick, QColor(paper)) > 100


@pytest.mark.parametrize(
    ("base", "text", "window_text", "ink"),
    [
        ("#ffffff", "#101010", "#000000", "#101010"),
        ("#323232", "#000000", "#c8c8c8", "#c8c8c8"),
        ("#323232", "#000000", "#000000", "#eeeeee"),
    ],
)
def test_painted_text_can_be_read_in_every_theme(qgis_app, base, text, window_text, ink) -> None:
    """QGIS' Night Mapping leaves black text in the palette on a dark ground."""
    widget = Timeline()
    palette = widget.palette()
    role = QPalette.ColorRole
    for which, colour in ((role.Base, base), (role.Text, text), (role.WindowText, window_text)):
        palette.setColor(which, QColor(colour))
    palette.setColor(role.ButtonText, QColor(window_text))
    widget.setPalette(palette)
    assert ink_and_paper(widget) == (QColor(ink), QColor(base))


def test_a_click_on_the_timeline_finds_the_row(found) -> None:
    scenes = found.form.scenes
    entry = scenes.dates[4]
    assert scenes.timeline._at(scenes.timeline._place(entry)) == entry
    assert scenes.timeline._at(QPointF(-50, -50)) is None
    scenes.timeline.picked.emit(*entry.key)
    assert [index.row() for index in scenes.table.selectionModel().selectedRows()] == [4]


def test_a_date_in_words() -> None:
    entry = SceneDate("S2", date(2021, 5, 1), 2, cloud=12.4, clear=0.931)
    assert words_of(entry, True) == (
        "2021-05-01, Sentinel-2, 93 % of the area clear, 12 % cloud by its metadata, taken out"
    )
    radar = SceneDate("S1", date(2021, 5, 2), 1, orbit="both", level="RTC")
    assert words_of(radar, False) == "2021-05-02, Sentinel-1, both orbits, RTC"


def test_more_notes_unfold_with_a_button(found) -> None:
    scenes = found.form.scenes
    assert not scenes.more_button.isVisible()
    plan = {"start": "2021-05-01", "end": "2021-06-30", "s2": [{"date": "2021-05-01"}]}
    scenes.show_plan({**plan, "notes": ["One.", "Two.", "Three."]})
    assert scenes.notes.text() == "One.\nTwo." and scenes.more_button.text() == "One more note"
    scenes.more_button.click()
    assert scenes.notes.text() == "One.\nTwo.\nThree." and scenes.more_button.text() == "Fewer notes"
    scenes.show_plan({**plan, "notes": ["One.", "Two.", "Three.", "Four."]})
    assert scenes.notes.text() == "One.\nTwo." and scenes.more_button.text() == "2 more notes", "folded again"
