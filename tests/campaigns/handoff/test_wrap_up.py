"""After a talk: time to write it up, what has to be written, and when the rep is free again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.handoff import offers, presence, reservations
from campaigns.handoff.reservations import WRITTEN_UP_WITHIN, finish_wrap_up
from campaigns.handoff.tending import tidy
from campaigns.handoff.wrap_up import Field, WrapUpEntry, what_is_missing
from campaigns.models import Reservation, WrapUp
from campaigns.states import ReservationStatus
from tests.campaigns.handoff.conftest import at
from tests.conftest import NOW

S = ReservationStatus
WON = WrapUpEntry("won", was_hot=True, next_step="Send the contract", notes="Wants 60 seats.", follow_up_on=date(2026, 11, 27))
TIME_IS_UP = at(60 + 60)


def is_free(rep) -> bool:
    return presence.free_reps().filter(pk=rep.pk).exists()


@pytest.mark.django_db
class TestTheTime:
    def test_the_rep_is_not_free_while_they_write(self, talk, rehema):
        reservation = talk()
        assert (reservation.status, reservation.wrap_up_until, is_free(rehema)) == (S.WRAPPING, TIME_IS_UP, False)
        assert reservations.current(rehema) == reservation

    def test_when_the_time_is_up_they_are_free(self, talk, rehema):
        reservation = talk()
        tidy(TIME_IS_UP - timedelta(seconds=1))
        assert not is_free(rehema)
        tidy(TIME_IS_UP)
        reservation.refresh_from_db()
        rehema.refresh_from_db()
        assert (reservation.status, is_free(rehema), rehema.idle_since) == (S.COMPLETED, True, TIME_IS_UP)

    def test_a_campaign_without_a_wrap_up_frees_them_at_once(self, talk, rehema):
        assert talk(wrap_up_s=0).status == S.COMPLETED
        rehema.refresh_from_db()
        assert (is_free(rehema), rehema.idle_since) == (True, at(60))

    def test_what_must_be_written_holds_them_up_to_a_limit(self, talk, rehema):
        reservation = talk(wrap_up_required=["next_step"])
        tidy(TIME_IS_UP + WRITTEN_UP_WITHIN - timedelta(seconds=1))
        assert not is_free(rehema)
        tidy(TIME_IS_UP + WRITTEN_UP_WITHIN)
        reservation.refresh_from_db()
        assert (reservation.status, reservation.reason, is_free(rehema)) == (S.COMPLETED, "It was not written up in time.", True)


@pytest.mark.django_db
class TestWriting:
    def test_what_is_written_is_kept_and_the_rep_is_free(self, talk, rehema):
        reservation = talk(wrap_up_required=[field.value for field in Field])
        assert finish_wrap_up(reservation, WON, now=at(80)) is None
        kept = WrapUp.objects.get(reservation=reservation)
        assert (kept.disposition, kept.was_hot, kept.next_step, kept.follow_up_on, kept.saved_at) == (
            "won", True, "Send the contract", date(2026, 11, 27), at(80)
        )  # fmt: skip
        rehema.refresh_from_db()
        assert (is_free(rehema), rehema.idle_since) == (True, at(80))

    def test_what_is_missing_is_said_and_nothing_is_kept(self, talk, rehema):
        reservation = talk(wrap_up_required=["next_step"])
        assert finish_wrap_up(reservation, WrapUpEntry("won"), now=at(80)) == "Still missing: the next step."
        assert not WrapUp.objects.exists() and not is_free(rehema)

    def test_after_the_time_it_is_still_kept_and_the_rep_stays_as_free_as_they_were(self, talk, rehema):
        reservation = talk()
        tidy(TIME_IS_UP)
        assert finish_wrap_up(reservation, WON, now=at(900)) is None
        rehema.refresh_from_db()
        assert (WrapUp.objects.get().saved_at, rehema.idle_since) == (at(900), TIME_IS_UP)

    def test_the_last_word_counts(self, talk):
        reservation = talk()
        finish_wrap_up(reservation, WON, now=at(80))
        finish_wrap_up(reservation, WrapUpEntry("follow_up"), now=at(90))
        assert WrapUp.objects.get().disposition == "follow_up"

    def test_a_lead_still_on_the_phone_has_nothing_to_write_up(self, hot_call, rehema, loopback):
        handoff = offers.offer(hot_call, now=NOW)
        offers.accept(handoff.id, rehema, now=at(1))
        assert finish_wrap_up(Reservation.objects.get(), WON, now=at(2)) == "There is no talk to write up."


DISPOSITIONS = WrapUp.Disposition.values


@pytest.mark.parametrize(
    ("entry", "required", "sentence"),
    [
        (WON, list(Field), ""),
        (WrapUpEntry("won"), [], ""),
        (WrapUpEntry(""), [], "Still missing: what came of it."),
        (WrapUpEntry("sold"), [], "Still missing: what came of it."),
        (WrapUpEntry("won", was_hot=False), ["was_hot"], ""),
        (WrapUpEntry("won", notes="  "), ["notes", "was_hot"], "Still missing: whether the lead was really hot, notes."),
        (WrapUpEntry("won"), ["follow_up_on"], "Still missing: the day to follow up on."),
    ],
    ids=["all", "only what came of it", "nothing", "unknown word", "no is an answer", "blanks are nothing", "no day"],
)
def test_it_says_what_is_missing(entry, required, sentence):
    assert what_is_missing(entry, required=required, dispositions=DISPOSITIONS) == sentence


@given(st.sets(st.sampled_from(list(Field))), st.sampled_from(DISPOSITIONS))
def test_an_entry_with_everything_lacks_nothing_and_each_wish_can_be_missed(required, disposition):
    assert what_is_missing(WrapUpEntry(disposition, False, "a", "b", date(2026, 1, 1)), required=required, dispositions=DISPOSITIONS) == ""
    assert bool(what_is_missing(WrapUpEntry(disposition), required=required, dispositions=DISPOSITIONS)) == bool(required)
