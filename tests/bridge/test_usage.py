from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.events import UsageUnit, VoiceUsage
from bridge.usage import UsageAccount

AMOUNTS = st.dictionaries(st.sampled_from(UsageUnit), st.integers(0, 10**6))


def test_nothing_was_used_at_the_start():
    assert UsageAccount().total() == {}


def test_what_messages_say_is_added_up_by_model_and_unit():
    account = UsageAccount()
    for model, amount in (("one", 5), ("two", 7), ("one", 6)):
        account.add(VoiceUsage(model, {UsageUnit.AUDIO_IN: amount, UsageUnit.TEXT_IN: 1}))
    assert account.total() == {"one": {UsageUnit.AUDIO_IN: 11, UsageUnit.TEXT_IN: 2}, "two": {UsageUnit.AUDIO_IN: 7, UsageUnit.TEXT_IN: 1}}


def test_what_was_not_used_is_left_out():
    account = UsageAccount()
    account.add(VoiceUsage("one", {UsageUnit.AUDIO_IN: 0}))
    assert account.total() == {}


def test_a_total_does_not_change_afterwards():
    account = UsageAccount()
    account.add(VoiceUsage("one", {UsageUnit.SESSION_S: 1.5}))
    total = account.total()
    account.add(VoiceUsage("one", {UsageUnit.SESSION_S: 1.5}))
    assert total == {"one": {UsageUnit.SESSION_S: 1.5}}


@given(st.lists(AMOUNTS))
def test_the_total_is_the_sum_in_any_order(messages):
    forwards, backwards = UsageAccount(), UsageAccount()
    for amounts in messages:
        forwards.add(VoiceUsage("one", amounts))
    for amounts in reversed(messages):
        backwards.add(VoiceUsage("one", amounts))
    assert forwards.total() == backwards.total()
    assert sum(forwards.total().get("one", {}).values()) == sum(sum(amounts.values()) for amounts in messages)
