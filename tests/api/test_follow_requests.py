"""Locked accounts: following them takes their consent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.follows import requests
from tests.callers import Caller, register
from tests.realtime.listening import listening


async def lock(user: Caller, *, locked: bool = True) -> None:
    assert (await user.patch("/api/preferences", json={"locked": locked}))["locked"] is locked


async def follow(follower: Caller, user: Caller) -> tuple[bool, bool]:
    """Whether they follow now, and whether they ask to."""
    answer = await follower.post(f"/api/users/{user.id}/follow")
    assert answer.status == 200, answer.body
    requested = bool(answer.body.get("requested", False))
    return not requested, requested


async def asking(user: Caller) -> list[int]:
    return [one["id"] for one in (await user.get("/api/follow-requests"))["users"]]


async def profile(viewer: Caller, user: Caller) -> dict[str, Any]:
    return dict((await viewer.get(f"/api/users/{user.id}"))["user"])


async def test_a_request_waits_for_its_answer(alice: Caller, bob: Caller) -> None:
    tweet = await alice.post("/api/tweets", json={"tweet_data": "mine", "visibility": "followers"})
    await lock(alice)
    assert await follow(bob, alice) == (False, True)
    assert await follow(bob, alice) == (False, True)
    shown = await profile(bob, alice)
    assert (shown["locked"], shown["requested"], shown["followed"]) == (True, True, False)
    assert shown["followers_count"] == 0
    assert await asking(alice) == [bob.id]
    assert (await bob.get(f"/api/tweets/{tweet['tweet_id']}")).status == 404
    assert (await alice.post(f"/api/follow-requests/{bob.id}")).status == 200
    assert await asking(alice) == []
    shown = await profile(bob, alice)
    assert (shown.get("requested", False), shown["followed"], shown["followers_count"]) == (False, True, 1)
    assert (await bob.get(f"/api/tweets/{tweet['tweet_id']}")).status == 200
    # Who follows already needs no consent.
    assert await follow(bob, alice) == (True, False)
    assert (await alice.post(f"/api/follow-requests/{bob.id}")).error == (404, "user_not_found")


async def test_a_request_can_be_declined_and_withdrawn(alice: Caller, bob: Caller) -> None:
    await lock(alice)
    await follow(bob, alice)
    assert (await alice.delete(f"/api/follow-requests/{bob.id}")).status == 200
    assert (await alice.delete(f"/api/follow-requests/{bob.id}")).error == (404, "user_not_found")
    assert (await profile(bob, alice)).get("requested", False) is False
    assert await follow(bob, alice) == (False, True)
    assert (await bob.delete(f"/api/users/{alice.id}/follow")).status == 200
    assert await asking(alice) == []


async def test_unlocking_accepts_all_requests(anybody: Caller, alice: Caller) -> None:
    await lock(alice)
    people = [await register(anybody.send, f"p{number}") for number in range(4)]
    for one in people:
        await follow(one, alice)
    page = await alice.get("/api/follow-requests", params={"limit": 3})
    assert [one["id"] for one in page["users"]] == [one.id for one in people[:0:-1]]
    rest = await alice.get("/api/follow-requests", params={"limit": 3, "before": page["next"]})
    assert ([one["id"] for one in rest["users"]], rest["next"]) == ([people[0].id], None)
    await lock(alice, locked=False)
    assert await asking(alice) == []
    assert (await profile(alice, alice))["followers_count"] == 4
    assert await follow(await register(anybody.send, "p4"), alice) == (True, False)


async def test_a_block_ends_requests_and_refuses_new_ones(alice: Caller, bob: Caller) -> None:
    await lock(alice)
    await follow(bob, alice)
    await alice.post(f"/api/users/{bob.id}/block")
    assert await rows("SELECT 1 FROM follow_requests") == []
    assert (await bob.post(f"/api/users/{alice.id}/follow")).error == (403, "blocked")
    assert await rows("SELECT 1 FROM follow_requests") == []
    await alice.delete(f"/api/users/{bob.id}/block")
    assert await asking(alice) == []


async def test_a_request_notifies_once_and_its_acceptance_does_not(alice: Caller, bob: Caller) -> None:
    async def kinds() -> list[str]:
        return [one["kind"] for one in (await alice.get("/api/notifications"))["notifications"]]

    await lock(alice)
    await follow(bob, alice)
    assert await kinds() == ["follow_request"]
    (found,) = (await alice.get("/api/notifications", params={"tab": "follows"}))["notifications"]
    assert [one["id"] for one in found["people"]] == [bob.id]
    await bob.delete(f"/api/users/{alice.id}/follow")
    assert await kinds() == []
    await follow(bob, alice)
    await alice.post(f"/api/follow-requests/{bob.id}")
    assert await kinds() == []


async def test_whoever_asked_is_notified_of_the_acceptance(alice: Caller, bob: Caller) -> None:
    async def notified() -> list[tuple[str, list[int]]]:
        found = (await bob.get("/api/notifications"))["notifications"]
        return [(one["kind"], [who["id"] for who in one["people"]]) for one in found]

    await lock(alice)
    await follow(bob, alice)
    assert await notified() == []
    await alice.post(f"/api/follow-requests/{bob.id}")
    assert await notified() == [("follow_accepted", [alice.id])]
    await bob.delete(f"/api/users/{alice.id}/follow")
    assert await notified() == []
    await follow(bob, alice)
    await lock(alice, locked=False)
    assert await notified() == [("follow_accepted", [alice.id])]
    await alice.delete(f"/api/users/{bob.id}/follower")
    assert await notified() == []


async def test_an_acceptance_does_not_notify_whoever_muted_the_account(alice: Caller, bob: Caller) -> None:
    await lock(alice)
    await follow(bob, alice)
    await bob.post(f"/api/users/{alice.id}/mute", json={"notifications": True})
    await alice.post(f"/api/follow-requests/{bob.id}")
    assert (await bob.get("/api/notifications"))["notifications"] == []
    await bob.delete(f"/api/users/{alice.id}/mute")
    assert (await bob.get("/api/notifications"))["notifications"] == []


async def test_only_the_two_hear_of_it(alice: Caller, bob: Caller, carol: Caller, address: str) -> None:
    await lock(alice)
    async with (
        listening(address, alice) as hers,
        listening(address, bob) as his,
        listening(address, carol) as others,
    ):
        await follow(bob, alice)
        await alice.post(f"/api/follow-requests/{bob.id}")
        await carol.tweet("the end")
        await asyncio.gather(*(stream.until("the end") for stream in (hers, his, others)))
        assert [one["requested"] for one in his.of("follow_request")][-1] is False
        assert {one["follower_id"] for one in hers.of("follow_request")} == {bob.id}
        assert others.of("follow_request") == []
        assert [one["followed"] for one in his.of("follow")] == [True]


async def test_two_at_once_leave_one_follow(alice: Caller, bob: Caller) -> None:
    await lock(alice)
    await follow(bob, alice)
    answers = await asyncio.gather(
        alice.post(f"/api/follow-requests/{bob.id}"),
        alice.post(f"/api/follow-requests/{bob.id}"),
        alice.patch("/api/preferences", json={"locked": False}),
        bob.post(f"/api/users/{alice.id}/follow"),
    )
    assert {answer.status for answer in answers} <= {200, 404}
    assert (await profile(bob, alice))["followed"]
    assert await rows("SELECT 1 FROM follow_requests") == []
    assert len(await rows("SELECT 1 FROM follows")) == 1


async def test_unlocking_stops_where_the_account_is_locked_again(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lock(alice)
    await follow(bob, alice)
    monkeypatch.setattr(requests, "BATCH", 1)
    # As if it was locked again while earlier requests were being accepted.
    await requests.accept_all(alice.id)
    assert await asking(alice) == [bob.id]
    await rows("UPDATE users SET locked = false WHERE id = $1 RETURNING 1", alice.id)
    await requests.accept_all(alice.id)
    assert await asking(alice) == []
    assert (await profile(bob, alice))["followed"]


async def test_a_declined_request_is_gone_from_notifications_at_once(alice: Caller, bob: Caller) -> None:
    await lock(alice)
    await follow(bob, alice)
    assert len((await alice.get("/api/notifications"))["notifications"]) == 1
    assert (await alice.get("/api/notifications/unread"))["unread"] == 1
    await alice.delete(f"/api/follow-requests/{bob.id}")
    assert (await alice.get("/api/notifications"))["notifications"] == []
    assert (await alice.get("/api/notifications/unread"))["unread"] == 0


async def test_requests_that_a_crash_left_open_are_accepted(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await lock(alice)
    await lock(carol)
    await follow(bob, alice)
    await follow(bob, carol)
    assert await requests.accept_left_over() == 0
    await rows("UPDATE users SET locked = false WHERE id = $1 RETURNING 1", alice.id)
    assert await requests.accept_left_over() == 1
    assert await asking(alice) == []
    assert await asking(carol) == [bob.id]
    assert (await profile(bob, alice))["followed"]
    assert await requests.accept_left_over() == 0


async def test_nobody_asks_whom_they_follow(alice: Caller, bob: Caller) -> None:
    await lock(alice)
    await follow(bob, alice)
    await asyncio.gather(
        bob.post(f"/api/users/{alice.id}/follow"),
        alice.post(f"/api/follow-requests/{bob.id}"),
        bob.post(f"/api/users/{alice.id}/follow"),
    )
    assert await rows("SELECT 1 FROM follow_requests") == []
    # Whoever removes somebody declines their request too.
    await alice.delete(f"/api/users/{bob.id}/follower")
    await follow(bob, alice)
    await alice.delete(f"/api/users/{bob.id}/follower")
    assert await asking(alice) == []
