"""What was loaded at the start is not looked through again."""

from __future__ import annotations

import gc
import subprocess
import sys

from sautiqual.memory import keep_what_is_loaded


def test_what_is_loaded_is_kept_out_of_later_collections():
    loaded = [[n] for n in range(1000)]
    before = gc.get_freeze_count()

    keep_what_is_loaded()

    assert gc.get_freeze_count() >= before + len(loaded)
    assert not any(each is loaded for each in gc.get_objects())


def test_what_was_thrown_away_before_is_not_kept_for_ever():
    """A circle of objects that nobody holds goes with the collection that comes first."""
    program = """
import gc, weakref
import django
django.setup()
from sautiqual.memory import keep_what_is_loaded
class Circle: pass
circle = Circle(); circle.itself = circle
gone = weakref.ref(circle)
gc.disable(); del circle
keep_what_is_loaded()
print(gone() is None)
"""
    assert told_by(program) == "True\n"


def test_pages_are_loaded_with_it():
    program = """
import sys, django
django.setup()
from sautiqual.memory import keep_what_is_loaded
keep_what_is_loaded()
known = set(sys.modules)
from django.urls import resolve, reverse
for page in ("admin:index", "queue", "admin:campaigns_call_live"):
    resolve(reverse(page))
print(sorted(name for name in set(sys.modules) - known if name.split(".")[0] in ("campaigns", "leads", "bridge", "sautiqual")))
"""
    assert told_by(program) == "[]\n"


def told_by(program: str) -> str:
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout
