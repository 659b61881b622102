"""What stood at a moment: consent records and the do-not-call list, each with whether it was in force when a call was dialled.

Pure. It repeats no rule: whether the consent was enough, the decision says, and once more the judge.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.reports.evidence.document import Fact, Item, Row, Section, instant
from campaigns.reports.evidence.facts import Facts, moment, told, when

_CONSENT = (
    ("kind", "Kind"),
    ("purpose", "Purpose"),
    ("controller", "Organisation named in the text"),
    ("wording", "Text shown or said"),
    ("wording_version", "Version of the text"),
    ("language", "Language"),
    ("channel", "How it was given"),
    ("grade", "Grade"),
    ("lawful_basis", "Lawful basis"),
    ("covers_automated_voice", "Names automated voice calls"),
    ("source", "Source"),
    ("evidence", "Evidence"),
    ("pack_version", "Rules when it was entered"),
    ("evidence_hash", "SHA-256 of number and record"),
)


def consents(facts: Facts, call: Row) -> Section:
    at = moment(call.values.get("dialled_at") or call.values.get("due_at"))
    campaign = facts.tables.one("campaigns.campaign", call.values.get("campaign"))
    purpose = campaign.values.get("purpose") if campaign else None
    named = {str(row.values.get("consent_record")) for row in facts.tables.of("campaigns.dialdecision", "call", call.ref.id)}
    rows = facts.tables.of("leads.consentrecord", "lead", call.values.get("lead"))
    items = []
    for row in rows:
        is_named = Fact("is_decided_on", "A decision of this call rests on it", row.ref.id in named)
        items.append(_consent(facts, row, [*_at_the_dial(row, rows, at, purpose), is_named]))
    return Section("consent", "Consent", items, "" if items else "No consent record of this person is held.")


def consent_history(facts: Facts) -> Section:
    items = [_consent(facts, row, []) for row in facts.tables.all("leads.consentrecord")]
    for row in facts.tables.all("leads.keptconsent"):
        kept = [Fact("keep_until", "Kept until", instant(row.values.get("keep_until"))), Fact("record", "Record", row.values.get("record"))]
        kept.append(Fact("evidence_hash", "SHA-256 of number and record", row.values.get("evidence_hash")))
        items.append(Item("Proof kept of somebody who was erased", kept, [row.ref]))
    return Section("consent", "Consent, all of it", items, "" if items else "No consent record of this person is held.")


def _consent(facts: Facts, row: Row, more: list[Fact]) -> Item:
    values = row.values
    times = [Fact(name, label, instant(values.get(name))) for name, label in _TIMES]
    by = Fact("recorded_by", "Entered by", facts.user(values.get("recorded_by")))
    told = [Fact(name, label, values.get(name)) for name, label in _CONSENT]
    return Item(f"Consent {values.get('kind')}, {instant(values.get('given_at'))}", [*more, *times, *told, by], [row.ref])


_TIMES = (("given_at", "Given or withdrawn at"), ("expires_at", "Expires at"), ("recorded_at", "Entered at"))


def _at_the_dial(row: Row, rows: Any, at: datetime | None, purpose: str | None) -> list[Fact]:
    values = row.values
    given, expires = moment(values.get("given_at")), moment(values.get("expires_at"))
    if at is None or given is None:
        return []
    is_open = given <= at and (expires is None or expires > at)
    withdrawn = [
        other
        for other in rows
        if other.values.get("kind") != "given"
        and other.values.get("purpose") == values.get("purpose")
        and (taken := moment(other.values.get("given_at"))) is not None
        and given <= taken <= at
    ]
    stood = values.get("kind") == "given" and is_open and not withdrawn
    return [
        Fact("is_for_this_purpose", "For the purpose of this call", values.get("purpose") == purpose),
        Fact("stood_at_the_dial", "Stood when the call was due or dialled", stood),
    ]


def do_not_call(facts: Facts, call: Row | None = None) -> Section:
    """Entries and removals of the number; of a call, also what the list said at each decision."""
    entries = facts.tables.all("leads.donotcallentry")
    items = [_checked(row) for row in facts.tables.of("campaigns.dialdecision", "call", call.ref.id)] if call else []
    items += [
        Item("On the list", [*_entry(row), Fact("entered_by", "Entered by", facts.user(row.values.get("entered_by")))], [row.ref]) for row in entries
    ]
    for row in facts.tables.all("leads.donotcallremoval"):
        by = Fact("removed_by", "Taken off by", facts.user(row.values.get("removed_by")))
        off = [when(row, "removed_at", "Taken off at"), by, Fact("why", "Why", row.values.get("why"))]
        items.append(Item("Taken off the list", [*_entry(row), *off], [row.ref]))
    return Section("do_not_call", "Do-not-call list", items, "" if entries else "The number is not on the list as this pack is made.")


def _checked(decision: Row) -> Item:
    checked = (decision.values.get("facts") or {}).get("is_on_dnc")
    return Item(
        "Checked at a decision", [when(decision, "decided_at", "Checked at"), Fact("is_on_list", "On the list then", checked)], [decision.ref]
    )


def _entry(row: Row) -> list[Fact]:
    return [when(row, "entered_at", "In force since"), *told(row, ("origin", "reason"))]
