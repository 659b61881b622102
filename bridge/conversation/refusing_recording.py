"""The callee wants no recording: it stops at once, and they are told so before whatever comes next. Pure."""

from __future__ import annotations

from bridge.brief import CallBrief
from bridge.commands import Command, StopRecording
from bridge.conversation.closing import Closing, Stage
from bridge.conversation.mouth import Mouth, Purpose, Utterance
from bridge.conversation.questioning import Questioning
from bridge.conversation.transcript import Transcript
from bridge.no_recording import Refusal, find_refusal


class RefusingRecording:
    def __init__(
        self, brief: CallBrief, *, out: list[Command], mouth: Mouth, transcript: Transcript, closing: Closing, questioning: Questioning
    ) -> None:
        self._brief = brief
        self._out = out
        self._mouth = mouth
        self._transcript = transcript
        self._closing = closing
        self._questioning = questioning

    def heard(self, text: str, now_s: float) -> Refusal | None:
        """None: these words refuse nothing."""
        refusal = find_refusal(text, self._brief.language)
        if refusal is None or self._transcript.refused_recording:  # said again, it changes nothing
            return refusal
        self._transcript.refused_recording = refusal.quote
        self._out.append(StopRecording(refusal.quote))
        self._say_so(now_s)
        return refusal

    def _say_so(self, now_s: float) -> None:
        match self._closing.stage:
            case Stage.WAITING_FOR_REP:
                self._mouth.say(Utterance(self._brief.lines.not_recorded, Purpose.WAITING), now_s)
            case Stage.INTERVIEW | Stage.ASKING_OPT_OUT | Stage.ASKING_TIME | Stage.OFFERING_SLOTS:
                self._mouth.owe(self._brief.lines.not_recorded)
                self._questioning.ask_again(now_s)  # or, while an answer is being saved, the next one
