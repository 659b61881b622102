"""The verdict on one text: what is quoted, what is said around it, which language, and what only sounds like an opt-out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.opt_out import OptOut, find_opt_out
from tests.bridge.opt_out.figures import verdict
from tests.bridge.opt_out.phrasebook import LANGUAGES, all_phrases

CLEAR = [(language, text) for language in LANGUAGES for text in all_phrases(language).clear]
POLITE = {
    "am": ["እባክዎ", "ሄሎ", "ይቅርታ", "አመሰግናለሁ", "እሺ"],
    "ar": ["لو سمحت", "من فضلك", "ألو", "شكرا", "السلام عليكم", "يا أخي"],
    "en": ["please", "hello", "listen", "thank you", "sir", "um", "I said", "yes", "right away"],
    "fr": ["s'il vous plaît", "bonjour", "écoutez", "merci", "euh", "franchement", "monsieur"],
    "ha": ["don Allah", "sannu", "na gode", "malam", "gaskiya", "haba"],
    "pt": ["por favor", "olhe", "obrigado", "bom dia", "senhor", "se faz favor"],
    "sw": ["tafadhali", "samahani", "asante", "bana", "jamani", "halo", "nimesema"],
}


class TestTheQuote:
    def test_it_is_the_words_that_ask_for_it_as_they_were_written(self):
        found = find_opt_out("Well, good morning. Please don’t CALL me again, thank you so much.", "en-KE")
        assert found == OptOut(is_doubtful=False, quote="don’t CALL me again", language="en")

    def test_it_survives_what_was_taken_out_before_it(self):
        found = find_opt_out("I don't want you to stop. No! Take me off your list.", "en")
        assert found is not None and found.quote == "Take me off"

    def test_a_word_said_twice_is_quoted_twice(self):
        found = find_opt_out("stop stop calling me", "en")
        assert found is not None and found.quote == "stop stop calling me"

    def test_arabic_is_quoted_with_its_vowels(self):
        found = find_opt_out("لا تَتَّصِلوا بي مرّةً أُخرى", "ar")
        assert found == OptOut(is_doubtful=False, quote="لا تَتَّصِلوا بي مرّةً أُخرى", language="ar")

    @given(st.sampled_from(CLEAR))
    def test_it_stands_in_the_text(self, phrase: tuple[str, str]):
        language, text = phrase
        found = find_opt_out(text, language)
        assert found is not None and found.quote in text


class TestWhatIsSaidAroundIt:
    @given(st.sampled_from(CLEAR), st.data())
    def test_politeness_never_loses_it(self, phrase: tuple[str, str], data: st.DataObject):
        language, text = phrase
        some = st.lists(st.sampled_from(POLITE[language]), max_size=3)
        before, after = data.draw(some), data.draw(some)
        assert verdict(" ".join([*before, text, *after]), language) != "none"

    @given(st.sampled_from(CLEAR), st.lists(st.sampled_from(["…", "—", "(laughs)", "[noise]", "123", "\u200f", "?!", "***", "\n"]), max_size=4))
    def test_noise_never_loses_it(self, phrase: tuple[str, str], noise: list[str]):
        language, text = phrase
        assert verdict(" ".join([*noise, text, *noise]), language) != "none"

    @given(st.sampled_from(CLEAR), st.sampled_from(CLEAR))
    def test_two_in_a_row_are_one(self, first: tuple[str, str], second: tuple[str, str]):
        assert verdict(f"{first[1]}. {second[1]}", first[0]) != "none"

    @given(st.sampled_from(CLEAR), st.sampled_from(["We need forty seats.", "My name is Asha.", "Tunahitaji viti arobaini.", "Nous sommes à Dakar."]))
    def test_an_answer_beside_it_never_loses_it(self, phrase: tuple[str, str], answer: str):
        language, text = phrase
        assert "none" not in (verdict(f"{answer} {text}", language), verdict(f"{text} {answer}", language))

    @given(st.text())
    def test_any_text_has_a_verdict(self, text: str):
        assert verdict(text, "en") in ("none", "doubtful", "clear")


class TestLanguages:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Usinipigie tena", "sw"),
            ("ne m'appelez plus", "fr"),
            ("لا تتصلوا بي مرة أخرى", "ar"),
            ("ከዚህ በኋላ አትደውሉልኝ", "am"),
            ("kada ku sake kirana", "ha"),
        ],
    )
    def test_an_opt_out_in_another_language_than_the_calls_is_one(self, text: str, language: str):
        found = find_opt_out(text, "en-KE")
        assert found is not None and (found.is_doubtful, found.language) == (False, language)

    @pytest.mark.parametrize(
        "text",
        [
            "Usinicall tena, please",
            "Stop kunipigia simu",
            "Nitoe kwa list yenu",
            "Please mniondoe kwa database",
            "stop, kar ku sake kirana",
            "please አትደውሉልኝ",
            "svp remove my number",
        ],
    )
    def test_languages_may_be_mixed(self, text: str):
        assert verdict(text, "sw-KE") == "clear"

    def test_the_calls_own_language_is_asked_first(self):
        assert find_opt_out("stop", "sw-KE") == OptOut(is_doubtful=False, quote="stop", language="sw")

    def test_a_clear_one_counts_before_a_doubt_in_the_calls_language(self):
        found = find_opt_out("Stop… usinipigie tena", "en-KE")
        assert found is not None and (found.is_doubtful, found.language) == (False, "sw")


class TestTraps:
    @pytest.mark.parametrize(
        "text",
        [
            "stop, repeat that", "call me again tomorrow", "I will stop using it", "usikate", "remove two seats", "I don't want you to stop calling",
            "no, call me tomorrow", "please don't stop", "nipigie tena kesho", "rappelez-moi demain", "ne quittez pas", "não desligue",
            "لا تغلق الخط", "kada ka kashe wayar",
        ],
    )  # fmt: skip
    def test_it_only_sounds_like_one(self, text: str):
        assert verdict(text, "en") == "none"

    @pytest.mark.parametrize(
        "text",
        [
            "Don't call me at this hour, call later",
            "Don't call me now",
            "Usinipigie usiku",
            "Ne m'appelez pas le soir",
            "لا تتصل بي الآن",
            "አሁን አትደውሉልኝ",
            "Não me ligue agora",
        ],
    )
    def test_not_now_is_asked_about(self, text: str):
        assert verdict(text, "en") == "doubtful"

    @pytest.mark.parametrize(
        "text",
        [
            "Don't call me now. Don't call me ever again",
            "not now and take me off your list",
            "Why don't you stop calling me",
            "Can't you people stop calling",
        ],
    )
    def test_a_shield_does_not_hide_what_stands_beside_it(self, text: str):
        assert verdict(text, "en") == "clear"

    @pytest.mark.parametrize(
        "text", ["Não, parem de me ligar", "Não, quero que deixem de me ligar", "No, stop calling me", "لا، توقفوا عن الاتصال بي"]
    )
    def test_a_no_that_stands_alone_negates_nothing(self, text: str):
        assert verdict(text, "en") == "clear"

    @pytest.mark.parametrize(
        "text",
        [
            "Hi, you've reached Asha. I can't take your call right now, please leave a message after the tone.",
            "We cannot take calls at this time. Please call back later.", "The person you are calling is not available. Please do not hang up.",
            "The subscriber cannot be reached. Please try again later.", "The number you have dialled is not in service.",
            "This call may be recorded. Please stay on the line.",
            "Please say your name and why you are calling, and this person will be right with you.",
            "Mteja wa nambari uliyopiga hapatikani kwa sasa, tafadhali jaribu tena baadaye.",
            "Samahani, mteja hapatikani. Tafadhali piga tena baadaye.",
            "Vous êtes bien sur la messagerie de Paul, je ne peux pas vous répondre, merci de rappeler plus tard.",
            "O número para o qual ligou não está disponível. Deixe mensagem após o sinal.", "De momento não posso atender, ligue mais tarde.",
            "الرقم المطلوب غير متاح حاليا، الرجاء الاتصال لاحقا", "الهاتف المطلوب مغلق، حاول مرة أخرى",
            "የደወሉላቸው ደንበኛ ጥሪ አይቀበሉም", "የደወሉለት ደንበኛ ከአገልግሎት መስጫ ክልል ውጭ ነው", "Lambar da kuka kira ba ta samuwa a yanzu",
        ],
    )  # fmt: skip
    def test_a_machine_that_answers_opts_nobody_out(self, text: str):
        assert verdict(text, "en") == "none"

    @pytest.mark.parametrize(
        "text",
        [
            "You won't stop calling me", "If you don't stop calling me I'll report you", "You never stop calling", "I want you to stop",
            "I can't have you calling me",
            "Vous n'arrêtez pas de m'appeler", "Sitaki uache kunipigia simu", "Ba na so ku daina kirana", "Não quero que parem de me ligar",
            "لا تتوقفون عن الاتصال بي", "لا أستطيع تحمل مكالماتكم",
        ],
    )  # fmt: skip
    def test_a_complaint_is_no_wish_to_be_called_on(self, text: str):
        """Or may be none: without its comma, "não quero, que parem" sounds like its opposite."""
        assert verdict(text, "en") != "none"

    @pytest.mark.parametrize("text", ["Stop", "STOP!", "please stop", "no, stop it, thank you", "stop stop stop"])
    def test_stop_alone_is_one(self, text: str):
        assert verdict(text, "en") == "clear"

    def test_stop_among_other_words_is_asked_about(self):
        assert verdict("stop forty seats", "en") == "doubtful"

    @pytest.mark.parametrize(
        "text",
        [
            "yes", "no", "okay, go ahead", "maybe", "I don't know", "forty", "hello?", "who is this?", "not interested", "wrong number", "goodbye",
            "ndiyo", "hapana", "sawa", "sijui", "oui", "non", "d'accord", "je ne sais pas",
            "eh", "a'a", "to", "ban sani ba", "አዎ", "አይ", "እሺ", "አላውቅም",
            "نعم", "لا", "طيب", "لا أعرف", "sim", "não", "está bem", "não sei",
            "no problem", "call me back", "can you call back", "I have no time", "I can't talk now",
        ],
    )  # fmt: skip
    def test_short_answers_are_none_in_any_language(self, text: str):
        assert verdict(text, "en") == "none"

    @pytest.mark.parametrize("text", ["", "   ", "…", "?!"])
    def test_nothing_said_is_none(self, text: str):
        assert find_opt_out(text, "en") is None
