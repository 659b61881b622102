"""The table of retry rules in the database: as shipped at first, edited within its bounds, read for each ended call."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from campaigns.models import RetryRule
from campaigns.outcomes import NEVER_AGAIN
from campaigns.outcomes import AttemptOutcome as O
from campaigns.retries import SHIPPED
from campaigns.retry_rules import restore_shipped, retry_table, rule_of

pytestmark = pytest.mark.django_db


def test_a_new_database_holds_the_shipped_rules():
    assert {row.as_rule().outcome: row.as_rule() for row in RetryRule.objects.all()} == dict(SHIPPED)


def test_an_edited_rule_is_the_one_that_is_read():
    RetryRule.objects.filter(pk="busy").update(delay_minutes=45)
    assert rule_of(O.BUSY) == retry_table()[O.BUSY] == replace(SHIPPED[O.BUSY], delay_minutes=45)


def test_a_row_that_is_missing_is_as_shipped():
    RetryRule.objects.filter(pk="busy").delete()
    assert rule_of(O.BUSY) == retry_table()[O.BUSY] == SHIPPED[O.BUSY]


def test_the_end_of_a_call_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        rule_of(O.BUSY)


def test_the_shipped_values_come_back_and_what_was_different_is_told():
    RetryRule.objects.filter(pk="busy").update(delay_minutes=45)
    RetryRule.objects.filter(pk="declined").update(is_final=True)
    assert restore_shipped() == [O.BUSY, O.DECLINED]
    assert dict(retry_table()) == dict(SHIPPED)
    assert restore_shipped() == []


@pytest.mark.parametrize("outcome", sorted(NEVER_AGAIN), ids=str)
def test_the_database_itself_keeps_a_final_outcome_final(outcome):
    with pytest.raises(IntegrityError), transaction.atomic():
        RetryRule.objects.filter(pk=outcome).update(is_final=False)


@pytest.mark.parametrize(
    "change",
    [
        {"delay_minutes": 4},
        {"delay_minutes": 43_201},
        {"n_day_parts": 5},
        {"max_attempts": 2},
        {"max_attempts": 0},
        {"max_attempts": 21},
        {"aapor_code": "9"},
    ],
    ids=str,
)
def test_the_database_refuses_what_the_pure_rules_refuse(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        RetryRule.objects.filter(pk="no_answer").update(**change)


def test_a_form_is_told_in_words_which_field_is_wrong():
    row = RetryRule.objects.get(pk="opted_out")
    row.is_final = False
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert "They asked us to stop." in refused.value.message_dict["is_final"][0]


def test_an_outcome_nobody_knows_has_no_row():
    with pytest.raises(IntegrityError), transaction.atomic():
        RetryRule.objects.create(**{**asdict(SHIPPED[O.BUSY]), "outcome": "weather"})
