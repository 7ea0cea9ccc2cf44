"""What the demo says when it is ready."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ari_app.demo.people import MAIN_LINE, SAMPLE_CALLER, SHARED_NUMBER

TEXT = """
Ringdesk is attached to Asterisk {version} and ready.

  Panel       {url}
  Logins        password    who
{logins}

  Sign in as 101, then call from a sample customer's number (the phone rings 6 s, a robot answers, they talk 20 s):
      {ringdesk} demo call --from {caller} --to 101 --data {data_dir}
  --to 600 rings a group, 700 and 701 are queues, {main_line} is the main line; --from 101 --to {caller} calls out.
  --from {shared} is a number of two customers: the card asks who it is.
  The panel has a button that does the same.

  A softphone rings too: SIP user 101 (to 106), password {sip_password}, server 127.0.0.1:{sip_port} over UDP.
  Listening in from the board needs one: register it, then choose its extension in Your settings.
  All of this is in {data_dir}/demo.json. Ctrl-C stops everything.
"""


def command() -> str:
    """How `ringdesk` is called from here."""
    installed = Path(sys.executable).with_name("ringdesk")
    here = Path.cwd()
    return str(installed.relative_to(here) if installed.is_relative_to(here) else installed)


def welcome(demo: Mapping[str, Any], version: str) -> str:
    """The text for the terminal."""
    logins = "\n".join(f"    {each['login']:<12}{each['password']:<12}{each['name']}" for each in demo["logins"])
    words = {key: demo[key] for key in ("url", "data_dir", "sip_port")}
    secret = demo["sip"][0]["password"]
    number = version.partition("+")[0].partition("~")[0]
    return TEXT.format(
        ringdesk=command(),
        **words,
        version=number,
        logins=logins,
        sip_password=secret,
        caller=SAMPLE_CALLER,
        main_line=MAIN_LINE,
        shared=SHARED_NUMBER,
    )
