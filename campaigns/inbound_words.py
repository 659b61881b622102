"""What people who call one of our numbers hear: the brief of the bot's call with them, and the documents where no bot can speak.

A script overrides the standard sentences by name, as it does those of our own calls. Placeholders: {bot_name}, {organisation}.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from bridge.brief import CallBrief, Limits
from bridge.telephony.answer_xml import GetDigits, Hangup, Say, document, say_document
from campaigns.briefs import build_brief, filled_in, script_lines
from campaigns.inbound_rules import Treatment
from campaigns.models import Call, Script, StrangerCall

STANDARD = MappingProxyType(
    {
        # In front of the script's own disclosure, which says the rest: a machine, for whom, the recording, how to stop.
        "missed_call": "Thank you for calling back. You missed a call from {organisation}.",
        "spoke_before": "Thank you for calling back. We called you on behalf of {organisation}, and were not finished.",
        # In its place: nothing is asked, and nothing is recorded.
        "nothing_more": "Hello, this is {bot_name}, an automated AI assistant of {organisation}. We called you earlier. "
        "Nothing more is needed from you.",
        "on_the_list": "Hello, this is {bot_name}, an automated AI assistant of {organisation}. "
        "Your number is on our do not call list, and we do not call you.",
        "stranger": "Hello, this number belongs to {organisation}. I am {bot_name}, the automated AI assistant that makes its calls.",
        "offer_opt_out": "If you want no calls from us, just say stop calling me.",
        "number_withheld": "I cannot see your number, so I cannot take note of it. Please call again and show it. Goodbye.",
        "thanks_for_calling": "Thank you for calling. Goodbye.",
        # Said by the platform's voice, where no bot can.
        "already_talking": "You are on the phone with us already. Goodbye.",
        "calling_you_now": "We are calling you at this very moment. Please hang up, and take that call.",
        "no_room": "Hello, this is the automated line of {organisation}. We cannot talk with you right now. Please call again later.",
        "press_to_opt_out": "If you want no calls from us, press 9 now.",
    }
)

STOP_KEY = "9"
PRESS_WITHIN_S = 6
NOTICE_S = 60.0  # who calls and has nothing to be asked needs no longer
NOTICE_SILENCE_S = 5.0


def sentence(name: str, script: Script) -> str:
    own = script.lines.get(name)
    return filled_in(own if isinstance(own, str) and own.strip() else STANDARD[name], script)


# ---- where the bot speaks ---------------------------------------------------------------------------------------------------------


def brief_for(call: Call, treatment: Treatment, *, was_answered: bool) -> CallBrief:
    """`call`: a lead's call to us, with campaign, script and line. `was_answered`: we spoke before."""
    brief = build_brief(call)
    if treatment is not Treatment.INTERVIEW:
        name = "on_the_list" if treatment is Treatment.ON_THE_LIST else "nothing_more"
        return _notice(brief, _script(call), name, may_opt_out=treatment is Treatment.NOTHING_MORE)
    opening = sentence("spoke_before" if was_answered else "missed_call", _script(call))
    # Whoever calls us is a person, however long they talk before they listen.
    limits = replace(brief.limits, voicemail_after_s=brief.limits.max_call_s)
    return replace(brief, lines=replace(brief.lines, disclosure=f"{opening} {brief.lines.disclosure}"), limits=limits)


def stranger_brief(stranger: StrangerCall, *, call_id: str, is_on_dnc: bool) -> CallBrief:
    """`stranger` with line and the campaign's script."""
    script = stranger.campaign.script
    brief = CallBrief(
        call_id=call_id,
        voice=stranger.campaign.voice,
        language=script.language,
        bot_name=script.bot_name,
        organisation=script.organisation,
        questions=(),
        lines=script_lines(script),
        line=stranger.line.traits(),
    )
    if not stranger.phone:  # whoever says "stop" all the same gets an honest answer
        brief = replace(brief, lines=replace(brief.lines, opted_out=sentence("number_withheld", script)))
    return _notice(brief, script, "on_the_list" if is_on_dnc else "stranger", may_opt_out=bool(stranger.phone) and not is_on_dnc)


def _notice(brief: CallBrief, script: Script, name: str, *, may_opt_out: bool) -> CallBrief:
    text, goodbye = sentence(name, script), sentence("thanks_for_calling", script)
    return replace(
        brief,
        questions=(),
        answers={},
        is_hot=False,
        lines=replace(brief.lines, disclosure=text, who=text, cold_close=goodbye, survey_close=goodbye),
        limits=Limits(max_call_s=NOTICE_S, no_input_s=NOTICE_SILENCE_S, voicemail_after_s=NOTICE_S),
        offer=sentence("offer_opt_out", script) if may_opt_out else "",
        is_notice=True,
        is_recorded=False,
    )


# ---- where the platform's own voice speaks -------------------------------------------------------------------------------------------


def no_room_document(script: Script, *, may_opt_out: bool) -> bytes:
    """No server holds the call: never silence, and a way to be taken off all the same. The key comes in the next voice callback."""
    said = Say(sentence("no_room", script), script.language)
    goodbye = Say(sentence("thanks_for_calling", script), script.language)
    if not may_opt_out:
        return document(said, goodbye, Hangup())
    press = GetDigits((said, Say(sentence("press_to_opt_out", script), script.language)), max_digits=1, timeout_s=PRESS_WITHIN_S)
    return document(press, goodbye, Hangup())


def said_document(name: str, script: Script) -> bytes:
    """One sentence, and the end of the call."""
    return say_document(sentence(name, script), language=script.language)


def opted_out_document(script: Script) -> bytes:
    return say_document(script_lines(script).opted_out, language=script.language)


def _script(call: Call) -> Script:
    if call.script is None:
        raise AssertionError("a call to us is opened with its script")
    return call.script
