"""The engine's own check: each part is run, and what is wrong is named."""

from __future__ import annotations

import pytest
from eofusion_engine import doctor
from eofusion_engine.errors import EOFusionError


def test_a_sound_engine_passes_every_check() -> None:
    assert doctor.run_checks() == dict.fromkeys(("libraries", "weights", "model", "projection"), "ok")
    doctor.require_working()


def test_a_library_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MODULES", ("numpy", "no_such_library"))
    with pytest.raises(EOFusionError, match="no_such_library cannot be loaded") as caught:
        doctor.require_working()
    assert caught.value.code == "broken-engine" and caught.value.hint


def test_a_model_that_computes_nonsense_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong() -> None:
        raise RuntimeError("the model ran but its embedding has not unit norm")

    monkeypatch.setattr(doctor, "_forward", wrong)
    assert "unit norm" in doctor.run_checks()["model"]
