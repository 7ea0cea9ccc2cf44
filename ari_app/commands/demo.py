"""A whole sample site on this machine: `up` starts it (the default), `call` places a real call in it."""

import argparse
import asyncio
import contextlib
import os
from pathlib import Path

from ari_app.demo.calls import DemoCalls
from ari_app.demo.people import AGENTS, PLACES, has_phone
from ari_app.demo.robots import Plan
from ari_app.demo.up import up

SUMMARY = "a sample site with an Asterisk of its own, and calls in it"
PORT = 8090
FROM = "who calls: +442079460123, anonymous; or 101 to let the agent call outside"
TO = "who is called: an agent (101 to 106), a group (600), a queue (700, 701), a line of the company"
RING = "seconds until a robot answers (default: %(default)g)"
TALK = "seconds until the caller hangs up (default: %(default)g)"
NO_ANSWER = "no robot answers; the caller gives up after --ring seconds"
STAGES = {
    "calling": "calling {to} from {from_number} …",
    "ringing": "it rings",
    "answered": "answered",
    "ended": "the call is over",
    "not_answered": "nobody answered",
    "busy": "busy",
    "refused": "the PBX did not put it through",
}
NOBODY = "nobody has {to}; there are " + ", ".join(place.number for place in PLACES)
EXTENSIONS = frozenset(agent.extension for agent in AGENTS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk demo`."""
    parser.set_defaults(action="up", data=default_folder(), port=PORT)
    _add_data(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    starting = actions.add_parser("up", help="start Asterisk, robot phones, the sample company and Ringdesk")
    _add_data(starting)
    starting.add_argument("--port", type=int, default=PORT, help="where the panel listens (default: %(default)s)")
    _add_call(actions.add_parser("call", help="place a call through the demo's Asterisk to a robot phone"))


def _add_call(parser: argparse.ArgumentParser) -> None:
    plan = Plan("", "")
    _add_data(parser)
    parser.add_argument("--from", dest="from_number", help=FROM, required=True, metavar="NUMBER")
    parser.add_argument("--to", help=TO, required=True, metavar="EXTENSION")
    parser.add_argument("--name", default="", metavar="TEXT", help="the name that the caller's provider shows")
    parser.add_argument("--ring", type=float, default=plan.ring, metavar="S", help=RING)
    parser.add_argument("--talk", type=float, default=plan.talk, metavar="S", help=TALK)
    parser.add_argument("--no-answer", dest="answer", action="store_false", help=NO_ANSWER)


def _add_data(parser: argparse.ArgumentParser) -> None:
    words = f"where the demo keeps its data (default: {default_folder()})"
    parser.add_argument("--data", type=Path, default=argparse.SUPPRESS, metavar="DIR", help=words)


def default_folder() -> Path:
    """$RINGDESK_DEMO, else `.demo` here."""
    return Path(os.environ.get("RINGDESK_DEMO") or ".demo")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the two."""
    data = arguments.data.resolve()
    if arguments.action == "call":
        plan = Plan(
            arguments.from_number, arguments.to, arguments.name, arguments.ring, arguments.talk, arguments.answer
        )
        return asyncio.run(call(DemoCalls(data), plan))
    return asyncio.run(up(data, arguments.port))


async def call(calls: DemoCalls, plan: Plan) -> int:
    """Place the call and tell how it goes; 0 when it went as it was planned."""
    stage = ""
    async with contextlib.aclosing(calls.follow(plan)) as stages:
        async for stage in stages:
            print(_told(stage, plan), flush=True)
    return 0 if stage == ("ended" if plan.answer else "not_answered") else 1


def _told(stage: str, plan: Plan) -> str:
    if stage == "refused" and not has_phone(plan.to) and plan.from_number not in EXTENSIONS:
        return NOBODY.format(to=plan.to)
    return STAGES[stage].format(to=plan.to, from_number=plan.from_number)
