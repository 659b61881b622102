"""The real programs with shorter patience: `python -m tests.journeys.hasty rundialer`. Campaigns may use the scripted voices."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import execute_from_command_line

from tests.journeys.voices import REPLIES

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    from sautiqual.crash_test.patience import allow_scripted_voices, shorten_waits

    shorten_waits()
    allow_scripted_voices(REPLIES)
    execute_from_command_line(["manage.py", *sys.argv[1:]])
