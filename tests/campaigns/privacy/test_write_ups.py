"""What reps wrote of their talks is about the callee: it goes when what was said goes, is handed out, and is erased with them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from campaigns.models import Call, Handoff, Reservation, WrapUp
from campaigns.privacy.erasing import erase
from campaigns.privacy.exporting import export_person
from campaigns.privacy.keeping import keep_now
from tests.campaigns.handoff.conftest import make_rep
from tests.campaigns.privacy.conftest import DAY
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

ASHA = "+254712123401"


@pytest.fixture
def written(spoken: Call) -> WrapUp:
    handoff = Handoff.objects.create(call=spoken, strategy="dial", status="bridged", offered_at=NOW, ended_at=NOW)
    rep = make_rep("Rehema", "+254722000011", spoken.campaign)
    talk = Reservation.objects.create(handoff=handoff, rep=rep, status="completed", offered_at=NOW, ended_at=NOW)
    words = {"next_step": "Ring her sister", "notes": "Her sister decides."}
    return WrapUp.objects.create(reservation=talk, disposition="won", was_hot=True, follow_up_on=date(2026, 12, 1), saved_at=NOW, **words)


def counts_of_keeping(days: int) -> Any:
    return keep_now(NOW + days * DAY, by="mosi").counts


def test_the_words_go_with_the_call_and_what_came_of_it_stays(written):
    assert counts_of_keeping(365)["write_ups"] == 1
    written.refresh_from_db()
    assert (written.next_step, written.notes) == ("", "")
    assert (written.disposition, written.was_hot, written.follow_up_on) == ("won", True, date(2026, 12, 1))


@pytest.mark.parametrize("emptied", ["next_step", "notes"])
def test_one_of_the_two_is_enough_to_be_found(written, emptied):
    WrapUp.objects.update(**{emptied: ""})
    assert counts_of_keeping(365)["write_ups"] == 1
    assert not WrapUp.objects.exclude(next_step="", notes="").exists()


def test_before_the_period_is_over_they_stay(written):
    assert "write_ups" not in counts_of_keeping(364)
    written.refresh_from_db()
    assert written.notes == "Her sister decides."


def test_whoever_asks_gets_them(written):
    held = json.loads(json.dumps(export_person(ASHA, by="mosi", now=NOW)))
    [talk] = held["lead"]["call"][0]["handoff"][0]["reservation"]
    assert (talk["wrapup"][0]["notes"], talk["wrapup"][0]["next_step"]) == ("Her sister decides.", "Ring her sister")


def test_they_are_erased_with_the_person(written):
    erase(ASHA, by="mosi", now=NOW + timedelta(hours=1))
    assert not WrapUp.objects.exists() and not Reservation.objects.exists()
