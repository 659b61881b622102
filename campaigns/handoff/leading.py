"""What a rep's own card shows of leading the call: whether it can be led, and what was let say so far with what came of it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from campaigns.handoff.card_words import Line
from campaigns.handoff.live_actions import why_over
from campaigns.models import Handoff, LiveAction

N_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Leading:
    """`lines`: the last acts, oldest first; the label is who, the text what and what came of it."""

    lines: tuple[Line, ...]


def leading_of(handoff: Handoff) -> Leading | None:
    """None: the bot does not talk (any more)."""
    if why_over(handoff.call, handoff):
        return None
    newest = LiveAction.objects.filter(call=handoff.call_id).reverse()[:N_SHOWN]
    return Leading(tuple(Line(action.done_by, in_words(action)) for action in reversed(newest)))


def in_words(action: LiveAction) -> str:
    """“let the bot say “Delivery is free.”: said, and heard to its end”, in the reader's language."""
    what = str(action.get_kind_display())
    if action.text:
        what = f"{what} “{action.text}”"
    if action.rep_name:
        what = gettext("%(what)s for %(rep)s") % {"what": what, "rep": action.rep_name}
    waits = gettext("waiting for its turn") if action.kind == LiveAction.Kind.WHISPER else gettext("under way")
    return f"{what}: {action.get_outcome_display() if action.outcome else waits}"
