"""The text of a tower file as named columns of numbers and times; every complaint names the file and the line."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from ..errors import RequestError

#: What networks write for "not known".
_MISSING = {"", "na", "nan", "null", "none", "-9999", "-9999.0", "-9999.9", "-6999", "-6999.0"}
_TIME_FORMS = {8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_DELIMITERS = (",", ";", "\t")
_FORMATS = "FLUXNET2015, ICOS and AmeriFlux write commas between columns such as TIMESTAMP and GPP_NT_VUT_REF."


class TowerError(RequestError):
    """The tower file cannot be used: the message names the file and the column or line."""

    code = "tower"


@dataclass(frozen=True)
class Table:
    """Rows of a text table. ``units`` is the unit of a column where a second header line gives it; ``comments``
    are lines that began with ``#``.
    """

    name: str
    header: tuple[str, ...]
    rows: list[list[str]]
    units: dict[str, str]
    comments: tuple[str, ...]
    first_line: int

    def numbers(self, column: str) -> np.ndarray:
        """A column (N,) with NaN where not known.

        Raises:
            TowerError: a cell is no number.
        """
        index = self.header.index(column)
        values = np.empty(len(self.rows))
        for place, row in enumerate(self.rows):
            text = row[index].strip()
            if text.lower() in _MISSING:
                values[place] = np.nan
                continue
            try:
                values[place] = float(text)
            except ValueError:
                hint = (
                    "Decimals are wanted with a point."
                    if re.fullmatch(r"-?\d+,\d+", text)
                    else "Write -9999 or nothing where a value is not known."
                )
                raise TowerError(
                    f"{self.name} has no number in column {column}, line {self.first_line + place}: {text!r}.", hint
                ) from None
        return np.where(values <= -9990, np.nan, values)

    def times(self, column: str) -> np.ndarray:
        """A column of times (N,) as datetime64[s].

        Raises:
            TowerError: a cell is no time.
        """
        index = self.header.index(column)
        stamps = np.empty(len(self.rows), "datetime64[s]")
        for place, row in enumerate(self.rows):
            stamp = parse_time(row[index])
            if stamp is None:
                raise TowerError(
                    f"{self.name} has no date in column {column}, line {self.first_line + place}: {row[index]!r}.",
                    "Dates are wanted as 20190501 or 2019-05-01, times as 201905011330 or 2019-05-01 13:30.",
                )
            stamps[place] = stamp
        return stamps


def parse_time(text: str) -> np.datetime64 | None:
    """A time as networks write it (20190501, 201905011330) or ISO 8601 without a zone; None for anything else."""
    plain = text.strip()
    try:
        if plain.isdigit():
            if len(plain) not in _TIME_FORMS:
                return None
            return np.datetime64(datetime.strptime(plain, _TIME_FORMS[len(plain)]), "s")
        stamp = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return None if stamp.tzinfo else np.datetime64(stamp, "s")


def read_table(path: Path) -> Table:
    """The table of a text file: comma, semicolon or tab; lines with ``#`` and a line of units after the header.

    Raises:
        TowerError: no file, no text, one column only, a row of another length, no rows.
    """
    if not path.is_file():
        raise TowerError(f"There is no file {path}.", "Choose the CSV file of a flux tower.")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise TowerError(f"{path.name} is not a text file.", "Unpack archives first; " + _FORMATS) from None
    comments = tuple(line for line in lines if line.startswith("#"))
    kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not kept:
        raise TowerError(f"{path.name} is empty.", _FORMATS)
    delimiter = max(_DELIMITERS, key=kept[0][1].count)
    if kept[0][1].count(delimiter) == 0:
        raise TowerError(
            f"{path.name} has a single column: its columns are not separated by commas, semicolons or tabs.", _FORMATS
        )
    split = list(csv.reader([line for _, line in kept], delimiter=delimiter))
    header = tuple(cell.strip() for cell in split[0])
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise TowerError(f"{path.name} has the column {twice} twice.", "Keep one of them.")
    body, first = split[1:], 1
    units: dict[str, str] = {}
    if body and parse_time(body[0][0]) is None and not any(cell.strip().lstrip("-").isdigit() for cell in body[0]):
        units = dict(zip(header, (cell.strip() for cell in body[0]), strict=False))
        body, first = body[1:], 2
    for row, (number, _) in zip(body, kept[first:], strict=True):
        if len(row) != len(header):
            raise TowerError(
                f"{path.name} has {len(row)} cells in line {number} and {len(header)} columns.",
                "The file is cut off, or its decimals are commas: save it again.",
            )
    if not body:
        raise TowerError(f"{path.name} has a header but no rows.", _FORMATS)
    return Table(path.name, header, body, units, comments, kept[first][0])
