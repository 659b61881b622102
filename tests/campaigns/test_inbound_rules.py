"""What a caller hears, decided from plain facts; and whose number a platform's word for it is."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from campaigns.inbound_rules import FINISHED, ONLY_ABOUT_RINGING, UNFINISHED, CallerFacts, Treatment, caller_number, may_be_asked, treatment
from campaigns.states import Disposition
from leads.compliance import Reason

ASKABLE = CallerFacts(is_on_dnc=False, is_campaign_open=True, is_finished=False, is_owed_a_rep=False, may_be_asked=True)


def test_a_lead_whose_consent_stands_is_interviewed():
    assert treatment(ASKABLE) is Treatment.INTERVIEW


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"is_on_dnc": True}, Treatment.ON_THE_LIST),
        ({"is_campaign_open": False}, Treatment.NOTHING_MORE),
        ({"is_finished": True}, Treatment.NOTHING_MORE),
        ({"may_be_asked": False}, Treatment.NOTHING_MORE),
        ({"is_finished": True, "is_owed_a_rep": True}, Treatment.INTERVIEW),
        ({"is_finished": True, "is_owed_a_rep": True, "may_be_asked": False}, Treatment.NOTHING_MORE),
    ],
    ids=["on the list", "campaign closed", "finished", "consent gone", "hot, and owed a call back", "owed, but consent gone"],
)
def test_what_keeps_the_questions_away(change: dict, expected: Treatment):
    assert treatment(replace(ASKABLE, **change)) is expected


def test_nobody_is_asked_whose_consent_does_not_stand_whatever_else_is_so():
    for on_dnc, is_open, finished, owed in product([True, False], repeat=4):
        assert treatment(CallerFacts(on_dnc, is_open, finished, owed, may_be_asked=False)) is not Treatment.INTERVIEW
        assert treatment(CallerFacts(True, is_open, finished, owed, may_be_asked=owed)) is Treatment.ON_THE_LIST


@pytest.mark.parametrize("reason", sorted(ONLY_ABOUT_RINGING))
def test_what_protects_people_from_our_ringing_does_not_keep_them_from_calling(reason: Reason):
    assert may_be_asked([reason])


@pytest.mark.parametrize("reason", sorted(set(Reason) - ONLY_ABOUT_RINGING))
def test_every_other_reason_keeps_the_questions_away(reason: Reason):
    assert not may_be_asked([Reason.OUTSIDE_CALLING_HOURS, reason])


def test_a_withdrawal_is_among_them_and_no_reason_at_all_is_a_yes():
    assert Reason.CONSENT_WITHDRAWN not in ONLY_ABOUT_RINGING
    assert may_be_asked([])


def test_every_result_is_the_last_word_or_is_not():
    assert set(Disposition) == FINISHED | UNFINISHED and not FINISHED & UNFINISHED
    assert Disposition.OPTED_OUT in FINISHED and Disposition.INCOMPLETE in UNFINISHED


@pytest.mark.parametrize("written", ["+254712123401", "254712123401", "0712123401", "712123401", "00254712123401", " +254 712 123401 "], ids=str)
def test_a_number_is_read_however_the_network_writes_it(written: str):
    assert caller_number(written, region="KE") == "+254712123401"


@pytest.mark.parametrize("written", ["", "anonymous", "Restricted", "unavailable", "+266696687", "266696687", "sip:bob@example.org", "100", "0"])
def test_what_is_no_number_is_a_withheld_one(written: str):
    assert caller_number(written, region="KE") == ""


def test_a_number_from_abroad_keeps_its_country():
    assert caller_number("+447911123456", region="KE") == "+447911123456"
    assert caller_number("447911123456", region="KE") == "+447911123456"
