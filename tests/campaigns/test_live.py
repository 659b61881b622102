"""Live events: appended, tailed by id, and none lost to a late commit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bridge.notes import EndPolitely, NoRep, ProviderEnded, RepAccepted, TakeOver, Whisper
from campaigns import live
from campaigns.models import LiveEvent

pytestmark = pytest.mark.django_db


def publish(*kinds: str) -> None:
    for kind in kinds:
        live.publish(None, kind, {})


def test_a_tail_gives_each_event_once_in_order():
    publish("before")
    tail = live.Tail(live.newest_id())
    assert tail.fetch() == []
    publish("a", "b")
    assert [event.kind for event in tail.fetch()] == ["a", "b"]
    publish("c")
    assert [event.kind for event in tail.fetch()] == ["c"]


def test_a_tail_reads_only_what_it_is_for():
    tail = live.Tail(0, prefix="note.")
    publish("ringing", "note.no_rep")
    assert [event.kind for event in tail.fetch()] == ["note.no_rep"]


def test_an_event_that_commits_late_under_a_lower_id_is_not_lost():
    tail = live.Tail(0)
    LiveEvent.objects.create(id=11, kind="later")
    assert [event.id for event in tail.fetch()] == [11]
    LiveEvent.objects.create(id=10, kind="earlier")
    assert [event.id for event in tail.fetch()] == [10]
    assert tail.fetch() == []


def test_what_is_long_settled_is_not_read_again(django_assert_num_queries):
    publish("a")
    tail = live.Tail(0)
    LiveEvent.objects.update(created_at=timezone.now() - live.LATE_COMMIT - timedelta(seconds=1))
    tail.fetch()
    LiveEvent.objects.all().update(kind="changed")
    with django_assert_num_queries(1):
        assert tail.fetch() == []


def test_a_page_of_events_starts_after_an_id():
    publish("a", "b", "c")
    first = LiveEvent.objects.earliest("id").pk
    assert [event.kind for event in live.tail(first, limit=1)] == ["b"]
    assert live.newest_id() == first + 2


@pytest.mark.parametrize(
    ("kind", "payload", "note"),
    [
        ("note.rep_accepted", {"rep_name": "Rehema"}, RepAccepted("Rehema")),
        ("note.no_rep", {}, NoRep()),
        ("note.provider_ended", {}, ProviderEnded()),
        ("note.end_politely", {}, EndPolitely()),
        ("note.whisper", {"whisper_id": "w1", "text": "Karibu.", "by": "Rehema"}, Whisper("w1", "Karibu.", "Rehema")),
        ("note.take_over", {"rep_name": "Rehema"}, TakeOver("Rehema")),
        ("note.from_the_future", {}, None),
    ],
    ids=str,
)
def test_a_note_is_what_the_bridge_knows(kind, payload, note):
    assert live.as_note(LiveEvent(kind=kind, payload=payload)) == note
