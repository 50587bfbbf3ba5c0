"""What the engine's environment is made from: every file has a hash, and another file than that is refused."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import zipfile
from pathlib import Path

import pytest

from eofusion_plugin.engine.builder import Builder, asks_for_cuda
from eofusion_plugin.engine.environment import PARTIAL_FILE
from eofusion_plugin.engine.recipes import Recipe, Step, locked, pins, recipe
from eofusion_plugin.errors import PluginError

ENGINE = Path(__file__).resolve().parents[2] / "engine"
LOCKS = {part: ENGINE / f"requirements{part}.lock" for part in ("", "-torch", "-torch-cpu", "-cuda")}
DIGEST = "[0-9a-f]{64}"


def entries(part: str) -> dict[str, str]:
    """Name to version, of entries that each have a hash; other lines are none but notes."""
    text = LOCKS[part].read_text(encoding="utf-8")
    entry = rf"([a-z0-9.\-]+)==(\S+)(?: ; [^\n\\]+)?(?: \\\n    --hash=sha256:{DIGEST})+\n"
    rest = re.sub(rf"^(?:#.*\n|{entry})", "", text, flags=re.MULTILINE)
    assert rest == "", f"an entry without a hash, or an option: {rest[:200]}"
    return {match[1]: match[2] for match in re.finditer(rf"^{entry}", text, re.MULTILINE)}


def test_every_entry_has_hashes_and_the_versions_are_those_of_the_requirements() -> None:
    wanted = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins().items()}
    torch = wanted.pop("torch")
    found = entries("")
    assert {name: found.get(name) for name in wanted} == wanted, "run `make lock`"
    assert entries("-torch") == {"torch": torch} and entries("-torch-cpu") == {"torch": f"{torch}+cpu"}
    assert not {name for name in found if re.match("nvidia|cuda|triton|torch$", name)}
    assert all(re.match("nvidia|cuda|triton", name) for name in entries("-cuda"))


def test_the_requirements_are_what_the_engine_says_it_needs() -> None:
    text = (ENGINE / "pyproject.toml").read_text(encoding="utf-8")
    stated = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert stated is not None
    assert set(re.findall(r'"([A-Za-z0-9_\-]+)', stated[1])) == set(pins())


def test_no_locked_file_names_an_index_or_a_machine() -> None:
    for path in LOCKS.values():
        assert not re.search(r"://|^-|/work|index", path.read_text(encoding="utf-8"), re.MULTILINE), path.name


@pytest.mark.parametrize("python", ["311", "312", "313", "314"])
def test_the_cpu_wheels_of_each_python_are_locked_by_name(python: str) -> None:
    notes = dict(re.findall(rf"^# cpu (\S+) ({DIGEST})$", LOCKS["-torch"].read_text(encoding="utf-8"), re.MULTILINE))
    for system in ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "win_amd64"):
        digest = notes[f"torch-{pins()['torch']}+cpu-cp{python}-cp{python}-{system}.whl"]
        assert all(f"sha256:{digest}" in LOCKS[part].read_text(encoding="utf-8") for part in ("-torch", "-torch-cpu"))


def test_what_runs_here_is_what_is_locked() -> None:
    from importlib.metadata import distributions

    have = {re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(): each.version for each in distributions()}
    want = locked(sys.version_info[:2])
    different = {name: (have.get(name), version) for name, version in want.items() if have.get(name) != version}
    torch = different.pop("torch", (want["torch"], ""))[0]
    assert str(torch).partition("+")[0] == want["torch"] and different == {}, "make setup"


def wheel(folder: Path, said: str) -> Path:
    """A library of one line, as a wheel."""
    path = folder / "thing-1.0-py3-none-any.whl"
    files = {
        "thing.py": f"WORD = {said!r}\n",
        "thing-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n",
        "thing-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},\n"
        for name, text in files.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, "thing-1.0.dist-info/RECORD": record}.items():
            archive.writestr(zipfile.ZipInfo(name), text)  # no time of its own: the same bytes each time
    return path


def test_a_file_with_another_hash_is_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The set-up's own options of pip, a wheel that was exchanged, and the right one again."""
    monkeypatch.setenv("EOFUSION_DATA", str(tmp_path / "data"))
    good = hashlib.sha256(wheel(tmp_path, "good").read_bytes()).hexdigest()
    (tmp_path / "one.lock").write_text(f"thing==1.0 \\\n    --hash=sha256:{good}\n", encoding="utf-8")
    made = recipe(Path(sys.executable), sys.version_info[:2], wheels=str(tmp_path))
    install = next(step for step in made.steps if step.command[-1] == str(LOCKS[""]))
    steps = (made.steps[0], Step(install.title, (*install.command[:-1], str(tmp_path / "one.lock"))))
    plan = Recipe(made.folder, made.base, steps)
    wheel(tmp_path, "evil")
    with pytest.raises(PluginError, match="not the one that this version of EO Fusion was made with") as caught:
        Builder(plan, lambda line: None).build()
    assert caught.value.code == "hash" and caught.value.hint and (plan.folder / PARTIAL_FILE).is_file()
    assert not list(plan.folder.rglob("thing*")), "nothing of it was installed"
    wheel(tmp_path, "good")
    lines: list[str] = []
    with pytest.raises(PluginError):  # nothing here is an engine, so that trying it fails; what was installed is told
        Builder(plan, lines.append, worker=tmp_path / "none.py").build()
    assert any("Going on after step 1" in line for line in lines)
    assert any("Successfully installed thing-1.0" in line for line in lines)


@pytest.mark.parametrize(("needs", "asks"), [("Requires-Dist: sympy", False), ("Requires-Dist: cuda-toolkit", True)])
def test_cuda_is_installed_only_where_pytorch_asks_for_it(tmp_path: Path, needs: str, asks: bool) -> None:
    stated = tmp_path / "lib/python3.12/site-packages/torch-2.13.0.dist-info/METADATA"
    stated.parent.mkdir(parents=True)
    stated.write_text(f"Name: torch\n{needs}\n", encoding="utf-8")
    assert asks_for_cuda(tmp_path) is asks
