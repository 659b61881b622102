"""The steps at which a program can be killed, and the wrapping that kills it there.

The product knows nothing of it: a named function is replaced, in the victim's process alone, by one that strikes at its n-th passage.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import itertools
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from inspect import iscoroutinefunction
from typing import Any

Strike = Callable[[], None]

WIRE = "httpx:AsyncClient.post"
SENT = "http11.send_request_body.complete"  # httpcore's trace: the last byte of the request is with the network
LEADS, REPS = "+2547123", "+2547110002"  # how the numbers of each begin
ON_THE_WIRE_S = 0.03  # the platform has read the request by then, and holds its reply for longer


class Kind(StrEnum):
    DIALER = "dialer"
    SERVER = "server"
    WORKER = "worker"


class When(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    SENT = "sent"  # a request to place a call has left
    WAITING = "waiting"  # … and its reply is awaited


@dataclass(frozen=True, slots=True)
class Point:
    """`target`: module and attribute, where it is looked up when it is called."""

    name: str
    kind: Kind
    when: When
    target: str
    to: str = ""  # on the wire: whose phone is rung


D, S, W = Kind.DIALER, Kind.SERVER, Kind.WORKER
B, A = When.BEFORE, When.AFTER

POINTS = (
    # Between decision, claim, commit, request, reply and save.
    Point("decision made", D, A, "campaigns.dialer:record_decision"),
    Point("claim not committed", D, A, "campaigns.dialer:_claim"),
    Point("claim committed", D, B, "campaigns.management.commands.rundialer:place"),
    Point("request not sent", D, B, "bridge.telephony.client:SautikitClient.place_call"),
    Point("request sent", D, When.SENT, WIRE, LEADS),
    Point("request on the wire", D, When.WAITING, WIRE, LEADS),
    Point("reply not saved", D, B, "campaigns.calls:adopt"),
    Point("reply not committed", D, A, "campaigns.calls:_adopt_ids"),
    Point("doubt not saved", D, B, "campaigns.calls:mark_unknown"),
    Point("doubt saved", D, A, "campaigns.calls:mark_unknown"),
    Point("way back not saved", D, B, "campaigns.calls:requeue"),
    Point("look-up not saved", D, B, "campaigns.calls:on_cdr"),
    Point("dead session half ended", D, B, "campaigns.handoff.offers:on_session_finished"),
    # A hand-off's part of the dialer: the rep's phone.
    Point("line not hung up", D, B, "campaigns.handoff.tending:hang_up"),
    Point("rep claimed", D, A, "campaigns.staff_calls:_claim"),
    Point("rep's request on the wire", D, When.WAITING, WIRE, REPS),
    Point("rep's reply not saved", D, B, "campaigns.staff_calls:adopt"),
    # What the platform posts.
    Point("callback taken", S, B, "campaigns.voice_views:_answer_with_token"),
    Point("callback not committed", S, A, "campaigns.calls:_move"),
    Point("callback saved", S, A, "campaigns.calls:on_provider_event"),
    Point("callback not answered", S, A, "campaigns.voice_views:_answer_with_token"),
    Point("event taken", S, B, "campaigns.voice_views:_take_event"),
    Point("event not answered", S, A, "campaigns.voice_views:_take_event"),
    # The interview.
    Point("stream opened", S, A, "campaigns.calls:open_stream"),
    Point("answer not saved", S, B, "campaigns.interviews:save_answer"),
    Point("answer not committed", S, A, "campaigns.interviews:rescore"),
    Point("answer not acknowledged", S, A, "campaigns.interviews:save_answer"),
    Point("opt-out not saved", S, B, "campaigns.interviews:save_opt_out"),
    Point("opt-out not acknowledged", S, A, "campaigns.interviews:save_opt_out"),
    Point("end not saved", S, B, "campaigns.calls:finish_session"),
    Point("end not committed", S, A, "campaigns.calls:_conclude"),
    Point("end saved", S, A, "campaigns.calls:finish_session"),
    # A hand-off's part of the server.
    Point("hand-off offered", S, A, "campaigns.handoff.offers:offer"),
    Point("hand-off accepted", S, A, "campaigns.handoff.offers:accept"),
    Point("stream released", S, A, "campaigns.handoff.offers:release"),
    Point("rep's Dial not answered", S, A, "campaigns.handoff.next_step:_dial_the_rep"),
    Point("lead's leg claimed", S, A, "campaigns.handoff.rep_talk:open_lead_leg"),
    Point("rep's document not answered", S, A, "campaigns.handoff.rep_leg:rep_document"),
    Point("talk not saved", S, B, "campaigns.handoff.next_step:_settle_bridged"),
    Point("talk of a call back not saved", S, B, "campaigns.handoff.rep_talk:_settle"),
    # The money.
    Point("price not asked", W, B, "campaigns.tasks:_fetch"),
    Point("price not saved", W, B, "campaigns.tasks:_settle"),
    Point("price saved", W, A, "campaigns.tasks:_settle"),
)
BY_NAME = {point.name: point for point in POINTS}


def kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)  # never goes on, should the signal be a moment late


def suspend_this_process() -> None:
    """Until somebody continues it: a laptop that sleeps, a machine that is migrated."""
    os.kill(os.getpid(), signal.SIGSTOP)


def arm(point: Point, passage: int, strike: Strike) -> None:
    """Strikes when this process comes by for the `passage`-th time, from 1."""
    owner, name = resolve(point.target)
    real = getattr(owner, name)
    passages = itertools.count(1)

    def pass_by() -> None:
        if next(passages) == passage:
            strike()

    if point.when in (When.SENT, When.WAITING):
        setattr(owner, name, _on_the_wire(real, point, pass_by))
    elif iscoroutinefunction(real):
        setattr(owner, name, _awaited(real, point.when, pass_by))
    else:
        setattr(owner, name, _called(real, point.when, pass_by))


def resolve(target: str) -> tuple[Any, str]:
    """The module or class, and the name in it. Raises AttributeError when the product has been changed and the table has not."""
    module, _, path = target.partition(":")
    *holders, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for holder in holders:
        owner = getattr(owner, holder)
    getattr(owner, name)
    return owner, name


def _called(real: Callable[..., Any], when: When, pass_by: Strike) -> Callable[..., Any]:
    @functools.wraps(real, updated=())
    def called(*args: Any, **kwargs: Any) -> Any:
        if when is When.BEFORE:
            pass_by()
        result = real(*args, **kwargs)
        if when is When.AFTER:
            pass_by()
        return result

    return called


def _awaited(real: Callable[..., Any], when: When, pass_by: Strike) -> Callable[..., Any]:
    @functools.wraps(real)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        if when is When.BEFORE:
            pass_by()
        result = await real(*args, **kwargs)
        if when is When.AFTER:
            pass_by()
        return result

    return awaited


def _on_the_wire(post: Callable[..., Any], point: Point, pass_by: Strike) -> Callable[..., Any]:
    @functools.wraps(post)
    async def posted(client: Any, url: str, **kwargs: Any) -> Any:
        body = kwargs.get("json") or {}
        if not str(url).endswith("/v1/calls") or not str(json.dumps(body.get("to"))).startswith(f'["{point.to}'):
            return await post(client, url, **kwargs)

        async def traced(event: str, _details: Any) -> None:
            if event == SENT:
                await asyncio.sleep(ON_THE_WIRE_S if point.when is When.WAITING else 0.0)
                pass_by()

        return await post(client, url, **kwargs, extensions={"trace": traced})

    return posted
