"""An integrator with a key, and a campaign to work with, over the real URLs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from campaigns.integrations.api_keys import create_api_key
from campaigns.models import Line

LINE_NUMBER = "+254711000001"


class Integrator:
    """Speaks JSON with a bearer key, as a CRM would."""

    def __init__(self, key: str) -> None:
        self._client = Client()
        self._headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(f"/api/v1{path}", query, headers=self._headers)

    def patch(self, path: str, body: Any) -> Any:
        return self._client.patch(f"/api/v1{path}", body, content_type="application/json", headers=self._headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self._client.put(f"/api/v1{path}", body, content_type="application/json", headers={**self._headers, **headers})

    def delete(self, path: str) -> Any:
        return self._client.delete(f"/api/v1{path}", headers=self._headers)

    def post(self, path: str, body: Any = None, *, idempotency_key: str = "") -> Any:
        headers = self._headers | ({"Idempotency-Key": idempotency_key} if idempotency_key else {})
        return self._client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


@pytest.fixture
def crm(db: None) -> Integrator:
    return Integrator(create_api_key("CRM")[1])


@pytest.fixture
def line(db: None) -> Line:
    return Line.objects.create(number=LINE_NUMBER, label="Line A", is_simulated=True)


def campaign_body(**changes: Any) -> dict[str, Any]:
    question = {"key": "seats", "kind": "number", "wording": "How many seats?", "rubric": [{"when": {"at_least": 50}, "points": 80, "why": "large"}]}
    script = {"name": "Short", "organisation": "Acme", "questions": [question]}
    return {"name": "Web leads", "purpose": "marketing", "controller": "Acme Ltd", "line": LINE_NUMBER, "script": script, **changes}
