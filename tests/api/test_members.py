"""The list of the members, and which of somebody's followers the viewer follows."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.database.connection import rows
from tests.callers import Caller


async def listed(caller: Caller, **query: Any) -> list[str]:
    """The handles on one page."""
    answer = await caller.get("/api/users/members", params=query)
    return [one["handle"] for one in answer["users"]]


async def test_active_members_come_in_the_order_of_their_newest_tweets(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    assert await listed(alice) == []
    for who in (carol, bob, alice, bob):
        await who.tweet()
    await carol.post("/api/tweets", json={"tweet_data": "for few", "visibility": "followers"})
    assert await listed(alice) == ["bob", "alice", "carol"]
    first = await alice.get("/api/users/members", params={"limit": 2})
    assert [one["handle"] for one in first["users"]] == ["bob", "alice"]
    assert await listed(alice, limit=2, before=first["next"]) == ["carol"]
    await alice.post(f"/api/users/{bob.id}/follow")
    found = (await alice.get("/api/users/members"))["users"]
    assert [one["followed"] for one in found] == [True, False, False]


async def test_new_members_are_all_members(alice: Caller, bob: Caller, carol: Caller) -> None:
    everyone = await listed(alice, order="new")
    assert everyone == sorted(everyone, key=lambda one: ["alice", "bob", "carol"].index(one), reverse=True)
    assert set(everyone) == {"alice", "bob", "carol"}
    first = await alice.get("/api/users/members", params={"order": "new", "limit": 2})
    assert await listed(alice, order="new", before=first["next"]) == [everyone[2]]
    wrong = await alice.get("/api/users/members", params={"order": "loud"})
    assert wrong.status == 422


@pytest.mark.parametrize("order", ["active", "new"])
async def test_blocked_suspended_and_leaving_users_are_not_listed(
    alice: Caller, bob: Caller, carol: Caller, order: str
) -> None:
    for who in (alice, bob, carol):
        await who.tweet()
    await bob.post(f"/api/users/{alice.id}/block")
    assert "bob" not in await listed(alice, order=order)
    assert "alice" not in await listed(bob, order=order)
    await carol.post(f"/api/users/{bob.id}/suspension")
    assert "bob" not in await listed(carol, order=order)
    await carol.delete(f"/api/users/{bob.id}/suspension")
    assert "bob" in await listed(carol, order=order)
    await bob.call("DELETE", "/api/users/me", json={"handle": "bob"})
    assert "bob" not in await listed(carol, order=order)


async def test_a_profile_says_which_followers_the_viewer_follows(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    async def known() -> tuple[int, list[str]]:
        user = (await alice.get(f"/api/users/{bob.id}"))["user"]
        return user.get("known_followers_count", 0), [
            one["handle"] for one in user.get("known_followers", [])
        ]

    await rows(
        "INSERT INTO users (handle, name) SELECT 'friend_' || n, 'F' FROM generate_series(1, 5) n RETURNING 1"
    )
    friends = [
        one["id"] for one in await rows("SELECT id FROM users WHERE handle LIKE 'friend%' ORDER BY id")
    ]
    assert await known() == (0, [])
    await rows(
        "INSERT INTO follows (follower_id, followee_id) SELECT unnest($1::bigint[]), $2 RETURNING 1",
        friends,
        bob.id,
    )
    await carol.post(f"/api/users/{bob.id}/follow")
    assert await known() == (0, []), "she follows none of them"
    for friend in friends[:4]:
        await alice.post(f"/api/users/{friend}/follow")
    await alice.post(f"/api/users/{carol.id}/follow")
    assert await known() == (5, ["carol", "friend_4", "friend_3"])
    await rows("UPDATE users SET suspended_at = now(), hidden = true WHERE id = $1 RETURNING 1", friends[3])
    assert await known() == (4, ["carol", "friend_3", "friend_2"])
    assert "known_followers" not in (await bob.get("/api/users/me"))["user"]
