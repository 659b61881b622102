"""What is known about a campaign before its launch, as plain values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from campaigns.budget import Cap
from campaigns.handoff.slots import Diary
from campaigns.launch.hours import Place
from campaigns.obstacles import Obstacle


@dataclass(frozen=True, slots=True)
class LineFacts:
    line_id: int
    name: str
    number: str
    is_simulated: bool
    strategy: str
    max_calls_in_flight: int
    calls_per_second: float
    checked_at: datetime | None = None  # the newest check that came to its end
    check_failed: str = ""  # why the newest one broke off
    in_the_way: tuple[str, ...] = ()  # why it may not be dialled on


@dataclass(frozen=True, slots=True)
class PackFacts:
    market: str
    n_leads: int
    name: str = ""  # "": there is no pack for this market
    version: str = ""
    reviewed_on: date | None = None  # of the rule that was read longest ago
    n_unverified: int = 0
    is_old: bool = False
    acknowledged_by: str = ""
    words_kept_days: int | None = None  # None: the pack says nothing
    may_record: bool = True


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    by_grade: Mapping[str, int] = field(default_factory=dict)  # leads with a consent for this purpose, by the weakest grade they have
    n_without: int = 0
    n_withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """How the rules judge the leads that are queued."""

    at: datetime
    n: int
    n_refused: int
    reasons: tuple[tuple[str, int, str], ...]  # reason, how many, mend; most frequent first
    is_by_preflight: bool  # and not of this very moment
    is_out_of_date: bool = False


@dataclass(frozen=True, slots=True)
class RepFacts:
    n_assigned: int = 0
    n_ready: int = 0  # with a verified number, and an account that is active
    n_unverified: int = 0
    n_available: int = 0
    diaries: tuple[Diary, ...] = ()  # of those who are ready
    languages: frozenset[str] | None = frozenset()  # primary tags that somebody ready speaks; None: one of them speaks any


@dataclass(frozen=True, slots=True)
class PreflightFacts:
    """The newest that came to its end."""

    preflight_id: int
    at: datetime
    by: str
    n_queued: int
    n_excluded: int
    mid_minor: int | None = None  # None: kept before courses were played
    high_minor: int | None = None
    n_hot: int | None = None
    n_reps_needed: int | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    names: tuple[str, ...]
    dead: str = ""  # why no living server has any of them
    passed_over: str = ""
    is_for_rehearsal: bool = False
    unspoken: tuple[str, ...] = ()  # languages of the script that the first of them does not speak


@dataclass(frozen=True, slots=True)
class PlatformFacts:
    is_real: bool  # some line is
    has_key: bool = False
    n_secrets: int = 0
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """Real time."""

    n_servers: int = 0
    room: int = 0
    dialer_at: datetime | None = None  # its last sign of life within some minutes
    worker_at: datetime | None = None  # when the last job was taken up or ended, within a day
    n_jobs_waiting: int = 0  # that should have been taken up a minute ago


@dataclass(frozen=True, slots=True)
class ClipFacts:
    n_needed: int = 0
    n_ready: int = 0
    n_to_listen: int = 0
    is_required: bool = False  # its voices put things in words of their own
    mute: tuple[str, ...] = ()  # sentences that nobody could say when the voice fails


@dataclass(frozen=True, slots=True)
class RehearsalFacts:
    """The newest that counts for the script as it reads now."""

    by: str
    at: datetime
    waived_because: str = ""  # "": it was rehearsed


@dataclass(frozen=True, slots=True)
class Facts:
    now: datetime
    now_real: datetime
    status: str
    kind: str
    pause_reason: str
    obstacles: tuple[Obstacle, ...]
    script_id: int
    n_questions: int
    script_languages: tuple[str, ...]
    n_enrolled: int
    n_looked_at: int  # of them: `by_language`, `places`, `packs` and `consent` count these
    n_queued: int
    by_language: Mapping[str, int]  # by primary tag; "": not known
    places: tuple[Place, ...]  # where they live, largest first
    packs: tuple[PackFacts, ...]
    consent: ConsentFacts
    judged: Judged | None
    n_do_not_call: int
    do_not_call_at: datetime | None
    lines: tuple[LineFacts, ...]
    voice: VoiceFacts
    platform: PlatformFacts
    clips: ClipFacts
    caps: tuple[Cap, ...]
    next_minor: int
    old_prices: tuple[str, ...]
    reps: RepFacts
    is_language_matched: bool
    waits_for_reps: bool  # no phone rings while none of its reps is free
    preflight: PreflightFacts | None
    is_preflight_at_work: bool
    approved_by: str
    approved_at: datetime | None
    is_recorded: bool
    n_keys: int
    n_webhooks: int
    n_webhooks_off: int
    n_webhooks_failing: int
    stopped: str
    processes: ProcessFacts
    max_calls_in_flight: int
    rehearsal: RehearsalFacts | None
