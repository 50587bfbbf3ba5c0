"""``eofusion doctor``: what this engine runs on, and whether its parts work."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

from . import __version__
from .errors import EOFusionError

LIBRARIES = ("torch", "numpy", "rasterio", "pyproj", "shapely", "safetensors", "pydantic", "h5netcdf", "pystac-client")


def diagnose(folder: Path | None = None) -> dict[str, Any]:
    """Versions, devices, disk and three checks that run the parts instead of only finding them.

    Args:
        folder: where results will go; its disk is reported (the working folder by default).
    """
    checks = {
        name: _outcome(check) for name, check in (("weights", _weights), ("model", _forward), ("projection", _project))
    }
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "missing"
    from .inference.device import devices

    disk = shutil.disk_usage(folder or Path.cwd())
    return {
        "engine": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "system": platform.platform(),
        "libraries": versions,
        "devices": devices(),
        "disk_free_gb": round(disk.free / 1e9, 1),
        "checks": checks,
        "ok": all(outcome == "ok" for outcome in checks.values()),
    }


def _outcome(check: Any) -> str:
    try:
        check()
    except (EOFusionError, ImportError, RuntimeError, OSError, ValueError) as error:
        return str(error) or type(error).__name__
    return "ok"


def _weights() -> None:
    from .model.weights import load_tensors

    for name in ("encoder_s1", "encoder_s2", "fusion", "temperature", "gpp"):
        load_tensors(name)


def _forward() -> None:
    import numpy as np

    from .model.pixels import embed_pixel_series
    from .model.stack import FusionStack

    day = np.array([[737000]])
    embedding, known = embed_pixel_series(FusionStack.from_weights(), np.full((1, 1, 10), 0.2, np.float32), day, day)
    if not known.all() or abs(float((embedding**2).sum()) - 1) > 1e-4:
        raise RuntimeError("the model ran but its embedding has not unit norm")


def _project() -> None:
    from pyproj import Transformer

    x, y = Transformer.from_crs(4326, 32632, always_xy=True).transform(9.0, 51.0)
    if abs(x - 500000) > 1e-3 or abs(y - 5649824.6) > 1:
        raise RuntimeError(f"PROJ gives a wrong position ({x:.1f}, {y:.1f})")


def as_text(found: dict[str, Any]) -> str:
    """The diagnosis for a person."""
    lines = [f"EO Fusion engine {found['engine']}, Python {found['python']}, {found['system']}"]
    lines += [f"  {name:14s} {version}" for name, version in found["libraries"].items()]
    lines += [f"  device         {d['id']}: {d['name']}" for d in found["devices"]]
    lines.append(f"  free disk      {found['disk_free_gb']} GB")
    lines += [f"  check {name:9s} {outcome}" for name, outcome in found["checks"].items()]
    return "\n".join(lines)
