"""The files of clips: written once, known by their SHA-256, and read only if they still are what was approved."""

from __future__ import annotations

import hashlib
import io
import logging
import wave
from functools import lru_cache

import soundfile
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from bridge.audio import to_bytes, to_samples
from bridge.brief import FILLERS, CallBrief
from bridge.events import RATE_HZ, Samples
from bridge.voice.clips import Clips
from bridge.voice.embedded.resampling import resample
from campaigns.clips.standing import PREPARED_LINES, approved_clips
from campaigns.models import PreparedClip
from leads.said import sentence

logger = logging.getLogger(__name__)

MOST_BYTES = 20_000_000
LOWEST_HZ, HIGHEST_HZ = 8_000, 96_000
LONGEST_S = 90
FORMATS = {"WAV": "WAV", "WAVEX": "WAV", "FLAC": "FLAC"}
N_CACHED = 128  # about 20 MB


class BadSound(ValueError):
    """A file that cannot become a clip; the message says what to do."""


def read_upload(content: bytes) -> Samples:
    """A WAV or FLAC file as int16, shape (n,), 16000 Hz. Raises BadSound."""
    if len(content) > MOST_BYTES:
        raise BadSound(sentence("The file is larger than %(most)s MB. Cut it to the one sentence.", most=MOST_BYTES // 1000000))
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            _check(file)
            pcm = file.read(dtype="int16", always_2d=True)
    except soundfile.LibsndfileError:
        raise BadSound(sentence("This is no sound file that can be read. Send WAV or FLAC.")) from None
    mono: Samples = pcm.mean(axis=1).astype("int16") if pcm.shape[1] > 1 else pcm[:, 0]
    return resample(mono, file.samplerate, RATE_HZ)


def _check(file: soundfile.SoundFile) -> None:
    if file.format not in FORMATS:
        raise BadSound(sentence("This is a %(format)s file. Send WAV or FLAC, which lose nothing.", format=file.format))
    if not LOWEST_HZ <= file.samplerate <= HIGHEST_HZ:
        raise BadSound(
            sentence(
                "Its rate is %(is_hz)s Hz. Record at %(rate_hz)s Hz, or anything from %(lowest_hz)s to %(highest_hz)s Hz.",
                is_hz=file.samplerate,
                rate_hz=RATE_HZ,
                lowest_hz=LOWEST_HZ,
                highest_hz=HIGHEST_HZ,
            )
        )
    if file.channels > 2:
        raise BadSound(sentence("It has %(channels)s channels. Record one.", channels=file.channels))
    if file.frames > LONGEST_S * file.samplerate:
        raise BadSound(sentence("It is longer than %(most)s s. Cut it to the one sentence.", most=LONGEST_S))


def attach(clip: PreparedClip, pcm: Samples) -> None:
    """Write the sound and name it in the row, unsaved. `pcm`: int16, 16000 Hz, as it will be played."""
    content = wav_of(pcm)
    clip.sha256 = hashlib.sha256(content).hexdigest()
    clip.duration_ms = pcm.size * 1000 // RATE_HZ
    clip.file.save(f"{clip.sha256[:16]}.wav", ContentFile(content), save=False)


def wav_of(pcm: Samples) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(to_bytes(pcm))
    return content.getvalue()


def clips_for(brief: CallBrief) -> Clips:
    """What is prepared and approved for this call, in the words, language and voice of its brief. A file that was changed since does not count."""
    texts = brief.lines.texts_of(PREPARED_LINES)
    rows = approved_clips(texts, voice=brief.voice, language=brief.language)
    sounds = {text: pcm for text, clip in rows.items() if (pcm := _sound(clip)) is not None}
    fillers = [sounds[text] for text in brief.lines.texts_of(FILLERS) if text in sounds]
    return Clips(sounds, fillers, {text: rows[text].sha256 for text in sounds})


def _sound(clip: PreparedClip) -> Samples | None:
    try:
        return read_clip(str(clip.file.name), clip.sha256)
    except (OSError, BadSound):
        logger.exception("clip %s cannot be played", clip.pk)
        return None


@lru_cache(N_CACHED)
def read_clip(name: str, sha256: str) -> Samples:
    """Kept in memory, by what it is. Raises OSError, and BadSound for a file that is not the one that was approved."""
    with default_storage.open(name) as stored:
        content = stored.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadSound(sentence("The file is not the one that was approved. Make the clip again."))
    with wave.open(io.BytesIO(content)) as file:
        return to_samples(file.readframes(file.getnframes()))
