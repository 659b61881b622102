"""Who gives way, and when a turn is over, by what was asked and what was said: the same rules in front of every voice.

Pure. `may_stop_bot` decides while the bot speaks, `pause_s` while the callee does. Words come in as text, whole or in pieces
put together: how they were cut changes nothing. What a voice does by itself stands in the docstring of `TurnPolicy`.
"""

from __future__ import annotations

from enum import StrEnum

from bridge.brief import QUANTITIES, QuestionKind, TurnControl
from bridge.events import Expectation
from bridge.turns.lexicon import Nods, Words, lexicon, words_of

WORDLESS_S = 0.7  # of speech without known words, before the bot stops: nods are shorter
LONGEST_NOD_S = 0.6  # "mm-hmm, okay"; longer ones are words to us unless we know better
LATEST_STOP_S = 1.0  # however late a voice reports that speech has ended
NOD_SHARE = 0.4  # of a question; a "yes" to its first words does not answer it

NOD_PAUSE_S = 0.2  # while the bot speaks: nobody's turn ends, and the sooner a nod is known to be over, the sooner other speech stops the bot
SHORT_S = 0.4  # a yes, a no, one of the choices: all is said
PLAIN_S = 0.7  # other words where a short answer was expected
VALUE_S = 0.8  # people pause in numbers and dates
OPEN_S = 0.9
ANYTHING_S = 0.6  # nothing was asked
GOES_ON_S = 1.2  # "because", "um"
VALUE_GOES_ON_S = 1.4  # "two hundred and"
FEW_WORDS = 3  # an open answer of fewer has only begun

_VALUES = QUANTITIES | {QuestionKind.MANY_OF}  # a list is said with pauses, too, and one choice of it is not the whole answer


class Verdict(StrEnum):
    """What the callee's speech means for the bot that is speaking."""

    STOP = "stop"
    GO_ON = "go_on"  # a nod
    ANSWER = "answer"  # the bot may go on, but what was said answers its question and must not be lost
    UNDECIDED = "undecided"  # so far; ask again with more words or more speech


class TurnPolicy:
    """For one call. The words are those of its language (BCP-47) and of English.

    With `TurnControl.LOCAL` the rules below decide. With `TurnControl.PROVIDER` the voice's own detector does: it has cut its
    own sound by the time it reports speech, so the bot stops at the first sign of speech, nods and coughs included, and the
    line counts as heard up to there. The rest is the same: what must be heard is said again, a question that was cut is asked
    again, and a yes is not lost. `pause_s` is for voices that find the end of a turn here; one that owns its turns asks nobody.
    """

    def __init__(self, language: str, control: TurnControl = TurnControl.LOCAL) -> None:
        self.control = control
        self._lexicon = lexicon(language)
        self._reports_after_s = 0.0

    # -- while the bot speaks --

    def may_stop_bot(self, words: str | None, speech_s: float, expectation: Expectation, share_said: float) -> Verdict:
        """`words`: what is known of the speech, None when nothing is yet. `speech_s`: how long it has gone on beyond these words.

        `share_said`: of the bot's line, 0 to 1. A nod never stops the bot, a word that tells it to stop always does.
        """
        if self.control is TurnControl.PROVIDER:
            return Verdict.STOP
        known = words_of(words or "")
        verdict = self._by_words(known, expectation, share_said) if known else Verdict.UNDECIDED
        is_long = speech_s >= self.wordless_s - 1e-6
        return Verdict.STOP if verdict is Verdict.UNDECIDED and is_long else verdict

    @property
    def wordless_s(self) -> float:
        """How long speech without words is held: a nod must be over by then, and known to be over."""
        return min(LATEST_STOP_S, max(WORDLESS_S, LONGEST_NOD_S + self._reports_after_s))

    def end_was_reported(self, after_s: float) -> None:
        """The voice took so long to say that a speech had ended: learned, for nods must not be taken for longer than they are."""
        self._reports_after_s = max(0.0, after_s)

    def _by_words(self, words: Words, expectation: Expectation, share_said: float) -> Verdict:
        if self._lexicon.says_stop(words):
            return Verdict.STOP
        match self._lexicon.nodded(words):
            case Nods.NOT:
                return Verdict.STOP
            case Nods.SO_FAR:
                return Verdict.UNDECIDED
        is_answer = wants_yes_or_no(expectation) and share_said >= NOD_SHARE and self._lexicon.says_yes(words)
        return Verdict.ANSWER if is_answer else Verdict.GO_ON

    # -- what words are --

    def is_nod(self, text: str) -> bool:
        """Nothing but back-channels. Text without any word is none: it says nothing at all."""
        return self._lexicon.nodded(words_of(text)) is Nods.ALL

    def tells_to_stop(self, text: str) -> bool:
        return self._lexicon.says_stop(words_of(text))

    # -- while the callee speaks --

    def pause_s(self, expectation: Expectation, words_so_far: str | None = None, *, is_bot_speaking: bool = False) -> float:
        """How long the callee may be silent before their speech is over; `words_so_far`: of this turn, None when not known."""
        if is_bot_speaking:
            return NOD_PAUSE_S
        words = words_of(words_so_far or "")
        if self._is_whole(expectation, words):
            return SHORT_S
        if self._lexicon.goes_on(words):
            return VALUE_GOES_ON_S if _is_value(expectation) else GOES_ON_S
        if wants_yes_or_no(expectation) or _kind(expectation) is QuestionKind.ONE_OF:
            return PLAIN_S if words else SHORT_S
        if _is_value(expectation):
            return VALUE_S
        if _kind(expectation) is QuestionKind.OPEN:
            return GOES_ON_S if 0 < len(words) < FEW_WORDS else OPEN_S
        return ANYTHING_S

    def _is_whole(self, expectation: Expectation, words: Words) -> bool:
        """A short answer stands there and nothing behind it; "no" to a value that was said back asks for the right one."""
        bare = self._lexicon.without_fillers(words)
        if words[-1:] != bare[-1:]:  # "no, um": more is to come
            return False
        if wants_yes_or_no(expectation):
            is_no = bare in self._lexicon.no
            return (is_no and not _is_value(expectation)) or (self._lexicon.nodded(bare) is Nods.ALL and self._lexicon.says_yes(bare))
        if _kind(expectation) is QuestionKind.ONE_OF and expectation.question is not None:
            return any(bare[-len(choice) :] == choice for choice in map(words_of, expectation.question.choices) if choice)
        return False


def wants_yes_or_no(expectation: Expectation) -> bool:
    return expectation.is_confirmation or _kind(expectation) is QuestionKind.YES_NO


def _kind(expectation: Expectation) -> QuestionKind | None:
    return expectation.question.kind if expectation.question is not None else None


def _is_value(expectation: Expectation) -> bool:
    return _kind(expectation) in _VALUES
