"""docs/features.md is honest: every id is there, and one that is done names a test that exists and carries the id."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "features.md"
ROW = re.compile(r"^\| ([A-Z]+[-+]\d\d) \| (.+) \| (done|not yet)(?:: (.+))? \|$")
EXPECTED = {
    "CALL-": 35,
    "ANAL-": 5,
    "WID-": 29,
    "OPR-": 20,
    "ROUTE-": 13,
    "NOTE-": 12,
    "FLOW-": 35,
    "MAIL-": 14,
    "ACL-": 9,
    "LIST-": 12,
    "FAQ-": 8,
    "PORT-": 10,
    "RATE-": 9,
    "REP-": 6,
    "GEN-": 4,
    "CALL+": 13,
    "ANAL+": 20,
    "WID+": 15,
    "OPR+": 6,
    "ROUTE+": 6,
    "MAIL+": 8,
    "FLOW+": 4,
    "LIST+": 2,
    "GEN+": 1,
}


def rows() -> dict[str, tuple[str, str]]:
    """Status and tests by id."""
    found = [ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {match[1]: (match[3], match[4] or "") for match in found if match}


def marked_tests() -> dict[str, set[str]]:
    """The ids that each test carries, by `path::name`."""
    carried: dict[str, set[str]] = {}
    for file in TESTS.rglob("test_*.py"):
        for function, ids in _marks(ast.parse(file.read_text(encoding="utf-8"))):
            carried[f"{file.relative_to(TESTS.parent)}::{function}"] = ids
    return carried


def _marks(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Each test with the ids of its own marks and of the module's `pytestmark`."""
    shared = {one for node in tree.body if isinstance(node, ast.Assign) and _is_pytestmark(node) for one in _ids(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name, shared | {one for mark in node.decorator_list for one in _ids(mark)}


def _is_pytestmark(node: ast.Assign) -> bool:
    return [ast.unparse(target) for target in node.targets] == ["pytestmark"]


def _ids(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.feature":
            yield from (ast.literal_eval(argument) for argument in call.args)


def test_every_id_of_the_contract_is_on_the_page() -> None:
    assert set(rows()) == {f"{area}{number:02}" for area, count in EXPECTED.items() for number in range(1, count + 1)}


def test_done_names_a_test_that_carries_the_id() -> None:
    carried = marked_tests()
    for feature, (status, tests) in rows().items():
        named = re.findall(r"`([^`]+)`", tests)
        assert bool(named) == (status == "done"), f"{feature}: {status} with {named}"
        for test in named:
            assert feature in carried.get(test, set()), f"{feature}: {test} is not there or does not carry it"


def test_ids_carried_by_tests_are_on_the_page() -> None:
    assert set().union(*marked_tests().values()) <= set(rows())
