"""Blocks, mutes and muted conversations: what they do at the edges, and at the same moment as other acts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.core.cache import marks
from server.core.database.connection import rows
from server.core.paging import NEWEST
from server.features.relations import relations
from tests.callers import Caller
from tests.realtime.listening import listening


async def test_a_page_is_filled_up_from_the_one_below(alice: Caller, bob: Caller, carol: Caller) -> None:
    for number in range(6):
        await bob.tweet(f"b{number}")
        await carol.tweet(f"c{number}")
    await alice.post(f"/api/users/{bob.id}/mute")
    first = await alice.get("/api/tweets", params={"limit": 4})
    assert [tweet["content"] for tweet in first["tweets"]] == ["c5", "c4", "c3", "c2"]
    second = await alice.get("/api/tweets", params={"limit": 4, "before": first["next"]})
    assert [tweet["content"] for tweet in second["tweets"]] == ["c1", "c0"]
    assert second["next"] is None
    # Upwards, and by numbers, pages are short instead: nothing appears twice.
    above = await alice.get("/api/tweets", params={"limit": 4, "after": second["tweets"][-1]["id"]})
    assert [tweet["content"] for tweet in above["tweets"]] == ["c2", "c1"]
    numbered = await alice.get("/api/tweets", params={"limit": 4, "offset": 2})
    assert [tweet["content"] for tweet in numbered["tweets"]] == ["c3", "c2"]


async def test_cursors_do_not_tell_of_what_is_left_out(alice: Caller, bob: Caller) -> None:
    first = await alice.tweet("seen")
    await bob.tweet("unseen #leak")
    await bob.post(f"/api/users/{alice.id}/block")
    page = await alice.get("/api/tweets")
    assert ([tweet["id"] for tweet in page["tweets"]], page["previous"]) == ([first], first)
    assert (await alice.get("/api/hashtags/leak/tweets"))["previous"] is None
    newer = await alice.get("/api/tweets", params={"after": first})
    assert newer["tweets"] == []
    assert newer["previous"] > first, "otherwise, reading upwards would end there"


async def test_a_page_of_only_hidden_tweets_still_leads_on(alice: Caller, bob: Caller) -> None:
    mine = await alice.tweet("below")
    for number in range(30):
        await bob.tweet(f"b{number}")
    await alice.post(f"/api/users/{bob.id}/block")
    found = await alice.get("/api/tweets", params={"limit": 2})
    assert found["tweets"] == []
    while not found["tweets"]:
        found = await alice.get("/api/tweets", params={"limit": 2, "before": found["next"]})
    assert [tweet["id"] for tweet in found["tweets"]] == [mine]


async def test_a_hidden_reply_leaves_its_place_to_the_replies_to_it(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    root = await carol.tweet("root")
    hidden = await bob.reply(root, "hidden")
    below = [await carol.reply(hidden, "below") for _ in range(2)]
    await bob.reply(root, "hidden too")
    await alice.post(f"/api/users/{bob.id}/block")
    found = (await alice.get(f"/api/tweets/{root}/thread"))["replies"]
    assert [(one["type"], one["depth"]) for one in found] == [("deleted", 1), ("tweet", 2), ("tweet", 2)]
    assert [one.get("tweet_id") or one["tweet"]["id"] for one in found] == [hidden, *below]
    # Seen from a reply to it, it is above, as if it were deleted.
    found = (await alice.get(f"/api/tweets/{below[0]}/thread"))["ancestors"]
    assert [one["type"] for one in found] == ["tweet", "deleted"]


async def test_a_profile_says_what_is_between_its_user_and_the_viewer(alice: Caller, bob: Caller) -> None:
    async def relation(viewer: Caller, user: Caller) -> dict[str, Any]:
        shown = (await viewer.get(f"/api/users/{user.id}"))["user"]
        names = ("blocking", "blocked_by", "muting", "notifications_muted", "muted_until", "follows_you")
        return {name: shown[name] for name in names if name in shown}

    assert await relation(alice, bob) == {}
    await bob.post(f"/api/users/{alice.id}/follow")
    assert await relation(alice, bob) == {"follows_you": True}
    await alice.post(f"/api/users/{bob.id}/block")
    assert await relation(alice, bob) == {"blocking": True}
    assert await relation(bob, alice) == {"blocked_by": True}
    await alice.post(f"/api/users/{bob.id}/mute", json={"notifications": False})
    assert await relation(alice, bob) == {"blocking": True, "muting": True}
    assert await relation(bob, alice) == {"blocked_by": True}
    await alice.delete(f"/api/users/{bob.id}/block")
    assert await relation(alice, bob) == {"muting": True}
    assert await relation(bob, alice) == {}
    await alice.delete(f"/api/users/{bob.id}/mute")
    assert await relation(alice, bob) == {}
    assert await rows("SELECT 1 FROM relations") == []


async def test_lists_of_blocks_and_mutes(alice: Caller, bob: Caller, carol: Caller) -> None:
    for person in (bob, carol):
        await alice.post(f"/api/users/{person.id}/block")
        await alice.post(f"/api/users/{person.id}/mute", json={"seconds": 3600})
    for path in ("/api/blocks", "/api/mutes"):
        first = await alice.get(path, params={"limit": 1})
        assert [one["handle"] for one in first["users"]] == ["carol"]
        second = await alice.get(path, params={"limit": 1, "before": first["next"]})
        assert [one["handle"] for one in second["users"]] == ["bob"]
        assert second["next"] is None
        assert (await bob.get(path))["users"] == []
    until = datetime.fromisoformat((await alice.get("/api/mutes"))["users"][0]["muted_until"])
    assert abs(until - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)


async def test_a_mute_ends_by_itself(alice: Caller, bob: Caller) -> None:
    tweet = await bob.tweet("hello")
    await alice.post(f"/api/users/{bob.id}/mute", json={"seconds": 60})
    assert await alice.timeline() == []
    assert await relations.end_mutes() == 0
    await rows("UPDATE relations SET muted_until = now() - interval '1 second'")
    assert await relations.end_mutes() == 1
    assert [one["id"] for one in await alice.timeline()] == [tweet]
    assert await rows("SELECT 1 FROM relations") == []


async def test_refusals(alice: Caller, bob: Caller) -> None:
    for what in ("block", "mute"):
        for method in ("POST", "DELETE"):
            mine = await alice.call(method, f"/api/users/{alice.id}/{what}")
            assert mine.error == (422, "self_relation")
            assert (await alice.call(method, f"/api/users/{NEWEST}/{what}")).error == (404, "user_not_found")
            assert (await alice.call(method, f"/api/users/999/{what}")).error == (404, "user_not_found")
            assert (await alice.call(method, f"/api/users/{bob.id}/{what}")).status == 200
            assert (await alice.call(method, f"/api/users/{bob.id}/{what}")).status == 200
    for body in ({"seconds": 59}, {"seconds": 10**9}, {"seconds": "1"}, {"hours": 1}, {"notifications": 1}):
        answer = await alice.post(f"/api/users/{bob.id}/mute", json=body)
        assert answer.error == (422, "invalid_body")
        assert next(iter(body)) in answer["error_message"]
    assert (await alice.post("/api/tweets/999/mute")).error == (404, "tweet_not_found")


async def test_a_muted_conversation_can_be_unmuted(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("mine")
    reply = await alice.reply(tweet)
    await alice.post(f"/api/tweets/{reply}/mute")
    for path in (tweet, reply):
        assert (await alice.get(f"/api/tweets/{path}/thread"))["muted"]
        assert not (await bob.get(f"/api/tweets/{path}/thread"))["muted"]
    await bob.reply(reply)
    assert (await alice.get("/api/notifications"))["notifications"] == []
    await alice.delete(f"/api/tweets/{tweet}/mute")
    assert not (await alice.get(f"/api/tweets/{tweet}/thread"))["muted"]
    await bob.reply(reply)
    assert len((await alice.get("/api/notifications"))["notifications"]) == 1


@pytest.mark.parametrize("_", range(10))
async def test_a_follow_at_the_moment_of_a_block_leaves_none(alice: Caller, bob: Caller, _: int) -> None:
    answers = await asyncio.gather(
        bob.post(f"/api/users/{alice.id}/follow"),
        alice.post(f"/api/users/{bob.id}/block"),
        alice.post(f"/api/users/{bob.id}/follow"),
        bob.post(f"/api/users/{alice.id}/block"),
    )
    assert {answer.status for answer in answers} <= {200, 403}
    assert await rows("SELECT 1 FROM follows") == []
    assert await rows("SELECT 1 FROM notifications WHERE NOT undone") == []
    both = await rows("SELECT blocking, blocked_by FROM relations")
    assert [tuple(one.values()) for one in both] == [(True, True), (True, True)]


async def test_blocks_and_mutes_reach_other_devices_and_the_blocked_person(
    alice: Caller, bob: Caller, address: str
) -> None:
    async with listening(address, alice) as to_alice, listening(address, bob) as to_bob:
        await alice.post(f"/api/users/{bob.id}/block")
        told = await to_alice.wait_for("relation")
        assert told["user_id"] == bob.id
        assert told["relation"]["blocking"]
        told = await to_bob.wait_for("relation")
        assert told["user_id"] == alice.id
        assert told["relation"]["blocked_by"]
        await alice.delete(f"/api/users/{bob.id}/block")
        assert not (await to_bob.wait_for("relation", 2))["relation"]["blocked_by"]
        await alice.post(f"/api/users/{bob.id}/mute")
        assert (await to_alice.wait_for("relation", 3))["relation"]["muting"]
        await alice.tweet("the end")
        await to_bob.until("the end")
        assert len(to_bob.of("relation")) == 2  # nobody hears that they are muted


async def test_marks_that_are_read_again_keep_what_is_hidden(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a viewer with many likes, those on older tweets aren't in memory."""
    monkeypatch.setattr(marks, "KEPT", 2)
    old = await carol.tweet("old")
    await bob.post(f"/api/tweets/{old}/likes")
    for number in range(3):
        await alice.post(f"/api/tweets/{await carol.tweet(str(number))}/likes")
    await carol.tweet("not liked")
    await alice.post(f"/api/tweets/{old}/likes")
    await alice.post(f"/api/tweets/{old}/bookmarks")
    await alice.post(f"/api/users/{bob.id}/block")
    expected = [alice.id]
    assert [like["id"] for like in (await alice.read(old))["likes"]] == expected
    listed = next(tweet for tweet in await alice.timeline() if tweet["id"] == old)
    assert [like["id"] for like in listed["likes"]] == expected
    page = await alice.timeline()
    assert [(tweet["content"], tweet["liked"], tweet["bookmarked"]) for tweet in page] == [
        ("not liked", False, False),
        *((str(number), True, False) for number in (2, 1, 0)),
        ("old", True, True),
    ]


async def test_ones_own_tweet_that_mentions_a_muted_person_stays(
    alice: Caller, bob: Caller, address: str
) -> None:
    await alice.post(f"/api/users/{bob.id}/mute")
    async with listening(address, alice) as stream:
        mine = await alice.tweet("about @bob")
        assert (await stream.wait_for("tweet"))["followed"]
    assert mine in [tweet["id"] for tweet in await alice.timeline(timeline="following")]


async def test_blocking_and_unblocking_does_not_notify_again(alice: Caller, bob: Caller) -> None:
    tweet = await bob.tweet("mine")
    await alice.post(f"/api/tweets/{tweet}/likes")
    (told,) = (await bob.get("/api/notifications"))["notifications"]
    await bob.post("/api/notifications/read", json={"up_to": told["id"]})
    for _ in range(3):
        await alice.delete(f"/api/tweets/{tweet}/likes")
        await alice.post(f"/api/users/{bob.id}/block")
        await alice.delete(f"/api/users/{bob.id}/block")
        await alice.post(f"/api/tweets/{tweet}/likes")
    assert (await bob.get("/api/notifications/unread"))["unread"] == 0


async def test_a_notification_that_was_under_way_during_a_block_is_not_shown(
    alice: Caller, bob: Caller
) -> None:
    tweet = await alice.tweet("mine")
    await alice.post(f"/api/users/{bob.id}/block")
    await rows(
        "INSERT INTO notifications (user_id, kind, actor_id, tweet_id) VALUES ($1, 'like', $2, $3)",
        alice.id,
        bob.id,
        tweet,
    )
    assert (await alice.get("/api/notifications"))["notifications"] == []
    assert (await alice.get("/api/notifications/unread"))["unread"] == 0


async def test_blocks_and_deletions_at_the_same_moment(alice: Caller, bob: Caller) -> None:
    for _ in range(10):
        tweets = [await alice.tweet(str(number)) for number in range(4)]
        await asyncio.gather(*(bob.post(f"/api/tweets/{tweet}/likes") for tweet in tweets))
        answers = await asyncio.gather(
            alice.post(f"/api/users/{bob.id}/block"),
            *(alice.delete(f"/api/tweets/{tweet}") for tweet in tweets),
            *(bob.delete(f"/api/tweets/{tweet}/likes") for tweet in tweets),
        )
        assert {answer.status for answer in answers} <= {200, 404}
        await alice.delete(f"/api/users/{bob.id}/block")


async def test_there_is_a_most_of_blocks_and_mutes(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relations, "MOST", 1)
    assert (await alice.post(f"/api/users/{bob.id}/block")).status == 200
    for what in ("block", "mute"):
        assert (await alice.post(f"/api/users/{carol.id}/{what}")).error == (422, "too_many_relations")
    await alice.delete(f"/api/users/{bob.id}/block")
    assert (await alice.post(f"/api/users/{carol.id}/mute")).status == 200


async def test_an_ended_mute_is_over_before_the_task_comes(alice: Caller, bob: Caller) -> None:
    await alice.post(f"/api/users/{bob.id}/mute", json={"seconds": 60})
    await rows("UPDATE relations SET muted_until = now() - interval '1 second'")
    user = (await alice.get(f"/api/users/{bob.id}"))["user"]
    assert not {"muting", "notifications_muted", "muted_until"} & set(user)
    await bob.tweet("hi @alice")
    assert (await alice.get("/api/notifications/unread"))["unread"] == 1
    assert (await alice.get("/api/mutes"))["users"] == []


async def test_pages_of_a_thread_are_full_without_hidden_replies(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    root = await carol.tweet("root")
    hidden = await bob.reply(root)
    below = await carol.reply(hidden)
    last = await carol.reply(root)
    await alice.post(f"/api/users/{bob.id}/mute")
    pages: list[list[Any]] = []
    after: str | None = None
    while after is not None or not pages:
        params = {"limit": 1} if after is None else {"limit": 1, "after": after}
        found = await alice.get(f"/api/tweets/{root}/thread", params=params)
        pages.append([one.get("tweet_id") or one["tweet"]["id"] for one in found["replies"]])
        after = found["next"]
    assert pages == [[last], [hidden, below]] or pages == [[hidden, below], [last]]


async def test_muted_conversations_are_listed(alice: Caller, bob: Caller) -> None:
    root = await bob.tweet("root")
    reply = await bob.reply(root, "reply")
    other = await bob.tweet("another")
    for tweet in (reply, other):
        await alice.post(f"/api/tweets/{tweet}/mute")
    page = await alice.get("/api/muted-conversations", params={"limit": 1})
    assert [one["tweet"]["content"] for one in page["conversations"]] == ["another"]
    page = await alice.get("/api/muted-conversations", params={"limit": 1, "before": page["next"]})
    assert ([one["root_id"] for one in page["conversations"]], page["next"]) == ([root], None)
    # One whose first tweet is gone can still be unmuted.
    await bob.delete(f"/api/tweets/{root}")
    shown = (await alice.get("/api/muted-conversations"))["conversations"]
    assert [one["tweet"] and one["tweet"]["id"] for one in shown] == [other, None]
    assert (await alice.delete(f"/api/tweets/{root}/mute")).status == 200
    assert [one["root_id"] for one in (await alice.get("/api/muted-conversations"))["conversations"]] == [
        other
    ]
