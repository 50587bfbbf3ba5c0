"""What the plan has to say reaches who runs without a plan: as warnings, each once, and in the run folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from eofusion_engine.events import Quiet
from eofusion_engine.inference.runner import run
from eofusion_engine.request import parse_request
from pyproj import Transformer
from scene_files import LEFT, TOP, write_s2
from shapely.geometry import box, mapping
from shapely.ops import transform

NOTE = "There is no Sentinel-1 scene: cloudy periods are bridged by Sentinel-2 alone."


class Telling(Quiet):
    """Keeps the warnings."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warning(self, message: str) -> None:
        self.told.append(message)


def test_notes_of_the_plan_are_warnings_of_the_run_once(tmp_path: Path) -> None:
    write_s2(tmp_path / "scenes" / "good", seed=0, size=16, time="2021-05-01T10:30:00Z")
    bad = tmp_path / "scenes" / "bad"
    shutil.copytree(tmp_path / "scenes" / "good", bad)
    (bad / "scene.json").write_text("{", encoding="utf-8")
    corner = box(LEFT + 1, TOP - 159, LEFT + 159, TOP - 1)
    request = {
        "source": str(tmp_path / "scenes"), "out": str(tmp_path / "run"), "products": ["embeddings"], "threads": 1,
        "area": mapping(transform(Transformer.from_crs(32632, 4326, always_xy=True).transform, corner)),
        "start": "2021-05-01", "end": "2021-05-02", "dates": "2021-05-01", "device": "cpu",
    }  # fmt: skip
    listener = Telling()
    run(parse_request(request), listener)
    assert listener.told.count(NOTE) == 1 and len(set(listener.told)) == len(listener.told)
    assert sum("bad/scene.json is not JSON" in text for text in listener.told) == 1
    kept = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["notes"]
    assert set(listener.told) <= set(kept) and len(set(kept)) == len(kept)
