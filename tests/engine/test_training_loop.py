"""The training loop: a killed run resumes to the same weights, processes share gradients, metrics are kept."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from eofusion_engine.errors import RequestError
from eofusion_engine.training.loop import Loop, Process, Settings, plot, read_profile
from safetensors.torch import load_file
from torch import Tensor, nn

SETTINGS = Settings(steps=12, batch=4, rate=1e-2, decay=1e-2, log_every=4, checkpoint_every=5)
ALONE = Process(0, 1, torch.device("cpu"))
TRUTH = torch.tensor([[1.0, -2.0, 0.5]])


class Killed(Exception):
    """Stands for a power cut."""


def train(work: Path, kill_at: int | None = None, settings: Settings = SETTINGS, process: Process = ALONE) -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.GELU(), nn.Dropout(0.2), nn.Linear(8, 1))
    steps = 0

    def step(rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        nonlocal steps
        if steps == kill_at:
            raise Killed
        steps += 1
        x = torch.from_numpy(rng.normal(size=(settings.batch, 3)).astype(np.float32))
        loss = (model(x) - x @ TRUTH.T).abs().mean()
        return loss, {"loss": loss.item()}

    Loop("tiny", model, settings, process, work, seed=3).run(step)
    return model


def test_a_killed_run_resumes_to_the_same_weights(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole")
    with pytest.raises(Killed):
        train(tmp_path / "cut", kill_at=8)
    assert (tmp_path / "cut" / "tiny-checkpoint.safetensors").is_file()
    resumed = train(tmp_path / "cut")
    for a, b in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_a_checkpoint_of_another_plan_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        train(tmp_path / "cut", kill_at=8)
    other = Settings(**(vars(SETTINGS) | {"batch": 6}))
    fresh, mixed = train(tmp_path / "fresh", settings=other), train(tmp_path / "cut", settings=other)
    for a, b in zip(fresh.state_dict().values(), mixed.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_metrics_are_kept_and_drawn(tmp_path: Path) -> None:
    train(tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "tiny.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [0, 4, 8, 11]
    assert all(row["loss"] > 0 for row in rows)
    assert plot(tmp_path / "tiny.jsonl", ("loss", "absent")).read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("stage", ["encoder_S1", "encoder_S2", "fusion"])
@pytest.mark.parametrize("profile", ["two-core", "gpu"])
def test_every_stage_has_its_profiles(profile: str, stage: str) -> None:
    settings = read_profile(profile, stage, steps=7)
    assert settings.steps == 7 and settings.batch > 0
    with pytest.raises(RequestError):
        read_profile("laptop", stage)


def test_an_own_profile_file_is_read_and_checked(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text("[fusion]\nsteps = 3\nbatch = 2\nrate = 1e-3\ndecay = 0.0\n")
    assert read_profile(str(own), "fusion").steps == 3
    own.write_text("[fusion]\nsteps = 3\nlearning = 2\n")
    with pytest.raises(RequestError, match="does not fit"):
        read_profile(str(own), "fusion")


WORKER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import torch
from safetensors.torch import save_file
from test_training_loop import SETTINGS, train
from eofusion_engine.training.loop import start_process
torch.set_num_threads(1)
process = start_process("cpu")
work = Path(sys.argv[1])
model = train(work / str(process.rank), process=process)
save_file(model.state_dict(), work / f"{process.rank}.safetensors")
"""


def test_two_processes_train_one_model(tmp_path: Path) -> None:
    """Each draws its own batches; averaged gradients keep the weights of both equal."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    command = [sys.executable, str(script), str(tmp_path), str(Path(__file__).parent)]
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    both = [subprocess.Popen(command, env={**os.environ, **shared, "RANK": str(rank)}) for rank in range(2)]
    try:
        assert [process.wait(timeout=60) for process in both] == [0, 0]
    finally:
        for process in both:
            process.kill()
    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    alone = train(tmp_path / "alone").state_dict()
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert any(not torch.equal(first[key], alone[key]) for key in first)
