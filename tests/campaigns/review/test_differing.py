"""Where two people and what stands say different things."""

from __future__ import annotations

import pytest

from campaigns.review.differing import comparable, differences


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (60, 60.0, True),
        (["a", "b"], ["b", "a"], True),
        ("Red ", "red", True),
        (True, 1, False),
        (False, 0, False),
        (None, False, False),
        ([], None, False),
        (60, 61, False),
    ],
    ids=str,
)
def test_what_is_the_same_answer(one, other, is_same):
    assert (comparable(one) == comparable(other)) is is_same


def test_only_questions_on_which_somebody_differs_are_told_in_the_scripts_order():
    found = differences(["a", "b", "c", "d"], {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 9, "c": 3}, {"a": 1, "b": 2, "c": 4})
    assert [(row.key, row.first, row.second, row.stands, row.do_both_agree) for row in found] == [("b", 2, 9, 2, False), ("c", 3, 3, 4, True)]


def test_no_answer_differs_from_one():
    assert [row.key for row in differences(["a"], {"a": None}, {}, {"a": 1})] == ["a"]
    assert differences(["a"], {"a": None}, {}, {}) == []
