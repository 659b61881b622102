from __future__ import annotations

import pytest
from django.core.checks.registry import registry

from sautiqual.checks import check_phone_settings

PUBLIC = {"PUBLIC_URL": "https://calls.example.com", "SAUTIKIT_SIGNING_SECRETS": ["secret"], "SAUTIKIT_API_KEY": "key"}


def found(settings, **changes: object) -> set[str]:
    defaults = {
        "PUBLIC_URL": "",
        "SAUTIKIT_API_KEY": "",
        "SAUTIKIT_API_URL": "https://api.sautikit.com",
        "SAUTIKIT_SIGNING_SECRETS": [],
        "DEBUG": False,
    }
    for name, value in {**defaults, **changes}.items():
        setattr(settings, name, value)
    messages = check_phone_settings(None)
    assert all(message.hint for message in messages), "every problem says how to mend it"
    return {str(message.id).removeprefix("sautiqual.") for message in messages}


def test_with_nothing_set_everything_is_in_order(settings):
    assert found(settings) == set()


def test_an_installation_that_is_set_up_is_in_order(settings):
    assert found(settings, **PUBLIC) == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"PUBLIC_URL": "calls.example.com"}, "E001", id="no scheme"),
        pytest.param({"PUBLIC_URL": "ftp://calls.example.com"}, "E001", id="another scheme"),
        pytest.param({"PUBLIC_URL": "https://"}, "E001", id="no host"),
        pytest.param({"PUBLIC_URL": "http://calls.example.com"}, "E002", id="without TLS"),
        pytest.param({"PUBLIC_URL": ""}, "W001", id="a key, but no address"),
        pytest.param({"SAUTIKIT_SIGNING_SECRETS": []}, "W002", id="no secret"),
        pytest.param({"DEBUG": True}, "E003", id="debug in public"),
    ],
)
def test_each_wrong_setting_is_found(settings, changes, expected):
    assert found(settings, **{**PUBLIC, **changes}) == {expected}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_on_this_machine_no_tls_is_needed(settings, host):
    assert found(settings, **{**PUBLIC, "PUBLIC_URL": f"http://{host}:8000"}) == set()


def test_a_key_for_the_simulator_needs_no_public_address(settings):
    assert found(settings, SAUTIKIT_API_KEY="simulator-key", SAUTIKIT_API_URL="http://127.0.0.1:8100") == set()


def test_the_checks_are_asked_at_every_start():
    asked = {getattr(each, "__name__", "") for each in registry.get_checks() if each.__module__ == "sautiqual.checks"}

    assert {"check_phone_settings", "check_recording_key"} <= asked
