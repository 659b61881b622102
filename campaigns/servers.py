"""The server processes that can hold calls: each registers, beats every few seconds, and signs off. Real time, not business time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.dead_voices import can_speak
from campaigns.models import Call, ServerProcess, StrangerCall
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
    return next((server for server, room in rooms(_calls_by_server()) if room > -beyond), None)


def total_room(n_calls: Mapping[UUID | None, int], voices: Sequence[str] = ()) -> int:
    return sum(max(0, room) for _server, room in rooms(n_calls, voices))


def rooms(n_calls: Mapping[UUID | None, int], voices: Sequence[str] = ()) -> list[tuple[ServerProcess, int]]:
    """Each living server with what its calls, and those of strangers, leave free; the roomiest first, then the eldest.

    `voices`: only servers on which one of these is alive.
    `n_calls`: live ones by server, counted over the live rows alone: a server that has run for months has held many more.
    """
    taken = Counter(n_calls)
    taken.update(StrangerCall.objects.filter(status__in=sorted(LIVE)).order_by().values_list("server_id", flat=True))
    free = [(server, server.room - taken[server.pk]) for server in alive().order_by("started_at") if can_speak(server, voices)]
    return sorted(free, key=lambda one: -one[1])


def _calls_by_server() -> Counter[UUID | None]:
    of_each = (Call.objects.filter(status=status).order_by().values_list("server_id", flat=True) for status in sorted(LIVE))
    return Counter(server_id for rows in of_each for server_id in rows)


def a_base(*, is_simulated: bool) -> str | None:
    """Where the platform reaches one of our living servers, for what is not bound to one; None if none lives, or it cannot be reached."""
    server = alive().first()
    return http_base(server, is_simulated=is_simulated) if server else None


def http_base(server: ServerProcess, *, is_simulated: bool) -> str | None:
    """Where the platform reaches our answer URL: PUBLIC_URL; without one, this machine, for simulated lines only."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    if not is_simulated:
        return None
    parts = urlsplit(server.stream_url)
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}"
