"""Mean annual cycles by kind of cover: the kinds that were put in, their shares and their months by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from eofusion_engine.errors import OutputError, RequestError
from eofusion_engine.products.cycle import as_csv, k_means, mean_cycles
from eofusion_engine.runfolder import RunFolder
from run_example import DATES, DAYS, GRID, example_request, gpp_values, write_example

FIELD = np.s_[:, 96:]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example run, its right half green."""
    run = write_example(tmp_path_factory.mktemp("cycle") / "run")
    for path in (run / "products/reflectance").glob("*.tif"):
        with rasterio.open(path, "r+", IGNORE_COG_LAYOUT_BREAK="YES") as dataset:
            for band, value in ((3, 300), (7, 4500)):  # B04 and B08
                layer = dataset.read(band)
                layer[FIELD] = value
                dataset.write(layer, band)
    return run


def test_halves_are_found_with_their_months(example: Path) -> None:
    clusters = mean_cycles(example, clusters=2)
    assert [c.number for c in clusters] == [1, 2]
    green = max(clusters, key=lambda c: max(c.ndvi.values()))
    assert green.share == pytest.approx(0.5, abs=0.02)
    assert list(green.ndvi.values()) == pytest.approx([(0.45 - 0.03) / 0.48] * 2, abs=1e-3)
    assert [row["month"] for row in green.months] == [day.month for day in DATES]
    stride = int(np.ceil((GRID.width * GRID.height / 20_000) ** 0.5))
    by_hand = [gpp_values(2 + 4 * i)[::stride, ::stride][:, 96 // stride :].mean() for i in range(2)]
    assert [row["p50"] for row in green.months] == pytest.approx(by_hand, abs=0.01)
    lines = as_csv(clusters).splitlines()
    assert lines[0].startswith("cluster,share,month,gpp_p10_g_c_m2_d")
    assert len(lines) == 1 + 2 * 2


def test_k_means_separates_and_repeats() -> None:
    generator = np.random.default_rng(0)
    rows = np.concatenate([generator.normal(centre, 0.05, (100, 3)) for centre in (0.0, 1.0, 2.0)])
    label = k_means(rows, 3)
    assert [len(set(label[i : i + 100].tolist())) for i in (0, 100, 200)] == [1, 1, 1]
    assert len(set(label.tolist())) == 3
    np.testing.assert_array_equal(label, k_means(rows, 3))


def test_what_cannot_be_told(example: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="40 kinds"):
        mean_cycles(example, clusters=40)
    with RunFolder.create(example_request(tmp_path / "run", start=DAYS[0])) as run:
        run.set_grid(GRID)
    with pytest.raises(OutputError, match="not both"):
        mean_cycles(tmp_path / "run")
