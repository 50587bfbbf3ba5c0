"""Property-based tests of what reads other people's bytes; ``make fuzz`` runs the same targets for longer."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parent))

# Derandomised: the same examples in every run of `make test`; `make fuzz` looks for new ones.
settings.register_profile(
    "quick", max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("quick")
