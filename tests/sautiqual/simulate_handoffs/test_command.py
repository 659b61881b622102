"""`simulate_handoffs`: what it refuses, and a small shift to its end, in processes with a database of their own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from sautiqual.settings import BASE_DIR


@pytest.mark.parametrize(
    ("options", "words"),
    [({"leads": 0}, "from 1"), ({"reps": 0}, "from 1"), ({"database": "postgres://nobody@127.0.0.1:9/x"}, "cannot be used")],
    ids=["no lead", "no rep", "no database server"],
)
def test_it_says_what_is_wrong_before_anything_starts(options: dict[str, object], words: str):
    with pytest.raises(CommandError, match=words):
        call_command("simulate_handoffs", **options)


@pytest.mark.journey
def test_in_a_small_shift_every_lead_comes_to_an_end_and_cards_are_seen():
    command = [sys.executable, "manage.py", "simulate_handoffs", "--leads", "20", "--reps", "3", "--seed", "3", "--json"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=540, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert set(found) == {"leads", "without_end", "accepted", "promised", "declined", "p95_card_ms"}
    assert (found["leads"], found["without_end"]) == (20, 0)
    assert found["accepted"] + found["promised"] + found["declined"] == 20
    assert found["accepted"] > 0 and found["p95_card_ms"] > 0
