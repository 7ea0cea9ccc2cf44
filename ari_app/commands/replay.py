"""Run a recorded AMI event stream through the call tracker and print what it makes of it, one JSON object a line.

FILE is raw AMI text as read from the socket, a JSON list of events, or JSON lines. This is how a trace that shows
something odd is looked at, and how it becomes a test.
"""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

from ari_app.logs import set_up_logging
from ari_app.replay import read_trace, replay
from screenpop.agents.directory import Directory
from screenpop.calls.tracker import Tracker
from screenpop.config import Config
from screenpop.config_file import load
from screenpop.errors import BadInput

SUMMARY = "feed a recorded AMI stream to the call tracker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk replay`."""
    parser.add_argument("file", metavar="FILE", help="the trace; - reads standard input")
    parser.add_argument(
        "--agents",
        metavar="LIST",
        help="the agents' extensions, each with its devices where they are not named after it: "
        "101,102=SIP/150010002+PJSIP/102-web; without it the configuration's are used",
    )
    parser.add_argument("--trunks", metavar="LIST", help="devices that lead outside: PJSIP/provider,DAHDI/i1")
    parser.add_argument("--config", metavar="FILE", help="the configuration file")


def run(arguments: argparse.Namespace) -> int:
    """Print the facts of a trace."""
    set_up_logging(logging.WARNING)
    config = _config(arguments)
    messages = read_trace(_read(arguments.file))
    if not any("Event" in message for message in messages):
        raise BadInput(f"{arguments.file} holds no AMI event")
    trunks = arguments.trunks.split(",") if arguments.trunks else config.site.trunks
    tracker = Tracker(_directory(arguments.agents, config), [trunk.strip() for trunk in trunks])
    for fact in replay(messages, tracker):
        sys.stdout.write(json.dumps(fact, ensure_ascii=False) + "\n")
    return 0


def _config(arguments: argparse.Namespace) -> Config:
    if arguments.agents is not None and not arguments.config:
        return Config()
    return load(arguments.config, os.environ)


def _directory(agents: str | None, config: Config) -> Directory:
    if agents is not None:
        return Directory.parse(agents)
    if not config.extensions:
        raise BadInput("no extensions in the configuration: name the agents with --agents 101,102")
    return Directory({extension.number: extension.devices for extension in config.extensions})


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise BadInput(f"cannot read {name}: {error.strerror}") from None
