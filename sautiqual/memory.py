"""What a process has loaded when it is ready stays until its end: the garbage collector need not look through it again.

It looks through everything from time to time, and nothing else runs meanwhile, the sound of calls neither: with all that Django, the console and
the voices are made of that is a tenth of a second, afterwards a few milliseconds.
"""

from __future__ import annotations

import gc

from django.urls import get_resolver


def keep_what_is_loaded() -> None:
    """Call it once, when everything is loaded. What pages need is loaded here, if no page was asked for yet."""
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
