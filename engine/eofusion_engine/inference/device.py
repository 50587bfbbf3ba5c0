"""Which devices there are, and how many threads to use."""

from __future__ import annotations

import os
import platform

import torch

from ..errors import DeviceError


def usable_threads() -> int:
    """CPUs this process may use (a container or a job may be given fewer than the machine has)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def devices() -> list[dict[str, str]]:
    """The devices of this machine as ``{"id", "name"}``, the CPU first."""
    found = [{"id": "cpu", "name": f"CPU ({platform.machine()}, {usable_threads()} threads)"}]
    if torch.cuda.is_available():
        found += [{"id": f"cuda:{i}", "name": torch.cuda.get_device_name(i)} for i in range(torch.cuda.device_count())]
    return found


def choose_device(wanted: str) -> torch.device:
    """``auto``, ``cpu``, ``cuda`` or ``cuda:N`` as a device that exists; raises :class:`DeviceError`."""
    if wanted == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    if wanted == "cpu":
        return torch.device("cpu")
    if wanted.startswith("cuda"):
        if not torch.cuda.is_available():
            raise DeviceError(
                "The engine sees no CUDA GPU.",
                "Choose the device 'cpu', or install a CUDA build of torch in the engine's environment.",
            )
        device = torch.device(wanted if ":" in wanted else "cuda:0")
        if device.index is not None and device.index >= torch.cuda.device_count():
            raise DeviceError(
                f"There is no GPU number {device.index}.", f"This machine has {torch.cuda.device_count()}."
            )
        return device
    raise DeviceError(f"The device {wanted!r} is not supported in this version.", "Choose 'auto', 'cpu' or 'cuda'.")
