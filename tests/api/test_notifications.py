"""Notifications: of what, in which groups, how they are read, and when there are none."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.core.cache import changes
from server.core.database.connection import rows
from server.features.moderation import events
from server.features.notifications import notifications
from tests.callers import Answer, Caller, register
from tests.domain.test_counters import DISAGREEING
from tests.realtime.listening import listening

PATH = "/api/notifications"


async def read(caller: Caller, **params: Any) -> list[dict[str, Any]]:
    found: Answer = await caller.get(PATH, params=params)
    assert found.status == 200, found.body
    listed: list[dict[str, Any]] = found["notifications"]
    return listed


def told(listed: list[dict[str, Any]]) -> list[tuple[str, list[str], int | None]]:
    """The kind, who, and which tweet."""
    return [
        (one["kind"], [person["handle"] for person in one["people"]], one["tweet"] and one["tweet"]["id"])
        for one in listed
    ]


async def unread(caller: Caller) -> int:
    return int((await caller.get(f"{PATH}/unread"))["unread"])


async def test_likes_follows_replies_and_mentions_notify(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet = await alice.tweet("mine")
    await bob.post(f"/api/tweets/{tweet}/likes")
    await carol.post(f"/api/tweets/{tweet}/likes")
    await bob.post(f"/api/users/{alice.id}/follow")
    reply = await bob.reply(tweet, "a reply to @alice")
    mention = await carol.tweet("hello @alice")
    found = await read(alice)
    assert told(found) == [
        ("mention", ["carol"], mention),
        ("reply", ["bob"], reply),  # once, although it mentions her too
        ("follow", ["bob"], None),
        ("like", ["carol", "bob"], tweet),
    ]
    assert [one["people_count"] for one in found] == [1, 1, 1, 2]
    assert found[0]["tweet"]["content"] == "hello @alice"
    assert all(one["unread"] for one in found)
    assert told(await read(alice, tab="mentions")) == told(found)[:2]
    assert told(await read(alice, tab="follows")) == told(found)[2:3]
    assert (await alice.get(PATH, params={"tab": "nothing"})).status == 422


@pytest.mark.parametrize("act", ["like", "reply", "mention"])
async def test_ones_own_acts_do_not_notify(alice: Caller, act: str) -> None:
    tweet = await alice.tweet("mine")
    if act == "like":
        await alice.post(f"/api/tweets/{tweet}/likes")
    elif act == "reply":
        await alice.reply(tweet)
    else:
        await alice.tweet("I am @alice")
    assert await read(alice) == []
    assert await unread(alice) == 0


async def test_a_mention_in_a_reply_to_someone_else_notifies_both(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("mine")
    reply = await bob.reply(tweet, "see this, @carol")
    assert told(await read(alice)) == [("reply", ["bob"], reply)]
    assert told(await read(carol)) == [("mention", ["bob"], reply)]


async def test_what_is_undone_is_gone_and_doing_it_again_does_not_notify_again(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("mine")
    for path in (f"/api/tweets/{tweet}/likes", f"/api/users/{alice.id}/follow"):
        await bob.post(path)
        first = await read(alice)
        await alice.post(f"{PATH}/read", json={"up_to": first[0]["id"]})
        await bob.delete(path)
        assert told(await read(alice)) == []
        await bob.post(path)
        again = await read(alice)
        assert told(again) == told(first)
        assert again[0]["id"] == first[0]["id"]
        assert not again[0]["unread"]
        assert await unread(alice) == 0
        # Somebody else is news.
        await carol.post(path)
        assert (await read(alice))[0]["unread"]
        assert await unread(alice) == 1
        for caller in (bob, carol):
            await caller.delete(path)
    assert await rows(DISAGREEING) == []


async def test_deleting_a_tweet_removes_what_is_about_it(alice: Caller, bob: Caller) -> None:
    tweet = await alice.tweet("mine")
    await bob.post(f"/api/tweets/{tweet}/likes")
    mention = await bob.tweet("hi @alice")
    await bob.delete(f"/api/tweets/{mention}")
    assert told(await read(alice)) == [("like", ["bob"], tweet)]
    await alice.delete(f"/api/tweets/{tweet}")
    assert await read(alice) == []
    assert await unread(alice) == 0
    assert await rows("SELECT 1 FROM notifications UNION ALL SELECT 1 FROM notification_groups") == []


async def test_many_people_are_counted_and_some_are_named(alice: Caller) -> None:
    tweet = await alice.tweet("mine")
    people = [await register(alice.send, f"fan{number}") for number in range(11)]
    for fan in people:
        await fan.post(f"/api/tweets/{tweet}/likes")
    (one,) = await read(alice)
    assert one["people_count"] == 11
    assert [person["handle"] for person in one["people"]] == [f"fan{number}" for number in range(10, 2, -1)]
    assert await unread(alice) == 1


async def test_pages_continue_without_gaps(alice: Caller, bob: Caller) -> None:
    for number in range(5):
        await bob.tweet(f"{number} @alice")
    first = await alice.get(PATH, params={"limit": 2})
    second = await alice.get(PATH, params={"limit": 10, "before": first["next"]})
    texts = [one["tweet"]["content"][0] for page in (first, second) for one in page["notifications"]]
    assert texts == ["4", "3", "2", "1", "0"]
    assert second["next"] is None


async def test_what_is_read_is_read_on_all_devices_and_never_unread_again(alice: Caller, bob: Caller) -> None:
    for number in range(3):
        await bob.tweet(f"{number} @alice")
    newest, middle, _oldest = await read(alice)
    assert await unread(alice) == 3
    marked = await alice.post(f"{PATH}/read", json={"up_to": middle["id"]})
    assert marked["unread"] == 1
    assert [one["unread"] for one in await read(alice)] == [True, False, False]
    await alice.post(f"{PATH}/read", json={"up_to": newest["id"]})
    # An older device is late, another one is ahead of what there is.
    await alice.post(f"{PATH}/read", json={"up_to": middle["id"]})
    assert await unread(alice) == 0
    await alice.post(f"{PATH}/read", json={"up_to": 2**62})
    await bob.tweet("news @alice")
    assert await unread(alice) == 1
    assert (await alice.post(f"{PATH}/read", json={"up_to": -1})).error == (422, "invalid_body")


async def test_each_members_notifications_are_their_own(alice: Caller, bob: Caller, carol: Caller) -> None:
    await bob.tweet("hi @alice")
    newest = (await read(alice))[0]["id"]
    assert await read(carol) == await read(bob) == []
    await carol.post(f"{PATH}/read", json={"up_to": newest})
    assert await unread(alice) == 1


async def test_what_suspended_people_did_is_hidden_as_long_as_that_lasts(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("mine")
    await bob.post(f"/api/tweets/{tweet}/likes")
    await bob.post(f"/api/users/{alice.id}/follow")
    await bob.tweet("hi @alice")
    await carol.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True})
    assert await read(alice) == []
    assert await unread(alice) == 0
    await carol.delete(f"/api/users/{bob.id}/suspension")
    assert [one["kind"] for one in await read(alice)] == ["mention", "follow", "like"]


async def test_the_live_stream_tells_how_many_are_unread(address: str, alice: Caller, bob: Caller) -> None:
    async with listening(address, alice) as to_alice, listening(address, bob) as to_bob:
        await bob.tweet("hi @alice")
        assert (await to_alice.wait_for("notifications"))["unread"] == 1
        await alice.post(f"{PATH}/read", json={"up_to": (await read(alice))[0]["id"]})
        assert (await to_alice.wait_for("notifications", 2))["unread"] == 0
        await bob.tweet("the last one")
        await to_bob.until("the last one")
        assert to_bob.of("notifications") == []


async def test_they_are_forgotten_after_ninety_days(alice: Caller, bob: Caller) -> None:
    await bob.tweet("old @alice")
    await rows("UPDATE notifications SET day = day - 91 RETURNING 1")
    await rows("UPDATE notification_groups SET day = day - 91 RETURNING 1")
    await bob.tweet("new @alice")
    assert await notifications.forget_old(now=datetime.now(UTC)) == 1
    assert await rows(DISAGREEING) == []
    assert [one["tweet"]["content"] for one in await read(alice)] == ["new @alice"]
    assert await notifications.forget_old(now=datetime.now(UTC) + timedelta(days=92)) == 1
    assert await rows("SELECT 1 FROM notification_groups") == []
    assert await read(alice) == []


async def test_groups_agree_with_their_notifications_after_many_acts_at_once(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    people = [bob, carol, *[await register(alice.send, f"fan{number}") for number in range(4)]]
    tweets = [await alice.tweet(str(number)) for number in range(3)]

    async def act(number: int) -> None:
        caller, tweet = people[number % 6], tweets[number % 3]
        path = f"/api/tweets/{tweet}/likes" if number % 5 else f"/api/users/{alice.id}/follow"
        await (caller.post if number % 7 % 2 else caller.delete)(path)
        if number % 11 == 0:
            await caller.tweet("hi @alice and @bob")
        if number == 150:
            await alice.delete(f"/api/tweets/{tweets[2]}")

    await asyncio.gather(*(act(number) for number in range(240)))
    assert await rows(DISAGREEING) == []


async def hide(caller: Caller) -> None:
    """As a suspension or a deletion does at once."""
    await rows("UPDATE users SET hidden = true, suspended_at = now() WHERE id = $1", caller.id)
    await changes.tell(events.visibility(caller.id))


async def test_groups_of_hidden_people_do_not_hide_the_others(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tweet = await alice.tweet("mine")
    await carol.post(f"/api/tweets/{tweet}/likes")
    for number in range(60):
        await bob.tweet(f"@alice {number}")
    await hide(bob)
    assert told(await read(alice)) == [("like", ["carol"], tweet)]
    assert await unread(alice) == 1
    # Beyond the bound, a page may be empty, and reading goes on.
    monkeypatch.setattr(notifications, "MOST_READS", 2)
    found = await alice.get(PATH, params={"limit": 10})
    assert found["notifications"] == []
    while not found["notifications"]:
        found = await alice.get(PATH, params={"limit": 10, "before": found["next"]})
    assert told(found["notifications"]) == [("like", ["carol"], tweet)]
    assert found["next"] is None


async def test_counting_what_is_unread_looks_at_a_bounded_number(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet = await alice.tweet("mine")
    await carol.post(f"/api/tweets/{tweet}/likes")
    await rows(
        "WITH new AS (INSERT INTO tweets (author_id, content)"
        " SELECT $2, 'x' FROM generate_series(1, $3::int) RETURNING id)"
        " INSERT INTO notifications (user_id, kind, actor_id, tweet_id)"
        " SELECT $1, 'mention', $2, id FROM new",
        alice.id,
        bob.id,
        notifications.MOST_LOOKED_AT,
    )
    assert await unread(alice) == notifications.MOST_UNREAD
    await hide(bob)
    assert await unread(alice) == 0  # the like is below all of them


async def test_a_page_is_never_longer_than_asked_for(alice: Caller, bob: Caller, carol: Caller) -> None:
    for number in range(3):
        await bob.tweet(f"@alice {number}")
        await carol.tweet(f"@alice {number}")
    await hide(bob)
    first = await alice.get(PATH, params={"limit": 2})
    assert [one["tweet"]["content"] for one in first["notifications"]] == ["@alice 2", "@alice 1"]
    second = await alice.get(PATH, params={"limit": 2, "before": first["next"]})
    assert [one["tweet"]["content"] for one in second["notifications"]] == ["@alice 0"]
    assert (await alice.get(PATH, params={"limit": 0}))["next"] is None
