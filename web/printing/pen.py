"""The pen of the printer: pages, fonts for any script that the panel has letters for, and lines of text.

In a right-to-left language everything is mirrored: `x` says where a thing goes.
"""

import logging
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpdf import FPDF

VENDOR = Path(__file__).parents[1] / "static" / "vendor"
NOTO = VENDOR / "noto-sans" / "files"
FONTS = {
    "latin": NOTO / "noto-sans-latin-wght-normal.woff2",
    "latin-ext": NOTO / "noto-sans-latin-ext-wght-normal.woff2",
    "vietnamese": NOTO / "noto-sans-vietnamese-wght-normal.woff2",
    "greek": NOTO / "noto-sans-greek-wght-normal.woff2",
    "cyrillic": NOTO / "noto-sans-cyrillic-wght-normal.woff2",
    "cyrillic-ext": NOTO / "noto-sans-cyrillic-ext-wght-normal.woff2",
    "devanagari": NOTO / "noto-sans-devanagari-wght-normal.woff2",
    "arabic": VENDOR / "vazirmatn" / "files" / "vazirmatn-arabic-wght-normal.woff2",
    "georgian": VENDOR / "noto-sans-georgian" / "files" / "noto-sans-georgian-georgian-wght-normal.woff2",
}
WEIGHTS = {"": 400.0, "B": 640.0}
WIDTH, HEIGHT, MARGIN = 297.0, 210.0, 12.0
INSIDE = WIDTH - 2 * MARGIN
Colour = tuple[int, int, int]
TEXT, MUTED, LINE = (26, 30, 37), (89, 97, 112), (223, 226, 231)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a line of text looks. `align`: start, end or centre; `height` in mm, `size` in points."""

    size: float = 8
    bold: bool = False
    colour: Colour = TEXT
    align: str = "start"
    height: float = 4


PLAIN = Style()


class Pen:
    """Draws on A4 across, in mm from the corner in which reading begins."""

    def __init__(self, title: str, language: str, rtl: bool, text: str, foot: tuple[str, str]) -> None:
        self.rtl = rtl
        self._widths: dict[tuple[str, bool, float], float] = {}
        self.pdf = _document(rtl, foot)
        names = fonts_for(text)
        for name in names:
            for style, weight in WEIGHTS.items():
                self.pdf.add_font(name, style, FONTS[name], variations={"wght": weight})
        self.pdf.set_fallback_fonts(names[1:], exact_match=False)
        self.pdf.set_text_shaping(True)
        self.pdf.set_title(title)
        self.pdf.set_lang(language)
        self.page()

    @property
    def y(self) -> float:
        """How far down it is."""
        return float(self.pdf.get_y())

    def to(self, y: float) -> None:
        """Go there."""
        self.pdf.set_y(y)

    def x(self, at: float, width: float = 0.0) -> float:
        """Where a thing of this width goes."""
        return WIDTH - at - width if self.rtl else at

    def page(self) -> None:
        """Begin the next page."""
        self.pdf.add_page()
        self.to(MARGIN)

    def fits(self, height: float) -> bool:
        """Is there room for so much on this page?"""
        return self.y + height <= HEIGHT - MARGIN - 4

    def width_of(self, text: str, style: Style = PLAIN) -> float:
        """How wide a text is."""
        key = (text, style.bold, style.size)
        if key not in self._widths:
            self._take(text, style)
            self._widths[key] = float(self.pdf.get_string_width(text))
        return self._widths[key]

    def say(self, at: float, y: float, width: float, text: str, style: Style = PLAIN) -> None:
        """One line of text in a box; what does not fit is cut."""
        if not text:
            return
        words = self._cut(text, width - 1, style)
        self._take(words, style)
        # fpdf2 forgets that a font which stood in for some letters was set for that text alone.
        self.pdf.current_font_is_set_on_page = False
        self.pdf.set_text_color(*style.colour)
        self.pdf.set_xy(self.x(at, width), y)
        align = {"centre": "C", "start": "R" if self.rtl else "L", "end": "L" if self.rtl else "R"}[style.align]
        self.pdf.cell(width, style.height, words, align=align)

    def box(self, at: float, y: float, width: float, height: float, colour: Colour) -> None:
        """A filled one."""
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(self.x(at, width), y, width, height, style="F")

    def frame(self, at: float, y: float, width: float, height: float) -> None:
        """A thin one with round corners."""
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_line_width(0.2)
        self.pdf.rect(self.x(at, width), y, width, height, round_corners=True, corner_radius=1.5)

    def rule(self, at: float, y: float, width: float) -> None:
        """A thin line across."""
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_line_width(0.2)
        self.pdf.line(self.x(at), y, self.x(at + width), y)

    def path(self, spots: list[tuple[float, float]], colour: Colour) -> None:
        """A thick line through these places, each marked."""
        mirrored = [(self.x(at), y) for at, y in spots]
        self.pdf.set_draw_color(*colour)
        self.pdf.set_fill_color(*colour)
        self.pdf.set_line_width(0.5)
        if len(mirrored) > 1:
            self.pdf.polyline(mirrored)
        for x, y in mirrored:
            self.pdf.ellipse(x - 0.6, y - 0.6, 1.2, 1.2, style="F")

    def wrapped(self, text: str, width: float, style: Style, most: int = 3) -> list[str]:
        """The text in lines of this width."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.width_of(longer, style) > width:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines[:most]

    def _take(self, text: str, style: Style) -> None:
        self.pdf.set_font("latin", "B" if style.bold else "", style.size)
        self.pdf.set_text_shaping(True, direction="rtl" if self.rtl and _is_rtl(text) else None)

    def _cut(self, text: str, width: float, style: Style) -> str:
        if self.width_of(text, style) <= width:
            return text
        while text and self.width_of(f"{text}…", style) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"


def fonts_for(text: str) -> list[str]:
    """Those of FONTS that the letters of `text` need, the Latin one first."""
    from fontTools.ttLib import TTFont

    missing = {ord(letter) for letter in text if letter.isprintable() and letter != " "}
    needed = ["latin"]
    for name, path in FONTS.items():
        if not missing:
            break
        with TTFont(path, lazy=True) as font:
            covered = missing & font.getBestCmap().keys()
        if covered and name != "latin":
            needed.append(name)
        missing -= covered
    return needed


def _is_rtl(text: str) -> bool:
    """Has it letters that are read from right to left? Then its Latin begin does not turn the whole round."""
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def _document(rtl: bool, foot: tuple[str, str]) -> "FPDF":
    from fpdf import FPDF

    logging.getLogger("fontTools").setLevel(logging.ERROR)

    class Pages(FPDF):
        def footer(self) -> None:
            self.set_font("latin", "", 7)
            self.set_text_shaping(True, direction="rtl" if rtl else None)
            self.current_font_is_set_on_page = False
            self.set_text_color(*MUTED)
            ends = (foot[0], f"{foot[1]} {self.page_no()}")
            self.set_xy(MARGIN, HEIGHT - MARGIN)
            self.cell(INSIDE / 2, 4, ends[1] if rtl else ends[0], align="L")
            self.cell(INSIDE / 2, 4, ends[0] if rtl else ends[1], align="R")

    pdf = Pages(orientation="landscape", unit="mm", format="A4")
    pdf.set_auto_page_break(False)
    return pdf
