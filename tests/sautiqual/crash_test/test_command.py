"""What `crash_test` is asked for and refuses, and how its kills are shared out. The kills themselves: tests/journeys/test_crashes.py."""

from __future__ import annotations

import io
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from sautiqual.crash_test.database import own_database
from sautiqual.crash_test.killing import Kills
from sautiqual.crash_test.points import POINTS, Kind


@pytest.mark.parametrize(
    ("options", "words"),
    [({"kills": 0}, "1 or more"), ({"at": ["nowhere"]}, "no step 'nowhere'"), ({"database": "postgres://nobody@127.0.0.1:9/x"}, "cannot be used")],
    ids=["nobody to kill", "an unknown step", "no database server"],
)
def test_it_says_what_is_wrong_before_anything_starts(options: dict[str, object], words: str):
    with pytest.raises(CommandError, match=words):
        call_command("crash_test", **options)


def test_it_lists_its_steps():
    out = io.StringIO()
    call_command("crash_test", "--list", stdout=out)
    assert len(out.getvalue().splitlines()) == len(POINTS)
    assert "dialer   request on the wire" in out.getvalue()


@given(st.integers(1, 500))
def test_every_kill_is_somebodys_and_no_more(n_kills: int):
    kills = Kills.planned(n_kills)
    for kind in Kind:
        while kills.take(kind):
            kills.by_point["any moment"] += 1
    assert kills.are_over and kills.n_done == n_kills


@pytest.mark.django_db  # tried on each database
def test_without_a_database_server_it_works_on_a_file_of_its_own(tmp_path: Path):
    with own_database("sqlite:///var/sautiqual.sqlite3", tmp_path, prefix="crash_test") as url:
        assert url == f"sqlite:///{tmp_path}/crash_test.sqlite3"


@pytest.mark.django_db  # tried on each database
def test_the_database_it_made_is_gone_afterwards(settings, tmp_path: Path):
    at = settings.DATABASES["default"]
    if "postgres" not in at["ENGINE"]:
        pytest.skip("needs PostgreSQL")
    server = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    with own_database(server, tmp_path, prefix="crash_test") as url:
        psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)
