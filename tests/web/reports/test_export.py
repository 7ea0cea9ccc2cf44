"""Reports as files: opened again, and their figures found in them."""

import io
import re
import zipfile
from datetime import datetime, timedelta
from xml.etree import ElementTree

import openpyxl
import pypdfium2
import pytest

from screenpop.errors import RingdeskError
from tests.web.conftest import Client, SignIn
from web.keys import Services
from web.printing import press as printing
from web.printing.paper import Cell, Drawing, Grid, Paper, Series, Tile
from web.printing.press import PressFailed, press
from web.reports.paper import ticks_up_to

pytestmark = pytest.mark.feature("REP-04")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


async def file_of(client: Client, address: str) -> bytes:
    answer = await client.get(address)
    assert answer.status == 200
    return await answer.read()


def texts(book: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        root = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
    return ["".join(each.itertext()) for each in root.iter(f"{SHEET}si")]


def sheets(book: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        names = [
            each.get("name", "") for each in ElementTree.fromstring(parts.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        ]
        return {
            name: ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))
            for number, name in enumerate(names, 1)
        }


def pdf_text(body: bytes) -> str:
    document = pypdfium2.PdfDocument(body)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


async def test_workbook_has_a_sheet_for_each_table_with_figures_and_sample_sizes(
    month: Services, sign_in: SignIn
) -> None:
    book = await file_of(await sign_in("sue"), "/reports/agents.xlsx?period=30d")
    found = sheets(book)
    assert list(found) == ["Summary", "Agents"]
    heads = texts(book)
    assert {"Answered", "Talk time", "n", "Name of 101"} <= set(heads)
    values = [float(each.text or 0) for each in found["Agents"].iter(f"{SHEET}v")]
    assert len(values) > 30


async def test_plots_sheet_has_dates_and_its_unit(month: Services, sign_in: SignIn) -> None:
    book = openpyxl.load_workbook(io.BytesIO(await file_of(await sign_in("sue"), "/reports/overview.xlsx?period=30d")))
    sheet = book["Response time"]
    assert sheet.cell(1, 2).value == "Response time in seconds"
    days = [sheet.cell(row, 1).value for row in range(2, sheet.max_row + 1)]
    assert all(isinstance(day, datetime) for day in days)
    assert days == [days[0] + timedelta(days=number) for number in range(30)]


async def test_customers_name_is_no_formula_in_a_sheet(month: Services, sign_in: SignIn) -> None:
    book = await file_of(await sign_in("sue"), "/reports/customers.xlsx?period=30d")
    assert "=1+1" in texts(book)
    assert [each for sheet in sheets(book).values() for each in sheet.iter(f"{SHEET}f")] == []


async def test_pdf_says_the_figures_of_the_page(month: Services, sign_in: SignIn) -> None:
    client = await sign_in("sue")
    page = await (await client.get("/reports?period=30d&whole=1")).text()
    (incoming,) = re.findall(r'data-measure="incoming">.*?class="nums ltr">([\d,]+)<', page, re.DOTALL)
    answer = await client.get("/reports/overview.pdf?period=30d")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="ringdesk-overview-')
    text = pdf_text(await answer.read())
    assert {"Incoming", "Answer rate", incoming} <= set(re.split(r"[\r\n]+", text))
    assert "Blue Boat: Overview" in text


async def test_names_of_all_scripts_are_printed_also_from_right_to_left() -> None:
    names = ("Köhler", "Łódź", "نسرین", "გიორგი", "हिन्दी", "Ελλάδα", "Юлия")
    numbers = [f"{1_234 + 1_111 * row:,}" for row in range(len(names))]
    rows = tuple((name, (Cell(number, 7.0, "count", 98_765),)) for name, number in zip(names, numbers, strict=True))
    grid = Grid(
        "Customers", ("", "Calls"), rows, ("روی هم", (Cell("13:45", 1.0, "seconds"), Cell("62 %", 0.62, "share")))
    )
    series, ticks = Series("a", "#0b6570", (1.0, None, 2.0)), ((0.0, "0"), (2.0, "2"))
    lines = Drawing("Calls", "lines", ("1", "2", "3"), (series,), ticks)
    tile = Tile("Calls", "", Cell("7", 7.0, "count", 7, True), None, "+3 %")
    paper = Paper("Titel", ("heute",), "de", True, (tile,), (lines,), (grid,), "Fuß", {"n": "n", "page": "Seite"})
    text = pdf_text(await press(paper, "pdf"))
    for name in ("Köhler", "Łódź", "გიორგი", "Ελλάδα", "Юлия", "Fuß", *numbers, "n 98765", "13:45", "62"):
        assert name in text, name
    assert re.search("[\u0600-\u06ff\ufb50-\ufeff]{4}", text)
    assert "\ufffd" not in text


async def test_press_that_fails_is_said_and_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SECONDS", 0.01)
    paper = Paper("", (), "en", False, (), (), (), "", {})
    with pytest.raises(PressFailed, match="too long"):
        await press(paper, "pdf")
    monkeypatch.setattr(printing, "SECONDS", 60.0)
    with pytest.raises(RingdeskError, match="could not be made"):
        await press(paper, "pdf")  # it has no words


async def test_long_label_of_a_tile_is_printed_to_its_end() -> None:
    tile = Tile("Nach über 2 min angenommen", "", Cell("7 %", 0.07, "share"), None, "")
    text = pdf_text(await press(Paper("Titel", (), "de", False, (tile,), (), (), "", {"n": "n", "page": "S"}), "pdf"))
    assert "angenommen" in text
    assert "…" not in text


@pytest.mark.parametrize(
    ("top", "ticks"), [(0, [0, 1]), (3, [0, 1, 2, 3]), (107, [0, 25, 50, 75, 100, 125]), (0.4, [0, 1])]
)
def test_axis_has_round_heights(top: float, ticks: list[float]) -> None:
    assert ticks_up_to(top, whole=True) == ticks
