"""What a check found about the way of a call: whether we are reached, and what follows a stream. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from campaigns.line_check.finding import AfterStream, Finding, Name, Outcome
from campaigns.line_check.seen import (
    Delivered,
    Document,
    Door,
    For,
    HandedOut,
    HungUp,
    Probed,
    Record,
    Seen,
    Signing,
    Stage,
    StreamClosed,
    StreamOpened,
    Waited,
)
from leads.said import sentence


def of_the_way(seen: Sequence[Seen]) -> Iterator[Finding]:
    yield _reach(seen, [each for each in seen if isinstance(each, Delivered)])
    yield _stream(seen)
    after = _after_stream(seen)
    yield after
    yield _after_stream_alone(seen)
    yield _closing_hangs_up(after)
    yield _rest_hangs_up(seen)


def _reach(seen: Sequence[Seen], delivered: Sequence[Delivered]) -> Finding:
    voice = [each for each in delivered if each.door in (Door.CALL, Door.ROUTING)]
    if voice:
        scheme = "https" if voice[0].is_tls else "http"
        return Finding(Name.REACH, Outcome.FOUND, scheme, sentence("The platform reaches this server, over %(scheme)s.", scheme=scheme))
    problem = next((each.problem for each in seen if isinstance(each, Probed) and each.problem), "")
    if problem:
        return Finding(Name.REACH, Outcome.NOT_FOUND, None, problem)
    if not any(isinstance(each, Record) and each.was_answered for each in seen):
        return Finding(Name.REACH, Outcome.UNKNOWN, None, sentence("The phone was not picked up. Start the check again and answer it."))
    words = sentence(
        "The phone was picked up, and the platform asked this server nothing. Check PUBLIC_URL, that your tunnel or proxy "
        "shows no page of its own, and the number's routing (manage.py route_number)."
    )
    return Finding(Name.REACH, Outcome.NOT_FOUND, None, words)


def _stream(seen: Sequence[Seen]) -> Finding:
    opened = next((each for each in seen if isinstance(each, StreamOpened)), None)
    if opened is not None:
        scheme = "wss" if opened.is_tls else "ws"
        return Finding(Name.STREAM, Outcome.FOUND, scheme, sentence("The audio socket opens, over %(scheme)s.", scheme=scheme))
    if Document.FIRST_STREAM in {each.document for each in seen if isinstance(each, HandedOut)}:
        words = sentence(
            "The Stream was handed out and no socket was opened. Check that your tunnel or proxy lets WebSockets through to /line-check/ and /audio/."
        )
        return Finding(Name.STREAM, Outcome.NOT_FOUND, None, words)
    if any(isinstance(each, Delivered) and each.door is Door.ROUTING and each.signing in (Signing.WRONG, Signing.NONE) for each in seen):
        words = sentence("The platform asked what to do and was refused, because its signature is not right. What to do stands under Signatures.")
        return Finding(Name.STREAM, Outcome.NOT_FOUND, None, words)
    return Finding(Name.STREAM, Outcome.UNKNOWN, None, sentence("The call did not come that far. Start the check again and stay on the line."))


AFTER_WORDS: Mapping[AfterStream, str] = {
    AfterStream.CONTINUES: sentence("When the stream has ended the platform goes on with the next verb: a lead can be put through on the same call."),
    AfterStream.DEAD_AIR: sentence("When the stream has ended nothing follows: the call stays up in silence until somebody hangs up."),
    AfterStream.HANGS_UP: sentence("When the stream has ended the platform hangs up."),
}


def _after_stream(seen: Sequence[Seen]) -> Finding:
    """By the address that only the Redirect behind the stream leads to, or a second stream that opened."""
    first = next((at for at, each in enumerate(seen) if isinstance(each, StreamClosed) and each.number == 1), None)
    if first is None or not _closed_by_us(seen, 1):
        words = sentence("The first stream did not run to its end. Start the check again and stay on the line until the goodbye.")
        return Finding(Name.AFTER_STREAM, Outcome.UNKNOWN, None, words)
    later = seen[first + 1 :]
    if any(_ran(each, Stage.AFTER_STREAM) or (isinstance(each, StreamOpened) and each.number == 2) for each in later):
        return _after(Name.AFTER_STREAM, AfterStream.CONTINUES)
    if any(isinstance(each, Waited) and each.waited_for in (For.AFTER_FIRST_STREAM, For.STREAM) for each in later):
        return _after(Name.AFTER_STREAM, AfterStream.DEAD_AIR)
    return _after(Name.AFTER_STREAM, AfterStream.HANGS_UP)


def _after(name: Name, what: AfterStream) -> Finding:
    return Finding(name, Outcome.FOUND, what.value, AFTER_WORDS[what])


def _ran(each: Seen, stage: Stage) -> bool:
    return isinstance(each, Delivered) and each.stage is stage


def _closed_by_us(seen: Sequence[Seen], number: int) -> bool:
    return any(isinstance(each, StreamClosed) and each.number == number and each.by_us for each in seen)


def _after_stream_alone(seen: Sequence[Seen]) -> Finding:
    if not _closed_by_us(seen, 2):
        words = sentence("Not tried: only a platform that goes on after a first stream can be given a second one.")
        return Finding(Name.AFTER_STREAM_ALONE, Outcome.UNKNOWN, None, words)
    if any(_ran(each, Stage.FINAL) for each in seen):
        words = sentence("After a Stream with nothing behind it the platform asks again what to do, and does it.")
        return Finding(Name.AFTER_STREAM_ALONE, Outcome.FOUND, AfterStream.CONTINUES.value, words)
    if any(isinstance(each, Waited) and each.waited_for is For.AFTER_SECOND_STREAM for each in seen):
        words = sentence("After a Stream with nothing behind it nothing follows: the call stays up in silence.")
        return Finding(Name.AFTER_STREAM_ALONE, Outcome.FOUND, AfterStream.DEAD_AIR.value, words)
    return Finding(
        Name.AFTER_STREAM_ALONE, Outcome.FOUND, AfterStream.HANGS_UP.value, sentence("After a Stream with nothing behind it the platform hangs up.")
    )


def _closing_hangs_up(after: Finding) -> Finding:
    if after.outcome is not Outcome.FOUND:
        return Finding(Name.CLOSING_HANGS_UP, Outcome.UNKNOWN, None, after.words)
    hangs_up = after.value == AfterStream.HANGS_UP
    words = (
        sentence("Closing our socket ends the call.")
        if hangs_up
        else sentence("Closing our socket does not end the call; a hang-up by REST is needed, and is what we do.")
    )
    return Finding(Name.CLOSING_HANGS_UP, Outcome.FOUND, hangs_up, words)


def _rest_hangs_up(seen: Sequence[Seen]) -> Finding:
    hung_up = next((each for each in seen if isinstance(each, HungUp)), None)
    if hung_up is None:
        return Finding(Name.REST_HANGS_UP, Outcome.UNKNOWN, None, sentence("Not tried: the call ended by itself."))
    is_ended = hung_up.was_taken and not any(isinstance(each, Waited) and each.waited_for is For.END for each in seen)
    words = (
        sentence("A hang-up by REST ends the call.")
        if is_ended
        else sentence("A hang-up by REST did not end the call: ask Sautikit which scope your key lacks.")
    )
    return Finding(Name.REST_HANGS_UP, Outcome.FOUND, is_ended, words)
