"""Words of machines, and words of people that only sound like them."""

from __future__ import annotations

import pytest

from bridge.supervision.answerer import Answerer as A
from bridge.supervision.words import LANGUAGES, BadPhrases, machine_in, read_phrases


@pytest.mark.parametrize(
    ("text", "answerer"),
    [
        ("Hi, you have reached my voice mail.", A.VOICEMAIL),
        ("You've reached Asha. I'm not available right now.", A.VOICEMAIL),
        ("I can’t come to the phone right now.", A.VOICEMAIL),
        ("Press one to leave a message.", A.VOICEMAIL),
        ("Hi, if you record your name and reason for calling, I'll see if this person is available.", A.SCREENING),
        ("The person you're calling is using a screening service from Google.", A.SCREENING),
        ("Go ahead and say your name and why you're calling.", A.SCREENING),
        ("Acme Limited, who shall I say is calling?", A.SCREENING),
        ("Welcome to Acme. For sales, press 1. For support, press 2.", A.IVR),
        ("Your call is important to us.", A.IVR),
        ("The number you have dialled is not in service.", A.ANNOUNCEMENT),
        ("The mobile subscriber cannot be reached.", A.ANNOUNCEMENT),
        ("Samahani, mteja wa nambari uliyopiga hapatikani kwa sasa.", A.ANNOUNCEMENT),
        ("Tafadhali acha ujumbe baada ya mlio.", A.VOICEMAIL),
        ("Kwa Kiswahili bonyeza moja.", A.IVR),
        ("Veuillez laisser un message après le bip sonore.", A.VOICEMAIL),
        ("Le numéro que vous avez composé n'est pas attribué.", A.ANNOUNCEMENT),
        ("Bienvenue chez Acme. Pour les ventes, tapez 1.", A.IVR),
        ("Deixe a sua mensagem após o sinal.", A.VOICEMAIL),
        ("O número que marcou não está atribuído.", A.ANNOUNCEMENT),
        ("الرقم المطلوب مغلق أو خارج نطاق الخدمة", A.ANNOUNCEMENT),
        ("من فضلك اترك رسالة بعد سماع الصافرة", A.VOICEMAIL),
    ],
)
def test_a_machine_gives_itself_away(text, answerer):
    assert machine_in(text) is answerer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello?",
        "Yes, hello, who is this?",
        "Is this a voicemail?",
        "Are you an answering machine?",
        "May I ask who's calling?",
        "Good morning, you have reached Savannah Motors, how can I help?",
        "I am not available right now.",
        "Can I call you back?",
        "My phone was switched off.",
        "Hold the line please.",
        "Halo, nani mwenzangu?",
        "Niko kwa mkutano, nitakupigia baadaye.",
        "Allô oui, c'est qui ?",
        "Ne quittez pas.",
        "C'est un répondeur ?",
        "Está lá? Quem fala?",
        "ألو، من معي؟",
    ],
)
def test_a_person_does_not(text):
    assert machine_in(text) is None


@pytest.mark.parametrize(("is_screened", "answerer"), [(True, A.SCREENING), (False, None)], ids=["after the screening", "from anybody"])
def test_once_screened_hold_the_line_is_a_machine_s_word(is_screened, answerer):
    assert machine_in("Okay, please stay on the line.", is_screened=is_screened) is answerer


def test_every_language_knows_the_announcements_of_its_networks():
    assert all(A.ANNOUNCEMENT in phrases and A.VOICEMAIL in phrases for phrases in LANGUAGES.values())
    assert set(LANGUAGES) == {"ar", "en", "fr", "pt", "sw"}


def test_no_phrase_stands_under_two_machines():
    for phrases in LANGUAGES.values():
        sure = [phrase for each in phrases.values() for phrase in each.sure]
        assert len(sure) == len(set(sure))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[person]\nsure = []\nlikely = []", "xx: unknown person"),
        ('[ivr]\nsure = ["press one"]', "xx, ivr: write `sure` and `likely`, and nothing else"),
        ('[ivr]\nsure = ["?"]\nlikely = []', "xx, ivr: a phrase without a word"),
    ],
    ids=["who", "half", "empty"],
)
def test_a_mistake_in_a_file_stops_the_start(text, message):
    with pytest.raises(BadPhrases, match=message):
        read_phrases("xx", text)
