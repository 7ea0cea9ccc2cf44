"""A report as an XLSX workbook: a sheet of totals, and one for each table and plot. Made by the press, in a process of
its own."""

import io
import re
from typing import TYPE_CHECKING, Any

from web.printing.paper import Cell, Drawing, Grid, Paper

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

FORMATS = {
    "count": "#,##0",
    "share": "0.0%",
    "seconds": "[m]:ss",
    "hours": "[h]:mm:ss",
    "score": "0.0",
    "tone": "+0.00;-0.00",
    "number": "0.0",
}
READERS_DATE = 14
"""The format of that number is the short date as the reader's system writes it."""
DAY = 86_400
NO_NAME = re.compile(r"[\[\]:*?/\\]")


def workbook_of(paper: Paper) -> bytes:
    """The workbook. Texts are written as texts: none of them becomes a formula or a link."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    writer = _Writer(book, paper)
    writer.summary()
    for drawing in paper.drawings:
        writer.drawing(drawing)
    for grid in paper.grids:
        writer.grid(grid)
    book.close()
    return out.getvalue()


class _Writer:
    def __init__(self, book: "Workbook", paper: Paper) -> None:
        self._book, self._paper = book, paper
        self._names: set[str] = set()
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._plain = book.add_format({"valign": "top", "text_wrap": True})
        self._day = book.add_format({"num_format": READERS_DATE, "align": "left"})
        self._month = book.add_format({"num_format": "mmm yyyy", "align": "left"})
        self._seconds = book.add_format({"num_format": "0.0"})
        self._small = book.add_format({"font_color": "#596170", "num_format": "#,##0"})
        self._formats = {unit: book.add_format({"num_format": text}) for unit, text in FORMATS.items()}
        self._marked = {
            unit: book.add_format({"num_format": text, "italic": True, "font_color": "#596170"})
            for unit, text in FORMATS.items()
        }

    def summary(self) -> None:
        paper, words = self._paper, self._paper.words
        sheet = self._sheet(words["summary"])
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 5, 14)
        sheet.set_column(6, 6, 80)
        sheet.write_string(0, 0, paper.title, self._bold)
        for number, line in enumerate((*paper.lines, paper.below), 1):
            sheet.write_string(number, 0, line)
        top = len(paper.lines) + 3
        heads = (
            words["figure"],
            words["value"],
            words["n"],
            words["before"],
            words["n"],
            words["change"],
            words["meaning"],
        )
        for column, head in enumerate(heads):
            sheet.write_string(top, column, head, self._bold)
        for row, tile in enumerate(paper.tiles, top + 1):
            sheet.write_string(row, 0, tile.label, self._plain)
            self._figure(sheet, row, 1, tile.now)
            if tile.before:
                self._figure(sheet, row, 3, tile.before)
            sheet.write_string(row, 5, tile.change)
            sheet.write_string(row, 6, tile.meaning, self._plain)

    def drawing(self, drawing: Drawing) -> None:
        """Points of the calendar are dates, which sort and compute; times are seconds, as a chart takes them."""
        in_seconds = drawing.unit in ("seconds", "hours")
        sheet = self._sheet(drawing.title)
        sheet.set_column(0, 0, 16)
        for column, series in enumerate(drawing.series, 1):
            head = self._paper.words["in_seconds"] % {"figure": series.label} if in_seconds else series.label
            sheet.write_string(0, column, head, self._bold)
        for row, point in enumerate(drawing.points, 1):
            if drawing.days:
                sheet.write_datetime(row, 0, drawing.days[row - 1], self._month if drawing.by_month else self._day)
            else:
                sheet.write_string(row, 0, point)
            for column, series in enumerate(drawing.series, 1):
                value = series.values[row - 1]
                if value is not None:
                    sheet.write_number(row, column, value, self._seconds if in_seconds else self._formats[drawing.unit])
        sheet.freeze_panes(1, 1)

    def grid(self, grid: Grid) -> None:
        """Each figure has its sample size in the column after it, where it has any."""
        sheet = self._sheet(grid.title)
        sheet.set_column(0, 0, 28)
        sheet.set_row(0, 30)
        rows = [*grid.rows, *([grid.total] if grid.total else [])]
        with_n = [any(cells[at].n is not None for _, cells in rows) for at in range(len(grid.heads) - 1)]
        columns = _columns(with_n)
        for at, head in enumerate(grid.heads[1:]):
            sheet.write_string(0, columns[at], head, self._bold)
            if with_n[at]:
                sheet.write_string(0, columns[at] + 1, self._paper.words["n"], self._bold)
        for row, (name, cells) in enumerate(rows, 1):
            sheet.write_string(row, 0, name, self._plain)
            for at, cell in enumerate(cells):
                self._figure(sheet, row, columns[at], cell)
        sheet.freeze_panes(1, 1)
        if grid.rows:
            sheet.autofilter(0, 0, len(grid.rows), columns[-1] + with_n[-1])

    def _figure(self, sheet: "Worksheet", row: int, column: int, cell: Cell) -> None:
        if cell.value is not None:
            value = cell.value / DAY if cell.unit in ("seconds", "hours") else cell.value
            sheet.write_number(row, column, value, (self._marked if cell.few else self._formats)[cell.unit])
        if cell.n is not None:
            sheet.write_number(row, column + 1, cell.n, self._small)

    def _sheet(self, title: str) -> Any:
        sheet = self._book.add_worksheet(self._name(title))
        if self._paper.rtl:
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _name(self, title: str) -> str:
        """At most 31 letters, none that Excel forbids, each once."""
        plain = NO_NAME.sub(" ", title).strip("' ")[:28] or "-"
        name, number = plain, 2
        while name.casefold() in self._names:
            name, number = f"{plain} {number}", number + 1
        self._names.add(name.casefold())
        return name


def _columns(with_n: list[bool]) -> list[int]:
    """Where each figure stands: after its neighbour, and that one's sample size."""
    found, at = [], 1
    for has_n in with_n:
        found.append(at)
        at += 2 if has_n else 1
    return found
