"""What the end of an attempt means: every end has exactly one meaning."""

from __future__ import annotations

import pytest

from campaigns.outcomes import CAUSES, NEVER_AGAIN, WORDS, outcome_of
from campaigns.outcomes import AttemptOutcome as O
from campaigns.states import ENDED, LIVE, CallStatus, Disposition

S, D = CallStatus, Disposition


@pytest.mark.parametrize(
    ("status", "disposition", "cause", "outcome"),
    [
        (S.NO_ANSWER, None, "NO_ANSWER", O.NO_ANSWER),
        (S.NO_ANSWER, None, "", O.NO_ANSWER),
        (S.BUSY, None, "USER_BUSY", O.BUSY),
        (S.FAILED, None, "NORMAL_TEMPORARY_FAILURE", O.FAILED),
        (S.FAILED, None, "a word nobody knows", O.FAILED),
        (S.FAILED, None, "UNALLOCATED_NUMBER", O.NOT_IN_SERVICE),
        (S.FAILED, None, "SUBSCRIBER_ABSENT", O.UNREACHABLE),
        (S.NO_ANSWER, None, "DESTINATION_OUT_OF_ORDER", O.UNREACHABLE),
        (S.BUSY, None, "call rejected", O.DECLINED),
        (S.FAILED, None, "Incoming-Call-Barred", O.BARRED),
        (S.COMPLETED, None, "NORMAL_CLEARING", O.HUNG_UP),
        (S.COMPLETED, D.VOICEMAIL, "", O.VOICEMAIL),
        (S.COMPLETED, D.CALL_SCREENED, "", O.CALL_SCREENED),
        (S.COMPLETED, D.PHONE_MENU, "", O.PHONE_MENU),
        (S.COMPLETED, D.ANNOUNCEMENT, "NORMAL_CLEARING", O.UNREACHABLE),
        (S.COMPLETED, D.FAX, "", O.FAX),
        (S.FAILED, D.OPTED_OUT, "UNALLOCATED_NUMBER", O.OPTED_OUT),
        (S.CANCELED, None, "UNALLOCATED_NUMBER", O.CANCELED),
        (S.BLOCKED, None, "", O.BLOCKED),
        (S.OUTCOME_UNKNOWN, None, "UNALLOCATED_NUMBER", O.OUTCOME_UNKNOWN),
    ],
    ids=[
        "nobody picked up",
        "nobody picked up, and no cause",
        "busy",
        "congestion",
        "a strange cause",
        "no such number",
        "switched off",
        "out of reach",
        "declined, in small letters",
        "barred, with hyphens",
        "picked up and gone",
        "voicemail",
        "screened",
        "a menu of keys",
        "the network's announcement",
        "fax",
        "what they said outweighs how it ended",
        "canceled whatever the network says",
        "blocked",
        "unknown whatever the network says",
    ],
)
def test_an_end_is_read_as_one_outcome(status, disposition, cause, outcome):
    assert outcome_of(status, disposition, hangup_cause=cause) is outcome


@pytest.mark.parametrize(("has_answers", "outcome"), [(True, O.BROKE_OFF), (False, O.HUNG_UP)], ids=["in the middle", "before a word"])
def test_who_left_in_the_middle_broke_off_and_who_left_before_a_word_hung_up(has_answers, outcome):
    assert outcome_of(S.COMPLETED, D.INCOMPLETE, has_answers=has_answers) is outcome


@pytest.mark.parametrize("disposition", [None, *D], ids=str)
@pytest.mark.parametrize("status", sorted(ENDED), ids=str)
def test_every_end_has_a_meaning(status, disposition):
    assert outcome_of(status, disposition) in set(O)


@pytest.mark.parametrize("status", sorted(LIVE | {S.QUEUED}), ids=str)
def test_what_has_not_ended_has_none(status):
    with pytest.raises(AssertionError):
        outcome_of(status, None)


def test_every_disposition_is_an_outcome_of_its_own_but_where_nothing_was_asked_or_it_broke_off_or_the_network_spoke():
    assert {d.value for d in D} - {"incomplete", "informed", "announcement"} <= {o.value for o in O}


def test_every_outcome_has_its_words():
    assert set(WORDS) == set(O)


def test_no_cause_of_the_network_ends_a_case_for_good_by_itself():
    assert not set(CAUSES.values()) & set(NEVER_AGAIN)
