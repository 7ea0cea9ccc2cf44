from pathlib import Path

import pytest

from ari_app.dialplan import TEMPLATES, render_lookup
from screenpop.config import Agi


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 4573, "agi://127.0.0.1/lookup"),
        ("10.0.0.5", 5000, "agi://10.0.0.5:5000/lookup"),
        ("::1", 5000, "agi://[::1]:5000/lookup"),
    ],
)
def test_lookup_asks_the_configured_address(host: str, port: int, address: str) -> None:
    assert f" same => n,AGI({address},${{ARG1}})\n" in render_lookup(Agi(host=host, port=port))


def test_every_include_is_in_the_readme() -> None:
    readme = (TEMPLATES / "README.md").read_text()
    missing = [template.name for template in Path(TEMPLATES).glob("*.j2") if f"`{template.name}`" not in readme]
    assert missing == []
