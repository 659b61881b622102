"""The waveform of a recording is made once, in little memory, and goes with the recording."""

from __future__ import annotations

import base64
import io
import tracemalloc

import numpy as np
import pytest
import soundfile
from django.core.files.base import ContentFile

from bridge.sealing import KeyMissing, Keys, SealedWriter
from campaigns.models import Call, Recording, Waveform
from campaigns.privacy.collecting import plain_fields, with_all_below
from campaigns.privacy.words import take_words
from campaigns.review.waveforms import Unreadable, waveform_of
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
RATE_HZ = 16_000
KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def flac(pcm: np.ndarray) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, pcm, RATE_HZ, format="FLAC", subtype="PCM_16")
    return out.getvalue()


def callee_then_bot(seconds: int = 1) -> np.ndarray:
    """The callee speaks in the first half, the bot in the second."""
    n = seconds * RATE_HZ // 2
    pcm = np.zeros((2 * n, 2), dtype=np.int16)
    pcm[:n, 0], pcm[n:, 1] = 12_800, 25_600
    return pcm


def keep(call: Call, sound: bytes, *, seconds: int = 1, key_id: str = "") -> Recording:
    return Recording.objects.create(call=call, file=ContentFile(sound, name="call.flac"), duration_ms=seconds * 1000, key_id=key_id)


def sealed(sound: bytes) -> bytes:
    out = io.BytesIO()
    keeps, out.close = out.close, lambda: None  # type: ignore[method-assign]
    with SealedWriter(out, Keys.parse(KEY)) as writer:
        writer.write(sound)
    found = out.getvalue()
    keeps()
    return found


def test_it_shows_who_spoke_when(call):
    made = waveform_of(keep(call, flac(callee_then_bot())))
    assert made.piece_ms == 20
    assert made.channels == [[100] * 25 + [0] * 25, [0] * 25 + [200] * 25]


def test_it_is_made_once(call):
    recording = keep(call, flac(callee_then_bot()))
    made = waveform_of(recording)
    recording.file.delete(save=False)
    assert waveform_of(recording) == made


def test_an_encrypted_recording_looks_the_same(call, settings):
    settings.RECORDING_KEY = KEY
    rng = np.random.default_rng(7)
    noise = rng.integers(-9000, 9000, (5 * RATE_HZ, 2), dtype=np.int16)  # many chunks of the sealed file
    plain = waveform_of(keep(call, flac(noise), seconds=5)).channels
    Recording.objects.all().delete()
    assert waveform_of(keep(call, sealed(flac(noise)), seconds=5, key_id=Keys.parse(KEY).writing_id)).channels == plain


def test_without_its_key_it_says_so(call, settings):
    settings.RECORDING_KEY = base64.b64encode(bytes(32)).decode()
    with pytest.raises(KeyMissing):
        waveform_of(keep(call, sealed(flac(callee_then_bot())), key_id=Keys.parse(KEY).writing_id))
    assert not Waveform.objects.exists()


@pytest.mark.parametrize("sound", [b"", b"no sound at all"], ids=["empty", "garbage"])
def test_a_file_that_is_no_sound_is_unreadable(call, sound):
    with pytest.raises(Unreadable):
        waveform_of(keep(call, sound))


def test_a_file_that_is_gone_is_told_from_one_that_is_broken(call):
    recording = keep(call, flac(callee_then_bot()))
    recording.file.storage.delete(recording.file.name)
    with pytest.raises(FileNotFoundError):
        waveform_of(recording)


def test_an_hour_takes_little_memory(call):
    sound = flac(np.zeros((3600 * RATE_HZ, 2), dtype=np.int16))  # 230 MB of samples
    recording = keep(call, sound, seconds=3600)
    tracemalloc.start()
    made = waveform_of(recording)
    _now, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(made.channels[0]) == 2000
    assert most_bytes < 12_000_000


def test_it_goes_with_the_recording_when_the_words_go(call):
    waveform_of(keep(call, flac(callee_then_bot())))
    take_words([call.pk], now=NOW)
    assert not Waveform.objects.exists()


def test_it_is_in_what_a_person_is_given_of_themselves(call):
    waveform_of(keep(call, flac(callee_then_bot())))
    (recording,) = with_all_below([call])[0].below["recording"]
    assert dict(plain_fields(recording.below["waveform"][0].row))["piece_ms"] == 20
