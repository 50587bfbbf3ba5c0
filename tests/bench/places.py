"""The places of local COGs that whole runs are timed on, made once and kept in build/bench/places.

python tests/bench/places.py 1 5 10 20      # sides in km
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from rows import OUT, ROOT

FOLDER = OUT / "places"


def made(km: float, s2: int = 24, s1: int = 30) -> Path:
    """The folder of scenes of a place of ``km`` x ``km``, made where it is not there.

    In a process of its own: the kernel counts a parent's memory with a child's.
    """
    # Another maker makes another place.
    maker = hashlib.sha256((ROOT / "tests/bench/place.py").read_bytes()).hexdigest()[:6]
    path = FOLDER / f"km{km:g}-s2-{s2}-s1-{s1}-{maker}"
    if not path.is_dir():
        base = FOLDER / "base"
        if not base.is_dir():
            _simulate(base)
        aside = path.with_suffix(".making")
        shutil.rmtree(aside, ignore_errors=True)
        command = [sys.executable, ROOT / "tests/bench/place.py", "--out", aside, "--km", f"{km:g}"]
        command += ["--s2", str(s2), "--s1", str(s1), "--base", base]
        print(f"Making a place of {km:g} x {km:g} km", flush=True)
        subprocess.run([str(part) for part in command], check=True)
        aside.rename(path)
    return path


def _simulate(base: Path) -> None:
    """The simulated place that the large ones are mirrored from, whole or not at all."""
    aside = base.with_suffix(".making")
    shutil.rmtree(aside, ignore_errors=True)
    script = "\n".join(
        (
            "import sys",
            "from pathlib import Path",
            "from eofusion_engine import simulate",
            "from place import BASE_PX, END, START",
            "simulate.write_place(Path(sys.argv[1]), simulate.preset('farmland'), 11, BASE_PX, START, END)",
        )
    )
    aside.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", script, str(aside)], check=True, cwd=ROOT / "tests" / "bench")
    aside.rename(base)


def main() -> int:
    """Make the places of the given sides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("km", type=float, nargs="+")
    for km in parser.parse_args().km:
        print(made(km))
    return 0


if __name__ == "__main__":
    sys.exit(main())
