"""Writes the stored run of the present format: ``python tests/trust/stored_run.py``, once a format.

The files in tests/data/runs stay as they were written: they stand for what lies on people's disks.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "engine"))
STORED = HERE.parent / "data" / "runs"


def main() -> None:
    """A small run with known values, through the engine's own writers."""
    import run_example
    from eofusion_engine.products.grid import RasterGrid
    from eofusion_engine.runfolder import FORMAT

    run_example.GRID = RasterGrid("EPSG:32632", run_example.GRID.transform, 32, 32)
    run_example.unit_embeddings.__defaults__ = (32, 32)
    run_example.temperature_values = lambda: _cells(run_example.DAYS)
    run_example._write.__defaults__ = (run_example.GRID,)
    folder = STORED / f"format-{FORMAT}"
    run_example.write_example(folder)
    for file in folder.glob("*.json"):  # no path of this computer's
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(str(folder), "run"), encoding="utf-8", newline="\n")


def _cells(days: tuple[object, ...]) -> object:
    import numpy as np

    rows, columns = np.indices((2, 2))
    return np.arange(len(days))[:, None, None] + rows / 10 + columns / 100 - 5.0


if __name__ == "__main__":
    main()
