"""Tables as files that are written a few rows at a time: CSV for every program, XLSX for spreadsheets."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any, Final

from web.calls.export_rows import Cell

LONGEST: Final = 32_000
"""Characters that a cell of a spreadsheet can hold, nearly."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER: Final = re.compile(r"\+?\d{1,20}")


def csv_text(rows: Iterable[Sequence[Cell]], *, first: bool = False) -> bytes:
    """The rows in CSV; the first part begins with the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_plain(cell) for cell in row] for row in rows)
    return (b"\xef\xbb\xbf" if first else b"") + text.getvalue().encode("utf-8", "replace")


def _plain(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, float | int):
        return f"{cell:.15g}"
    return "" if cell is None else harmless(cell)


def harmless(text: str) -> str:
    """What a spreadsheet would take for a formula gets an apostrophe; a phone number stays as it is."""
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


class Workbook:
    """An XLSX file in the making. It keeps one row in memory, and takes as long as files take: use it in a thread."""

    def __init__(self, file: IO[bytes], title: str) -> None:
        import xlsxwriter  # here: it takes a tenth of a second, and memory that a service at rest does not need

        options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
        self._book: xlsxwriter.Workbook = xlsxwriter.Workbook(file, options)
        self._sheet: Any = self._book.add_worksheet(title[:31])
        self._bold = self._book.add_format({"bold": True})
        self._row, self._columns = 0, 1

    def head(self, names: Sequence[str]) -> None:
        """The first row, which stays in sight."""
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(names) - 1, 16)
        for column, name in enumerate(names):
            self._sheet.write_string(0, column, name, self._bold)
        self._row, self._columns = 1, len(names)

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Further rows. A text is a text, whatever it begins with."""
        for row in rows:
            for column, cell in enumerate(row):
                self._write(column, cell)
            self._row += 1

    def _write(self, column: int, cell: Cell) -> None:
        if isinstance(cell, datetime):
            self._sheet.write_datetime(self._row, column, cell)
        elif isinstance(cell, float | int):
            self._sheet.write_number(self._row, column, cell)
        elif cell:
            self._sheet.write_string(self._row, column, cell[:LONGEST])

    def close(self) -> None:
        """Write the rest."""
        self._sheet.autofilter(0, 0, max(self._row - 1, 0), self._columns - 1)
        self._book.close()
