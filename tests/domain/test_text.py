"""Validation of text that people type."""

from __future__ import annotations

import timeit
from functools import partial
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core import text
from server.core.errors import InvalidBody


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("a\r\nb", 3),
        ("é", 1),
        ("e\u0301", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("🇷🇺🇩🇪", 2),
        ("🇷🇺🇩", 2),
        ("🇷🇺\u0301🇩", 2),
        ("a🇷\u200d🇩🇪", 3),
        ("नमस्ते", 3),
        ("각", 1),
    ],
)
def test_characters_are_counted_as_people_perceive_them(typed: str, count: int) -> None:
    assert text.count_graphemes(typed) == count


@given(st.text(st.characters(codec="ascii")))
def test_the_shortcut_for_ascii_gives_the_same_count(typed: str) -> None:
    assert text.count_graphemes(typed) == sum(1 for _ in text.GRAPHEME.finditer(typed))


@given(st.text(st.sampled_from("🇷🇺a\u0301\u200d\u0600👩"), max_size=20))
def test_regional_indicators_are_counted_as_by_the_full_pattern(typed: str) -> None:
    assert text.count_graphemes(typed) == sum(1 for _ in text.GRAPHEME.finditer(typed))


def test_a_long_run_of_regional_indicators_is_counted_in_linear_time() -> None:
    """With the pattern alone, ten times as many would take a hundred times as long: a second."""
    few, many = ("🇷" * count for count in (3_990, 39_900))
    assert (text.count_graphemes(few), text.count_graphemes(many)) == (1_995, 19_950)
    runs = [partial(text.count_graphemes, run) for run in (few, many)]
    seconds = [min(timeit.repeat(run, timer=thread_time, number=1)) for run in runs]  # in processor time
    assert seconds[1] < 30 * seconds[0]


@given(st.text(max_size=200))
def test_accepted_text_is_unchanged(typed: str) -> None:
    try:
        assert text.bounded("x", typed, 100) == typed
    except InvalidBody:
        assert "\0" in typed or text.count_graphemes(typed) > 100


def test_a_text_may_have_at_most_16_bytes_per_allowed_character() -> None:
    marks = "e" + "\u0301" * 79  # one character as people perceive it, and 159 bytes
    assert text.bounded("tweet_data", marks, 10) == marks
    with pytest.raises(InvalidBody, match=r"tweet_data has 161 bytes; at most 160 .* Combining marks"):
        text.bounded("tweet_data", marks + "\u0301", 10)
    assert text.bounded("tweet_data", "👩🏽" * 10, 10)  # with a skin tone: 8 bytes each
    with pytest.raises(InvalidBody, match="at most 16384 are allowed"):
        text.bounded("tweet_data", "e\u0301" * 6000, 16_384)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(InvalidBody, match="surrogate"):
        text.storable("tweet_data", "a\ud800b")


@pytest.mark.parametrize(
    "name",
    ["\u200b", "\u3164", "\u00ad", "\ufeff", "\u2800", "Bob \u202eevil", "a\u2066b", "a\u2028b", "\u0301"],
)
def test_a_name_must_be_visible_and_may_not_change_text_direction(name: str) -> None:
    with pytest.raises(InvalidBody):
        text.line("name", name, 50)


@pytest.mark.parametrize("name", ["Иван", "ليلى", "👩\u200d👩\u200d👧", "علی\u200cرضا", "!", "½", "e\u0301"])
def test_names_in_all_scripts_are_accepted(name: str) -> None:
    assert text.line("name", name, 50) == name
