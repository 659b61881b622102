"""Who may see what was made of a call, and when: the one place where it is decided. Pure; `blind` asks the database about the calls.

What was made of it: its score, the answers and their corrections, what a colleague judged, and whatever tells of these, as a disposition that
follows from answers, a hand-off, or the queue in which a call lies. Sound, transcript and times are no judgement; everybody keeps those.

The rule. A call is judged blind from its end until two people have judged it, if it was drawn for that and its campaign's plan says blind; and as
long as it belongs to a calibration set that somebody else has picked. Until then

* who judges calls and plans no reviews sees nothing of what was made of it, since it may be given to them next. They see it once they have judged
  it themselves, or reviewed it, or had it shown to them: that stands in the audit log, and they are not asked any more;
* who plans reviews as well, a manager, sees everything, except of the call that they have taken to judge, until they have judged it or given it
  back. A call whose page they open counts as shown to them;
* who judges no calls (compliance, auditors, analysts, a key of the organisation's own) is not limited.

What holds for a call holds for all attempts at the same interview: they show each other's answers.
"""

from __future__ import annotations

from enum import StrEnum

from campaigns.states import Disposition

CODERS = 2
FROM_ANSWERS = frozenset(
    {Disposition.QUALIFIED, Disposition.NOT_QUALIFIED, Disposition.INTERVIEWED, Disposition.SCREENED_OUT, Disposition.QUOTA_FULL}
)


class Hidden(StrEnum):
    """Of which calls that are judged blind somebody sees nothing of what was made of them."""

    NONE = "none"
    TAKEN = "taken"  # those that they have taken to judge
    ALL = "all"  # all that may be given to them, taken or not


def hidden_from(*, may_judge: bool, may_plan: bool) -> Hidden:
    if not may_judge:
        return Hidden.NONE
    return Hidden.TAKEN if may_plan else Hidden.ALL


def shown_disposition(disposition: str | None, *, is_hidden: bool) -> str | None:
    return None if is_hidden and disposition in FROM_ANSWERS else disposition
