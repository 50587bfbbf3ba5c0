"""The commands that the documentation shows: quick ones are run, of the others every option is checked."""

from __future__ import annotations

import importlib.util
import re
import runpy
import shlex
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest
from eofusion_engine.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(program: str) -> list[tuple[str, str]]:
    """(page, command) of every line of a code block, and every inline code, that calls ``program``."""
    found: dict[tuple[str, str], None] = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
        lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```\w*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
        plain = (re.sub(r"^(?:\.venv/bin/|\$ )", "", line.strip()) for line in lines)
        found |= {(page.name, re.sub(r"\s# .*$", "", line)): None for line in plain if line.startswith(program + " ")}
    return list(found)


@pytest.mark.parametrize(("page", "command"), commands("make"))
def test_every_make_target_exists(page: str, command: str) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9.-]+):", text, re.MULTILINE))
    asked = [word for word in shlex.split(command)[1:] if "=" not in word and not word.startswith("-")]
    assert set(asked) <= targets, f"{page} names a target that is not there"


def _examples() -> list[tuple[str, str]]:
    """Calls of ``eofusion``, without those that show alternatives or leave something out."""
    return [(page, command) for page, command in commands("eofusion") if not re.search(r"[|…]|\.\.\.", command)]


@pytest.mark.parametrize(("page", "command"), _examples())
def test_every_option_of_a_shown_command_exists(page: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(re.sub(r"[\[\]]", "", command))[1:]
    name = next((word for word in words if not word.startswith("-")), "")
    rest = words[words.index(name) + 1 :] if name else []
    known = _options([name] if name else [], capsys)
    if rest and re.fullmatch(r"[a-z]+", rest[0]):  # `explore TOOL`: each tool has options of its own
        known |= _options([name, rest[0]], capsys)
    asked = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert asked <= known, f"{page}: {command}"


def _options(words: list[str], capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The options that a command's help lists."""
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0, f"there is no command {' '.join(words)!r}"
    return set(re.findall(r"--[a-z0-9][a-z0-9-]*", capsys.readouterr().out))


def _modules() -> list[tuple[str, str]]:
    return [row for row in commands("python") if row[1].split()[1] == "-m" and row[1].split()[2].startswith("eofusion")]


@pytest.mark.parametrize(("page", "command"), _modules())
def test_every_module_that_is_called_has_the_options_that_are_shown(
    page: str, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(re.sub(r"[\[\]…]|\.\.\.", " ", command))[2:]
    asked = {word.partition("=")[0] for word in words if word.startswith("--")}
    module = importlib.util.find_spec(words[0] + (".__main__" if words[0] == "eofusion_engine.training" else ""))
    assert module is not None and module.origin is not None, f"{page}: there is no module {words[0]}"
    if "argparse" not in Path(module.origin).read_text(encoding="utf-8"):
        assert not asked, f"{page}: {command}"
        return
    stage = words[1:2] if words[0] == "eofusion_engine.training" and words[1:2] != ["STAGE"] else []
    monkeypatch.setattr("sys.argv", [words[0], *stage, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(words[0], run_name="__main__")
    assert ended.value.code == 0, f"{page}: {command}"
    assert asked <= set(re.findall(r"--[a-z0-9][a-z0-9-]*", capsys.readouterr().out)), f"{page}: {command}"


@pytest.mark.parametrize(("page", "command"), [row for row in commands("python") if row[1].split()[1] != "-m"])
def test_every_script_that_is_called_is_there(page: str, command: str) -> None:
    script = ROOT / command.split()[1]
    asked = {word for word in shlex.split(command) if word.startswith("--")}
    assert script.is_file(), f"{page}: {command}"
    assert all(f'"{option}"' in script.read_text(encoding="utf-8") for option in asked), f"{page}: {command}"


@pytest.mark.parametrize(("page", "command"), commands("dask"))
def test_every_option_of_dask_that_is_shown_exists(page: str, command: str) -> None:
    words = shlex.split(command)
    asked = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert asked <= _dask_options(words[1]), f"{page}: {command}"


@lru_cache
def _dask_options(name: str) -> frozenset[str]:
    program = Path(sys.executable).with_name("dask")
    done = subprocess.run([str(program), name, "--help"], capture_output=True, text=True, check=True)
    return frozenset(re.findall(r"--[a-z0-9][a-z0-9-]*", done.stdout))


def test_there_are_examples() -> None:
    assert len(_examples()) > 15 and len(commands("make")) > 5


def test_the_first_run_of_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """README's block, word for word, on a small part of the sample and of the year."""
    monkeypatch.chdir(tmp_path)
    block = [command for page, command in commands("eofusion") if page == "README.md" and "my-run" in command]
    assert [shlex.split(command)[1] for command in block] == ["plan", "run", "inspect"]
    small = ["--area", "10.3995,51.0995,10.4015,51.1010", "--end", "2021-06-30", "--products", "gpp", "--threads", "1"]
    for command in block:
        words = shlex.split(command)[1:]
        assert main([*words, *small] if words[0] in ("plan", "run") else words) == 0, capsys.readouterr().err
        assert capsys.readouterr().out.strip()
    assert (tmp_path / "my-run" / "report.html").is_file()


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
        broken += [f"{page.name}: {target}" for target in local if not (page.parent / target).exists()]
    assert broken == []


def test_shell_scripts_can_be_parsed() -> None:
    for path in (ROOT / "tools").glob("*.sh"):
        done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
