"""The composition root: here the phone, the voices and the campaigns meet, and nowhere else."""

from __future__ import annotations

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
django_application = get_asgi_application()

# After Django is set up, because these import models.
from bridge.consumers import AudioStreamConsumer  # noqa: E402
from campaigns.handoff.urls import websocket_urlpatterns  # noqa: E402
from campaigns.line_check.socket import CheckSocket  # noqa: E402
from campaigns.watch.urls import between_servers, live_sockets  # noqa: E402
from leads.spreadsheet import MAX_BYTES  # noqa: E402
from sautiqual.body_limit import BodyLimit  # noqa: E402
from sautiqual.server import Server  # noqa: E402

server = Server()
for_browsers = URLRouter([*websocket_urlpatterns, *live_sockets(server.taps, server.desk)])

application = ProtocolTypeRouter(
    {
        # A list of leads is the largest thing anybody may send, and its page says more exactly how large.
        "http": BodyLimit(django_application, MAX_BYTES + 2**20),
        "lifespan": server.lifespan,
        "websocket": URLRouter(
            [
                # A media server sends no Origin, so the origin check must not stand before it; its token is the guard.
                path("audio/<str:token>", AudioStreamConsumer.as_asgi(parts=server.session_parts)),
                path("line-check/<str:token>/<int:number>", CheckSocket(server.desk.threads.run)),  # type: ignore[arg-type]  # an ASGI application, as Channels routes them
                between_servers(server.taps, server.desk),
                re_path("", AllowedHostsOriginValidator(AuthMiddlewareStack(for_browsers))),
            ]
        ),
    }
)
