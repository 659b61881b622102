"""Two people judge a call without seeing each other or the bot, and a third decides where they differ."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction

from campaigns.models import Adjudication, Answer, Call, Coding, CodingClaim, ReviewAct, ReviewPlan, Score
from campaigns.review import correcting, doubling
from campaigns.review.blind import is_blind_for, lift_blind
from campaigns.review.correcting import Refused
from campaigns.review.doubling import HOLDS, decide, give, next_task, release, to_decide, waiting
from campaigns.review.queues import Filters, Queue, counts, drawn_twice, of
from leads.models import AuditEntry
from tests.campaigns.console import shown, sign_in
from tests.campaigns.review.test_queues import many_calls
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
SIXTY: dict[str, object] = {"permission": True, "seats": 60}


@pytest.fixture
def plan(campaign) -> ReviewPlan:
    return ReviewPlan.objects.create(campaign=campaign, double_percent=100)


def judged(call: Call, coder: str, **values: object) -> Coding | Refused:
    assert next_task(coder, None, now=LATER) is not None
    return give(call.pk, coder, {"permission": None, **values}, at=LATER)


def both(call: Call, first: object, second: object) -> None:
    judged(call, "juma", seats=first)
    judged(call, "neema", seats=second)


# ---- who is given what


def test_a_share_of_the_calls_is_drawn_and_always_the_same(campaign, plan):
    many_calls(campaign, 200)
    shares = []
    for percent in (0, 20, 50, 100):
        ReviewPlan.objects.update(double_percent=percent)
        shares.append(set(drawn_twice(of(Filters())).values_list("pk", flat=True)))
    assert shares[0] == set() and len(shares[3]) == 200
    assert shares[1] < shares[2] < shares[3], "a larger share adds calls and loses none"
    assert 15 < len(shares[1]) < 70 and 70 < len(shares[2]) < 130


def test_without_a_plan_nothing_is_judged_twice(call):
    assert next_task("juma", None, now=LATER) is None


def test_each_campaign_has_a_random_share_of_its_own(campaign):
    many_calls(campaign, 200)
    few = counts(Filters(), shown=Queue.SHARE)[Queue.SHARE]
    ReviewPlan.objects.create(campaign=campaign, random_percent=100)
    assert few < 40 and counts(Filters(), shown=Queue.SHARE)[Queue.SHARE] == 200
    ReviewPlan.objects.update(random_percent=0)
    assert counts(Filters(), shown=Queue.SHARE)[Queue.SHARE] == 0


def test_two_and_no_more_hold_a_call(call, plan):
    assert next_task("juma", None, now=LATER).call == call
    assert next_task("neema", None, now=LATER).call == call
    assert next_task("amina", None, now=LATER) is None


def test_who_holds_a_call_gets_it_again(call, plan):
    first = next_task("juma", None, now=LATER)
    assert next_task("juma", None, now=LATER + timedelta(minutes=1)) == first
    assert CodingClaim.objects.count() == 1


@pytest.mark.parametrize(("after", "is_free"), [(HOLDS - timedelta(seconds=1), False), (HOLDS, True)], ids=["in time", "over"])
def test_a_call_that_is_held_too_long_goes_to_somebody_else(call, plan, after, is_free):
    next_task("juma", None, now=LATER)
    next_task("neema", None, now=LATER)
    assert (next_task("amina", None, now=LATER + after) is not None) is is_free


def test_what_was_typed_too_long_counts_while_the_place_is_free(call, plan):
    next_task("juma", None, now=LATER)
    assert isinstance(give(call.pk, "juma", SIXTY, at=LATER + 2 * HOLDS), Coding)


def test_what_was_typed_too_long_does_not_count_where_two_others_have_it(call, plan):
    next_task("juma", None, now=LATER)
    late = LATER + HOLDS
    for name in ("neema", "amina"):
        next_task(name, None, now=late)
    assert give(call.pk, "juma", SIXTY, at=late) == Refused(doubling.NOT_YOURS)
    assert not Coding.objects.exists()


def test_a_call_is_given_back(call, plan):
    next_task("juma", None, now=LATER)
    release("juma")
    assert not CodingClaim.objects.exists()


def test_nobody_judges_a_call_twice(call, plan):
    judged(call, "juma", seats=60)
    assert next_task("juma", None, now=LATER) is None
    assert give(call.pk, "juma", SIXTY, at=LATER) == Refused(doubling.NOT_YOURS)


def test_who_has_reviewed_a_call_is_not_given_it(call, plan):
    correcting.accept(call.pk, by="juma", at=NOW)
    assert next_task("juma", None, now=LATER) is None
    assert next_task("neema", None, now=LATER) is not None


def test_who_is_limited_to_other_campaigns_is_given_nothing(call, plan):
    assert next_task("juma", frozenset({call.campaign_id + 1}), now=LATER) is None
    assert not waiting("juma", frozenset(), now=LATER).exists()


def test_a_call_whose_words_are_gone_cannot_be_judged(call, plan):
    Call.objects.update(words_gone_at=NOW)
    assert next_task("juma", None, now=LATER) is None


# ---- what they say


def test_what_somebody_judged_is_kept_for_every_question(call, plan):
    coding = judged(call, "juma", seats=55)
    assert (coding.values, coding.coder, coding.purpose) == ({"permission": None, "seats": 55}, "juma", "double")
    assert not CodingClaim.objects.exists()


@pytest.mark.parametrize("value", ["many", True, [1]], ids=str)
def test_a_value_the_question_would_not_take_is_refused_and_the_claim_stays(call, plan, value):
    assert isinstance(judged(call, "juma", seats=value), Refused)
    assert CodingClaim.objects.count() == 1 and not Coding.objects.exists()


@pytest.mark.parametrize("edit", [{"values": {}}, {"coder": "mosi"}, {"coded_at": LATER + HOLDS}], ids=lambda edit: next(iter(edit)))
def test_it_is_never_edited(call, plan, edit):
    judged(call, "juma", seats=55)
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        Coding.objects.update(**edit)


def test_a_decision_is_never_edited(call, plan):
    both(call, 60, 60)
    with pytest.raises(IntegrityError, match="kept as it was"), transaction.atomic():
        Adjudication.objects.update(decided_by="mosi")


def test_judgements_go_with_their_call(call, plan):
    both(call, 60, 60)
    Call.objects.all().delete()
    assert not Coding.objects.exists() and not Adjudication.objects.exists()


# ---- what is decided


def test_where_both_say_what_stands_nothing_is_to_be_decided(call, plan):
    both(call, 60, 60)
    assert Adjudication.objects.get().is_unanimous
    assert not to_decide(None).exists() and not ReviewAct.objects.exists()


@pytest.mark.parametrize(("first", "second"), [(60, 16), (16, 16), (None, 60), (None, None)], ids=str)
def test_where_somebody_differs_a_third_decides(call, plan, first, second):
    both(call, first, second)
    assert list(to_decide(None)) == [call]


def test_the_decision_is_a_correction_that_counts_everywhere(call, plan):
    both(call, 60, 16)
    assert isinstance(decide(call.pk, {"seats": 16}, reason="sixteen, heard twice", by="mosi", at=LATER), Adjudication)
    assert (Answer.objects.get().value, Score.objects.get().is_hot) == (16, False)
    assert (ReviewAct.objects.get().done_by, ReviewAct.objects.get().before) == ("mosi", 60)
    assert {coding.values["seats"] for coding in Coding.objects.all()} == {60, 16}, "what both said stays"
    assert not to_decide(None).exists()


def test_it_may_be_that_nothing_was_answered(call, plan):
    both(call, None, 60)
    decide(call.pk, {"seats": None}, reason="that was a cough", by="mosi", at=LATER)
    assert not Answer.objects.exists()


def test_and_that_the_bot_missed_it(call, plan):
    correcting.void_answer(call.pk, "seats", reason="so", by="amina", at=NOW)
    both(call, None, 60)
    decide(call.pk, {"seats": 60}, reason="at the end", by="mosi", at=LATER)
    assert Answer.objects.get().value == 60


def test_what_stands_may_be_right(call, plan):
    both(call, 16, 6)
    decide(call.pk, {"seats": 60}, reason="sixty", by="mosi", at=LATER)
    assert Adjudication.objects.get().values == {"seats": 60} and not ReviewAct.objects.exists()


@pytest.mark.parametrize(
    ("by", "values", "reason", "why"),
    [
        ("juma", {"seats": 16}, "so", doubling.BY_BOTH),
        ("neema", {"seats": 16}, "so", doubling.BY_BOTH),
        ("mosi", {}, "so", "Decide about every question: seats is missing."),
        ("mosi", {"seats": "x"}, "so", f"seats: {correcting.NO_VALUE}"),
        ("mosi", {"seats": 16}, " ", correcting.NO_REASON),
    ],
    ids=["the first", "the second", "not all", "no value", "no reason"],
)
def test_what_is_refused_changes_nothing(call, plan, by, values, reason, why):
    both(call, 60, 16)
    assert decide(call.pk, values, reason=reason, by=by, at=LATER) == Refused(why)
    assert Answer.objects.get().value == 60 and not Adjudication.objects.exists() and not ReviewAct.objects.exists()


def test_it_is_decided_once_and_only_when_both_have_judged(call, plan):
    judged(call, "juma", seats=16)
    assert decide(call.pk, {"seats": 16}, reason="so", by="mosi", at=LATER) == Refused(doubling.NOT_TWICE)
    judged(call, "neema", seats=6)
    decide(call.pk, {"seats": 16}, reason="so", by="mosi", at=LATER)
    assert decide(call.pk, {"seats": 6}, reason="so", by="amina", at=LATER) == Refused(doubling.NOT_TWICE)


# ---- blind


def test_who_may_still_judge_a_call_is_not_shown_it_and_who_has_may_see_it(call, plan):
    assert is_blind_for(call, "juma")
    judged(call, "juma", seats=60)
    assert not is_blind_for(call, "juma") and is_blind_for(call, "neema")
    judged(call, "neema", seats=60)
    assert not is_blind_for(call, "amina")


def test_where_the_plan_is_not_blind_everybody_sees_it(call, plan):
    ReviewPlan.objects.update(is_blind=False)
    assert not is_blind_for(call, "juma")


def test_who_lets_it_be_shown_is_not_asked_any_more(call, plan):
    next_task("juma", None, now=LATER)
    lift_blind(call, by="juma")
    assert AuditEntry.objects.get().detail == {"what": "blind lifted"}
    assert not is_blind_for(call, "juma")
    assert next_task("juma", None, now=LATER) is None


# ---- the pages


def reviewer(client, name: str, *more: str) -> User:
    existing = User.objects.filter(username=name).first()
    if existing is not None:
        client.force_login(existing)
        return existing
    return sign_in(client, name, "view_call", "add_reviewact", *more)


def sent(client, call: Call, what: str, form: dict[str, object]):
    return client.post(f"/admin/campaigns/call/{call.pk}/{what}/", form)


def words(page: str) -> str:
    """Of what is ours on it, not of the frame around."""
    page = page[page.index('<div class="sq-') : page.rindex("</main>") if "</main>" in page else None]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def judge(client, call: Call, name: str, seats: object) -> None:
    reviewer(client, name)
    response = client.post("/admin/campaigns/call/review/double/")
    assert response["Location"].endswith(f"{call.pk}/judge/")
    page = words(shown(client, f"campaigns/call/{call.pk}/judge/"))
    assert "about sixty" in page and "60 seats" not in page and "70" not in page, "the words of the call, not what the bot made of them"
    assert sent(client, call, "judge", {"code-permission-none": "on", "code-seats-value": seats}).status_code == 302


def test_two_judge_blind_and_a_third_decides(client, call, plan):
    judge(client, call, "juma", 60)
    judge(client, call, "neema", 16)
    assert client.get(f"/admin/campaigns/call/{call.pk}/decide/").status_code == 302, "not who judged it"
    reviewer(client, "amina")
    assert "juma, neema" in words(shown(client, "campaigns/call/review/double/"))
    page = words(shown(client, f"campaigns/call/{call.pk}/decide/"))
    assert "juma: 60" in page and "neema: 16" in page and "what stands: 60" in page
    assert sent(client, call, "decide", {"reason": "so"}).status_code == 422
    assert sent(client, call, "decide", {"decide-seats-whose": "second", "reason": "sixteen"}).status_code == 302
    assert Answer.objects.get().value == 16
    assert "Nowhere do two differ." in shown(client, "campaigns/call/review/double/")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"code-permission-none": "on"}, "Write what was meant, or tick that no answer was given."),
        ({"code-permission-none": "on", "code-seats-value": "5", "code-seats-none": "on"}, "Either an answer, or none."),
    ],
    ids=["neither", "both"],
)
def test_every_question_needs_an_answer_or_none(client, call, plan, form, said):
    reviewer(client, "juma")
    client.post("/admin/campaigns/call/review/double/")
    response = sent(client, call, "judge", form)
    assert response.status_code == 422 and said in response.content.decode()
    assert not Coding.objects.exists()


@pytest.mark.parametrize("path", ["review/", "change/"])
def test_the_pages_of_a_blind_call_tell_nothing_of_the_bot(client, call, plan, path):
    reviewer(client, "juma")
    page = words(shown(client, f"campaigns/call/{call.pk}/{path}"))
    assert "This call is judged blind" in page and "60" not in page
    sent(client, call, "judge/show", {})
    assert "This call is judged blind" not in shown(client, f"campaigns/call/{call.pk}/{path}")
    assert "Nothing is waiting for you." in shown(client, "campaigns/call/review/double/")


def test_a_blind_call_cannot_be_corrected_and_its_score_is_not_listed(client, call, plan):
    reviewer(client, "juma")
    sent(client, call, "review/answer/seats", {"answer-seats-value": "5", "answer-seats-reason": "so"})
    assert Answer.objects.get().value == 60
    page = words(shown(client, "campaigns/call/review/?queue=all"))
    assert "blind" in page and "hot from 70" not in page


def test_a_manager_sets_how_much_of_a_campaign_is_reviewed(client, call):
    reviewer(client, "mosi", "change_campaign", "view_campaign")
    address = f"campaigns/call/review/plan/{call.campaign_id}/"
    shown(client, address)
    assert client.post(f"/admin/{address}", {"random_percent": "10", "double_percent": "101"}).status_code == 422
    assert not ReviewPlan.objects.exists()
    client.post(f"/admin/{address}", {"random_percent": "10", "double_percent": "25", "is_blind": "on"})
    assert ReviewPlan.objects.values_list("random_percent", "double_percent", "is_blind").get() == (10, 25, True)
    assert "judged twice 25 %" in words(shown(client, "campaigns/call/review/double/"))


def test_who_may_not_review_neither_judges_nor_plans(client, call, plan):
    user = sign_in(client, "juma", "view_call")
    assert not user.has_perm("campaigns.add_reviewact") and Permission.objects.filter(codename="add_reviewact").exists()
    for what in ("judge", "decide"):
        shown(client, f"campaigns/call/{call.pk}/{what}/", status=403)
    assert client.post("/admin/campaigns/call/review/double/").status_code == 403
    shown(client, f"campaigns/call/review/plan/{call.campaign_id}/", status=403)


def test_a_call_is_given_back_on_the_page(client, call, plan):
    reviewer(client, "juma")
    client.post("/admin/campaigns/call/review/double/")
    assert "You hold a call until" in shown(client, "campaigns/call/review/double/")
    client.post("/admin/campaigns/call/review/double/", {"release": "1"})
    assert not CodingClaim.objects.exists()
