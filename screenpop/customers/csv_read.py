"""A CSV file as rows of cells, whatever program wrote it."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from screenpop.errors import BadInput

CHUNK = 1 << 16
DELIMITERS = ",;\t|"
_SAMPLE = 8192
_REASONS = {"unexpected end of data": "a quote is opened and never closed"}


def encoding_of(file: BinaryIO) -> str:
    """UTF-8, with or without its mark, UTF-16 with its mark, or what is left: Windows-1252. Reads the whole file."""
    start = file.read(2)
    file.seek(0)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def delimiter_of(sample: str) -> str:
    """The delimiter of the first line: the one that parts it most often outside of quotes."""
    first = next((line for line in sample.splitlines() if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


class Cells:
    """The rows of a file; row 1 is the header, rows without text are passed over. `encoding`, `delimiter` as found."""

    def __init__(self, file: BinaryIO) -> None:
        self.encoding = encoding_of(file)
        self._text = io.TextIOWrapper(file, self.encoding, errors="replace", newline="")
        self.delimiter = delimiter_of(self._text.read(_SAMPLE))
        self._text.seek(0)

    def __iter__(self) -> Iterator[tuple[int, list[str] | BadInput]]:
        """(row number, cells), or (row number, what is wrong with it)."""
        reader, row = csv.reader(self._text, delimiter=self.delimiter, strict=True), 0
        while True:
            row += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                reason = _REASONS.get(str(error), str(error))
                yield row, BadInput("The row cannot be read: %(reason)s.", reason=reason)
                continue
            if any(cell.strip() for cell in cells):
                yield row, cells

    def release(self) -> None:
        """Let go of the file, which stays open."""
        self._text.detach()
