"""The rules of QGIS' repository, each broken once; one version everywhere; the workflows name what is there."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from package_checks import problems

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "__init__.py": "def classFactory(iface):\n    return None\n",
    "LICENSE": "GNU GENERAL PUBLIC LICENSE",
    "engine/requirements.txt": "torch==1\n",
    "engine/worker_main.py": "",
    **{f"engine/requirements{part}.lock": "" for part in ("", "-torch", "-torch-cpu", "-cuda")},
    "resources/weights/SHA256SUMS": "",
    "resources/icons/eofusion.png": "",
}


def metadata(**changes: str) -> str:
    """The repository's own, as qgis-plugin-ci fills it in."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "metadata.txt", encoding="utf-8")
    about = {**parser["general"], "changelog": "first", **changes}
    lines = (f"{name}={value}".replace("\n", "\n    ") for name, value in about.items())
    return "[general]\n" + "\n".join(lines) + "\n"


def write(
    path: Path, files: dict[str, str], top: str = "eofusion/", time: tuple[int, ...] = (1980, 1, 1, 0, 0, 0)
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(top + name, time), text)  # type: ignore[arg-type]
    return path


def test_a_good_zip_has_no_problem(tmp_path: Path) -> None:
    assert problems(write(tmp_path / "a.zip", {**FILES, "metadata.txt": metadata()})) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"LICENSE": None}, "LICENSE is missing"),
        ({"LICENSE": "MIT"}, "not the GPL"),
        ({"__init__.py": "x = 1"}, "no classFactory"),
        ({"lib/fast.so": ""}, "is a binary"),
        ({"lib/__pycache__/a.txt": ""}, "developer's own"),
        ({"../outside.txt": ""}, "leads out"),
        ({"License": ""}, "upper and lower case"),
        ({"metadata.txt": "[general]\nname=x\n"}, "version"),
        ({"metadata.txt": metadata(version="1.0")}, "form 1.2.3"),
        ({"metadata.txt": metadata(changelog="")}, "changelog is missing"),
        ({"metadata.txt": metadata(email="nobody")}, "email"),
        ({"metadata.txt": metadata(tracker="none")}, "tracker is no address"),
        ({"metadata.txt": metadata(name="EO plugin")}, "the word 'plugin'"),
        ({"metadata.txt": metadata(category="Maps")}, "no category"),
        ({"metadata.txt": metadata(icon="gone.png")}, "icon is not in the zip"),
        ({"metadata.txt": metadata(qgisMaximumVersion="4.99")}, "nothing was tested beyond"),
        ({"metadata.txt": metadata(qgisMinimumVersion="3.0")}, "oldest that is tested"),
        ({"metadata.txt": metadata(about="Nice.")}, "installed beside"),
        ({"metadata.txt": metadata(supportsQt6="True")}, "supportsQt6"),
    ],
)
def test_each_rule_is_looked_at(change: dict[str, str | None], said: str, tmp_path: Path) -> None:
    files = {**FILES, "metadata.txt": metadata(), **change}
    path = write(tmp_path / "a.zip", {name: text for name, text in files.items() if text is not None})
    assert any(said in problem for problem in problems(path)), problems(path)


def test_form_of_the_zip(tmp_path: Path) -> None:
    good = {**FILES, "metadata.txt": metadata()}
    assert any("word 'plugin'" in p for p in problems(write(tmp_path / "a.zip", good, "my_plugin/")))
    assert any("no Python name" in p for p in problems(write(tmp_path / "b.zip", good, "eo-fusion/")))
    assert any("not one" in p for p in problems(write(tmp_path / "c.zip", good, "")))
    assert any("time of its own" in p for p in problems(write(tmp_path / "d.zip", good, time=(2026, 1, 1, 0, 0, 0))))
    (tmp_path / "e.zip").write_bytes(b"no zip")
    assert any("cannot be read" in p for p in problems(tmp_path / "e.zip"))


@pytest.mark.skipif(not (ROOT / ".git").exists() or shutil.which("git") is None, reason="not a git checkout")
def test_what_git_would_pack_keeps_the_rules(tmp_path: Path) -> None:
    """The last commit's files, without qgis-plugin-ci: times and changelog are its work."""
    path = tmp_path / "head.zip"
    command = ["git", "-C", str(ROOT), "archive", "--format=zip", "--prefix=eofusion/", "-o", str(path), "HEAD"]
    if (done := subprocess.run(command, capture_output=True, text=True, check=False)).returncode:
        pytest.skip(f"git cannot read this checkout: {done.stderr.strip()[:100]}")
    found = [p for p in problems(path) if "time of its own" not in p and "changelog" not in p]
    assert found == []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert "eofusion/engine/worker_main.py" in names and "eofusion/resources/weights/fusion.safetensors" in names
    assert not [
        n for n in names if n.startswith(("eofusion/tests", "eofusion/docs", "eofusion/.github", "eofusion/.ci"))
    ]


def test_one_version_everywhere() -> None:
    version = re.search(r"^version=(.+)$", (ROOT / "metadata.txt").read_text(encoding="utf-8"), re.MULTILINE)[1]
    places: dict[str, Callable[[str], str]] = {
        "engine/eofusion_engine/__init__.py": lambda t: re.search(r'__version__ = "([^"]+)"', t)[1],
        "CITATION.cff": lambda t: re.search(r"^version: (\S+)$", t, re.MULTILINE)[1],
        "docs/cite.md": lambda t: re.search(r"Version (\d+\.\d+\.\d+)\.", t)[1],
        "CHANGELOG.md": lambda t: re.search(r"^## \[(\d+\.\d+\.\d+)\]", t, re.MULTILINE)[1],
    }
    found = {name: read((ROOT / name).read_text(encoding="utf-8")) for name, read in places.items()}
    assert found == dict.fromkeys(places, version)


def test_the_changelog_can_be_read_by_the_release() -> None:
    """qgis-plugin-ci finds a version by a heading with its date; without one metadata.txt would get no changelog."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[\d+\.\d+\.\d+\].*$", text, re.MULTILINE)
    assert headings and all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", h) for h in headings), headings


def test_workflows_name_what_is_there() -> None:
    targets = set(re.findall(r"^([a-z0-9.-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked: set[str] = set()
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert "\t" not in text and "pull_request_target" not in text
        asked |= set(re.findall(r"(?:run:|sudo) make ([a-z0-9.-]+)", text))
        for script in re.findall(r"\b((?:tools|tests)/[\w/.-]+\.(?:py|sh))", text):
            assert (ROOT / script).is_file(), script
    assert asked <= targets and {"lint", "test", "audit"} <= asked
