"""manage.py check_voice NAME: lets a voice say a sentence and hear itself, and tells what that took and cost; status 1 if it is not well."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bridge.ports import VoiceModel, VoiceUnavailable
from bridge.reports import SessionUse
from bridge.voice.catalogue import EMBEDDED, VOICES
from bridge.voice.embedded.voice import EmbeddedVoices
from campaigns import voice_setup
from campaigns.voice_cost.table import voice_prices
from sautiqual.voice_check.findings import Heard, as_json, in_words, price_of, troubles
from sautiqual.voice_check.trial import check, warm_up
from sautiqual.voice_faults.stage import staged
from sautiqual.voices import new_voice


class Command(BaseCommand):
    help = "Check a voice against its real service: connection, sound, whether it understands itself, usage and cost"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=list(VOICES), help="the voice")
        parser.add_argument("--fake", action="store_true", help="against its service faked on this machine, with the embedded voice for a mind")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, name: str, fake: bool, **options: Any) -> None:
        if not fake and (missing := voice_setup.missing(name)):
            raise CommandError(" ".join(missing))
        found = asyncio.run(_checked(name, is_fake=fake))
        if isinstance(found, VoiceUnavailable):
            raise CommandError(f"The voice “{name}” cannot be opened. {found}") from found
        heard, uses = found
        price = price_of(uses, voice_prices(), on=timezone.localdate())
        if options["json"]:
            self.stdout.write(json.dumps({**as_json(name, heard, price), "is_fake": fake}, ensure_ascii=False))
        else:
            self._tell(f"{name} (faked)" if fake else name, heard, price)
        if troubles(heard):
            sys.exit(1)

    def _tell(self, name: str, heard: Heard, price: Any) -> None:
        for line in in_words(name, heard, price):
            self.stdout.write(line)
        for trouble in troubles(heard):
            self.stdout.write(f"→ {trouble}")
        if not troubles(heard):
            self.stdout.write("It is well.")


async def _checked(name: str, *, is_fake: bool) -> tuple[Heard, tuple[SessionUse, ...]] | VoiceUnavailable:
    # One call needs one worker; a second would still be starting while the first is to hear.
    async with EmbeddedVoices(n_workers=1, cache_folder=settings.VAR_DIR / "speech") as embedded:
        try:
            if name == EMBEDDED.name or is_fake:
                await warm_up(embedded.open_voice())
            if name == EMBEDDED.name or not is_fake:
                return await check(name, new_voice(name, embedded))
            async with staged(name, embedded.open_voice) as (new, _faults):
                return await _caught(name, new)
        except VoiceUnavailable as unavailable:
            return unavailable


async def _caught(name: str, new: Callable[[], VoiceModel]) -> tuple[Heard, tuple[SessionUse, ...]] | VoiceUnavailable:
    """The task groups of a fake would wrap what passes through them."""
    try:
        return await check(name, new())
    except VoiceUnavailable as unavailable:
        return unavailable
