"""What the machine kept of a call: decisions with all their facts, the flight record, the judge's word, the platform's account.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from campaigns.reports.evidence.document import Fact, Item, Row, Section, instant, refs
from campaigns.reports.evidence.facts import Facts
from leads.rule_age import age_in_words


def decisions(facts: Facts, call: Row) -> Section:
    rows = sorted(facts.tables.of("campaigns.dialdecision", "call", call.ref.id), key=lambda row: str(row.values.get("decided_at")))
    is_theirs = call.values.get("occasion") == "inbound"
    why_none = "They called us: nobody was dialled." if is_theirs else "Nothing was decided yet: that happens at the instant of the dial."
    return Section("decisions", "Decisions to dial", [_decision(facts, row) for row in rows], "" if rows else why_none)


def _decision(facts: Facts, row: Row) -> Item:
    values, known = row.values, row.values.get("facts") or {}
    word = facts.tables.one("leads.packacknowledgement", (known.get("rules") or {}).get("acknowledgement_id"))
    by = f"{facts.user(word.values.get('acknowledged_by'))} at {instant(word.values.get('acknowledged_at'))}" if word else ""
    told = [
        Fact("decided_at", "Decided at", instant(values.get("decided_at"))),
        Fact("is_allowed", "Allowed", values.get("is_allowed")),
        *(Fact("reason", "Reason", reason) for reason in values.get("reasons") or []),
        Fact("pack_version", "Version of the rules", values.get("pack_version") or None),
        *(Fact("age", "Age of the rules", sentence) for sentence in _ages(known, by)),
        Fact("consent_record", "Consent record", values.get("consent_record")),
        *(Fact(f"facts.{name}", f"Known: {name.replace('_', ' ')}", value) for name, value in sorted(known.items())),
    ]
    return Item("Allowed" if values.get("is_allowed") else "Refused", told, refs([row, *([word] if word else [])]))


def _ages(known: dict[str, Any], by: str) -> Iterator[str]:
    rules = known.get("rules")
    if isinstance(rules, dict) and {"deciding", "regions", "stale"} <= set(rules):
        yield from age_in_words(rules, acknowledged=by)


def record(facts: Facts, call: Row) -> Section:
    rows = facts.tables.of("campaigns.flightentry", "call_id", call.ref.id)
    items = [entry_item(row) for row in rows]
    return Section("flight_record", "Flight record", items, "" if items else "The flight record has no entry about this call.")


def entry_item(row: Row) -> Item:
    values = row.values
    told = [
        Fact("id", "Entry", values.get("id")),
        Fact("at", "At", instant(values.get("at"))),
        Fact("recorded_at", "Written at, by the real clock", instant(values.get("recorded_at"))),
        Fact("money_minor", "Change in what is committed, in hundredths", values.get("money_minor")),
        Fact("details", "Details", values.get("details")),
        Fact("digest", "Digest of the row", row.digest),
    ]
    return Item(str(values.get("kind")), told, [row.ref])


def judged(facts: Facts, call: Row) -> Section:
    items = []
    for one in facts.judged:
        broken = one.broken.get(call.ref.id, ())
        told = [Fact("promise", "Promise", one.promise), Fact("is_unbroken", "No breach was found on this call", not broken)]
        told += [Fact("broken", "How", dict(each)) for each in broken]
        if facts.is_whole:
            told.append(Fact("n_kept", "Kept on all calls to this number", one.n_kept))
            told.append(Fact("n_unjudged", "Could not be judged", one.n_unjudged))
        items.append(Item(one.invariant, told))
    items += [_judgement(row, call) for row in facts.tables.all("campaigns.judgement") if _covers(row, call)]
    note = "Replayed from the flight record as this pack was made: the promises about a person. Limits of a whole day are in the kept judgements."
    return Section("judge", "What the judge says", items, note)


def _covers(row: Row, call: Row) -> bool:
    at = instant(call.values.get("dialled_at"))
    since, until = instant(row.values.get("since")), instant(row.values.get("until"))
    return at is not None and since is not None and until is not None and since <= at < until


def _judgement(row: Row, call: Row) -> Item:
    about = [each for each in row.values.get("violations") or [] if each.get("call") == call.ref.id]
    told = [
        Fact("judged_at", "Judged at", instant(row.values.get("judged_at"))),
        Fact("since", "From", instant(row.values.get("since"))),
        Fact("until", "Until", instant(row.values.get("until"))),
        Fact("n_about", "Broken promises it names of this call", len(about)),
        *(Fact("violation", "Broken", each) for each in about),
    ]
    return Item("Kept judgement of a period with this call in it", told, [row.ref])


def platform(facts: Facts, call: Row) -> Section:
    names = (("provider_call_id", "Its id of the call"), ("provider_session_id", "Its id of the session"), ("hangup_cause", "Hangup cause"))
    told = [*(Fact(name, label, call.values.get(name) or None) for name, label in names), Fact("cdr", "Call detail record", call.values.get("cdr"))]
    return Section("platform", "The phone platform's account", [Item("As it was told to us", told, [call.ref])])
