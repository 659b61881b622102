"""Does the embedded voice understand an utterance? Asked once, when utterances are rendered, through its real workers.

Each is heard clean and again with faint noise and another alignment, under every expectation in which people say it.
An opt-out that is not heard in one of them makes the utterance unfit, and is counted as missed.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from bridge.brief import QuestionBrief, QuestionKind, QuestionRole
from bridge.events import RATE_HZ, Expectation, Samples, Tool
from bridge.supervision import Answerer, machine_in
from bridge.telephony.simulator.utterances.rendering import FOLDER, Candidate
from bridge.voice.embedded.framing import Kind, Message, heard_from_json
from bridge.voice.embedded.hearing import Heard, interpret
from bridge.voice.embedded.pool import Listeners, WorkerPool
from bridge.voice.embedded.understanding import Meaning

_TIME = QuestionBrief("time", QuestionKind.YES_NO, "", "", role=QuestionRole.PERMISSION)
_DECIDER = QuestionBrief("decider", QuestionKind.YES_NO, "", "")
_SEATS = QuestionBrief("seats", QuestionKind.NUMBER, "", "", unit="seats")
_TIMELINE = QuestionBrief("timeline", QuestionKind.TIMELINE, "", "")
_SPENDING = QuestionBrief("spending", QuestionKind.MONEY, "", "", unit="KES")
_RATING = QuestionBrief("rating", QuestionKind.SCALE, "", "", minimum=0, maximum=10)
_CHANNELS = QuestionBrief("channels", QuestionKind.MANY_OF, "", "", choices=("phone", "letter", "message"))
QUESTIONS = (_TIME, _DECIDER, _SEATS, _TIMELINE)
EXPECTATIONS = {
    **{question.question_id: Expectation(question) for question in QUESTIONS},
    **{question.question_id: Expectation(question) for question in (_SPENDING, _RATING, _CHANNELS)},
    "read_back": Expectation(_SEATS, is_confirmation=True),
    "opt_out": Expectation(None, is_confirmation=True),
}
_LEAD_SAMPLES, _TAIL_SAMPLES = RATE_HZ * 3 // 10, RATE_HZ * 8 // 10
_NOISY_LEAD_SAMPLES = _LEAD_SAMPLES + 205  # another alignment to the frames of the recogniser
_NOISE_DB_BELOW = 30.0
_HEARD_S = 30.0


@dataclass(frozen=True, slots=True)
class Screening:
    candidate: Candidate
    is_understood_clean: bool
    is_understood_noisy: bool
    is_opt_out_missed: bool = False

    @property
    def is_fit(self) -> bool:
        return self.is_understood_clean and self.is_understood_noisy


async def screen(candidate: Candidate, pcm: Samples, pool: WorkerPool) -> Screening:
    clean = [await _meanings(_clean(pcm), name, pool) for name in candidate.under]
    noisy = [await _meanings(_noisy(pcm), name, pool) for name in candidate.under]
    is_opt_out = candidate.meaning == "opt_out"
    return Screening(
        candidate,
        is_understood_clean=all(_is_wanted(candidate, name, heard) for name, heard in zip(candidate.under, clean, strict=True)),
        is_understood_noisy=all(_is_wanted(candidate, name, heard) for name, heard in zip(candidate.under, noisy, strict=True)),
        is_opt_out_missed=is_opt_out and not all(any(meaning.tool is Tool.OPT_OUT for meaning in meanings) for _, meanings in (*clean, *noisy)),
    )


def choose(screenings: list[Screening]) -> list[Candidate]:
    """The fit ones, some per group and voice, each voice beginning at another text so that the words vary."""
    places: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for screening in screenings:
        if screening.is_fit:
            places[screening.candidate.group, screening.candidate.voice].append(screening.candidate)
    kept = []
    for turn, fit in enumerate(places.values()):
        start = turn % len(fit)
        kept += (fit[start:] + fit[:start])[: fit[0].keep_per_voice]
    return kept


def write_shares(screenings: list[Screening]) -> dict[str, dict[str, int]]:
    """screening.json: of each group's rendered utterances, how many were understood clean, and how many in noise too."""
    groups: dict[str, dict[str, int]] = defaultdict(
        lambda: {"rendered": 0, "understood_clean": 0, "understood_clean_and_noisy": 0, "opt_outs_missed": 0}
    )
    for screening in screenings:
        if not screening.candidate.under:
            continue
        for name in (screening.candidate.group, "all"):
            groups[name]["rendered"] += 1
            groups[name]["understood_clean"] += screening.is_understood_clean
            groups[name]["understood_clean_and_noisy"] += screening.is_fit
            groups[name]["opt_outs_missed"] += screening.is_opt_out_missed
    (FOLDER / "screening.json").write_text(json.dumps(groups, indent=2) + "\n")
    return groups


def _clean(pcm: Samples) -> Samples:
    return np.pad(pcm, (_LEAD_SAMPLES, _TAIL_SAMPLES))


def _noisy(pcm: Samples) -> Samples:
    line = np.pad(pcm.astype(np.float64), (_NOISY_LEAD_SAMPLES, _TAIL_SAMPLES))
    deviation = np.sqrt(np.mean(pcm.astype(np.float64) ** 2)) / 10 ** (_NOISE_DB_BELOW / 20)
    noisy: Samples = np.rint(line + np.random.default_rng(len(pcm)).normal(0, deviation, len(line))).astype(np.int16)  # the same at every run
    return noisy


async def _meanings(line: Samples, name: str, pool: WorkerPool) -> tuple[list[Heard], tuple[Meaning, ...]]:
    expectation = EXPECTATIONS[name]
    messages: asyncio.Queue[Message] = asyncio.Queue()
    call = await pool.open_call(Listeners(messages.put_nowait, lambda: messages.put_nowait(Message(Kind.CLOSE, 0))))
    call.expect(expectation)
    call.hear(line)
    heard = await _all_heard(messages)
    call.close()
    return heard, tuple(meaning for utterance in heard for meaning in interpret(utterance, expectation, QUESTIONS).meanings)


async def _all_heard(messages: asyncio.Queue[Message]) -> list[Heard]:
    """Until every utterance that started was heard: the audio is all there, so none starts later. Empty when no speech was found."""
    heard: list[Heard] = []
    n_started = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_HEARD_S):
            while not heard or len(heard) < n_started:
                message = await messages.get()
                if message.kind is Kind.CLOSE:
                    raise AssertionError("a recognition worker died while screening")
                n_started += message.kind is Kind.STARTED
                if message.kind is Kind.HEARD:
                    heard.append(heard_from_json(message.payload))
    return heard


def _is_wanted(candidate: Candidate, name: str, result: tuple[list[Heard], tuple[Meaning, ...]]) -> bool:
    heard, meanings = result
    if candidate.meaning == "voicemail":
        texts = [words.text for utterance in heard for words in (utterance.grammar, utterance.full) if words]
        return any(machine_in(text) is Answerer.VOICEMAIL for text in texts)
    return list(meanings) == _wanted(candidate, name)


def _wanted(candidate: Candidate, name: str) -> list[Meaning]:
    """What must be understood; no more and no less. (Doubt about "maybe next year" is as it should be: see below.)"""
    answer = Meaning(Tool.RECORD_ANSWER, {"question_id": name, "value": candidate.value, "is_doubtful": _is_soft(candidate.text)})
    seats = Meaning(Tool.RECORD_ANSWER, {"question_id": "seats", "value": candidate.number, "is_doubtful": False})
    wanted: dict[str, list[Meaning]] = {
        "nothing": [],
        "answer": [answer],
        "answer_and_seats": [answer, seats],
        "not_understood": [Meaning(Tool.NOT_UNDERSTOOD)],
        "confirm": [Meaning(Tool.CONFIRM, {"is_yes": candidate.value})],
        "opt_out": [Meaning(Tool.OPT_OUT, {"is_doubtful": False})],
        "not_interested": [Meaning(Tool.END_CALL, {"reason": "not_interested"})],
    }
    return wanted.get(candidate.meaning) or ([] if candidate.meaning in wanted else [Meaning(Tool.EXPLAIN, {"topic": candidate.meaning})])


def _is_soft(text: str) -> bool:
    return text.lower().startswith(("maybe", "i think"))
