"""The addresses that only a check's own call has. The token is the proof; the signature is looked at, not demanded."""

from __future__ import annotations

import logging

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bridge.telephony.answer_xml import EMPTY_DOCUMENT
from bridge.telephony.dialect import XML_CONTENT_TYPE
from campaigns.line_check import answering
from campaigns.line_check.seen import Stage
from leads import clock

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
async def answer(request: HttpRequest, token: str, stage: str = "") -> HttpResponse:
    if stage not in list(Stage):
        return HttpResponse(status=404)
    return HttpResponse(await sync_to_async(_answer)(request, token, Stage(stage)), content_type=XML_CONTENT_TYPE)


@csrf_exempt
@require_POST
async def take_stream_status(request: HttpRequest, token: str) -> HttpResponse:
    await sync_to_async(_take_stream_status)(request, token)
    return HttpResponse(status=204)


def _answer(request: HttpRequest, token: str, stage: Stage) -> bytes:
    check = answering.check_of_token(token)
    if check is None:
        logger.warning("a voice callback of no check that runs got the empty answer")
        return EMPTY_DOCUMENT
    return answering.deliver(check, request, stage=stage, now=clock.now())


def _take_stream_status(request: HttpRequest, token: str) -> None:
    check = answering.check_of_token(token)
    if check is not None:
        answering.take_stream_status(check, request)
