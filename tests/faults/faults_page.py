"""docs/faults.md: what each fault looks like to a person, taken down while the tests make it happen.

``pytest tests/faults --faults-page docs/faults.md`` writes the page; a plain run compares with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
_HEAD = """# What goes wrong, and what you see

Made by the tests: each row is a fault that `tests/faults` really puts into a run, and the words that came out.
`make faults-page` writes this page anew, and `make test` fails where a sentence has changed and the page has not.

Of every row these hold, and the tests check them: nothing under a final name is half-written, QGIS stays alive (the run
is a process of its own), and once the fault is gone the same request in the same folder goes on from its finished tiles
to the same bytes as an undisturbed run. FOLDER stands for a path of yours, N for a number.

"""
_COLUMNS = ("What happens", "When", "What you see", "And then")


@dataclass
class Page:
    """Rows in the order of the tests."""

    rows: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def note(self, fault: str, when: str, seen: str, then: str, *hide: Path) -> None:
        """Take down a row; folders of the test's own become the word FOLDER."""
        for path in sorted(map(str, hide), key=len, reverse=True):
            seen = seen.replace(path, "FOLDER")
        seen = re.sub(r"FOLDER[\w./-]*[\w/]", "FOLDER", seen)
        seen = re.sub(r"process \d+", "process N", seen)
        self.rows[fault, when] = (seen.strip(), then)

    def as_markdown(self) -> str:
        """The whole page."""
        lines = [_line(_COLUMNS), _line("---" for _ in _COLUMNS)]
        lines += [_line((*key, *self.rows[key])) for key in sorted(self.rows)]
        return _HEAD + "\n".join(lines) + "\n"

    def missing_in(self, text: str) -> list[str]:
        """Rows of this session that ``text`` does not have."""
        there = set(text.splitlines())
        return [line for key, rest in self.rows.items() if (line := _line((*key, *rest))) not in there]


def _line(cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"  # type: ignore[attr-defined]
