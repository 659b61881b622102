"""Who sits at the terminal, for what is kept by name."""

from __future__ import annotations

import getpass


def operator() -> str:
    try:
        return f"{getpass.getuser()} (manage.py)"
    except (KeyError, OSError):  # a container's user without a name
        return "operator (manage.py)"
