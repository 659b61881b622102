"""`--only-database` leaves out only what cannot come out otherwise on another database, and `--second-database` only what comes out the same on
each and is told by the other; the tests in the browser run only if asked for."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# What a test takes to start a program that has a database.
WITH_A_DATABASE = {"own_database", "CrashTest", "Processes", "Stage", "stage"}
ASKS = ["tests/leads/test_do_not_call.py", "tests/campaigns/test_rundialer.py", "tests/journeys/test_forbidden.py"]
ASKS_NOT = ["tests/leads/test_phone.py", "tests/campaigns/test_pacing.py", "tests/bridge/test_audio.py"]
BOTH = "tests/campaigns/voice_cost/test_old_prices.py"


# All at once in one process: to start one and to import everything is most of the work.
COLLECTING = """
import json, sys, pytest

class Taker:
    def pytest_collection_finish(self, session):
        taken.append([item.nodeid for item in session.items])

taken = []
for arguments in json.loads(sys.argv[1]):
    assert pytest.main(["--collect-only", "-p", "no:cacheprovider", *arguments], plugins=[Taker()]) in (0, 5)  # 5: none was chosen
print("\\n" + json.dumps(taken))
"""
FILES = [*ASKS, *ASKS_NOT, BOTH]
BROWSER = ["tests/browser"]
WAYS = {
    "usual": FILES,
    "only database": ["--only-database", *FILES],
    "second database": ["--second-database", *FILES],
    "browser": ["-m", "browser", *BROWSER],
    "browser, only database": ["-m", "browser", "--only-database", *BROWSER],
    "browser, not asked for": BROWSER,
    "browser, journeys": ["-m", "journey", *BROWSER],
}


@pytest.fixture(scope="module")
def collected() -> dict[str, Counter[str]]:
    """How many tests of each file, by the way they were asked for."""
    command = [sys.executable, "-c", COLLECTING, json.dumps(list(WAYS.values()))]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    taken = json.loads(done.stdout.splitlines()[-1])
    return {way: Counter(node.partition("::")[0] for node in nodes) for way, nodes in zip(WAYS, taken, strict=True)}


def test_it_keeps_every_test_that_may_open_a_database_and_every_journey(collected):
    usual, chosen = collected["usual"], collected["only database"]
    assert set(usual) == {*ASKS, *ASKS_NOT, BOTH}
    assert {file: chosen[file] for file in ASKS} == {file: usual[file] for file in ASKS}
    assert not any(chosen[file] for file in ASKS_NOT)
    assert 0 < usual[BOTH] - chosen[BOTH] < usual[BOTH], "it goes by the test, not by the file"


def test_a_second_database_tells_all_that_asks_none_and_all_that_may_come_out_otherwise_on_it(collected):
    usual, chosen, elsewhere = collected["usual"], collected["second database"], collected["only database"]
    whole = [*ASKS_NOT, *ASKS]  # these ask one for what it refuses, for what others commit meanwhile, and in processes of their own
    assert {file: chosen[file] for file in whole} == {file: usual[file] for file in whole}
    assert all(chosen[file] >= usual[file] - elsewhere[file] for file in FILES), "what is left out is told by the other"


def test_of_what_comes_out_the_same_a_second_database_tells_one_of_each_file(collected):
    n_asking, n_in_all = collected["only database"][BOTH], collected["usual"][BOTH]
    assert collected["second database"][BOTH] == n_in_all - n_asking + 1 < n_in_all


def test_the_tests_in_the_browser_run_only_if_asked_for(collected):
    assert collected["browser"] == collected["browser, only database"] and collected["browser"].total() > 0
    assert not collected["browser, not asked for"] and not collected["browser, journeys"]


def marks(nodes: list[ast.expr]) -> set[str]:
    return {node.attr for given in nodes for node in ast.walk(given) if isinstance(node, ast.Attribute)}


def imported(tree: ast.Module) -> set[str]:
    """What has one of those names in `campaigns` is something else."""
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.name for node in froms if not (node.module or "").startswith("campaigns.") for name in node.names}


def starting_programs_with_a_database() -> Iterator[tuple[str, set[str]]]:
    """Each such test, and its marks."""
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        of_module = [node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"]
        starting = WITH_A_DATABASE & imported(tree)
        for test in ast.walk(tree):
            if not isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef) or not test.name.startswith("test"):
                continue
            if starting and {node.id for node in ast.walk(test) if isinstance(node, ast.Name)} & starting:
                yield f"{path.relative_to(TESTS)}::{test.name}", marks([*of_module, *test.decorator_list])


def test_whoever_starts_programs_with_a_database_is_marked():
    """Such a test opens no database itself, so that its fixtures do not tell."""
    found = dict(starting_programs_with_a_database())
    assert "sautiqual/crash_test/test_command.py::test_the_database_it_made_is_gone_afterwards" in found
    assert [name for name, of_it in found.items() if not of_it & {"journey", "browser", "django_db"}] == []
