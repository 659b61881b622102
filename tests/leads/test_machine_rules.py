"""What happens when something else than a person picks up, market by market."""

from __future__ import annotations

import pytest

from leads.machine_rules import DEFAULT, OnScreening, OnSilence, machine_rules, parse_machine_rules
from leads.market_rules import RuleTag
from leads.rule_table import BadPack

ORIGIN = 'tag = "C"\nsource = "our choice"\nreviewed_on = 2026-11-26\n'
WHOLE = f"""[default]
voicemail = "hang_up"
screening = "say_who"
ivr = "hang_up"
announcement = "hang_up"
fax = "hang_up"
silence = "ask_once"
{ORIGIN}"""


@pytest.mark.parametrize("market", ["KE", "NG", "ZA", "US", "GB", "XX"])
def test_in_no_market_a_message_is_left(market):
    rules = machine_rules(market)
    assert {rules.voicemail, rules.ivr, rules.announcement, rules.fax} == {"hang_up"}


@pytest.mark.parametrize(("market", "tag"), [("US", RuleTag.LAW), ("GB", RuleTag.LAW), ("KE", RuleTag.CUSTOM)])
def test_each_rule_says_where_it_comes_from(market, tag):
    assert (machine_rules(market).tag, bool(machine_rules(market).source)) == (tag, True)


def test_what_a_market_does_not_say_is_as_everywhere():
    rules = parse_machine_rules(f'{WHOLE}[KE]\nscreening = "hang_up"\n{ORIGIN}')
    assert (rules["KE"].screening, rules["KE"].silence) == (OnScreening.HANG_UP, OnSilence.ASK_ONCE)
    assert rules[DEFAULT].screening is OnScreening.SAY_WHO


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WHOLE.replace('"hang_up"', '"leave_a_message"', 1), "default.voicemail: write one of hang_up"),
        (WHOLE.replace('fax = "hang_up"\n', ""), "default.fax"),
        (f"{WHOLE}[Kenya]\n{ORIGIN}", "Kenya: write the two capital letters"),
        (f'{WHOLE}[KE]\nradio = "hang_up"\n{ORIGIN}', "KE.radio: is not a key"),
        (f'{WHOLE}[KE]\nivr = "hang_up"\n', "KE.tag"),
    ],
    ids=["a message", "a key is missing", "no code", "an unknown key", "no source"],
)
def test_a_mistake_is_named_with_its_mend(text, message):
    with pytest.raises(BadPack, match=message):
        parse_machine_rules(text)
