"""Who can be rung: personas, read from one TOML file each, with the rules they answer by.

A rule fires when what the bot really said so far matches `when`; the first that fits wins. `common_rules.toml` holds rules that
everybody who talks shares: `before` a persona's own (read-backs, "shall we stop calling?"), `after` them (asking to repeat).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

COMMON = "common_rules.toml"


class PersonaInvalid(Exception):
    """A persona's file says something that nobody reads, or lacks what is needed."""


class Pickup(StrEnum):
    PERSON = "person"
    VOICEMAIL = "voicemail"
    MACHINE = "machine"  # a recording, a fax, or nothing at all: it listens to nobody
    BUSY = "busy"
    NO_ANSWER = "no_answer"


class Tones(StrEnum):
    """What a machine sounds before it speaks, if it speaks at all."""

    NONE = ""
    SIT = "sit"  # the network's three, before an announcement
    FAX = "fax"  # called station identification


@dataclass(frozen=True, slots=True)
class Rule:
    """`when`: regular expression on the bot's words, any case; without it the rule fits every turn of the bot.
    `say`: groups of utterances, one after another. `confirms`: yes if the number said back is the one given, no otherwise."""

    when: str = ""
    say: tuple[str, ...] = ()
    press: str = ""
    hang_up: bool = False
    confirms: bool = False
    interrupt_after_ms: int | None = None  # speak while the bot still says the matching line
    after_line: int = 0  # only once that many lines of the bot were heard
    times: int | None = None  # at most so often in a call
    tone_s: tuple[float, float] | None = None  # only if the longest tone heard so far lasted so long: from, below
    is_fallback: bool = False  # only if nothing else fits

    def fits(self, words: str) -> bool:
        return not self.when or re.search(self.when, words, re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class Answering:
    pickup: Pickup = Pickup.PERSON
    after_rings: float = 2
    tones: Tones = Tones.NONE
    greeting: str = ""  # group said on picking up
    greeting_delay_s: tuple[float, float] = (0.1, 0.4)


@dataclass(frozen=True, slots=True)
class Persona:
    name: str
    number: str
    expected: str = ""  # how it should have ended, in the demo's words
    voice: str = "slt"
    language: str = "en"
    noise_dbfs: float = -65.0
    reaction_s: tuple[float, float] = (0.4, 0.9)
    patience_s: float = 8.0  # silence before "hello?"
    max_hellos: int = 2  # and then the receiver goes down
    talk_s: float = 0.0  # a rep: how long they talk once bridged
    calls_back_after_s: float = 0.0  # so long after a call to them is over they call that number, once; 0: never
    is_forbidden: bool = False  # must never be dialled
    from_number: str = ""  # the line that should call them
    lead: Mapping[str, str] = field(default_factory=dict)  # what the demo has to know about them; the simulator does not read it
    answer: Answering = Answering()
    rules: tuple[Rule, ...] = ()

    @property
    def groups(self) -> frozenset[str]:
        """Every group of utterances that this persona may need."""
        said = {group for rule in self.rules for group in rule.say}
        said |= {"confirm_yes", "confirm_no"} if any(rule.confirms for rule in self.rules) else set()
        said |= {"rep_talk"} if self.talk_s else set()
        said |= {"hello"} if self.max_hellos and self.answer.pickup is Pickup.PERSON else set()
        return frozenset(said | ({self.answer.greeting} if self.answer.greeting else set()))


def load_personas(folder: Path) -> tuple[Persona, ...]:
    """Every persona of the folder, by name. Raises PersonaInvalid, also for two with one number."""
    common = _read(folder / COMMON) if (folder / COMMON).is_file() else {}
    before, after = (_rules(common.get(part, []), COMMON) for part in ("before", "after"))
    personas = tuple(_persona(path, before, after) for path in sorted(folder.glob("*.toml")) if path.name != COMMON)
    if len({persona.number for persona in personas}) < len(personas):
        raise PersonaInvalid(f"two personas in {folder} have one number")
    return personas


def _persona(path: Path, before: tuple[Rule, ...], after: tuple[Rule, ...]) -> Persona:
    row = _read(path)
    row.setdefault("name", path.stem)
    answer = _build(Answering, row.pop("answer", {}), path.name)
    own = _rules(row.pop("rule", []), path.name)
    rules = (*before, *own, *after) if row.pop("has_common_rules", True) else own
    row["answer"], row["rules"] = answer, rules
    persona: Persona = _build(Persona, row, path.name)
    return persona


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise PersonaInvalid(f"{path.name}: {error}") from error


def _rules(rows: list[dict[str, Any]], file: str) -> tuple[Rule, ...]:
    return tuple(_build(Rule, {**row, "say": [row["say"]] if isinstance(row.get("say"), str) else row.get("say", [])}, file) for row in rows)


def _build(kind: type[Any], row: dict[str, Any], file: str) -> Any:
    unknown = row.keys() - {one.name for one in fields(kind)}
    if unknown:
        raise PersonaInvalid(f"{file}: nobody reads {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    if kind is Answering and "pickup" in values:
        values["pickup"] = Pickup(values["pickup"])
    if kind is Answering and "tones" in values:
        values["tones"] = Tones(values["tones"])
    try:
        if kind is Rule:
            re.compile(values.get("when", ""))
        return kind(**values)
    except (TypeError, re.error) as error:
        raise PersonaInvalid(f"{file}: {error}") from error
