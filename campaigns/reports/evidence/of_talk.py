"""What was said on a call, and what was understood: disclosure, opt-out, answers, score, transcript, recording. Offsets are ms in the recording.

Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from campaigns.reports.evidence.canonical import canonical
from campaigns.reports.evidence.document import Fact, Item, Row, Section, Tone, instant, refs
from campaigns.reports.evidence.facts import Facts, Sound, moment, spoken_at
from campaigns.spoken_words import Parts, split_turn

PROOFS = {
    "clip": "a prepared recording was played, word for word",
    "read_out": "the voice read it out, word for word",
    "transcribed": "word for word, as the voice's provider transcribed what it said",
}


def _span(facts: Facts, call: Row, row: Row) -> list[Fact]:
    """Of a turn or an answer."""
    started_ms, ended_ms = row.values.get("started_ms"), row.values.get("ended_ms")
    return [
        Fact("started_ms", "From, ms", started_ms),
        Fact("ended_ms", "To, ms", ended_ms),
        Fact("started_at", "From, on the wall", spoken_at(call, started_ms, facts.shift)),
        Fact("ended_at", "To, on the wall", spoken_at(call, ended_ms, facts.shift)),
    ]


def _turns(facts: Facts, call: Row) -> list[Row]:
    rows = facts.tables.of("campaigns.turn", "call", call.ref.id)
    return sorted(rows, key=lambda row: (row.values.get("started_ms") or 0, row.values.get("position") or 0))


def heard_of(turn: Row) -> str:
    """The words that reached the other side; where nobody knows which were said, all."""
    values = turn.values
    is_measured = values.get("party") == "bot" and values.get("heard_ms") is not None and values.get("are_words_known")
    return str(values.get("heard_text") or "") if is_measured else str(values.get("text") or "")


# ---- disclosure and opt-out -------------------------------------------------------------------------------------------------


def disclosure(facts: Facts, call: Row) -> Section:
    values = call.values
    script = facts.tables.one("campaigns.script", values.get("script"))
    if values.get("is_disclosure_heard") is None and values.get("disclosure_heard_ms") is None:
        words = [Fact("words", "Words of the script", _words_of(script, values.get("language")))]
        return Section("disclosure", "Disclosure", [Item("As the script has it", words)], "Nothing was reported: the call did not get so far.")
    told = [
        Fact("is_heard", "Heard to its end", values.get("is_disclosure_heard")),
        Fact("proof", "How that is known", PROOFS.get(str(values.get("disclosure_proof")), values.get("disclosure_proof") or None)),
        Fact("heard_ms", "Heard, ms", values.get("disclosure_heard_ms")),
        Fact("words", "Words of the script, names not filled in", _words_of(script, values.get("language"))),
    ]
    clips = facts.tables.of("campaigns.preparedclip", "sha256", values.get("disclosure_sha256")) if values.get("disclosure_sha256") else ()
    for clip in clips:
        told += [
            Fact("clip_sha256", "SHA-256 of the clip that was played", clip.values.get("sha256")),
            Fact("clip_text", "Words of the clip", clip.values.get("text")),
            Fact("clip_ms", "Length of the clip, ms", clip.values.get("duration_ms")),
            Fact("approved_by", "Listened to and approved by", clip.values.get("judged_by")),
            Fact("approved_at", "Approved at", instant(clip.values.get("judged_at"))),
        ]
    first = next((turn for turn in _turns(facts, call) if turn.values.get("party") == "bot"), None)
    if first is not None:
        told += [
            Fact("first_words", "The bot's first turn", first.values.get("text")),
            *_span(facts, call, first),
        ]
    used = [row for row in (call, script, first, *clips) if row is not None]
    return Section("disclosure", "Disclosure", [Item("What the callee was told, and how that is known", told, refs(used))])


def _words_of(script: Row | None, language: Any) -> str | None:
    if script is None:
        return None
    further = (script.values.get("translations") or {}).get(str(language or "").split("-")[0])
    text = further.get("disclosure") if isinstance(further, dict) else None
    return text or script.values.get("disclosure")


def opt_out(facts: Facts, call: Row) -> Section:
    entries = [row for row in facts.tables.of("campaigns.flightentry", "call_id", call.ref.id) if row.values.get("kind") == "opted_out"]
    if not entries and call.values.get("disposition") != "opted_out":
        return Section("opt_out", "Opt-out", [], "The callee did not ask to be left alone on this call.")
    turn, quote = _opt_out_words(facts, call)
    said = [Fact("words", "Words", quote or (turn.values.get("text") if turn else None))]
    if turn is not None:
        said += _span(facts, call, turn)
    for entry in entries:
        said.append(Fact("kept_at", "Kept, with the do-not-call entry, at", instant(entry.values.get("at"))))
        said.append(Fact("delay_ms", "From the end of the words to that, ms", _delay_ms(call, turn, entry)))
    listed = [row for row in facts.tables.all("leads.donotcallentry") if row.values.get("origin") == "callee"]
    said += [Fact("in_force_since", "On the do-not-call list since", instant(row.values.get("entered_at"))) for row in listed]
    used = [*([turn] if turn else []), *entries, *listed]
    return Section("opt_out", "Opt-out", [Item("The callee asked to be left alone", said, refs(used))])


def _opt_out_words(facts: Facts, call: Row) -> tuple[Row | None, str]:
    """The callee's turn that holds the words which the entry quotes; else their last turn before the entry, or none."""
    reasons = [str(row.values.get("reason") or "") for row in facts.tables.all("leads.donotcallentry")]
    quotes = [reason.partition(": ")[2] for reason in reasons if reason.startswith("said on a call: ")]
    turns = [turn for turn in _turns(facts, call) if turn.values.get("party") == "callee"]
    for quote in quotes:
        for turn in reversed(turns):
            if quote and _plain(quote) in _plain(str(turn.values.get("text"))):
                return turn, quote
    return None, quotes[0] if quotes else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _delay_ms(call: Row, turn: Row | None, entry: Row) -> int | None:
    """Both on the real clock."""
    opened, kept = moment(call.values.get("stream_opened_at")), moment(entry.values.get("recorded_at"))
    if turn is None or opened is None or kept is None:
        return None
    return round((kept - opened - timedelta(milliseconds=turn.values.get("ended_ms") or 0)) / timedelta(milliseconds=1))


# ---- answers and score ------------------------------------------------------------------------------------------------------


def answers(facts: Facts, call: Row) -> Section:
    rows = facts.tables.of("campaigns.answer", "call", call.ref.id)
    items = [_answer(facts, call, row) for row in rows]
    return Section("answers", "Answers", items, "" if items else "No answer was given on this call.")


def _answer(facts: Facts, call: Row, row: Row) -> Item:
    values, question = row.values, facts.tables.one("campaigns.question", row.values.get("question"))
    key = question.values.get("key") if question else None
    acts = [act for act in facts.tables.of("campaigns.reviewact", "call", call.ref.id) if act.values.get("question") == values.get("question")]
    told = [
        Fact("question", "Question", question.values.get("wording") if question else None),
        Fact("value", "Value", values.get("value")),
        Fact("quote", "In the callee's words", values.get("quote") or None),
        *_span(facts, call, row),
        Fact("confidence", "Confidence, 0 to 1", values.get("confidence")),
        Fact("is_confirmed", "Said back and agreed", values.get("is_confirmed")),
        Fact("saved_at", "Saved at", instant(values.get("saved_at"))),
        *(Fact("correction", "Corrected", _correction(act)) for act in acts),
    ]
    return Item(f"Answer to “{key}”", told, refs([row, *([question] if question else []), *acts]))


def _correction(act: Row) -> dict[str, Any]:
    return {name: act.values.get(name) for name in ("before", "after", "reason", "done_by", "done_at")}


def score(facts: Facts, call: Row) -> Section:
    acts = facts.tables.of("campaigns.reviewact", "call", call.ref.id)
    script = facts.tables.one("campaigns.script", call.values.get("script"))
    items = []
    for row in facts.tables.of("campaigns.score", "call", call.ref.id):
        values = row.values
        told = [Fact(name, name.replace("_", " ").capitalize(), values.get(name)) for name in ("points", "threshold", "is_hot", "reasons")]
        told += [Fact("computed_at", "Computed at", instant(values.get("computed_at"))), *_rubric(facts, script)]
        told += [Fact("correction", "Corrected by hand", _correction(act)) for act in acts if act.values.get("kind") == "score"]
        items.append(Item("Score", told, refs([row, *(act for act in acts if act.values.get("kind") == "score")])))
    for act in acts:
        if act.values.get("kind") == "accepted":
            told = [Fact("done_by", "By", act.values.get("done_by")), Fact("done_at", "At", instant(act.values.get("done_at")))]
            items.append(Item("A reviewer found everything right", told, [act.ref]))
    return Section("score", "Score and review", items, "" if items else "The call was not scored.")


def _rubric(facts: Facts, script: Row | None) -> list[Fact]:
    if script is None:
        return []
    questions = sorted(facts.tables.of("campaigns.question", "script", script.ref.id), key=lambda row: row.values.get("position") or 0)
    rubric = [[row.values.get(name) for name in ("key", "kind", "rubric", "skips")] for row in questions]
    digest = hashlib.sha256(canonical([script.values.get("hot_threshold"), rubric])).hexdigest()
    return [
        Fact("rubric", "By the rubric of", f"{script.values.get('name')} v{script.values.get('version')}"),
        Fact("rubric_sha256", "SHA-256 of that rubric", digest),
    ]


# ---- transcript and recording -----------------------------------------------------------------------------------------------


def transcript(facts: Facts, call: Row) -> Section:
    items = [_turn(facts, call, turn) for turn in _turns(facts, call)]
    note = "" if items else "No transcript is held." + (" It was deleted: its period was over." if call.values.get("words_gone_at") else "")
    return Section("transcript", "Transcript", items, note)


def _turn(facts: Facts, call: Row, turn: Row) -> Item:
    values = turn.values
    parts = split_turn(str(values.get("text") or ""), heard_of(turn), str(values.get("intended") or ""))
    told = [Fact("heard", "Heard" if values.get("party") == "bot" else "Said", _joined(parts.heard) or None)]
    if parts.unheard:
        told.append(Fact("unheard", "Not heard", _joined(parts.unheard), Tone.UNHEARD))
    for name, label in (("intended", "The script's words"), ("said_for", "Said for")):
        if values.get(name):
            told.append(Fact(name, label, values.get(name)))
    if values.get("are_words_known") is False:
        told.append(Fact("are_words_known", "The voice told its own words", False))
    if values.get("heard_ms") is not None:
        told.append(Fact("heard_ms", "Heard, ms", values.get("heard_ms")))
    return Item(
        "Bot" if values.get("party") == "bot" else "Callee",
        [*told, *_span(facts, call, turn)],
        [turn.ref],
    )


def _joined(parts: Parts) -> str:
    return " ".join(part.text for part in parts)


def recording(facts: Facts, call: Row) -> Section:
    rows: Sequence[Row] = facts.tables.of("campaigns.recording", "call", call.ref.id)
    if not rows:
        return Section("recording", "Recording", [], facts.why_unrecorded.get(call.ref.id) or "There is no recording of this call.")
    items = []
    for row in rows:
        sound = facts.sounds.get(call.ref.id, Sound(why_none="It was not opened."))
        told = [
            Fact("duration_ms", "Length, ms", row.values.get("duration_ms")),
            Fact("origin", "Made by", row.values.get("origin")),
            Fact("is_encrypted", "Encrypted", bool(row.values.get("key_id"))),
            Fact("stored_sha256", "SHA-256 of the file as it is stored", sound.stored_sha256 or None),
            Fact("audio_sha256", "SHA-256 of the audio (FLAC)", sound.audio_sha256 or None),
            Fact("n_bytes", "Bytes of the audio", sound.n_bytes or None),
            *([Fact("why_none", "Why it could not be read", sound.why_none)] if sound.why_none else []),
        ]
        items.append(Item("Recording", told, [row.ref]))
    return Section("recording", "Recording", items)
