"""Everything that would stop or hurt a launch, from what is known: one item a subject, in one order. Pure."""

from __future__ import annotations

from campaigns.launch import people, set_up
from campaigns.launch.facts import Facts
from campaigns.launch.items import Item


def checklist(facts: Facts) -> tuple[Item, ...]:
    return (
        set_up.status(facts),
        people.leads(facts),
        set_up.script(facts),
        set_up.rehearsal(facts),
        people.languages(facts),
        set_up.voice(facts),
        set_up.clips(facts),
        set_up.platform(facts),
        set_up.line(facts),
        set_up.routing(facts),
        people.packs(facts),
        people.consent(facts),
        people.do_not_call(facts),
        people.hours(facts),
        set_up.limits(facts),
        people.budget(facts),
        people.reps(facts),
        set_up.recording(facts),
        set_up.retention(facts),
        set_up.webhooks(facts),
        set_up.stop(facts),
        set_up.server(facts),
        set_up.dialer(facts),
        set_up.worker(facts),
        set_up.preflight(facts),
        set_up.approval(facts),
    )
