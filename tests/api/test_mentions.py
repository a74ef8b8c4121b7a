"""Mentions: the users whom a tweet names."""

from __future__ import annotations

import asyncio
from typing import Any

from server.core.database.connection import rows
from tests.callers import Caller


def handles(tweet: dict[str, Any]) -> list[str]:
    return [person["handle"] for person in tweet["mentions"]]


async def test_a_tweet_names_the_users_whom_it_mentions(alice: Caller, bob: Caller, carol: Caller) -> None:
    published = await alice.post(
        "/api/tweets", json={"tweet_data": "hi @Carol, @bob, @carol, @nobody_here and x@alice.example"}
    )
    shown = await bob.read(published["tweet_id"])
    for tweet in (published["tweet"], shown, (await carol.timeline(limit=1))[0]):
        assert tweet["mentions"] == [
            {"id": carol.id, "name": "carol", "handle": "carol"},
            {"id": bob.id, "name": "bob", "handle": "bob"},
        ]


async def test_a_tweet_without_mentions_says_so(alice: Caller) -> None:
    assert (await alice.read(await alice.tweet("plain")))["mentions"] == []


async def test_mentions_of_people_who_changed_their_name_are_shown_with_the_new_one(
    alice: Caller, bob: Caller
) -> None:
    tweet = await alice.tweet("hi @bob")
    await bob.patch("/api/users/me", json={"name": "Robert"})
    assert (await alice.read(tweet))["mentions"] == [{"id": bob.id, "name": "Robert", "handle": "bob"}]


async def test_mentions_of_suspended_people_are_text_as_long_as_that_lasts(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("hi @bob")
    await carol.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True})
    assert handles(await alice.read(tweet)) == []
    await carol.delete(f"/api/users/{bob.id}/suspension")
    assert handles(await alice.read(tweet)) == ["bob"]


async def test_a_tweet_mentions_at_most_twenty_people(alice: Caller) -> None:
    text = " ".join(f"@user{number}" for number in range(21))
    refused = await alice.post("/api/tweets", json={"tweet_data": text})
    assert refused.error == (422, "invalid_body")
    assert "21 people; at most 20" in refused["error_message"]


async def test_a_deleted_tweet_mentions_nobody(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("hi @bob")
    assert await rows("SELECT 1 FROM mentions WHERE tweet_id = $1", tweet)
    await alice.delete(f"/api/tweets/{tweet}")
    assert not await rows("SELECT 1 FROM mentions WHERE tweet_id = $1", tweet)


async def test_many_tweets_at_once_each_have_their_own(alice: Caller, bob: Caller, carol: Caller) -> None:
    texts = ["plain", "hi @bob #one", "hi @carol @bob", "#two", "hi @carol"] * 4
    await asyncio.gather(*(alice.tweet(f"{number} {text}") for number, text in enumerate(texts)))
    found = {tweet["content"].split(" ", 1)[1]: handles(tweet) for tweet in await carol.timeline(limit=50)}
    assert found == {
        "plain": [],
        "hi @bob #one": ["bob"],
        "hi @carol @bob": ["carol", "bob"],
        "#two": [],
        "hi @carol": ["carol"],
    }
