from __future__ import annotations

import pytest

from bridge.voice.embedded.opening import Opening


def opening(*spans: tuple[float, float | None]) -> Opening:
    """Stretches of speech; None for one that still goes on."""
    opened = Opening(voicemail_after_s=6.0)
    for started_s, ended_s in spans:
        opened.speech_started(started_s)
        if ended_s is not None:
            opened.speech_ended(ended_s)
    return opened


@pytest.mark.parametrize(
    ("spans", "now_s", "is_machine"),
    [
        ([(1.0, None)], 7.0, False),
        ([(1.0, None)], 7.1, True),
        ([(1.0, 3.0), (4.0, None)], 7.1, True),
        ([(1.0, 3.0), (4.3, None)], 7.1, False),
        ([(1.0, 3.0)], 60.0, False),
        ([], 60.0, False),
    ],
    ids=["6.0 s", "6.1 s", "a breath between", "a pause between", "a short greeting", "silence"],
)
def test_who_talks_on_for_long_is_a_machine(spans: list[tuple[float, float | None]], now_s: float, is_machine: bool):
    assert opening(*spans).is_too_long(now_s) is is_machine


def test_nobody_is_a_machine_once_a_question_was_answered():
    opened = opening((1.0, None))
    opened.is_open = False
    assert not opened.is_too_long(60.0)
