"""Which language a request is answered in, and how a reader changes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils.formats import date_format, number_format
from django.utils.translation import override

from campaigns.launch.items import Minor, said
from campaigns.launch.words import in_words
from campaigns.models import Campaign, Line, Rep, RetryRule, Script
from leads.models import HolidayConfirmation
from tests.sautiqual.conftest import Integrator, campaign_body

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/login/"
SWAHILI = {"Accept-Language": "sw"}
NAIROBI = ZoneInfo("Africa/Nairobi")


def chosen(client: Client, language: str, then: str = SIGN_IN) -> Any:
    return client.post("/i18n/setlang/", {"language": language, "next": then})


def read(client: Client, path: str, status: int = 200, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == status, response.status_code
    return str(response.content.decode())


@pytest.fixture
def mosi(client: Client) -> User:
    user = User.objects.create_superuser("mosi", password="karibu sana 2026")
    client.force_login(user)
    return user


@pytest.fixture
def campaign(line: Line) -> Campaign:
    script = Script.objects.create(name="Short", version=1, organisation="Acme", disclosure="Hello.")
    return Campaign.objects.create(name="Web leads", purpose="marketing", controller="Acme Ltd", line=line, script=script)


def test_without_a_choice_the_browser_is_asked(client: Client):
    assert '<html lang="en">' in read(client, SIGN_IN)
    assert '<html lang="sw">' in read(client, SIGN_IN, **SWAHILI)


def test_a_language_that_we_do_not_speak_is_answered_in_english(client: Client):
    assert '<html lang="en">' in read(client, SIGN_IN, **{"Accept-Language": "fr-FR"})


def test_the_choice_is_kept_and_goes_before_the_browser(client: Client):
    reply = chosen(client, "sw")

    assert (reply.status_code, reply["Location"]) == (302, SIGN_IN)
    assert client.cookies["django_language"]["max-age"] >= 365 * 24 * 3600
    page = read(client, SIGN_IN, **{"Accept-Language": "en-GB"})
    assert '<html lang="sw">' in page and "Ingia" in page and "Sign in" not in page


def test_the_choice_is_taken_back(client: Client):
    chosen(client, "sw")
    chosen(client, "en")

    assert "Sign in" in read(client, SIGN_IN, **SWAHILI)


def test_a_choice_never_leads_to_another_site(client: Client):
    assert chosen(client, "sw", "https://elsewhere.example/")["Location"] == "/"


@pytest.mark.parametrize("path", [SIGN_IN, "/account/password-reset/", "/admin/login/"])
def test_everybody_finds_the_choice_before_signing_in(client: Client, path: str):
    page = client.get(path, follow=True).content.decode()

    assert 'action="/i18n/setlang/"' in page and "Kiswahili" in page


def test_the_choice_shows_which_language_it_is(client: Client):
    assert 'value="sw" lang="sw" aria-current="true"' in read(client, SIGN_IN, **SWAHILI)
    assert 'value="en" lang="en" aria-current="true"' in read(client, SIGN_IN)


def test_the_console_has_the_choice_in_the_users_menu(client: Client, mosi: User):
    page = read(client, "/admin/")

    assert page.count('action="/i18n/setlang/"') == 2 and '<input name="language" type="hidden" value="sw">' in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/admin/", ("Muhtasari", "Foleni ya wawakilishi", "Simamisha upigaji wote")),
        ("/admin/campaigns/campaign/", ("Kampeni", "Andika ili kutafuta", "laini")),
        ("/admin/campaigns/call/review/", ("Uhakiki",)),
        ("/admin/leads/leadimport/add/", ("Leta orodha ya wateja watarajiwa", "Dondosha faili hapa, au ichague")),
        ("/admin/leads/holidayconfirmation/", ("Tarehe hizi hufuata mwezi.",)),
    ],
)
def test_the_consoles_pages_are_in_swahili(client: Client, mosi: User, path: str, words: tuple[str, ...]):
    page = read(client, path, **SWAHILI)

    assert '<html lang="sw"' in page
    assert [word for word in words if word not in page] == []


def test_a_campaigns_checklist_is_in_swahili(client: Client, mosi: User, campaign: Campaign):
    page = read(client, f"/admin/campaigns/campaign/{campaign.pk}/launch/", **SWAHILI)

    assert "Zindua “Web leads”" in page and "Orodha ya wasiopigiwa" in page


def test_the_reps_queue_is_in_swahili(client: Client):
    user = User.objects.create_user("rehema")
    Rep.objects.create(user=user, name="Rehema", number="+254711000900")
    client.force_login(user)

    page = read(client, "/queue/", **SWAHILI)

    assert '<html lang="sw">' in page and "Simu yako na saa zako za kazi" in page and "Toka" in page and "Kiswahili" in page


def test_what_is_wrong_with_a_form_is_said_in_swahili(client: Client):
    page = client.post(SIGN_IN, {"username": "", "password": ""}, headers=SWAHILI).content.decode()

    assert "Sehemu hii ni lazima." in page and "This field is required." not in page


# ---- dates and money


def test_dates_and_times_are_written_as_in_the_market():
    at = datetime(2026, 11, 27, 15, 4, tzinfo=NAIROBI)

    with override("sw"):
        told = [date_format(at), date_format(at, "DATETIME_FORMAT"), date_format(at, "TIME_FORMAT")]
        assert told == ["27 Novemba 2026", "27 Novemba 2026, 15:04", "15:04"]
        assert date_format(date(2026, 12, 12), "l j F Y") == "Jumamosi 12 Desemba 2026"
    with override("en"):
        assert date_format(at, "DATETIME_FORMAT") == "27 Nov 2026, 15:04"


@pytest.mark.parametrize("language", ["en", "sw"])
def test_money_and_numbers_are_written_the_same_in_both(language: str):
    with override(language):
        assert in_words(said("%(most)s", most=Minor(123450))) == "KES\u00a01,234.50"
        assert number_format(1234.5, decimal_pos=2, use_l10n=True, force_grouping=True) == "1,234.50"


@pytest.mark.parametrize("month", range(1, 13))
def test_no_month_is_left_in_english(month: int):
    day = date(2026, month, 1)
    with override("en"):
        english = date_format(day, "F")
    with override("sw"):
        assert date_format(day, "F") != english


# ---- machines, and what is kept


def test_machines_are_answered_in_english_whatever_they_ask_for(crm: Integrator, line: Line):
    crm._headers |= SWAHILI
    told = crm.post("/campaigns", campaign_body()).json()
    reply = crm.post(f"/campaigns/{told['id']}/start")

    assert reply["Content-Language"] == "en"
    assert all(word not in str(reply.json()) for word in ("kampeni", "mazoezi", "hati"))


def test_the_api_says_the_same_in_both_languages(crm: Integrator, line: Line):
    campaign_id = crm.post("/campaigns", campaign_body()).json()["id"]
    script_id = Campaign.objects.get(pk=campaign_id).script_id
    paths = ("/campaigns", f"/scripts/{script_id}", f"/campaigns/{campaign_id}")
    english = [crm.get(path).content for path in paths]
    crm._headers |= SWAHILI

    assert [crm.get(path).content for path in paths] == english
    assert b"Nobody has rehearsed" in english[1]


def test_what_the_history_keeps_is_english_whoever_did_it(client: Client, mosi: User):
    rows = list(RetryRule.objects.order_by("outcome"))
    form: dict[str, Any] = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "1"}
    listed = client.get("/admin/campaigns/retryrule/").context["cl"].formset
    for number, each in enumerate(listed.forms):
        form |= {f"form-{number}-{name}": each[name].value() for name in each.fields if each[name].value() is not None}
        form[f"form-{number}-id"] = each.instance.pk
    changed = next(name for name in form if name.endswith("max_attempts") and form[name] != 1)
    form[changed] = form[changed] - 1

    client.post("/admin/campaigns/retryrule/", form, headers=SWAHILI)

    assert [entry.change_message for entry in LogEntry.objects.all()] == [f"Attempts, at most: {form[changed] + 1} → {form[changed]}"]


def test_fields_that_nobody_named_are_translated_too():
    with override("sw"):
        told = [str(Campaign._meta.get_field(name).verbose_name) for name in ("line", "script")]
        assert told == ["laini", "hati ya maswali"]
    with override("en"):
        assert str(Campaign._meta.get_field("line").verbose_name) == "line"


def test_a_confirmed_holiday_is_asked_about_with_its_day_in_words(client: Client, mosi: User):
    page = read(client, "/admin/leads/holidayconfirmation/", **SWAHILI)
    address = next(part.split('"')[0] for part in page.split('href="') if "/confirm/" in part.split('"')[0])

    asked = read(client, address, **SWAHILI)

    assert any(day in asked for day in ("Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili"))
    assert not HolidayConfirmation.objects.exists()
