"""Who may reply in a conversation, and replies behind a click."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.core.paging import NEWEST
from tests.callers import Answer, Caller, register
from tests.realtime.listening import listening


async def limit(caller: Caller, tweet: int, who: str) -> Answer:
    return await caller.patch(f"/api/tweets/{tweet}", json={"who_may_reply": who})


async def replies(caller: Caller, to: int) -> bool:
    """Whether the caller may reply, as the thread says and as it is."""
    thread = await caller.get(f"/api/tweets/{to}/thread")
    answer = await caller.post("/api/tweets", json={"tweet_data": "a reply", "in_reply_to_id": to})
    if answer.status != 201:
        assert answer.error == (403, "replies_limited")
    assert thread["may_reply"] is (answer.status == 201)
    return answer.status == 201


@pytest.mark.parametrize(
    ("who", "follower", "followee", "mentioned"),
    [
        ("everyone", True, True, True),
        ("following", False, True, True),
        ("mentioned", False, False, True),
        ("nobody", False, False, False),
    ],
)
async def test_the_author_decides_who_may_reply(
    alice: Caller, bob: Caller, carol: Caller, who: str, follower: bool, followee: bool, mentioned: bool
) -> None:
    dave = await register(alice.send, "dave")
    await bob.post(f"/api/users/{alice.id}/follow")
    await alice.post(f"/api/users/{carol.id}/follow")
    tweet = await alice.tweet("what do you think, @dave?")
    earlier = await bob.reply(tweet)
    assert (await limit(alice, tweet, who)).status == 200
    assert (await bob.get(f"/api/tweets/{earlier}/thread"))["who_may_reply"] == who
    for caller, may in ((alice, True), (bob, follower), (carol, followee), (dave, mentioned)):
        # Anywhere in the conversation, however deep.
        assert await replies(caller, tweet) is may
        assert await replies(caller, earlier) is may


async def test_a_conversation_is_opened_again(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("mine")
    for who in ("nobody", "nobody", "following", "everyone", "everyone"):
        assert (await limit(alice, tweet, who)).status == 200
    assert await replies(bob, tweet)


async def test_a_rule_goes_with_its_tweet(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("mine")
    reply = await bob.reply(tweet)
    await limit(alice, tweet, "nobody")
    assert not await replies(bob, reply)
    await alice.delete(f"/api/tweets/{tweet}")
    assert await replies(bob, reply)


async def test_only_the_author_of_the_first_tweet_decides(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("mine")
    reply = await alice.reply(tweet)
    assert (await limit(bob, tweet, "nobody")).error == (403, "not_author")
    assert (await limit(alice, reply, "nobody")).error == (422, "not_first")
    assert (await limit(alice, 999, "nobody")).error == (404, "tweet_not_found")
    assert (await limit(alice, NEWEST, "nobody")).error == (404, "tweet_not_found")
    refused = await limit(alice, tweet, "friends")
    assert refused.error == (422, "invalid_body")
    assert "who_may_reply" in refused["error_message"]


async def test_replies_that_arrive_together_are_judged_each_for_itself(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("hello @carol")
    await limit(alice, tweet, "mentioned")
    body = {"tweet_data": "together", "in_reply_to_id": tweet}
    callers = [bob, carol] * 10
    answers = await asyncio.gather(*(caller.post("/api/tweets", json=body) for caller in callers))
    assert [answer.status for answer in answers] == [403, 201] * 10


async def hidden(caller: Caller, tweet: int) -> list[tuple[int, bool]]:
    found: list[dict[str, Any]] = (await caller.get(f"/api/tweets/{tweet}/thread"))["replies"]
    return [(one["tweet"]["id"], one.get("hidden", False)) for one in found]


async def test_replies_are_hidden_by_whom_they_reply_to_and_by_who_began(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("mine")
    first = await bob.reply(tweet)
    below = await carol.reply(first)
    path = f"/api/tweets/{below}/hidden"
    assert (await carol.post(path)).error == (403, "not_author")
    for caller in (alice, bob):
        for _ in range(2):
            assert (await caller.post(path)).status == 200
        assert await hidden(carol, tweet) == [(first, False), (below, True)]
        assert await hidden(carol, first) == [(below, True)]
        for _ in range(2):
            assert (await caller.delete(path)).status == 200
        assert await hidden(carol, tweet) == [(first, False), (below, False)]
    assert (await alice.post(f"/api/tweets/{tweet}/hidden")).error == (404, "tweet_not_found")
    assert (await alice.post("/api/tweets/999/hidden")).error == (404, "tweet_not_found")


async def test_open_pages_hear_of_it(alice: Caller, bob: Caller, address: str) -> None:
    tweet = await alice.tweet("mine")
    reply = await bob.reply(tweet)
    async with listening(address, bob) as stream:
        await limit(alice, tweet, "nobody")
        assert (await stream.wait_for("thread"))["root_id"] == tweet
        await alice.post(f"/api/tweets/{reply}/hidden")
        assert (await stream.wait_for("thread", 2))["root_id"] == tweet


async def test_a_tweet_says_who_may_reply_when_it_is_published(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    body = {"tweet_data": "@bob", "who_may_reply": "mentioned"}
    published = await alice.post("/api/tweets", json=body, headers={"Idempotency-Key": "once"})
    root = published["tweet_id"]
    assert (await alice.get(f"/api/tweets/{root}/thread"))["who_may_reply"] == "mentioned"
    for who, status in ((bob, 201), (carol, 403)):
        assert (
            await who.post("/api/tweets", json={"tweet_data": "x", "in_reply_to_id": root})
        ).status == status
    other = {**body, "who_may_reply": "everyone"}
    again = await alice.post("/api/tweets", json=other, headers={"Idempotency-Key": "once"})
    assert again.error == (422, "idempotency_key_reused")
    reply = {"tweet_data": "x", "in_reply_to_id": root, "who_may_reply": "nobody"}
    assert (await alice.post("/api/tweets", json=reply)).error == (422, "not_first")


async def test_across_a_block_a_reply_does_not_exist_except_for_who_may_hide_it(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    root = await alice.tweet("a beginning")
    reply = await bob.reply(root)
    for who in (alice, carol):
        await bob.post(f"/api/users/{who.id}/block")
    missing = await carol.post("/api/tweets/999999/hidden")
    assert (
        (await carol.post(f"/api/tweets/{reply}/hidden")).error == missing.error == (404, "tweet_not_found")
    )
    assert (await alice.post(f"/api/tweets/{reply}/hidden")).status == 200
