"""Who declined a lead, and who has one at this moment, is kept in reservations from now on."""

from typing import Any

from django.db import migrations

WITH_REP = ["accepted", "bridged"]


def to_reservations(apps: Any, schema_editor: Any) -> None:
    Handoff, Reservation = apps.get_model("campaigns", "Handoff"), apps.get_model("campaigns", "Reservation")
    for handoff in Handoff.objects.filter(declined_by__isnull=False).distinct().iterator(chunk_size=500):
        # When each of them said so was not kept.
        said = {"offered_at": handoff.offered_at, "answered_at": handoff.offered_at, "ended_at": handoff.offered_at}
        Reservation.objects.bulk_create(
            Reservation(handoff=handoff, rep=rep, status="rejected", **said) for rep in handoff.declined_by.order_by("pk")
        )
    engaged = set()
    for handoff in Handoff.objects.filter(status__in=WITH_REP, ended_at=None, rep__isnull=False).order_by("accepted_at", "pk"):
        if handoff.rep_id not in engaged:
            engaged.add(handoff.rep_id)
            Reservation.objects.create(
                handoff=handoff, rep_id=handoff.rep_id, status="accepted", offered_at=handoff.offered_at, answered_at=handoff.accepted_at
            )


def to_declined_by(apps: Any, schema_editor: Any) -> None:
    Reservation = apps.get_model("campaigns", "Reservation")
    for reservation in Reservation.objects.filter(status="rejected").select_related("handoff").iterator(chunk_size=500):
        reservation.handoff.declined_by.add(reservation.rep_id)


class Migration(migrations.Migration):

    dependencies = [("campaigns", "0027_lines_are_checked")]

    operations = [
        migrations.RunPython(to_reservations, to_declined_by),
        migrations.RemoveField(model_name="handoff", name="declined_by"),
    ]
