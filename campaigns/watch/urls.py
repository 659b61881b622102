"""The sockets of the board and of listening in, to be joined by the server process with the calls that it holds."""

from __future__ import annotations

from typing import Any

from django.urls import path

from campaigns.call_desk import DatabaseCallDesk
from campaigns.listening.sockets import ListenSocket, RelaySocket
from campaigns.listening.taps import Taps
from campaigns.watch.consumer import BoardConsumer
from campaigns.watch.feed import BoardFeed


def live_sockets(taps: Taps, desk: DatabaseCallDesk) -> list[Any]:
    """For browsers: behind the session and the check of the origin."""
    listen: Any = ListenSocket(taps, desk.threads.run, lambda: desk.server_id)  # an ASGI application, as Channels routes them
    return [path("ws/live/", BoardConsumer.as_asgi(feed=BoardFeed())), path("ws/listen/", listen)]


def between_servers(taps: Taps, desk: DatabaseCallDesk) -> Any:
    """For our own processes, which send no Origin: the signed token is the guard."""
    relay: Any = RelaySocket(taps, desk.threads.run)
    return path("listen-relay/<str:token>", relay)
