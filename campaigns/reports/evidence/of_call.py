"""One call as a part of a pack: who, on what grounds, what was said and heard, what came of it, what the record and the judge say.

Pure. A section that has nothing says why.
"""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.reports.evidence.document import Fact, Item, Part, Row, Section, instant, refs
from campaigns.reports.evidence.facts import Facts, told
from campaigns.reports.evidence.of_record import decisions, judged, platform, record
from campaigns.reports.evidence.of_talk import answers, disclosure, opt_out, recording, score, transcript
from campaigns.reports.evidence.standing import consents, do_not_call

_CALL = (
    ("occasion", "Occasion"),
    ("attempt_number", "Attempt"),
    ("status", "Status"),
    ("disposition", "Disposition"),
    ("session_outcome", "How the voice's part ended"),
    ("failure", "What went wrong"),
    ("talk_s", "Talked, s"),
    ("voice", "Voice"),
    ("language", "Language"),
)
_TIMES = (
    ("created_at", "Entered at"),
    ("due_at", "Due at"),
    ("promise_due_at", "Keeps the promise for"),
    ("dialled_at", "Dialled at"),
    ("answered_at", "Answered at"),
    ("stream_opened_at", "Sound began at"),
    ("ended_at", "Ended at"),
    ("promised_for", "Call back promised for"),
    ("words_gone_at", "Recording and transcript deleted at"),
)
_MONEY = ("reserved_minor", "cost_minor", "cost_currency", "voice_reserved_minor", "voice_cost_minor")
_HANDOFF = ("status", "strategy", "is_fallback", "reason", "offered_at", "accepted_at", "bridged_at", "ended_at", "promised_for", "kept_at")
_RESERVATION = ("status", "offered_at", "answered_at", "ended_at", "reason")
_STAFF_CALL = ("status", "purpose", "is_accepted", "placed_at", "answered_at", "ended_at", "cost_minor")
_WRAP_UP = ("disposition", "was_hot", "next_step", "notes", "follow_up_on", "saved_at")
_ACTION = ("kind", "text", "rep_name", "done_by", "done_at", "outcome")


def part_of_call(facts: Facts, call: Row) -> Part:
    at = instant(call.values.get("dialled_at") or call.values.get("due_at"))
    return Part(f"call:{call.ref.id}", f"Call {call.ref.id}, {at}", sections_of_call(facts, call))


def sections_of_call(facts: Facts, call: Row) -> list[Section]:
    return [
        _call(facts, call),
        consents(facts, call),
        do_not_call(facts, call),
        decisions(facts, call),
        disclosure(facts, call),
        opt_out(facts, call),
        answers(facts, call),
        score(facts, call),
        transcript(facts, call),
        _handoff(facts, call),
        recording(facts, call),
        _money(facts, call),
        record(facts, call),
        judged(facts, call),
        platform(facts, call),
    ]


def _call(facts: Facts, call: Row) -> Section:
    values = call.values
    script, rows = facts.tables.one("campaigns.script", values.get("script")), facts.tables
    campaign = rows.one("campaigns.campaign", values.get("campaign"))
    lead = rows.one("leads.lead", values.get("lead"))
    line = rows.one("campaigns.line", values.get("line"))
    about = [
        Fact("lead", "Lead", lead.values.get("name") if lead else None),
        Fact("phone", "Number", lead.values.get("phone") if lead else None),
        Fact("time_zone", "Lives in the time zone", lead.values.get("time_zone") if lead else None),
        Fact("market", "Market", lead.values.get("market") if lead else None),
        Fact("campaign", "Campaign", campaign.values.get("name") if campaign else None),
        Fact("controller", "On behalf of", campaign.values.get("controller") if campaign else None),
        Fact("purpose", "Purpose", campaign.values.get("purpose") if campaign else None),
        Fact("line", "Our number", line.values.get("number") if line else None),
        Fact("script", "Script", f"{script.values.get('name')} v{script.values.get('version')}" if script else None),
        *(Fact(name, label, values.get(name)) for name, label in _CALL),
        *(Fact(name, label, instant(values.get(name))) for name, label in _TIMES),
    ]
    used = [row for row in (call, lead, script) if row is not None]
    return Section("call", "The call", [Item("What, when, for whom", about, refs(used))])


def _handoff(facts: Facts, call: Row) -> Section:
    rows = facts.tables
    items = [_step(f"Live action by {row.values.get('done_by')}", row, _ACTION) for row in rows.of("campaigns.liveaction", "call", call.ref.id)]
    for handoff in rows.of("campaigns.handoff", "call", call.ref.id):
        items.append(_step("Hand-off", handoff, _HANDOFF, _rep(facts, handoff)))
        for offer in rows.of("campaigns.reservation", "handoff", handoff.ref.id):
            items.append(_step("Offered to a rep", offer, _RESERVATION, _rep(facts, offer)))
            written = rows.of("campaigns.wrapup", "reservation", offer.ref.id)
            items += [_step("Written up by the rep", row, _WRAP_UP) for row in written]
        items += [_step("Rep's leg", row, _STAFF_CALL) for row in rows.of("campaigns.staffcall", "handoff", handoff.ref.id)]
    note = "" if items else "The lead was given to nobody, and nobody of ours took part."
    return Section("handoff", "Hand-off, rep's talk, live actions", items, note)


def _step(title: str, row: Row, names: Sequence[str], *more: Fact) -> Item:
    return Item(title, [*more, *told(row, names)], [row.ref])


def _rep(facts: Facts, row: Row) -> Fact:
    rep = facts.tables.one("campaigns.rep", row.values.get("rep"))
    return Fact("rep", "Rep", rep.values.get("name") if rep else None)


def _money(facts: Facts, call: Row) -> Section:
    own = _step("Of the call, in hundredths", call, _MONEY)
    sessions = [
        _step(f"Session of the voice {row.values.get('voice')}", row, ("open_s", "usage", "cost_usd", "is_discarded"))
        for row in facts.tables.of("campaigns.voicesession", "call", call.ref.id)
    ]
    return Section("money", "Money", [own, *sessions])
