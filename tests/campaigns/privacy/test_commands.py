"""At the terminal: what goes is said first, and the words are those of a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import BusinessClock, Call, PrivacyAct, Recording
from leads.do_not_call import is_on_do_not_call
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.campaigns.privacy.conftest import A_YEAR_ON

pytestmark = pytest.mark.django_db

ASHA = "+254712123401"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, no_color=True)
    return out.getvalue()


@pytest.fixture
def a_year_on(spoken: Call) -> None:
    """Commands read the clock that the database keeps."""
    BusinessClock.objects.create(offset_s=(A_YEAR_ON - datetime.now(UTC)).total_seconds())


def test_a_dry_run_says_what_would_go(a_year_on):
    assert "Would be deleted:\n  1 calls whose recording and transcript went" in run("keep_to_retention", "--dry-run")
    assert Recording.objects.exists() and not PrivacyAct.objects.exists()


def test_a_run_says_what_went(a_year_on):
    told = run("keep_to_retention")
    assert "Deleted for good:" in told and "1 recordings" in told
    assert not Recording.objects.exists()
    assert run("keep_to_retention") == "Nothing is past its period.\n"


def test_a_program_reads_json(a_year_on):
    told = json.loads(run("keep_to_retention", "--json"))
    assert told == {"is_dry_run": False, "counts": {"calls": 1, "recordings": 1, "turns": 1, "quotes": 1, "live_events": 1}}


def test_erasing_asks_first_and_takes_only_the_word_for_it(spoken, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _prompt: "y")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("erase_person", ASHA)
    monkeypatch.setattr("builtins.input", lambda _prompt: "erase")
    told = run("erase_person", ASHA)
    assert told.index("This cannot be undone") < told.index("Erased:")
    assert "the lead, 1 call, 1 recording, 1 turn of a transcript, 1 answer" in told and not Lead.objects.exists()


def test_a_program_says_yes_beforehand(asha):
    assert "may be called again" in run("erase_person", "+254 712 123401", "--yes", "--may-be-called-again")
    assert not is_on_do_not_call(ASHA)


def test_what_is_in_the_way_is_said_before_anybody_is_asked(campaign, asha):
    live_call(campaign, asha)
    with pytest.raises(CommandError, match="going on"):
        run("erase_person", ASHA)


@pytest.mark.parametrize("command", [("erase_person", "12", "--yes"), ("export_person", "12", "--output", "x")], ids=["erase", "export"])
def test_what_is_no_number_is_said(db, command):
    with pytest.raises(CommandError):
        run(*command)


def test_an_export_is_a_file_for_its_owner_alone(spoken, tmp_path):
    output = tmp_path / "asha.json"
    assert "the lead, 1 calls" in run("export_person", ASHA, "--output", str(output))
    assert json.loads(output.read_text())["phone"] == ASHA and output.stat().st_mode & 0o077 == 0


def test_an_export_overwrites_nothing(spoken, tmp_path: Path):
    output = tmp_path / "kept"
    output.write_text("mine")
    with pytest.raises(CommandError, match="does not exist yet"):
        run("export_person", ASHA, "--output", str(output))
    assert output.read_text() == "mine" and not PrivacyAct.objects.exists()
