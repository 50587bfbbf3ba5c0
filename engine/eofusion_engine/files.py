"""Files that appear under their final name only when whole."""

from __future__ import annotations

import os
import time
from pathlib import Path

#: On Windows a file that somebody reads at this moment cannot be replaced; a reader is soon done.
_TRIES, _PAUSE_S = 5, 0.05


def replace(aside: Path, path: Path) -> None:
    """``os.replace`` that bears a short-lived reader of ``path`` (``OSError`` when it stays)."""
    for left in reversed(range(_TRIES)):
        try:
            os.replace(aside, path)
            return
        except PermissionError:
            if not left:
                raise
            time.sleep(_PAUSE_S)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write ``content`` (text as UTF-8) aside and rename; on an error nothing is left and ``path`` is as it was."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        aside.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
