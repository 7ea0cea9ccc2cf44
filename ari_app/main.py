"""The `ringdesk` command: one module of `ari_app.commands` for each word, loaded when it is asked for."""

import argparse
import importlib
import sys
from collections.abc import Iterable, Sequence

from screenpop.errors import RingdeskError

COMMANDS = {
    "init": "ari_app.commands.init",
    "run": "ari_app.compose",
    "check": "ari_app.commands.check",
    "replay": "ari_app.commands.replay",
    "lookup": "ari_app.commands.lookup",
    "user": "ari_app.commands.user",
    "import": "ari_app.commands.import_",
    "migrate": "ari_app.commands.migrate",
    "dialplan": "ari_app.commands.dialplan",
    "analyse": "ari_app.commands.analyse",
    "worker": "ari_app.commands.worker",
    "demo": "ari_app.commands.demo",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 a clear no (its reason on stderr), 2 wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = given[:1] if given and given[0] in COMMANDS else list(COMMANDS)
    parsed = _parser(words).parse_args(given)
    try:
        return int(parsed.run(parsed))
    except RingdeskError as error:
        print(f"ringdesk {parsed.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _parser(words: Iterable[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ringdesk", description="The caller's card on the agent's screen.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for word in words:
        module = importlib.import_module(COMMANDS[word])
        command = commands.add_parser(word, help=module.SUMMARY, description=module.__doc__)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
