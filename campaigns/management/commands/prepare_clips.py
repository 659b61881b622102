"""manage.py prepare_clips CAMPAIGN [--anew]: its voice says what must be said word for word; a person then listens to it in the console."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from campaigns import business_clock
from campaigns.clips.making import begin, carry_out
from campaigns.clips.standing import standing_of
from campaigns.clips.wording import differences
from campaigns.management.named import campaign_named
from campaigns.management.operator import operator
from campaigns.models import PreparedClip
from leads.management.tables import TableCommand


class Command(TableCommand):
    help = "Have a campaign's voice say its disclosure and the other sentences that must be said word for word. Nobody is called."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", help="its name or number")
        parser.add_argument("--anew", action="store_true", help="those that have a clip, too")

    def handle(self, *args: Any, campaign: str, anew: bool, **options: Any) -> None:
        business_clock.apply()
        named = campaign_named(campaign)
        clips = begin(named.script, named.voice, by=operator(), anew=anew)
        carry_out(clips, progress=self._tell)
        for line in standing_of(named.script, named.voice):
            self.stdout.write(f"{line.key}: {line.newest.get_status_display() if line.newest else 'no clip'}")
        failed = PreparedClip.objects.filter(pk__in=[clip.pk for clip in clips], status=PreparedClip.Status.FAILED)
        if failures := list(failed.values_list("failure", flat=True)):
            raise CommandError(f"{len(failures)} of {len(clips)} could not be made. {failures[0]}")
        self.stdout.write("Listen to them under Clips on the campaign's page, and approve those that say exactly their text.")

    def _tell(self, clip: PreparedClip) -> None:
        other = "; other words than the text, by its own transcript" if clip.transcript and differences(clip.text, clip.transcript) else ""
        said = clip.failure or f"{(clip.duration_ms or 0) / 1000:.1f} s{other}"
        self.stderr.write(f"{clip.line_name}: {said}")
