"""Print the card of a number as JSON: what an agent would see if it called now.

The number may be written in any way: 030 1234567, +49 (0)30 1234567, 0049301234567, tel:+49301234567.
"""

import argparse
import asyncio
import sys
import time

import msgspec

from ari_app.commands.options import add_config, read_config
from ari_app.migrate import migrate
from screenpop.cards.model import Card
from screenpop.config import Config
from screenpop.core import opened, store_url, warm_up
from screenpop.facts import CallView, Party

SUMMARY = "print the card of a number as JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk lookup`."""
    parser.add_argument("number", metavar="NUMBER", help='the caller\'s number; "" is a withheld one')
    parser.add_argument("--name", default="", metavar="TEXT", help="the name that the caller's phone shows")
    parser.add_argument("--line", default="", metavar="NUMBER", help="the number of ours that is called")
    parser.add_argument("--extension", default="", metavar="NUMBER", help="the extension that rings")
    parser.add_argument("--outgoing", action="store_true", help="as if the extension called the number")
    add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the card."""
    card = asyncio.run(_card(read_config(arguments), _view(arguments, time.time()), arguments.extension))
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(card)).decode() + "\n")
    return 0


async def _card(config: Config, view: CallView, extension: str) -> Card:
    await migrate(store_url(config))
    async with opened(config) as core:
        await asyncio.to_thread(warm_up)
        return await core.cards.for_call(view, extension)


def _view(arguments: argparse.Namespace, now: float) -> CallView:
    caller, own = Party(arguments.number, arguments.name), Party(arguments.extension)
    return CallView(
        id="lookup",
        direction="outgoing" if arguments.outgoing else "incoming",
        caller=own if arguments.outgoing else caller,
        to=(arguments.number,) if arguments.outgoing else (arguments.extension,),
        remote=caller,
        line=arguments.line,
        started_at=now,
    )
