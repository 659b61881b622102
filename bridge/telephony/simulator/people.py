"""Everybody who can be rung, and all they can say: loaded and checked before anything starts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bridge.telephony.simulator.person import Person
from bridge.telephony.simulator.persona import Persona, load_personas
from bridge.telephony.simulator.settings import SimulatorSettings
from bridge.telephony.simulator.utterance import UtteranceLibrary, UtteranceMissing, load_utterances


@dataclass(frozen=True, slots=True)
class People:
    personas: dict[str, Persona]  # by number
    library: UtteranceLibrary
    has_phone_line: bool

    def at(self, number: str, random: Random) -> Person | None:
        """Whoever picks up there, new for each call; None where nobody lives."""
        persona = self.personas.get(number)
        return Person(persona, self.library, random, has_phone_line=self.has_phone_line) if persona else None


def load_people(settings: SimulatorSettings) -> People:
    """Raises PersonaInvalid, and UtteranceMissing if somebody would be lost for words."""
    personas = load_personas(settings.personas_folder)
    library = load_utterances(settings.utterances_folder, has_phone_line=settings.has_phone_line)
    if missing := {group for persona in personas for group in persona.groups} - library.groups:
        raise UtteranceMissing(f"nobody recorded {', '.join(sorted(missing))}")
    return People({persona.number: persona for persona in personas}, library, settings.has_phone_line)
