from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.events import UsageUnit, VoiceOpened, VoiceUsage
from bridge.usage import UsageAccount

AMOUNTS = st.dictionaries(st.sampled_from(UsageUnit), st.integers(0, 10**6))


def account() -> UsageAccount:
    return UsageAccount("openai", "own")


def test_nothing_was_used_at_the_start():
    assert account().uses(9.0) == ()


def test_what_messages_say_is_added_up_by_model_and_unit():
    kept = account()
    for model, amount in (("one", 5), ("two", 7), ("one", 6)):
        kept.add(VoiceUsage(model, {UsageUnit.AUDIO_IN: amount, UsageUnit.TEXT_IN: 1}))
    (use,) = kept.uses(9.0)
    assert use.usage == {"one": {UsageUnit.AUDIO_IN: 11, UsageUnit.TEXT_IN: 2}, "two": {UsageUnit.AUDIO_IN: 7, UsageUnit.TEXT_IN: 1}}
    assert (use.session, use.voice, use.open_s) == ("own", "openai", 9.0)


def test_what_was_not_used_is_left_out():
    kept = account()
    kept.add(VoiceUsage("one", {UsageUnit.AUDIO_IN: 0}))
    assert kept.uses(1.0)[0].usage == {}


def test_what_was_told_does_not_change_afterwards():
    kept = account()
    kept.add(VoiceUsage("one", {UsageUnit.SESSION_S: 1.5}))
    (told,) = kept.uses(1.0)
    kept.add(VoiceUsage("one", {UsageUnit.SESSION_S: 1.5}))
    assert told.usage == {"one": {UsageUnit.SESSION_S: 1.5}}


def test_a_call_that_failed_over_shows_both_voices_and_how_long_each_was_open():
    kept = account()
    kept.opened(VoiceOpened("gemini", "a"), 1.0)
    kept.opened(VoiceOpened("openai", "b"), 21.0)
    kept.add(VoiceUsage("gpt", {UsageUnit.TEXT_IN: 3}, "b"))
    kept.add(VoiceUsage("gem", {UsageUnit.TEXT_IN: 2}, "a"))  # the lost session's last figure comes after the new one was opened
    first, second = kept.uses(51.0)
    assert (first.voice, first.open_s, first.usage) == ("gemini", 20.0, {"gem": {UsageUnit.TEXT_IN: 2}})
    assert (second.voice, second.open_s, second.usage) == ("openai", 30.0, {"gpt": {UsageUnit.TEXT_IN: 3}})


def test_a_session_that_told_nothing_is_there_all_the_same():
    kept = account()
    kept.opened(VoiceOpened("gemini", "a"), 0.0)
    (use,) = kept.uses(4.0, is_discarded=True)
    assert (use.usage, use.is_discarded) == ({}, True)


@given(st.lists(AMOUNTS))
def test_the_total_is_the_sum_in_any_order(messages):
    forwards, backwards = account(), account()
    for amounts in messages:
        forwards.add(VoiceUsage("one", amounts))
    for amounts in reversed(messages):
        backwards.add(VoiceUsage("one", amounts))
    assert forwards.uses(1.0) == backwards.uses(1.0)
    total = sum(sum(amounts.values()) for use in forwards.uses(1.0) for amounts in use.usage.values())
    assert total == sum(sum(amounts.values()) for amounts in messages)
