"""The organisation that the volume's people are called by: scripts, simulated lines, campaigns that do not run, reps and users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, User

from campaigns import servers
from campaigns.access.roles import Role
from campaigns.campaign_life import freeze
from campaigns.models import Campaign, CampaignAccess, CampaignChange, Line, Organisation, Rep, ReviewPlan, Script, ServerProcess
from campaigns.scripting.keeping import new_script
from campaigns.scripting.ready import READY
from campaigns.scripting.text import ScriptText
from campaigns.states import Disposition

CONTROLLER = "Volume Trial Ltd"  # nobody's: consent for it lets no other organisation's campaign call
MANAGER, LIMITED, ANALYST = "volume-manager", "volume-limited", "volume-analyst"
N_REPS = 12
DOUBLE_PERCENT = 2  # of one campaign's calls wait to be judged by two people
REP_NAMES = ("Rehema", "Juma", "Neema", "Amina", "Peter", "Lucy", "Hassan", "Wanjiku", "Brian", "Joy", "Daniel", "Mercy")
Status = Campaign.Status
# name, ready script, markets, status, share of the calls
CAMPAIGNS: Sequence[tuple[str, str, tuple[str, ...], Campaign.Status, int]] = (
    ("Solar for homes, Kenya", "bant", ("KE",), Status.PAUSED, 30),
    ("Shop software, Kenya", "champ", ("KE",), Status.PAUSED, 14),
    ("Solar for homes, Tanzania", "bant", ("TZ",), Status.PAUSED, 14),
    ("Logistics, Uganda and Rwanda", "champ", ("UG", "RW"), Status.PAUSED, 14),
    ("Trade credit, Nigeria and Ghana", "bant", ("NG", "GH"), Status.PAUSED, 16),
    ("Service survey, all countries", "survey", ("KE", "TZ", "UG", "RW", "NG", "GH"), Status.CLOSED, 8),
    ("Spring offer, Kenya", "bant", ("KE",), Status.CLOSED, 3),
    ("Pilot, Tanzania", "champ", ("TZ",), Status.CLOSED, 1),
)


@dataclass(frozen=True, slots=True)
class Running:
    """One campaign with what its calls need at hand."""

    campaign: Campaign
    text: ScriptText
    question_ids: Mapping[str, int]
    rubrics: Mapping[str, Any]
    markets: tuple[str, ...]
    share: int

    @property
    def is_survey(self) -> bool:
        return self.campaign.kind == Campaign.Kind.SURVEY

    def disposition(self, *, is_hot: bool) -> Disposition:
        if self.is_survey:
            return Disposition.INTERVIEWED
        return Disposition.QUALIFIED if is_hot else Disposition.NOT_QUALIFIED


@dataclass(frozen=True, slots=True)
class Staff:
    manager: User
    reps: Sequence[Rep]
    server: ServerProcess
    campaigns: Sequence[Running]


def found(*, now: datetime, suffix: str = "") -> Staff:
    """`suffix`: of all names that must be unique, where such an organisation is there already."""
    Organisation.current()
    reps = _reps(suffix)
    campaigns = _campaigns(now, reps, suffix)
    manager = _user(MANAGER, suffix, Role.MANAGER)
    limited = _user(LIMITED, suffix, Role.MANAGER)
    _user(ANALYST, suffix, Role.ANALYST)
    ReviewPlan.objects.create(campaign=campaigns[1].campaign, double_percent=DOUBLE_PERCENT)
    CampaignAccess.objects.create(user=limited).campaigns.set([each.campaign for each in campaigns[1:3]])
    server = servers.register("ws://127.0.0.1:9", room=0)
    ServerProcess.objects.filter(pk=server.pk).update(heartbeat_at=now - timedelta(days=1), stopped_at=now - timedelta(days=1))
    return Staff(manager, reps, server, campaigns)


def _user(name: str, suffix: str, role: Role) -> User:
    """Nobody can sign in as them until somebody sets a password."""
    user = User.objects.create_user(f"{name}{suffix}", is_staff=True)
    user.groups.set(Group.objects.filter(name=role.group_name))
    return user


def _reps(suffix: str) -> list[Rep]:
    n_there = Rep.objects.count()
    users = [User.objects.create_user(f"volume-rep-{n}{suffix}") for n in range(1, N_REPS + 1)]
    return [
        Rep.objects.create(user=user, name=name, number=f"+25411000{n_there + n:04d}")
        for n, (user, name) in enumerate(zip(users, REP_NAMES, strict=True))
    ]


def _campaigns(now: datetime, reps: Sequence[Rep], suffix: str) -> list[Running]:
    scripts = {name: _script(name, suffix) for name in READY}
    n_lines = Line.objects.count()
    lines = [
        Line.objects.create(number=f"+25420700{n_lines + n:04d}", label=f"Volume line {n + 1}{suffix}", is_simulated=True, max_calls_a_day=20_000)
        for n in range(3)
    ]
    made = []
    for n, (name, script_name, markets, status, share) in enumerate(CAMPAIGNS):
        script, text = scripts[script_name]
        campaign = _campaign(f"{name}{suffix}", script, lines[n % len(lines)], now - timedelta(days=70 - n))
        Campaign.objects.filter(pk=campaign.pk).update(status=status, pause_reason="made by make_volume" if status == Status.PAUSED else "")
        campaign.refresh_from_db()
        campaign.reps.set(reps[n : n + 4])
        _history(campaign, now, status)
        ids = dict(script.questions.values_list("key", "pk"))
        rubrics = {question.key: question.rubric for question in text.questions}
        made.append(Running(campaign, text, ids, rubrics, markets, share))
    return made


def _script(name: str, suffix: str) -> tuple[Script, ScriptText]:
    text = replace(READY[name].text, name=f"{READY[name].text.name}{suffix}", organisation=CONTROLLER)
    script = new_script(text)
    freeze(script)
    return script, text


def _campaign(name: str, script: Script, line: Line, made_at: datetime) -> Campaign:
    is_survey = script.hot_threshold == 0
    campaign = Campaign.objects.create(
        name=name,
        kind=Campaign.Kind.SURVEY if is_survey else Campaign.Kind.QUALIFICATION,
        script=script,
        line=line,
        controller=CONTROLLER,
        is_recorded=False,
        budget_minor=900_000_000,
        max_calls_in_flight=20,
    )
    Campaign.objects.filter(pk=campaign.pk).update(created_at=made_at)
    return campaign


def _history(campaign: Campaign, now: datetime, status: Campaign.Status) -> None:
    began = now - timedelta(days=61)
    steps = [(Status.DRAFT, Status.APPROVED, began), (Status.APPROVED, Status.RUNNING, began), (Status.RUNNING, status, now - timedelta(hours=1))]
    CampaignChange.objects.bulk_create(
        CampaignChange(campaign=campaign, changed_at=at, changed_by=MANAGER, from_status=before, to_status=after) for before, after, at in steps
    )
