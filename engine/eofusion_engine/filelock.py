"""One run a folder: a lock that the operating system drops when its process dies.

A process number alone cannot tell a crashed run from a living one (numbers are given again after a
restart), so the lock is the system's own; the number in the file is for the message.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .errors import OutputError

#: The byte that is locked on Windows, beyond the text: locked bytes cannot be read there.
_LOCKED_BYTE = 1 << 16


class RunLock:
    """Holds ``path`` until :meth:`release`.

    Raises:
        OutputError: a living process (this one included) holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = _acquire(path)

    def release(self) -> None:
        """Give the folder free; a second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor < 0:
            return
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(descriptor)
            self.path.unlink(missing_ok=True)
        else:
            self.path.unlink(missing_ok=True)
            os.close(descriptor)


def _acquire(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(descriptor):
            os.close(descriptor)
            raise OutputError(
                f"Another run{_holder(path)} is writing into {path.parent}.",
                "Wait for it, cancel it, or choose another output folder.",
                code="run-in-progress",
            )
        if _same_file(descriptor, path):
            try:
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
            except OSError:  # a full disk: the number is for the message only, but the folder is of no use either
                path.unlink(missing_ok=True)
                os.close(descriptor)
                raise
            return descriptor
        os.close(descriptor)  # its holder removed it between our opening and our locking: take the new one


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(descriptor, 0, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a network folder without locks: better to run than to refuse
        return True
    return True


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _holder(path: Path) -> str:
    try:
        number = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return f" (process {number})" if number.isdigit() else ""
