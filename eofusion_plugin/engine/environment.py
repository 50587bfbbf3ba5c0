"""Where the engine's Python is, and what making one takes. Standard library only, nothing is run on import.

Looked for in this order: the setting, the variable EOFUSION_PYTHON, the environment that this plugin
made in the user's data folder, a developer's ``.venv`` beside the plugin.
"""

from __future__ import annotations

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
OLDEST, NEWEST = (3, 11), (3, 14)
#: On disk, with its caches; what the person agrees to.
SIZE_TEXT = "about 1.2 GB" if sys.platform.startswith("linux") else "about 0.7 GB"
SIZE_BYTES = 1_300_000_000
#: PyPI's torch for Linux brings 5 GB of CUDA; elsewhere it is the CPU build anyway.
DEFAULT_TORCH_INDEX = "https://download.pytorch.org/whl/cpu" if sys.platform.startswith("linux") else ""


@dataclass(frozen=True)
class EnginePython:
    """A Python to start the engine with, and why it was taken."""

    path: Path
    origin: str  # "setting", "variable", "own", "developer"


@dataclass(frozen=True)
class Step:
    """One command of a set-up, with the words that a person reads while it runs."""

    title: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """How an environment is made: where, from which Python, by which commands."""

    folder: Path
    base: Path
    steps: tuple[Step, ...]

    @property
    def python(self) -> Path:
        """The Python that will be there."""
        return venv_python(self.folder)

    def as_text(self) -> str:
        """The commands as a person would type them."""
        return "\n".join(" ".join(_quoted(part) for part in step.command) for step in self.steps)


def data_folder(environment: Mapping[str, str] | None = None) -> Path:
    """This user's data folder of EO Fusion: outside plugin and profile, so that an upgrade leaves it alone."""
    env = os.environ if environment is None else environment
    if sys.platform == "win32":
        return Path(env.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "eofusion"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "eofusion"
    return Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "eofusion"


def requirements_hash(requirements: Path = REQUIREMENTS) -> str:
    """Twelve characters that change when the engine's requirements do (comments and blank lines do not count).

    Raises:
        PluginError: the plugin is not whole.
    """
    try:
        lines = requirements.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise PluginError("The plugin's folder lacks the engine.", "Install EO Fusion again.", "no-engine") from error
    wanted = sorted(line.split("#")[0].strip() for line in lines if line.split("#")[0].strip())
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


def recipe(
    base: Path, version: tuple[int, int], torch_index: str = DEFAULT_TORCH_INDEX, wheels: str = "", data: str = ""
) -> Recipe:
    """The commands that make the environment.

    Args:
        base: the Python to build from, of ``version``.
        torch_index: where the CPU build of torch comes from; empty: pip's own configuration.
        wheels: a folder of wheels to install from without a network; empty: none.
        data: the data folder; empty: this user's.
    """
    folder = environment_folder(version, Path(data) if data else None)
    python = str(venv_python(folder))
    pip = (python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off")
    steps = [Step("Making the environment", (str(base), "-I", "-m", "venv", str(folder)))]
    if wheels:
        pip = (*pip, "--no-index", "--find-links", wheels)
    elif torch_index:
        torch = f"torch=={_pinned('torch')}" + ("+cpu" if "/cpu" in torch_index else "")
        steps.append(
            Step("Installing PyTorch for the CPU", (*pip, "--no-deps", "--index-url", torch_index, torch)),
        )
    steps.append(Step("Installing the engine's libraries", (*pip, "-r", str(REQUIREMENTS))))
    return Recipe(folder, base, tuple(steps))


def mark_ready(folder: Path, ready: Mapping[str, object]) -> None:
    """Declare an environment whole, after it was tried."""
    (folder / READY_FILE).write_text(json.dumps(dict(ready), indent=2), encoding="utf-8")


def _pinned(package: str) -> str:
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{package}=="):
            return line.split("==")[1].split("#")[0].strip()
    raise PluginError(f"engine/requirements.txt does not pin {package}.", "Install EO Fusion again.", "no-engine")


def _quoted(part: str) -> str:
    return f'"{part}"' if " " in part else part
