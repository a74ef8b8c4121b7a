"""A writer died after its commit and before telling anyone: once a retry is answered, all see the change."""

from __future__ import annotations

from server.context import Context
from server.core.database.connection import rows, transaction
from tests.api.test_timelines import everything_is_told
from tests.callers import Caller
from tests.waiting import until


async def untold(sql: str, value: int) -> None:
    """A change that no trigger reports either; a moment later one would."""
    async with transaction():
        await rows("SET LOCAL session_replication_role = replica")
        await rows(sql, value)


async def test_a_revoked_key_is_refused_once_its_revocation_is_retried(perch: Context, alice: Caller) -> None:
    await until(perch.memory.store.versions.are_believed)
    made = await alice.post("/api/keys", json={"name": "lost"})
    await until(everything_is_told)
    lost = Caller(alice.send, made["key"])
    assert (await lost.get("/api/users/me")).status == 200
    await untold("UPDATE api_keys SET revoked_at = now() WHERE id = $1 RETURNING 1", made["key_id"])
    assert (await lost.get("/api/users/me")).status == 200  # from the cache
    assert (await alice.delete(f"/api/keys/{made['key_id']}")).error == (404, "key_not_found")
    assert (await lost.get("/api/users/me")).error == (401, "invalid_key")


async def shows_what_was_deleted(perch: Context, alice: Caller, tweet_id: int) -> bool:
    """Whether the cache still shows a deleted tweet; it may not, if the lease was lost on a busy machine."""
    await until(perch.memory.store.versions.are_believed)
    await until(everything_is_told)  # else the log's events would invalidate the cache
    assert tweet_id in [tweet["id"] for tweet in await alice.timeline()]
    await untold("DELETE FROM tweets WHERE id = $1 RETURNING 1", tweet_id)
    return tweet_id in [tweet["id"] for tweet in await alice.timeline()]


async def test_a_deleted_tweet_is_gone_once_its_deletion_is_retried(perch: Context, alice: Caller) -> None:
    for _ in range(5):
        if await shows_what_was_deleted(perch, alice, tweet_id := await alice.tweet()):
            break
    else:
        raise AssertionError("memory never showed a tweet that went untold")
    assert (await alice.delete(f"/api/tweets/{tweet_id}")).error == (404, "tweet_not_found")
    assert await alice.timeline() == []
    assert (await alice.get(f"/api/tweets/{tweet_id}")).status == 404
