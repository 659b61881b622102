"""The server processes that can hold calls: each registers, beats every few seconds, and signs off. Real time, not business time."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.models import ServerProcess, StrangerCall
from campaigns.states import LIVE

BEAT_S = 2.0
ALIVE_FOR = timedelta(seconds=10)
KEPT_FOR_CALLERS = 1  # a place that the dialer does not fill: people call when they like


def register(stream_url: str, *, room: int) -> ServerProcess:
    """`stream_url`: where this process's sockets are, `ws://` or `wss://` with host and port, no path."""
    return ServerProcess.objects.create(stream_url=stream_url.rstrip("/"), room=room, heartbeat_at=timezone.now())


def beat(server: ServerProcess) -> None:
    ServerProcess.objects.filter(pk=server.pk).update(heartbeat_at=timezone.now(), stopped_at=None)


def sign_off(server: ServerProcess) -> None:
    ServerProcess.objects.filter(pk=server.pk).update(stopped_at=timezone.now())


def alive() -> QuerySet[ServerProcess]:
    return ServerProcess.objects.filter(stopped_at=None, heartbeat_at__gt=timezone.now() - ALIVE_FOR)


def is_alive(server: ServerProcess | None) -> bool:
    return server is not None and alive().filter(pk=server.pk).exists()


def roomiest(*, beyond: int = 0) -> ServerProcess | None:
    """The living server with the most room; None if none has any. `beyond`: so many more than the room that the dialer may fill."""
    return alive().annotate(n_room=_room()).filter(n_room__gt=-beyond).order_by("-n_room", "started_at").first()


def total_room() -> int:
    return sum(max(0, room) for room in alive().annotate(n_room=_room()).values_list("n_room", flat=True))


def _room() -> Combinable:
    """Of one server: what its calls, and those of strangers, leave free."""
    strangers = StrangerCall.objects.filter(server=OuterRef("pk"), status__in=sorted(LIVE)).order_by().values("server")
    n_strangers = Coalesce(Subquery(strangers.annotate(n=Count("pk")).values("n")), 0)
    return F("room") - Count("calls", filter=Q(calls__status__in=LIVE)) - n_strangers


def http_base(server: ServerProcess, *, is_simulated: bool) -> str | None:
    """Where the platform reaches our answer URL: PUBLIC_URL; without one, this machine, for simulated lines only."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    if not is_simulated:
        return None
    parts = urlsplit(server.stream_url)
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}"
