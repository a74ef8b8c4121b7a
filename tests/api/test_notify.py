"""Notifications of new tweets: whom they reach, in batches, exactly once."""

from __future__ import annotations

import asyncio
import random

import pytest

from server.core.database.connection import rows
from server.features.notifications import new_tweets
from tests.api.notifying import notified
from tests.api.test_notifications import read, told, unread
from tests.callers import Caller, register
from tests.realtime.listening import listening
from tests.thorough import much
from tests.waiting import until

KILLS = much(usually=30, thoroughly=500)


async def follow(who: Caller, other: Caller, *, bell: bool = True) -> None:
    assert (await who.post(f"/api/users/{other.id}/follow")).status == 200
    if bell:
        assert (await who.post(f"/api/users/{other.id}/notify")).status == 200


async def publish(who: Caller, text: str, **body: object) -> int:
    answer = await who.post("/api/tweets", json={"tweet_data": text, **body})
    assert answer.status == 201, answer.body
    return int(answer["tweet_id"])


async def heard(caller: Caller) -> list[int]:
    """The tweets that somebody's bell told the caller of, the newest first."""
    return [one["tweet"]["id"] for one in await read(caller) if one["kind"] == "tweet"]


async def test_new_tweets_notify_those_who_asked_for_it(alice: Caller, bob: Caller, carol: Caller) -> None:
    await bob.tweet("before")
    await follow(alice, bob)
    await follow(carol, bob, bell=False)
    tweet = await bob.tweet("news")
    await notified()
    assert told(await read(alice)) == [("tweet", ["bob"], tweet)]
    assert await unread(alice) == 1
    assert await read(carol) == []
    assert [one["kind"] for one in await read(bob)] == ["follow"]
    assert await heard(alice) == [tweet]
    assert await read(alice, tab="mentions") == await read(alice, tab="follows") == []


@pytest.mark.usefixtures("worker")
async def test_a_worker_does_it_without_being_waited_for(alice: Caller, bob: Caller) -> None:
    await follow(alice, bob)
    tweet = await bob.tweet("news")

    async def has_heard() -> bool:
        return await heard(alice) == [tweet]

    await until(has_heard)


async def test_which_tweets_notify(alice: Caller, bob: Caller, carol: Caller) -> None:
    await follow(alice, bob)
    first = await publish(bob, "public")
    unlisted = await publish(bob, "unlisted", visibility="unlisted")
    followers = await publish(bob, "for followers", visibility="followers")
    await publish(bob, f"@{carol.handle}", visibility="mentioned")
    continued = await publish(bob, "continued", in_reply_to_id=first)
    hers = await carol.tweet("hers")
    await publish(bob, "to somebody else", in_reply_to_id=hers)
    await bob.post(f"/api/tweets/{hers}/reposts")
    await notified()
    assert await heard(alice) == [continued, followers, unlisted, first]


async def test_whoever_hears_of_it_anyway_is_told_once(alice: Caller, bob: Caller) -> None:
    await follow(alice, bob)
    await follow(bob, alice)
    mention = await bob.tweet("hello @alice")
    mine = await alice.tweet("mine")
    await notified()
    assert told(await read(alice))[0] == ("mention", ["bob"], mention)
    assert await heard(alice) == []
    assert await heard(bob) == [mine]


@pytest.mark.parametrize("how", ["unfollow", "turn off", "block", "be blocked", "mute", "mute conversation"])
async def test_who_no_longer_wants_it_is_not_told(alice: Caller, bob: Caller, how: str) -> None:
    await follow(alice, bob)
    first = await bob.tweet("first")
    await notified()
    if how == "unfollow":
        await alice.delete(f"/api/users/{bob.id}/follow")
        await alice.post(f"/api/users/{bob.id}/follow")  # doesn't bring it back
    elif how == "turn off":
        assert (await alice.delete(f"/api/users/{bob.id}/notify")).status == 200
    elif how == "block":
        await alice.post(f"/api/users/{bob.id}/block")
    elif how == "be blocked":
        await bob.post(f"/api/users/{alice.id}/block")
    elif how == "mute":
        await alice.post(f"/api/users/{bob.id}/mute")
    else:
        await alice.post(f"/api/tweets/{first}/mute")
    await publish(bob, "second", in_reply_to_id=first)
    await notified()
    assert await heard(alice) == ([] if "block" in how else [first])
    told_of = await rows("SELECT tweet_id FROM notifications WHERE kind = 'tweet'")
    assert [one["tweet_id"] for one in told_of] == [first]


async def test_a_mute_without_notifications_leaves_the_bell_on(alice: Caller, bob: Caller) -> None:
    await follow(alice, bob)
    await alice.post(f"/api/users/{bob.id}/mute", json={"notifications": False})
    tweet = await bob.tweet("news")
    await notified()
    assert (await rows("SELECT tweet_id FROM notifications WHERE user_id = $1", alice.id)) == [
        {"tweet_id": tweet}
    ]


async def test_a_deleted_tweet_takes_its_notifications_with_it(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    for who in (alice, carol):
        await follow(who, bob)
    kept, gone = await bob.tweet("kept"), await bob.tweet("gone")
    await notified()
    assert await unread(alice) == 2
    await bob.delete(f"/api/tweets/{gone}")
    assert await heard(alice) == [kept]
    await notified()
    for who in (alice, carol):
        assert await heard(who) == [kept]
        assert await unread(who) == 1
    early = await bob.tweet("deleted before anybody was told")
    await bob.delete(f"/api/tweets/{early}")
    await notified()
    assert await unread(alice) == 1


async def test_only_followees_can_be_asked_for(alice: Caller, bob: Caller) -> None:
    path = f"/api/users/{bob.id}/notify"
    assert (await alice.post(path)).error == (422, "not_followed")
    assert (await alice.delete(path)).error == (422, "not_followed")
    assert (await alice.post("/api/users/999999/notify")).error == (404, "user_not_found")
    assert "notify" not in (await alice.get(f"/api/users/{bob.id}"))["user"]
    await follow(alice, bob)
    assert (await alice.get(f"/api/users/{bob.id}"))["user"]["notify"] is True
    assert (await alice.delete(path)).body == {"result": True}
    assert "notify" not in (await alice.get(f"/api/users/{bob.id}"))["user"]


@pytest.mark.whole
async def test_all_streams_of_the_follower_hear_of_it(address: str, alice: Caller, bob: Caller) -> None:
    await follow(alice, bob, bell=False)
    async with listening(address, alice) as hers, listening(address, bob) as his:
        await alice.post(f"/api/users/{bob.id}/notify")
        await alice.post(f"/api/users/{bob.id}/notify")
        told_of = await hers.wait_for("notify")
        assert (told_of["user_id"], told_of["notify"]) == (bob.id, True)
        await alice.delete(f"/api/users/{bob.id}/notify")
        assert (await hers.wait_for("notify", 2))["notify"] is False
        await bob.tweet("the end")
        await his.until("the end")
        assert his.of("notify") == []


async def test_the_same_request_twice_notifies_once(alice: Caller, bob: Caller) -> None:
    await follow(alice, bob)
    body = {"tweet_data": "once"}
    for _ in range(2):
        await bob.post("/api/tweets", json=body, headers={"idempotency-key": "same"})
        await notified()
    assert len(await heard(alice)) == 1


async def test_killed_batches_leave_nobody_out_and_tell_nobody_twice(
    alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_tweets, "BATCH", 2)
    people = [await register(bob.send, f"p{number}") for number in range(9)]
    for who in people:
        await follow(who, bob)
    tweets = [await bob.tweet(f"number {number}") for number in range(12)]
    chosen = random.Random(3)
    killed = 0
    for _ in range(KILLS):
        work = [asyncio.create_task(new_tweets.notify_some()) for _ in range(3)]
        finished, _ = await asyncio.wait(work, timeout=chosen.random() * 0.01)
        killed += len(work) - len(finished)
        for one in work:
            one.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    assert killed > 2
    await notified()
    for who in people:
        assert sorted(await heard(who)) == tweets
    counted = await rows(
        "SELECT count(*) AS n, max(count) AS most FROM notification_groups WHERE kind = 'tweet'"
    )
    assert counted == [{"n": len(people) * len(tweets), "most": 1}]


async def test_a_popular_author_does_not_delay_others(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_tweets, "BATCH", 1)
    for number in range(4):
        await follow(await register(bob.send, f"p{number}"), bob)
    await follow(alice, carol)
    await bob.tweet("to many")
    tweet = await carol.tweet("to alice")
    for _ in range(2):
        await new_tweets.notify_some()
    assert await heard(alice) == [tweet]
