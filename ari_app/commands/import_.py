"""Import customers from a CSV file.

The first row names the columns: name (or first name and last name), company, category, note, city, country, timezone,
responsible, id, number (also phone, mobile, number 2 …), mail. Several numbers may stand in one cell with ; between.
A row whose id, or whose number and name, is known changes that customer; an empty cell leaves what is there. Good rows
are imported, bad ones are listed with their row, column and reason.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import BinaryIO

from ari_app.commands.options import add_config, read_config
from ari_app.migrate import migrate
from screenpop.config import Config
from screenpop.core import opened, store_url
from screenpop.customers.csv_import import Report, import_csv
from screenpop.customers.index import WRITTEN_OUTSIDE
from screenpop.customers.model import SYSTEM
from screenpop.errors import BadInput
from screenpop.store.outside import set_mark

SUMMARY = "import customers from a CSV file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk import`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    customers = what.add_parser("customers", help=SUMMARY, description=__doc__)
    customers.add_argument("file", metavar="FILE.csv", help="UTF-8 or Windows-1252; commas, semicolons or tabs")
    customers.add_argument("--dry-run", action="store_true", help="write nothing, only tell what would be done")
    customers.add_argument("--strict", action="store_true", help="write nothing if any row is bad")
    add_config(customers)


def run(arguments: argparse.Namespace) -> int:
    """Import; 1 where a row was bad."""
    with _opened(arguments.file) as file:
        report = asyncio.run(_import(read_config(arguments), arguments, file))
    for error in report.errors:
        where = f"row {error.row}" + (f", {error.column}" if error.column else "")
        print(f"{where}: {error.message}", file=sys.stderr)
    if report.failed > len(report.errors):
        print(f"… and {report.failed - len(report.errors)} more bad rows", file=sys.stderr)
    print(summary(report, arguments.strict))
    return 1 if report.failed else 0


def summary(report: Report, strict: bool) -> str:
    """What was done, in a line or three."""
    done = f"{report.rows} rows: {report.created} new, {report.updated} changed, {report.unchanged} as they were"
    lines = [f"{done}, {report.failed} bad"]
    if report.ignored_columns:
        lines.append("columns that were not read: " + ", ".join(report.ignored_columns))
    if report.dry_run:
        strictly = strict and report.failed
        lines.append("nothing was written" + (": --strict wants every row good" if strictly else " (dry run)"))
    return "\n".join(lines)


async def _import(config: Config, arguments: argparse.Namespace, file: BinaryIO) -> Report:
    await migrate(store_url(config))
    async with opened(config) as core:
        try:
            return await import_csv(file, core.customers, core.numbers, arguments.dry_run, SYSTEM, arguments.strict)
        finally:  # also where it broke off: what was written until then is there
            if not arguments.dry_run:
                await set_mark(core.store, WRITTEN_OUTSIDE)


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
