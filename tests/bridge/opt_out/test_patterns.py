"""The language of the rule files, and its mistakes."""

from __future__ import annotations

import pytest

from bridge.opt_out.patterns import BadPattern, wanted
from bridge.opt_out.rules import read_rules
from bridge.opt_out.spelling import spoken

GROUPS = {"call": ["call", "phone calls"], "soon": ["now", "right now"]}


def is_in(text: str, *patterns: str) -> bool:
    return wanted(patterns, GROUPS).search(spoken(text).plain) is not None


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        pytest.param("stop it", "please stop it now", "please stopped it", id="words"),
        pytest.param("usinipig*", "usinipigie", "nipigie", id="beginning"),
        pytest.param("*pigie", "usinipigie", "pigieni", id="end"),
        pytest.param("a*b", "acb", "abc", id="both"),
        pytest.param("stop|cease_to call", "cease to call", "cease call", id="one of several"),
        pytest.param("no <call>", "no phone calls", "no phone", id="group"),
        pytest.param("no|<soon> go", "right now go", "right go", id="group among several"),
        pytest.param("stop please? it", "stop it", "stop that it", id="may be missing"),
        pytest.param("stop the{2} it", "stop the it", "stop a it", id="up to two"),
        pytest.param("stop ..2 it", "stop a b it", "stop a b c it", id="gap"),
        pytest.param("call !back", "call me", "call back", id="not followed by"),
        pytest.param("m'appelez", "ne m’appelez", "appelez", id="elision"),
        pytest.param("arrêtez", "ARRETEZ", "arreter", id="accents"),
    ],
)
def test_a_pattern_says_how_words_stand_together(pattern: str, fits: str, does_not: str):
    assert is_in(fits, pattern)
    assert not is_in(does_not, pattern)


def test_no_patterns_fit_nothing():
    assert not is_in("anything")


@pytest.mark.parametrize("pattern", ["", "..3", "a <nobody>", "a b{x}", "a ?", "a|", "* b"])
def test_a_mistake_in_a_pattern_is_named(pattern: str):
    with pytest.raises(BadPattern, match="."):
        wanted([pattern], GROUPS)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param('clear = ["stop <them>"]', "xx: .*there is no group <them>", id="unknown group"),
        pytest.param('claer = ["stop"]', "xx: unknown claer", id="unknown list"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_language(text: str, names: str):
    with pytest.raises(BadPattern, match=names):
        read_rules("xx", text)
