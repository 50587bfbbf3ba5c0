"""What making an environment takes: which build of PyTorch, which commands, how large. Nothing is run in here."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import PluginError
from .environment import REQUIREMENTS, environment_folder, venv_python

#: PyPI's torch for Linux brings 5 GB of CUDA; for Windows and macOS it is the CPU build.
CPU_INDEX = "https://download.pytorch.org/whl/cpu" if sys.platform.startswith("linux") else ""
GPU_INDEX = "https://download.pytorch.org/whl/cu126" if sys.platform == "win32" else ""
CPU_BYTES = 1_400_000_000 if sys.platform.startswith("linux") else 900_000_000
GPU_BYTES = 6_700_000_000
#: What installing needs beyond what stays.
SPARE_BYTES = 300_000_000


@dataclass(frozen=True)
class Build:
    """A build of PyTorch: ``kind`` "cpu" or "gpu", the package ``index`` it comes from (empty: pip's own
    configuration), what the environment takes on disk in ``bytes``."""

    kind: str
    index: str
    bytes: int

    @property
    def size_text(self) -> str:
        """The size as a person says it."""
        return f"{self.bytes / 1e9:.1f} GB"


CPU = Build("cpu", CPU_INDEX, CPU_BYTES)
GPU = Build("gpu", GPU_INDEX, GPU_BYTES)


@dataclass(frozen=True)
class Step:
    """One command of a set-up, with the words that a person reads while it runs."""

    title: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Recipe:
    """How an environment is made: where, from which Python, by which commands, and how large it gets."""

    folder: Path
    base: Path
    steps: tuple[Step, ...]
    bytes: int = CPU_BYTES

    @property
    def python(self) -> Path:
        """The Python that will be there."""
        return venv_python(self.folder)

    def as_text(self) -> str:
        """The commands as a person would type them."""
        return "\n".join(" ".join(_quoted(part) for part in step.command) for step in self.steps)


def recipe(base: Path, version: tuple[int, int], build: Build = CPU, wheels: str = "", data: str = "") -> Recipe:
    """The commands that make the environment.

    Args:
        base: the Python to build from, of ``version``.
        build: the build of PyTorch.
        wheels: a folder of wheels to install from without a network; empty: none.
        data: the folder that holds environments; empty: this user's data folder.
    """
    folder = environment_folder(version, Path(data) if data else None)
    python = str(venv_python(folder))
    pip = (python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off")
    steps = [Step("Making the environment", (str(base), "-I", "-m", "venv", str(folder)))]
    if wheels:
        pip = (*pip, "--no-index", "--find-links", wheels)
    elif build.index:
        torch = f"torch=={pins()['torch']}" + ("+cpu" if "/cpu" in build.index else "")
        title = "Installing PyTorch for the CPU" if build.kind == "cpu" else "Installing PyTorch for the GPU"
        steps.append(Step(title, (*pip, "--no-deps", "--index-url", build.index, torch)))
    steps.append(Step("Installing the engine's libraries", (*pip, "-r", str(REQUIREMENTS))))
    return Recipe(folder, base, tuple(steps), build.bytes)


def pins(requirements: Path | None = None) -> dict[str, str]:
    """The engine's direct requirements: name to pinned version.

    Raises:
        PluginError: the plugin is not whole.
    """
    try:
        text = (requirements or REQUIREMENTS).read_text(encoding="utf-8")
    except OSError as error:
        raise PluginError("The plugin's folder lacks the engine.", "Install EO Fusion again.", "no-engine") from error
    found = dict(re.findall(r"^([A-Za-z0-9_.\-\[\]]+)==([^\s;#]+)", text, re.MULTILINE))
    if "torch" not in found:
        raise PluginError("engine/requirements.txt does not pin torch.", "Install EO Fusion again.", "no-engine")
    return found


def missing_wheels(folder: Path, version: tuple[int, int], platform: str = sys.platform) -> list[str]:
    """Direct requirements (``name==version``) without a wheel in ``folder`` that a Python of ``version`` can take.

    Looks at file names only; pip itself has the last word on what those need in turn.

    Raises:
        PluginError: the folder is not there.
    """
    if not folder.is_dir():
        raise PluginError(f"There is no folder {folder}.", "Choose the folder that holds the wheels.", "wheels")
    names = [path.name for path in folder.glob("*.whl")]
    return [
        f"{package}=={wanted}"
        for package, wanted in pins().items()
        if not any(_serves(name, package, wanted, version, platform) for name in names)
    ]


def _serves(wheel: str, package: str, wanted: str, version: tuple[int, int], platform: str) -> bool:
    parts = wheel.removesuffix(".whl").split("-")
    if len(parts) < 5 or _canonical(parts[0]) != _canonical(package.partition("[")[0]):
        return False
    pythons, abi, systems = parts[-3], parts[-2], parts[-1]
    tags = pythons.split(".")
    stable = [int(tag[3:]) for tag in tags if re.fullmatch(r"cp3\d+", tag)] if "abi3" in abi else []
    fits = f"cp{version[0]}{version[1]}" in tags or "py3" in tags or any(minor <= version[1] for minor in stable)
    marks: Sequence[str] = {"win32": ("win_",), "darwin": ("macosx",)}.get(platform, ("linux",))
    return (
        parts[1].partition("+")[0] == wanted and fits and (systems == "any" or any(mark in systems for mark in marks))
    )


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _quoted(part: str) -> str:
    return f'"{part}"' if " " in part else part
