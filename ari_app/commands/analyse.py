"""Analyse a recording and print the whole report as JSON: figures of both sides, and who said what.

FILE has two channels, the agent's side first; or FILE is the agent's side and FILE2 the other. Any format that FFmpeg
reads will do.
"""

import argparse
import os
import sys
from typing import Any

import msgspec

from screenpop.config import Analysis
from screenpop.config_file import find, load
from screenpop.errors import BadConfiguration

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

    settings = _settings(arguments)
    sound = read_sound(arguments.file, arguments.other)
    engine = make_engine(settings)
    report = analyse(sound, engine, settings.language, progress=_say)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    return 0


def _say(share: float) -> None:
    sys.stderr.write(f"\ranalysed {share:4.0%}{'' if share < 1 else chr(10)}")
    sys.stderr.flush()


def _settings(arguments: argparse.Namespace) -> Analysis:
    """What the configuration says, where there is one, and the arguments say otherwise."""
    try:
        settings = load(find(arguments.config, os.environ), os.environ).analysis
    except BadConfiguration:
        if arguments.config:
            raise
        settings = Analysis()
    asked: dict[str, Any] = {
        name: value for name in ("engine", "model", "language") if (value := getattr(arguments, name)) is not None
    }
    if arguments.no_transcript:
        asked["engine"] = "none"
    return msgspec.structs.replace(settings, **asked)
