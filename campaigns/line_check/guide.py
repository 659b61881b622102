"""Leads the operator through a check: which document answers a voice callback, and what is waited for until when.

Pure. The same address is posted to again and again, so what was handed out and what followed decides, never the state posted. That a verb
behind a stream ran is proven by the address of a Redirect alone (provider notes on re-invocation, read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.telephony.answer_xml import GetDigits, Hangup, Redirect, Say, Stream, Track, document, empty_document
from bridge.telephony.dialect import ProviderStatus, read_status
from campaigns.line_check.seen import Delivered, Document, For, HandedOut, Record, Seen, Stage, StreamClosed, StreamOpened, Waited
from leads.said import N_

WELCOME = "This is the line check of SautiQual. Please press 1 now."
LISTEN = (
    "Thank you. When this voice stops, say hello once, then be silent. "
    "You will hear tones for ten seconds, and perhaps nothing after them. Stay on the line until we hang up."
)
LISTEN_WITHOUT_KEY = f"No key was heard. {LISTEN.removeprefix('Thank you. ')}"
QUESTION = "Did the long tone stop after one second? Press 1 if it did, press 2 if it went on for three seconds."
SECOND = "One more tone. Please be silent."
GOODBYE = "The check is done. Thank you, and goodbye."
STOPPED_KEY, WENT_ON_KEY = "1", "2"

PLAYED_BY_KEY_S = 8  # after the welcome
MAX_CALL_S = 100.0  # from the answer; the whole way takes about 40
RING_GRACE_S = 15.0  # beyond the ring time-out
FIRST_CALLBACK_S = 12.0  # after the answer, as the platform's record says it
STREAM_OPENS_S = 20.0  # after the document with it, whose words take ten
NEXT_STEP_S = 8.0  # after the end of a stream; a platform that continues does so at once
ENDS_WITHIN_S = 10.0  # after a hang-up


@dataclass(frozen=True, slots=True)
class Course:
    """How far a check has come, by what was seen so far."""

    handed_out: frozenset[Document]
    has_keys: bool
    opened: frozenset[int]
    closed: frozenset[int]
    is_own_voice_heard: bool
    is_asked: bool  # whether the tone stopped, and it was answered


def course_of(seen: Sequence[Seen]) -> Course:
    delivered = [each for each in seen if isinstance(each, Delivered)]
    closed = {each.number: each for each in seen if isinstance(each, StreamClosed)}
    handed_out = [each.document for each in seen if isinstance(each, HandedOut)]
    return Course(
        handed_out=frozenset(handed_out),
        has_keys=any(each.digits or each.stage is Stage.AFTER_KEYS for each in delivered),
        opened=frozenset(each.number for each in seen if isinstance(each, StreamOpened)),
        closed=frozenset(closed),
        is_own_voice_heard=1 in closed and closed[1].heard.get("long_tone_ms") is not None,
        is_asked=answered_key(seen) != "" or any(each.stage is Stage.AFTER_QUESTION for each in delivered),
    )


def answered_key(seen: Sequence[Seen]) -> str:
    """What was pressed after the question; "": nothing yet."""
    is_asked, key = False, ""
    for each in seen:
        is_asked = is_asked or (isinstance(each, HandedOut) and each.document is Document.QUESTION)
        if is_asked and isinstance(each, Delivered) and each.digits:
            key = key or each.digits
    return key


def next_document(course: Course, delivered: Delivered) -> Document:
    """`course`: with this delivery in it."""
    if delivered.stage is Stage.FINAL:
        return Document.GOODBYE
    if 2 in course.closed:
        return Document.ONWARD
    if 2 in course.opened:
        return Document.EMPTY
    if 1 in course.closed and Document.FIRST_STREAM in course.handed_out:
        return _after_first(course, delivered)
    if 1 in course.opened:
        return Document.EMPTY
    return Document.FIRST_STREAM if course.has_keys else Document.KEYS


def _after_first(course: Course, delivered: Delivered) -> Document:
    """On edges of the first address nothing is handed out that would be mistaken for a verb that ran."""
    is_next = delivered.stage in (Stage.AFTER_STREAM, Stage.AFTER_QUESTION) or Document.QUESTION in course.handed_out
    if not is_next and delivered.state.lower() in {"", "streamstarted", "ringing", "completed"}:
        return Document.EMPTY
    if not course.is_own_voice_heard and not course.is_asked:
        return Document.QUESTION
    return Document.SECOND_STREAM


@dataclass(frozen=True, slots=True)
class Addresses:
    """`voice`: of this call, a stage may follow behind a slash. `stream`: likewise, a number."""

    voice: str
    stream: str
    status: str

    def at(self, stage: Stage) -> str:
        return f"{self.voice}/{stage}"


def xml_of(which: Document, to: Addresses, *, has_key: bool = True) -> bytes:
    match which:
        case Document.KEYS:
            keys = GetDigits((Say(WELCOME),), max_digits=1, timeout_s=PLAYED_BY_KEY_S)
            return document(keys, Redirect(to.at(Stage.AFTER_KEYS)))
        case Document.FIRST_STREAM:
            stream = Stream(f"{to.stream}/1", name="line-check", track=Track.BOTH, status_callback=to.status)
            return document(Say(LISTEN if has_key else LISTEN_WITHOUT_KEY), stream, Redirect(to.at(Stage.AFTER_STREAM)))
        case Document.QUESTION:
            return document(GetDigits((Say(QUESTION),), max_digits=1, timeout_s=PLAYED_BY_KEY_S), Redirect(to.at(Stage.AFTER_QUESTION)))
        case Document.SECOND_STREAM:
            return document(Say(SECOND), Stream(f"{to.stream}/2", name="line-check", track=Track.INBOUND))
        case Document.ONWARD:
            return document(Redirect(to.at(Stage.FINAL)))
        case Document.GOODBYE:
            return document(Say(GOODBYE), Hangup())
        case Document.EMPTY:
            return empty_document()


@dataclass(frozen=True, slots=True)
class Clocks:
    """Call seconds since things happened; None: they have not."""

    since_placed_s: float
    since_answered_s: float | None
    since_stream_due_s: float | None  # since the newest document with a stream was handed out
    since_closed_s: float | None  # since the newest stream was closed
    since_hung_up_s: float | None


def given_up(seen: Sequence[Seen], clocks: Clocks, *, ring_timeout_s: float) -> For | None:
    """What need not be waited for any longer, so that the call is hung up; None: it goes on."""
    course = course_of(seen)
    if clocks.since_hung_up_s is not None:
        return For.END if clocks.since_hung_up_s > ENDS_WITHIN_S else None
    if clocks.since_answered_s is None:
        return For.ANSWER if clocks.since_placed_s > ring_timeout_s + RING_GRACE_S else None
    if clocks.since_answered_s > MAX_CALL_S:
        return For.END
    if not course.handed_out:
        return For.CALLBACK if clocks.since_answered_s > FIRST_CALLBACK_S else None
    if len(course.opened) > len(course.closed):
        return None
    if _is_due(course) and clocks.since_stream_due_s is not None and clocks.since_stream_due_s > STREAM_OPENS_S:
        return For.STREAM
    return _after_a_stream(course, clocks)


def _is_due(course: Course) -> bool:
    """A stream was handed out that has not opened."""
    handed_out = course.handed_out & {Document.FIRST_STREAM, Document.SECOND_STREAM}
    return len(handed_out) > len(course.opened)


def _after_a_stream(course: Course, clocks: Clocks) -> For | None:
    if clocks.since_closed_s is None or clocks.since_closed_s <= NEXT_STEP_S:
        return None
    if 2 in course.closed:
        return None if Document.GOODBYE in course.handed_out else For.AFTER_SECOND_STREAM
    went_on = course.handed_out & {Document.QUESTION, Document.SECOND_STREAM}
    return For.AFTER_FIRST_STREAM if 1 in course.closed and not went_on else None


# ---- as steps for whoever looks on ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """`outcome`: found, not_found, unknown; "": it is at work or has not begun."""

    name: str
    words: str
    outcome: str = ""
    is_now: bool = False


def steps_of(seen: Sequence[Seen], *, is_over: bool) -> tuple[Step, ...]:
    """In the order of the call. Exactly one is at work until it is over."""
    course = course_of(seen)
    is_told = any(isinstance(each, Delivered) for each in seen)
    given_up_on = {each.waited_for for each in seen if isinstance(each, Waited)}
    has_goodbye = Document.GOODBYE in course.handed_out
    pressed = next((each.digits for each in seen if isinstance(each, Delivered) and each.digits), "")
    went_on = course.handed_out & {Document.QUESTION, Document.SECOND_STREAM}
    told = [
        ("ring", N_("Your phone rings: pick it up"), True if _was_answered(seen, course) else None),
        ("reach", N_("The platform asks this server what to do"), True if is_told else None),
        ("key", N_("You press 1"), True if pressed else (False if course.has_keys else None)),
        ("stream", N_("The audio socket opens"), True if 1 in course.opened else (False if For.STREAM in given_up_on else None)),
        ("tones", N_("You say hello, then tones are played for ten seconds"), True if 1 in course.closed else None),
        ("after", N_("What the platform does when the stream has ended"), _went(bool(went_on), For.AFTER_FIRST_STREAM in given_up_on)),
        ("second", N_("A second stream, with your voice alone"), True if 2 in course.closed else None),
        ("alone", N_("What it does after a stream with nothing behind it"), _went(has_goodbye, For.AFTER_SECOND_STREAM in given_up_on)),
        ("record", N_("The platform's own record of the call"), True if any(isinstance(each, Record) for each in seen) else None),
    ]
    steps: list[Step] = []
    is_taken = is_over
    for name, words, is_found in told:
        outcome = {True: "found", False: "not_found", None: "unknown" if is_over else ""}[is_found]
        steps.append(Step(name, words, outcome, is_now=not is_taken and not outcome))
        is_taken = is_taken or not outcome
    return tuple(steps)


def _was_answered(seen: Sequence[Seen], course: Course) -> bool:
    """Documents may be fetched while it rings."""
    is_told = any(isinstance(each, Delivered) and read_status(each.state) is ProviderStatus.ANSWERED for each in seen)
    return is_told or course.has_keys or any(isinstance(each, Record) and each.was_answered for each in seen)


def _went(went_on: bool, is_given_up: bool) -> bool | None:
    """That nothing follows is an answer as well."""
    return True if went_on or is_given_up else None
