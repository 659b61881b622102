"""The preview's page and its sound: whose it is to see, for whom it is shown, and which line is a recording and which is only about so."""

from __future__ import annotations

import html
import io
import re
import wave

import pytest
from django.core.files.base import ContentFile

from bridge.ports import VoiceUnavailable
from campaigns import campaign_life
from campaigns.briefs import script_lines
from campaigns.clips.standing import sha256_of_text
from campaigns.models import Campaign, Line, PreparedClip
from campaigns.preview import sound
from leads.models import Lead
from leads.phone import as_shown
from tests.campaigns.console import shown, sign_in
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
LOOKS = ("view_campaign", "view_script")


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def page(client, campaign: Campaign, query: str = "") -> str:
    return " ".join(html.unescape(shown(client, f"campaigns/campaign/{campaign.pk}/preview/{query}")).split())


def hear(client, campaign: Campaign, line: str = "disclosure", language: str = "en-KE"):
    return client.get(f"/admin/campaigns/campaign/{campaign.pk}/preview/sound/?language={language}&line={line}")


def clip_of_disclosure(campaign: Campaign, **fields: object) -> PreparedClip:
    text = script_lines(campaign.script).disclosure
    made = {
        "voice": campaign.voice,
        "language": "en-KE",
        "voice_settings": "",
        "origin": "voice",
        "made_by": "mosi",
        "made_at": NOW,
        "duration_ms": 9,
    }
    judged = {"status": "approved", "judged_by": "mosi", "judged_at": NOW}
    file = {"duration_ms": 900, "sha256": "0" * 64, "file": ContentFile(b"RIFF", name="a.wav")}
    return PreparedClip.objects.create(
        script=campaign.script, line_name="disclosure", text=text, text_sha256=sha256_of_text(text), **{**made, **judged, **file, **fields}
    )


class TestThePage:
    def test_it_shows_the_number_as_the_leads_phone_does_the_hours_and_the_words(self, client, draft, asha):
        campaign_life.enroll(draft, [asha])
        sign_in(client, "mosi", *LOOKS)
        told = page(client, draft)

        assert "0711 000001" in told
        assert "It is open now." in told
        assert "Mon–Fri" in told
        assert "the call ends, and no message is left" in told
        assert "I am Zawadi, an AI calling for Acme with two questions." in told
        assert "How many seats?" in told

    def test_every_language_has_its_part(self, client, draft):
        draft.script.translations = {"sw": {"disclosure": "Mimi ni {bot_name}."}}
        draft.script.save(update_fields=["translations"])
        sign_in(client, "mosi", *LOOKS)
        told = page(client, draft)

        assert re.findall(r'data-language="([\w-]+)"', told) == ["en-KE", "sw"]
        assert "Mimi ni Zawadi." in told

    def test_without_the_right_to_scripts_it_stays_shut(self, client, draft):
        sign_in(client, "zuri", "view_campaign")
        shown(client, f"campaigns/campaign/{draft.pk}/preview/", status=403)
        assert hear(client, draft).status_code == 403

    def test_a_script_without_a_campaign_has_one_too(self, client, script):
        sign_in(client, "mosi", "view_script")
        told = shown(client, f"campaigns/script/{script.pk}/hear/")

        assert "How many seats?" in told
        assert "What the phone shows" not in told
        assert f"/admin/campaigns/script/{script.pk}/hear/sound/" in told


class TestWhomItIsFor:
    def test_a_lead_is_chosen_by_who_may_see_people(self, client, draft, asha):
        campaign_life.enroll(draft, [asha])
        sign_in(client, "mosi", *LOOKS, "view_lead")

        assert "Nobody real" in page(client, draft)
        assert f"{asha.name}, in the market KE" in page(client, draft, f"?lead={asha.pk}")

    def test_for_others_it_stays_somebody_who_is_not_real(self, client, draft, asha):
        campaign_life.enroll(draft, [asha])
        sign_in(client, "amina", *LOOKS, "view_lead", sees_people=False)
        told = page(client, draft, f"?lead={asha.pk}")

        assert "Nobody real" in told
        assert asha.name not in told

    @pytest.mark.parametrize("wanted", ["nonsense", "00000000-0000-4000-8000-000000000000"])
    def test_who_is_not_enrolled_is_nobody(self, client, draft, wanted):
        sign_in(client, "mosi", *LOOKS, "view_lead")
        assert "Nobody real" in page(client, draft, f"?lead={wanted}")

    def test_the_language_of_a_lead_comes_first(self, client, draft):
        draft.script.translations = {"sw": {"disclosure": "Mimi ni {bot_name}."}}
        draft.script.save(update_fields=["translations"])
        Campaign.objects.update(voice="cascade")
        juma = Lead.objects.create(phone="+254712000077", name="Juma", market="KE", time_zone="Africa/Nairobi", language="sw")
        campaign_life.enroll(draft, [juma])
        sign_in(client, "mosi", *LOOKS, "view_lead")
        told = page(client, draft, f"?lead={juma.pk}")

        assert "Their call is held in Kiswahili." in told
        assert re.findall(r'data-language="([\w-]+)"', told) == ["sw", "en-KE"]


class TestTheSound:
    def test_an_approved_clip_is_the_very_recording(self, client, draft):
        clip = clip_of_disclosure(draft)
        sign_in(client, "mosi", *LOOKS)
        told = page(client, draft)

        assert told.count("this very recording") == 1
        assert f'data-sound="/admin/campaigns/preparedclip/{clip.pk}/sound/"' in told

    @pytest.mark.parametrize(
        "fields",
        [{"status": "to_listen", "judged_by": "", "judged_at": None}, {"voice": "gemini"}, {"language": "sw"}],
        ids=["nobody has listened", "another voice", "another language"],
    )
    def test_what_a_call_would_not_play_is_none(self, client, draft, fields):
        clip_of_disclosure(draft, **fields)
        sign_in(client, "mosi", *LOOKS)

        assert "this very recording" not in page(client, draft)

    def test_the_rest_is_said_by_the_demonstration_voice(self, client, draft):
        sign_in(client, "mosi", *LOOKS)
        assert "about so, in the demonstration voice" in page(client, draft)

        reply = hear(client, draft)
        assert (reply.status_code, reply["Content-Type"]) == (200, "audio/wav")
        with wave.open(io.BytesIO(reply.content)) as file:
            assert (file.getframerate(), file.getnchannels()) == (16000, 1)
            assert file.getnframes() > 16000

    def test_what_was_rendered_is_not_rendered_again(self, client, draft, monkeypatch):
        sign_in(client, "mosi", *LOOKS)
        first = hear(client, draft).content
        monkeypatch.setattr(sound, "_rendered", lambda *_: pytest.fail("it is kept"))

        assert hear(client, draft).content == first

    def test_where_nothing_here_speaks_it_says_so(self, client, draft, monkeypatch):
        monkeypatch.setattr(sound, "choose_engine", lambda _engine: (_ for _ in ()).throw(VoiceUnavailable("Nothing here can speak.")))
        sound.speaks.cache_clear()
        sign_in(client, "mosi", *LOOKS)
        told = page(client, draft)

        assert "this voice can only be heard in a rehearsal" in told
        assert "data-sound=" not in told
        assert hear(client, draft).status_code == 503

    @pytest.mark.parametrize(("key", "language"), [("nonsense", "en-KE"), ("disclosure", "fr"), ("disclosure", "")])
    def test_only_what_the_preview_says_is_rendered(self, client, draft, key, language):
        sign_in(client, "mosi", *LOOKS)
        assert hear(client, draft, key, language).status_code == 404

    def test_what_is_kept_has_a_size(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sound, "MOST_BYTES", 100_000)
        for text in ("One moment.", "Two moments.", "Three moments.", "Four moments."):
            sound.demonstration(text, "en")

        kept = list((tmp_path / "preview").iterdir())
        assert 0 < sum(path.stat().st_size for path in kept) <= 100_000
        assert len(kept) < 4

    def test_a_line_without_an_end_is_refused(self):
        with pytest.raises(sound.NoSound, match="too long"):
            sound.demonstration("x" * 3000, "en")

    @pytest.mark.parametrize(("language", "is_spoken"), [("en", True), ("sw", True), ("tlh", False)])
    def test_it_knows_which_languages_it_has(self, language, is_spoken):
        assert sound.speaks(language) is is_spoken
        if not is_spoken:
            with pytest.raises(sound.NoSound):
                sound.demonstration("Well?", language)

    @pytest.fixture(autouse=True)
    def fresh(self):
        sound.speaks.cache_clear()
        yield
        sound.speaks.cache_clear()


@pytest.mark.parametrize(
    ("number", "market", "seen"),
    [("+254711000001", "KE", "0711 000001"), ("+254711000001", "UG", "+254 711 000001"), ("+255712345678", "TZ", "0712 345 678"), ("me", "KE", "me")],
)
def test_a_number_is_shown_as_phones_of_the_market_show_it(number, market, seen):
    assert as_shown(number, in_market=market) == seen


def test_several_numbers_are_all_shown(client, draft):
    draft.more_lines.add(Line.objects.create(number="+254711000009", is_simulated=True))
    sign_in(client, "mosi", *LOOKS)

    assert "0711 000009" in page(client, draft)
