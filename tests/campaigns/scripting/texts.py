"""Scripts as text: a small one to change, and any one at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from campaigns.scripting.text import QuestionText, ScriptText

PERMISSION = QuestionText("permission", "yes_no", "Is now a good time?", role="permission")
DECIDES = QuestionText("decides", "yes_no", "Do you decide alone?", rubric=[{"when": {"equals": True}, "points": 30, "why": "decides alone"}])
SEATS = QuestionText(
    "seats", "number", "How many seats do you need?", unit="seats", rubric=[{"when": {"at_least": 50}, "points": 40, "why": "large"}]
)
WHEN = QuestionText("when", "timeline", "When do you want to start?")
SCRIPT = ScriptText("Acme", "en-KE", "Zawadi", "Acme", 70, "I am an AI calling for Acme.", questions=(PERMISSION, DECIDES, SEATS, WHEN))


def script(*questions: QuestionText, **changes: Any) -> ScriptText:
    return replace(SCRIPT, questions=questions or SCRIPT.questions, **changes)


_words = st.text("abc ü", max_size=8)
_translations = st.dictionaries(
    st.sampled_from(["sw", "fr"]), st.fixed_dictionaries({"wording": _words}, optional={"choices": st.lists(_words, max_size=3)}), max_size=2
)


def _questions(key: str) -> st.SearchStrategy[QuestionText]:
    return st.builds(
        QuestionText,
        key=st.just(key),
        kind=st.sampled_from(["yes_no", "number", "open"]),
        wording=_words,
        reask_wording=_words,
        choices=st.lists(_words, max_size=2).map(tuple),
        minimum=st.none() | st.floats(0, 9),
        is_read_back=st.booleans(),
        rubric=st.lists(st.fixed_dictionaries({"when": st.just({"equals": True}), "points": st.integers(0, 9)}), max_size=2),
        skips=st.lists(st.fixed_dictionaries({"when": st.just({"equals": True}), "to": st.just("")}), max_size=1),
        translations=_translations,
    )


scripts = st.builds(
    ScriptText,
    name=_words,
    language=st.sampled_from(["en-KE", "sw-KE"]),
    bot_name=_words,
    organisation=_words,
    hot_threshold=st.integers(0, 100),
    disclosure=_words,
    lines=st.dictionaries(st.sampled_from(["who", "robot"]), _words),
    translations=st.dictionaries(
        st.sampled_from(["sw", "fr"]),
        st.fixed_dictionaries({}, optional={"disclosure": _words, "lines": st.dictionaries(st.just("who"), _words, min_size=1)}),
    ),
    questions=st.lists(st.sampled_from("abcdefg"), unique=True, max_size=6).flatmap(lambda keys: st.tuples(*map(_questions, keys))),
)
