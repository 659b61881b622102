"""manage.py check_line: one guided call to your own phone finds out what a line of this account really does.

`--line NUMBER --rep NAME` rings that rep; `--simulator` checks a simulated platform on this machine instead, with a database of its own.
Status 1 if something was not found that a line cannot be used without.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.signatures import SignatureForm
from bridge.telephony.simulator.settings import AfterStream, EventShape, FirstFrame
from campaigns.line_check.applying import apply, result_from
from campaigns.line_check.guide import steps_of
from campaigns.line_check.notes import seen_of
from campaigns.line_check.running import begin, carry_out
from campaigns.management.operator import operator
from campaigns.models import Line, LineCheck, Rep
from campaigns.provider import Provider
from leads.management.tables import demand_tables
from sautiqual.line_check.stage import DATABASE, HANGS_UP, SECRET, SILENT, UNSIGNED, WRONG, make_rows, platform, running
from sautiqual.processes import ProcessDied, free_port

LOOK_S = 0.5
MARKS = {"found": "✓", "not_found": "✗", "unknown": "?"}


class Command(BaseCommand):
    help = "Find out by one guided call to your own phone what a phone line really does"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--line", metavar="NUMBER", help="the phone line, E.164")
        parser.add_argument("--rep", metavar="NAME", help="whose phone is rung: the name or login of a rep with a verified number")
        parser.add_argument("--apply", action="store_true", help="save to the line what was found; without it the page of the check can")
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--simulator", action="store_true", help="check a simulated platform on this machine; nobody is rung")
        switches = parser.add_argument_group("what the simulated platform does")
        switches.add_argument("--after-stream", choices=[*(one.value for one in AfterStream), HANGS_UP], default=AfterStream.CONTINUES.value)
        switches.add_argument("--layout", choices=[one.value for one in ChannelLayout], default=ChannelLayout.STEREO.value, help="of both tracks")
        switches.add_argument("--callee-right", action="store_true", help="of two channels")
        switches.add_argument("--dialect", choices=[one.value for one in Dialect], default=Dialect.SDK.value)
        switches.add_argument("--ignores-kill", action="store_true", help="killAudio")
        switches.add_argument("--first-frame", choices=[one.value for one in FirstFrame], default=FirstFrame.NESTED.value)
        switches.add_argument("--prebuffer", type=int, default=160, metavar="MS")
        switches.add_argument("--rate", type=int, choices=[8000, 16000], default=None, help="of the audio; without it as we ask")
        switches.add_argument("--body", choices=["form", "json"], default="form")
        switches.add_argument("--signature", choices=[*(one.value for one in SignatureForm), UNSIGNED, WRONG], default="timestamped")
        switches.add_argument("--events", choices=[*(one.value for one in EventShape), SILENT], default=EventShape.ENVELOPE.value)
        switches.add_argument("--jitter", type=float, default=0.0)
        switches.add_argument("--odd-sizes", action="store_true")
        switches.add_argument("--phone-line", action="store_true", help="8 kHz mu-law and noise on what the operator says")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["simulator"]:
            ended = self._check_simulator(options)
        elif options["line"] and options["rep"]:
            ended = self._check_real(options)
        else:
            raise CommandError("Give --line NUMBER and --rep NAME, or --simulator.")
        not_saved = apply(ended, by=operator()) if options["apply"] and not ended.failure else ""
        self._report(ended, is_json=options["json"])
        if not_saved:
            self.stderr.write(not_saved)
        if ended.failure or not_saved or result_from(ended.findings).missing:
            sys.exit(1)

    # ---- which line ----

    def _check_real(self, options: dict[str, Any]) -> LineCheck:
        demand_tables()
        line = Line.objects.filter(number=options["line"]).first()
        if line is None:
            raise CommandError(f"There is no phone line {options['line']}. Add it in the console under Phone lines.")
        reps = list(Rep.objects.filter(Q(name=options["rep"]) | Q(user__username=options["rep"])).select_related("user")[:2])
        if len(reps) != 1:
            raise CommandError(
                f"There is {'more than one' if reps else 'no'} rep “{options['rep']}”. Give the login of one; add yourself under Reps."
            )
        return asyncio.run(self._check(_begun(line, reps[0])))

    def _check_simulator(self, options: dict[str, Any]) -> LineCheck:
        if settings.DATABASES["default"]["NAME"] != str(DATABASE):
            _start_again_with_settings_of_its_own(is_signed=options["signature"] != UNSIGNED)
        line, rep = make_rows()
        try:
            return asyncio.run(self._staged(options, line, rep))
        except (ProcessDied, TimeoutError, OSError) as problem:
            raise CommandError(f"The check could not go on: {problem}") from problem

    async def _staged(self, options: dict[str, Any], line: Line, rep: Rep) -> LineCheck:
        async with running(platform(options)):
            return await self._check(await sync_to_async(_begun)(line, rep))

    async def _check(self, check: LineCheck) -> LineCheck:
        """Tells the steps while they happen, on stderr."""
        async with Provider() as provider:
            running_check = asyncio.create_task(carry_out(check.pk, provider))
            told: set[str] = set()
            while not running_check.done():
                await asyncio.wait({running_check}, timeout=LOOK_S)
                steps = steps_of(await sync_to_async(seen_of)(check.pk), is_over=running_check.done())
                for step in steps:
                    if step.outcome and step.name not in told:
                        told.add(step.name)
                        self.stderr.write(f"{MARKS[step.outcome]} {step.words}")
            return await running_check

    # ---- what was found ----

    def _report(self, check: LineCheck, *, is_json: bool) -> None:
        result = result_from(check.findings)
        if is_json:
            missing = [each.name for each in result.missing]
            found = {
                "ok": not (missing or check.failure),
                "check": str(check.pk),
                "failure": check.failure,
                "missing": missing,
                "applied": check.applied,
            }
            self.stdout.write(json.dumps({**found, **check.findings}, ensure_ascii=False))
            return
        for each in result.findings:
            self.stdout.write(f"{MARKS[each.outcome]} {each.title:<21} {each.words}")
        for change in result.proposals:
            self.stdout.write(f"→ {change.setting}: {change.old} → {change.new}. {change.why}")
        if check.applied_at is None and result.proposals:
            self.stdout.write("Nothing was saved. Run it with --apply, or save it on the page of this check in the console.")
        if check.failure:
            self.stdout.write(check.failure)


def _begun(line: Line, rep: Rep) -> LineCheck:
    begun = begin(line, rep, by=operator())
    if not isinstance(begun, LineCheck):
        raise CommandError(" ".join(begun))
    return begun


def _start_again_with_settings_of_its_own(*, is_signed: bool) -> None:
    """Settings are read once, so the database is chosen before they are: in a new image of this process."""
    host = "127.0.0.1"
    port = free_port(host, range(8020, 8030))
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{DATABASE}",
        "REDIS_URL": "",
        "PUBLIC_URL": "",
        "SERVER_URL": f"http://{host}:{port}",
        "SAUTIKIT_API_URL": f"http://{host}:{free_port(host, [p for p in range(8120, 8130) if p != port])}",
        "SAUTIKIT_API_KEY": "simulator-key",
        "SAUTIKIT_SIGNING_SECRETS": SECRET if is_signed else "",
        "VOICE": "embedded",
        "LOG_LEVEL": "WARNING",
    }
    os.execv(sys.executable, [sys.executable, *sys.argv])
