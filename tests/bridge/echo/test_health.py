from __future__ import annotations

from bridge.audio import silence
from bridge.echo import DuplexHealth, OwnVoiceRemover
from bridge.events import FRAME_SAMPLES
from bridge.playback import OutFrame
from tests.bridge.echo.mixed_line import MixedLine, mixed_line, speech


def announced(line: MixedLine, seconds: float) -> list[str]:
    health, said = DuplexHealth(line.remover), []
    line.say(speech("rms", seconds - 1.0))
    for _ in range(int(seconds / 0.02)):
        line.tick(silence(FRAME_SAMPLES))
        said += [text for text in [health.news()] if text]
    return said


def test_a_line_that_can_be_opened_is_full_duplex_and_says_by_how_much():
    (text,) = announced(mixed_line(), 12.0)
    assert text.startswith("full-duplex: our own voice is taken out of this line (3")


def test_a_line_on_which_our_voice_is_not_found_is_half_duplex_after_eight_seconds():
    (text,) = announced(mixed_line(gain_db=-96.0), 12.0)
    assert text.endswith("it is too much changed to be found")


def test_a_line_that_changes_for_good_says_so():
    line = mixed_line()
    health = DuplexHealth(line.remover)
    line.say(speech("rms", 4.0))
    line.run(5.0)
    assert (health.news() or "").startswith("full")
    line.echo = mixed_line(delay_ms=600).echo
    line.say(speech("rms", 4.0, seed=2))
    line.run(2.9)
    assert (health.news() or "").startswith("half")
    line.run(4.0)


def test_a_short_call_says_what_it_was_at_its_end():
    health = DuplexHealth(OwnVoiceRemover())
    assert health.news() is None
    assert (health.last_words() or "").endswith("the call was too short to learn to take it out")


def test_nothing_more_is_said_at_the_end_of_a_call_that_was_told_before():
    remover = OwnVoiceRemover()
    health = DuplexHealth(remover)
    for position in range(450):
        remover.sent(OutFrame(1, silence(FRAME_SAMPLES), position * 0.02, position == 0))
    assert (health.news() or "").startswith("half")
    assert (health.news(), health.last_words()) == (None, None)
