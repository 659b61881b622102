"""Every hand-off strategy on both kinds of platform, over real sockets, all at once: bridged, nobody there, a mailbox, a lead who leaves."""

from __future__ import annotations

import asyncio
import itertools
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from bridge.telephony.simulator.call import Call as PlatformCall
from bridge.telephony.simulator.number import OwnNumber
from bridge.telephony.simulator.persona import Answering, Persona, Pickup, Rule
from bridge.telephony.simulator.settings import AfterStream, FromNumber
from sautiqual.processes import Program
from tests.journeys.people import HOT, REP, REP_WHO_IS_OUT, away, late
from tests.journeys.stage import SECRET, Lead, Stage, is_over

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

WORLDS = {"continues": AfterStream.CONTINUES, "dead air": AfterStream.DEAD_AIR}
STRATEGIES = ("dial", "conference", "callback")
CASES = ("talk", "rep out", "mailbox", "lead leaves")
MAILBOX = Persona("mailbox", "", answer=Answering(Pickup.VOICEMAIL, after_rings=0.3, greeting="voicemail_greeting"))
# Picks up at once, hears the brief to its end, and only then presses 1.
REP_WHO_LISTENS = replace(REP, rules=(Rule(when="Press 1", press="1", times=1),))
SETTLED = {"bridged", "lead_hung_up", "promised", "kept", "bridge_failed"}
WITHIN_S = 400.0  # all of them; a busy machine takes several times as long as an idle one
# The bot's lines: disclosure, three questions, and whoever is hot: "Please stay on the line."
CHECKING, CONNECTING, RINGING = 5, 6, 7


@dataclass
class Story:
    strategy: str
    world: str
    case: str
    line: str
    rep: str
    lead: Lead

    @property
    def name(self) -> str:
        return f"story {self.strategy}, {self.world}, {self.case}"

    @property
    def hangs_up_at(self) -> int | None:
        """After which line of the bot, or of the platform, the lead hangs up; a lead whose call we end does not answer the call back instead."""
        on_the_line = {("conference", "continues"): CHECKING, ("conference", "dead air"): CHECKING, ("dial", "continues"): RINGING}
        return on_the_line.get((self.strategy, self.world)) if self.case == "lead leaves" else None


def stories() -> list[Story]:
    lines = {pair: f"+2547110004{n:02d}" for n, pair in enumerate(itertools.product(STRATEGIES, WORLDS))}
    told = enumerate(itertools.product(STRATEGIES, WORLDS, CASES))
    return [Story(*key, line=lines[key[:2]], rep=f"+2547110005{n:02d}", lead=Lead(str(uuid.uuid4()), f"+2547124000{n:02d}")) for n, key in told]


@dataclass
class Told:
    """How each story ended, by its three words."""

    stage: Stage
    stories: dict[tuple[str, str, str], Story]
    calls: dict[tuple[str, str, str], dict[str, Any]]

    def handoff(self, *key: str) -> dict[str, Any]:
        found: dict[str, Any] | None = self.calls.get(key, {}).get("handoff")  # type: ignore[call-overload]
        assert found is not None, "the story was not over in time, or the lead never became hot"
        return found

    def lead_calls(self, *key: str) -> list[PlatformCall]:
        lead = self.stories[key].lead  # type: ignore[index]
        return [call for call in self.stage.platform_calls if call.leg.number == lead.number]

    def rep_calls(self, *key: str) -> list[PlatformCall]:
        return [call for call in self.stage.platform_calls if call.leg.number == self.stories[key].rep]  # type: ignore[index]


def lead_of(story: Story) -> Persona:
    if story.hangs_up_at is not None:
        return replace(HOT, rules=(*HOT.rules, Rule(after_line=story.hangs_up_at, hang_up=True)))
    # Who is put through to a mailbox by a Dial talks to it for a while, and gives up.
    return replace(HOT, patience_s=3.0, max_hellos=1) if (story.strategy, story.case) == ("dial", "mailbox") else replace(HOT, patience_s=20.0)


def rep_of(story: Story) -> Persona:
    late_rep = REP_WHO_LISTENS if story.strategy == "conference" else late(REP, 3.0)
    return {"talk": REP, "rep out": REP_WHO_IS_OUT, "mailbox": MAILBOX, "lead leaves": late_rep}[story.case]


async def ends(on: Stage, told: list[Story]) -> dict[str, dict[str, Any]]:
    """Each lead's call once its story is over, by the story's name. The platform's books are looked at often, our server is asked about one."""
    ended: dict[str, dict[str, Any]] = {}
    deadline_s = asyncio.get_running_loop().time() + WITHIN_S
    while waiting := [story for story in told if story.name not in ended]:
        for story in waiting:
            if does_not_answer_again(on, story):
                on.moves_in(away(HOT), story.lead.number)
            if is_quiet(on, story) and (call := await settled(on, story)) is not None:
                ended[story.name] = call
        if asyncio.get_running_loop().time() > deadline_s:  # those that are over are told all the same
            break
        await asyncio.sleep(0.2)
    return ended


def does_not_answer_again(on: Stage, story: Story) -> bool:
    """The lead's first call has been answered, and another may come."""
    return story.case == "lead leaves" and story.hangs_up_at is None and on.heard(story.lead, "Is now a good time?") is not None


def is_quiet(on: Stage, story: Story) -> bool:
    """The lead was called, and nobody is on the phone."""
    calls = [call for call in on.platform_calls if call.leg.number in (story.lead.number, story.rep)]
    return bool(calls) and not any(call.is_live for call in calls)


async def settled(on: Stage, story: Story) -> dict[str, Any] | None:
    call = await on.call_of(story.lead)
    handoff = call["handoff"]
    if handoff is None and is_over(call):  # it never became hot: nothing more will come
        return call
    is_settled = handoff is not None and handoff["status"] in SETTLED and (handoff["status"] != "bridged" or handoff["ended_at"])
    return call if is_settled and is_over(call) and call["money"]["cost_minor"] is not None else None


# Of the package: where the tests of a module are not run in one go, what is of the module is made more than once.
@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def told(shared: Stage) -> AsyncIterator[Told]:
    told = stories()
    for number, after in {story.line: WORLDS[story.world] for story in told}.items():
        urls = (shared.simulator.exchange.numbers[0].voice_callback_url, shared.simulator.exchange.numbers[0].events_url)
        shared.simulator.exchange.numbers.append(OwnNumber.of(FromNumber(f"num_{number[1:]}", number, after, *urls), SECRET))
    for story in told:
        shared.moves_in(rep_of(story), story.rep)
        shared.moves_in(lead_of(story), story.lead.number)
    wanted = [
        {"name": one.name, "strategy": one.strategy, "line": one.line, "rep": one.rep, "lead_id": one.lead.lead_id, "lead": one.lead.number}
        for one in told
    ]
    making = await shared.processes.start(Program("stories", ("-m", "tests.journeys.handoff_scene", "make", json.dumps(wanted))))
    assert await making.wait() == 0
    reps = await shared.processes.start(Program("reps", ("-m", "tests.journeys.handoff_scene", "play")))
    ended = await ends(shared, told)
    reps.terminate()
    by_key = {(story.strategy, story.world, story.case): story for story in told}
    yield Told(shared, by_key, {key: ended[story.name] for key, story in by_key.items() if story.name in ended})


EXPECTED = {
    ("dial", "continues"): ("bridged", "promised", "bridged", "lead_hung_up"),  # a Dial cannot tell a mailbox from a rep
    ("dial", "dead air"): ("bridged", "promised", "promised", "promised"),  # …by the call back
    ("conference", "continues"): ("bridged", "promised", "promised", "lead_hung_up"),
    ("conference", "dead air"): ("bridged", "promised", "promised", "lead_hung_up"),
    ("callback", "continues"): ("bridged", "promised", "promised", "promised"),
    ("callback", "dead air"): ("bridged", "promised", "promised", "promised"),
}
KEYS = list(itertools.product(STRATEGIES, WORLDS))


@pytest.mark.parametrize(("strategy", "world"), KEYS)
@pytest.mark.parametrize("case", CASES)
async def test_it_ends_as_the_design_says(told: Told, strategy: str, world: str, case: str):
    handoff = told.handoff(strategy, world, case)
    assert handoff["status"] == EXPECTED[strategy, world][CASES.index(case)], handoff
    assert handoff["is_fallback"] is ((strategy, world) == ("dial", "dead air"))
    assert (handoff["promised_for"] is not None) is (handoff["status"] == "promised")
    assert handoff["result"]["result"] == handoff["status"]


@pytest.mark.parametrize(("strategy", "world"), KEYS)
async def test_rep_and_lead_talked_and_it_is_known_for_how_long(told: Told, strategy: str, world: str):
    result = told.handoff(strategy, world, "talk")["result"]
    print(f"\n{strategy}, {world}: hot to bridged {result['to_bridge_s']:.1f} s, the lead waited {result['waited_s']:.1f} s")
    assert 0 < result["to_accept_s"] < result["to_bridge_s"] < 60
    assert REP.talk_s <= result["talked_s"] < REP.talk_s + 10, "and what they were saying when the time was up"


@pytest.mark.parametrize(("strategy", "world", "n_rings"), [(*key, 1 if key in KEYS[:1] + KEYS[2:4] else 2) for key in KEYS])
async def test_the_lead_s_phone_rings_again_only_where_it_must(told: Told, strategy: str, world: str, n_rings: int):
    assert told.stage.rings([told.stories[strategy, world, "talk"].lead]) == [n_rings]


@pytest.mark.parametrize("world", WORLDS)
async def test_in_a_room_the_bot_is_gone_before_they_talk_and_nobody_cuts_them_off(told: Told, world: str):
    [lead], [rep] = told.lead_calls("conference", world, "talk"), told.rep_calls("conference", world, "talk")
    [stream] = lead.streams
    gone_s = lead.leg.talked_s - stream.streamed_s
    assert gone_s > REP.talk_s - 2.0, "the media socket was closed long before the call was over"
    assert lead.lines[-1].line.text == "Here is my colleague."
    assert rep.digits == "1" and rep.leg.ended_by == "callee"
    assert lead.leg.ended_by == "platform", "the room was over, and no hang-up of ours"
    assert not lead.problems and not rep.problems


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("case", ["rep out", "mailbox"])
async def test_in_a_room_the_bot_comes_back_with_a_promise(told: Told, world: str, case: str):
    [lead] = told.lead_calls("conference", world, case)
    assert lead.lines[-1].line.text == "A colleague will call you back today. Goodbye."
    assert "connecting" not in " ".join(line.line.text for line in lead.lines).lower()


@pytest.mark.parametrize("world", WORLDS)
async def test_a_rep_whose_lead_has_left_is_not_kept_on_the_phone(told: Told, world: str):
    [rep] = told.rep_calls("conference", world, "lead leaves")
    # A phone that still rings when the lead leaves is hung up; whoever has picked it up is told.
    assert not rep.is_live and (rep.leg.ended_by == "api" or rep.platform_words[-1] == "The lead has hung up. Goodbye.")
    assert "connecting you" not in " ".join(rep.platform_words)


@pytest.mark.parametrize("case", ["talk", "mailbox"])
@pytest.mark.parametrize(("strategy", "world"), [key for key in KEYS if key != ("dial", "continues")])
async def test_the_rep_hears_the_brief_on_their_own_phone(told: Told, strategy: str, world: str, case: str):
    [rep] = told.rep_calls(strategy, world, case)
    words = " ".join(rep.platform_words)
    assert "Hello Rehema." in words and "Seats: 250 seats" in words


@pytest.mark.parametrize(("strategy", "world"), KEYS)
async def test_what_the_platform_charged_for_the_lead_is_what_we_keep(told: Told, strategy: str, world: str):
    first = told.lead_calls(strategy, world, "talk")[0]
    assert told.calls[strategy, world, "talk"]["money"]["cost_minor"] == first.cost_minor
