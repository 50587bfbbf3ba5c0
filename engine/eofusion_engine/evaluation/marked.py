"""The parts of documentation pages that commands write: what stands between two marks, and nothing else."""

from __future__ import annotations

from pathlib import Path

from ..errors import OutputError
from ..files import write_whole


def write_between(path: Path, begin: str, end: str, text: str) -> None:
    """Put ``text`` between the two marks of the page; nothing without that page or its marks.

    Raises:
        OutputError: the page has one mark without the other.
    """
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    if (begin in page) != (end in page):
        raise OutputError(f"{path} has lost one of the two marks of what is written into it.", "Put the mark back.")
    if begin in page:
        before, after = page[: page.index(begin)], page[page.index(end) :]
        write_whole(path, f"{before}{begin}\n\n{text}\n\n{after}")
