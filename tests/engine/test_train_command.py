"""``eofusion train``: a new sensor by two commands, over frozen encoders, from the installed weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from eofusion_engine.cli import main
from eofusion_engine.model.gpp import GppHead
from eofusion_engine.model.stack import FusionStack
from eofusion_engine.resources import weights_folder
from eofusion_engine.training.places import save_places
from eofusion_engine.training.prepare import CACHE, POSITIONS
from test_gaps import made_up_place
from test_third_sensor import tower


@pytest.fixture
def work(tmp_path: Path) -> Path:
    places = [made_up_place(f"openeo_pv/{i}", i, radar=i == 0) for i in range(3)]
    save_places([*places, *(tower(name, 20 * i) for i, name in enumerate("abcdef"))], tmp_path / CACHE)
    (tmp_path / POSITIONS).write_text(json.dumps([]))
    return tmp_path


def test_two_commands_make_a_fusion_with_the_sensor(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = work / "installed"
    shutil.copytree(weights_folder(), base)
    few = ["--work", str(work), "--weights", str(base), "--profile", "example", "--steps", "2", "--batch", "2"]
    assert main(["train", "fusion", "LST", *few]) == 2
    assert "has no encoder of LST" in capsys.readouterr().err
    assert main(["train", "sensor", "LST", *few]) == 0
    assert "eofusion train fusion LST" in capsys.readouterr().out
    assert main(["train", "fusion", "LST", *few]) == 0
    out = work / "weights"
    for name in ("encoder_s1.safetensors", "encoder_s2.safetensors", "gpp.safetensors", "temperature.safetensors"):
        assert (out / name).read_bytes() == (base / name).read_bytes()
    assert FusionStack.from_weights(out).fusion.names == ["LST", "S1", "S2"]
    assert FusionStack.from_weights(base).fusion.names == ["S1", "S2"]
    GppHead.from_weights(out)  # the folder serves a run
    assert main(["train", "sensor", "LST", *few]) == 0  # once more: what is there is trained anew, not doubled
    lines = (out / "SHA256SUMS").read_text().splitlines()
    assert len({line.split()[-1] for line in lines}) == len(lines) and "encoder_lst" in "".join(lines)


def test_what_cannot_be_trained_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "sensor", "LST", "--work", str(tmp_path)]) == 2
    assert "--data" in capsys.readouterr().err
    assert main(["train", "sensor", "LST", "--work", str(tmp_path), "--out", str(weights_folder())]) == 1
    assert "overwrite" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["train", "sensor", "S2", "--work", str(tmp_path)])
