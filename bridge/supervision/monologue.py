"""Somebody who talks on without waiting for a reply is no person: the length of an opening monologue.

Pure. Timestamps of speech in, a due time out. People answer with a word or two and wait; the greeting of an answering machine
begins at once and runs on.
"""

from __future__ import annotations

OPENING_S = 5.0  # a monologue that begins later is a person telling us something
BREATH_S = 0.7  # pauses shorter than this belong to one monologue; people wait longer for a reply to "hello?"


class Monologue:
    """Seconds since the media stream opened; speech comes in order."""

    def __init__(self, voicemail_after_s: float) -> None:
        self._voicemail_after_s = voicemail_after_s
        self._began_s: float | None = None
        self._paused_s: float | None = None

    def speech_started(self, at_s: float) -> None:
        if self._began_s is None or (self._paused_s is not None and at_s - self._paused_s >= BREATH_S):
            self._began_s = at_s
        self._paused_s = None

    def speech_ended(self, at_s: float) -> None:
        self._paused_s = at_s

    def has_given_way(self, now_s: float) -> bool:
        """Somebody has spoken, and now waits for us: what a person does."""
        return self._paused_s is not None and now_s - self._paused_s >= BREATH_S

    def due_s(self) -> float | None:
        """When the speech of now, should it run on, has become a machine's; None when it cannot."""
        if self._began_s is None or self._began_s > OPENING_S:
            return None
        due_s = self._began_s + self._voicemail_after_s
        if self._paused_s is not None and self._paused_s < due_s:
            return None
        return due_s
