"""The two decoders of one utterance, and the few pairs of them that a worker lends to the calls it hosts.

Runs in worker processes only: it is the one module that imports pocketsphinx, whose decoders cost 100 MB and 0.3 s
to load and hold the interpreter's lock while they work.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from pocketsphinx import Decoder, get_model_path

from bridge.brief import CHOOSING, QuestionBrief, QuestionKind
from bridge.events import Expectation, Samples
from bridge.voice.embedded.grammar import choices_grammar, fixed_grammars, grammar_name, vocabulary
from bridge.voice.embedded.hearing import Hypothesis

# Cepstral mean of clear speech at -22 dBFS: with pocketsphinx's own start values the two decoders disagree twice as often on a
# call's first words.
FRESH_LEVELS = "51,-4,0,4"
_MAX_CHOICE_GRAMMARS = 50  # each a few kB; a server sees no more multiple-choice questions than its scripts hold


class Models:
    """Files that the decoders load: written once per worker into a folder that goes when the worker ends."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="embedded-voice-")
        folder = Path(self._folder.name)
        self.pronunciations = _pronunciations()
        words = vocabulary()
        self.dictionary = folder / "small.dict"
        # With the full dictionary the grammars take half a minute to load, with these few hundred words some milliseconds.
        self.dictionary.write_text("".join(line for word in sorted(words) for line in self.pronunciations.get(word, ())))
        self.grammars: dict[str, Path] = {}
        for name, text in fixed_grammars().items():
            self.add_grammar(name, text)

    def add_grammar(self, name: str, text: str) -> Path:
        path = Path(self._folder.name) / f"{len(self.grammars)}.arpa"
        path.write_text(text)
        self.grammars[name] = path
        return path


class Ears:
    """One pair of decoders: a grammar of the open question beside the general language model."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._grammar = Decoder(lm=None, hmm=get_model_path("en-us/en-us"), dict=str(models.dictionary), loglevel="FATAL")
        self._full = Decoder(loglevel="FATAL")
        self._listening: set[Decoder] = set()
        self._known: set[str] = set()
        for name, path in models.grammars.items():
            self._load(name, path)

    def start(self, expectation: Expectation, levels: str) -> None:
        """`levels` are the call's own, as `levels()` gave them after its utterance before."""
        for decoder in tuple(self._listening):  # the call before was closed in the middle of a word, or between the two ends
            self._end(decoder)
        self._grammar.activate_search(self._grammar_for(expectation))
        for decoder in (self._grammar, self._full):
            decoder.set_cmn(levels)  # else what is heard would depend on who used these ears before
            decoder.start_utt()
            self._listening.add(decoder)

    def hear(self, pcm: Samples) -> None:
        piece = pcm.tobytes()
        self._grammar.process_raw(piece, False, False)
        self._full.process_raw(piece, False, False)

    def end_grammar(self) -> Hypothesis | None:
        return self._end(self._grammar)

    def end_full(self) -> Hypothesis | None:
        """Last of the two."""
        return self._end(self._full)

    def levels(self) -> str:
        """How loud, in each band, this utterance was (the cepstral mean): what the next one of the call starts from."""
        levels: str = self._full.get_cmn(True)
        return levels

    def _grammar_for(self, expectation: Expectation) -> str:
        name = grammar_name(expectation)
        if name in self._known:
            return name
        question = expectation.question
        if question is None or question.kind not in CHOOSING or len(self._known) > _MAX_CHOICE_GRAMMARS:
            return "anytime"
        path = self._models.grammars.get(name) or self._models.add_grammar(name, self._choices_of(question))
        for word in {word for choice in question.choices for word in choice.lower().split()} & self._models.pronunciations.keys():
            if self._grammar.lookup_word(word) is None:
                self._grammar.add_word(word, self._models.pronunciations[word][0].split(maxsplit=1)[1].strip(), True)
        self._load(name, path)
        return name

    def _choices_of(self, question: QuestionBrief) -> str:
        return choices_grammar(question.choices, self._models.pronunciations, are_several=question.kind is QuestionKind.MANY_OF)

    def _load(self, name: str, path: Path) -> None:
        self._grammar.add_lm_file(name, str(path))
        self._known.add(name)

    def _end(self, decoder: Decoder) -> Hypothesis | None:
        self._listening.discard(decoder)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        if hypothesis is None or not hypothesis.hypstr:
            return None
        return Hypothesis(hypothesis.hypstr, hypothesis.score)


def _pronunciations() -> dict[str, list[str]]:
    """Dictionary lines of each word; "a(2)" is another way to say "a"."""
    lines: dict[str, list[str]] = {}
    with open(get_model_path("en-us/cmudict-en-us.dict"), encoding="utf-8") as file:
        for line in file:
            lines.setdefault(line.split(maxsplit=1)[0].partition("(")[0], []).append(line)
    return lines
