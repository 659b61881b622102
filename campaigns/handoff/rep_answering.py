"""What a rep's phone does next: the platform posts every edge of that leg here and waits for a document.

No network. What only the platform's record can tell is looked up in the background.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bridge.telephony.answer_xml import Hangup, document, empty_document
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from campaigns.handoff import number_leg
from campaigns.handoff.leg_end import Ending
from campaigns.handoff.rep_leg import answer_url, ending_of, on_event, rep_document
from campaigns.handoff.rep_look_up import look_up_rep_leg
from campaigns.models import StaffCall
from campaigns.states import LIVE


def document_for(staff_call: StaffCall, event: ProviderEvent, *, now: datetime) -> bytes:
    event = replace(event, is_active=None)  # seen on first posts that ended nothing, so it proves nothing here
    is_in_doubt = ending_of(staff_call, event, now=now) is Ending.IN_DOUBT
    staff_call = on_event(staff_call, event, now=now)
    if staff_call.status not in LIVE:
        return empty_document()
    if is_in_doubt:
        look_up_rep_leg.enqueue(str(staff_call.pk))
    if event.state is not ProviderStatus.RINGING:  # whether a document that was given then is ever used is not known
        StaffCall.objects.filter(pk=staff_call.pk, asked_at=None).update(asked_at=now, asked_as=event.state)
    if staff_call.purpose == StaffCall.Purpose.VERIFICATION:
        return number_leg.document_for(staff_call, event, now=now)
    if staff_call.handoff is None:
        return document(Hangup())
    return rep_document(staff_call, staff_call.handoff, event, url=answer_url(staff_call), now=now)
