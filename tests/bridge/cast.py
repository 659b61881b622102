"""A brief for the tests of the bridge."""

from __future__ import annotations

from bridge.brief import CallBrief, Lines, LineTraits, QuestionBrief, QuestionKind

LINES = Lines(
    disclosure="Hello, this is Zawadi, an AI, from Acme. This call is recorded.",
    cold_close="Thank you, goodbye.",
    survey_close="Thank you for your answers.",
    opted_out="We will not call again. Goodbye.",
    not_interested="No problem. Goodbye.",
    wrong_number="Sorry for the mistake. Goodbye.",
    call_back_later="We will call another time. Goodbye.",
    call_back_at="I will call you {when}. Goodbye.",
    when_better="When would be better?",
    connecting="I connect you now.",
    checking="One moment please.",
    promise="A colleague will call you back.",
    call_right_back="We call you right back.",
    robot="Yes, I am an AI.",
    who="I call for Acme.",
    still_there="Are you still there?",
    can_you_hear_me="Hello, can you hear me?",
    no_input_close="I will let you go. Goodbye.",
    time_is_up="Our time is up. Goodbye.",
    confirm_opt_out="Would you like us to stop calling you?",
    not_recorded="This call is not recorded.",
    apology="Sorry, something went wrong. Goodbye.",
    apology_call_back="Sorry, something went wrong. We will call you back. Goodbye.",
)
SEATS = QuestionBrief("seats", QuestionKind.NUMBER, "How many seats?", "How many seats, as a number?", unit="seats")


def brief(line: LineTraits | None = None, call_id: str = "c1", questions: tuple[QuestionBrief, ...] = (SEATS,)) -> CallBrief:
    """A call on a simulated line."""
    return CallBrief(
        call_id=call_id,
        voice="scripted",
        language="en-KE",
        bot_name="Zawadi",
        organisation="Acme",
        questions=questions,
        lines=LINES,
        line=line or LineTraits(is_simulated=True),
    )
