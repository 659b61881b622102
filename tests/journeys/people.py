"""Who can be rung in these stories: people who answer whatever is asked, in order, and other ends of the line."""

from __future__ import annotations

from dataclasses import replace

from bridge.telephony.simulator.persona import Answering, Persona, Pickup, Rule, Tones

_AT_ONCE = Answering(after_rings=0.3)


def answering(*groups: str) -> Persona:
    """Lets the disclosure and each question pass, and says one thing after each."""
    rules = tuple(Rule(say=(group,), after_line=n, times=1) for n, group in enumerate(groups, start=2))
    return Persona("answering", "", answer=_AT_ONCE, rules=rules, reaction_s=(0.35, 0.45))


def asked(**say: str) -> Persona:
    """Answers by what is asked: `decides="decider_yes"` says so when the question holds the word."""
    rules = tuple(Rule(when=word, say=(group,)) for word, group in say.items())
    return Persona("asked", "", answer=_AT_ONCE, rules=rules, reaction_s=(0.4, 0.5))


def away(persona: Persona) -> Persona:
    """Is not reached when we call, and talks like this when they call us."""
    return replace(persona, answer=Answering(Pickup.BUSY))


def late(persona: Persona, after_rings: float) -> Persona:
    return replace(persona, answer=replace(persona.answer, after_rings=after_rings))


ANNOUNCEMENT = Persona("announcement", "", answer=Answering(Pickup.MACHINE, after_rings=0.3, tones=Tones.SIT, greeting="announcement"))
# A phone that asks who is calling; the person comes once they have heard it.
SCREENED = Persona(
    "screened",
    "",
    voice="rms",
    answer=Answering(after_rings=0.3, greeting="screening_prompt"),
    # Lines of the bot: disclosure, who calls, and for the person who has come the disclosure and three questions.
    rules=tuple(
        Rule(say=(group,), after_line=n, times=1) for n, group in ((2, "hello"), (4, "good_time_yes"), (5, "decider_yes"), (6, "seats_some"))
    ),
    reaction_s=(0.8, 0.9),
)
BUSY = Persona("busy", "", answer=Answering(Pickup.BUSY))
COLD = answering("good_time_yes", "decider_yes", "seats_some")
HOT = answering("good_time_yes", "decider_yes", "seats_many")
CHOOSING = answering("good_time_yes", "decider_yes", "seats_many")
# Is offered two times when nobody is free, and takes one.
CHOOSING = replace(CHOOSING, rules=(*CHOOSING.rules, Rule(when="Which one", say=("decider_yes",), times=1)))
# Says yes twice, gives a number, and hangs up in the middle of the next question.
BREAKING_OFF = replace(
    answering("good_time_yes", "decider_yes", "seats_some"),
    rules=(*answering("good_time_yes", "decider_yes", "seats_some").rules, Rule(after_line=5, hang_up=True)),
)
GOING_ON = answering("good_time_yes", "decider_yes")  # a yes is a yes
OPTING_OUT = answering("good_time_yes", "decider_yes", "stop_calling")
# Presses 1 in the middle of the brief, talks with the lead for a while, and hangs up.
REP = Persona("rep", "", answer=_AT_ONCE, rules=(Rule(press="1", interrupt_after_ms=400, times=1),), talk_s=3.0)
STRANGER = answering("stop_calling")
REP_WHO_IS_OUT = Persona("rep_out", "", answer=Answering(Pickup.NO_ANSWER))
