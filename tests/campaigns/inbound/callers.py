"""What the platform posts when somebody calls our number, and what they do once they are through."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from bridge.events import Outcome
from bridge.reports import AnswerReport, SessionReport
from bridge.telephony.signatures import sign
from campaigns.call_desk import DatabaseCallDesk
from campaigns.models import Call
from tests.campaigns.conftest import LINE_NUMBER

ASHA = "+254712123401"
EMPTY = b"<Response></Response>"
SECRET = "one"
RINGING = {"sessionId": "HD_in", "callerNumber": ASHA, "destinationNumber": LINE_NUMBER, "direction": "inbound", "callSessionState": "Ringing"}


async def told(client, path: str = "/voice/answer", *, secret: str = SECRET, **fields) -> bytes:
    body = json.dumps({**RINGING, **fields}).encode()
    headers = {"X-Sautikit-Signature": sign(body, secret, at=datetime.now(UTC))}
    reply = await client.post(path, body, content_type="application/json", headers=headers)
    assert reply.status_code in (200, 204)
    return bytes(reply.content)


async def posted(client, **fields) -> bytes:
    """Not signed."""
    reply = await client.post("/voice/answer", urlencode(fields), content_type="application/x-www-form-urlencoded")
    return bytes(reply.content)


async def theirs() -> Call:
    related = ("campaign", "lead", "line", "script", "server")
    return await Call.objects.select_related(*related).aget(occasion=Call.Occasion.INBOUND)


async def attempt(n: int) -> Call:
    return await Call.objects.aget(attempt_number=n)


def verbs(xml: bytes) -> list[str]:
    return [verb.tag for verb in ET.fromstring(xml)]


def words(xml: bytes) -> str:
    return " ".join(verb.text or "" for verb in ET.fromstring(xml).iter("Say"))


async def talk(document: bytes, *answers: AnswerReport, outcome: Outcome = Outcome.FINISHED):
    """The socket is opened, the answers are saved, the session and the call end. Returns the brief."""
    call, desk = await theirs(), DatabaseCallDesk()
    assert (call.stream_token or "").encode() in document
    brief = await desk.open(call.stream_token or "")
    for answer in answers:
        await desk.save_answer(brief.call_id, answer)
    await desk.finish(brief.call_id, SessionReport(outcome, is_disclosure_heard=True))
    desk.close()
    return brief


YES = AnswerReport("permission", True, "yes", 0, 1, 0.9, False)
FEW = AnswerReport("seats", 4, "four", 0, 1, 0.9, False)
MANY = replace(FEW, value=60)
