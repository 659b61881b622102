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
from sautiqual.server import Server  # noqa: E402

server = Server()

application = ProtocolTypeRouter(
    {
        "http": django_application,
        "lifespan": server.lifespan,
        "websocket": URLRouter(
            [
                # A media server sends no Origin, so the origin check must not stand before it; its token is the guard.
                path("audio/<str:token>", AudioStreamConsumer.as_asgi(parts=server.session_parts)),
                re_path("", AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))),
            ]
        ),
    }
)
