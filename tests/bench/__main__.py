"""python -m tests.bench [--quick] [NAME ...]: run the benchmarks, print their table, write docs/benchmarks.md."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.apart import run_apart
from tests.bench.machine import facts
from tests.bench.table import page

BENCHES = {
    "pop": "From the PBX's event to the painted card",
    "ami": "AMI events",
    "lookup": "Caller lookup",
    "call_log": "Searches in the call log",
    "agi": "FastAGI",
    "asterisk": "Asterisk's own call rate",
    "hub": "Fan-out to open panels",
    "fanout": "Fan-out beside nginx's nchan module",
    "analysis": "Analysis of a call",
    "service": "The service at rest",
}
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; the page is written only when all were run in full."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(BENCHES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="little work, one run: shows that it runs, not how fast")
    asked = parser.parse_args(arguments)
    unknown = set(asked.names) - set(BENCHES)
    if unknown:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    machine = facts()
    results = {BENCHES[name]: run_apart(name, asked.quick) for name in asked.names or BENCHES}
    text = page(results, machine)
    print(text)
    if not asked.names and not asked.quick:
        PAGE.write_text(text)
        print(f"written to {PAGE}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
