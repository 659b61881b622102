"""The standard sentences of a script in languages beside English, as far as nobody else has them: those about times, opting out and calls to us
are with what understands the answers to them.

Pure. Not reviewed by native speakers yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SWAHILI_RECORDED = "Simu hii inarekodiwa na kushirikishwa na {organisation}, ili majibu yako yatunzwe kwa usahihi."
_SWAHILI_NOT_RECORDED = "Majibu yako yanashirikishwa na {organisation}, ili yatunzwe kwa usahihi."
_SWAHILI = {
    "disclosure": "Habari, mimi ni {bot_name}, msaidizi wa akili bandia anayepiga simu kwa niaba ya {organisation}, "
    f"nikiwa na maswali machache mafupi kuhusu mahitaji yako. {_SWAHILI_RECORDED} "
    "Ili tuache kukupigia, sema acheni kunipigia.",
    "cold_close": "Asante kwa muda wako. Hayo ndiyo yote niliyotaka kuuliza. Siku njema. Kwaheri.",
    "survey_close": "Hayo ndiyo maswali yangu yote. Asante kwa kushiriki. Kwaheri.",
    "not_interested": "Hakuna shida. Asante kwa kuniambia. Kwaheri.",
    "wrong_number": "Samahani, nimempigia mtu asiye sahihi. Kwaheri.",
    "connecting": "Ninakuunganisha na mwenzangu sasa. Simu ikikatika, utapigiwa tena mara moja.",
    "checking": "Asante. Mmoja wa wenzangu angependa kuzungumza nawe. Tafadhali subiri kidogo kwenye simu.",
    "call_right_back": "Mwenzangu atakupigia simu mara moja kwa nambari hii. Tafadhali kaa karibu na simu yako. Kwaheri.",
    "still_there": "Bado upo?",
    "can_you_hear_me": "Halo, unanisikia?",
    "no_input_close": "Sikusikii, kwa hiyo nitakata simu. Kwaheri.",
    "joining": "Mwenzangu yuko kwenye simu sasa. Ninakuunganisha.",
}
BY_LANGUAGE: Mapping[str, Mapping[str, str]] = MappingProxyType({"sw": MappingProxyType(_SWAHILI)})
"""By BCP-47 primary language; names are those of bridge.brief.Lines."""
RECORDED = MappingProxyType({"sw": (_SWAHILI_RECORDED, _SWAHILI_NOT_RECORDED)})
"""In a standard disclosure, the sentence about the recording, and what is said in its place where nothing is recorded."""
