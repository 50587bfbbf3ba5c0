"""What must hold of a run folder at any moment, however its run ended."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import rasterio


def assert_nothing_half_written(run: Path) -> None:
    """Every file that stands under a final name is whole: rasters read to their last byte, tiles, JSON and pictures."""
    if not run.exists():
        return
    for path in run.rglob("*"):
        if path.suffix == ".part" or not path.is_file():
            continue
        if path.suffix == ".tif":
            with rasterio.open(path) as dataset:
                assert dataset.read().size
        elif path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                assert sum(arrays[name].size for name in arrays.files) > 1
        elif path.suffix == ".json":
            assert json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".png":
            assert path.read_bytes().rstrip(b"\0").endswith(b"IEND\xaeB`\x82")
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    info = json.loads((run / "run.json").read_text(encoding="utf-8")) if (run / "run.json").is_file() else {}
    for product in info.get("products", ()):
        assert (run / product["path"]).is_file(), f"run.json lists {product['path']}, which is not there"


def finished_tiles(run: Path) -> dict[str, int]:
    """Name and time of writing (ns) of every finished tile."""
    return {path.name: path.stat().st_mtime_ns for path in (run / "tiles").glob("*.npz")}


def product_sums(run: Path) -> dict[str, str]:
    """Path and SHA-256 of every file of a run's products and pictures."""
    files = [p for part in ("products", "quicklooks") for p in (run / part).rglob("*") if p.is_file()]
    assert json.loads((run / "run.json").read_text(encoding="utf-8"))["state"] == "done" and files
    return {p.relative_to(run).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
