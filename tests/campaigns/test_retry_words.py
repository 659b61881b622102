"""A retry rule as a person reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.outcomes import AttemptOutcome as O
from campaigns.retries import SHIPPED
from campaigns.retry_words import delay_in_words, rule_in_words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (SHIPPED[O.BUSY], "again after 20 min, 4 times at most"),
        (SHIPPED[O.NO_ANSWER], "again after 3 h, 6 times at most, over 3 parts of the day or more"),
        (SHIPPED[O.BARRED], "again after 1 day, twice at most"),
        (replace(SHIPPED[O.BUSY], max_attempts=1), "no other attempt"),
        (SHIPPED[O.OPTED_OUT], "nobody is called again"),
    ],
    ids=["busy", "no answer", "barred", "once", "final"],
)
def test_a_rule_is_a_sentence(rule, words):
    assert rule_in_words(rule) == words


@pytest.mark.parametrize(("minutes", "words"), [(5, "5 min"), (90, "1 h 30 min"), (1440, "1 day"), (4385, "3 days 1 h 5 min")], ids=str)
def test_a_delay_is_said_in_the_largest_units(minutes, words):
    assert delay_in_words(minutes) == words
