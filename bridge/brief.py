"""What the bridge must know to hold one call: plain values, filled in by whoever owns the call.

Pure. Knows nothing of campaigns, leads or phone numbers: a call is an id, a script and limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias

AnswerValue: TypeAlias = "bool | int | float | str | list[str]"
"""The stored value of an answer.

Yes/no as bool, numbers and amounts of money as int or float, a place on a scale as int, a timeline as int days, a choice as its word,
several choices as a list of their words. Choices are stored in the script's own language, whatever language the call was in.
"""


class QuestionKind(StrEnum):
    YES_NO = "yes_no"
    NUMBER = "number"
    TIMELINE = "timeline"  # when something is to happen; the value is whole days from the call, 0 for "now"
    ONE_OF = "one_of"
    MANY_OF = "many_of"
    SCALE = "scale"  # whole steps from `minimum` to `maximum`, both said in the wording
    MONEY = "money"  # an amount in `unit`, a currency's ISO 4217 code; whole units, not cents
    OPEN = "open"


QUANTITIES = frozenset({QuestionKind.NUMBER, QuestionKind.TIMELINE, QuestionKind.SCALE, QuestionKind.MONEY})
CHOOSING = frozenset({QuestionKind.ONE_OF, QuestionKind.MANY_OF})
DEFAULT_CURRENCY = "KES"  # ISO 4217; of an amount whose question names none


class QuestionRole(StrEnum):
    ASK = "ask"
    PERMISSION = "permission"  # "is now a good time?": a no ends the call with an offer to call back


class OnAnswer(StrEnum):
    """What the call does when something else than a willing person has picked up."""

    HANG_UP = "hang_up"  # no message is left
    SAY_WHO = "say_who"  # once, and wait for a person
    ASK_ONCE = "ask_once"  # whether we are heard; then hang up
    GO_ON = "go_on"  # as with a person


class HandoffStrategy(StrEnum):
    """How rep and lead come together; which one works is a matter of the platform's account, so it is set per line."""

    DIAL = "dial"  # the stream is closed, and the platform goes on with a Dial of the rep
    CONFERENCE = "conference"  # the lead is in a room from the start, the bot beside it, and the rep joins
    CALLBACK = "callback"  # the bot hangs up, the rep is rung, and the lead is dialled from the rep's phone


class ChannelLayout(StrEnum):
    """What the binary frames from the platform hold (measured per line; see `track` of the answer XML)."""

    MONO = "mono"  # inbound_track: the callee alone
    STEREO = "stereo"  # both_tracks, two interleaved channels: callee left, our own voice right
    MIXED = "mixed"  # both_tracks, one channel with both voices: half-duplex until ours can be taken out


class TurnControl(StrEnum):
    """Who decides whose turn it is; what differs stands in `bridge.turns.TurnPolicy`. A voice that cannot do it is led by us."""

    LOCAL = "local"  # the bridge, in front of every voice alike
    PROVIDER = "provider"  # the voice's own detector; we follow


@dataclass(frozen=True, slots=True)
class Skip:
    """A rule of a question: after such an answer the call goes on elsewhere (see bridge.route)."""

    when: tuple[tuple[str, Any], ...]  # conditions, see bridge.conditions
    to: str  # a later question's id; "": the end


@dataclass(frozen=True, slots=True)
class QuestionBrief:
    question_id: str
    kind: QuestionKind
    wording: str
    reask_wording: str
    role: QuestionRole = QuestionRole.ASK
    choices: tuple[str, ...] = ()  # as they are said on this call
    stored_choices: tuple[str, ...] = ()  # the script's own words for them, in the same order; (): the same
    unit: str = ""  # "seats": said in read-backs
    minimum: float | None = None
    maximum: float | None = None
    is_read_back: bool = False  # numbers heard by a weak recogniser are said back before they count
    skips: tuple[Skip, ...] = ()  # the first whose conditions hold counts


@dataclass(frozen=True, slots=True)
class Lines:
    """Fixed sentences of the script, spoken word for word."""

    disclosure: str  # AI, recording and why, organisation, purpose, how to stop; spoken first
    cold_close: str
    survey_close: str
    opted_out: str
    not_interested: str
    wrong_number: str
    call_back_later: str  # no time was named, or none that may be promised
    call_back_at: str  # {when}: the time they named, in words
    when_better: str  # they want another time and named none
    connecting: str  # strategy dial: said before the stream is closed; includes the promise should the line drop
    checking: str  # said while a rep is looked for
    promise: str  # no rep can take it now, and no time is agreed on
    call_right_back: str  # strategy callback: the rep is rung at once
    robot: str  # the truthful answer to "are you a robot?"
    who: str  # who calls and why
    still_there: str  # no-input re-ask
    can_you_hear_me: str  # the same, to somebody who has not spoken yet
    no_input_close: str
    time_is_up: str
    confirm_opt_out: str  # "Would you like us to stop calling you?"
    not_recorded: str  # they want no recording: said once, before whatever comes next
    apology: str  # something broke on our side
    apology_call_back: str  # the same, where another call may be promised
    one_moment: str = ""  # said while a voice is waited for
    still_here: str = ""  # the same, when that takes longer; also to a lead who waits for a rep
    colleagues_busy: str = ""  # no rep can take it now, and times are offered
    offer_slots: str = ""  # {first}, {second}: when a rep can call, in words; "": no times are offered
    offer_slot: str = ""  # {when}: the only one
    slot_taken: str = ""  # the time they want is not free
    slot_booked: str = ""  # {when}: agreed on, and saved
    joining: str = ""  # strategy conference: the rep is there; "": `connecting`

    def texts_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Of these lines, those that say something."""
        texts = asdict(self)
        return tuple(texts[name] for name in names if texts[name])


TIMES_IN = MappingProxyType(
    {"call_back_at": ("{when}",), "offer_slots": ("{first}", "{second}"), "offer_slot": ("{when}",), "slot_booked": ("{when}",)}
)
"""Where the conversation puts a time in words, by the name of the line."""

WORD_FOR_WORD = ("disclosure", "who", "robot", "confirm_opt_out", "opted_out")
"""Lines that a callee has a right to hear as they are written: who calls, that it is a machine, and how it stops (names of `Lines`)."""

APOLOGIES = ("apology", "apology_call_back")
FILLERS = ("one_moment", "still_here")
WITHOUT_A_VOICE = ("time_is_up", *APOLOGIES, *FILLERS)
"""Lines that must be sayable when no voice is left."""


@dataclass(frozen=True, slots=True)
class Limits:
    max_call_s: float = 300.0
    no_input_s: float = 7.0
    max_no_inputs: int = 2
    max_reasks: int = 2
    handoff_wait_s: float = 15.0  # how long a lead is kept waiting for a rep to accept
    rep_joins_s: float = 90.0  # strategy conference: and from then on for one to come to the phone; long enough for a second rep
    voicemail_after_s: float = 6.0  # an opening monologue longer than this is a machine
    screening_s: float = 40.0  # how long a person is waited for, once who calls has been asked


@dataclass(frozen=True, slots=True)
class LineTraits:
    """What this phone line does, as set or measured (`reference: line check`)."""

    layout: ChannelLayout = ChannelLayout.MONO
    prebuffer_ms: int = 160  # audio the platform holds before it plays
    has_captions: bool = False  # simulated lines only: the bot's words go beside its audio, so that a simulated person understands
    strategy: HandoffStrategy = HandoffStrategy.DIAL
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class CalleeClock:
    """The clock on the callee's wall, and when it lets them be rung as far as that is known before a dial."""

    opened_at: datetime  # when the media stream opened; aware, in the callee's own zone
    hours: tuple[tuple[tuple[time, time], ...], ...] | None = None  # a week, Monday first; each from (included) to (not); None: not known

    def at(self, now_s: float) -> datetime:
        """`now_s` after the stream opened, in the callee's zone."""
        return (self.opened_at.astimezone(UTC) + timedelta(seconds=now_s)).astimezone(self.opened_at.tzinfo)

    def is_open(self, at: datetime) -> bool:
        """`at`: in the callee's zone. Holidays and caps are not known here."""
        return self.hours is None or any(opens <= at.time() < closes for opens, closes in self.hours[at.weekday()])


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """By who has answered. A call to us has `EVERYBODY_IS_A_PERSON`."""

    voicemail: OnAnswer = OnAnswer.HANG_UP
    screening: OnAnswer = OnAnswer.SAY_WHO
    ivr: OnAnswer = OnAnswer.HANG_UP
    announcement: OnAnswer = OnAnswer.HANG_UP
    fax: OnAnswer = OnAnswer.HANG_UP
    silence: OnAnswer = OnAnswer.ASK_ONCE


EVERYBODY_IS_A_PERSON = AnswerRules(*[OnAnswer.GO_ON] * 6)


@dataclass(frozen=True, slots=True)
class CallBrief:
    call_id: str
    voice: str
    language: str  # BCP-47
    bot_name: str
    organisation: str
    questions: tuple[QuestionBrief, ...]
    lines: Lines
    limits: Limits = Limits()
    line: LineTraits = LineTraits()
    turns: TurnControl = TurnControl.LOCAL
    answer_rules: AnswerRules = AnswerRules()
    answers: Mapping[str, AnswerValue] = field(default_factory=dict)  # kept from an earlier attempt or process
    is_hot: bool = False  # by those alone
    is_survey: bool = False
    is_recorded: bool = True
    is_notice: bool = False  # the disclosure says all there is to say, and nothing is asked
    clock: CalleeClock | None = None  # None: nobody knows it, and no time that is named can be understood
    fallback_voices: tuple[str, ...] = ()  # in this order, when `voice` fails
    call_back_at: datetime | None = None  # aware; should it break on our side, another call is promised, for then; None: it may not be
    offer: str = ""  # of a notice: what the callee may still say, and then they are listened to
