"""Print the dialplan include of a capability, filled in for this site's configuration.

`ringdesk dialplan lookup > /etc/asterisk/ringdesk-lookup.conf`, then `#include ringdesk-lookup.conf` in
extensions.conf; `record` is the other one. Ringdesk's own machine is meant by --host, as the PBX reaches it.
"""

import argparse
import sys

import msgspec

from ari_app.commands.options import add_config, read_config
from ari_app.dialplan import RENDER

SUMMARY = "print a dialplan include"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk dialplan`."""
    parser.add_argument(
        "capability", choices=list(RENDER), help="lookup: ask who calls before the phones ring; record: record calls"
    )
    parser.add_argument("--host", default="", help="Ringdesk's address as the PBX reaches it; else agi.host")
    add_config(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the include to standard output."""
    agi = read_config(arguments).agi
    sys.stdout.write(RENDER[arguments.capability](msgspec.structs.replace(agi, host=arguments.host or agi.host)))
    return 0
