"""The call that verifies a rep's number, on the phone: what the voice asks, and what the typed digits and the end of the call decide.

No network: the platform asks and is answered. Says nothing of whom it is for: a wrong number may belong to anybody.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from bridge.telephony.answer_xml import GetDigits, Hangup, Say, document, say_document
from bridge.telephony.webhooks import ProviderEvent
from campaigns.handoff.number_check import CODE_DIGITS, VERIFIED_BY_CALL, Result, digits_of, is_expired, on_digits
from campaigns.handoff.number_check import on_end as result_of_end
from campaigns.handoff.numbers import confirm_number
from campaigns.models import NumberCheck, StaffCall
from campaigns.states import CallStatus

logger = logging.getLogger(__name__)

KEYS_WITHIN_S = 7  # after each key as well
ASKED = "This call checks that this phone is yours for taking leads: please enter the four digits that are shown on your screen."
NOT_YOURS = "If you did not ask for it, just hang up."
STILL_ASKED = "Please enter the four digits that are shown on your screen."
WRONG = "That was not the code. Please look at your screen and enter the four digits again."
NOTHING_ENTERED = "Nothing was entered. Goodbye."
GOODBYES = {
    Result.VERIFIED: "Thank you. Your number is verified. Goodbye.",
    Result.WRONG_CODE: "That was not the code either. Ask for a new one on your screen. Goodbye.",
    Result.EXPIRED: "This code is too old. Ask for a new one on your screen. Goodbye.",
    Result.NUMBER_CHANGED: "The number was changed meanwhile. Ask for a new call on your screen. Goodbye.",
}


def code_hash(check: NumberCheck, code: str) -> str:
    """Keyed, because ten thousand codes are soon tried; of this one check, so that it fits no other."""
    return salted_hmac("campaigns.handoff.number_check", f"{check.pk}:{code}", algorithm="sha256").hexdigest()


def document_for(staff_call: StaffCall, event: ProviderEvent, *, now: datetime) -> bytes:
    """What the phone that is being verified hears next. Without digits the question is asked twice, then the call ends: so it goes with a mailbox."""
    check = NumberCheck.objects.filter(staff_call=staff_call).first()
    if check is None:
        return document(Hangup())
    if event.digits is not None and not check.result:
        check = _on_digits(check, event.digits, now=now)
    if check.result:
        goodbye = GOODBYES.get(Result(check.result))
        return say_document(goodbye) if goodbye else document(Hangup())
    return _question(WRONG) if event.digits is not None else _question(ASKED, NOT_YOURS)


def on_end(staff_call: StaffCall, *, now: datetime) -> None:
    """The call is over. Idempotent."""
    for check in NumberCheck.objects.filter(staff_call=staff_call, result=""):
        conclude(check, result_of_end(CallStatus(staff_call.status), was_answered=staff_call.answered_at is not None), now=now)


def conclude(check: NumberCheck, result: Result, *, now: datetime, why_not_rung: str = "") -> None:
    """The first result counts."""
    ended = {"result": result, "ended_at": now, "why_not_rung": why_not_rung[:300]}
    if NumberCheck.objects.filter(pk=check.pk, result="").update(**ended):
        logger.info("the check %s of a rep's number is over: %s", check.pk, result)


def _question(*sentences: str) -> bytes:
    prompt = tuple(Say(sentence) for sentence in sentences)
    again = (Say(STILL_ASKED),)
    asked = [GetDigits(words, max_digits=CODE_DIGITS, timeout_s=KEYS_WITHIN_S, finish_on_key="#") for words in (prompt, again)]
    return document(*asked, Say(NOTHING_ENTERED), Hangup())


def _on_digits(check: NumberCheck, typed: str, *, now: datetime) -> NumberCheck:
    """The row as it is afterwards."""
    with transaction.atomic():
        row = NumberCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
        if row.result:
            return row
        is_right = constant_time_compare(row.code_hash, code_hash(row, digits_of(typed)))
        heard = on_digits(is_right=is_right, n_wrong=row.n_wrong, is_expired=is_expired(row.expires_at, at=timezone.now()))
        NumberCheck.objects.filter(pk=row.pk).update(n_wrong=heard.n_wrong)
        result = heard.result
        if result is Result.VERIFIED and not confirm_number(row.rep_id, row.number, by=VERIFIED_BY_CALL, now=now):
            result = Result.NUMBER_CHANGED
        if result is not None:
            conclude(row, result, now=now)
        row.refresh_from_db()
        return row
