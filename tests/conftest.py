"""How the tests are shared out among processes, and how examples are made up."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ringdesk", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("ringdesk")  # the same examples each time, however long a busy machine takes for one

TOGETHER = frozenset(
    {
        "tests/pbx/test_agi.py",
        "tests/pbx/test_analysis_accuracy.py",
        "tests/pbx/test_recording.py",
        "tests/screenpop/recordings/test_archive.py",
    }
)
"""Files whose tests share something that is slow to make: one process has all tests of such a file."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give out single tests, but those of TOGETHER by file. (The marks of xdist itself, `xdist_group`, do nothing with
    pytest 9.2: it no longer keeps the name that they change.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ByFileWhereNeeded(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in TOGETHER else nodeid

    return ByFileWhereNeeded(config, log)
