"""``make fuzz``: every target for its share of a time budget, guided by coverage where atheris is there.

usage: fuzz.py SECONDS [TARGET ...]; with atheris each target runs in a process of its own.
A finding is kept in build/fuzz/TARGET-*.bin and ends the command with status 1.
"""

from __future__ import annotations

import importlib.util
import random
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
OUT = HERE.parents[1] / "build" / "fuzz"


def one(name: str, seconds: int) -> int:
    """One target in this process, with atheris."""
    import atheris

    with atheris.instrument_imports(include=["eofusion_engine"]):
        from fuzz_targets import run_target, seeds

    corpus = OUT / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        "-max_len=8192",
        "-timeout=20",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
    ]
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={OUT / name}-", str(corpus)], lambda data: run_target(name, data)
    )
    atheris.Fuzz()
    return 0


def plain(name: str, seconds: int) -> int:
    """One target without atheris: random changes of the seeds, counted."""
    from fuzz_targets import run_target, seeds

    rng, good, until, done = random.Random(time.time_ns()), seeds(name), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        data = bytearray(rng.choice(good))
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data) + 1)
            data[at : at + rng.choice((0, 1, 1, 4))] = rng.randbytes(rng.choice((0, 1, 1, 4)))
        try:
            run_target(name, bytes(data))
        except Exception:
            OUT.mkdir(parents=True, exist_ok=True)
            (OUT / f"{name}-{time.time_ns()}.bin").write_bytes(data)
            raise
        done += 1
    print(f"{name}: {done} inputs in {seconds} s, nothing found (without coverage)")
    return 0


def main() -> int:
    """All targets, one after another."""
    seconds, names = int(sys.argv[1]), sys.argv[2:]
    guided = importlib.util.find_spec("atheris") is not None
    if len(names) == 1:
        return (one if guided else plain)(names[0], seconds)
    from fuzz_targets import TARGETS

    names = names or list(TARGETS)
    found = []
    print(
        f"{len(names)} targets, {seconds // len(names)} s each, " + ("with atheris" if guided else "random bytes only")
    )
    for name in names:
        command = [sys.executable, __file__, str(max(1, seconds // len(names))), name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        words = [
            line for line in done.stderr.splitlines() if "stat::number_of_executed_units" in line or "DONE" in line
        ]
        result = "found something" if done.returncode else "nothing found"
        print(f"{name}: {result} {' '.join(words) or done.stdout.strip()}")
        if done.returncode:
            found.append(name)
            print(done.stderr[-3000:])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
