"""An import that waits for its worker, in a database of its own: `python -m tests.journeys.import_scene begin 6000`; `… tend` is a round of
the janitor, a minute later."""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import django


def begin(n_rows: int) -> None:
    from django.contrib.auth.models import User

    from leads import clock, import_desk, import_order, import_work
    from leads.import_order import ConsentSource
    from leads.import_rows import Attestation
    from leads.models import LeadImport
    from leads.words import Purpose

    mosi = User.objects.create_superuser("mosi")
    text = "phone\n12\n" + "".join(f"+25472{n:07}\n" for n in range(n_rows))
    kept = import_desk.begin([text.encode()], file_name="long.csv", by=mosi)
    import_desk.save_layout(kept, import_order.from_json(kept.order).layout, market="")
    word = Attestation("Mosi", clock.now(), Purpose.RESEARCH, "Acme Ltd", "paper form", "Acme may call me.", True)
    import_desk.save_consent(kept, ConsentSource.ATTESTED, word)
    if kept.stage == "checking":  # by the worker where it is long
        import_work.check(kept.pk, token=kept.run_token)
    import_desk.start(LeadImport.objects.get(), by=mosi)


def tend() -> None:
    from django.utils import timezone

    from leads.models import LeadImport
    from leads.tasks import tend_imports

    LeadImport.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    tend_imports()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sautiqual.settings")
    django.setup()
    begin(int(sys.argv[2])) if sys.argv[1] == "begin" else tend()
