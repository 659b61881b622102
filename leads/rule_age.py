"""How old the rules behind a decision were: as it is kept with the decision, and in plain words.

Pure. Old rules refuse nothing by themselves; that they were old, and who answered for them, must be seen beside each decision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from leads.compliance import Json
from leads.market_rules import PurposeRules, RuleInForce
from leads.said import listed, sentence

_NAMED_AT_MOST = 5  # of many regions or rules; the version of the pack tells the rest


def rules_as_json(
    rules: PurposeRules | None, *, regions: Collection[str], stale: Collection[str], acknowledgement_id: int | None, on: date
) -> dict[str, Json]:
    """`rules`: those in force, None for a purpose without any; `stale`: rules of the whole pack that were old on that day."""
    in_force = (*rules.in_force, *rules.ended) if rules else ()
    return {
        "deciding": [_rule_as_json(rule, on) for rule in in_force],
        "regions": [*sorted(regions)],
        "stale": [*stale],
        "acknowledgement_id": acknowledgement_id,
    }


def _rule_as_json(rule: RuleInForce, on: date) -> Json:
    origin = rule.origin
    kept: dict[str, Json] = {
        "rule": rule.name,
        "tag": origin.tag.value,
        "reviewed_on": origin.reviewed_on.isoformat(),
        "reviewed_days_ago": (on - origin.reviewed_on).days,
    }
    if rule.is_early:
        kept["begins_on"] = origin.effective_from.isoformat()
    return kept


def age_in_words(kept: Mapping[str, Any] | None, *, acknowledged: str = "") -> tuple[str, ...]:
    """What `rules_as_json` kept; () for a decision that kept none. `acknowledged`: by whom and when, if an id was kept."""
    return tuple(_sentences(kept, acknowledged)) if kept else ()


def _sentences(kept: Mapping[str, Any], acknowledged: str) -> Iterator[str]:
    deciding = kept["deciding"]
    if deciding:
        oldest = max(deciding, key=lambda rule: (rule["reviewed_days_ago"], rule["rule"]))
        told = {"n": len(deciding), "rule": oldest["rule"], "ago": _ago(oldest["reviewed_days_ago"]), "day": oldest["reviewed_on"]}
        yield sentence("The oldest of the %(n)s rules that decided, %(rule)s, was last read %(ago)s, on %(day)s.", **told)
    if kept["regions"]:
        yield sentence("Rules of these regions counted besides: %(regions)s.", regions=_some(kept["regions"]))
    for rule in deciding:
        if "begins_on" in rule:
            early = {"rule": rule["rule"], "day": rule["begins_on"]}
            yield sentence("The rule %(rule)s begins on %(day)s and was kept early: none is known that holds before.", **early)
    if kept["stale"]:
        yield sentence("The market pack was old then: nobody had read again for 180 days %(rules)s.", rules=_some(kept["stale"]))
        yield _answer(kept["acknowledgement_id"], acknowledged)


def _ago(days: int) -> str:
    """A pack may be read again after a decision that is replayed, so the days may be negative."""
    if days < 0:
        return sentence("only after that day")
    return {0: sentence("that very day"), 1: sentence("the day before")}.get(days) or sentence("%(n)s days before", n=days)


def _answer(acknowledgement_id: int | None, acknowledged: str) -> str:
    if acknowledgement_id is None:
        return sentence("Nobody had answered for it.")
    return sentence("Somebody had answered for it: acknowledgement %(id)s.", id=listed([str(acknowledgement_id), *filter(None, [acknowledged])]))


def _some(names: Collection[str]) -> str:
    named = list(names)[:_NAMED_AT_MOST]
    others = len(names) - len(named)
    return sentence("%(named)s and %(n)s more", named=", ".join(named), n=others) if others else ", ".join(named)
