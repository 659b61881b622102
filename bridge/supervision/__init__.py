"""Who answered: person, voicemail, screening, phone menu, network announcement, fax or nobody; in front of every voice. Pure."""

from bridge.supervision.answerer import Answerer
from bridge.supervision.ear import OpeningEar
from bridge.supervision.judgement import Supervision
from bridge.supervision.words import machine_in

__all__ = ["Answerer", "OpeningEar", "Supervision", "machine_in"]
