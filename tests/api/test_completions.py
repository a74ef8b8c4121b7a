"""Whom a mention that is being typed may mean."""

from __future__ import annotations

import pytest

from tests.callers import Caller, register

ROUTE = "/api/users/completions"


async def found(caller: Caller, prefix: str, **params: int) -> list[str]:
    answer = await caller.get(ROUTE, params={"prefix": prefix, **params})
    assert answer.status == 200, answer.body
    return [user["handle"] for user in answer["users"]]


async def test_the_beginning_of_a_handle_or_a_name_is_enough(alice: Caller, bob: Caller) -> None:
    await register(alice.send, "boris", name="Борис")
    await register(alice.send, "katya_1", name="Катя")
    await register(alice.send, "x_bo", name="Nobody")
    assert await found(alice, "bo") == ["bob", "boris"]
    assert await found(alice, "@BO") == ["bob", "boris"]
    assert await found(alice, "Кат") == ["katya_1"]
    assert await found(alice, "кат") == ["katya_1"]
    assert await found(alice, "boris_") == []
    assert await found(alice, "bo", limit=1) == ["bob"]
    assert await found(alice, "") == ["bob", "boris", "katya_1", "x_bo"]
    # Neither % nor _ stands for anything else.
    assert await found(alice, "%") == []
    assert await found(alice, "_") == []
    assert await found(alice, "x" * 1000) == []


async def test_whom_one_talks_with_comes_first_then_whom_one_follows(alice: Caller) -> None:
    people = [await register(alice.send, f"person{number}") for number in range(4)]
    await alice.post(f"/api/users/{people[2].id}/follow")
    await alice.tweet("hi @person3")
    asked = await people[1].tweet("a question")
    for text in ("one", "two"):
        await alice.reply(asked, text)
    assert await found(alice, "person") == ["person1", "person3", "person2", "person0"]
    assert (await alice.get(ROUTE, params={"prefix": "person2"}))["users"][0]["followed"]


@pytest.mark.parametrize("prefix", ["bob", ""])
async def test_oneself_and_hidden_people_are_not_listed(
    alice: Caller, bob: Caller, carol: Caller, prefix: str
) -> None:
    assert await found(bob, "bob") == []
    await carol.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True})
    assert "bob" not in await found(alice, prefix)


async def test_what_nobody_can_be_called_matches_nobody(alice: Caller) -> None:
    for what in ("users", "hashtags"):
        for prefix in ("%00", "a%00", "a" * 101, "%F0%9F%90%A6" * 200):
            found = await alice.get(f"/api/{what}/completions?prefix={prefix}")
            assert (found.status, found[what]) == (200, [])
