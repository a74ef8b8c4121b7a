"""Hashtags: which tweets have one, however it is written."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest

from server.core.database.connection import rows
from server.features.hashtags.hashtags import hashtag_id, normalized
from server.features.moderation import hiding
from server.features.tweets import earlier_texts
from tests import pictures
from tests.callers import Caller
from tests.texts.vectors import DIFFERENT, SAME


async def texts(caller: Caller, name: str, **params: object) -> list[str]:
    found = await caller.get(f"/api/hashtags/{quote(name)}/tweets", params=params)
    assert found.status == 200, found.body
    return [tweet["content"] for tweet in found["tweets"]]


async def test_tweets_with_a_hashtag_are_listed_newest_first(alice: Caller, bob: Caller) -> None:
    await alice.tweet("one #Perch")
    await bob.tweet("none perch")
    await bob.tweet("two #perch #PERCH and #other")
    await alice.tweet("a link: https://example.org/#perch")
    expected = ["two #perch #PERCH and #other", "one #Perch"]
    assert await texts(bob, "perch") == await texts(alice, "PERCH") == expected
    assert await texts(alice, "other") == expected[:1]
    assert await texts(alice, "nothing") == []


async def test_a_page_of_a_hashtag_continues(alice: Caller) -> None:
    for number in range(5):
        await alice.tweet(f"{number} #paged")
    first = await alice.get("/api/hashtags/paged/tweets", params={"limit": 2})
    assert [tweet["content"][0] for tweet in first["tweets"]] == ["4", "3"]
    second = await alice.get("/api/hashtags/paged/tweets", params={"limit": 9, "before": first["next"]})
    assert [tweet["content"][0] for tweet in second["tweets"]] == ["2", "1", "0"]
    newer = await alice.get("/api/hashtags/paged/tweets", params={"after": second["previous"], "limit": 1})
    assert [tweet["content"][0] for tweet in newer["tweets"]] == ["3"]


async def test_deleted_tweets_and_those_of_suspended_people_are_not_listed(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await alice.tweet("kept #gone")
    deleted = await alice.tweet("deleted #gone")
    await bob.tweet("hidden #gone")
    await alice.delete(f"/api/tweets/{deleted}")
    suspended = await carol.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True})
    assert suspended.status == 200, suspended.body
    assert await texts(alice, "gone") == ["kept #gone"]


async def test_a_reply_and_a_tweet_with_pictures_have_hashtags_too(alice: Caller) -> None:
    uploaded = await alice.upload(pictures.jpeg())
    first = await alice.tweet("#full", [uploaded["media_id"]])
    await alice.reply(first, "a reply #full")
    assert await texts(alice, "full") == ["a reply #full", "#full"]


async def test_a_tweet_has_at_most_thirty_hashtags(alice: Caller) -> None:
    text = " ".join(f"#tag{number}" for number in range(31))
    refused = await alice.post("/api/tweets", json={"tweet_data": text})
    assert refused.error == (422, "invalid_body")
    assert "31 hashtags; at most 30" in refused["error_message"]
    # The same one again counts once.
    await alice.tweet("#same " * 40)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_hashtags_that_are_the_same(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)
    assert hashtag_id(one) == hashtag_id(other)
    assert 0 <= hashtag_id(one) < 1 << 53


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_hashtags_that_are_not_the_same(one: str, other: str) -> None:
    assert hashtag_id(one) != hashtag_id(other)


async def test_hashtags_in_other_scripts_have_pages(alice: Caller) -> None:
    await alice.tweet("привет #Мир")
    await alice.tweet("#日本語")
    assert await texts(alice, "мир") == ["привет #Мир"]
    assert await texts(alice, "日本語") == ["#日本語"]


async def suggested(caller: Caller, prefix: str, **params: object) -> list[tuple[str, int]]:
    found = await caller.get("/api/hashtags/completions", params={"prefix": prefix, **params})
    assert found.status == 200, found.body
    return [(one["name"], one["tweets_count"]) for one in found["hashtags"]]


async def test_hashtags_are_completed_the_most_used_first(alice: Caller, bob: Caller) -> None:
    await alice.tweet("#Perching is not #fishing")
    for caller in (alice, bob):
        await caller.tweet("#perch #Café")
    assert await suggested(bob, "per") == [("perch", 2), ("Perching", 1)]
    assert await suggested(bob, "#PER", limit=1) == [("perch", 2)]
    assert await suggested(bob, "cafe") == await suggested(bob, "CAFÉ") == [("Café", 2)]
    assert await suggested(bob, "") == [("Café", 2), ("perch", 2), ("fishing", 1), ("Perching", 1)]
    assert await suggested(bob, "nothing") == await suggested(bob, "per", limit=0) == []
    assert (await bob.get("/api/hashtags/completions", params={"limit": "x"})).status == 422


async def test_hashtags_without_a_visible_tweet_are_not_suggested(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    deleted = await alice.tweet("#gone")
    await alice.delete(f"/api/tweets/{deleted}")
    await bob.tweet("#gone too")
    assert await suggested(alice, "gone") == [("gone", 1)]
    await carol.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True})
    await hiding.settle(bob.id)
    assert await suggested(alice, "gone") == []


async def test_the_same_new_hashtags_at_the_same_time(alice: Caller, bob: Caller) -> None:
    names = [f"#n{number}" for number in range(20)]
    texts = [" ".join(names), " ".join(reversed(names))] * 10
    await asyncio.gather(*(caller.tweet(text) for text in texts for caller in (alice, bob)))
    assert (await rows("SELECT count(*) AS count FROM hashtags"))[0]["count"] == 20


async def test_texts_from_before_are_read_later(alice: Caller, bob: Caller) -> None:
    old = "INSERT INTO tweets (author_id, content) VALUES ($1, $2) RETURNING id"
    ids = [
        (await rows(old, alice.id, text))[0]["id"]
        for text in ("#old one", "nothing", "to @bob, #old #other", "@nobody")
    ]
    new = await alice.tweet("#old and new")
    before = await bob.read(ids[2])
    assert (before["mentions"], await texts(bob, "old")) == ([], ["#old and new"])
    await rows("INSERT INTO unread_texts (up_to) SELECT max(id) FROM tweets")
    assert await earlier_texts.read_some(batch=2) == 5
    assert await texts(bob, "old") == ["#old and new", "to @bob, #old #other", "#old one"]
    assert [person["handle"] for person in (await bob.read(ids[2]))["mentions"]] == ["bob"]
    assert await suggested(bob, "o") == [("old", 3), ("other", 1)]
    assert (await bob.get("/api/notifications"))["notifications"] == []
    assert await rows("SELECT 1 FROM unread_texts") == []
    assert await earlier_texts.read_some() == 0
    # Reading them again changes nothing.
    await rows("INSERT INTO unread_texts (up_to) VALUES ($1)", new)
    assert await earlier_texts.read_some() == 5
    assert await suggested(bob, "o") == [("old", 3), ("other", 1)]
