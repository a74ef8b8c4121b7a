"""Replies and threads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.tweets import tweets
from server.features.tweets.publishing import NewTweet, Published
from server.features.tweets.statement import DEEPEST
from tests.callers import Answer, Caller


async def thread(caller: Caller, tweet_id: int, **params: Any) -> Answer:
    return await caller.get(f"/api/tweets/{tweet_id}/thread", params=params)


def below(found: Answer) -> list[tuple[int, int | str]]:
    """The depth and the text of each reply; of a deleted one, its id."""
    return [
        (one["depth"], one["tweet"]["content"] if one["type"] == "tweet" else one["tweet_id"])
        for one in found["replies"]
    ]


async def test_a_block_that_ends_just_then_is_no_reason_to_fail(
    alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = await alice.tweet("open again")
    await alice.post(f"/api/users/{bob.id}/block")
    publish = tweets._published

    async def while_blocked(new: Sequence[NewTweet]) -> list[Published] | None:
        published = await publish(new)
        await alice.delete(f"/api/users/{bob.id}/block")
        return published

    monkeypatch.setattr(tweets, "_published", while_blocked)
    body = {"tweet_data": "a reply", "in_reply_to_id": parent}
    answer = await bob.post("/api/tweets", json=body)
    assert (answer.status, answer["tweet"]["in_reply_to_id"]) == (201, parent)


async def test_a_reply_names_what_it_answers_and_is_counted_there(alice: Caller, bob: Caller) -> None:
    first = await alice.tweet("first")
    answer = await bob.post("/api/tweets", json={"tweet_data": "second", "in_reply_to_id": first})
    second = answer["tweet_id"]
    third = await alice.reply(second)
    shown = (await alice.get(f"/api/tweets/{second}"))["tweet"]
    alice_shown = {"id": alice.id, "name": "alice", "handle": "alice"}
    for told in (answer["tweet"], shown):
        assert told["in_reply_to_id"] == first
        assert told["in_reply_to_user"] == alice_shown
        assert told["thread_root_id"] == first
    assert shown["replies_count"] == 1
    assert (await alice.get(f"/api/tweets/{first}"))["tweet"]["replies_count"] == 1
    last = (await alice.get(f"/api/tweets/{third}"))["tweet"]
    assert (last["in_reply_to_id"], last["thread_root_id"], last["replies_count"]) == (second, first, 0)
    await alice.delete(f"/api/tweets/{third}")
    assert (await alice.get(f"/api/tweets/{second}"))["tweet"]["replies_count"] == 0


async def test_what_is_no_reply_says_so(alice: Caller) -> None:
    shown = (await alice.get(f"/api/tweets/{await alice.tweet()}"))["tweet"]
    assert [shown[name] for name in ("in_reply_to_id", "in_reply_to_user", "thread_root_id")] == [None] * 3


async def test_a_thread_is_read_depth_first_with_its_authors_own_replies_first(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    first = await alice.tweet("1")
    second = await bob.reply(first, "1.2")
    await carol.reply(second, "1.2.1")
    continued = await alice.reply(first, "1.1")
    await carol.reply(first, "1.3")
    await alice.reply(second, "1.2.2")
    await alice.reply(continued, "1.1.1")
    found = await thread(carol, first)
    assert below(found) == [
        (1, "1.1"),
        (2, "1.1.1"),
        (1, "1.2"),
        (2, "1.2.1"),
        (2, "1.2.2"),
        (1, "1.3"),
    ]
    assert (found["tweet"]["content"], found["ancestors"], found["next"]) == ("1", [], None)
    found = await thread(carol, second)
    assert below(found) == [(1, "1.2.1"), (1, "1.2.2")]
    assert [(one["depth"], one["tweet"]["content"]) for one in found["ancestors"]] == [(-1, "1")]


async def in_pages(caller: Caller, tweet_id: int, size: int) -> list[tuple[int, int | str]]:
    """All replies, read page by page."""
    page = await thread(caller, tweet_id, limit=size)
    found = below(page)
    while page["next"] is not None:
        page = await thread(caller, tweet_id, limit=size, after=page["next"])
        found += below(page)
    return found


async def test_a_thread_is_paged_without_gaps_or_doubles(alice: Caller, bob: Caller) -> None:
    first = await alice.tweet("1")
    for number in range(5):
        other = await bob.reply(first, f"{number}")
        await alice.reply(other, f"{number}.0")
    whole = below(await thread(alice, first))
    assert len(whole) == 10
    for size in (1, 3, 4):
        assert len((await thread(alice, first, limit=size))["replies"]) == size
        assert await in_pages(alice, first, size) == whole


@pytest.mark.parametrize("size", [1, 2, 50])
async def test_deleted_tweets_that_were_answered_leave_their_place(
    alice: Caller, bob: Caller, size: int
) -> None:
    first = await alice.tweet("1")
    second = await bob.reply(first, "2")
    third = await bob.reply(second, "3")
    await alice.reply(third, "4")
    await alice.reply(third, "5")
    for gone in (second, third):
        await bob.delete(f"/api/tweets/{gone}")
    assert await in_pages(alice, first, size) == [(1, second), (2, third), (3, "4"), (3, "5")]
    leaf = (await alice.get("/api/tweets", params={"limit": 1}))["tweets"][0]["id"]
    ancestors = (await thread(alice, leaf))["ancestors"]
    assert [(one["type"], one["depth"]) for one in ancestors] == [
        ("tweet", -3),
        ("deleted", -2),
        ("deleted", -1),
    ]
    assert (await thread(alice, second)).error == (404, "tweet_not_found")


async def test_tweets_of_suspended_people_are_gone_from_threads(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    first = await alice.tweet("1")
    second = await bob.reply(first, "2")
    await alice.reply(second, "3")
    path = f"/api/users/{bob.id}/suspension"
    await carol.post(path, json={"hide_tweets": True})
    assert below(await thread(alice, first)) == [(1, second), (2, "3")]
    answer = await alice.post("/api/tweets", json={"tweet_data": "x", "in_reply_to_id": second})
    assert answer.error == (404, "tweet_not_found")
    await carol.delete(path)
    assert below(await thread(alice, first)) == [(1, "2"), (2, "3")]


@pytest.mark.parametrize("to", [999_999, 0, -1, 2**63, 2**70])
async def test_what_does_not_exist_is_not_replied_to(alice: Caller, to: int) -> None:
    answer = await alice.post("/api/tweets", json={"tweet_data": "x", "in_reply_to_id": to})
    assert answer.error == (404, "tweet_not_found")


async def test_a_thread_has_at_most_so_many_levels(alice: Caller) -> None:
    first = await alice.tweet()
    path = [first, *range(10**6, 10**6 + DEEPEST)]
    [last] = await rows(
        "INSERT INTO tweets (author_id, content, in_reply_to_id, thread_root_id, thread_path) "
        "VALUES ($1, 'deep', $2, $3, $4) RETURNING id",
        alice.id,
        path[-2],
        first,
        path,
    )
    answer = await alice.post("/api/tweets", json={"tweet_data": "x", "in_reply_to_id": last["id"]})
    assert answer.error == (409, "thread_too_deep")
    found = await thread(alice, last["id"])
    assert len(found["ancestors"]) == 50
    assert found["above"] == path[-51]


@pytest.mark.parametrize("after", ["x", "1.", "1..2", str(2**64), "1." * DEEPEST + "1", "١"])
async def test_a_cursor_that_is_none_is_refused(alice: Caller, after: str) -> None:
    assert (await thread(alice, await alice.tweet(), after=after)).error == (422, "invalid_parameter")


async def test_following_has_replies_to_people_whom_one_follows(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    of_carol, of_alice = await carol.tweet("carol's"), await alice.tweet("alice's")
    await alice.post(f"/api/users/{bob.id}/follow")
    await bob.reply(of_carol, "to a stranger")
    started = await bob.tweet("started")
    await bob.reply(of_alice, "to the viewer")
    await bob.reply(started, "to himself")
    await alice.reply(of_carol, "the viewer's own")

    async def following() -> list[str]:
        found = await alice.get("/api/tweets", params={"timeline": "following"})
        return [tweet["content"] for tweet in found["tweets"]]

    shown = ["the viewer's own", "to himself", "to the viewer", "started", "alice's"]
    assert await following() == shown
    await alice.post(f"/api/users/{carol.id}/follow")
    assert await following() == [*shown[:-1], "to a stranger", "alice's", "carol's"]


async def test_a_profile_can_leave_out_replies_to_others(alice: Caller, bob: Caller) -> None:
    of_bob = await bob.tweet()
    own = await alice.tweet("own")
    await alice.reply(of_bob, "to bob")
    await alice.reply(own, "continued")

    async def listed(**params: Any) -> list[str]:
        found = await bob.get(f"/api/users/{alice.id}/tweets", params=params)
        return [tweet["content"] for tweet in found["tweets"]]

    assert await listed() == ["continued", "to bob", "own"]
    assert await listed(replies="false") == ["continued", "own"]


async def test_a_reply_sent_twice_with_a_key_is_published_once(alice: Caller, bob: Caller) -> None:
    first, other = await bob.tweet(), await bob.tweet()
    headers = {"idempotency-key": "k"}

    async def send(to: int | None) -> Answer:
        body = {"tweet_data": "once", "in_reply_to_id": to}
        return await alice.post("/api/tweets", json=body, headers=headers)

    assert (await send(first))["tweet_id"] == (await send(first))["tweet_id"]
    assert (await alice.get(f"/api/tweets/{first}"))["tweet"]["replies_count"] == 1
    for another in (other, None):
        assert (await send(another)).error == (422, "idempotency_key_reused")
