"""`--only-database` leaves out only what cannot come out otherwise on another database; the tests in the browser run only if asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
# What a test takes to start a program that has a database.
WITH_A_DATABASE = {"own_database", "CrashTest", "Processes", "Stage", "stage"}
ASKS = ["tests/leads/test_do_not_call.py", "tests/campaigns/test_rundialer.py", "tests/journeys/test_forbidden.py"]
ASKS_NOT = ["tests/leads/test_phone.py", "tests/campaigns/test_pacing.py", "tests/bridge/test_audio.py"]
BOTH = "tests/campaigns/voice_cost/test_old_prices.py"


def collected(*options: str) -> Counter[str]:
    """How many tests of each file."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", *options, *ASKS, *ASKS_NOT, BOTH]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    return Counter(line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line)


def test_it_keeps_every_test_that_may_open_a_database_and_every_journey():
    usual, chosen = collected(), collected("--only-database")
    assert set(usual) == {*ASKS, *ASKS_NOT, BOTH}
    assert {file: chosen[file] for file in ASKS} == {file: usual[file] for file in ASKS}
    assert not any(chosen[file] for file in ASKS_NOT)
    assert 0 < usual[BOTH] - chosen[BOTH] < usual[BOTH], "it goes by the test, not by the file"


def test_the_tests_in_the_browser_run_only_if_asked_for():
    assert collected_in_browser("-m", "browser") == collected_in_browser("-m", "browser", "--only-database") > 0
    assert collected_in_browser() == collected_in_browser("-m", "journey") == 0


def collected_in_browser(*options: str) -> int:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", *options, "tests/browser"]
    done = subprocess.run(command, cwd=TESTS.parent, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in (0, 5), done.stdout[-2000:]  # 5: none was chosen
    return sum("::" in line for line in done.stdout.splitlines())


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
        for test in ast.walk(tree):
            if not isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef) or not test.name.startswith("test"):
                continue
            if {node.id for node in ast.walk(test) if isinstance(node, ast.Name)} & WITH_A_DATABASE & imported(tree):
                yield f"{path.relative_to(TESTS)}::{test.name}", marks([*of_module, *test.decorator_list])


def test_whoever_starts_programs_with_a_database_is_marked():
    """Such a test opens no database itself, so that its fixtures do not tell."""
    found = dict(starting_programs_with_a_database())
    assert "sautiqual/crash_test/test_command.py::test_the_database_it_made_is_gone_afterwards" in found
    assert [name for name, of_it in found.items() if not of_it & {"journey", "browser", "django_db"}] == []
