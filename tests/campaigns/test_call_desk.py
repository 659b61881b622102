"""The desk as the bridge sees it: tokens, saves that stand, notes from other processes, and a slow query that holds up nobody."""

from __future__ import annotations

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async

from bridge.brief import HandoffStrategy, QuestionRole
from bridge.commands import Whispered
from bridge.events import (
    Outcome,
    Party,
)
from bridge.notes import NoRep, ProviderEnded, RepAccepted
from bridge.ports import CallDesk, PhoneLine, TokenRefused
from bridge.reports import AnswerReport, SessionReport, TurnReport
from bridge.slots import SlotBooked
from campaigns import live
from campaigns.call_desk import DatabaseCallDesk, RestPhoneLine
from campaigns.models import Answer, Call, Handoff, LiveAction, LiveEvent, Turn
from leads.models import DoNotCallEntry
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import make_rep
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

SEATS = AnswerReport("seats", 60, "sixty", 4000, 4600, 0.8, True)
FINISHED = SessionReport(Outcome.FINISHED, is_disclosure_heard=True)


@pytest.fixture
def call(campaign, asha) -> Call:
    return live_call(campaign, asha)


@pytest.fixture
async def desk():
    opened = DatabaseCallDesk()
    async with asyncio.TaskGroup() as tasks:
        tail = tasks.create_task(opened.tail_notes())
        yield opened
        tail.cancel()
    opened.close()


async def next_note(notes):
    return await asyncio.wait_for(anext(notes), 60)


async def test_it_is_what_the_bridge_asks_for(desk, provider):
    ports: tuple[CallDesk, PhoneLine] = (desk, RestPhoneLine(desk.threads, provider))  # mypy compares the signatures
    assert all(ports)


async def test_a_time_it_knows_of_is_booked_for_good(desk, campaign, asha):
    call = await sync_to_async(live_call)(campaign, asha, status="in_progress")
    await sync_to_async(make_rep)("Rehema", "+254722000011", campaign)
    found = await desk.find_slots(str(call.pk), None)
    assert await desk.book_slot(str(call.pk), found.slots[0]) == SlotBooked(found.slots[0])
    handoff = await Handoff.objects.select_related("rep").aget(call=call)
    assert (handoff.status, handoff.promised_for, handoff.rep.name) == ("promised", found.slots[0], "Rehema")


async def test_opening_gives_the_brief(desk, call):
    brief = await desk.open(call.stream_token)
    assert (brief.call_id, brief.bot_name, brief.organisation, brief.voice) == (str(call.pk), "Zawadi", "Acme", "embedded")
    assert [(question.question_id, question.role) for question in brief.questions] == [
        ("permission", QuestionRole.PERMISSION),
        ("seats", QuestionRole.ASK),
    ]
    assert brief.lines.disclosure.startswith("I am Zawadi, an AI calling for Acme with two questions.")
    assert "Acme" in brief.lines.robot and "{" not in brief.lines.who
    assert brief.line.strategy is HandoffStrategy.DIAL and brief.line.is_simulated
    assert brief.limits.max_call_s == 300.0


async def test_a_token_is_refused_the_second_time(desk, call, caplog):
    await desk.open(call.stream_token)
    with pytest.raises(TokenRefused):
        await desk.open(call.stream_token)
    assert call.stream_token not in caplog.text


async def test_of_two_sockets_with_one_token_one_gets_the_call(desk, call):
    results = await asyncio.gather(*(desk.open(call.stream_token) for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(result, TokenRefused) for result in results) == 1


async def test_what_it_saves_is_there_when_it_returns(desk, call, asha):
    await desk.open(call.stream_token)
    progress = await desk.save_answer(str(call.pk), SEATS)
    assert (progress.score, progress.is_hot) == (70, True)
    await desk.save_turn(str(call.pk), TurnReport(0, Party.BOT, "Hello.", 0, 900))
    await desk.announce(str(call.pk), "bot_says", "Hello.")
    await desk.save_opt_out(str(call.pk), "stop")
    assert await Answer.objects.filter(call=call, value=60).acount() == 1
    assert await Turn.objects.filter(call=call).acount() == 1
    assert await LiveEvent.objects.filter(call=call, kind="bot_says", payload={"text": "Hello."}).acount() == 1
    assert await DoNotCallEntry.objects.filter(phone=asha.phone).aexists()


async def test_what_became_of_a_persons_sentence_is_kept_and_its_turn_tells_whose_it_was(desk, call):
    await desk.open(call.stream_token)
    action = await LiveAction.objects.acreate(call=call, kind="whisper", text="Karibu.", done_by="Rehema", done_at=NOW)
    await desk.save_turn(str(call.pk), TurnReport(0, Party.BOT, "Karibu.", 0, 900, said_for="Rehema"))
    await desk.announce(str(call.pk), Whispered.SAID, str(action.pk))
    assert (await LiveAction.objects.aget()).outcome == "said"
    assert (await Turn.objects.aget()).said_for == "Rehema"
    assert not await LiveEvent.objects.filter(kind=Whispered.SAID).aexists()


async def test_the_end_of_the_session_is_told_to_what_still_waited(desk, call):
    await desk.open(call.stream_token)
    await LiveAction.objects.acreate(call=call, kind="end_politely", done_by="Rehema", done_at=NOW)
    await desk.finish(str(call.pk), SessionReport(Outcome.STOPPED, is_disclosure_heard=True))
    assert (await LiveAction.objects.aget()).outcome == "done"


async def test_the_end_is_told_once(desk, call):
    await desk.open(call.stream_token)
    for _ in range(2):
        await desk.finish(str(call.pk), FINISHED)
    assert await LiveEvent.objects.filter(call=call, kind="finished").acount() == 1
    assert (await Call.objects.aget(pk=call.pk)).disposition == "not_qualified"


async def test_an_offer_without_a_rep_comes_back_as_a_note(desk, call):
    await desk.open(call.stream_token)
    notes = desk.notes(str(call.pk))
    await desk.request_handoff(str(call.pk))
    assert await next_note(notes) == NoRep()
    await notes.aclose()
    assert await Handoff.objects.filter(call=call).acount() == 1


async def test_a_save_goes_on_when_its_caller_is_cancelled(desk):
    began, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def save() -> None:
        began.set()
        may_end.wait(5)
        ended.set()

    task = asyncio.create_task(desk.threads.run(save))
    assert await asyncio.to_thread(began.wait, 5)
    task.cancel()
    may_end.set()
    assert await asyncio.to_thread(ended.wait, 5)
    assert task.cancelling()


async def test_a_slow_query_of_one_call_holds_up_no_other(desk, call):
    release = threading.Event()
    slow = asyncio.create_task(desk.threads.run(release.wait, 60))
    await asyncio.wait_for(desk.open(call.stream_token), 30)
    assert not slow.done()
    release.set()
    await slow


# ---- notes ------------------------------------------------------------------------------------------------------------------------


async def test_notes_come_from_other_processes(desk, call):
    notes = desk.notes(str(call.pk))
    waiting = asyncio.create_task(next_note(notes))
    await sync_to_async(live.publish)(call.pk, "note.rep_accepted", {"rep_name": "Rehema"})
    assert await waiting == RepAccepted("Rehema")
    await sync_to_async(live.publish)(call.pk, "note.provider_ended")
    assert await next_note(notes) == ProviderEnded()
    await notes.aclose()


async def test_a_note_from_before_anybody_listened_comes_once(desk, call):
    await sync_to_async(live.publish)(call.pk, "note.no_rep")
    notes = desk.notes(str(call.pk))
    assert await next_note(notes) == NoRep()
    await sync_to_async(live.publish)(call.pk, "note.end_politely")
    assert type(await next_note(notes)).__name__ == "EndPolitely"
    await notes.aclose()


async def test_a_call_gets_only_its_own_notes(desk, call, campaign, baraka):
    other = await sync_to_async(live_call)(campaign, baraka)
    mine, theirs = desk.notes(str(call.pk)), desk.notes(str(other.pk))
    waiting = asyncio.create_task(next_note(theirs)), asyncio.create_task(next_note(mine))
    await sync_to_async(live.publish)(call.pk, "note.no_rep")
    assert await waiting[1] == NoRep()
    assert not waiting[0].done()
    await sync_to_async(live.publish)(other.pk, "note.provider_ended")
    assert await waiting[0] == ProviderEnded()
    await mine.aclose()
    await theirs.aclose()


# ---- the phone line ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{"provider_call_id": "call-1"}, {"provider_session_id": "HD_1"}], ids=["by its id", "by its session"])
async def test_it_hangs_up_by_rest(desk, call, provider, platform, fields):
    await Call.objects.filter(pk=call.pk).aupdate(**fields)
    await RestPhoneLine(desk.threads, provider).hang_up(str(call.pk))
    assert platform.hung_up == list(fields.values())


async def test_a_call_the_provider_has_not_named_cannot_be_hung_up(desk, call, provider, platform, caplog):
    await RestPhoneLine(desk.threads, provider).hang_up(str(call.pk))
    assert platform.asked == []
    assert "not named it yet" in caplog.text


class Struck(Exception):
    """The process dies here."""


def strike(*args: object, **kwargs: object) -> None:
    raise Struck


async def test_a_session_that_ends_is_told_to_the_call_and_to_its_hand_off_or_to_neither(desk, call, monkeypatch):
    await desk.open(call.stream_token)
    with monkeypatch.context() as broken, pytest.raises(Struck):
        broken.setattr("campaigns.handoff.offers.on_session_finished", strike)
        await desk.finish(str(call.pk), FINISHED)
    assert (await Call.objects.aget(pk=call.pk)).session_ended_at is None  # so the janitor still finds it
    await desk.finish(str(call.pk), FINISHED)
    assert (await Call.objects.aget(pk=call.pk)).session_ended_at is not None
