"""The kill switch: stops all dialing, and lets it go on. Rows only: every process asks `dialing_stop` at its own doors.

Calls that are live go on to their end, and nothing is lost: what was queued stays queued, what was promised stays promised.
"""

from __future__ import annotations

import logging

from django.db import IntegrityError, transaction

from campaigns import flight, janitor, live
from campaigns.dialing_stop import open_stop
from campaigns.judge.record import EntryKind
from campaigns.models import DialingStop
from leads import audit, clock

logger = logging.getLogger(__name__)


def stop_all(*, by: str, reason: str) -> DialingStop:
    """The open stop: this one, or the one that was open already, with its own reason. From its commit on no door opens."""
    try:
        with transaction.atomic():
            stop = DialingStop.objects.create(stopped_at=clock.now(), stopped_by=by[:150], reason=reason.strip()[:300])
            flight.record(EntryKind.STOPPED, at=stop.stopped_at, details={"by": stop.stopped_by, "reason": stop.reason})
            live.publish(None, live.Kind.DIALING, {"is_stopped": True, "by": stop.stopped_by, "reason": stop.reason})
    except IntegrityError:  # somebody was faster
        earlier = open_stop()
        return earlier if earlier is not None else stop_all(by=by, reason=reason)
    logger.warning("all dialing is stopped, stop %d", stop.pk)
    return stop


def resume_all(*, by: str) -> DialingStop | None:
    """The stop that was open, now closed; None: nothing was stopped. Retries long overdue are spread first, so that no burst follows."""
    stop = open_stop()
    if stop is None:
        return None
    janitor.plan_anew(clock.now())  # while it is still stopped: nobody claims them meanwhile
    with transaction.atomic():
        n_closed = DialingStop.objects.filter(pk=stop.pk, resumed_at=None).update(resumed_at=clock.now(), resumed_by=by[:150])
        if n_closed != 1:
            return None
        audit.record(by, audit.Act.OVERRIDE, "stop of all dialing", stop.pk, what="lifted", stopped_by=stop.stopped_by)
        flight.record(EntryKind.RESUMED, at=clock.now(), details={"by": by[:150]})
        live.publish(None, live.Kind.DIALING, {"is_stopped": False, "by": by[:150], "reason": ""})
    logger.warning("dialing goes on, stop %d is over", stop.pk)
    stop.refresh_from_db()
    return stop
