"""Handles made from names, and display names that follow the rules."""

from __future__ import annotations

import pytest

from server.features.people.accounts import HANDLE
from server.importing import names


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Alice", "alice"),
        ("Щёголь Юрий", "shchegol_iurii"),
        ("Їжак & Ґава", "izhak_gava"),
        ("Žluťoučký kůň", "zlutoucky_kun"),
        ("Straße Øst Łódź", "strasse_ost_lodz"),
        ("__Bob!! 2", "bob_2"),
        ("🙂 smile", "smile"),
        ("a" * 40, "a" * 30),
        ("a" * 29 + " b", "a" * 29),
        ("日本", None),
        ("Bob 日本", None),
        ("1234", None),
        ("🙂", None),
        ("ь", None),
        ("", None),
    ],
)
def test_a_handle_is_the_name_in_ascii_if_all_of_it_can_be_transliterated(
    name: str, handle: str | None
) -> None:
    assert names.handle_of(name) == handle


@pytest.mark.parametrize("name", ["Alice", "a" * 40, "日", "a" * 29 + " b", "user2147483647"])
def test_every_candidate_is_a_valid_handle(name: str) -> None:
    found = names.candidates(2**53 - 1, name)
    assert all(HANDLE.fullmatch(handle) for handle in found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("name", "shown", "changes"),
    [
        ("  Alice ", "Alice", 0),
        ("é" * 51, "é" * 50, 1),
        ("a\nb\x00c", "a b c", 1),
        ("\u202e\u2066x\u200b", "x\u200b", 1),
        ("\u2800\u3164", None, 1),
        (None, None, 1),
        ("\t" + "x" * 49 + "  y", "x" * 49, 1),
    ],
)
def test_a_display_name_keeps_everything_that_can_be_shown(
    name: str | None, shown: str | None, changes: int
) -> None:
    found, changed = names.shown(name)
    assert (found, len(changed)) == (shown, changes)
