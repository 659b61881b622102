"""Who is rung in the crash test. They answer by the word a question begins with, whether it comes first or after a call that broke off."""

from __future__ import annotations

from bridge.telephony.simulator.persona import Answering, Persona, Pickup, Rule

_AT_ONCE = Answering(after_rings=0.3)


def _who_says(name: str, **say: str) -> Persona:
    rules = tuple(Rule(when=word, say=(group,)) for word, group in {"time": "good_time_yes", **say}.items())
    return Persona(name, "", answer=_AT_ONCE, rules=rules, reaction_s=(0.35, 0.45), patience_s=5.0)


BUSY = Persona("busy", "", answer=Answering(Pickup.BUSY))
NOT_THERE = Persona("not_there", "", answer=Answering(Pickup.NO_ANSWER))
COLD = _who_says("cold", buyer="decider_yes", seats="seats_some")
HOT = _who_says("hot", buyer="decider_yes", seats="seats_many")
OPTING_OUT = _who_says("opting_out", buyer="decider_yes", seats="stop_calling")
# Presses 1 in the middle of the brief, talks with the lead for a moment, and hangs up.
REP = Persona("rep", "", answer=_AT_ONCE, rules=(Rule(press="1", interrupt_after_ms=400, times=1),), talk_s=1.5)
REP_WHO_IS_OUT = Persona("rep_out", "", answer=Answering(Pickup.NO_ANSWER))
