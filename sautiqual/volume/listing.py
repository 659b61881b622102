"""Writes the people of the volume: leads, the lists they came on, and what they agreed to."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.contrib.auth.models import User

from leads.compliance import ConsentKind, Purpose
from leads.import_stage import Stage
from leads.models import ConsentRecord, Lead, LeadImport, ListedLead
from sautiqual.acme import consent_of
from sautiqual.volume.copying import Sheet
from sautiqual.volume.organisation import CONTROLLER
from sautiqual.volume.people import Person

N_LISTS = 24
LEAD_FIELDS = (
    "id", "phone", "name", "time_zone", "market", "language", "source", "external_id", "custom_fields", "created_by_import_id", "created_at",
    "updated_at",
)  # fmt: skip
CONSENT_FIELDS = ("id", "lead_id", "kind", "language", "channel", "grade", "source", "given_at", "recorded_at")
CHANNELS = ("web form", "paper", "import attestation", "recording", "keypress")
DAY_S = 86_400


def new_id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


class PeopleSheets:
    def __init__(self, n_leads: int, *, now: datetime, by: User, random: Random) -> None:
        self._now, self._random = now, random
        self._grades = _known_grades()
        self._imports = [_list(n, n_leads // N_LISTS, now, by) for n in range(N_LISTS)]
        self._a_list = max(1, -(-n_leads // N_LISTS))
        wording = consent_of(Lead(), now)
        same = {name: wording.__dict__[name] for name in ("covers_automated_voice", "wording", "evidence")}
        agreed = {"controller": CONTROLLER, "purpose": Purpose.MARKETING.value, **same, "wording": wording.wording.replace("Acme Ltd", CONTROLLER)}
        self.leads = Sheet(Lead, LEAD_FIELDS)
        self.consents = Sheet(ConsentRecord, CONSENT_FIELDS, **agreed)
        self.listed = Sheet(ListedLead, ("id", "lead_import_id", "lead_id"))

    @property
    def all(self) -> tuple[Sheet, ...]:
        """In the order in which they may be written."""
        return self.leads, self.consents, self.listed

    def add(self, n: int, person: Person) -> UUID:
        random, lead_id = self._random, new_id(self._random)
        kept = self._imports[min(n // self._a_list, N_LISTS - 1)]
        made_at = kept.started_at + timedelta(seconds=n % self._a_list * 0.01)
        fields = {"company": person.company, "region": person.region}
        place = (person.time_zone, person.market.code, person.language)
        self.leads.add(lead_id, person.phone, person.name, *place, person.source, person.external_id, fields, kept.pk, made_at, made_at)
        self.listed.add(new_id(random), kept.pk, lead_id)
        for kind in (ConsentKind.GIVEN, ConsentKind.WITHDRAWN)[: person.n_consents]:
            self._add_consent(lead_id, kind, person, made_at)
        return lead_id

    def _add_consent(self, lead_id: UUID, kind: ConsentKind, person: Person, made_at: datetime) -> None:
        random = self._random
        channel = CHANNELS[int(random.random() * len(CHANNELS))]
        grade = self._grades[int(random.random() * len(self._grades))]
        before = random.random() * 90 * DAY_S
        given_at = made_at - timedelta(seconds=before) if kind is ConsentKind.GIVEN else made_at + timedelta(seconds=random.random() * 10 * DAY_S)
        self.consents.add(new_id(random), lead_id, kind.value, person.language, channel, grade, person.source, given_at, made_at)


def _known_grades() -> list[str]:
    return [str(value) for value, _words in ConsentRecord._meta.get_field("grade").choices or ()]


def _list(n: int, n_rows: int, now: datetime, by: User) -> LeadImport:
    at = now - timedelta(days=300 - 9 * n)
    counts = {"n_new": n_rows, "n_rejected": n_rows // 50, "n_repeated": n_rows // 200, "n_consents": n_rows, "n_rows": n_rows + n_rows // 40}
    return LeadImport.objects.create(
        file_name=f"leads-{at:%Y-%m-%d}.csv",
        sha256=f"{n:064x}",
        imported_by=by,
        attested_by=by.get_username(),
        started_at=at,
        finished_at=at + timedelta(minutes=4),
        stage=Stage.DONE.value,
        **counts,
    )
