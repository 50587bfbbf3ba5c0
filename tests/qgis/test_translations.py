"""German is kept complete: every text of the source is translated, and the compiled file says the same."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from qgis.PyQt.QtCore import QCoreApplication

from eofusion_plugin.gui.run_footer import RunFooter
from eofusion_plugin.gui.source_box import SourceBox
from eofusion_plugin.texts import tr, translator

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("translations", ROOT / "tools" / "translations.py")
translations = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(translations)


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_text_is_translated_and_keeps_its_fields(language: str) -> None:
    translated = translations.read_ts(translations.FOLDER / f"eofusion_{language}.ts")
    texts = translations.source_texts()
    assert len(texts) > 300
    missing = [text for text in texts if text not in translated]
    assert not missing, f"{len(missing)} texts, the first: {missing[:3]}; run tools/translations.py update"
    fields = re.compile(r"{\w*}")
    wrong = [t for t in texts if sorted(fields.findall(t)) != sorted(fields.findall(translated[t]))]
    assert not wrong, f"other fields in {wrong[:3]}"


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_the_compiled_file_says_the_same(language: str, qgis_app) -> None:
    loaded = translator(language)
    assert loaded is not None
    translated = translations.read_ts(translations.FOLDER / f"eofusion_{language}.ts")
    texts = translations.source_texts()
    QCoreApplication.installTranslator(loaded)
    try:
        differ = [t for t in texts if tr(t) != translated.get(t)]
    finally:
        QCoreApplication.removeTranslator(loaded)
    assert not differ, f"{differ[:3]}: run tools/translations.py compile"


def test_a_language_without_texts_has_no_translator(qgis_app) -> None:
    assert translator("xx") is None


def test_what_services_say_and_how_far_a_run_is_are_in_the_user_s_language(qgis_app) -> None:
    found = translator("de")
    QCoreApplication.installTranslator(found)
    try:
        box, footer = SourceBox(), RunFooter()
        box.set_text("earth-search")
        footer.show_stage("encode", "Tile 3 of 12", None)
        assert "geländekorrigiert" in box.about.text()
        assert footer.stage_label.text().endswith("Kachel 3 von 12")
    finally:
        QCoreApplication.removeTranslator(found)
