"""How long until a card is on the screen, in real time: from the answer that makes a lead hot being handed to the database, to its card in what
the page of each rep who is asked has fetched. A server process, real sockets, as many live calls as the shift had, and people talking on all.

A screen does what the page's script does, without drawing. Who sees a card first accepts it; then the lead leaves, and the next one is called.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from statistics import median

import httpx
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db.models import F
from websockets.asyncio.client import ClientConnection

from bridge.events import Outcome, Party
from bridge.reports import AnswerReport, SessionReport, TurnReport
from bridge.telephony.dialect import ProviderStatus
from bridge.telephony.webhooks import ProviderEvent
from bridge.timing import Timing
from campaigns import answering, call_desk, calls, dialer, interviews, live, servers
from campaigns.dialer import Claimed
from campaigns.handoff import tending
from campaigns.models import Call, Handoff, Rep, Reservation, ServerProcess
from campaigns.provider import Provider
from leads import clock
from sautiqual.demo.rep import SimulatedRep
from sautiqual.processes import Processes, server, until_ready, with_us
from sautiqual.simulate_handoffs.scene import N_LIVE, PASSWORD

HOT_EVERY_S = 2.0  # 50 live calls of a hundred seconds, if all of them turn hot
LOOKED_AT_S = 1.5  # so long a card is looked at before it is accepted
TALKS_S = 1.0
WORDS_EVERY_S = 3.0  # on each call
TEND_EVERY_S = 0.5
READY_WITHIN_S = 120.0
CARD = re.compile(r'data-handoff="([0-9a-f-]{36})" data-offer(?: data-reservation="([0-9a-f-]{36})")?')
EVENT_ID = re.compile(r'data-event-id="(\d+)"')


class Screen(SimulatedRep):
    """A rep's page that only watches, until it is told to accept."""

    def __init__(self, base_url: str, username: str) -> None:
        super().__init__(base_url, username, PASSWORD)
        self.username = username
        self.seen_s: dict[str, float] = {}  # of `time.perf_counter`, by hand-off
        self.is_live = asyncio.Event()
        self._html = ""

    async def _watch(self) -> None:
        async with self._connect() as socket:
            await self._look(socket)
            self.is_live.set()
            while True:
                heard = [json.loads(await socket.recv())]
                while True:  # what came meanwhile is one look
                    try:
                        heard.append(json.loads(await asyncio.wait_for(socket.recv(), 0.001)))
                    except TimeoutError:
                        break
                await self._hear(socket, heard)

    async def _hear(self, socket: ClientConnection, heard: list[dict[str, object]]) -> None:
        if any("beat" in said for said in heard):
            await socket.send(json.dumps({"here": True}))
        if any("cards" in said for said in heard):
            await self._look(socket)
            return  # with the words
        if offers := [said["offers"] for said in heard if "offers" in said]:
            await self._show(socket, str(offers[-1]))
        if words := [str(each) for said in heard for each in said.get("words", [])]:  # type: ignore[attr-defined]
            await self._client.get("/queue/words/", params={"of": words})

    async def _look(self, socket: ClientConnection) -> None:
        self._html = (await self._client.get("/queue/cards/", headers={"X-Queue": "1"})).text
        await self._show(socket, self._html)

    async def _show(self, socket: ClientConnection, html: str) -> None:
        now_s = time.perf_counter()
        found = CARD.findall(html)
        for handoff_id, _ in found:
            self.seen_s.setdefault(handoff_id, now_s)
        event_id = EVENT_ID.search(html)
        shown = {"shown": [card for card, _ in found], "reservations": [r for _, r in found if r], "after": int(event_id[1]) if event_id else 0}
        await socket.send(json.dumps(shown))

    async def accept(self, handoff_id: str) -> None:
        await self._post(f"/queue/{handoff_id}/accept/", self._html)


class Measurement:
    def __init__(self, n_leads: int, *, tell: Callable[[str], object]) -> None:
        """The leads of one campaign that runs are due; `n_leads` of them turn hot."""
        self._n_leads, self._tell = n_leads, tell
        self._cold: deque[Call] = deque()  # live, and not hot yet
        self._hot_s: dict[str, float] = {}
        self._positions = count(100)
        self._row: ServerProcess | None = None

    async def p95_ms(self) -> float | None:
        """None: no card was seen."""
        host, port = settings.SERVER_URL.removeprefix("http://").split(":")
        self._row = await sync_to_async(servers.register)("ws://127.0.0.1:9", room=2 * N_LIVE)
        async with Processes({}) as processes, Provider(transport=httpx.MockTransport(_takes_every_call)) as provider:
            await processes.start(with_us(server(host, int(port))))
            await until_ready(f"{settings.SERVER_URL}/readyz", processes, within_s=READY_WITHIN_S)
            logins = await sync_to_async(lambda: list(Rep.objects.values_list("user__username", flat=True)))()
            screens = [Screen(settings.SERVER_URL, login) for login in logins]
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(screen.work()) for screen in screens]
                beside += [group.create_task(each) for each in (self._beat(), self._tend(provider), self._talk())]
                async with asyncio.timeout(READY_WITHIN_S):
                    await asyncio.gather(*(screen.is_live.wait() for screen in screens))
                await self._heat(screens, provider)
                for task in beside:
                    task.cancel()
        waits_ms = await sync_to_async(self._waits_ms)(screens)
        self._tell(f"{len(waits_ms)} cards of {len(self._hot_s)} leads on {len(screens)} pages, median {median(waits_ms or [0]):.0f} ms")
        return round(waits_ms[int(0.95 * (len(waits_ms) - 1))], 1) if waits_ms else None

    def _waits_ms(self, screens: list[Screen]) -> list[float]:
        """Sorted, of those who were free to be asked when the lead turned hot: who is asked later, after another lead, has waited for themselves."""
        asked = Reservation.objects.filter(handoff__in=list(self._hot_s), offered_at=F("handoff__offered_at")).values_list(
            "handoff", "rep__user__username"
        )
        seen_s = {screen.username: screen.seen_s for screen in screens}
        seen = [(str(handoff_id), seen_s[login]) for handoff_id, login in asked]
        return sorted((cards[card] - self._hot_s[card]) * 1000 for card, cards in seen if card in cards)

    async def _heat(self, screens: list[Screen], provider: Provider) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self._n_leads):
                await self._fill(provider)
                group.create_task(self._one(self._cold.popleft(), screens))
                await asyncio.sleep(HOT_EVERY_S)

    async def _one(self, call: Call, screens: list[Screen]) -> None:
        handoff_id, hot_s = await sync_to_async(self._turn_hot)(call)
        self._hot_s[handoff_id] = hot_s
        await asyncio.sleep(LOOKED_AT_S)
        seeing = [screen for screen in screens if handoff_id in screen.seen_s]
        if seeing:
            await min(seeing, key=lambda screen: screen.seen_s[handoff_id]).accept(handoff_id)
            await asyncio.sleep(TALKS_S)
        await sync_to_async(_leave)(call)

    @staticmethod
    def _turn_hot(call: Call) -> tuple[str, float]:
        began_s = time.perf_counter()
        report = AnswerReport("seats", 250, "two hundred and fifty", 0, 900, confidence=0.9, is_confirmed=False)
        interviews.save_answer(call.pk, report, at=clock.now())
        return str(Handoff.objects.get(call=call).pk), began_s

    # ---- what goes on besides

    async def _fill(self, provider: Provider) -> None:
        while len(self._cold) < N_LIVE:
            claim = await sync_to_async(dialer.claim_next)(clock.now())
            if claim is None:
                if not self._cold:
                    raise AssertionError("as many leads as turn hot were enrolled, so somebody is left to call")
                break
            if isinstance(claim, Claimed):
                await dialer.place(claim, provider.client(claim.dialect), now=clock.now())
                self._cold.append(await sync_to_async(_pick_up)(claim))

    async def _beat(self) -> None:
        while self._row is not None:
            await sync_to_async(servers.beat)(self._row)
            await asyncio.sleep(servers.BEAT_S)

    async def _tend(self, provider: Provider) -> None:
        while True:
            await tending.tend(clock.now(), provider)
            await asyncio.sleep(TEND_EVERY_S)

    async def _talk(self) -> None:
        while True:
            for call in list(self._cold):
                await sync_to_async(self._say)(call)
                await asyncio.sleep(WORDS_EVERY_S / N_LIVE)
            await asyncio.sleep(0.05)

    def _say(self, call: Call) -> None:
        live.publish(call.pk, live.Kind.BOT_SAYS, {"text": "And what else do you need?"})
        interviews.save_turn(call.pk, TurnReport(next(self._positions), Party.CALLEE, "Let me think.", 0, 900))


def _takes_every_call(request: httpx.Request) -> httpx.Response:
    return httpx.Response(201, json={"call_id": request.headers.get("Idempotency-Key", "hung-up"), "status": "ringing"})


def _pick_up(claim: Claimed) -> Call:
    """They answer, and the socket of the document that the platform got is opened."""
    call = answering.call_of_token(claim.request.answer_url.rpartition("/")[2])
    if call is None:
        raise AssertionError("what was claimed has an answer URL")
    answering.answer(call, ProviderEvent(state=ProviderStatus.ANSWERED), now=clock.now())
    opened = calls.open_stream(call.stream_token or "", at=clock.now())
    if opened is None:
        raise AssertionError("its token is fresh")
    return opened


def _leave(call: Call) -> None:
    # The bot had spoken: else the circuit breaker would take so many hang-ups for a dead voice.
    call_desk.finish(call.pk, SessionReport(Outcome.CALLEE_LEFT, is_disclosure_heard=True, timing=Timing(first_word_ms=500)))
    calls.on_provider_event(call.pk, ProviderEvent(state=ProviderStatus.COMPLETED, duration_s=30.0), at=clock.now())
