"""Joins one call's dialogue with its link: what the dialogue wants sent is sent, what it tells is kept for the conversation, its clock is kept."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from functools import partial

from bridge.brief import CallBrief
from bridge.events import Expectation, Line, Samples, VoiceEvent, VoiceFailed, VoiceFault
from bridge.voice.gemini.connection import ConnectionLost
from bridge.voice.gemini.dialogue import Dialogue
from bridge.voice.gemini.incoming import Incoming
from bridge.voice.gemini.link import Link
from bridge.voice.gemini.settings import GeminiSettings
from bridge.voice.gemini.setup import connect_config

logger = logging.getLogger(__name__)


class Talk:
    def __init__(self, brief: CallBrief, settings: GeminiSettings, tls: ssl.SSLContext | None, tell: Callable[[VoiceEvent], None]) -> None:
        self._call_id = brief.call_id
        self._tell = tell
        self._dialogue = Dialogue(brief, settings)
        self._link = Link(brief.call_id, settings, tls, partial(connect_config, brief, settings), listener=self)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due_s = 0.0
        self._is_open = False

    async def run(self, on_open: Callable[[], None]) -> None:
        """Until cancelled. Raises ConnectionLost while it has not been open; after that it tells VoiceFailed."""
        try:
            await self._link.run(partial(self._opened, on_open))
        except ConnectionLost as lost:
            if not self._is_open:
                raise
            self._fail(f"closed with {lost.code}", lost.fault)
        except Exception:  # the edge of this task: the call is told, all other calls go on
            logger.exception("call %s: the talk with Gemini broke", self._call_id)
            self._fail("a fault of our own", VoiceFault.CUT)
        finally:
            self._stop()

    def hear(self, pcm: Samples) -> None:
        self._dialogue.hear(pcm, self._now())
        self._pass_on()

    def expect(self, expectation: Expectation) -> None:
        self._dialogue.expect(expectation)

    def speak(self, line: Line) -> None:
        self._dialogue.speak(line, self._now())
        self._pass_on()

    def words_of_line(self, line_id: int) -> str:
        return self._dialogue.words_of_line(line_id)

    def cancel(self, line_id: int) -> None:
        self._dialogue.cancel(line_id)
        self._pass_on()

    # -- what the link tells --

    def took(self, incoming: Incoming) -> None:
        self._dialogue.take(incoming, self._now())
        self._pass_on()

    def renewed(self, *, is_resumed: bool) -> None:
        self._dialogue.renewed(self._now(), is_resumed=is_resumed)
        self._pass_on()

    def may_leave(self) -> bool:
        return self._dialogue.is_quiet

    def may_go_on(self) -> bool:
        return not self._dialogue.has_line_begun

    # -- within --

    def _opened(self, on_open: Callable[[], None]) -> None:
        self._is_open = True
        on_open()

    def _pass_on(self) -> None:
        if self._dialogue.out:
            for message in self._dialogue.out:
                self._link.send(message)
            self._dialogue.out.clear()
        if self._dialogue.events:
            for event in self._dialogue.events:
                self._tell(event)
            self._dialogue.events.clear()
            self._link.look()
        self._set_timer()

    def _set_timer(self) -> None:
        """Late is allowed: a timer that fires too early looks again."""
        due_s = self._dialogue.next_due_s()
        if due_s is None or (self._timer is not None and self._timer_due_s <= due_s):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due_s = due_s
        self._timer = asyncio.get_running_loop().call_at(due_s, self._on_time)

    def _on_time(self) -> None:
        self._timer = None
        self._dialogue.on_time(self._now())
        self._pass_on()
        self._link.look()

    def _fail(self, reason: str, fault: VoiceFault) -> None:
        logger.warning("call %s: Gemini is lost, %s, %s", self._call_id, fault, reason)
        self._tell(VoiceFailed(reason, fault))

    def _stop(self) -> None:
        self._link.stay()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        logger.info(
            "call %s: Gemini closed, %d lines said in other words, %d sounds nobody asked for, %d samples not sent, %d sessions",
            self._call_id,
            self._dialogue.n_lines_said_otherwise(),
            self._dialogue.n_sounds_dropped,
            self._link.n_samples_dropped,
            1 + len(self._link.gaps_ms),
        )

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
