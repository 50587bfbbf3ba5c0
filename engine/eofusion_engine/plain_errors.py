"""What the operating system, torch and numpy raise on their own, as the errors that a person is shown."""

from __future__ import annotations

import errno
import re

from .errors import DeviceError, EOFusionError, OutputError
from .redact import redact

_MEMORY = EOFusionError(
    "The computer ran out of memory.", "Close other programs, use fewer threads, or choose a smaller area.", "memory"
)
_GPU_MEMORY = EOFusionError(
    "The GPU ran out of memory.", "Close other programs that use it, or choose the device 'cpu'.", "memory"
)
_GPU_GONE = DeviceError(
    "The GPU stopped answering during the run.",
    "Run again: it goes on from the finished tiles. If it happens again, choose the device 'cpu'.",
)
#: The words of torch, oneDNN, C++, PROJ (it cannot open its database then) and the loader of libraries for memory, in
#: errors of no class of their own.
_CPU_MEMORY_WORDS = re.compile(
    r"DefaultCPUAllocator|can(?:'t|not) allocate memory|bad_alloc|can't start new thread|could not create a primitive"
    r"|failed to map segment|no database context specified",
    re.I,
)
_GPU_WORDS = re.compile(r"\b(?:CUDA|cuDNN|cuBLAS|HIP|MPS|NVML)\b.*(?:error|fail|lost|status)", re.I | re.S)
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


def plain_error(error: BaseException) -> EOFusionError | None:
    """``error`` in a sentence with its mend, itself where it is one of ours; None where nobody foresaw it."""
    if isinstance(error, EOFusionError):
        return error
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, OSError):
        return _of_the_system(error)
    text = str(error)
    if isinstance(error, RuntimeError | ImportError) and _CPU_MEMORY_WORDS.search(text):
        return _MEMORY
    if isinstance(error, RuntimeError):  # torch's own are that, its OutOfMemoryError too
        if type(error).__name__ == "OutOfMemoryError":
            return _GPU_MEMORY
        if _GPU_WORDS.search(text):
            return _GPU_MEMORY if "out of memory" in text else _GPU_GONE
    return None


def _of_the_system(error: OSError) -> EOFusionError | None:
    name = f" ({redact(str(error.filename))})" if error.filename else ""
    if error.errno in _FULL:
        return OutputError(f"The disk is full{name}.", "Free some space and run again: finished tiles stay.")
    if error.errno in _NOT_ALLOWED:
        return OutputError(
            f"A file or folder may not be written or read{name}.", "Choose a folder that you may write to."
        )
    if error.errno == errno.ENOMEM:
        return _MEMORY
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return OutputError("Too many files are open on this computer.", "Close other programs and run again.")
    if error.errno == errno.EIO:
        return OutputError(f"A disk could not be read or written{name}.", "See that it is connected and sound.")
    return None
