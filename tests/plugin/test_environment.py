"""Where the engine's Python is found, and what making one would do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from eofusion_plugin.engine import environment, recipes
from eofusion_plugin.engine.environment import (
    READY_FILE,
    environment_folder,
    find_python,
    folder_bytes,
    installed,
    mark_ready,
    python_version,
    remove_environment,
    requirements_hash,
    suitable_base,
    venv_python,
)
from eofusion_plugin.engine.recipes import CPU, GPU, Build, build_of, missing_wheels, recipe
from eofusion_plugin.errors import PluginError

HASH = f"    --hash=sha256:{'0' * 64}\n"
LOCKED = {
    "": f"numpy==2.4.6 \\\n{HASH}colorama==0.4.6 ; sys_platform == 'win32' \\\n{HASH}"
    f"zipp==4.1.2 ; python_full_version < '3.12' \\\n{HASH}",
    "-torch": f"# cu126 torch-2.13.0+cu126-cp312-cp312-win_amd64.whl {'0' * 64}\ntorch==2.13.0 \\\n{HASH}",
    "-torch-cpu": f"torch==2.13.0+cpu \\\n{HASH}",
    "-cuda": f"triton==3.7.1 ; sys_platform == 'linux' \\\n{HASH}",
}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Python of this machine is found by accident."""
    monkeypatch.delenv("EOFUSION_PYTHON", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))
    plugin = tmp_path / "plugin"
    (plugin / "engine").mkdir(parents=True)
    (plugin / "engine" / "requirements.txt").write_text("# pins\ntorch==2.13.0\nnumpy==2.4.6  # arrays\n")
    for name, text in LOCKED.items():
        (plugin / "engine" / f"requirements{name}.lock").write_text(text)
    monkeypatch.setattr(environment, "PLUGIN_FOLDER", plugin)
    monkeypatch.setattr(environment, "REQUIREMENTS", plugin / "engine" / "requirements.txt")
    monkeypatch.setattr(recipes, "REQUIREMENTS", plugin / "engine" / "requirements.txt")
    monkeypatch.setattr(requirements_hash, "__defaults__", (plugin / "engine" / "requirements.txt",))


def make_python(folder: Path) -> Path:
    python = venv_python(folder)
    python.parent.mkdir(parents=True)
    python.touch()
    return python


def test_there_is_none_at_first() -> None:
    assert find_python() is None


def test_the_setting_comes_first_then_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    one, two = make_python(tmp_path / "one"), make_python(tmp_path / "two")
    monkeypatch.setenv("EOFUSION_PYTHON", str(two))
    assert find_python(str(one)).path == one
    assert find_python("").origin == "variable"


def test_a_named_python_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="chosen in the set-up is not there"):
        find_python(str(tmp_path / "gone"))


def test_a_half_made_environment_is_not_used_and_a_whole_one_is(tmp_path: Path) -> None:
    folder = environment_folder((3, 12))
    make_python(folder)
    assert find_python() is None
    mark_ready(folder, {"engine": "0.1.0"})
    assert find_python().path == venv_python(folder) and find_python().origin == "own"


def test_other_requirements_need_another_environment() -> None:
    make_python(environment_folder((3, 12)))
    mark_ready(environment_folder((3, 12)), {})
    environment.REQUIREMENTS.write_text("torch==2.14.0\n")
    assert find_python() is None


def test_a_developers_environment_is_the_last_resort() -> None:
    make_python(environment.PLUGIN_FOLDER / ".venv")
    assert find_python().origin == "developer"


def test_the_hash_sees_versions_only(tmp_path: Path) -> None:
    other, locked = tmp_path / "other.txt", tmp_path / "other.lock"
    other.write_text("numpy==2.4.6\n\n# another comment\ntorch==2.13.0\n")
    locked.write_text("# another comment\n" + LOCKED[""].replace("0" * 64, "1" * 64))
    assert requirements_hash(other) == requirements_hash()
    other.write_text("numpy==2.4.7\ntorch==2.13.0\n")
    assert requirements_hash(other) != requirements_hash()
    other.write_text("numpy==2.4.6\ntorch==2.13.0\n")
    locked.write_text(LOCKED[""].replace("zipp==4.1.2", "zipp==4.1.3"))
    assert requirements_hash(other) != requirements_hash(), "what is needed in turn counts"
    locked.unlink()
    with pytest.raises(PluginError, match="lacks the engine"):
        requirements_hash(other)


def test_the_recipe_shows_every_command_and_every_file_has_a_known_hash() -> None:
    made = recipe(Path("/usr/bin/python3"), (3, 12), build=Build("cpu", "https://example.org/whl/cpu", 1))
    lines = made.as_text().splitlines()
    assert lines[0] == f"/usr/bin/python3 -I -m venv {made.folder}" and len(lines) == 3
    folder = recipes.REQUIREMENTS.parent
    assert "--index-url https://example.org/whl/cpu --no-deps --require-hashes" in lines[1]
    assert lines[1].endswith(f"-r {folder / 'requirements-torch-cpu.lock'}")
    assert lines[2].endswith(f"--require-hashes -r {folder / 'requirements.lock'}") and "index-url" not in lines[2]
    assert all("--only-binary :all:" in line for line in lines[1:]), "no program of a source package runs"
    assert made.folder.name == f"py3.12-{requirements_hash()}" and str(made.python).startswith(str(made.folder))


def test_without_an_index_pip_decides_and_wheels_need_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    steps = recipe(Path("python3"), (3, 12), build=Build("cpu", "", 1)).steps
    assert [step.cuda for step in steps] == [False, False, False, True], "PyPI's PyTorch for Linux is the GPU build"
    assert steps[1].command[-1].endswith("requirements-torch.lock") and "--index-url" not in steps[1].command
    offline = recipe(Path("python3"), (3, 12), wheels="/stick/wheels").as_text()
    assert offline.count("--no-index --find-links /stick/wheels") == 3 and "index-url" not in offline
    monkeypatch.setattr(sys, "platform", "win32")
    assert len(recipe(Path("python3"), (3, 12), build=Build("cpu", "", 1)).steps) == 3


def test_the_size_is_the_true_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert build_of("cpu", "https://example.org/whl/cpu").bytes == CPU.bytes
    assert build_of("cpu", "") == Build("cpu", "", GPU.bytes) and build_of("gpu", "").bytes == GPU.bytes
    monkeypatch.setattr(sys, "platform", "win32")
    assert build_of("cpu", "").bytes == CPU.bytes


def test_a_python_is_asked_for_its_version(tmp_path: Path) -> None:
    assert python_version(Path(sys.executable)) == sys.version_info[:2]
    assert python_version(tmp_path / "none") is None


def test_no_fitting_python_is_told_with_what_was_tried(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"no Python from 3.11 to 3.14") as caught:
        suitable_base(str(tmp_path / "none"))
    assert "does not run" in caught.value.hint


def test_the_ready_mark_is_the_last_thing(tmp_path: Path) -> None:
    mark_ready(tmp_path, {"torch": "2.13.0"})
    assert "2.13.0" in (tmp_path / READY_FILE).read_text()


def test_the_index_of_the_gpu_build_gets_plain_torch() -> None:
    assert GPU.bytes > 3 * CPU.bytes
    build = Build("gpu", "https://example.org/whl/cu126", 9)
    text = recipe(Path("python3"), (3, 12), build=build).as_text()
    assert "whl/cu126 --no-deps --require-hashes -r" in text and "requirements-torch.lock" in text
    unknown = recipe(Path("python3"), (3, 14), build=build).as_text()
    assert "whl/cu126 --no-deps torch==2.13.0\n" in unknown, (
        "no hash is locked of this wheel: the index's own is checked"
    )


def test_missing_wheels_are_named(tmp_path: Path) -> None:
    for name in (
        "torch-2.13.0+cpu-cp312-cp312-manylinux_2_28_x86_64.whl",
        "numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl",
    ):
        (tmp_path / name).touch()
    assert missing_wheels(tmp_path, (3, 12), "linux") == ["numpy==2.4.6"]
    assert missing_wheels(tmp_path, (3, 11), "linux") == ["torch==2.13.0", "zipp==4.1.2"]
    assert missing_wheels(tmp_path, (3, 12), "win32") == ["torch==2.13.0", "numpy==2.4.6", "colorama==0.4.6"]
    (tmp_path / "numpy-2.4.6-cp39-abi3-manylinux_2_28_x86_64.whl").touch()
    assert missing_wheels(tmp_path, (3, 12), "linux") == []
    with pytest.raises(PluginError, match="There is no folder"):
        missing_wheels(tmp_path / "none", (3, 12))


def test_environments_are_listed_measured_and_removed(tmp_path: Path) -> None:
    folder = environment_folder((3, 12))
    make_python(folder)
    (folder / "big").write_bytes(b"x" * 1000)
    assert [(item.current, item.whole, item.build) for item in installed()] == [(True, False, "")]
    mark_ready(folder, {"build": "gpu"})
    assert installed()[0].whole and installed()[0].build == "gpu" and folder_bytes(folder) > 1000
    environment.REQUIREMENTS.write_text("torch==2.14.0\n")
    assert [item.current for item in installed()] == [False], "other requirements make it one of an earlier version"
    outside = tmp_path / "precious"
    outside.mkdir()
    with pytest.raises(PluginError, match="not an environment of EO Fusion"):
        remove_environment(outside)
    remove_environment(folder)
    assert outside.is_dir() and not folder.exists() and installed() == []
