"""Where the engine's Python is, and which environments there are. Standard library only, nothing is run on import.

Looked for in this order: the setting, the variable EOFUSION_PYTHON, the environment that this plugin
made in the user's data folder, a developer's ``.venv`` beside the plugin.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil

# Asks a Python for its version; started from a list, no shell.
import subprocess  # nosec B404
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import PluginError
from .client import process_options, scrubbed_environment

PLUGIN_FOLDER = Path(__file__).resolve().parents[2]
WORKER = PLUGIN_FOLDER / "engine" / "worker_main.py"
REQUIREMENTS = PLUGIN_FOLDER / "engine" / "requirements.txt"
#: Written last into an environment: without it the environment is half-made.
READY_FILE = "eofusion-ready.json"
#: The steps that are done, in an environment whose making was stopped: the next try goes on from there.
PARTIAL_FILE = "eofusion-partial.json"
OLDEST, NEWEST = (3, 11), (3, 14)


@dataclass(frozen=True)
class EnginePython:
    """A Python to start the engine with, and why it was taken."""

    path: Path
    origin: str  # "setting", "variable", "own", "developer"


@dataclass(frozen=True)
class Installed:
    """An environment that this plugin made: ``current`` when it fits the present requirements, ``whole`` when it was
    tried and worked, ``build`` "cpu", "gpu" or "" (unknown)."""

    folder: Path
    current: bool
    whole: bool
    build: str


#: The data folder that the person chose, empty for the usual one.
_chosen_data = ""


def set_data_folder(folder: str) -> None:
    """Keep environments and logs in ``folder`` from now on; empty for the usual place."""
    global _chosen_data  # noqa: PLW0603 - one choice for the whole plugin, from its settings
    _chosen_data = folder


def data_folder(environment: Mapping[str, str] | None = None) -> Path:
    """This user's data folder of EO Fusion: outside plugin and profile, so that an upgrade leaves it alone."""
    env = os.environ if environment is None else environment
    if env.get("EOFUSION_DATA") or _chosen_data:
        return Path(env.get("EOFUSION_DATA") or _chosen_data).expanduser()
    if sys.platform == "win32":
        return Path(env.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "eofusion"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "eofusion"
    return Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "eofusion"


def requirements_hash(requirements: Path = REQUIREMENTS) -> str:
    """Twelve characters that change when the engine's requirements do, or the locked versions of what those need in
    turn (comments, blank lines and hashes do not count).

    Raises:
        PluginError: the plugin is not whole.
    """
    try:
        text = "\n".join(path.read_text(encoding="utf-8") for path in (requirements, requirements.with_suffix(".lock")))
    except OSError as error:
        raise PluginError("The plugin's folder lacks the engine.", "Install EO Fusion again.", "no-engine") from error
    lines = (line.split("#")[0].strip(" \\") for line in text.splitlines() if "--hash" not in line)
    wanted = sorted(line for line in lines if line)
    return hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:12]


def environment_folder(version: tuple[int, int], base: Path | None = None) -> Path:
    """The folder of the environment for a Python version and the present requirements."""
    root = (base or data_folder()) / "environments"
    return root / f"py{version[0]}.{version[1]}-{requirements_hash()}"


def venv_python(folder: Path) -> Path:
    """The Python of a virtual environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def find_python(setting: str = "", data: Path | None = None) -> EnginePython | None:
    """The Python to start the engine with, None when there is none. Looks at files only, runs nothing.

    Raises:
        PluginError: the setting or the variable names a file that is not there.
    """
    for text, origin, name in (
        (setting, "setting", "The Python chosen in the set-up"),
        (os.environ.get("EOFUSION_PYTHON", ""), "variable", "The Python named by EOFUSION_PYTHON"),
    ):
        if text:
            path = Path(text).expanduser()
            if not path.is_file():
                raise PluginError(f"{name} is not there: {path}", "Choose another one in 'Set up the engine'.")
            return EnginePython(path, origin)
    own = sorted((data or data_folder()).glob(f"environments/py*-{requirements_hash()}/{READY_FILE}"))
    if own:
        return EnginePython(venv_python(own[-1].parent), "own")
    developer = venv_python(PLUGIN_FOLDER / ".venv")
    return EnginePython(developer, "developer") if developer.is_file() else None


def base_candidates() -> list[Path]:
    """Pythons from which an environment could be made, likely ones first; not yet tried."""
    found: list[Path] = []
    if sys.platform == "win32":
        found += [Path(sys.prefix) / name for name in ("python3.exe", "python.exe")]
    elif sys.platform == "darwin":
        found.append(Path(sys.prefix) / "bin" / "python3")  # sys.executable is QGIS itself there
    else:
        found.append(Path("/usr/bin/python3"))
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)] + ["python3", "python"]
    found += [Path(path) for path in map(shutil.which, names) if path]
    unique: dict[str, Path] = {}
    for path in found:
        if path.is_file():
            unique.setdefault(os.path.realpath(path), path)
    return list(unique.values())


def python_version(python: Path) -> tuple[int, int] | None:
    """(major, minor) of a Python, told by running it; None when it does not run."""
    command = [str(python), "-I", "-c", "import sys; print(sys.version_info[0], sys.version_info[1])"]
    try:
        # The user's own choice of Python, from a list without a shell.
        done = subprocess.run(  # nosec B603
            command,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            env=scrubbed_environment(),
            stdin=subprocess.DEVNULL,
            **process_options(),
        )
        major, minor = done.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def suitable_base(chosen: str = "") -> tuple[Path, tuple[int, int]]:
    """A Python to build from, with its version: the chosen one, else the first that fits.

    Raises:
        PluginError: none fits.
    """
    candidates = [Path(chosen).expanduser()] if chosen else base_candidates()
    seen = []
    for path in candidates:
        version = python_version(path)
        if version is not None and OLDEST <= version <= NEWEST:
            return path, version
        seen.append(f"{path} ({'does not run' if version is None else '.'.join(map(str, version))})")
    tried = ", ".join(seen) or "none found"
    raise PluginError(
        "There is no Python from 3.11 to 3.14 to build the engine's environment from.",
        f"Install one from python.org or your system, and choose it here. Tried: {tried}.",
        code="no-python",
    )


def mark_ready(folder: Path, ready: Mapping[str, object]) -> None:
    """Declare an environment whole, after it was tried."""
    (folder / READY_FILE).write_text(json.dumps(dict(ready), indent=2), encoding="utf-8")


def installed(data: Path | None = None) -> list[Installed]:
    """The environments that this plugin made, whole or not. Looks at files only."""
    found = []
    for folder in sorted((data or data_folder()).glob("environments/py*-*")):
        if folder.is_dir() and not folder.is_symlink():
            ready = folder / READY_FILE
            found.append(
                Installed(folder, folder.name.endswith(f"-{requirements_hash()}"), ready.is_file(), _build_of(ready))
            )
    return found


def folder_bytes(folder: Path) -> int:
    """What a folder takes on disk; files that vanish meanwhile count nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(parent) / name).lstat().st_size
    return total


def remove_environment(folder: Path, data: Path | None = None) -> None:
    """Delete an environment that this plugin made, and nothing else.

    Raises:
        PluginError: the folder is not one of ours, or a file in it is in use.
    """
    if folder.resolve() not in {item.folder.resolve() for item in installed(data)}:
        raise PluginError("That folder is not an environment of EO Fusion.", "Nothing was removed.", "not-ours")
    try:
        (folder / READY_FILE).unlink(missing_ok=True)  # first: what is half-gone must not count as whole
        shutil.rmtree(folder)
    except OSError as error:
        raise PluginError(
            "A file of the environment is in use or not yours to delete.",
            "Close other QGIS windows and try again.",
            "locked",
        ) from error


def _build_of(ready: Path) -> str:
    try:
        return str(json.loads(ready.read_text(encoding="utf-8")).get("build", ""))
    except (OSError, ValueError, AttributeError):
        return ""
