"""The desk of rehearsals as the bridge sees it: a token that works once, saves that stand on the rehearsal, and nothing anywhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from bridge.events import Outcome, Party, UsageUnit
from bridge.notes import NoRep
from bridge.ports import CallDesk, PhoneLine, TokenRefused
from bridge.reports import AnswerReport, SessionReport, SessionUse, TurnReport
from bridge.slots import SlotsFound
from campaigns.call_desk import Threads
from campaigns.models import Answer, Call, LiveEvent, MoneyTotal, Rehearsal, Script, Turn, VoiceSession
from campaigns.rehearsal_desk import RehearsalDesk, RoutedDesk, RoutedLine
from campaigns.rehearsing import keeping
from campaigns.rehearsing.briefs import Cast
from leads.models import DoNotCallEntry, Lead

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("closed_connections")]

TIME = AnswerReport("permission", True, "yes", 4000, 4600, 0.8, False)
SEATS = AnswerReport("seats", 60, "sixty", 6000, 6600, 0.8, True)
ENDED = SessionReport(Outcome.PROMISED, is_disclosure_heard=True)


@pytest.fixture
async def desk() -> AsyncIterator[RehearsalDesk]:
    threads = Threads()
    yield RehearsalDesk(threads)
    threads.close()


@pytest.fixture
def begun(script: Script) -> Rehearsal:
    return keeping.begin(script, Cast("en-KE"), kind=Rehearsal.Kind.BROWSER, by="mosi")


async def now(rehearsal: Rehearsal) -> Rehearsal:
    return await Rehearsal.objects.aget(pk=rehearsal.pk)


async def test_it_is_what_the_bridge_asks_for(desk):
    ports: tuple[CallDesk, PhoneLine] = (RoutedDesk(desk, desk), RoutedLine(Line()))  # mypy compares the signatures
    assert all(ports)


async def test_the_token_opens_the_script_once(desk, begun):
    brief = await desk.open(begun.token)
    assert (brief.voice, brief.language, [question.question_id for question in brief.questions]) == ("embedded", "en-KE", ["permission", "seats"])
    assert brief.line.is_simulated and not brief.is_recorded
    with pytest.raises(TokenRefused):
        await desk.open(begun.token)


async def test_an_old_or_unknown_token_opens_nothing(desk, begun):
    with pytest.raises(TokenRefused):
        await desk.open("rehearsal-guessed")
    await Rehearsal.objects.aupdate(token_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(TokenRefused):
        await desk.open(begun.token)


async def test_what_is_learnt_stands_on_the_rehearsal_at_once(desk, begun):
    call_id = (await desk.open(begun.token)).call_id
    await desk.save_turn(call_id, TurnReport(0, Party.BOT, "Hello.", 0, 900, heard_ms=900, heard_text="Hello."))
    await desk.announce(call_id, "bot_says", "How many seats?")
    progress = await desk.save_answer(call_id, SEATS)
    assert (progress.score, progress.is_hot) == (70, True)
    talk = (await now(begun)).results["talk"]
    assert (talk["turns"][0]["text"], talk["saying"]) == ("Hello.", "How many seats?")
    assert talk["understood"]["seats"]["value"] == 60 and talk["score"]["points"] == 70


async def test_it_is_passed_at_its_proper_end_and_stays_so(desk, begun):
    call_id = (await desk.open(begun.token)).call_id
    for answer in (TIME, SEATS):
        await desk.save_answer(call_id, answer)
    await desk.finish(call_id, ENDED)
    await desk.finish(call_id, SessionReport(Outcome.MEDIA_LOST, is_disclosure_heard=False))
    kept = await now(begun)
    assert (kept.status, kept.results["missing"], kept.token) == ("passed", [], None) and kept.finished_at


@pytest.mark.parametrize(
    ("outcome", "status"), [(Outcome.FINISHED, "failed"), (Outcome.OPTED_OUT, "failed"), (Outcome.CALLEE_LEFT, "abandoned")], ids=str
)
async def test_it_is_not_where_something_is_missing(desk, begun, outcome, status):
    call_id = (await desk.open(begun.token)).call_id
    await desk.finish(call_id, SessionReport(outcome, is_disclosure_heard=True))
    kept = await now(begun)
    assert kept.status == status and kept.results["missing"]


async def test_an_opt_out_is_kept_here_and_puts_no_number_on_the_list(desk, begun, asha):
    call_id = (await desk.open(begun.token)).call_id
    await desk.save_opt_out(call_id, "stop calling me")
    assert (await now(begun)).results["talk"]["opt_out"] == "stop calling me"
    assert not await DoNotCallEntry.objects.aexists()


async def test_nothing_is_left_anywhere_else(desk, begun):
    n_leads = await Lead.objects.acount()
    call_id = (await desk.open(begun.token)).call_id
    await desk.save_answer(call_id, SEATS)
    await desk.save_turn(call_id, TurnReport(0, Party.CALLEE, "Sixty.", 0, 900))
    await desk.refuse_recording(call_id, "do not record me")
    await desk.save_usage(call_id, [SessionUse("s-1", "embedded", {}, 30.0)], is_over=True)
    await desk.finish(call_id, ENDED)
    for model in (Call, Answer, Turn, DoNotCallEntry, LiveEvent, MoneyTotal, VoiceSession):
        assert not await model.objects.aexists(), model
    assert await Lead.objects.acount() == n_leads


async def test_no_rep_is_asked_and_no_time_is_booked(desk, begun):
    call_id = (await desk.open(begun.token)).call_id
    notes = desk.notes(call_id)
    await desk.request_handoff(call_id)
    assert await asyncio.wait_for(anext(notes), 60) == NoRep()
    assert await desk.find_slots(call_id, None) == SlotsFound((), is_soon=False)
    assert await desk.book_slot(call_id, timezone.now()) == SlotsFound((), is_soon=False)


@pytest.mark.parametrize(("model", "is_known"), [("gpt-realtime-2.1", True), ("a model nobody has priced", False)], ids=["priced", "not priced"])
async def test_what_the_voice_cost_is_shown(desk, begun, model, is_known):
    call_id = (await desk.open(begun.token)).call_id
    await desk.save_usage(call_id, [SessionUse("s-1", "openai", {model: {UsageUnit.AUDIO_OUT: 5000}}, 30.0)], is_over=True)
    cost = (await now(begun)).results["cost"]
    assert (cost["minor"] is not None and cost["minor"] > 0) is is_known


async def test_the_cost_stays_when_the_end_is_told_after_it(desk, begun):
    call_id = (await desk.open(begun.token)).call_id
    await desk.save_usage(call_id, [SessionUse("s-1", "openai", {"gpt-realtime-2.1": {UsageUnit.AUDIO_OUT: 5000}}, 30.0)], is_over=False)
    await desk.announce(call_id, "bot_says", "More.")
    await desk.finish(call_id, ENDED)
    assert (await now(begun)).results["cost"]["minor"] > 0


async def test_a_call_goes_to_the_desk_of_calls_and_a_rehearsal_to_its_own(desk, begun):
    class Nobody(RehearsalDesk):
        async def open(self, token: str):
            raise TokenRefused

    routed = RoutedDesk(Nobody(Threads()), desk)
    with pytest.raises(TokenRefused):
        await routed.open("stream-1")
    assert (await routed.open(begun.token)).call_id == f"rehearsal-{begun.pk}"


class Line:
    """Counts what it hangs up."""

    def __init__(self) -> None:
        self.hung_up: list[str] = []

    async def hang_up(self, call_id: str) -> None:
        self.hung_up.append(call_id)


async def test_a_rehearsal_is_hung_up_at_no_platform():
    phone = Line()
    routed = RoutedLine(phone)
    await routed.hang_up("rehearsal-1")
    await routed.hang_up("call-1")
    assert phone.hung_up == ["call-1"]


async def test_a_second_tab_of_the_same_person_ends_the_first(begun, script):
    await sync_to_async(keeping.begin)(script, Cast("en-KE"), kind=Rehearsal.Kind.BROWSER, by="mosi")
    assert (await now(begun)).status == "abandoned"


async def test_more_people_at_once_than_the_machine_holds_are_told_to_wait(begun, script):
    begin = sync_to_async(keeping.begin)
    for name in ("rehema", "juma"):
        await begin(script, Cast("en-KE"), kind=Rehearsal.Kind.BROWSER, by=name)
    with pytest.raises(keeping.TooMany):
        await begin(script, Cast("en-KE"), kind=Rehearsal.Kind.BROWSER, by="neema")


async def test_one_whose_process_died_is_broken_off(begun, script):
    await Rehearsal.objects.aupdate(heard_from_at=timezone.now() - timedelta(minutes=3))
    assert await sync_to_async(keeping.break_off_lost)() == 1
    assert (await now(begun)).status == "abandoned"
