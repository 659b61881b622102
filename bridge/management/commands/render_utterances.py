"""`manage.py render_utterances`: speaks the texts of simulated people anew and keeps what the embedded voice understands."""

from __future__ import annotations

import asyncio
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bridge.events import Samples
from bridge.ports import VoiceUnavailable
from bridge.telephony.simulator.utterances.rendering import Candidate, read_candidates, render, write_utterances
from bridge.telephony.simulator.utterances.screening import Screening, choose, screen, write_shares
from bridge.voice.embedded.pool import WorkerPool, require_packages
from bridge.voice.embedded.speech import Engine, choose_engine


class Command(BaseCommand):
    help = "Render the utterances of the simulated people with Debian's flite, and keep those that the embedded voice understands."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--screen", action="store_true", help="only measure: write screening.json and leave the recordings as they are")

    def handle(self, *args: Any, screen: bool, **options: Any) -> None:
        try:
            choose_engine(Engine.FLITE)
            require_packages()
        except VoiceUnavailable as missing:
            raise CommandError(str(missing)) from missing
        rendered, screenings = asyncio.run(_render_and_screen(read_candidates()))
        for name, counts in write_shares(screenings).items():
            self.stdout.write(f"{name}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
        if not screen:
            kept = choose(screenings)
            write_utterances([(candidate, rendered[candidate.utterance_id]) for candidate in kept])
            self.stdout.write(f"{len(kept)} of {len(screenings)} utterances kept.")


async def _render_and_screen(candidates: list[Candidate]) -> tuple[dict[str, Samples], list[Screening]]:
    pool = WorkerPool(os.cpu_count() or 1)
    turns = asyncio.Semaphore(2 * len(pool.workers))
    rendered: dict[str, Samples] = {}

    async def one(candidate: Candidate) -> Screening:
        async with turns:
            pcm = rendered[candidate.utterance_id] = await render(candidate)
            return await screen(candidate, pcm, pool)

    async with asyncio.TaskGroup() as workers:
        pool.start(workers)
        async with asyncio.TaskGroup() as tasks:
            results = [tasks.create_task(one(candidate)) for candidate in candidates]
        pool.close()
    return rendered, [result.result() for result in results]
