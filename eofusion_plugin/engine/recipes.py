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
_ONLY_FOR_CUDA = "  # only where this PyTorch asks for it"


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


def build_of(kind: str, index: str) -> Build:
    """The build of a ``kind`` from an ``index``, with the size that it really takes."""
    build = GPU if kind == GPU.kind else CPU
    # Without an index of its own PyTorch comes from PyPI, whose files for Linux are the GPU build.
    large = kind == GPU.kind or (sys.platform.startswith("linux") and not index)
    return Build(build.kind, index, GPU_BYTES if large else CPU_BYTES)


@dataclass(frozen=True)
class Step:
    """One command of a set-up, with the words that a person reads while it runs. ``cuda``: it is left out where the
    PyTorch that was installed does not ask for CUDA."""

    title: str
    command: tuple[str, ...]
    cuda: bool = False


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
        return "\n".join(
            " ".join(_quoted(part) for part in step.command) + (_ONLY_FOR_CUDA if step.cuda else "")
            for step in self.steps
        )


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
    # Nothing is built: no program of a source package runs, and every file is one whose hash is known.
    pip = (*pip, "--only-binary", ":all:")
    if wheels:
        pip = (*pip, "--no-index", "--find-links", wheels)
    origin = "" if wheels else build.index
    index = ("--index-url", origin) if origin else ()
    gpu = build.kind == GPU.kind and not wheels
    steps = [
        Step("Making the environment", (str(base), "-I", "-m", "venv", str(folder))),
        Step(
            "Installing PyTorch for the GPU" if gpu else "Installing PyTorch for the CPU",
            (*pip, *index, "--no-deps", *_torch(origin, version)),
        ),
        Step("Installing the engine's libraries", (*pip, "--require-hashes", "-r", str(_locked("")))),
    ]
    if sys.platform.startswith("linux") and _label(origin) != "cpu":
        command = (*pip, "--require-hashes", "--no-deps", "-r", str(_locked("-cuda")))
        steps.append(Step("Installing CUDA for PyTorch", command, cuda=True))
    return Recipe(folder, base, tuple(steps), build.bytes)


def _locked(part: str) -> Path:
    """A file of versions and hashes (tools/lock.py)."""
    return REQUIREMENTS.with_name(f"requirements{part}.lock")


def _label(index: str) -> str:
    """The build in the address of one of PyTorch's indices: "cpu", "cu126"; else empty."""
    found = re.search(r"/(cpu|cu\d+)/?$", index)
    return found[1] if found else ""


def _torch(index: str, version: tuple[int, int]) -> tuple[str, ...]:
    """What pip is asked for: PyTorch by its hashes; where none is known of a GPU index, by its version alone, and pip
    checks the hash that the index states."""
    label = _label(index)
    if label == "cpu":
        return ("--require-hashes", "-r", str(_locked("-torch-cpu")))
    notes = _read(_locked("-torch"))
    if label and f"+{label}-cp{version[0]}{version[1]}-" not in notes:
        return (f"torch=={pins()['torch']}",)
    return ("--require-hashes", "-r", str(_locked("-torch")))


def fill_commands() -> str:
    """What fills a folder of wheels on a computer with a network, of the same system and Python."""
    torch = ("--index-url", CPU_INDEX, "-r", "engine/requirements-torch-cpu.lock") if CPU_INDEX else ()
    torch = torch or ("-r", "engine/requirements-torch.lock")
    commands = (("-r", "engine/requirements.lock"), ("--no-deps", *torch))
    return "\n".join(" ".join(("pip download --only-binary :all:", *command)) for command in commands)


def pins(requirements: Path | None = None) -> dict[str, str]:
    """The engine's direct requirements: name to pinned version.

    Raises:
        PluginError: the plugin is not whole.
    """
    text = _read(requirements or REQUIREMENTS)
    found = dict(re.findall(r"^([A-Za-z0-9_.\-\[\]]+)==([^\s;#]+)", text, re.MULTILINE))
    if "torch" not in found:
        raise PluginError("engine/requirements.txt does not pin torch.", "Install EO Fusion again.", "no-engine")
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PluginError("The plugin's folder lacks the engine.", "Install EO Fusion again.", "no-engine") from error


def locked(version: tuple[int, int], platform: str = sys.platform) -> dict[str, str]:
    """All that an environment needs but CUDA: name to version, PyTorch's own first.

    Raises:
        PluginError: the plugin is not whole.
    """
    entries = re.findall(r"^([a-z0-9.\-]+)==(\S+)(?: ; (.*?))? \\$", _read(_locked("")), re.MULTILINE)
    return {"torch": pins()["torch"]} | {
        name: pinned for name, pinned, marker in entries if _holds(marker, version, platform)
    }


def _holds(marker: str, version: tuple[int, int], platform: str) -> bool:
    """Whether a locked entry's marker holds; one that is not understood does not: pip has the last word."""
    for part in filter(None, marker.split(" and ")):
        found = re.fullmatch(r"(sys_platform|python_full_version) (==|!=|<|>=) '([\w.]+)'", part.strip("()"))
        if found is None:
            return False
        if found[1] == "sys_platform":
            held = (platform == found[3]) == (found[2] == "==")
        else:
            held = (version < tuple(map(int, found[3].split(".")))) == (found[2] == "<")
        if not held:
            return False
    return True


def missing_wheels(folder: Path, version: tuple[int, int], platform: str = sys.platform) -> list[str]:
    """What is needed (``name==version``) and has no wheel in ``folder`` that a Python of ``version`` can take.

    Looks at file names only: pip compares the hashes.

    Raises:
        PluginError: the folder is not there.
    """
    if not folder.is_dir():
        raise PluginError(f"There is no folder {folder}.", "Choose the folder that holds the wheels.", "wheels")
    names = [path.name for path in folder.glob("*.whl")]
    return [
        f"{package}=={wanted}"
        for package, wanted in locked(version, platform).items()
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
