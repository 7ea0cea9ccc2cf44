"""Renders the dialplan includes of `dialplan/` for this site's configuration."""

from collections.abc import Callable, Mapping
from pathlib import Path

import jinja2

from screenpop.config import Agi

TEMPLATES = Path(__file__).parent.parent / "dialplan"
TIMEOUT_SECONDS = 0.9
"""Of the whole question, as the PBX measures it: a little more than Ringdesk's own deadline, below the promised 1 s."""
DEFAULT_PORT = 4573
"""Asterisk's own, where an address names none."""
PAUSE_SECONDS = 15
"""How long a Ringdesk that did not answer is left alone."""


def render_lookup(agi: Agi, *, timeout_seconds: float = TIMEOUT_SECONDS, pause_seconds: int = PAUSE_SECONDS) -> str:
    """The include that asks who calls: `[ringdesk-lookup]`. `agi.host` must be an address the PBX can reach."""
    return _render("lookup", agi, timeout_seconds, pause_seconds)


def render_record(agi: Agi, *, timeout_seconds: float = TIMEOUT_SECONDS, pause_seconds: int = PAUSE_SECONDS) -> str:
    """The include that records: `[ringdesk-record]`."""
    return _render("record", agi, timeout_seconds, pause_seconds)


def _render(capability: str, agi: Agi, timeout_seconds: float, pause_seconds: int) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (no HTML)
    )
    host = f"[{agi.host}]" if ":" in agi.host else agi.host
    address = host if agi.port == DEFAULT_PORT else f"{host}:{agi.port}"
    values = {"address": address, "timeout_seconds": timeout_seconds, "pause_seconds": pause_seconds}
    return environment.get_template(f"{capability}.conf.j2").render(values)


RENDER: Mapping[str, Callable[[Agi], str]] = {"lookup": render_lookup, "record": render_record}
"""Every include by its capability."""
