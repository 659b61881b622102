"""Whoever asks what we hold on them gets all of it, and no key to anything."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db import models

from campaigns.models import Call, Handoff, PrivacyAct, Recording
from campaigns.privacy.erasing import erase
from campaigns.privacy.exporting import export_person
from leads.models import Lead
from tests.campaigns.console import SOUND
from tests.campaigns.privacy.conftest import file_of
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

ASHA = "+254712123401"


def exported(phone: str = ASHA) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(json.dumps(export_person(phone, by="mosi", now=NOW)))
    return held


def test_it_holds_the_lead_the_consent_and_the_call_with_all_that_was_said(spoken):
    lead = exported()["lead"]
    assert (lead["phone"], lead["name"], lead["market"]) == (ASHA, "Asha", "KE")
    assert lead["consentrecord"][0]["wording"].startswith("I agree")
    [call] = lead["call"]
    assert call["turn"][0]["text"] == "about sixty" and call["answer"][0]["value"] == 60
    assert call["dialdecision"][0]["is_allowed"] is True and call["liveevent"]


def test_the_recording_is_in_it(spoken):
    [recording] = exported()["lead"]["call"][0]["recording"]
    assert base64.b64decode(recording["audio_base64"]) == SOUND


def test_a_file_that_is_gone_is_said_to_be(spoken):
    file_of(spoken).unlink()
    assert exported()["lead"]["call"][0]["recording"][0]["audio_base64"] is None


def test_what_is_below_a_hand_off_is_in_it(spoken):
    Handoff.objects.create(call=spoken, strategy="dial", status="bridged", offered_at=NOW)
    assert exported()["lead"]["call"][0]["handoff"][0]["staffcall"] == []


def test_no_token_of_a_call_leaves_the_house(spoken):
    Call.objects.update(answer_token="secret-answer", stream_token="secret-stream")
    assert "secret" not in json.dumps(exported())


def test_nothing_of_others_is_in_it(spoken, baraka, chiku):
    held = json.dumps(exported())
    assert baraka.phone not in held and chiku.phone not in held and str(chiku.pk) not in held


def test_whatever_goes_with_a_lead_is_in_the_export_of_a_lead(spoken):
    """A table that is added later is not forgotten."""
    below = {one.related_model._meta.model_name for one in Call._meta.related_objects if getattr(one, "on_delete", None) is models.CASCADE}
    assert below <= set(exported()["lead"]["call"][0])


def test_who_was_erased_learns_what_is_left(spoken):
    erase(ASHA, by="mosi", now=NOW)
    held = exported()
    assert held["lead"] is None and Lead.objects.count() == 0
    assert [len(held[name]) for name in ("do_not_call", "attempts_before_erasure", "consents_before_erasure", "privacy_acts")] == [1, 1, 1, 1]
    assert "dispatch" in {entry["kind"] for entry in held["flight_record"]}


def test_of_somebody_unknown_nothing_is_held(db):
    held = exported("+254712123499")
    assert held["lead"] is None and not any(held[name] for name in ("do_not_call", "flight_record", "console_history"))


def test_who_asked_for_it_stays_on_record(spoken):
    exported()
    assert PrivacyAct.objects.get().kind == "export" and Recording.objects.exists()
