"""A trial of the turn policy: interruptions and nods into what the bot says, with a voice left to itself and with our rules in front.

Pure; chance comes in as a function that draws from 0 to 1. The `Conversation` is the real one on a virtual clock. The voices
are simulated by the figures that τ-voice measured (sierra-research/tau2-bench, 2026, retail), and so no more than a check of
our rules against these figures: what a real voice does on a real line, a trial with a real line must show.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from statistics import median
from typing import TypeAlias

from bridge.brief import CallBrief, Lines, QuestionBrief, QuestionKind, TurnControl
from bridge.commands import Command, Speak, StopSpeaking
from bridge.conversation import Conversation
from bridge.events import CalleeSaid, CallEvent, LineBegan, LineEnded, SpeechEnded, SpeechStarted, StreamOpened
from bridge.ports import VoiceTraits
from bridge.turns.lexicon import LANGUAGES
from bridge.turns.policy import NOD_PAUSE_S

Luck: TypeAlias = Callable[[], float]
Timed: TypeAlias = tuple[float, CallEvent]  # seconds after the speech began

# All lengths are assumed. A word of a nod takes three tenths of a second, a quarter more or less.
NOD_WORD_S = (0.225, 0.375)
TALK_S = (1.0, 3.0)
SHORT_SHARE = 1 / 3  # of the interruptions: a word of 0.3 to 0.6 s and no more ("wait")
SHORT_TALK_S = (0.3, 0.6)
WORD_S = 0.35
BEGINS_AT = (0.1, 0.7)  # share of the bot's line
NOTICED_S = 0.064  # our detector needs two chunks of 32 ms
LETTER_S = 0.065
QUESTION = "Could you please tell me whether your company is thinking about a new office this coming year or not?"


class Kind(StrEnum):
    INTERRUPTION = "interruption"
    BACK_CHANNEL = "back_channel"


@dataclass(frozen=True, slots=True)
class Voice:
    """`yields`: share of interruptions it stops for, `ignores`: share of back-channels it does not, `yield_s`: how soon; all τ-voice's.

    `words_after_s`: how late its transcripts come, from … to; counted from each word of a voice that streams, else from the end.
    """

    name: str
    yields: float
    ignores: float
    yield_s: float
    words_after_s: tuple[float, float] | None
    is_streaming: bool


_OPENAI_WORDS = (0.5, 0.8)  # gpt-4o-transcribe: 637 ms to the final segment (pipecat-ai/stt-benchmark, 2026)
_GEMINI_WORDS = (0.5, 2.0)  # as late as its `interrupted` (pipecat-ai/pipecat#3381)
VOICES = (
    Voice("gpt-realtime-1.5", 1.0, 0.03, 0.43, _OPENAI_WORDS, is_streaming=False),
    Voice("gpt-realtime-2 minimal", 1.0, 0.04, 0.62, _OPENAI_WORDS, is_streaming=False),
    Voice("gemini-3.1-flash-live minimal", 0.48, 0.84, 0.81, _GEMINI_WORDS, is_streaming=True),
    Voice("gemini-live-2.5", 0.61, 0.91, 0.86, _GEMINI_WORDS, is_streaming=True),
    Voice("LiveKit cascade", 0.99, 0.57, 0.84, (0.25, 0.25), is_streaming=True),  # Deepgram nova-3: 247 ms, as above
    Voice("no transcript at all", 1.0, 0.0, 0.43, None, is_streaming=False),  # made up: what our rules do without any words
)


@dataclass(frozen=True, slots=True)
class Speech:
    """Of the callee, into the bot's line."""

    kind: Kind
    language: str
    words: tuple[str, ...]
    length_s: float
    begins_at: float  # share of the line


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one voice. Rates are shares of 1; times are seconds from the first sound of an interruption to the bot's stop; None: it never stopped."""

    voice: str
    control: TurnControl
    yield_rate: float
    selectivity: float  # of back-channels, how many did not stop it
    silence_median_s: float | None
    silence_p90_s: float | None


# ---- what is said ----


def drawn(kind: Kind, language: str, luck: Luck) -> Speech:
    lists = LANGUAGES[language]
    begins_at = _between(BEGINS_AT, luck)
    if kind is Kind.BACK_CHANNEL:
        nod = _one(lists["back_channels"], luck)
        return Speech(kind, language, nod, len(nod) * _between(NOD_WORD_S, luck), begins_at)
    is_short = luck() < SHORT_SHARE
    length_s = _between(SHORT_TALK_S if is_short else TALK_S, luck)
    words = _one(lists["stop"], luck)
    while not is_short and len(words) < length_s / WORD_S:
        words += _one(lists["unfinished"], luck)
    return Speech(kind, language, words, length_s, begins_at)


def _between(limits: tuple[float, float], luck: Luck) -> float:
    return limits[0] + (limits[1] - limits[0]) * luck()


def _one(phrases: Iterable[tuple[str, ...]], luck: Luck) -> tuple[str, ...]:
    ordered = sorted(phrases)
    return ordered[int(luck() * len(ordered))]


# ---- what is reported of it ----


def by_itself(speech: Speech, voice: Voice, luck: Luck) -> list[Timed]:
    """A voice that owns the turns: it has stopped when it reports speech, or has not noticed."""
    share = voice.yields if speech.kind is Kind.INTERRUPTION else 1 - voice.ignores
    return [(voice.yield_s, SpeechStarted(0.0))] if luck() < share else []


def with_our_detector(speech: Speech, voice: Voice, pause_s: float, luck: Luck) -> list[Timed]:
    """Our detector says when there is speech, the voice what was said."""
    marks: list[Timed] = [(NOTICED_S, SpeechStarted(0.0)), (speech.length_s + pause_s, SpeechEnded(speech.length_s))]
    if voice.words_after_s is None:
        return marks
    after_s = _between(voice.words_after_s, luck)
    word_s = speech.length_s / len(speech.words)
    if not voice.is_streaming:
        return [*marks, (speech.length_s + after_s, CalleeSaid(" ".join(speech.words), 0.0, speech.length_s, 0.9))]
    spans = [(word, n * word_s, (n + 1) * word_s) for n, word in enumerate(speech.words)]
    return [*marks, *((ended_s + after_s, CalleeSaid(word, started_s, ended_s, 0.9)) for word, started_s, ended_s in spans)]


# ---- the call ----


class _Call:
    """Up to the end of its first question, into which the callee speaks."""

    def __init__(self, language: str, control: TurnControl) -> None:
        lines = Lines(**{field.name: "Hello, this is an assistant." for field in fields(Lines)})
        question = QuestionBrief("office", QuestionKind.YES_NO, QUESTION, QUESTION)
        brief = CallBrief("trial", "simulated", language, "", "", (question,), lines, turns=control)
        self._conversation = Conversation(brief, traits=VoiceTraits("simulated", True, False, turns=frozenset(TurnControl)))
        self._due: list[tuple[float, int, CallEvent]] = []
        self._n = itertools.count()
        self._now_s = 0.0
        self._question_began_s: float | None = None
        self._stopped_s: float | None = None

    def stopped_after_s(self, reports: Sequence[Timed], begins_at: float, pause_s: float) -> float | None:
        """Seconds from the beginning of the speech to the bot's stop, None when it spoke to the end."""
        self._after(0.0, StreamOpened())
        self._after(0.3, SpeechStarted(0.3))  # "hello?": from here on it is known how late an end is reported
        self._after(0.6 + pause_s, SpeechEnded(0.6))
        while self._question_began_s is None:
            self._step()
        began_s = self._question_began_s + begins_at * len(QUESTION) * LETTER_S
        for after_s, event in reports:
            self._at(began_s + after_s, _moved(event, began_s))
        while self._stopped_s is None and self._now_s < self._question_began_s + len(QUESTION) * LETTER_S:
            self._step()
        return None if self._stopped_s is None else self._stopped_s - began_s

    def _step(self) -> None:
        deadline_s = self._conversation.next_deadline()
        if deadline_s is not None and (not self._due or deadline_s < self._due[0][0]):
            self._now_s = max(self._now_s, deadline_s)
            self._obey(self._conversation.on_time(self._now_s))
            return
        self._now_s, _, event = heapq.heappop(self._due)
        self._obey(self._conversation.handle(event, self._now_s))

    def _obey(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, StopSpeaking):
                self._stopped_s = self._now_s
            elif isinstance(command, Speak):
                length_s = len(command.line.text) * LETTER_S
                self._after(0.0, LineBegan(command.line.line_id))
                self._after(length_s, LineEnded(command.line.line_id, round(length_s * 1000), is_complete=True))
                self._question_began_s = self._now_s if command.line.text == QUESTION else None

    def _after(self, seconds: float, event: CallEvent) -> None:
        self._at(self._now_s + seconds, event)

    def _at(self, at_s: float, event: CallEvent) -> None:
        heapq.heappush(self._due, (at_s, next(self._n), event))


def _moved(event: CallEvent, by_s: float) -> CallEvent:
    match event:
        case SpeechStarted():
            return SpeechStarted(event.at_s + by_s)
        case SpeechEnded():
            return SpeechEnded(event.at_s + by_s)
        case CalleeSaid():
            return CalleeSaid(event.text, event.started_s + by_s, event.ended_s + by_s, event.confidence)
    raise AssertionError("only what a voice reports of speech is moved")


# ---- the trial ----


def played(speech: Speech, voice: Voice, control: TurnControl, pause_s: float, luck: Luck) -> float | None:
    """Seconds from the first sound to the bot's stop, None when it spoke on."""
    is_ours = control is TurnControl.LOCAL
    reports = with_our_detector(speech, voice, pause_s, luck) if is_ours else by_itself(speech, voice, luck)
    return _Call(speech.language, control).stopped_after_s(reports, speech.begins_at, pause_s)


@dataclass(frozen=True, slots=True)
class Trial:
    n_events: int  # interruptions, and as many back-channels; the languages in turn
    pause_s: float = NOD_PAUSE_S  # after which our detector reports an end


def figures(voice: Voice, control: TurnControl, trial: Trial, luck: Luck) -> Figures:
    n, codes = trial.n_events, sorted(LANGUAGES)
    stops: dict[Kind, list[float | None]] = {
        kind: [played(drawn(kind, codes[i % len(codes)], luck), voice, control, trial.pause_s, luck) for i in range(n)] for kind in Kind
    }
    silences = sorted(stop for stop in stops[Kind.INTERRUPTION] if stop is not None)
    return Figures(
        voice.name,
        control,
        yield_rate=len(silences) / n,
        selectivity=stops[Kind.BACK_CHANNEL].count(None) / n,
        silence_median_s=round(median(silences), 3) if silences else None,
        silence_p90_s=round(silences[int(0.9 * len(silences))], 3) if silences else None,
    )
