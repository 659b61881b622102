"""What a call to a market does when something else than a person picks up, read from machine_rules.toml; the packs decide whether it may be made.

Pure but for that file. A mistake in it raises `BadPack` with the key and what to write there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from leads.market_rules import RuleTag
from leads.rule_table import BadPack, Table

_Word = TypeVar("_Word", bound=StrEnum)

FILE = "machine_rules.toml"
DEFAULT = "default"


class OnMachine(StrEnum):
    HANG_UP = "hang_up"  # without a message


class OnScreening(StrEnum):
    SAY_WHO = "say_who"  # who calls and why, once; then wait for a person
    HANG_UP = "hang_up"


class OnSilence(StrEnum):
    ASK_ONCE = "ask_once"
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True)
class MachineRules:
    voicemail: OnMachine
    screening: OnScreening
    ivr: OnMachine
    announcement: OnMachine
    fax: OnMachine
    silence: OnSilence
    tag: RuleTag
    source: str
    reviewed_on: date


def parse_machine_rules(text: str, *, file: str = FILE) -> Mapping[str, MachineRules]:
    """By market, the default under `DEFAULT`."""
    whole = Table.of(text, file=file)
    default = _rules(whole.table(DEFAULT), None)
    return MappingProxyType({DEFAULT: default, **{market: _rules(whole.table(market), default) for market in whole.left()}})


def machine_rules(market: str) -> MachineRules:
    """Those of the market, or the default ones."""
    rules = _shipped()
    return rules.get(market, rules[DEFAULT])


@cache
def _shipped() -> Mapping[str, MachineRules]:
    return parse_machine_rules(files("leads").joinpath(FILE).read_text(encoding="utf-8"))


def _rules(table: Table, default: MachineRules | None) -> MachineRules:
    """What a market does not say is as in the default, which says it all."""
    if default is not None and not re.fullmatch("[A-Z]{2}", table.path):
        raise BadPack(table.file, table.path, "write the two capital letters of ISO 3166")

    def word(key: str, words: type[_Word], otherwise: _Word | None) -> _Word:
        return otherwise if otherwise is not None and key not in table.left() else table.word(key, words)

    rules = MachineRules(
        voicemail=word("voicemail", OnMachine, default.voicemail if default else None),
        screening=word("screening", OnScreening, default.screening if default else None),
        ivr=word("ivr", OnMachine, default.ivr if default else None),
        announcement=word("announcement", OnMachine, default.announcement if default else None),
        fax=word("fax", OnMachine, default.fax if default else None),
        silence=word("silence", OnSilence, default.silence if default else None),
        tag=table.word("tag", RuleTag),
        source=table.text("source"),
        reviewed_on=table.day("reviewed_on"),
    )
    table.refuse_others()
    return rules
