"""Make engine/*.lock from engine/requirements.txt: every library with its version and the hashes of its files.

usage: lock.py UV [--check]     UV: the program that resolves (make lock gets it). --check: change nothing, end with
status 1 where the files would change.

Four files, because one cannot serve every build of PyTorch:

- requirements.lock: all that is the same everywhere
- requirements-torch.lock: PyTorch itself, with the hashes of PyPI's files and of those in PyTorch's own indices
- requirements-torch-cpu.lock: its CPU build from PyTorch's own index, by its own version number
- requirements-cuda.lock: what PyPI's PyTorch for Linux needs beside it for NVIDIA's graphics cards

Versions that are locked already stay, unless the requirements say otherwise. No file names an index.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[1] / "engine"
REQUIREMENTS = ENGINE / "requirements.txt"
LOCK, TORCH, CPU, CUDA = (ENGINE / f"requirements{part}.lock" for part in ("", "-torch", "-torch-cpu", "-cuda"))
OLDEST_PYTHON = "3.11"
#: PyTorch's own indices, by the name that the plugin's set-up knows them by: for Linux, and for Windows with a GPU.
INDICES = {name: f"https://download.pytorch.org/whl/{name}/torch/" for name in ("cpu", "cu126")}
#: The wheels of these indices that somebody could install: the engine's Pythons, the systems that PyTorch has.
USED = re.compile(r"torch-[^-]+-cp31[1-4]-cp31[1-4]-(manylinux\w+_(x86_64|aarch64)|win_amd64)\.whl")
OF_CUDA = re.compile(r"(nvidia|cuda|triton)\b")
HEADS = {
    LOCK: "All of the engine's libraries but PyTorch's own files",
    TORCH: "PyTorch of any origin",
    CPU: "PyTorch's CPU build",
    CUDA: "What PyTorch for NVIDIA's graphics cards needs on Linux",
}


def entries(text: str) -> dict[str, str]:
    """Each entry of a locked file with its lines of hashes, by name and (where there are two) marker."""
    found: dict[str, str] = {}
    for block in re.findall(r"^[a-z0-9].*?[^\\]$", text, re.MULTILINE | re.DOTALL):
        found[block.split(" \\\n")[0]] = block
    return found


def resolve(uv: str, known: str) -> dict[str, str]:
    """What ``requirements.txt`` and all that it needs come to, by ``uv``; ``known``: what is locked already."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "all.lock")
        out.write_text(known, encoding="utf-8")
        options = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
        command = [uv, "pip", "compile", *options, "--python-version", OLDEST_PYTHON, str(REQUIREMENTS), "-o", str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return entries(out.read_text(encoding="utf-8"))


def wheels_of(text: str) -> dict[tuple[str, str], str]:
    """(index, file) to SHA-256, from the notes of ``requirements-torch.lock``."""
    return {
        (index, name): digest for index, name, digest in re.findall(r"^# (\w+) (torch-\S+\.whl) (\w{64})$", text, re.M)
    }


def offered(index: str, version: str) -> dict[tuple[str, str], str] | None:
    """What an index has of this version; None where it does not answer."""
    try:
        with urllib.request.urlopen(INDICES[index], timeout=20) as answer:
            page = answer.read(20_000_000).decode().replace("%2B", "+")
    except OSError as error:
        print(f"{INDICES[index]} does not answer ({error}): its hashes stay as they are.", file=sys.stderr)
        return None
    links = re.findall(r'href="[^"#]*/(torch-[^"#/]+\.whl)#sha256=(\w{64})"', page)
    wanted = f"torch-{version}+"
    return {(index, name): digest for name, digest in links if name.startswith(wanted) and USED.fullmatch(name)}


def torch_wheels(version: str, before: str) -> dict[tuple[str, str], str]:
    """The wheels of PyTorch's own indices, as they say now or, where they do not answer, as was noted before."""
    wheels = {key: digest for key, digest in wheels_of(before).items() if key[1].startswith(f"torch-{version}+")}
    for index in INDICES:
        found = offered(index, version)
        if found is None:
            continue
        for key in wheels.keys() & found.keys():
            if found[key] != wheels[key]:
                raise SystemExit(f"{key[1]} has another hash than the one that is locked: look why before going on.")
        wheels = {key: digest for key, digest in wheels.items() if key[0] != index} | found
    return wheels


def entry_of(name: str, hashes: Iterable[str]) -> str:
    """A requirement with its hashes, as pip reads it."""
    return " \\\n".join([name, *(f"    --hash=sha256:{digest}" for digest in sorted(set(hashes)))])


def main() -> int:
    """Write the files, or compare."""
    uv, check = sys.argv[1], "--check" in sys.argv[2:]
    before = {path: path.read_text(encoding="utf-8") if path.is_file() else "" for path in HEADS}
    found = resolve(uv, "\n".join(before[path] for path in (LOCK, TORCH, CUDA)))
    name = next(name for name in found if name.startswith("torch=="))
    plain = found.pop(name)
    wheels = torch_wheels(name.removeprefix("torch=="), before[TORCH])
    notes = [f"# {index} {wheel} {digest}" for (index, wheel), digest in sorted(wheels.items())]
    of_cpu = [digest for (index, _), digest in wheels.items() if index == "cpu"]
    texts = {
        LOCK: "\n".join(entry for key, entry in found.items() if not OF_CUDA.match(key)),
        TORCH: "\n".join([*notes, entry_of(name, [*re.findall(r"sha256:(\w{64})", plain), *wheels.values()])]),
        CPU: entry_of(f"{name}+cpu", of_cpu),
        CUDA: "\n".join(entry for key, entry in found.items() if OF_CUDA.match(key)),
    }
    stale = []
    for path, text in texts.items():
        whole = f"# {HEADS[path]}, with hashes. Made by `make lock` from requirements.txt.\n{text}\n"
        if whole != before[path]:
            stale.append(path.name)
            if not check:
                path.write_text(whole, encoding="utf-8")
    print(("Changed: " + ", ".join(stale)) if stale else "Nothing has changed.")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
