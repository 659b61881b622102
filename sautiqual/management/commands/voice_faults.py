"""manage.py voice_faults --voice NAME: every known way in which its provider fails, in a whole call each; status 1 if a callee was left alone."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bridge.voice.clips import Clips
from bridge.voice.embedded.voice import EmbeddedVoices
from sautiqual.voice_faults.stage import staged
from sautiqual.voice_faults.table import FAULTS, Break
from sautiqual.voice_faults.trial import Result, a_brief, mind, play

AT_ONCE = 6  # calls in real time; more would measure this machine instead


class Command(BaseCommand):
    help = "Play each fault of a voice's provider in a whole call over its faked server, and say what the callee met"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--voice", choices=list(FAULTS), required=True)
        parser.add_argument("--fault", choices=sorted({fault for each in FAULTS.values() for fault in each}), help="this one only")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, voice: str, fault: str | None, **options: Any) -> None:
        if fault is not None and fault not in FAULTS[voice]:
            raise CommandError(f"{voice} has no such fault. It has: {', '.join(FAULTS[voice])}.")
        faults: dict[str, Break | None] = {"none": None, **FAULTS[voice]} if fault is None else {fault: FAULTS[voice][fault]}
        results = asyncio.run(_play_all(voice, faults))
        if options["json"]:
            self.stdout.write(json.dumps({"voice": voice, "calls": [{**asdict(result), "is_survived": result.is_survived} for result in results]}))
        else:
            self._tell(results)
        if not all(result.is_survived for result in results):
            sys.exit(1)

    def _tell(self, results: Sequence[Result]) -> None:
        for result in results:
            behind = "with a spare voice" if result.spare else "alone"
            steps = ", ".join(result.steps) or "nothing was needed"
            mark = "" if result.is_survived else "  ← not survived"
            self.stdout.write(
                f"{result.fault}, {behind}: {result.outcome}, {result.n_answers} answers, longest silence {result.silence_s:.2f} s ({steps}){mark}"
            )


async def _play_all(voice: str, faults: dict[str, Break | None]) -> list[Result]:
    results: list[Result] = []
    async with EmbeddedVoices() as speech:
        clips = await speech.clips(a_brief(voice, "clips"))
        trials = [(name, spare) for name in faults for spare in (True, False)]
        for start in range(0, len(trials), AT_ONCE):
            some = trials[start : start + AT_ONCE]
            results += await asyncio.gather(*(_played(voice, name, faults[name], clips, spare=spare) for name, spare in some))
    return results


async def _played(voice: str, name: str, break_it: Break | None, clips: Clips, *, spare: bool) -> Result:
    brief = a_brief(voice, name)
    apology = next(iter(clips.by_text.values()), None)
    lines = brief.lines
    own = Clips({} if apology is None else {lines.apology: apology, lines.apology_call_back: apology}, clips.fillers)
    async with staged(voice, mind) as (new, told):
        return await play(brief, new, told, break_it, own, spare=spare)
