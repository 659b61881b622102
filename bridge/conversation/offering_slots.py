"""No rep can take a hot lead now: free times of theirs are offered, and the one that is agreed on is promised once it is booked.

Pure. The desk says which times there are and keeps them free; nothing is promised that it has not saved. What cannot be agreed on ends in the
plain promise, or, where nobody will be at work for that, in the first time that was offered, booked and said.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bridge.brief import CallBrief
from bridge.commands import Announce, BookSlot, Command, FindSlots
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.timers import Timer, Timers
from bridge.events import Expectation, Outcome
from bridge.named_time import LANGUAGES, Choice, Chosen, NamedTime, Precision, chosen_time, in_words, valid_time
from bridge.slots import SlotBooked, SlotsFound
from bridge.turns import Floor

DESK_LIMIT_S = 3.0  # the desk has not answered: ask it once more, booking is idempotent
MAX_DESK_TRIES = 2
MAX_QUESTIONS = 5  # about a time, in one call
MAX_UNCLEAR = 2
FIRST, SECOND, WHEN = "{first}", "{second}", "{when}"


class _Waiting(StrEnum):
    """What the desk is asked for."""

    SLOTS = "slots"
    BOOKING = "booking"  # of the time they chose
    LAST_RESORT = "last_resort"  # of the earliest, because none was agreed on


class OfferingSlots:
    def __init__(self, brief: CallBrief, *, out: list[Command], mouth: Mouth, floor: Floor, timers: Timers, closing: Closing) -> None:
        self._brief = brief
        self._out = out
        self._mouth = mouth
        self._floor = floor
        self._timers = timers
        self._closing = closing
        self._slots: tuple[datetime, ...] = ()  # what is offered now, in the callee's zone; (): they were asked for a time of their own
        self._earliest: datetime | None = None
        self._is_soon = False
        self._waiting: _Waiting | None = None
        self._asked_desk: Command | None = None
        self._n_desk_tries = 0
        self._n_questions = 0
        self._n_unclear = 0
        self._has_asked_for_theirs = False

    def begin(self, now_s: float) -> None:
        """Nobody takes the lead. Where no time can be understood, the plain promise is all there is."""
        lines = self._brief.lines
        if not lines.offer_slots or self._brief.clock is None or self._language not in LANGUAGES:
            self._promise_plainly(now_s)
            return
        self._closing.ask_before_end(Stage.OFFERING_SLOTS, Outcome.PROMISED, lines.promise)
        self._ask_desk(FindSlots(), _Waiting.SLOTS, now_s)

    def resume(self, now_s: float) -> bool:
        """After a question in between. False when no time is being agreed on."""
        if self._n_questions == 0 or self._waiting is not None or self._earliest is None:
            return False
        self._closing.stage = Stage.OFFERING_SLOTS
        self.say_question(now_s)
        return True

    # -- the desk --

    def desk_answered(self, answer: SlotsFound | SlotBooked, now_s: float) -> None:
        if isinstance(answer, SlotBooked):
            self._slot_booked(answer, now_s)
        else:
            self._slots_found(answer, now_s)

    def _slots_found(self, found: SlotsFound, now_s: float) -> None:
        asked_for = self._waiting
        if not self._has_answered():
            return
        self._is_soon = found.is_soon
        if not found.slots or asked_for is _Waiting.LAST_RESORT:
            self._settle_for_less(now_s)
            return
        self._slots = tuple(slot.astimezone(self._now(now_s).tzinfo) for slot in found.slots)
        self._earliest = self._earliest or self._slots[0]
        lines = self._brief.lines
        if asked_for is _Waiting.BOOKING:
            self._ask(lines.slot_taken, now_s)
        else:
            self._ask("" if self._n_questions else lines.colleagues_busy, now_s)

    def _slot_booked(self, booked: SlotBooked, now_s: float) -> None:
        """Whatever goes on meanwhile, this is how the call ends; unless it has ended already, or with an opt-out."""
        text = self._brief.lines.slot_booked.replace(WHEN, self._words(booked.at, now_s))
        self._closing.words_for_end(text)
        if self._has_answered():
            self._out.append(Announce("promised", booked.at.isoformat()))
            self._closing.say_goodbye(Outcome.PROMISED, text, now_s)

    def desk_failed(self, now_s: float) -> None:
        """Or is too slow: once more, then no time is promised."""
        if self._waiting is None or self._asked_desk is None or self._closing.stage is not Stage.OFFERING_SLOTS:
            return
        if self._n_desk_tries < MAX_DESK_TRIES:
            self._send(self._asked_desk, now_s)
        else:
            self._promise_plainly(now_s)

    # -- the callee --

    def say_question(self, now_s: float, prefix: str = "") -> None:
        """The open question again; nothing while the desk is asked."""
        if self._waiting is None:
            expectation = Expectation(question=None, is_time=True, offered=self._slots)
            self._mouth.say(Utterance(f"{prefix} {self._question(now_s)}".strip(), Purpose.PROMPT, self._key, expectation), now_s)

    def is_answered(self) -> bool:
        """They have spoken since the question was begun, and it is still theirs to answer."""
        begun_s = self._mouth.begun_s.get(self._key)
        return self._waiting is None and begun_s is not None and self._floor.has_spoken_since(begun_s)

    def answer(self, words: str, now_s: float, *, given: object = None) -> bool:
        """What was said since. `given`: the time as a voice worked it out. False: it may be about something else."""
        if not self.is_answered():
            return False
        chosen = self._chosen(words, given, now_s)
        if chosen.choice is Choice.UNCLEAR and self._mouth.purpose is not None:
            return False  # into the question: it goes on
        self._take(chosen, now_s)
        return True

    def not_understood(self, now_s: float) -> None:
        """Nobody has said what the callee's last words mean: they may mean something here."""
        if not self.answer("", now_s):
            self.unclear(now_s)

    def unclear(self, now_s: float, prefix: str = "") -> None:
        """No time, or nothing at all was heard: once more, then it is left."""
        if self._closing.stage is not Stage.OFFERING_SLOTS or self._waiting is not None:
            return
        self._n_unclear += 1
        if self._n_unclear >= MAX_UNCLEAR:
            self._settle_for_less(now_s)
        else:
            self._out.append(Announce("reask", "a time for the call back"))
            self._ask(prefix, now_s)

    def give_up(self, now_s: float) -> None:
        """No more can be asked: one of the offered, if that was said last. What the desk was asked for before is waited for."""
        if self._closing.stage is not Stage.OFFERING_SLOTS or self._waiting is not None:
            return
        chosen = self._chosen("", None, now_s) if self.is_answered() else None
        if chosen is not None and chosen.choice is Choice.OFFERED:
            self._take(chosen, now_s)
        else:
            self._promise_plainly(now_s)

    # -- within --

    @property
    def _language(self) -> str:
        return self._brief.language.split("-")[0].lower()

    @property
    def _key(self) -> str:
        return f"slots {self._n_questions}"

    def _take(self, chosen: Chosen, now_s: float) -> None:
        match chosen.choice:
            case Choice.OFFERED | Choice.ANOTHER if chosen.at is not None:
                self._ask_desk(BookSlot(chosen.at), _Waiting.BOOKING, now_s)
            case Choice.AROUND:
                self._ask_desk(FindSlots(chosen.at), _Waiting.SLOTS, now_s)
            case Choice.NONE if not self._has_asked_for_theirs:
                self._has_asked_for_theirs = True
                self._slots = ()
                self._ask("", now_s)
            case Choice.NONE:
                self._settle_for_less(now_s)
            case _:
                self.unclear(now_s)

    def _chosen(self, words: str, given: object, now_s: float) -> Chosen:
        """The words first, for they were said; a voice's own reckoning where they leave it open."""
        now = self._now(now_s)
        texts = [text for text in (words, self._last_words()) if text]
        by_words = [chosen_time(text, self._slots, self._brief.language, now=now) for text in texts]
        clear = next((chosen for chosen in by_words if chosen.choice is not Choice.UNCLEAR), None)
        if clear is not None:
            return clear
        named = valid_time(given, now=now)
        if named is None:
            return Chosen(Choice.UNCLEAR)
        return Chosen(Choice.OFFERED if named.at in self._slots else Choice.ANOTHER if named.is_explicit else Choice.AROUND, named.at)

    def _last_words(self) -> str:
        said = self._floor.said
        return said.text if said is not None and said.ended_s >= self._floor.started_s else ""

    def _ask(self, prefix: str, now_s: float) -> None:
        if self._n_questions >= MAX_QUESTIONS:
            self._settle_for_less(now_s)
            return
        self._n_questions += 1
        self.say_question(now_s, prefix)

    def _question(self, now_s: float) -> str:
        lines = self._brief.lines
        if not self._slots:
            return lines.when_better
        first, *others = (self._words(slot, now_s) for slot in self._slots)
        if not others:
            return lines.offer_slot.replace(WHEN, first)
        return lines.offer_slots.replace(FIRST, first).replace(SECOND, others[0])

    def _settle_for_less(self, now_s: float) -> None:
        """No time was agreed on: the plain promise where it can be kept, else the earliest time there was, booked and said."""
        if self._is_soon or self._earliest is None or self._waiting is _Waiting.LAST_RESORT:
            self._promise_plainly(now_s)
        else:
            self._ask_desk(BookSlot(self._earliest), _Waiting.LAST_RESORT, now_s)

    def _promise_plainly(self, now_s: float) -> None:
        self._waiting = None
        self._closing.say_goodbye(Outcome.PROMISED, self._brief.lines.promise, now_s)

    def _ask_desk(self, command: Command, waiting: _Waiting, now_s: float) -> None:
        self._waiting, self._asked_desk, self._n_desk_tries = waiting, command, 0
        if self._mouth.purpose is not Purpose.WAITING:
            self._mouth.drop(now_s)
        self._send(command, now_s)

    def _send(self, command: Command, now_s: float) -> None:
        self._n_desk_tries += 1
        self._timers.set(Timer.SLOT, now_s + DESK_LIMIT_S)
        self._out.append(command)

    def _has_answered(self) -> bool:
        """The desk has, and it was waited for; else it is old news."""
        if self._waiting is None or self._closing.stage is not Stage.OFFERING_SLOTS:
            return False
        if self._waiting is not _Waiting.LAST_RESORT:
            self._waiting = None
        self._timers.clear(Timer.SLOT)
        return True

    def _now(self, now_s: float) -> datetime:
        assert self._brief.clock is not None, "without a clock no times are offered"
        return self._brief.clock.at(now_s)

    def _words(self, at: datetime, now_s: float) -> str:
        now = self._now(now_s)
        return in_words(NamedTime(at.astimezone(now.tzinfo), Precision.CLOCK), self._brief.language, now=now)
