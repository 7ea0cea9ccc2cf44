"""Customers from a CSV file: good rows are taken, bad ones reported with their row, column and reason."""

import asyncio
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import BinaryIO, Final, TypeVar

from babel import Locale

from screenpop.customers.bulk import Ready
from screenpop.customers.codes import countries
from screenpop.customers.csv_columns import FIRST_NAME, LAST_NAME, MAIL, NUMBER, Column, Header, read_header
from screenpop.customers.csv_read import Cells
from screenpop.customers.fields import CLEANERS, clean, clean_mail, no_country
from screenpop.customers.fold import fold
from screenpop.customers.service import Customers
from screenpop.errors import N_, BadInput
from screenpop.numbers import Number, Numbers

BATCH: Final = 200
MAX_ERRORS: Final = 1000
"""So many bad rows are told in full; all are counted."""
MOST_NUMBERS: Final = 50
_TOO_MANY_CELLS: Final = N_("The row has %(cells)d cells, the header has %(header)d.")
_WAS_SHORTENED: Final = N_("A spreadsheet has shortened the number to %(number)s: make the column text there.")
_HARDLY: Final = N_("“%(text)s” is neither an outside number nor an extension: is it complete?")
_SHORTENED: Final = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_NUMBER_PARTS: Final = re.compile(r"[;,|\n]+")
_NAMES: Final = frozenset({"name", "company", FIRST_NAME, LAST_NAME})
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """What is wrong with a row. `row` counts as a spreadsheet does: the header is 1; `column` is its name, or ""."""

    row: int
    column: str
    error: BadInput = field(compare=False)

    @property
    def message(self) -> str:
        """The reason in English; `error.in_words` says it in another language."""
        return str(self.error)


@dataclass(slots=True, kw_only=True)
class Report:
    """What an import did, or (`dry_run`) would do."""

    dry_run: bool
    encoding: str = ""
    delimiter: str = ""
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    ignored_columns: tuple[str, ...] = ()
    errors: list[RowError] = field(default_factory=list)
    doubtful: int = 0
    doubts: list[RowError] = field(default_factory=list)
    """Rows that are taken, with a number that hardly can be one; `doubtful` counts all of these numbers."""

    def fail(self, row: int, error: BadInput, header: Header | None) -> None:
        """Count a bad row, and tell of it while there are not too many."""
        self.failed += 1
        for each in error.all if isinstance(error, BadRow) else (error,):
            _tell(self.errors, row, each, header)

    def doubt(self, row: int, doubt: BadInput, header: Header) -> None:
        """Count a number that is taken and looks wrong."""
        self.doubtful += 1
        _tell(self.doubts, row, doubt, header)


class BadRow(BadInput):
    """A row with several faults: `all` of them, in the order of its cells."""

    def __init__(self, faults: Sequence[BadInput]) -> None:
        super().__init__(faults[0].text, faults[0].field, **faults[0].values)
        self.all = tuple(faults)


def _tell(told: list[RowError], row: int, error: BadInput, header: Header | None) -> None:
    if len(told) < MAX_ERRORS:
        columns = header.columns if header else ()
        name = next((column.name for column in columns if column.field == error.field), error.field)
        told.append(RowError(row=row, column=name, error=error))


async def import_csv(
    data: bytes | BinaryIO,
    customers: Customers,
    numbers: Numbers,
    dry_run: bool = False,
    actor: str = "system",
    strict: bool = False,
    seats: Collection[str] = (),
) -> Report:
    """Import a file, in batches of one transaction each; memory does not grow with the file.

    A row with a known external id, or number, changes that customer: what a cell gives is written, an empty one
    leaves what is there. `strict`: nothing is written where any row is bad. `seats`: the extensions, all other short
    numbers are told as doubtful. Raises BadInput where the file as a whole cannot be read.
    """
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    if strict and not dry_run:
        tried = await _run(file, customers, numbers, True, actor, seats)
        if tried.failed:
            return tried
        file.seek(0)
    return await _run(file, customers, numbers, dry_run, actor, seats)


async def _run(
    file: BinaryIO, customers: Customers, numbers: Numbers, dry_run: bool, actor: str, seats: Collection[str]
) -> Report:
    reader = await asyncio.to_thread(_Reader, file, numbers, await customers.category_ids())
    report = Report(dry_run=dry_run, encoding=reader.encoding, delimiter=reader.delimiter)
    report.ignored_columns = reader.header.ignored
    try:
        async with customers.bulk(actor, dry_run) as put:
            while batch := await asyncio.to_thread(reader.batch):
                good = [(row, ready) for row, ready in batch if isinstance(ready, Ready)]
                outcomes = await put([ready for _, ready in good])
                bad = [(row, error) for row, error in batch if isinstance(error, BadInput)]
                _count(report, [*zip((row for row, _ in good), outcomes, strict=True), *bad], reader.header)
                _doubt(report, good, reader.header, seats)
    finally:
        reader.close()
    return report


def _count(report: Report, results: Iterable[tuple[int, object]], header: Header) -> None:
    for row, outcome in sorted(results, key=lambda result: result[0]):
        report.rows += 1
        if isinstance(outcome, BadInput):
            report.fail(row, outcome, header)
        else:
            setattr(report, str(outcome), getattr(report, str(outcome)) + 1)


def _doubt(report: Report, good: Iterable[tuple[int, Ready]], header: Header, seats: Collection[str]) -> None:
    for row, ready in good:
        for number, _ in ready.numbers:
            if not number.e164 and number.key not in seats:
                report.doubt(row, BadInput(_HARDLY, NUMBER, text=number.raw[:50]), header)


class _Reader:
    """Reads rows and makes customers of them; blocking, so it works in a thread."""

    def __init__(self, file: BinaryIO, numbers: Numbers, categories: Mapping[str, str]) -> None:
        cells = Cells(file)
        self.encoding, self.delimiter, self.close = cells.encoding, cells.delimiter, cells.release
        self._rows = iter(cells)
        self._numbers = numbers
        self._categories = categories
        self.header = self._read_header()

    def batch(self) -> list[tuple[int, Ready | BadInput]]:
        return [(row, self._read(cells)) for row, cells in islice(self._rows, BATCH)]

    def _read_header(self) -> Header:
        _, cells = next(self._rows, (1, BadInput("The file is empty.", "header")))
        if isinstance(cells, BadInput):
            raise BadInput(cells.text, "header", **cells.values)
        return read_header(cells)

    def _read(self, cells: list[str] | BadInput) -> Ready | BadInput:
        if isinstance(cells, BadInput):
            return cells
        try:
            return self._ready(cells)
        except BadInput as error:
            return error

    def _ready(self, cells: list[str]) -> Ready:
        if any(cell.strip() for cell in cells[self.header.width :]):
            raise BadInput(_TOO_MANY_CELLS, cells=len(cells), header=self.header.width)
        given = [(column, cells[column.place].strip()) for column in self.header.columns if column.place < len(cells)]
        given = [(column, text) for column, text in given if text]
        faults: list[BadInput] = []
        values = _tried(lambda: self._values(given), faults)
        numbers = _tried(lambda: tuple(self._read_numbers(given)), faults)
        mails = _tried(lambda: tuple(_mails(given)), faults)
        if not numbers and not any(column.field in _NAMES for column, _ in given):
            faults.append(BadInput("The row has no name, company or number."))
        if faults:
            raise BadRow(faults)
        return Ready(values or {}, numbers or (), mails or ())

    def _values(self, given: Sequence[tuple[Column, str]]) -> dict[str, str]:
        texts = {column.field: text for column, text in given if column.field not in (NUMBER, MAIL)}
        parts = [texts.pop(part, "") for part in (FIRST_NAME, LAST_NAME)]
        if any(parts):
            texts.setdefault("name", " ".join(filter(None, parts)))
        if "category" in texts:
            texts["category"] = self._category(texts["category"])
        if "country" in texts:
            texts["country"] = _country(texts["country"])
        return {name: value for name, value in clean(texts).items() if value and name in CLEANERS}

    def _category(self, text: str) -> str:
        if fold(text) not in self._categories:
            raise BadInput("There is no category “%(name)s”.", "category", name=text[:50])
        return self._categories[fold(text)]

    def _read_numbers(self, given: Sequence[tuple[Column, str]]) -> Iterator[tuple[Number, str]]:
        parts = [(c.kind, part) for c, text in given if c.field == NUMBER for part in _NUMBER_PARTS.split(text)]
        if len(parts) > MOST_NUMBERS:
            raise BadInput("A customer can have 50 numbers at most.", NUMBER)
        for kind, raw in parts:
            if raw.strip():
                yield self._number(raw.strip()), kind

    def _number(self, raw: str) -> Number:
        if _SHORTENED.fullmatch(raw):
            raise BadInput(_WAS_SHORTENED, NUMBER, number=raw[:50])
        number = self._numbers.parse(raw)
        if not number.key:
            raise BadInput("“%(text)s” is not a phone number.", NUMBER, text=raw[:50])
        return number


def _tried(read: Callable[[], T], faults: list[BadInput]) -> T | None:
    """What is read; None where that is a fault, which is added to the others."""
    try:
        return read()
    except BadInput as error:
        faults.append(error)
        return None


def _mails(given: Sequence[tuple[Column, str]]) -> Iterator[str]:
    for column, text in given:
        if column.field == MAIL:
            yield from (clean_mail(part) for part in re.split(r"[;,\s]+", text) if part)


def _country(text: str) -> str:
    """The code of a country that is given by its code or its English name."""
    code = _countries().get(fold(text), "")
    if not code:
        raise no_country(text, "country")
    return code


@cache
def _countries() -> dict[str, str]:
    names = {code: Locale("en").territories[code] for code in countries()}
    return {**{fold(name): code for code, name in names.items()}, **{code.lower(): code for code in names}}
