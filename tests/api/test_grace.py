"""A deleted account in its grace period: hidden from everyone, and restorable unchanged for seven days."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from server.core.audit import TERMINAL
from server.core.database.connection import rows
from server.core.errors import HandleTaken, UserNotFound
from server.features.moderation import hidden_tweets as hiding
from server.features.moderation.hiding import resume
from server.features.people import accounts
from server.features.privacy import deletion
from storage.base import ObjectStore
from tests.api.test_deletion import FOLDER, left_of, lively
from tests.callers import Caller
from tests.domain.test_counters import DISAGREEING
from tests.jobs import LostJobs
from tests.waiting import until

# What a viewer sees of another user.
ABOUT = ("", "/tweets", "/followers", "/following", "/likes")


async def leave(who: Caller) -> datetime:
    """Delete the account; returns until when it can be kept."""
    answer = await who.call("DELETE", "/api/users/me", json={"handle": who.handle})
    assert answer.status == 200, answer.body
    return datetime.fromisoformat(answer["deletion"]["erase_after"])


async def test_a_deleted_account_is_hidden_at_once_and_restored_unchanged(
    alice: Caller, bob: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiding, "BATCH", 3)
    mine, his = await lively(alice, bob, carol)
    paths = [f"/api/users/{alice.id}{what}" for what in ABOUT]
    paths += ["/api/tweets", f"/api/tweets/{mine}", f"/api/tweets/{his}", f"/api/users/{bob.id}/followers"]
    before = [(await bob.get(path)).body for path in paths]
    ends = await leave(alice)
    assert timedelta(days=6.9) < ends - datetime.now(UTC) < timedelta(days=7)
    for path in paths[: len(ABOUT)]:
        assert (await bob.get(path)).error == (404, "user_not_found"), path
    assert (await bob.get(f"/api/tweets/{mine}")).error == (404, "tweet_not_found")
    shown = [await bob.get(path) for path in ("/api/tweets", f"/api/tweets/{his}", paths[-1])]
    assert "alice" not in str([answer.body for answer in shown])
    await resume(LostJobs())  # some tweets are not marked yet, unless a worker runs alongside
    await hiding.mark_some(alice.id)
    assert (await alice.delete("/api/users/me/deletion")).body == {"result": True}
    while await hiding.mark_some(alice.id):
        pass
    after = [(await bob.get(path)).body for path in paths]
    for one in (*before, *after):
        one.get("user", {}).pop("version", None)
    assert after == before
    assert await rows(DISAGREEING) == []
    assert (await alice.get("/api/users/me/deletion"))["deletion"] is None
    assert (await alice.delete("/api/users/me/deletion")).status == 200, "there is nothing to take back"


# How an older version, which knows nothing of the grace period, finds the users to erase.
FORGOTTEN_BEFORE = "SELECT id FROM users WHERE deleted_at < now() - interval '120 s'"


async def test_a_worker_of_an_earlier_version_erases_nobody_early(alice: Caller) -> None:
    """Such a worker may run alongside renewed processes."""
    await leave(alice)
    await rows("UPDATE users SET created_at = created_at - interval '1 hour' RETURNING 1")
    assert await rows(FORGOTTEN_BEFORE) == []


async def test_in_the_grace_period_an_account_key_sees_the_deletion_and_nothing_else(alice: Caller) -> None:
    made = await alice.post("/api/keys", json={"name": "bot", "scopes": ["read", "write"]})
    bot = dataclasses.replace(alice, key=made["key"])
    assert (await bot.get("/api/tweets")).status == 200
    ends = await leave(alice)
    assert (await bot.get("/api/tweets")).error == (401, "invalid_key")
    for answer in (
        await alice.get("/api/users/me"),
        await alice.post("/api/tweets", json={"tweet_data": "x"}),
        await alice.post("/api/keys", json={"name": "x"}),
        await alice.delete(f"/api/keys/{made['key_id']}"),
        await alice.get("/api/stream"),
    ):
        assert answer.error == (403, "account_leaving")
        assert f"{ends:%Y-%m-%dT%H:%M:%SZ}" in answer["error_message"]
    found = (await alice.get("/api/users/me/deletion"))["deletion"]
    assert (found["handle"], found["name"]) == ("alice", "alice")
    assert datetime.fromisoformat(found["erase_after"]) == ends
    assert await leave(alice) == ends, "sent again, as its answer was lost"
    await alice.delete("/api/users/me/deletion")
    assert (await bot.get("/api/tweets")).status == 200


async def test_an_account_is_erased_after_the_grace_period_however_late_that_is_noticed(
    alice: Caller, bob: Caller, carol: Caller, empty_store: ObjectStore
) -> None:
    await lively(alice, bob, carol)
    await leave(alice)
    assert await deletion.resume(LostJobs(), older_than=0) == 0
    assert not await deletion.erase(alice.id, empty_store, FOLDER), "somebody was told of it too early"
    there = await left_of(alice.id)
    assert there >= 20
    await rows(
        "UPDATE users SET erase_after = now() - interval '30 days' WHERE id = $1 RETURNING 1", alice.id
    )
    for answer in (await alice.get("/api/users/me/deletion"), await alice.delete("/api/users/me/deletion")):
        assert answer.error == (401, "invalid_key")
    assert not await deletion.keep(alice.id, LostJobs(), TERMINAL)
    assert await left_of(alice.id) == there
    assert await deletion.resume(LostJobs(), older_than=0) == 1
    assert await deletion.erase(alice.id, empty_store, FOLDER)
    assert await left_of(alice.id) == 0
    assert await rows(DISAGREEING) == []
    with pytest.raises(HandleTaken):
        await accounts.create("alice")


async def test_the_cli_can_keep_the_account_and_an_administrator_can_erase_it(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await leave(alice)
    await leave(bob)
    with pytest.raises(UserNotFound):
        await accounts.by_handle("alice")
    user = await accounts.by_handle("alice", leaving=True)
    assert await deletion.keep(user.id, LostJobs(), TERMINAL)
    assert (await alice.get("/api/users/me")).status == 200
    act = (await carol.get("/api/audit", params={"limit": 1}))["acts"][0]
    assert (act["act"], act["on_terminal"], act["user_id"]) == ("user.keep", True, alice.id)
    gone = await carol.call("DELETE", f"/api/users/{bob.id}", json={"handle": "bob"})
    assert gone.status == 200
    assert (await bob.get("/api/users/me/deletion")).error == (401, "invalid_key")


async def test_links_made_by_a_deleted_account_stop_working(
    alice: Caller, carol: Caller, anybody: Caller
) -> None:
    dave = await accounts.create("dave", admin=True)
    assert dave
    token = (await carol.post("/api/invitations", json={}))["token"]
    await leave(carol)
    assert (await anybody.get(f"/api/join/{token}")).error == (404, "invitation_not_found")


async def test_a_process_that_cached_the_key_refuses_it_after_the_grace_period(alice: Caller) -> None:
    await leave(alice)
    await rows("UPDATE users SET erase_after = now() + interval '1 s' WHERE id = $1 RETURNING 1", alice.id)
    assert (await alice.get("/api/users/me/deletion")).status == 200

    async def is_refused() -> bool:
        return (await alice.get("/api/users/me/deletion")).status == 401

    await until(is_refused)
