"""The product's own ASGI application, whose server opens no voice before the phone is answered."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
django.setup()

# After Django is set up, because it imports models.
from sautiqual import pre_warming  # noqa: E402

pre_warming.BEGINS = frozenset()
pre_warming.LOOKS_AGAIN = 0

from sautiqual.asgi import application  # noqa: E402

__all__ = ["application"]
