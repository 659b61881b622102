"""manage.py demo: simulated people are called in real time over real sockets, with the demo's own database.

Starts the simulated platform, a server, a dialer and a worker, signs two reps in, and shows every call as it happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.voice.catalogue import EMBEDDED
from sautiqual.demo.faked import FAKED, KEYS, PLACES
from sautiqual.demo.play import DEMO_DATABASE, Demo, DemoOptions, PersonaUnknown
from sautiqual.processes import ProcessDied, free_port


class Command(BaseCommand):
    help = "Call the simulated people of the demo, in real time"
    requires_system_checks: list[str] = []  # the second process, with the demo's settings, runs them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--exit", action="store_true", help="end after the last call; status 1 if anybody did not end as expected")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead; implies --exit")
        parser.add_argument("--persona", action="append", default=[], metavar="NAME", help="call only this one (may be repeated)")
        parser.add_argument("--seed", type=int, default=1, help="varies the people's words, pauses and noise")
        parser.add_argument("--dialect", choices=[d.value for d in Dialect], default=Dialect.SDK.value)
        parser.add_argument("--layout", choices=[c.value for c in ChannelLayout], default=ChannelLayout.MONO.value, help="of the audio we get")
        parser.add_argument("--voice", choices=[EMBEDDED.name, *FAKED], default=EMBEDDED.name, help="which voice speaks; with --fake")
        parser.add_argument("--fake", action="store_true", help="the voice's provider is a server on this machine: no key, no network")
        parser.add_argument("--phone-line", action="store_true", help="8 kHz, mu-law and noise: shows how far recognition falls")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PUBLIC_URL:
            raise CommandError("PUBLIC_URL is set: the demo has public logins and its own clock, so it never runs where the outside can reach it.")
        if options["voice"] != EMBEDDED.name and not options["fake"]:
            raise CommandError("The demo's people are simulated, and a provider would be paid for them. Add --fake; check_voice asks the real one.")
        if settings.DATABASES["default"]["NAME"] != str(DEMO_DATABASE):
            self._start_again_with_the_demos_settings()
        demo = Demo(_options(options), write=self._say if not options["json"] else self._tell_stderr)
        try:
            people = asyncio.run(demo.run())
        except PersonaUnknown as unknown:
            raise CommandError(str(unknown)) from None
        except (ProcessDied, TimeoutError) as problem:
            raise CommandError(f"The demo could not go on: {problem}") from problem
        except KeyboardInterrupt:
            return
        is_ok = all(person.is_as_expected for person in people)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": is_ok, "people": [person.as_json() for person in people]}))
        if not is_ok and (options["exit"] or options["json"]):
            sys.exit(1)

    def _start_again_with_the_demos_settings(self) -> None:
        """Settings are read once, so the demo's database is chosen before they are: in a new image of this process."""
        host = "127.0.0.1"
        port = free_port(host, range(8000, 8010))
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{DEMO_DATABASE}",
            "REDIS_URL": "",
            "SERVER_URL": f"http://{host}:{port}",
            "SAUTIKIT_API_URL": f"http://{host}:{free_port(host, [p for p in range(8100, 8110) if p != port])}",
            "SAUTIKIT_API_KEY": "simulator-key",
            "SAUTIKIT_SIGNING_SECRETS": secrets.token_urlsafe(24),
            "VOICE": "embedded",
            **KEYS,
            **PLACES,
        }
        os.execv(sys.executable, [sys.executable, *sys.argv])

    def _say(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.stdout.write(text)
            self.stdout.flush()

    def _tell_stderr(self, text: str) -> None:
        self.stderr.write(text)


def _options(options: dict[str, Any]) -> DemoOptions:
    return DemoOptions(
        seed=options["seed"],
        dialect=Dialect(options["dialect"]),
        layout=ChannelLayout(options["layout"]),
        has_phone_line=options["phone_line"],
        voice=options["voice"],
        personas=tuple(options["persona"]),
        stays_up=not (options["exit"] or options["json"]),
    )
