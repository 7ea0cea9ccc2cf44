"""Collect and analyse recordings: what the service has its own workers do, in this process.

The service starts workers as they are needed. Start more by hand where recordings come in faster than they are
analysed. Each ends when nothing is left to do.
"""

import argparse
import asyncio
import logging

from ari_app.commands.options import add_config, read_config

SUMMARY = "collect and analyse recordings in this process"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk worker`."""
    add_config(parser)
    parser.add_argument("--stay", action="store_true", help="wait for more when nothing is left to do")
    parser.add_argument("--for-the-service", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Work until nothing is left."""
    from ari_app import worker
    from ari_app.logs import set_up_logging
    from ari_app.workshop import name_by_hand

    worker.step_back()
    set_up_logging(logging.INFO)
    if arguments.for_the_service:
        asyncio.run(worker.serve_the_service())
        return 0
    config = read_config(arguments)
    asyncio.run(
        worker.work(config, name_by_hand(), None) if arguments.stay else worker.work_off(config, name_by_hand())
    )
    return 0
