"""The log of who led a call: the database keeps it as it was."""

from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Call, LiveAction, LiveEvent
from campaigns.privacy.words import take_words
from tests.campaigns.handoff.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def action(hot_call) -> LiveAction:
    return LiveAction.objects.create(call=hot_call, kind="whisper", text="Delivery is free.", done_by="Rehema", done_at=at(0))


EDITS = [
    {"id": uuid.uuid4()},
    {"kind": "end_politely"},
    {"text": "Delivery costs."},
    {"rep_name": "Juma"},
    {"done_by": "Juma"},
    {"done_at": at(1)},
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: next(iter(edit)))
def test_it_is_never_edited(action, edit):
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        LiveAction.objects.filter(pk=action.pk).update(**edit)


def test_its_outcome_is_written_once(action):
    LiveAction.objects.update(outcome="said")
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        LiveAction.objects.update(outcome="cut")
    assert LiveAction.objects.get().outcome == "said"


def test_its_words_go_with_those_of_the_call_and_who_spoke_stays(action, hot_call):
    LiveEvent.objects.create(call=hot_call, kind="note.whisper", payload={"whisper_id": "1", "text": "Delivery is free.", "by": "Rehema"})
    assert take_words([hot_call.pk], now=at(9))["whispers"] == 1
    kept = LiveAction.objects.get()
    assert (kept.text, kept.done_by, LiveEvent.objects.filter(kind="note.whisper").count()) == ("", "Rehema", 0)


def test_it_goes_with_its_call(action):
    Call.objects.all().delete()
    assert not LiveAction.objects.exists()
