"""Reposts: who may, how they are undone, counted, listed, notified and told."""

from __future__ import annotations

import asyncio

import pytest

from server.api.perch import tweet_ids
from server.context import App
from server.core.database.connection import rows
from tests.api.reposting import entries, follow, repost
from tests.callers import Caller, register
from tests.domain.test_counters import DISAGREEING
from tests.realtime.listening import listening

NAMES = set(tweet_ids.NAMES)


async def test_reposting_and_undoing_are_idempotent(alice: Caller, bob: Caller) -> None:
    tweet = await bob.tweet()
    assert await repost(alice, tweet) == await repost(alice, tweet)
    seen = await alice.read(tweet)
    assert (seen["reposts_count"], seen["reposted"]) == (1, True)
    assert (await bob.read(tweet))["reposted"] is False
    path = f"/api/tweets/{tweet}/reposts"
    assert [(await alice.delete(path)).status for _ in range(2)] == [200, 200]
    seen = await alice.read(tweet)
    assert (seen["reposts_count"], seen["reposted"]) == (0, False)
    assert await entries(alice) == []


@pytest.mark.parametrize(
    ("visibility", "by_author", "by_follower"),
    [("public", 200, 200), ("unlisted", 200, 200), ("followers", 200, 403), ("mentioned", 403, 404)],
)
async def test_what_may_be_reposted(
    alice: Caller, bob: Caller, visibility: str, by_author: int, by_follower: int
) -> None:
    await follow(bob, alice)
    body = {"tweet_data": "for some", "visibility": visibility}
    tweet = (await alice.post("/api/tweets", json=body))["tweet_id"]
    path = f"/api/tweets/{tweet}/reposts"
    assert (await bob.post(path)).status == by_follower
    assert (await alice.post(path)).status == by_author
    if by_author == 403:
        assert (await alice.post(path)).error == (403, "not_repostable")


async def test_the_id_of_a_repost_stands_for_the_tweet(alice: Caller, bob: Caller) -> None:
    tweet = await bob.tweet("the original")
    number = await repost(alice, tweet)
    assert (await bob.get(f"/api/tweets/{number}"))["tweet"]["id"] == tweet
    assert (await bob.get(f"/api/tweets/{number}/thread"))["tweet"]["id"] == tweet
    assert (await bob.post(f"/api/tweets/{number}/likes")).status == 200
    assert (await bob.read(tweet))["likes_count"] == 1
    assert await repost(bob, number) != number
    assert (await bob.read(tweet))["reposts_count"] == 2
    assert (await alice.get("/api/tweets/999999")).error == (404, "tweet_not_found")


def test_it_does_in_every_path_except_to_delete(app: App) -> None:
    own = {
        (method, route.path)
        for route in app.router.routes
        if NAMES & {parameter.name for parameter in route.params.values()}
        and not hasattr(route.handler, "of_repost")
        for method in route.methods
    }
    assert own == {("DELETE", "api/tweets/<tweet_id:id>")}


async def test_deleting_a_repost_undoes_it(alice: Caller, bob: Caller) -> None:
    admin = await register(alice.send, "staff", admin=True)
    tweet = await bob.tweet("the original")
    number = await repost(alice, tweet)
    assert (await bob.delete(f"/api/tweets/{number}")).error == (403, "not_author")
    assert (await alice.delete(f"/api/tweets/{number}")).status == 200
    assert (await bob.read(tweet))["reposts_count"] == 0
    assert (await alice.delete(f"/api/tweets/{number}")).error == (404, "tweet_not_found")
    number = await repost(alice, tweet)
    assert (await admin.delete(f"/api/tweets/{number}")).status == 200
    assert (await bob.read(tweet))["reposts_count"] == 0
    acts = await admin.get("/api/audit")
    assert (acts["acts"][0]["act"], acts["acts"][0]["subject_id"]) == ("repost.delete", number)


async def test_who_reposted_is_listed(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await alice.tweet()
    for who in (alice, bob, carol):
        await repost(who, tweet)
    path = f"/api/tweets/{tweet}/reposts"
    first = await alice.get(path, params={"limit": 2})
    assert [person["id"] for person in first["users"]] == [carol.id, bob.id]
    rest = await alice.get(path, params={"limit": 2, "before": first["next"]})
    assert ([person["id"] for person in rest["users"]], rest["next"]) == ([alice.id], None)
    await alice.post(f"/api/users/{bob.id}/block")
    found = await alice.get(path)
    assert [person["id"] for person in found["users"]] == [carol.id, alice.id]
    assert (await alice.get("/api/tweets/999999/reposts")).error == (404, "tweet_not_found")


async def test_deleting_the_tweet_ends_its_reposts(alice: Caller, bob: Caller) -> None:
    await follow(alice, bob)
    tweet = await alice.tweet()
    number = await repost(bob, tweet)
    assert (await alice.get("/api/notifications"))["notifications"][0]["kind"] == "repost"
    assert (await alice.delete(f"/api/tweets/{tweet}")).status == 200
    assert await entries(alice) == []
    assert await entries(bob, f"/api/users/{bob.id}/tweets") == []
    assert (await alice.get(f"/api/tweets/{number}")).error == (404, "tweet_not_found")
    assert (await alice.get("/api/notifications"))["notifications"] == []
    assert await rows("SELECT 1 FROM notifications WHERE kind = 'repost'") == []


async def test_a_repost_notifies_once(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await alice.tweet("mine")
    await repost(alice, tweet)  # one's own doesn't
    assert (await alice.get("/api/notifications"))["notifications"] == []
    await repost(bob, tweet)
    await repost(carol, tweet)
    (told,) = (await alice.get("/api/notifications"))["notifications"]
    assert (told["kind"], told["people_count"], told["tweet"]["id"]) == ("repost", 2, tweet)
    newest = told["id"]
    await bob.delete(f"/api/tweets/{tweet}/reposts")
    (told,) = (await alice.get("/api/notifications"))["notifications"]
    assert [person["handle"] for person in told["people"]] == ["carol"]
    await repost(bob, tweet)
    (told,) = (await alice.get("/api/notifications"))["notifications"]
    assert (told["people_count"], told["id"]) == (2, newest)


async def test_muted_people_and_conversations_do_not_notify(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet, other = await alice.tweet("mine"), await alice.tweet("muted")
    await alice.post(f"/api/users/{bob.id}/mute")
    await alice.post(f"/api/tweets/{other}/mute")
    await repost(bob, tweet)
    await repost(carol, other)
    assert (await alice.get("/api/notifications"))["notifications"] == []


async def test_streams_hear_of_reposts(alice: Caller, bob: Caller, carol: Caller, address: str) -> None:
    await follow(alice, bob)
    tweet = await carol.tweet("the original")
    async with (
        listening(address, alice) as follower,
        listening(address, bob) as own,
        listening(address, carol) as other,
    ):
        number = await repost(bob, tweet)
        await bob.delete(f"/api/tweets/{tweet}/reposts")
        await repost(bob, tweet)
        await carol.tweet("the end")
        for stream in (follower, own, other):
            await stream.until("the end")
        for stream in (follower, own):
            told = stream.of("repost")[-1]
            assert told["user"] == {"id": bob.id, "name": "bob", "handle": "bob"}
            assert told["tweet"]["id"] == tweet
            assert stream.of("repost_undone")[0] == {
                "type": "repost_undone",
                "id": number,
                "user_id": bob.id,
                "tweet_id": tweet,
            }
        assert other.of("repost") == other.of("repost_undone") == []
        for stream in (follower, own, other):
            assert (stream.of("reposts")[-1]["tweet_id"], stream.of("reposts")[-1]["reposts_count"]) == (
                tweet,
                1,
            )


async def test_own_streams_hear_that_reposts_are_hidden(alice: Caller, bob: Caller, address: str) -> None:
    await follow(alice, bob)
    path = f"/api/users/{bob.id}/reposts/hidden"
    async with listening(address, alice) as own, listening(address, bob) as other:
        await alice.post(path)
        await alice.post(path)
        await alice.delete(path)
        await alice.tweet("the end")
        for stream in (own, other):
            await stream.until("the end")
        assert {told["user_id"] for told in own.of("reposts_hidden")} == {bob.id}
        assert own.of("reposts_hidden")[-1]["hidden"] is False
        assert other.of("reposts_hidden") == []


async def test_nobody_across_a_block_hears_that_a_repost_was_undone(
    alice: Caller, bob: Caller, carol: Caller, address: str
) -> None:
    await follow(alice, bob)
    tweet = await carol.tweet("the original")
    await repost(bob, tweet)
    await carol.post(f"/api/users/{alice.id}/block")
    async with listening(address, alice) as stream, listening(address, bob) as own:
        await bob.delete(f"/api/tweets/{tweet}/reposts")
        await bob.tweet("the end")
        for one in (stream, own):
            await one.until("the end")
        assert stream.of("repost_undone") == []
        assert len(own.of("repost_undone")) == 1


async def test_the_author_neither_deletes_nor_undoes_by_the_id_of_a_repost(
    alice: Caller, bob: Caller
) -> None:
    tweet = await alice.tweet("mine")
    number = await repost(bob, tweet)
    assert (await alice.delete(f"/api/tweets/{number}")).error == (403, "not_author")
    reply = await bob.reply(tweet)
    number = await repost(bob, reply)
    assert (await alice.post(f"/api/tweets/{number}/hidden")).status == 200
    assert (await alice.get(f"/api/tweets/{tweet}/thread"))["replies"][0]["hidden"] is True


async def test_parallel_reposts_leave_the_counters_right(anybody: Caller, alice: Caller) -> None:
    people = [await register(anybody.send, f"p{number}") for number in range(8)]
    tweets = [await alice.tweet(f"number {number}") for number in range(3)]

    async def flip(who: Caller, number: int) -> None:
        path = f"/api/tweets/{tweets[number % 3]}/reposts"
        await (who.delete(path) if number % 4 == 3 else who.post(path))

    await asyncio.gather(*(flip(who, number) for number in range(12) for who in people))
    await asyncio.gather(
        alice.delete(f"/api/tweets/{tweets[0]}"), *(repost(who, tweets[1]) for who in people)
    )
    assert (await alice.read(tweets[1]))["reposts_count"] == len(people)
    assert await rows(DISAGREEING) == []


async def test_a_reply_to_a_repost_is_a_reply_to_its_tweet(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("original")
    repost_id = (await bob.post(f"/api/tweets/{tweet}/reposts"))["repost_id"]
    body = {"tweet_data": "so it is", "in_reply_to_id": repost_id}
    answers = [await alice.post("/api/tweets", json=body, headers={"idempotency-key": "x"}) for _ in range(2)]
    assert {answer.status for answer in answers} == {201}
    assert {answer["tweet"]["in_reply_to_id"] for answer in answers} == {tweet}
    assert len({answer["tweet_id"] for answer in answers}) == 1
    gone = {"tweet_data": "x", "in_reply_to_id": 2**53 - 1}
    assert (await alice.post("/api/tweets", json=gone)).error == (404, "tweet_not_found")
