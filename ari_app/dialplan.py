"""Renders the dialplan includes of `dialplan/` for this site's configuration."""

from pathlib import Path

import jinja2

from screenpop.config import Agi

TEMPLATES = Path(__file__).parent.parent / "dialplan"
TIMEOUT_SECONDS = 0.9
"""Of the whole question, as the PBX measures it: a little more than Ringdesk's own deadline, below the promised 1 s."""
PAUSE_SECONDS = 15
"""How long a Ringdesk that did not answer is left alone."""


def render_lookup(agi: Agi, *, timeout_seconds: float = TIMEOUT_SECONDS, pause_seconds: int = PAUSE_SECONDS) -> str:
    """The include that asks who calls: `[ringdesk-lookup]`. `agi.host` must be an address the PBX can reach."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 (no HTML)
    )
    host = f"[{agi.host}]" if ":" in agi.host else agi.host
    values = {"host": host, "port": agi.port, "timeout_seconds": timeout_seconds, "pause_seconds": pause_seconds}
    return environment.get_template("lookup.conf.j2").render(values)
