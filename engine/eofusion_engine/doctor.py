"""``eofusion doctor``: what this engine runs on, and whether its parts work."""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

from . import __version__
from .errors import EOFusionError

LIBRARIES = ("torch", "numpy", "rasterio", "pyproj", "shapely", "safetensors", "pydantic", "h5netcdf", "pystac-client")
#: What the engine imports of them and of the smaller ones, sooner or later in a run.
MODULES = (
    *("torch", "numpy", "rasterio", "rasterio.warp", "pyproj", "shapely", "safetensors", "pydantic", "h5netcdf"),
    *("h5py", "netCDF4", "pystac_client", "requests", "urllib3", "requests_aws4auth", "platformdirs", "PIL"),
)


def diagnose(folder: Path | None = None) -> dict[str, Any]:
    """Versions, devices, disk and the checks that run the parts instead of only finding them.

    Args:
        folder: where results will go; its disk is reported (the working folder by default).
    """
    checks = run_checks()
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


def run_checks() -> dict[str, str]:
    """The name of each check with "ok" or what is wrong. Each runs its part instead of only finding it."""
    parts = (("libraries", _libraries), ("weights", _weights), ("model", _forward), ("projection", _project))
    return {name: _outcome(check) for name, check in parts}


def require_working() -> None:
    """Run all checks.

    Raises:
        EOFusionError: one does not hold; the sentence says which (code ``broken-engine``).
    """
    wrong = {name: outcome for name, outcome in run_checks().items() if outcome != "ok"}
    if wrong:
        name, outcome = next(iter(wrong.items()))
        raise EOFusionError(
            f"The engine does not work ({name}: {outcome}).", "Repair its environment.", code="broken-engine"
        )


def _libraries() -> None:
    for name in MODULES:
        try:
            importlib.import_module(name)
        except (ImportError, OSError) as error:
            raise RuntimeError(f"{name} cannot be loaded: {error}") from None


def _outcome(check: Any) -> str:
    try:
        check()
    except (EOFusionError, ImportError, RuntimeError, OSError, ValueError, TypeError, KeyError) as error:
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
    lines += [f"  check {name:10s} {outcome}" for name, outcome in found["checks"].items()]
    return "\n".join(lines)
