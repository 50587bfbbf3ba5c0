"""How the process holds memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Leaves holes of 40 MB between small arrays that stay, and asks before and after twelve tiles.
HOLES = """
import os
from eofusion_engine.memory import count_tile, keep_freed_memory

def held():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

assert keep_freed_memory()
large, small = [], []
for _ in range(40):
    large.append(bytearray(b"x") * (1 << 20))
    small.append(bytearray(b"x") * 256)
del large
before = held()
given = [count_tile() for _ in range(12)]
print(before - held(), sum(given), given[-1])
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux' C library")
def test_what_is_free_goes_back_now_and_then() -> None:
    out = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True).stdout.split()
    assert float(out[0]) > 20 and out[1:] == ["1", "True"]
