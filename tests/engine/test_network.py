"""The public services as they are today. Asked only by ``pytest -m network tests/engine/test_network.py``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.cube import CubeReader, Grid, common_crs
from eofusion_engine.sources import open_source
from shapely.geometry import box

pytestmark = pytest.mark.network

#: Fields beside the Danube near Straubing: 0.6 km2.
AREA = box(12.600, 48.860, 12.610, 48.868)
MAY = (date(2023, 5, 20), date(2023, 6, 5))


@pytest.mark.parametrize("name", ["earth-search", "planetary-computer"])
def test_a_few_days_of_a_small_place(name: str, own_cache: Path) -> None:
    source = open_source(name)
    scenes = source.scenes(AREA, *MAY)
    assert len({s.date for s in scenes if s.sensor == "S2"}) >= 3
    assert name != "planetary-computer" or any(s.sensor == "S1" for s in scenes)
    grid = Grid.for_area(AREA, common_crs(scenes))
    with CubeReader(scenes, grid, 20.0, pytest.fail, readers=8) as reader:
        cube = reader.read(0, 0, grid.height, grid.width)
    clear = cube.s2[np.isfinite(cube.s2)]
    assert clear.size and clear.min() > -0.05 and clear.max() < 1.5 and 0.02 < np.median(clear) < 0.5
    assert source.elevation(AREA)


def test_cdse_lists_scenes_once_it_has_credentials(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EOFUSION_CDSE_KEY", "not-a-key")
    monkeypatch.setenv("EOFUSION_CDSE_SECRET", "not-a-secret")
    scenes = open_source("cdse").scenes(AREA, *MAY)
    assert len({s.date for s in scenes}) >= 3 and {s.level for s in scenes} == {"L2A"}
