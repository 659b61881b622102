"""From plain rows to a pack to JSON and paper, whatever words are in them. No database."""

from __future__ import annotations

import io
import json
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.reports.evidence.canonical import canonical, link, piece, row_digest, sha256_of
from campaigns.reports.evidence.document import (
    Document,
    Fact,
    Head,
    Item,
    Part,
    Ref,
    Row,
    Section,
    broken_link,
    in_words,
    seal,
)
from campaigns.reports.evidence.facts import Facts, Tables
from campaigns.reports.evidence.lettering import drawable, lines, runs, width_of
from campaigns.reports.evidence.of_call import sections_of_call
from campaigns.reports.evidence.pdf import ATTACHED, pdf_of, widths

HEAD = Head("call", "1", "2026-11-24T07:00:00.000+00:00", "mosi", "SautiQual 0.1.0", "one call", is_masked=False)
WORDS = st.text(max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def row(table: str, row_id: str, **values: Any) -> Row:
    return Row(Ref(table, row_id), {"id": row_id, **values}, digest="d" * 64)


def call_of(*, turns: list[str], answer: Any = 60, quote: str = "about sixty") -> tuple[Facts, Row]:
    call = row("campaigns.call", "c", lead="l", campaign=1, script=1, stream_opened_at="2026-11-24T07:00:00+00:00")
    spoken = [
        row("campaigns.turn", str(n), call="c", position=n, party=["bot", "callee"][n % 2], text=text, started_ms=n * 1000, ended_ms=n * 1000 + 500)
        for n, text in enumerate(turns)
    ]
    given = row("campaigns.answer", "1", call="c", question=1, value=answer, quote=quote, started_ms=1000, ended_ms=1500, confidence=0.9)
    rows = [call, row("leads.lead", "l", name="Asha", phone="+254712123401"), row("campaigns.question", "1", key="seats", wording="How many?")]
    return Facts(Tables([*rows, *spoken, given])), call


def pack_of(facts: Facts, call: Row) -> bytes:
    return seal(Document(HEAD, [Part("call:c", "Call", sections_of_call(facts, call))], facts.tables.rows)).content


def document_of(value: Any, note: str = "") -> Document:
    """With one fact."""
    return Document(HEAD, [Part("call:c", "Call", [Section("s", "Section", [Item("Item", [Fact("key", "Label", value)])], note)])], [])


def one_fact(value: Any) -> bytes:
    return seal(document_of(value)).content


def text_of(paper: bytes) -> str:
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper)).pages).split())


@given(st.lists(WORDS, max_size=6), JSON, WORDS)
def test_any_words_make_a_valid_pack_that_holds_them_all(turns, answer, quote):
    content = pack_of(*call_of(turns=turns, answer=answer, quote=quote))
    pack = json.loads(content)
    assert canonical(pack) == content, "written part by part, it is the one form all the same"
    assert pack["sha256"] == sha256_of(pack) and broken_link(pack["rows"]) is None
    facts = [fact for part in pack["parts"] for section in part["sections"] for item in section["items"] for fact in item["facts"]]
    assert json.loads(canonical(answer)) in [fact["value"] for fact in facts if fact["key"] == "value"]
    said = " ".join(str(fact["value"] or "") for fact in facts if fact["key"] in {"heard", "unheard"}).split()
    assert sorted(said) == sorted(word for turn in turns for word in turn.split())


@settings(max_examples=40)
@given(st.lists(WORDS, max_size=4), JSON)
def test_any_words_go_on_paper_with_the_json_attached(turns, answer):
    pack = pack_of(*call_of(turns=turns, answer=answer))
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(pack)))
    assert reader.attachments[ATTACHED][0] == pack
    assert all(json.loads(pack)["sha256"] in page.extract_text() for page in reader.pages)


@given(st.text())
def test_nothing_is_lost_between_a_text_and_what_is_drawn_of_it(text):
    shown = drawable(text, widths())
    assert "".join(run.text for run in runs(shown, widths())) == shown
    assert "".join("".join(lines(shown, widths(), 20_000)).split()) == "".join(shown.split())
    assert all(ord(char) in widths()[run.font] for run in runs(shown, widths()) for char in run.text)


@given(st.text(max_size=200))
def test_no_line_is_longer_than_its_room(text):
    room = 12_000.0
    assert all(width_of(line, widths()) <= room or len(line) == 1 for line in lines(drawable(text, widths()), widths(), room))


@pytest.mark.parametrize(
    "words",
    ["Ninakubali, sitaki simu tena", "ƁaƙarƊan’Yaƙasa", "ሰላም፣እንዴትነህ", "Ça va, João?", "KES 1,234.50", "“quoted” – €5"],
    ids=["swahili", "hausa", "amharic", "french and portuguese", "money", "signs"],
)
def test_letters_of_our_markets_can_be_read_from_the_paper(words):
    assert "".join(words.split()) in text_of(pdf_of(one_fact(words)))


def test_arabic_is_joined_and_each_word_can_be_read_from_the_paper():
    text = text_of(pdf_of(one_fact("نعم أوافق على ذلك")))
    assert all(word in text for word in ("نعم", "أوافق", "على", "ذلك"))


def test_a_letter_that_no_font_has_is_seen_to_be_one():
    assert "[U+1F600]" in text_of(pdf_of(one_fact("fine 😀")))


def test_a_long_pack_has_its_hash_and_number_on_every_page():
    pack = pack_of(*call_of(turns=[f"sentence number {n}" for n in range(120)]))
    pages, sha256 = pypdf.PdfReader(io.BytesIO(pdf_of(pack))).pages, json.loads(pack)["sha256"]
    assert len(pages) > 5
    assert all(f"Page {n} of {len(pages)}" in page.extract_text() and sha256 in page.extract_text() for n, page in enumerate(pages, start=1))
    assert all(f"sentencenumber{n}" in text_of(pdf_of(pack)) for n in (0, 60, 119))


def test_all_that_is_in_the_json_is_on_the_paper():
    pack = pack_of(*call_of(turns=["How many?", "about sixty"]))
    text = text_of(pdf_of(pack))
    parts = json.loads(pack)["parts"]
    told = [in_words(fact["value"]) for part in parts for section in part["sections"] for item in section["items"] for fact in item["facts"]]
    assert [value for value in told if "".join(value.split()) not in text] == []


# ---- hashes -----------------------------------------------------------------------------------------------------------------


def test_the_canonical_form_has_sorted_keys_utf8_and_one_line():
    assert canonical({"b": "ሰላም", "a": [1, None]}) == '{"a":[1,null],"b":"ሰላም"}\n'.encode()


def test_what_utf8_cannot_say_is_escaped():
    assert json.loads(canonical("a\ud800b")) == "a\ud800b"


def test_a_pack_that_was_changed_has_another_hash():
    pack = json.loads(one_fact("sixty"))
    assert sha256_of(pack) == pack["sha256"] != sha256_of({**pack, "is_masked": True})


def test_a_digest_depends_on_key_table_id_and_every_value():
    base = row_digest(b"k", "t", "1", {"a": 1})
    others = [row_digest(b"x", "t", "1", {"a": 1}), row_digest(b"k", "u", "1", {"a": 1}), row_digest(b"k", "t", "2", {"a": 1})]
    assert base == row_digest(b"k", "t", "1", {"a": 1}) and base not in [*others, row_digest(b"k", "t", "1", {"a": 2})]


@pytest.mark.parametrize("tamper", ["take out", "put in", "change", "swap"])
def test_the_chain_breaks_where_a_row_was_tampered_with(tamper):
    rows = json.loads(seal(Document(HEAD, [], [row("t", str(n)) for n in range(5)])).content)["rows"]
    if tamper == "take out":
        del rows[2]
    elif tamper == "put in":
        rows.insert(2, {**rows[2], "chain": link(rows[1]["chain"], piece({"table": "t", "id": "9"}))})
    elif tamper == "change":
        rows[2]["digest"] = "e" * 64
    else:
        rows[2], rows[3] = rows[3], rows[2]
    assert broken_link(rows) == 2


# ---- masking ----------------------------------------------------------------------------------------------------------------


def hide(text: str) -> str:
    return text.replace("254712123401", "•••")


@pytest.mark.parametrize("value", ["call +254712123401", {"to": "254712123401"}, ["254712123401"], 254712123401, {"254712123401": 1}])
def test_a_number_is_masked_wherever_it_stands(value):
    document = Document(HEAD, [Part("p", "P", [Section("s", "S", [Item("254712123401", [Fact("k", "L", value)])], "254712123401")])], [])
    assert b"254712123401" in seal(document).content and b"254712123401" not in seal(document, hide).content


@pytest.mark.parametrize("value", [1_234_567, -1_234_567, 0.1234567, 12345670000000000.0])
def test_a_figure_that_is_long_enough_for_a_number_is_looked_at(value):
    hidden = seal(document_of(value), lambda text: "hidden" if text == repr(value) else text)
    assert b'"value":"hidden"' in hidden.content


@given(JSON)
def test_masking_leaves_everything_else_as_it_is(value):
    assert seal(document_of(value), lambda text: text) == seal(document_of(value))
