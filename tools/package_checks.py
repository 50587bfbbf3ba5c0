"""The rules of QGIS' plugin repository, checked on a zip before it is uploaded. usage: package_checks.py FILE.zip

Our own copy of what plugins.qgis.org refuses (its validator, and the page "Publish a plugin"). Prints what is wrong,
a line each, and ends with status 1; needs the standard library only.
"""

from __future__ import annotations

import ast
import configparser
import re
import sys
import zipfile
from pathlib import Path, PurePosixPath

MAX_BYTES = 25 * 2**20
#: A zip that unpacks to more than this is no plugin.
MAX_UNPACKED = 200 * 2**20
REQUIRED = ("name", "description", "about", "version", "qgisMinimumVersion", "author", "email", "tracker", "repository")
WANTED = (*REQUIRED, "homepage", "icon", "category", "tags", "changelog", "hasProcessingProvider")
CATEGORIES = ("Raster", "Vector", "Database", "Mesh", "Web")
BINARIES = (".so", ".dll", ".dylib", ".exe", ".pyd", ".pyc", ".pyo", ".bat", ".msi", ".jar", ".whl")
#: Files of a developer's own that have no place in a plugin.
LEFTOVERS = {"__pycache__", "__MACOSX", ".git", ".github", ".venv", ".DS_Store", ".idea", ".vscode", "tests", "build"}
_ADDRESS = re.compile(r"https?://[^\s]+\.[^\s]+")
#: Fixed by qgis-plugin-ci, so that the same commit gives the same zip.
_TIME = (1980, 1, 1, 0, 0, 0)


def problems(path: Path, newest_qgis: str = "3.99") -> list[str]:
    """What the repository would refuse, and what we promise beyond it; empty for a good zip."""
    found: list[str] = []
    if path.stat().st_size > MAX_BYTES:
        found.append(f"the zip has {path.stat().st_size / 2**20:.1f} MB, more than {MAX_BYTES // 2**20}")
    try:
        with zipfile.ZipFile(path) as archive:
            if (bad := archive.testzip()) is not None:
                return [*found, f"{bad} is damaged"]
            members = archive.infolist()
            found += _names(members)
            top = {PurePosixPath(member.filename).parts[0] for member in members}
            if len(top) != 1:
                return [*found, f"the zip has {len(top)} folders at its top, not one: {', '.join(sorted(top))}"]
            folder = top.pop()
            if not folder.isidentifier() or "plugin" in folder.lower():
                found.append(f"the folder {folder!r} is no Python name, or holds the word 'plugin'")
            files = {PurePosixPath(m.filename).relative_to(folder).as_posix(): m for m in members if not m.is_dir()}
            found += _needed(files)
            if not found or "metadata.txt" in files:
                text = archive.read(files["metadata.txt"]).decode("utf-8")
                found += _metadata(text, files, newest_qgis)
            if "__init__.py" in files:
                source = archive.read(files["__init__.py"]).decode("utf-8")
                if "classFactory" not in {
                    n.name for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)
                }:
                    found.append("__init__.py has no classFactory")
            if "LICENSE" in files and "GNU GENERAL PUBLIC LICENSE" not in archive.read(files["LICENSE"]).decode(
                "utf-8"
            ):
                found.append("LICENSE is not the GPL")
    except (zipfile.BadZipFile, UnicodeDecodeError, configparser.Error, SyntaxError) as error:
        return [*found, f"it cannot be read ({error})"]
    return found


def _names(members: list[zipfile.ZipInfo]) -> list[str]:
    """Members that would be written where they should not, that are no text or picture, or that change each time."""
    found = []
    for member in members:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename:
            found.append(f"{member.filename} leads out of the folder")
        if path.suffix.lower() in BINARIES:
            found.append(f"{member.filename} is a binary")
        if LEFTOVERS & set(path.parts):
            found.append(f"{member.filename} is a developer's own")
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            found.append(f"{member.filename} is a link")
        if member.date_time != _TIME:
            found.append(f"{member.filename} has a time of its own: the zip would not be the same twice")
    if len({m.filename.lower() for m in members}) != len(members):
        found.append("two members differ by upper and lower case only")
    if sum(m.file_size for m in members) > MAX_UNPACKED:
        found.append(f"it unpacks to more than {MAX_UNPACKED // 2**20} MB")
    return found


def _needed(files: dict[str, zipfile.ZipInfo]) -> list[str]:
    needed = ("metadata.txt", "__init__.py", "LICENSE", "engine/requirements.txt", "engine/worker_main.py")
    needed += ("resources/weights/SHA256SUMS",)
    needed += tuple(f"engine/requirements{part}.lock" for part in ("", "-torch", "-torch-cpu", "-cuda"))
    return [f"{name} is missing" for name in needed if name not in files]


def _metadata(text: str, files: dict[str, zipfile.ZipInfo], newest_qgis: str) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    if not parser.has_section("general"):
        return ["metadata.txt has no section [general]"]
    about = parser["general"]
    found = [f"metadata.txt: {name} is missing or empty" for name in WANTED if not about.get(name, "").strip()]
    if not re.fullmatch(r"\d+\.\d+\.\d+", about.get("version", "")):
        found.append(f"metadata.txt: the version {about.get('version')!r} has not the form 1.2.3")
    bounds = ("qgisMinimumVersion", "qgisMaximumVersion")
    found += [
        f"metadata.txt: {name} is no version" for name in bounds if not re.fullmatch(r"\d+\.\d+", about.get(name, ""))
    ]
    if _number(about.get("qgisMaximumVersion", "")) > _number(newest_qgis):
        found.append(f"metadata.txt: nothing was tested beyond QGIS {newest_qgis}")
    if _number(about.get("qgisMinimumVersion", "")) != (3, 22):
        found.append("metadata.txt: qgisMinimumVersion is not the oldest that is tested, 3.22")
    if "plugin" in about.get("name", "").lower():
        found.append("metadata.txt: the name holds the word 'plugin'")
    links = ("tracker", "repository", "homepage")
    found += [f"metadata.txt: {name} is no address" for name in links if not _ADDRESS.fullmatch(about.get(name, ""))]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", about.get("email", "")):
        found.append("metadata.txt: email is no address")
    if about.get("category") not in CATEGORIES:
        found.append(f"metadata.txt: there is no category {about.get('category')!r}")
    if about.get("icon") not in files:
        found.append("metadata.txt: the icon is not in the zip")
    if "PyTorch" not in about.get("about", ""):
        found.append("metadata.txt: about does not say what is installed beside the plugin")
    if any(name.lower() == "supportsqt6" for name in about):
        found.append("metadata.txt: supportsQt6 is gone, qgisMaximumVersion says it")
    return found


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")) if re.fullmatch(r"[\d.]+\d", version) else (0,)


def main() -> int:
    """Check the named zips."""
    status = 0
    for name in sys.argv[1:]:
        path = Path(name)
        found = problems(path)
        print(
            f"{path.name}: {path.stat().st_size / 2**20:.1f} MB, " + ("good" if not found else f"{len(found)} faults")
        )
        for problem in found:
            print(f"  {problem}")
        status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main())
