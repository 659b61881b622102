"""Fills a database with N leads, each with a consent, a call that is queued and, every second one, a call that is over. SQL does the copying.

One row of each kind is made by the models; the others are that row once more, with ids and numbers of their own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, models

from campaigns import servers
from campaigns.briefs import standard_disclosure
from campaigns.models import Call, Campaign, Line, Organisation, Question, Script, ServerProcess
from campaigns.states import CallStatus, Disposition
from leads.do_not_call import add_many_to_do_not_call
from leads.do_not_call_rows import Listing
from leads.models import DoNotCallEntry, Lead
from sautiqual.acme import A_MONTH, CONTROLLER, consent_of

IN_A_WEEK = timedelta(days=7)
ONE_IN = 100  # leads for each number on the do-not-call list
SPARE = 10**6  # no cap is in the way of what is measured


def fill(n_leads: int, *, now: datetime) -> Campaign:
    """Nothing is due before a week from `now`."""
    campaign, server = _campaign(now)
    lead = Lead.objects.create(phone="+254700000000", name="Asha", time_zone="Africa/Nairobi", market="KE", source="benchmark")
    phone = f"'+2547' || {_digits('n')}"
    _multiply(lead, n_leads, id=_hex("n"), phone=phone)
    consent = consent_of(lead, now - A_MONTH)
    consent.save()
    _multiply(consent, n_leads, id=_hex("n"), lead_id=_hex("n"))
    queued = Call.objects.create(campaign=campaign, lead=lead, attempt_number=2, due_at=now + IN_A_WEEK)
    _multiply(queued, n_leads, id=_hex("n"), lead_id=_hex("n"))
    over = _over(campaign, lead, server, now)
    _multiply(over, n_leads // 2, id=_hex(f"n + {2 * SPARE}"), lead_id=_hex("n"))
    strangers = [Listing(f"+254110{n:06d}", "benchmark") for n in range(n_leads // ONE_IN)]
    add_many_to_do_not_call(strangers, origin=DoNotCallEntry.Origin.REGISTRY, at=now)
    Lead.objects.filter(pk=lead.pk).delete()
    if connection.vendor == "postgresql":  # as its autovacuum does by itself; nobody does it for SQLite
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return campaign


def _campaign(now: datetime) -> tuple[Campaign, ServerProcess]:
    script = Script.objects.create(name="Short", organisation="Acme", disclosure=standard_disclosure())
    Question.objects.create(script=script, key="seats", position=1, kind="number", wording="How many seats?")
    line = Line.objects.create(number="+254711000001", is_simulated=True, max_calls_in_flight=SPARE, calls_per_second=SPARE)
    Organisation.current()
    campaign = Campaign.objects.create(
        name="Everybody", controller=CONTROLLER, line=line, script=script, max_calls_in_flight=SPARE, status=Campaign.Status.RUNNING
    )
    return campaign, servers.register("ws://127.0.0.1:9", room=SPARE)


def _over(campaign: Campaign, lead: Lead, server: ServerProcess, now: datetime) -> Call:
    """Months of calls, all held by the server that still runs."""
    before = now - timedelta(days=60)
    return Call.objects.create(
        campaign=campaign,
        lead=lead,
        line=campaign.line,
        script=campaign.script,
        server=server,
        attempt_number=1,
        status=CallStatus.COMPLETED,
        disposition=Disposition.INCOMPLETE,
        due_at=before,
        claimed_at=before,
        dialled_at=before,
        answered_at=before,
        stream_opened_at=before,
        session_ended_at=before,
        ended_at=before,
        settled_at=before,
        provider_call_id="over",
        cost_minor=350,
    )


def _multiply(row: models.Model, n_rows: int, **expressions: str) -> None:
    """`expressions`: SQL over `n`, from 1, by column; every other column is the row's own."""
    columns = [field.column for field in row._meta.concrete_fields]
    table, quoted = row._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(expressions.get(str(column), f't."{column}"') for column in columns)
    key = row._meta.pk.get_db_prep_value(row.pk, connection) if row._meta.pk else row.pk
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({quoted}) {_series()} SELECT {values} FROM "{table}" t, s WHERE t.id = %s', [n_rows, key])


def _series() -> str:
    if connection.vendor == "postgresql":
        return "WITH s(n) AS (SELECT generate_series(1, %s::int))"
    return "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %s)"


def _hex(number: str) -> str:
    return f"lpad(to_hex({number}), 32, '0')::uuid" if connection.vendor == "postgresql" else f"printf('%%032x', {number})"


def _digits(number: str) -> str:
    return f"lpad(({number})::text, 8, '0')" if connection.vendor == "postgresql" else f"printf('%%08d', {number})"
