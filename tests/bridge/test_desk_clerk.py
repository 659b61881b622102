from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bridge.desk_clerk import DeskClerk
from bridge.desk_queue import MAX_WAITING
from bridge.events import DeskFailed, DeskTask, OptOutSaved, Party, Progress
from bridge.reports import AnswerReport, TurnReport
from bridge.slots import SlotBooked, SlotsFound
from tests.bridge.cast import brief
from tests.bridge.fakes import FakeDesk

ANSWER = AnswerReport("seats", 10, "ten", 0, 500, 0.9, is_confirmed=False)


def turn(position: int) -> TurnReport:
    return TurnReport(position, Party.CALLEE, "ten", 0, 500)


class StuckDesk(FakeDesk):
    """Answers and turns are never saved."""

    async def save_answer(self, call_id, answer):
        await asyncio.Event().wait()

    async def save_turn(self, call_id, turn):
        await asyncio.Event().wait()


@asynccontextmanager
async def working(desk: FakeDesk):
    """The clerk and the events it reports."""
    events: asyncio.Queue = asyncio.Queue()
    clerk = DeskClerk("c1", desk, events.put_nowait)
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(clerk.run())
        yield clerk, events
        running.cancel()


async def test_progress_is_reported_only_once_the_answer_is_saved():
    async with working(desk := FakeDesk(brief())) as (clerk, events):
        clerk.save_answer(ANSWER)
        assert events.empty()
        assert await events.get() == Progress("seats", 50, is_hot=False)
        assert desk.answers == [ANSWER]


async def test_times_are_asked_for_and_booked_by_the_desk_and_its_answer_comes_as_an_event():
    at = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    desk = FakeDesk(brief())
    desk.slots = (at,)
    async with working(desk) as (clerk, events):
        clerk.find_slots(None)
        assert await events.get() == SlotsFound((at,), is_soon=True)
        clerk.book_slot(at)
        assert await events.get() == SlotBooked(at)


async def test_a_desk_that_cannot_book_is_told_as_a_failure():
    async with working(FakeDesk(brief(), fails={"book_slot"})) as (clerk, events):
        clerk.book_slot(datetime(2026, 11, 23, 15, 30, tzinfo=UTC))
        assert await events.get() == DeskFailed(DeskTask.SLOT)


async def test_an_opt_out_does_not_wait_for_an_answer_that_hangs():
    async with working(desk := StuckDesk(brief())) as (clerk, events):
        clerk.save_answer(ANSWER)
        clerk.save_opt_out("stop")
        assert await events.get() == OptOutSaved()
        assert desk.opt_outs == ["stop"]


async def test_an_answer_does_not_wait_for_the_transcript():
    class SlowTranscript(FakeDesk):
        async def save_turn(self, call_id, turn):
            await asyncio.Event().wait()

    async with working(SlowTranscript(brief())) as (clerk, events):
        clerk.save_turn(turn(0))
        clerk.save_answer(ANSWER)
        assert isinstance(await events.get(), Progress)


async def test_turns_are_saved_in_their_order():
    async with working(desk := FakeDesk(brief())) as (clerk, _events):
        for position in range(20):
            clerk.save_turn(turn(position))
        await clerk.drained(5.0)
        assert [saved.position for saved in desk.turns] == list(range(20))


async def test_what_fails_is_reported_by_its_name_and_the_next_is_done():
    async with working(desk := FakeDesk(brief(), fails={"save_answer", "save_opt_out"})) as (clerk, events):
        clerk.save_answer(ANSWER)
        clerk.request_handoff()
        clerk.save_opt_out("stop")
        failed = {(await events.get()).what, (await events.get()).what}
        await clerk.drained(5.0)
        assert failed == {DeskTask.ANSWER, DeskTask.OPT_OUT}
        assert desk.log == ["request_handoff"]


async def test_a_call_is_released_only_if_the_desk_has_saved_it():
    async with working(FakeDesk(brief())) as (clerk, _events):
        clerk.release_to_handoff()
        assert await clerk.released(5.0)
    async with working(FakeDesk(brief(), fails={"release_to_handoff"})) as (clerk, events):
        clerk.release_to_handoff()
        assert not await clerk.released(5.0)
        assert await events.get() == DeskFailed(DeskTask.HANDOFF)


async def test_it_does_not_wait_for_a_desk_that_hangs_beyond_the_limit(caplog):
    async with working(StuckDesk(brief())) as (clerk, _events):
        clerk.save_answer(ANSWER)
        await clerk.drained(0.01)
    assert "call c1: the desk is still busy" in caplog.text


async def test_announcements_are_dropped_when_too_many_wait_and_turns_are_not():
    desk = FakeDesk(brief())
    clerk = DeskClerk("c1", desk, lambda _event: None)
    for _ in range(2 * MAX_WAITING):
        clerk.announce("bot_says", "hello")
    clerk.save_turn(turn(0))
    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(clerk.run())
        await clerk.drained(5.0)
        running.cancel()
    assert (len(desk.announced), len(desk.turns)) == (MAX_WAITING, 1)
