"""Look at every requirement of a good attachment: one line each, with what to do about it.

Exit code: 0 when Ringdesk can do its job (there may be WARN lines), 1 when a line says FAIL.
"""

import argparse
import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path

from ari_app.check import Finding, failed
from ari_app.check_all import check
from ari_app.commands.options import add_config
from screenpop.config_file import find, load

SUMMARY = "look at everything that a good attachment needs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON list of objects: level, what, text, remedy")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 when one of them is a FAIL."""
    path = find(arguments.config, os.environ)
    findings = asyncio.run(check(load(path, os.environ), Path(path)))
    print(_json(findings) if arguments.json else "\n".join(finding.line() for finding in findings))
    return int(failed(findings))


def _json(findings: list[Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings], indent=2)
