"""What the organisation's own latest calls say about the chances of the next ones. Reads only."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.resources import files

from campaigns.models import Call, Campaign
from campaigns.preflight.chances import Chances, Experience, learned, parse_chances
from campaigns.states import ENDED, MACHINES, CallStatus, Disposition

LATEST = 2000
WITH_THE_BOT_ALONE = frozenset(Disposition) - MACHINES - {Disposition.QUALIFIED}


@cache
def shipped_chances() -> Chances:
    return parse_chances(files("campaigns.preflight").joinpath("chances.toml").read_text(encoding="utf-8"))


def chances_of(campaign: Campaign) -> Chances:
    """Of calls of the same kind: what the simulator answers says nothing about people, nor a survey about sales."""
    calls = Call.objects.filter(campaign__kind=campaign.kind, line__is_simulated=campaign.line.is_simulated)
    ended = calls.filter(dialled_at__isnull=False, status__in=ENDED).exclude(status=CallStatus.OUTCOME_UNKNOWN).order_by("-dialled_at")
    rows = list(ended.values_list("status", "disposition", "talk_s", "score__is_hot")[:LATEST])
    statuses = Counter(status for status, *_rest in rows)
    talks = [talk_s for status, disposition, talk_s, _hot in rows if talk_s is not None and disposition in WITH_THE_BOT_ALONE]
    own = Experience(
        n_dialled=len(rows),
        n_answered=statuses[CallStatus.COMPLETED],
        n_busy=statuses[CallStatus.BUSY],
        n_failed=statuses[CallStatus.FAILED],
        n_hot=sum(bool(is_hot) for *_rest, is_hot in rows),
        by_disposition=Counter(Disposition(disposition) for _status, disposition, *_rest in rows if disposition),
        talk_s=sum(talks) / len(talks) if talks else None,
    )
    return learned(shipped_chances(), own)
