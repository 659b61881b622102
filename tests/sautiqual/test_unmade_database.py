"""Every command of ours that needs tables says so in one sentence when there are none, each against a real database that was never migrated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from leads.management.tables import TableCommand, demand_tables
from sautiqual.settings import BASE_DIR

OURS = {name for name, app in get_commands().items() if app in {"leads", "campaigns", "bridge", "sautiqual"}}
MAKE_THEIR_OWN = {
    "run",
    "demo",
    "crash_test",
    "bench_dialing",
    "bench_first_word",
    "simulate_handoffs",
}  # by migrating, or in a database of their own
NEED_NONE = {
    "bench_turns", "bench_voice_sdk", "check_voice", "render_utterances", "simulator", "supervise_clips", "voice_faults",
}  # fmt: skip
ASKS_ITSELF = {"check_line", "db_worker", "judge"}  # what is simulated has a database of its own, the rest reads ours
WORDS = {
    "acknowledge_pack": ["KE", "--by", "mosi"],
    "bench_pages": [],
    "check_evidence": ["pack.json"],
    "check_line": ["--line", "+254711000001", "--rep", "Rehema"],
    "confirm_holiday": [],
    "create_api_key": ["CRM"],
    "db_worker": [],
    "erase_person": ["+254712000001"],
    "evidence_pack": ["--phone", "+254712000001", "--out", "packs"],
    "export_person": ["+254712000001", "--output", "person.zip"],
    "import_do_not_call": ["list.csv", "--origin", "registry"],
    "import_leads": ["list.csv", "--market", "KE"],
    "judge": ["--since", "2026-11-24"],
    "keep_to_retention": [],
    "make_volume": [],
    "preflight": ["Acme"],
    "prepare_clips": ["Acme"],
    "price_calls": [],
    "route_number": ["+254711000001"],
    "rundialer": [],
    "tally_days": [],
    "stop_all": ["--why", "a fire"],
    "why": ["+254712000001"],
}
ASKED_ALL = """
import json, sys
import django
from django.core.management import CommandError, call_command
django.setup()
said = {}
for name, words in json.loads(sys.argv[1]).items():
    try:
        call_command(name, *words)
    except CommandError as refused:
        said[name] = [str(refused), refused.returncode]
    except Exception as mishap:
        said[name] = [type(mishap).__name__, None]
print(json.dumps(said))
"""


def on(database: str, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sautiqual.settings", "DATABASE_URL": database}
    return subprocess.run([sys.executable, *command], cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=180, check=False)


def test_each_command_of_ours_is_known_here_to_need_tables_or_none():
    need_tables = {name for name in OURS if isinstance(load_command_class(get_commands()[name], name), TableCommand)}
    assert need_tables | ASKS_ITSELF == set(WORDS)
    assert OURS - set(WORDS) == MAKE_THEIR_OWN | NEED_NONE


def test_without_tables_each_names_the_mend_and_fails(tmp_path: Path):
    done = on(f"sqlite:///{tmp_path}/new.sqlite3", "-c", ASKED_ALL, json.dumps(WORDS))
    said = json.loads(done.stdout.splitlines()[-1])
    mend = f"The database “{tmp_path}/new.sqlite3” has no tables yet, or not all of this version. Make them with `manage.py migrate`, then try again."
    assert said == {name: [mend, 2 if name == "judge" else 1] for name in WORDS}


def test_on_the_command_line_it_is_one_line_and_a_status(tmp_path: Path):
    done = on(f"sqlite:///{tmp_path}/new.sqlite3", "manage.py", "why", "+254712000001")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert [line for line in done.stderr.splitlines() if "migrate" in line] == [done.stderr.splitlines()[-1]]


def test_a_database_that_is_away_is_said_in_one_sentence_too(tmp_path: Path):
    done = on(f"sqlite:///{tmp_path}/no/folder/here.sqlite3", "manage.py", "price_calls")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "cannot be reached" in done.stderr


@pytest.mark.django_db
def test_with_its_tables_a_database_is_asked_no_further():
    demand_tables()
    with pytest.raises(CommandError, match="Digits are missing"):
        call_command("why", "1")
