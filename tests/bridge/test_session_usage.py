"""What the voice of a call used reaches the desk, however the call ends."""

from __future__ import annotations

import asyncio

import pytest

from bridge.events import Line, UsageUnit, VoiceFailed, VoiceUsage
from bridge.usage import UsageAccount
from bridge.voice.order import Candidate
from bridge.voice.scripted import TRAITS, ScriptedVoice
from bridge.voice.settling import close_and_count
from bridge.voice.steady import SteadyVoice
from tests.bridge.cast import brief
from tests.bridge.fakes import in_jumping_time
from tests.bridge.whole_call import TEN, Call, ListeningVoice

A_LINE, A_CLOSING = {UsageUnit.AUDIO_OUT: 10.0}, {UsageUnit.TEXT_OUT: 1.0}


class BilledVoice(ListeningVoice):
    """Tells what each line cost, and a last figure while it is closed."""

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceUsage("scripted-1", A_LINE))
        super().speak(line)

    async def close(self) -> None:
        if not self.is_closed:
            self._queue.put_nowait(VoiceUsage("scripted-1", A_CLOSING))
        await super().close()


class FallenVoice(BilledVoice):
    """Lost as soon as it has to speak, billed all the same."""

    def speak(self, line: Line) -> None:
        self._queue.put_nowait(VoiceUsage("scripted-1", A_LINE))
        self._queue.put_nowait(VoiceFailed("cut"))


class BreakingVoice(BilledVoice):
    def expect(self, expectation) -> None:
        raise RuntimeError("a fault of ours")


def lines_and_closing(use) -> tuple[float, float]:
    return use.usage["scripted-1"].get(UsageUnit.AUDIO_OUT, 0) / 10, use.usage["scripted-1"].get(UsageUnit.TEXT_OUT, 0)


@in_jumping_time
async def test_the_last_word_holds_every_figure_up_to_the_closing_of_the_voice():
    call = Call(brief(), [TEN], utterances=1, voice=BilledVoice([TEN]))
    await call.hold()
    (use,), is_over = call.desk.uses[-1]
    assert is_over
    assert lines_and_closing(use)[0] >= 3
    assert lines_and_closing(use)[1] == 1
    assert use.open_s > 1.0


@in_jumping_time
async def test_a_long_call_tells_now_and_then_what_it_has_used_so_far():
    call = Call(brief(), voice=BilledVoice())  # nobody answers: reprompts until the bot gives up
    await call.hold()
    so_far = [lines_and_closing(uses[0])[0] for uses, is_over in call.desk.uses if not is_over]
    assert so_far
    assert so_far == sorted(so_far)


@in_jumping_time
async def test_a_session_that_breaks_loses_no_figure():
    call = Call(brief(), voice=BreakingVoice())
    with pytest.raises(RuntimeError):  # it is logged by the session; here to be sure that it did break
        call.voice.expect(None)
    await call.hold()
    (use,), is_over = call.desk.uses[-1]
    assert is_over
    assert lines_and_closing(use)[1] == 1


@in_jumping_time
async def test_a_server_that_goes_down_still_tells_what_was_used():
    call = Call(brief(), voice=BilledVoice())
    holding = asyncio.create_task(call.hold())
    await call.until(call.is_bot_quiet)
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    (use,), is_over = call.desk.uses[-1]
    assert is_over
    assert lines_and_closing(use)[0] >= 1
    assert lines_and_closing(use)[1] == 1


@in_jumping_time
async def test_a_desk_that_cannot_save_it_does_not_spoil_the_call():
    call = Call(brief(), [TEN], utterances=1, voice=BilledVoice([TEN]), fails={"save_usage"})
    await call.hold()
    assert call.report() is not None


@in_jumping_time
async def test_a_call_that_failed_over_tells_of_both_sessions():
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        candidates = [Candidate(TRAITS, FallenVoice), Candidate(TRAITS, BilledVoice)]
        steady = SteadyVoice(candidates, tasks)
        call = Call(brief(), voice=steady)
        await call.hold()
    uses, is_over = call.desk.uses[-1]
    assert is_over
    assert len({use.session for use in uses}) == len(uses) >= 2
    assert all(lines_and_closing(use)[1] == 1 for use in uses), "the figure that a lost session told while it was closed counts as well"
    assert sum(use.open_s for use in uses) <= call.now()


@in_jumping_time
async def test_a_voice_that_was_made_ready_and_thrown_away_is_counted():
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        steady = SteadyVoice([Candidate(TRAITS, BilledVoice)], tasks)
        await steady.open(brief())
        await asyncio.sleep(4.0)
        account = UsageAccount(steady.traits.name, "unused")
        await close_and_count(steady, account, now=asyncio.get_running_loop().time)
    (use,) = account.uses(4.0, is_discarded=True)
    assert (use.voice, use.usage, use.is_discarded) == (TRAITS.name, {"scripted-1": A_CLOSING}, True)


@in_jumping_time
async def test_a_voice_that_never_ends_its_events_is_not_waited_for():
    class Endless(ScriptedVoice):
        async def close(self) -> None:
            self._queue.put_nowait(VoiceUsage("scripted-1", A_CLOSING))

    account = UsageAccount("scripted", "s1")
    began_s = asyncio.get_running_loop().time()
    await close_and_count(Endless(), account, now=asyncio.get_running_loop().time)
    assert asyncio.get_running_loop().time() - began_s < 1.0
    assert account.uses(1.0)[0].usage == {"scripted-1": A_CLOSING}
