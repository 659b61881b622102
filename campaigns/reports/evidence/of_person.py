"""A person as the first part of a pack: who they are to us, where we have them from, consent, the list, what was done about their data.

Pure. Their calls follow, each as a part of its own.
"""

from __future__ import annotations

from campaigns.reports.evidence.document import Fact, Item, Part, Section
from campaigns.reports.evidence.facts import Facts, told, when
from campaigns.reports.evidence.of_record import entry_item
from campaigns.reports.evidence.standing import consent_history, do_not_call

_LEAD = ("name", "phone", "market", "time_zone", "language", "source", "external_id", "custom_fields")
_CALL = ("occasion", "attempt_number", "status", "disposition", "dialled_at")
_IMPORT = ("file_name", "sha256", "attested_by", "started_at", "finished_at", "undone_at")
_AUDIT = ("at", "by", "act", "subject", "subject_id", "why", "detail")


def part_of_person(facts: Facts) -> Part:
    sections = [_lead(facts), _imports(facts), consent_history(facts), do_not_call(facts), _calls(facts), _promises(facts), _reviews(facts)]
    sections += [_audit(facts), _privacy(facts), _before_erasure(facts), _elsewhere(facts)]
    return Part("person", "The person", sections)


def _lead(facts: Facts) -> Section:
    title = "Who they are to us"
    items = [Item("The lead", [*told(row, _LEAD), when(row, "created_at", "Entered at")], [row.ref]) for row in facts.tables.all("leads.lead")]
    if items:
        return Section("lead", title, items)
    return Section("lead", title, [Item("Asked about", [Fact("phone", "Number", facts.phone)])], "No lead has this number, or has it any more.")


def _imports(facts: Facts) -> Section:
    first = {str(row.values.get("created_by_import")) for row in facts.tables.all("leads.lead")}
    items = [
        Item(
            "They came from this list" if row.ref.id in first else "They stood on this list",
            [*told(row, _IMPORT), Fact("imported_by", "Imported by", facts.user(row.values.get("imported_by")))],
            [row.ref],
        )
        for row in facts.tables.all("leads.leadimport")
    ]
    return Section("imports", "Lists they came from", items, "" if items else "No list that was imported is on record for them here.")


def _calls(facts: Facts) -> Section:
    items = [Item(f"Call {row.ref.id}", told(row, _CALL), [row.ref]) for row in facts.tables.all("campaigns.call")]
    return Section("calls", "Calls", items, "Each follows in full." if items else "There is no call with them here.")


def _promises(facts: Facts) -> Section:
    calls = facts.tables.all("campaigns.call")
    items = [Item(f"Promised on call {row.ref.id}", [when(row, "promised_for", "For")], [row.ref]) for row in calls if row.values.get("promised_for")]
    for row in calls:
        if row.values.get("promise_due_at"):
            items.append(
                Item(f"To be kept by call {row.ref.id}", [when(row, "promise_due_at", "For"), *told(row, ("status", "dialled_at"))], [row.ref])
            )
    return Section("callbacks", "Promised calls", items, "" if items else "No call was promised to them.")


def _reviews(facts: Facts) -> Section:
    names = ("kind", "before", "after", "reason", "done_by", "done_at")
    items = [Item(f"About call {row.values.get('call')}", told(row, names), [row.ref]) for row in facts.tables.all("campaigns.reviewact")]
    return Section("reviews", "Reviews", items, "" if items else "Nobody reviewed a call with them.")


def _audit(facts: Facts) -> Section:
    items = [Item(str(row.values.get("act")), told(row, _AUDIT), [row.ref]) for row in facts.tables.all("leads.auditentry")]
    return Section("audit", "Who exported, played, showed or overrode", items, "" if items else "The audit log has nothing about them.")


def _privacy(facts: Facts) -> Section:
    names = ("kind", "began_at", "ended_at", "done_by", "counts")
    items = [Item(str(row.values.get("kind")), told(row, names), [row.ref]) for row in facts.tables.all("campaigns.privacyact")]
    return Section("privacy", "Erasure and exports", items, "" if items else "Nothing was erased, and what is held on them was not handed out.")


def _before_erasure(facts: Facts) -> Section:
    items = [Item("Dialled", [when(row, "dialled_at", "At")], [row.ref]) for row in facts.tables.all("leads.erasedattempt")]
    return Section("before_erasure", "Attempts from before an erasure", items, "" if items else "None is on record.")


def _elsewhere(facts: Facts) -> Section:
    """Entries about the number whose calls are not in the pack, as after an erasure."""
    shown = {row.ref.id for row in facts.tables.all("campaigns.call")}
    items = [entry_item(row) for row in facts.tables.all("campaigns.flightentry") if str(row.values.get("call_id")) not in shown]
    return Section("flight_record", "Flight record about the number, apart from the calls below", items, "" if items else "There is nothing else.")
