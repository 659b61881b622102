"""Asks for pages in this process, as somebody who is signed in, and measures each. What a page would write is rolled back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from time import perf_counter, process_time
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test import Client, override_settings

from campaigns.access.roles import Role
from campaigns.integrations.api_keys import create_api_key
from campaigns.models import TalliedDate
from campaigns.percentiles import percentiles
from campaigns.tallies.counting import date_of
from campaigns.tallies.keeping import tally_all
from leads import clock
from sautiqual.bench_pages.pages import Page

SESSIONS = "django.contrib.sessions.backends.signed_cookies"  # kept in the cookie: nobody's session is written
PATIENCE_S = 4.0  # a page that takes longer is asked for a few times only
FEW = 3
DENIED = 403


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    who: str
    path: str
    status: int
    p50_ms: int
    p95_ms: int
    cpu_ms: int  # of p50: this process at work; the rest it waited, for the database or for a processor that others had
    n_queries: int
    n_bytes: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_fine(self) -> bool:
        return self.status == 200


class Counter:
    """Counts what the database is asked."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.n += 1
        return execute(sql, params, many, context)


@contextmanager
def signed_in(user: User) -> Iterator[Client]:
    """Without signing in: that would be written on the user."""
    with override_settings(SESSION_ENGINE=SESSIONS):
        session = import_module(SESSIONS).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        client = _client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        yield client


@contextmanager
def with_a_key() -> Iterator[Client]:
    """A key of the organisation's own that is gone afterwards."""
    with transaction.atomic():
        _key, text = create_api_key("bench_pages")
        yield _client({"Authorization": f"Bearer {text}"})
        transaction.set_rollback(True)


@contextmanager
def a_reviewer() -> Iterator[User]:
    """Of the organisation's own, or one that is gone afterwards: from them what was made of calls that are judged blind is hidden."""
    name = Role.REVIEWER.group_name
    with transaction.atomic():
        user = User.objects.filter(is_active=True, is_staff=True, groups__name=name).order_by("pk").first()
        if user is None:
            user = User.objects.create_user("bench_pages", is_staff=True)
            user.groups.set(Group.objects.filter(name=name))
        yield user
        transaction.set_rollback(True)


def _client(headers: dict[str, str] | None = None) -> Client:
    host = next((host for host in settings.ALLOWED_HOSTS if host and not host.startswith((".", "*"))), "localhost")
    return Client(raise_request_exception=False, headers=headers, SERVER_NAME=host)


@contextmanager
def tallied_today() -> Iterator[None]:
    """What a running dialer or server counts, once for all pages: today, and every day that was not counted yet. Afterwards it is gone."""
    with transaction.atomic():
        tally_all(clock.now())
        yield
        transaction.set_rollback(True)


def measure(client: Client, pages: Iterable[Page], who: str, *, n_rounds: int) -> Iterator[Measured]:
    """Each page is asked for once unmeasured, then `n_rounds` times. One that this person may not open is passed over."""
    for page in pages:
        status, first_s, *_rest = _ask(client, page)
        if status in {DENIED, 404} and page.may_be_denied:
            continue
        rounds = [_ask(client, page) for _ in range(FEW if first_s > PATIENCE_S else n_rounds)]
        took = percentiles([round(1000 * seconds) for _status, seconds, *_rest in rounds])
        statuses = [each for each, *_rest in rounds]
        worst = next((each for each in statuses if each != 200), 200)
        cpu = percentiles([round(1000 * seconds) for _status, _wall, seconds, *_rest in rounds])
        figures = (took.p50 or 0, took.p95 or 0, cpu.p50 or 0, max(each[3] for each in rounds), rounds[-1][4])
        yield Measured(page.name, who, page.path, worst, *figures)


def _ask(client: Client, page: Page) -> tuple[int, float, float, int, int]:
    """Status, seconds, seconds of this process at work, queries, bytes."""
    counter = Counter()
    with transaction.atomic():
        TalliedDate.objects.filter(on=date_of(clock.now())).update(counted_at=clock.now())
        with connection.execute_wrapper(counter):
            began, cpu_began = perf_counter(), process_time()
            response: Any = client.get(page.path, follow=True)
            content = b"".join(response.streaming_content) if response.streaming else response.content
            took, cpu = perf_counter() - began, process_time() - cpu_began
        transaction.set_rollback(True)
    status = DENIED if "/login/" in response.request["PATH_INFO"] else response.status_code
    return status, took, cpu, counter.n, len(content)
