"""What people who call one of our numbers hear: the brief of the bot's call with them, and the documents where no bot can speak.

A script overrides the standard sentences by name, as it does those of our own calls. Placeholders: {bot_name}, {organisation}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime

from bridge.brief import EVERYBODY_IS_A_PERSON, CallBrief, Limits, Lines, TurnControl
from bridge.telephony.answer_xml import GetDigits, Hangup, Say, document, say_document
from bridge.voice.catalogue import VOICES
from campaigns.briefs import build_brief, filled_in, script_lines, standard_lines
from campaigns.inbound_rules import Treatment
from campaigns.inbound_sentences import BY_LANGUAGE, chosen_language, in_language, primary
from campaigns.models import Call, Script, StrangerCall

STANDARD = BY_LANGUAGE["en"].said  # the names of all sentences, and what is said where a language has no others
STOP_KEY = "9"
PRESS_WITHIN_S = 6
NOTICE_S = 60.0  # who calls and has nothing to be asked needs no longer
NOTICE_SILENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Tongue:
    """In whose words, and in which language (BCP-47), somebody who calls us is spoken to."""

    script: Script
    language: str

    def sentence(self, name: str) -> str:
        own = self._own().get(name)
        return filled_in(own if isinstance(own, str) and own.strip() else in_language(self.language).said[name], self.script)

    def lines(self) -> Lines:
        """What the bot says besides: the script's in its own language, the standard ones in any other."""
        if self._is_scripts_own():
            return script_lines(self.script, self._own_code())
        texts = standard_lines(self.language)
        return Lines(**{field.name: filled_in(texts[field.name], self.script) for field in fields(Lines)})

    def _is_scripts_own(self) -> bool:
        return primary(self.language) == primary(self.script.language) or primary(self.language) in self.script.translations

    def _own_code(self) -> str:
        return self.script.language if primary(self.language) == primary(self.script.language) else primary(self.language)

    def _own(self) -> Mapping[str, object]:
        return self.script.telling(self._own_code()).lines if self._is_scripts_own() else {}


def tongue_to_lead(call: Call, *, voice: str | None) -> Tongue:
    """`call`: theirs, or the one they return; with lead and its campaign's script. `voice` None: the platform's own, which speaks every language."""
    script = call.script if call.is_theirs and call.script is not None else call.campaign.script
    return _tongue(script, call.lead.language, call.lead.market, voice)


def tongue_to_stranger(script: Script, *, market: str, voice: str | None) -> Tongue:
    """Whoever is no lead hears the language that the number calls in. `market`: of our number."""
    return _tongue(script, script.language, market, voice)


def _tongue(script: Script, own: str, market: str, voice: str | None) -> Tongue:
    def is_usable(language: str) -> bool:
        is_spoken = voice is None or (voice in VOICES and VOICES[voice].speaks(language))
        return is_spoken and _has_words(script, language)

    return Tongue(script, chosen_language(own, market, is_usable=is_usable))


def _has_words(script: Script, language: str) -> bool:
    """We have them, or the script brings some of its own in a language that we do not know."""
    is_own = primary(language) == primary(script.language) or primary(language) in script.translations
    code = script.language if primary(language) == primary(script.language) else primary(language)
    return primary(language) in BY_LANGUAGE or (is_own and bool(script.telling(code).lines.keys() & STANDARD.keys()))


# ---- where the bot speaks ---------------------------------------------------------------------------------------------------------


def brief_for(call: Call, treatment: Treatment, *, was_answered: bool, at: datetime) -> CallBrief:
    """`call`: a lead's call to us, with campaign, script, line and lead. `at`: when its stream opened. `was_answered`: we spoke before."""
    brief, script = build_brief(call, at=at), _script(call)
    if treatment is not Treatment.INTERVIEW:
        name = "on_the_list" if treatment is Treatment.ON_THE_LIST else "nothing_more"
        return _notice(brief, tongue_to_lead(call, voice=brief.voice), name, may_opt_out=treatment is Treatment.NOTHING_MORE)
    # An interview is in the language of its questions, from the first word on.
    opening = Tongue(script, brief.language).sentence("spoke_before" if was_answered else "missed_call")
    # Whoever calls us is a person, however long they talk before they listen.
    return replace(brief, lines=replace(brief.lines, disclosure=f"{opening} {brief.lines.disclosure}"), answer_rules=EVERYBODY_IS_A_PERSON)


def stranger_brief(stranger: StrangerCall, *, call_id: str, market: str, is_on_dnc: bool) -> CallBrief:
    """`stranger` with line and the campaign's script. `market`: of our number."""
    script = stranger.campaign.script
    tongue = tongue_to_stranger(script, market=market, voice=stranger.campaign.voice)
    brief = CallBrief(
        call_id=call_id,
        voice=stranger.campaign.voice,
        fallback_voices=tuple(stranger.campaign.fallback_voices),
        language=tongue.language,
        bot_name=script.bot_name,
        organisation=script.organisation,
        questions=(),
        lines=tongue.lines(),
        line=stranger.line.traits(),
        turns=TurnControl(stranger.campaign.turns),
    )
    notice = _notice(brief, tongue, "on_the_list" if is_on_dnc else "stranger", may_opt_out=bool(stranger.phone) and not is_on_dnc)
    if stranger.phone:
        return notice
    return replace(notice, lines=replace(notice.lines, opted_out=tongue.sentence("number_withheld")))  # an honest answer to "stop"


def _notice(brief: CallBrief, tongue: Tongue, name: str, *, may_opt_out: bool) -> CallBrief:
    text, goodbye = tongue.sentence(name), tongue.sentence("thanks_for_calling")
    return replace(
        brief,
        language=tongue.language,
        questions=(),
        answers={},
        is_hot=False,
        lines=replace(tongue.lines(), disclosure=text, who=text, cold_close=goodbye, survey_close=goodbye),
        limits=Limits(max_call_s=NOTICE_S, no_input_s=NOTICE_SILENCE_S),
        answer_rules=EVERYBODY_IS_A_PERSON,
        offer=tongue.sentence("offer_opt_out") if may_opt_out else "",
        is_notice=True,
        is_recorded=False,
    )


# ---- where the platform's own voice speaks -------------------------------------------------------------------------------------------


def no_room_document(tongue: Tongue, *, may_opt_out: bool) -> bytes:
    """No server holds the call: never silence, and a way to be taken off all the same. The key comes in the next voice callback."""
    said = Say(tongue.sentence("no_room"), tongue.language)
    goodbye = Say(tongue.sentence("thanks_for_calling"), tongue.language)
    if not may_opt_out:
        return document(said, goodbye, Hangup())
    press = GetDigits((said, Say(tongue.sentence("press_to_opt_out"), tongue.language)), max_digits=1, timeout_s=PRESS_WITHIN_S)
    return document(press, goodbye, Hangup())


def said_document(name: str, tongue: Tongue) -> bytes:
    """One sentence, and the end of the call."""
    return say_document(tongue.sentence(name), language=tongue.language)


def opted_out_document(tongue: Tongue) -> bytes:
    return say_document(tongue.lines().opted_out, language=tongue.language)


def _script(call: Call) -> Script:
    if call.script is None:
        raise AssertionError("a call to us is opened with its script")
    return call.script
