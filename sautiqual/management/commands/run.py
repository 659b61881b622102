"""manage.py run: server, dialer and worker of a single machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns import business_clock
from campaigns.handoff.invitations import setup_link
from sautiqual.processes import ProcessDied, Processes, manage, server, until_ready

READY_WITHIN_S = 60.0


class Command(BaseCommand):
    help = "Run server, dialer and worker on this machine"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        try:
            business_clock.apply()
        except business_clock.DemoDatabaseRefused as refused:
            raise CommandError(str(refused)) from None
        link = setup_link()
        try:
            asyncio.run(self._run(host, port, link))
        except (ProcessDied, TimeoutError) as problem:
            raise CommandError(f"Could not start: {problem}") from problem

    async def _run(self, host: str, port: int, link: str | None) -> None:
        base = f"http://{host}:{port}"
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with Processes({"SERVER_URL": base}) as processes:
            await processes.start(server(host, port))
            await processes.start(manage("worker", "db_worker"))
            await processes.start(manage("webhooks", "db_worker", "--queue-name", "webhooks"))
            await until_ready(f"{base}/readyz", processes, within_s=READY_WITHIN_S)
            await processes.start(manage("dialer", "rundialer"))
            self.stdout.write(f"SautiQual is running: console {base}/admin/, queue {base}/queue/, API {base}/api/v1/docs. Ctrl-C stops it.")
            if link:
                self.stdout.write(self.style.WARNING(f"There is no user yet. Make the administrator here, once: {base}{link}"))
            self.stdout.flush()  # into a file or a journal, too, before it stops
            stopping = asyncio.ensure_future(stop.wait())
            dying = asyncio.ensure_future(processes.first_to_die())
            await asyncio.wait({stopping, dying}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if dying.done():
                raise ProcessDied(dying.result())
            dying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await dying
            self.stdout.write("Stopping: calls that are live end politely or are handed to the next start …")
