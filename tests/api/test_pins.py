"""Pins over HTTP: the mark on a tweet, the list on its author's profile, and who sees it."""

from __future__ import annotations

import asyncio

import pytest

from server.core import personal as core_personal
from server.core.database.connection import rows
from server.features.pins import personal
from server.features.pins.pins import MAX_PINS
from tests.api.reposting import follow, repost
from tests.callers import Caller
from tests.realtime.listening import listening, settled


async def pinned(viewer: Caller, of: Caller, **parameters: int) -> list[int]:
    """The tweets at the top of a profile."""
    found = await viewer.get(f"/api/users/{of.id}/pins", params=parameters)
    return [tweet["id"] for tweet in found["tweets"]]


async def test_a_pinned_tweet_is_at_the_top_of_its_authors_profile(alice: Caller, bob: Caller) -> None:
    first, second = await alice.tweet("one"), await alice.tweet("two")
    for tweet in (second, first):
        assert (await alice.post(f"/api/tweets/{tweet}/pin")).body == {"result": True}
    assert await pinned(bob, alice) == await pinned(alice, alice) == [first, second]
    assert ((await alice.read(first))["pinned"], (await bob.read(first))["pinned"]) == (True, False)
    assert [tweet["pinned"] for tweet in await alice.timeline()] == [True, True]
    assert (await alice.delete(f"/api/tweets/{first}/pin")).body == {"result": True}
    assert await pinned(bob, alice) == [second]
    assert (await alice.read(first))["pinned"] is False


async def test_pinning_and_unpinning_are_idempotent(alice: Caller) -> None:
    tweet = await alice.tweet()
    path = f"/api/tweets/{tweet}/pin"
    assert [(await alice.delete(path)).status, (await alice.post(path)).status] == [200, 200]
    assert (await alice.post(path)).status == 200
    assert await pinned(alice, alice) == [tweet]


async def test_only_so_many_can_be_pinned_even_at_once(alice: Caller) -> None:
    tweets = [await alice.tweet(str(number)) for number in range(MAX_PINS + 4)]
    answers = await asyncio.gather(*(alice.post(f"/api/tweets/{tweet}/pin") for tweet in tweets))
    assert sorted(answer.status for answer in answers) == [200] * MAX_PINS + [422] * 4
    refused = next(answer for answer in answers if answer.status == 422)
    assert refused.error == (422, "too_many_pins")
    kept = await pinned(alice, alice)
    assert len(kept) == MAX_PINS
    assert (await alice.post(f"/api/tweets/{kept[0]}/pin")).status == 200  # it is pinned already
    await alice.delete(f"/api/tweets/{kept[0]}")  # frees a place
    free = next(tweet for tweet in tweets if tweet not in kept)
    assert (await alice.post(f"/api/tweets/{free}/pin")).status == 200
    assert await pinned(alice, alice) == [free, *kept[1:]]


async def test_only_ones_own_tweets_that_are_not_private_can_be_pinned(alice: Caller, bob: Caller) -> None:
    theirs = await bob.tweet()
    assert (await alice.post(f"/api/tweets/{theirs}/pin")).error == (403, "not_pinnable")
    body = {"tweet_data": "hello @bob", "visibility": "mentioned"}
    private = (await alice.post("/api/tweets", json=body))["tweet_id"]
    assert (await alice.post(f"/api/tweets/{private}/pin")).error == (403, "not_pinnable")
    body = {"tweet_data": "for followers", "visibility": "followers"}
    unseen = (await bob.post("/api/tweets", json=body))["tweet_id"]
    for method in ("POST", "DELETE"):
        for tweet in (999, unseen):
            assert (await alice.call(method, f"/api/tweets/{tweet}/pin")).error == (404, "tweet_not_found")
    assert (await alice.get("/api/users/999/pins")).error == (404, "user_not_found")
    own = await alice.tweet()
    number = await repost(bob, own)
    assert (await alice.post(f"/api/tweets/{number}/pin")).status == 200  # a repost stands for its tweet
    assert await pinned(bob, alice) == [own]


async def test_pinned_tweets_for_followers_are_for_followers(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await follow(bob, alice)
    body = {"tweet_data": "for followers", "visibility": "followers"}
    tweet = (await alice.post("/api/tweets", json=body))["tweet_id"]
    await alice.post(f"/api/tweets/{tweet}/pin")
    for reader in (alice, bob):
        assert await pinned(reader, alice) == [tweet]
    assert await pinned(carol, alice) == []
    await alice.post(f"/api/users/{bob.id}/block")
    assert await pinned(bob, alice) == []


async def test_pins_are_paged(alice: Caller) -> None:
    tweets = [await alice.tweet(str(number)) for number in range(4)]
    for tweet in tweets:
        await alice.post(f"/api/tweets/{tweet}/pin")
    first = await alice.get(f"/api/users/{alice.id}/pins", params={"limit": 3})
    assert [tweet["id"] for tweet in first["tweets"]] == tweets[:0:-1]
    assert await pinned(alice, alice, before=first["next"]) == tweets[:1]


async def test_own_streams_hear_of_pins_and_no_others(address: str, alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet()
    await settled()
    async with listening(address, alice) as here, listening(address, bob) as elsewhere:
        await alice.post(f"/api/tweets/{tweet}/pin")
        told = await here.wait_for("pinned")
        assert (told["tweet_id"], told["pinned"]) == (tweet, True)
        await alice.delete(f"/api/tweets/{tweet}/pin")
        assert (await here.wait_for("pinned", 2))["pinned"] is False
        await alice.post(f"/api/tweets/{tweet}/pin")
        await here.wait_for("pinned", 3)
        await alice.delete(f"/api/tweets/{tweet}")
        await here.wait_for("tweet_deleted")
        await elsewhere.wait_for("tweet_deleted")
        assert here.kinds.count("pinned") == 3, "the deletion says that it is gone"
        assert "pinned" not in elsewhere.kinds


async def test_pins_are_exported_and_erased_with_their_user(
    alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_personal, "BATCH", 2)
    ids = [await alice.tweet(str(number)) for number in range(MAX_PINS)]
    for tweet in ids:
        await alice.post(f"/api/tweets/{tweet}/pin")
    kept = await bob.tweet()
    await bob.post(f"/api/tweets/{kept}/pin")
    exported = await rows(personal.EXPORT, alice.id, 0, 50)
    assert [found["tweet_id"] for found in exported] == ids
    while await personal.erase(alice.id, None):  # type: ignore[arg-type]  # it has no objects
        pass
    assert [found["user_id"] for found in await rows("SELECT user_id FROM pins")] == [bob.id]
