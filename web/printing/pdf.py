"""A report as a PDF: plots drawn as lines and areas, tables with their sample sizes. Made by the press, in a process
of its own."""

from collections.abc import Iterator, Sequence

from web.printing.paper import Cell, Drawing, Grid, Paper, Tile
from web.printing.pen import INSIDE, MARGIN, MUTED, TEXT, Colour, Pen, Style

WASH, WHITE, ACCENT = (243, 244, 246), (255, 255, 255), (11, 101, 112)
TILES_A_ROW = 7
PLOT_HEIGHT, AXIS = 62.0, 14.0
NAME_WIDTH, HOUR_NAME_WIDTH, MOST_WIDTH = 46.0, 22.0, 26.0
ROW_HEIGHT, HEAD_HEIGHT, HOUR_HEAD_HEIGHT = 7.4, 11.0, 4.5
SMALL = Style(size=7, colour=MUTED)


def print_of(paper: Paper) -> bytes:
    """The file."""
    foot = (paper.below, paper.words["page"])
    pen = Pen(paper.title, paper.language, paper.rtl, "".join(_texts(paper)), foot)
    printer = _Printer(pen, paper.words["n"])
    printer.head(paper)
    for start in range(0, len(paper.tiles), TILES_A_ROW):
        printer.tiles(paper.tiles[start : start + TILES_A_ROW])
    for drawing in paper.drawings:
        printer.drawing(drawing)
    for grid in paper.grids:
        printer.grid(grid)
    return bytes(pen.pdf.output())


class _Printer:
    """Draws from top to bottom. `n` is what a sample size is called."""

    def __init__(self, pen: Pen, n: str) -> None:
        self._pen, self._n = pen, n

    def head(self, paper: Paper) -> None:
        pen = self._pen
        pen.say(MARGIN, MARGIN, INSIDE, paper.title, Style(size=16, bold=True, height=8))
        y = MARGIN + 9
        for line in paper.lines:
            pen.say(MARGIN, y, INSIDE, line, Style(size=9, colour=MUTED, height=5))
            y += 5
        pen.to(y + 2)

    def tiles(self, tiles: Sequence[Tile]) -> None:
        pen, width = self._pen, INSIDE / TILES_A_ROW
        labels = [pen.wrapped(tile.label, width - 6, SMALL, most=2) for tile in tiles]
        more = 3 * (max(map(len, labels)) - 1)
        if not pen.fits(20 + more):
            pen.page()
        y = pen.y
        for number, tile in enumerate(tiles):
            at = MARGIN + number * width
            pen.frame(at, y, width - 2, 18 + more)
            for row, words in enumerate(labels[number]):
                pen.say(at + 2, y + 1.5 + 3 * row, width - 5, words, SMALL)
            pen.say(at + 2, y + 5.5 + more, width - 5, tile.now.text, Style(size=13, bold=True, height=7))
            pen.say(at + 2, y + 13 + more, width / 2 - 2, self._sample(tile.now), SMALL)
            pen.say(at + width / 2 - 3, y + 13 + more, width / 2, tile.change, Style(size=7, bold=True, align="end"))
        pen.to(y + 20 + more)

    def _sample(self, cell: Cell) -> str:
        return "" if cell.n is None else f"{self._n} {cell.n}{' !' if cell.few else ''}"

    def _title(self, text: str, room: float) -> None:
        if not self._pen.fits(room + 9):
            self._pen.page()
        y = self._pen.y + 3
        self._pen.say(MARGIN, y, INSIDE, text, Style(size=11, bold=True, height=5))
        self._pen.to(y + 7)

    # ------------------------------------------------------------ plots

    def drawing(self, drawing: Drawing) -> None:
        if not drawing.points:
            return
        self._title(drawing.title, PLOT_HEIGHT + 12)
        top = self._pen.y
        self._legend(drawing, top)
        self._axes(drawing, top + 6)
        (self._bars if drawing.kind == "bars" else self._lines)(drawing, top + 6)
        self._pen.to(top + PLOT_HEIGHT + 12)

    def _legend(self, drawing: Drawing, y: float) -> None:
        at = MARGIN
        for series in drawing.series:
            self._pen.box(at, y + 0.8, 2.5, 2.5, _rgb(series.colour))
            width = min(self._pen.width_of(series.label) + 3, 60)
            self._pen.say(at + 3.5, y, width, series.label, Style(colour=MUTED))
            at += width + 7

    def _axes(self, drawing: Drawing, top: float) -> None:
        for height, words in drawing.ticks:
            y = _height(drawing, top, height)
            self._pen.rule(MARGIN + AXIS, y, INSIDE - AXIS)
            self._pen.say(MARGIN, y - 2, AXIS - 1, words, Style(size=7, colour=MUTED, align="end"))
        every = max(1, -(-len(drawing.points) // 16))
        for number in range(0, len(drawing.points), every):
            at = _place(drawing, number) - 10
            style = Style(size=7, colour=MUTED, align="centre")
            self._pen.say(at, top + PLOT_HEIGHT + 1, 20, drawing.points[number], style)

    def _bars(self, drawing: Drawing, top: float) -> None:
        wide = min(10.0, (INSIDE - AXIS) / len(drawing.points) * 0.7)
        for number in range(len(drawing.points)):
            below, at = 0.0, _place(drawing, number) - wide / 2
            for series in drawing.series:
                value = series.values[number] or 0.0
                high, low = _height(drawing, top, below + value), _height(drawing, top, below)
                if value:
                    self._pen.box(at, high, wide, low - high, _rgb(series.colour))
                below += value

    def _lines(self, drawing: Drawing, top: float) -> None:
        for series in drawing.series:
            for stretch in _stretches(series.values):
                spots = [(_place(drawing, at), _height(drawing, top, value)) for at, value in stretch]
                self._pen.path(spots, _rgb(series.colour))

    # ------------------------------------------------------------ tables

    def grid(self, grid: Grid) -> None:
        self._title(grid.title, HEAD_HEIGHT + 3 * ROW_HEIGHT)
        name = HOUR_NAME_WIDTH if grid.shaded else NAME_WIDTH
        width = min(MOST_WIDTH, (INSIDE - name) / max(1, len(grid.heads) - 1))
        self._heads(grid, name, width)
        most = max((cell.value or 0.0 for _, cells in grid.rows for cell in cells), default=0.0)
        for words, cells in (*grid.rows, *([grid.total] if grid.total else [])):
            if not self._pen.fits(ROW_HEIGHT):
                self._pen.page()
                self._heads(grid, name, width)
            self._row_name(words, name, width * len(cells), is_total=(words, cells) == grid.total)
            for number, cell in enumerate(cells):
                at = MARGIN + name + number * width
                if grid.shaded:
                    self._shaded(cell, at, width, (cell.value or 0.0) / most if most else 0.0)
                else:
                    self._cell(cell, at, width, bold=(words, cells) == grid.total)
            self._pen.to(self._pen.y + ROW_HEIGHT)
            self._pen.rule(MARGIN, self._pen.y, name + width * len(cells))

    def _heads(self, grid: Grid, name: float, width: float) -> None:
        pen, y = self._pen, self._pen.y
        style = Style(size=7, colour=MUTED, align="centre" if grid.shaded else "end")
        for number, head in enumerate(grid.heads[1:]):
            for row, words in enumerate(pen.wrapped(head, width - 2, style)):
                pen.say(MARGIN + name + number * width, y + row * 3.2, width, words, style)
        height = HOUR_HEAD_HEIGHT if grid.shaded else HEAD_HEIGHT
        pen.rule(MARGIN, y + height, name + width * (len(grid.heads) - 1))
        pen.to(y + height)

    def _row_name(self, words: str, name: float, rest: float, *, is_total: bool) -> None:
        y = self._pen.y
        if is_total:
            self._pen.box(MARGIN, y, name + rest, ROW_HEIGHT, WASH)
        self._pen.say(MARGIN, y + 1.6, name, words, Style(bold=is_total))
        self._pen.to(y)

    def _cell(self, cell: Cell, at: float, width: float, *, bold: bool) -> None:
        y = self._pen.y
        style = Style(bold=bold, colour=MUTED if cell.few else TEXT, align="end")
        self._pen.say(at, y + (0.4 if cell.n is not None else 1.6), width, cell.text, style)
        if cell.n is not None:
            self._pen.say(at, y + 3.9, width, self._sample(cell), Style(size=5.5, colour=MUTED, align="end", height=3))
        self._pen.to(y)

    def _shaded(self, cell: Cell, at: float, width: float, part: float) -> None:
        y = self._pen.y
        if cell.value:
            self._pen.box(at + 0.3, y + 0.3, width - 0.6, ROW_HEIGHT - 0.6, _shade(part))
        colour = WHITE if cell.value and part > 0.6 else TEXT
        self._pen.say(at, y + 1.6, width, cell.text, Style(size=7, colour=colour, align="centre"))
        self._pen.to(y)


def _height(drawing: Drawing, top: float, value: float) -> float:
    low, high = drawing.ticks[0][0], drawing.ticks[-1][0]
    return top + PLOT_HEIGHT * (high - value) / (high - low)


def _place(drawing: Drawing, number: int) -> float:
    return MARGIN + AXIS + (INSIDE - AXIS) * (number + 0.5) / len(drawing.points)


def _shade(part: float) -> Colour:
    red, green, blue = (round(255 - (255 - channel) * max(0.08, part)) for channel in ACCENT)
    return red, green, blue


def _texts(paper: Paper) -> Iterator[str]:
    """Every text that is printed, for the letters in it."""
    yield from (paper.title, *paper.lines, paper.below, *paper.words.values(), "…!")
    for tile in paper.tiles:
        yield from (tile.label, tile.now.text, tile.change)
    for drawing in paper.drawings:
        yield from (drawing.title, *drawing.points, *(series.label for series in drawing.series))
        yield from (words for _, words in drawing.ticks)
    for grid in paper.grids:
        yield from (grid.title, *grid.heads)
        for name, cells in (*grid.rows, *([grid.total] if grid.total else [])):
            yield name
            yield from (cell.text for cell in cells)


def _rgb(colour: str) -> Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _stretches(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """The runs of values without a gap."""
    run: list[tuple[int, float]] = []
    for at, value in enumerate(values):
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append((at, value))
    if run:
        yield run
