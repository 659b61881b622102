"""The retry rules as they stand: what the console wrote, the shipped value where a row is missing. Reads, and puts the shipped values back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from types import MappingProxyType

from django.db import transaction

from campaigns.models import RetryRule
from campaigns.outcomes import AttemptOutcome
from campaigns.retries import SHIPPED, OutcomeRule, RetryTable


def retry_table() -> RetryTable:
    """One small query. In the order of the shipped table."""
    return MappingProxyType({**SHIPPED, **{rule.outcome: rule for rule in _written(RetryRule.objects.all())}})


def rule_of(outcome: AttemptOutcome) -> OutcomeRule:
    """One row by its key: this is what the end of a call costs."""
    return next(_written(RetryRule.objects.filter(pk=outcome)), SHIPPED[outcome])


def _written(rows: Iterable[RetryRule]) -> Iterator[OutcomeRule]:
    return (row.as_rule() for row in rows)


def restore_shipped() -> list[AttemptOutcome]:
    """Every rule is again as it was shipped; which ones were not."""
    with transaction.atomic():
        changed = [outcome for outcome, rule in retry_table().items() if rule != SHIPPED[outcome]]
        for outcome in changed:
            values = asdict(SHIPPED[outcome])
            del values["outcome"]
            RetryRule.objects.filter(pk=outcome).update(**values)
    return changed
