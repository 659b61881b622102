"""What the cards cost and how they stand: queries that do not grow, an order by heat, live words, a page that a slow line can carry."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import live
from campaigns.handoff import offers
from campaigns.handoff.card_words import Line
from campaigns.handoff.cards import queue_of
from campaigns.handoff.new_offers import drawn_offers
from campaigns.models import Answer, Call, Handoff, Question, Rep, Score, Turn
from campaigns.states import HandoffStatus
from leads import clock
from leads.models import Lead
from tests.campaigns.conftest import live_call
from tests.campaigns.handoff.conftest import at, make_rep, pending, session_of
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
MAX_QUERIES = 24  # of one fetch of the cards, session and sign-in with it
MAX_WORD_QUERIES = 7
MAX_OFFER_QUERIES = 11  # for all pages at once
MAX_PAGE_BYTES = 150_000


def waiting(
    campaign,
    rep,
    n: int = 0,
    *,
    since_s: float = 0,
    points: int = 80,
    name: str = "Asha",
    attempt_number: int = 1,
    is_warming: bool = False,
    **fields,
) -> Handoff:
    """One more hot lead that this rep is asked to take."""
    lead = Lead.objects.create(phone=f"+25473300{n:04d}", name=name, market="KE")
    call = live_call(campaign, lead, status="in_progress", answered_at=NOW, attempt_number=attempt_number)
    Answer.objects.create(call=call, question=Question.objects.get(script=campaign.script, key="seats"), value=60, saved_at=NOW)
    reasons = [{"question": "seats", "points": points, "why": "a large team"}]
    Score.objects.create(call=call, points=points, threshold=70, is_hot=True, reasons=reasons, computed_at=NOW)
    for position in range(12):
        party = "callee" if position % 2 else "bot"
        Turn.objects.create(call=call, position=position, party=party, text=f"Word {position}.", started_ms=position, ended_ms=position)
    handoff = Handoff.objects.create(call=call, strategy="dial", offered_at=at(-since_s), **fields)
    if handoff.status != HandoffStatus.PROMISED:
        pending(handoff, rep, expires_at=None if handoff.status == HandoffStatus.WARMING else at(900))
    return handoff


def promised(campaign, rep, n: int, *, due_in_s: float, **more) -> Handoff:
    return waiting(campaign, rep, 5000 + n, status=HandoffStatus.PROMISED, promised_for=at(due_in_s), **more)


def names_in_order(html: str) -> list[str]:
    return re.findall(r'<h3 id="lead-[^"]+" dir="auto">([^<]*)</h3>', html)


def cards(client: Client) -> str:
    return client.get("/queue/cards/").content.decode()


def section_of(html: str) -> str:
    found = re.search(r'<section id="offers".*?</section>', html, re.DOTALL)
    assert found is not None
    return found[0]


def key_of(rep) -> str:
    return session_of(rep.user).session_key or ""


# ---- what it costs --------------------------------------------------------------------------------------------------------


def n_queries(client: Client, path: str) -> int:
    client.get(path)  # templates are read once
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(("n_offers", "n_promised"), [(1, 0), (20, 0), (20, 50)], ids=["one offer", "20 offers", "20 offers and 50 promises"])
def test_the_number_of_queries_does_not_grow_with_the_cards(page, campaign, rehema, n_offers, n_promised):
    for n in range(n_offers):
        waiting(campaign, rehema, n, attempt_number=1 + n % 3)
    for n in range(n_promised):
        promised(campaign, rehema, n, due_in_s=60 * n, attempt_number=1 + n % 3)
    assert n_queries(page, "/queue/cards/") <= MAX_QUERIES


@pytest.mark.parametrize(("n_reps", "n_offers"), [(1, 1), (1, 20), (12, 1), (12, 20)])
def test_a_new_offer_is_drawn_for_all_pages_with_half_the_queries_of_one(campaign, n_reps, n_offers):
    reps = [make_rep(f"rep{n}", f"+2547110000{n:02d}", campaign) for n in range(n_reps)]
    for n in range(n_offers):
        handoff = waiting(campaign, reps[0], n)
        for rep in reps[1:]:
            pending(handoff, rep, expires_at=at(900))
    keys = [key_of(rep) for rep in reps]
    with CaptureQueriesContext(connection) as queries:
        drawn = drawn_offers(keys, now=NOW)
    assert [html.count("data-offer") for html in drawn.values()] == [n_offers] * n_reps
    assert len(queries) <= MAX_OFFER_QUERIES


@pytest.mark.parametrize("n_cards", [1, 20])
def test_words_are_cheaper_than_cards_and_do_not_grow_either(page, campaign, rehema, n_cards):
    handoffs = [waiting(campaign, rehema, n) for n in range(n_cards)]
    asked = "&".join(f"of={handoff.id}" for handoff in handoffs)
    assert n_queries(page, f"/queue/words/?{asked}") <= MAX_WORD_QUERIES


def sent(client: Client, path: str) -> bytes:
    asset = client.get(path)
    assert asset.status_code == 200, path
    return b"".join(asset.streaming_content)  # type: ignore[attr-defined]


def loaded(client: Client) -> dict[str, int]:
    """Bytes of the page and of everything it makes a browser fetch, as they are sent without compression."""
    reply = client.get("/queue/")
    html = reply.content.decode()
    sizes = {"/queue/": len(reply.content)}
    for path in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html)):
        sizes[path] = len(sent(client, path))
    return sizes


def test_the_whole_page_with_everything_on_it_is_under_150_kilobytes(page, campaign, rehema):
    for n in range(20):
        waiting(campaign, rehema, n, name="A rather long name of a lead")
    for n in range(50):
        promised(campaign, rehema, n, due_in_s=60 * n)
    sizes = loaded(page)
    assert len([path for path in sizes if path.endswith(".js")]) == 6 and "/static/sautiqual/queue.css" in sizes
    assert sum(sizes.values()) < MAX_PAGE_BYTES, sizes


def test_a_page_loads_nothing_that_it_does_not_name(page, loopback):
    """What scripts import and styles draw in is preloaded by name, so that the sum above misses nothing."""
    named = set(loaded(page))
    for path in sorted(named - {"/queue/"}):
        text = sent(page, path).decode()
        imported = {part.rsplit("/", 1)[-1] for part in re.findall(r'from "\./([^"]+)"', text)}
        assert imported <= {name.rsplit("/", 1)[-1] for name in named}
        assert "url(" not in text and "@import" not in text


# ---- one drawing for all pages --------------------------------------------------------------------------------------------


def test_what_is_shared_has_nothing_of_another_rep(page, campaign, rehema, juma):
    handoff = waiting(campaign, rehema)
    his = pending(handoff, juma, expires_at=at(900))
    other = Client()
    other.force_login(juma.user)
    hers, theirs = cards(page), cards(other)
    assert f'data-reservation="{his.pk}"' in theirs and str(his.pk) not in hers
    body = re.compile(r"<header.*?</header>", re.DOTALL)
    same = [re.sub(r"\d+ s, in time", "", found) for found in body.findall(section_of(hers) + section_of(theirs))]
    assert same == [same[0]] * 2


def test_a_card_that_was_drawn_before_shows_what_has_changed_since(page, campaign, rehema):
    handoff = waiting(campaign, rehema, points=80)
    assert "a large team" in cards(page)
    Score.objects.filter(call=handoff.call).update(reasons=[{"question": "seats", "points": 80, "why": "a larger team"}])
    assert "a larger team" in cards(page)


def test_a_promise_that_was_drawn_for_another_zone_is_drawn_anew(page, campaign, rehema):
    promised(campaign, rehema, 1, due_in_s=3600)
    in_nairobi = cards(page)
    Rep.objects.filter(pk=rehema.pk).update(zone="Asia/Tokyo")
    assert re.findall(r"\d\d:\d\d", section_promised(in_nairobi)) != re.findall(r"\d\d:\d\d", section_promised(cards(page)))


def test_nobody_can_be_rung_from_a_promise_that_was_drawn_while_they_could(page, campaign, rehema):
    promised(campaign, rehema, 1, due_in_s=60)
    assert " disabled" not in section_promised(cards(page))
    offers.take_now(waiting(campaign, rehema, 2).pk, rehema, now=clock.now())
    assert " disabled" in section_promised(cards(page))


def section_promised(html: str) -> str:
    return html.partition('<section id="promised"')[2]


# ---- in which order -------------------------------------------------------------------------------------------------------


def test_the_hottest_comes_first(page, campaign, rehema):
    waiting(campaign, rehema, 1, since_s=300, points=95, name="Cooled")
    waiting(campaign, rehema, 2, since_s=2, points=70, name="Fresh")
    waiting(campaign, rehema, 3, since_s=2, points=90, name="Fresh and high")
    assert names_in_order(cards(page)) == ["Fresh and high", "Fresh", "Cooled"]


def test_what_only_grows_warm_comes_after_what_is_hot_whatever_the_score(page, campaign, rehema):
    waiting(campaign, rehema, 1, points=99, name="Warming", status=HandoffStatus.WARMING)
    waiting(campaign, rehema, 2, points=70, name="Hot")
    assert names_in_order(cards(page)) == ["Hot", "Warming"]


def test_what_is_due_comes_before_what_is_not_and_that_by_its_time(page, campaign, rehema):
    promised(campaign, rehema, 1, due_in_s=7200, points=99, name="Later")
    promised(campaign, rehema, 2, due_in_s=600, points=70, name="Soon")
    promised(campaign, rehema, 3, due_in_s=-6 * 3600, points=80, name="Long due")
    promised(campaign, rehema, 4, due_in_s=-60, points=80, name="Just due")
    assert names_in_order(cards(page)) == ["Just due", "Long due", "Soon", "Later"]


def test_of_more_promises_than_fit_the_number_is_told(rehema, campaign, page):
    for n in range(53):
        promised(campaign, rehema, n, due_in_s=60 * n)
    assert "3 more are owed" in cards(page)
    assert len(queue_of(rehema, now=NOW).promised) == 50


@pytest.mark.parametrize(("since_s", "words"), [(0, "in time"), (5, "in time"), (15, "nearly too long"), (90, "too long")])
def test_a_wait_is_told_by_a_word_as_well_as_by_a_colour(campaign, rehema, page, since_s, words):
    waiting(campaign, rehema, since_s=since_s)
    assert re.search(rf'data-sla="{words.replace(" ", "_").replace("nearly_too_long", "nearly")}"[^>]*>\d+ s, {words}<', cards(page))


def test_heat_is_told_in_words_and_percent(campaign, rehema, page):
    waiting(campaign, rehema, since_s=300)
    assert "warm, 50 %" in cards(page)


# ---- what is said ---------------------------------------------------------------------------------------------------------


def last_words(rep) -> list[tuple[str, str]]:
    (card,) = queue_of(rep, now=NOW).offers
    return [(said.label, said.text) for said in card.last_words]


def test_the_last_words_of_both_sides_are_shown_oldest_first(campaign, rehema):
    waiting(campaign, rehema)
    assert last_words(rehema)[-2:] == [("Bot", "Word 10."), ("Lead", "Word 11.")]
    assert len(last_words(rehema)) == 8


def test_what_the_bot_is_just_saying_is_shown_before_its_turn_is_over(campaign, rehema):
    handoff = waiting(campaign, rehema)
    live.publish(handoff.call_id, live.Kind.BOT_SAYS, {"text": "And by when?"})
    assert last_words(rehema)[-1] == ("Bot", "And by when?")


def test_a_line_that_is_over_is_shown_once_and_as_it_was_heard(campaign, rehema):
    handoff = waiting(campaign, rehema)
    live.publish(handoff.call_id, live.Kind.BOT_SAYS, {"text": "And by when?"})
    heard = {"text": "And by when?", "heard_ms": 300, "heard_text": "And by"}
    Turn.objects.create(call=handoff.call, position=12, party="bot", started_ms=12, ended_ms=13, **heard)
    assert last_words(rehema)[-1] == ("Bot", "And by")
    assert ("Bot", "And by when?") not in last_words(rehema)


def test_a_line_is_over_once_the_lead_has_spoken(campaign, rehema):
    handoff = waiting(campaign, rehema)
    live.publish(handoff.call_id, live.Kind.BOT_SAYS, {"text": "And by when?"})
    live.publish(handoff.call_id, live.Kind.CALLEE_SAYS, {"text": "Word 11."})
    assert last_words(rehema)[-1] == ("Lead", "Word 11.")


def test_a_call_that_is_over_has_no_line_under_way(campaign, rehema):
    handoff = waiting(campaign, rehema)
    live.publish(handoff.call_id, live.Kind.BOT_SAYS, {"text": "And by when?"})
    Call.objects.filter(pk=handoff.call_id).update(session_ended_at=NOW)
    assert last_words(rehema)[-1] == ("Lead", "Word 11.")


def test_words_alone_are_those_asked_for(page, campaign, rehema):
    one, other = waiting(campaign, rehema, 1), waiting(campaign, rehema, 2)
    html = page.get(f"/queue/words/?of={one.id}").content.decode()
    assert f'id="words-{one.id}"' in html and "Word 11." in html
    assert str(other.id) not in html and "<article" not in html


@pytest.mark.parametrize("asked", ["", "?of=", "?of=1", "?of=x&of=00000000-0000-0000-0000-000000000000"])
def test_words_of_what_is_not_there_are_none(page, campaign, rehema, asked):
    waiting(campaign, rehema)
    reply = page.get(f"/queue/words/{asked}")
    assert (reply.status_code, reply.content.strip()) == (200, b"")


def test_words_of_another_campaign_are_not_told(campaign, rehema):
    handoff = waiting(campaign, rehema)
    neema = Client()
    neema.force_login(make_rep("Neema", "+254722000013").user)
    assert b"Word" not in neema.get(f"/queue/words/?of={handoff.id}").content


def test_a_card_without_a_word_keeps_a_place_for_them(page, campaign, rehema):
    handoff = waiting(campaign, rehema)
    Turn.objects.all().delete()
    assert re.search(rf'<ol class="words" id="words-{handoff.id}"[^>]* hidden></ol>', cards(page))


def test_the_fragment_says_up_to_which_live_event_it_goes(page, campaign, rehema):
    waiting(campaign, rehema)
    live.publish(None, live.Kind.CAMPAIGN, {})
    assert f'data-event-id="{live.newest_id()}"' in cards(page)


def test_the_rest_of_a_promise_comes_when_it_is_opened(page, campaign, rehema):
    handoff = promised(campaign, rehema, 1, due_in_s=60)
    assert "Word 11." not in cards(page) and f'href="/queue/{handoff.id}/more/"' in cards(page)
    more = page.get(f"/queue/{handoff.id}/more/", headers={"X-Queue": "1"}).content.decode()
    assert all(part in more for part in ("Word 11.", "60 seats", "a large team")) and "<html" not in more


def test_without_javascript_the_rest_of_a_promise_is_a_page(page, campaign, rehema):
    handoff = promised(campaign, rehema, 1, due_in_s=60)
    more = page.get(f"/queue/{handoff.id}/more/").content.decode()
    assert "<html" in more and "Word 11." in more and 'href="/queue/"' in more


def test_the_rest_of_another_campaigns_promise_is_not_there(campaign, rehema):
    handoff = promised(campaign, rehema, 1, due_in_s=60)
    neema = Client()
    neema.force_login(make_rep("Neema", "+254722000013").user)
    assert neema.get(f"/queue/{handoff.id}/more/").status_code == 404


# ---- whoever they are -----------------------------------------------------------------------------------------------------


def test_a_name_that_reads_from_the_right_does_not_turn_the_sentence_around(page, campaign, rehema):
    waiting(campaign, rehema, name="أحمد")
    html = cards(page)
    assert 'dir="auto">أحمد</h3>' in html and "<bdi>أحمد</bdi></span></button>" in html


@pytest.mark.parametrize(("text", "is_long"), [("x" * 40, False), ("x" * 41, True)], ids=["40 characters", "41"])
def test_a_long_answer_has_a_line_of_its_own(text, is_long):
    html = render_to_string("queue/answers.html", {"card": {"answers": [Line("Tool", text)]}})
    assert ('class="long"' in html) is is_long


def test_times_are_on_the_reps_own_clock(page, campaign, rehema):
    promised(campaign, rehema, 1, due_in_s=0)  # 07:00 UTC
    assert "10:00" in cards(page)
    type(rehema).objects.update(zone="Africa/Lagos")
    assert "08:00" in cards(page)


def test_a_zone_that_nobody_knows_does_not_shut_the_page(page, campaign, rehema):
    type(rehema).objects.update(zone="Nowhere/Atall")
    assert page.get("/queue/").status_code == 200


def test_cards_fetched_in_a_burst_write_once_that_the_rep_is_there(page, rehema):
    cards(page)
    rehema.refresh_from_db()
    seen_at = rehema.seen_at
    cards(page)
    rehema.refresh_from_db()
    assert rehema.seen_at == seen_at
    type(rehema).objects.update(seen_at=clock.now() - timedelta(seconds=6))
    cards(page)
    rehema.refresh_from_db()
    assert clock.now() - rehema.seen_at < timedelta(seconds=5)
