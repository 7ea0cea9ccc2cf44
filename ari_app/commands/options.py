"""What several commands have in common: `--config FILE`."""

import argparse
import os

from screenpop.config import Config
from screenpop.config_file import find, load


def add_config(parser: argparse.ArgumentParser) -> None:
    """Give the command `--config FILE`."""
    parser.add_argument(
        "--config",
        default="",
        metavar="FILE",
        help="the configuration; else $RINGDESK_CONFIG, ./ringdesk.toml or /etc/ringdesk/ringdesk.toml",
    )


def read_config(arguments: argparse.Namespace) -> Config:
    """The configuration meant by `--config` and the environment. Raises BadConfiguration."""
    return load(find(arguments.config, os.environ), os.environ)
