"""Bring the database to the state that this version of Ringdesk needs.

`ringdesk run` does this by itself at its start; use the command to do it ahead, or to look (--check). All happens
in one transaction: where something fails, the database stays as it was.
"""

import argparse

from ari_app.commands.options import add_config, read_config
from ari_app.migrate import current, head, upgrade
from screenpop.store.engine import default_url

SUMMARY = "bring the database to this version's state"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk migrate`."""
    add_config(parser)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 where the database is not in this version's state"
    )


def run(arguments: argparse.Namespace) -> int:
    """Upgrade, or look."""
    url = default_url(read_config(arguments).server.data_dir)
    before = current(url)
    if arguments.check:
        return _check(before)
    after = upgrade(url)
    print(f"the database is at revision {after}" + (" already" if before == after else f", it was {before or 'empty'}"))
    return 0


def _check(before: str) -> int:
    if before == head():
        print(f"the database is at revision {before}, as it should be")
        return 0
    print(
        f"the database is {f'at revision {before}' if before else 'empty'}, it should be at {head()}: ringdesk migrate"
    )
    return 1
