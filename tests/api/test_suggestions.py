"""Whom the server suggests to follow."""

from __future__ import annotations

import pytest

from server.core.database.connection import rows
from tests.callers import Caller

ROUTE = "/api/users/suggestions"


async def suggested(caller: Caller, **params: int) -> list[str]:
    return [user["handle"] for user in (await caller.get(ROUTE, params=params))["users"]]


async def test_people_whom_ones_people_follow_come_first(alice: Caller, bob: Caller, carol: Caller) -> None:
    await carol.tweet()
    added = await rows("INSERT INTO users (handle, name) VALUES ('dora', 'D'), ('emil', 'E') RETURNING id")
    dora, emil = (user["id"] for user in added)
    await alice.post(f"/api/users/{bob.id}/follow")
    await bob.post(f"/api/users/{dora}/follow")
    assert await suggested(alice) == ["dora", "carol", "emil"]
    await alice.post(f"/api/users/{carol.id}/follow")
    for someone in (bob, carol):
        await someone.post(f"/api/users/{emil}/follow")
    assert await suggested(alice) == ["emil", "dora"]
    assert (await alice.get(ROUTE, params={"limit": 1}))["users"] == [
        {"id": emil, "name": "E", "handle": "emil", "followed": False}
    ]


async def test_oneself_and_whom_one_follows_are_not_suggested(alice: Caller, bob: Caller) -> None:
    await alice.tweet()
    await bob.tweet()
    await bob.post(f"/api/users/{alice.id}/follow")
    assert await suggested(alice) == ["bob"]
    await alice.post(f"/api/users/{bob.id}/follow")
    assert await suggested(alice) == []


@pytest.mark.parametrize("state", ["suspended_at = now()", "deleted_at = now()"])
async def test_suspended_and_deleted_users_are_not_suggested(
    alice: Caller, bob: Caller, carol: Caller, state: str
) -> None:
    await alice.post(f"/api/users/{carol.id}/follow")
    await carol.post(f"/api/users/{bob.id}/follow")
    assert await suggested(alice) == ["bob"]
    await rows(f"UPDATE users SET {state} WHERE id = $1", bob.id)
    assert await suggested(alice) == []


async def test_at_most_ten_of_each_followee_and_twenty_in_all_are_suggested(alice: Caller) -> None:
    for followee, count in (("x", 10), ("y", 20), ("z", 20)):
        [added] = await rows("INSERT INTO users (handle, name) VALUES ($1, $1) RETURNING id", followee)
        await alice.post(f"/api/users/{added['id']}/follow")
        await rows(
            "WITH crowd AS (INSERT INTO users (handle, name) SELECT $2::text || n, 'u' "
            "FROM generate_series(1, 30) n RETURNING id) "
            "INSERT INTO follows (follower_id, followee_id) SELECT $1, id FROM crowd",
            added["id"],
            followee,
        )
        await rows(
            "INSERT INTO users (handle, name) SELECT $1 || n, 'n' FROM generate_series(1, 50) n",
            f"new{followee}",
        )
        found = await suggested(alice, limit=1000)
        assert len(found) == 20
        assert sum(not handle.startswith("new") for handle in found) == count
    assert len(await suggested(alice)) == 5
    assert await suggested(alice, limit=0) == []
