"""The bot's part of one call on the virtual clock: what is answered is saved by the product's own desk, and the end is the one that
`bridge.conversation.handing_off` comes to. No sound, no voice."""

from __future__ import annotations

from uuid import UUID

from bridge.brief import HandoffStrategy, Limits
from bridge.events import Outcome, Party
from bridge.reports import AnswerReport, SessionReport, TurnReport
from bridge.timing import Timing
from campaigns import call_desk, calls, interviews, live
from campaigns.handoff import offers
from campaigns.models import Call, LiveEvent
from sautiqual.simulate_handoffs.agenda import Agenda
from sautiqual.simulate_handoffs.people import Leaves, Mood
from sautiqual.simulate_handoffs.phones import Leg
from sautiqual.simulate_handoffs.scene import ANSWERS, HOT_WITH

FAREWELL_S = 3.0
LOOK_EVERY_S = 0.5
WAITS_S, REP_JOINS_S = Limits().handoff_wait_s, Limits().rep_joins_s
NEWS = (live.Kind.NOTE_NO_REP, live.Kind.NOTE_REP_ACCEPTED, live.Kind.NOTE_REP_READY)


class Bot:
    """Holds the call from the opening of its socket to its closing."""

    def __init__(self, agenda: Agenda, leg: Leg, mood: Mood, call_id: UUID, strategy: HandoffStrategy) -> None:
        self._agenda, self._leg, self._mood = agenda, leg, mood
        self._call_id, self._strategy = call_id, strategy
        self._is_over = False
        self._outcome: Outcome | None = None  # once the farewell is said
        self._is_let_in = False  # strategy conference: the rep's phone may ring

    def begin(self) -> None:
        self._agenda.after(self._mood.thinks_s, lambda: self._hear(0))

    def _hear(self, position: int) -> None:
        if self._is_over:
            return
        question, value = ANSWERS[position]
        quote = f"the answer about {question}"
        interviews.save_turn(self._call_id, TurnReport(position, Party.CALLEE, quote, position * 1000, position * 1000 + 900))
        report = AnswerReport(question, value, quote, position * 1000, position * 1000 + 900, confidence=0.9, is_confirmed=False)
        interviews.save_answer(self._call_id, report, at=self._agenda.now)
        if question == HOT_WITH and self._mood.leaves is Leaves.WHILE_ASKED:
            self._agenda.after(self._mood.leaves_after_s, self._leg.hang_up)
        if position + 1 < len(ANSWERS):
            self._agenda.after(self._mood.thinks_s, lambda: self._hear(position + 1))
        else:
            self._agenda.after(0.5, self._hand_off)

    def _hand_off(self) -> None:
        """The interview is over."""
        if self._mood.leaves is Leaves.WHILE_WAITING:
            self._agenda.after(self._mood.leaves_after_s, self._leg.hang_up)
        self._decide(WAITS_S)

    def _decide(self, waits_s: float) -> None:
        """Asked again and again until it is clear how the call ends. `waits_s`: for how long the lead is still kept waiting."""
        if self._is_over or self._outcome is not None:
            return
        news = self._news()
        if live.Kind.NOTE_REP_READY in news:
            self._say_goodbye(Outcome.HANDED_OFF)
        elif news[:1] == [live.Kind.NOTE_NO_REP] or waits_s <= 0:
            self._say_goodbye(Outcome.PROMISED)
        elif self._strategy is HandoffStrategy.CALLBACK:
            self._say_goodbye(Outcome.CALLING_BACK)
        elif news and self._strategy is HandoffStrategy.DIAL:
            self._say_goodbye(Outcome.HANDED_OFF)
        else:
            if news and not self._is_let_in:
                self._is_let_in, waits_s = True, REP_JOINS_S
                offers.release(Call.objects.get(pk=self._call_id), now=self._agenda.now)
            self._agenda.after(LOOK_EVERY_S, lambda: self._decide(waits_s - LOOK_EVERY_S))

    def _news(self) -> list[str]:
        """Of reps, the last one first; it counts."""
        return list(LiveEvent.objects.filter(call_id=self._call_id, kind__in=NEWS).order_by("-id").values_list("kind", flat=True))

    def _say_goodbye(self, outcome: Outcome) -> None:
        if outcome is Outcome.PROMISED and self._mood.declines_promise:
            outcome = Outcome.OPTED_OUT
        self._outcome = outcome
        self._agenda.after(FAREWELL_S, self._end)

    def _end(self) -> None:
        if self._is_over or self._outcome is None:
            return
        if self._outcome is Outcome.PROMISED and live.Kind.NOTE_REP_READY in self._news():
            self._say_goodbye(Outcome.HANDED_OFF)  # came while the promise was made: who is in the room with the lead is introduced
            return
        if self._outcome is Outcome.OPTED_OUT:
            interviews.save_opt_out(self._call_id, "never call me again", at=self._agenda.now)
        if self._outcome is Outcome.HANDED_OFF:
            offers.release(Call.objects.get(pk=self._call_id), now=self._agenda.now)
        self._finish(self._outcome)
        if self._outcome is Outcome.HANDED_OFF:
            self._leg.goes_on()
        else:
            self._leg.hang_up()

    def line_lost(self) -> None:
        """The callee has put the receiver down."""
        if not self._is_over:
            self._finish(Outcome.CALLEE_LEFT)

    def _finish(self, outcome: Outcome) -> None:
        self._is_over = True
        call_desk.finish(self._call_id, SessionReport(outcome, is_disclosure_heard=True, timing=Timing(first_word_ms=500)))


def bot_for(agenda: Agenda, leg: Leg, mood: Mood, stream_token: str) -> Bot | None:
    """None: the socket was refused."""
    call = calls.open_stream(stream_token, at=agenda.now)
    if call is None or call.line is None:
        return None
    return Bot(agenda, leg, mood, call.pk, HandoffStrategy(call.line.strategy))
