"""Analyse a recording and print the whole report as JSON: figures of both sides, and who said what.

FILE has two channels, the agent's side first; or FILE is the agent's side and FILE2 the other. Any format that FFmpeg
reads will do.
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from screenpop.analysis import tracker_store
from screenpop.analysis.tracker_defaults import defaults
from screenpop.analysis.tracking import Tracker
from screenpop.config import Analysis, Config
from screenpop.config_file import find, load
from screenpop.core import store_url
from screenpop.errors import BadConfiguration, RingdeskError
from screenpop.store.engine import Store

SUMMARY = "analyse a recording and print the report"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ringdesk analyse`."""
    parser.add_argument("file", metavar="FILE", help="the recording, or the agent's side of it")
    parser.add_argument("other", metavar="FILE2", nargs="?", help="the other side")
    parser.add_argument("--engine", metavar="NAME", help="what writes the transcript: faster-whisper, vosk, openai …")
    parser.add_argument("--model", metavar="MODEL", help="its model: a folder or a name")
    parser.add_argument("--language", metavar="CODE", help="what is spoken, as en or de; else it is found out")
    parser.add_argument("--no-transcript", action="store_true", help="figures from sound alone")
    parser.add_argument("--config", default="", metavar="FILE", help="the configuration, for [analysis]")


def run(arguments: argparse.Namespace) -> int:
    """Print the report; its progress goes to stderr."""
    from ari_app.analysis.engines import make_engine
    from ari_app.analysis.report import analyse
    from ari_app.analysis.sound import read_sound
    from screenpop.analysis.words import enrich

    config = _config(arguments)
    settings = _settings(arguments, config)
    sound = read_sound(arguments.file, arguments.other)
    engine = make_engine(settings)
    try:
        report = enrich(analyse(sound, engine, settings.language, progress=_say), _trackers(config))
    except RingdeskError:
        _end_line()
        raise
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    return 0


def _say(share: float) -> None:
    sys.stderr.write(f"\ranalysed {share:4.0%}{'' if share < 1 else chr(10)}")
    sys.stderr.flush()


def _end_line() -> None:
    """So that the reason stands on a line of its own."""
    sys.stderr.write("\n")


def _config(arguments: argparse.Namespace) -> Config | None:
    """The configuration, where there is one."""
    try:
        return load(find(arguments.config, os.environ), os.environ)
    except BadConfiguration:
        if arguments.config:
            raise
        return None


def _settings(arguments: argparse.Namespace, config: Config | None) -> Analysis:
    """What the configuration says, where the arguments do not say otherwise."""
    settings = config.analysis if config else Analysis()
    asked: dict[str, Any] = {
        name: value for name in ("engine", "model", "language") if (value := getattr(arguments, name)) is not None
    }
    if arguments.no_transcript:
        asked["engine"] = "none"
    return msgspec.structs.replace(settings, **asked)


def _trackers(config: Config | None) -> list[Tracker]:
    """The site's own; without a database those that every site begins with."""
    if config is not None and (Path(config.server.data_dir) / "ringdesk.db").exists():
        return asyncio.run(_kept(config))
    shipped = defaults(config.site.locale if config else "en")
    return [msgspec.structs.replace(each, id=each.name) for each in shipped]


async def _kept(config: Config) -> list[Tracker]:
    store = Store.open(store_url(config))
    try:
        async with store.read() as tx:
            return list(await tracker_store.all_of(tx))
    finally:
        await store.close()
