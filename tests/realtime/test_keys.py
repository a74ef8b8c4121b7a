"""Who may open a live stream, and how long it lasts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from server.context import Context
from server.core.database.connection import rows, transaction
from server.core.live import event
from server.features.api_keys.api_key import ApiKey
from tests.callers import Caller
from tests.realtime.listening import listening
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("key", [None, "perch_wrong"])
async def test_a_stream_cannot_be_opened_without_a_key(anybody: Caller, key: str | None) -> None:
    answer = await Caller(anybody.send, key).get("/api/stream")
    assert answer.error == (401, "invalid_key" if key else "missing_key")


async def test_a_stream_is_refused_with_a_key_whose_end_this_process_has_not_learned(
    perch: Context, bob: Caller
) -> None:
    """Such a stream would start after the event that should end it."""
    await until(perch.memory.store.versions.are_believed)
    await bob.get("/api/users/me")
    async with transaction():
        await rows("SET LOCAL session_replication_role = replica")  # no trigger reports it
        await rows("UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 RETURNING 1", bob.id)
    assert (await bob.get("/api/users/me")).status == 200  # from the cache
    async with asyncio.timeout(5):
        assert (await bob.get("/api/stream")).error == (401, "invalid_key")


async def test_a_key_that_is_revoked_after_it_was_checked_ends_the_stream_at_once(
    perch: Context, alice: Caller, bob: Caller
) -> None:
    hub, now = perch.hub, await event.state()
    (found,) = await rows("SELECT id FROM api_keys WHERE user_id = $1", bob.id)
    open_one = await hub.join(alice.id, 0, None, now, None)  # so that events are handed out
    await alice.tweet("before")
    await rows("UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 RETURNING 1", bob.id)
    await until(lambda: hub._position.seq > now.newest + 1)
    stream = await hub.join(bob.id, found["id"], None, now, None)
    try:
        assert b"event: key_revoked" in (await stream.next(5) or b"")
        assert await stream.next(5) is None
    finally:
        hub.leave(stream)
        hub.leave(open_one)


async def test_a_revoked_key_gets_nothing_more(address: str, alice: Caller, bob: Caller) -> None:
    made = await bob.post("/api/keys", json={"name": "to be revoked"})
    other = Caller(bob.send, made["key"], bob.id, bob.handle)
    async with listening(address, other) as revoked, listening(address, bob) as kept:
        await alice.tweet("before")
        await revoked.wait_for("tweet")
        await bob.delete(f"/api/keys/{made['key_id']}")
        tweet_id = await alice.tweet("after")
        await revoked.wait_for_end()
        assert revoked.kinds[-1] == "key_revoked"
        assert revoked.heard[-1]["key_id"] == made["key_id"]
        assert [told["tweet"]["content"] for told in revoked.of("tweet")] == ["before"]
        assert (await kept.wait_for("tweet", 2))["tweet"]["id"] == tweet_id
    assert (await other.get("/api/users/me")).error == (401, "invalid_key")


async def test_a_revocation_is_sent_before_other_events_of_the_same_moment(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, bob) as to_bob:
        await rows(
            "WITH tweet AS (INSERT INTO tweets (author_id, content) VALUES ($1, 'secret') RETURNING 1) "
            "UPDATE api_keys SET revoked_at = now() WHERE user_id = $2 RETURNING 1",
            alice.id,
            bob.id,
        )
        await to_bob.wait_for_end()
        assert to_bob.kinds == ["key_revoked"]


async def test_revoking_another_key_does_not_end_a_stream(
    address: str, alice: Caller, client: httpx.AsyncClient
) -> None:
    made = await alice.post("/api/keys", json={"name": "another"})
    async with listening(address, alice) as to_alice:
        opened_at = to_alice.last_id
        await alice.delete(f"/api/keys/{made['key_id']}")
        await ApiKey.filter(id=made["key_id"]).delete()
        await alice.tweet()
        await to_alice.wait_for("tweet")
        assert not to_alice.ended
        assert to_alice.kinds == ["tweet"]
    async with listening(address, alice, last=opened_at) as again:
        await again.wait_for("tweet")
        assert "key_revoked" not in again.kinds


async def test_a_stream_ends_when_its_key_expires(address: str, alice: Caller, bob: Caller) -> None:
    end = datetime.now(UTC) + timedelta(seconds=1)
    made = await bob.post("/api/keys", json={"name": "short", "expires_at": end.isoformat()})
    async with listening(address, Caller(bob.send, made["key"], bob.id)) as to_bob:
        await to_bob.wait_for_end()
        assert to_bob.kinds == ["key_revoked"]
        assert datetime.now(UTC) >= end
