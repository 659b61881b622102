"""All that is listened for on every call, made ready before the first one: what each language's rules look for is compiled when it is first
needed, and that takes up to a second, in which a server would send nobody any sound."""

from __future__ import annotations

from collections.abc import Iterator

from bridge import no_recording, opt_out, robot_question
from bridge.opt_out.patterns import Wanted


def make_ready() -> None:
    """Once for a process; again it costs nothing."""
    for wanted in _all():
        wanted.make_ready()


def _all() -> Iterator[Wanted]:
    for opts in opt_out.LANGUAGES.values():
        yield from (opts.harmless, opts.for_good, opts.postponed, opts.clear, opts.doubtful)
    for refusals in no_recording.LANGUAGES.values():
        yield from (refusals.harmless, refusals.refuses)
    yield from robot_question.LANGUAGES.values()
