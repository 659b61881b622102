from __future__ import annotations

from pathlib import Path

import phonenumbers
import pytest

from bridge.telephony.simulator.persona import Persona, PersonaInvalid, Pickup, load_personas
from bridge.telephony.simulator.settings import SimulatorSettings
from tests.bridge.telephony.simulator.rig import write_people

SHIPPED = {persona.name: persona for persona in load_personas(SimulatorSettings().personas_folder)}


def load_one(folder: Path, text: str) -> Persona:
    (persona,) = load_personas(write_people(folder, asha=text))
    return persona


def test_it_reads_a_persona_with_its_rules(tmp_path: Path) -> None:
    persona = load_one(
        tmp_path,
        'number = "+254711000101"\nexpected = "bridged"\n[answer]\npickup = "voicemail"\n'
        '[[rule]]\nwhen = "seats"\nsay = ["decider_yes", "seats_some"]\ntimes = 1\n',
    )
    assert (persona.name, persona.number, persona.expected) == ("asha", "+254711000101", "bridged")
    assert persona.answer.pickup is Pickup.VOICEMAIL
    assert persona.rules[0].say == ("decider_yes", "seats_some")


def test_common_rules_stand_before_and_after_a_personas_own(tmp_path: Path) -> None:
    write_people(tmp_path, common_rules='[[before]]\nwhen = "a"\nsay = "x"\n[[after]]\nwhen = "c"\nsay = "z"\n')
    persona = load_one(tmp_path, 'number = "+254711000101"\n[[rule]]\nwhen = "b"\nsay = "y"\n')
    assert [rule.when for rule in persona.rules] == ["a", "b", "c"]


def test_a_persona_may_do_without_the_common_rules(tmp_path: Path) -> None:
    write_people(tmp_path, common_rules='[[before]]\nwhen = "a"\nsay = "x"\n')
    assert not load_one(tmp_path, 'number = "+254711000101"\nhas_common_rules = false\n').rules


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('number = "+254711000101"\ncolour = "red"\n', id="unknown key"),
        pytest.param('number = "+254711000101"\n[[rule]]\nsays = "hello"\n', id="unknown key of a rule"),
        pytest.param('number = "+254711000101"\n[[rule]]\nwhen = "("\n', id="no regular expression"),
        pytest.param('voice = "slt"\n', id="no number"),
        pytest.param("number = \n", id="no TOML"),
    ],
)
def test_it_refuses_a_file_that_means_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises(PersonaInvalid, match="asha.toml"):
        load_one(tmp_path, text)


def test_it_refuses_two_people_with_one_number(tmp_path: Path) -> None:
    with pytest.raises(PersonaInvalid, match="one number"):
        load_personas(write_people(tmp_path, asha='number = "+254711000101"', baraka='number = "+254711000101"'))


def test_the_shipped_numbers_are_numbers() -> None:
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(persona.number)) for persona in SHIPPED.values())


def test_the_people_of_the_demo_are_all_there() -> None:
    assert {persona.expected for persona in SHIPPED.values() if persona.is_forbidden} == {
        "blocked:consent_withdrawn",
        "blocked:do_not_call",
        "waits:outside_calling_hours",
        "blocked:zone_unknown",
    }
    assert {persona.expected for persona in SHIPPED.values() if not persona.is_forbidden} == {
        "", "bridged", "bridged_by_callback", "promised", "not_qualified", "opted_out", "voicemail", "no_answer", "busy",
        "called_back:not_qualified",
    }  # fmt: skip


SCRIPT = {
    "good_time": "Hi, this is Zawadi from Acme. Is now a good time for a couple of quick questions?",
    "decider": "Are you the person who handles buying decisions for your team?",
    "seats": "Roughly how many seats would you need?",
    "timeline": "What is your timeline to get started?",
    "decider again": "Do you decide what your team buys? Please say yes or no.",
    "seats again": "A rough number is enough. How many seats?",
    "timeline again": "When would you like to start? For example, next week, or in three months.",
    "read-back": "Fifty seats, is that right?",
    "opt-out": "Would you like us to stop calling you?",
}
TALKING = [persona for persona in SHIPPED.values() if persona.expected in ("bridged", "bridged_by_callback", "promised", "not_qualified")]


@pytest.mark.parametrize("words", SCRIPT.values(), ids=SCRIPT)
@pytest.mark.parametrize("persona", TALKING, ids=lambda persona: persona.name)
def test_everybody_who_talks_has_an_answer_of_their_own_to_the_script(persona: Persona, words: str) -> None:
    assert any(rule.fits(words) for rule in persona.rules if not rule.is_fallback and rule.interrupt_after_ms is None)


DISCLOSURE = (
    "Hello, this is Zawadi, an automated AI assistant calling for Acme with a few short questions about your needs. This call is recorded and "
    "shared with Acme, so that your answers are kept correctly. To stop these calls, just say stop calling me."
)


@pytest.mark.parametrize("persona", [*TALKING, SHIPPED["stop"]], ids=lambda persona: persona.name)
def test_nobody_answers_the_disclosure_itself(persona: Persona) -> None:
    assert not any(rule.fits(DISCLOSURE) for rule in persona.rules)
