"""An account that its owner deleted: nobody sees it, and for seven days it can be kept as it was."""

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

# What a viewer sees of somebody.
ABOUT = ("", "/tweets", "/followers", "/following", "/likes")


async def leave(who: Caller) -> datetime:
    """The time until when it can be kept."""
    answer = await who.call("DELETE", "/api/users/me", json={"handle": who.handle})
    assert answer.status == 200, answer.body
    return datetime.fromisoformat(answer["deletion"]["erase_after"])


async def test_it_is_hidden_at_once_and_kept_as_it_was(
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
    await resume(LostJobs())  # some tweets are not marked yet, unless a worker runs beside
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


# How a version that knows nothing of the days of grace looks for whom to erase.
FORGOTTEN_BEFORE = "SELECT id FROM users WHERE deleted_at < now() - interval '120 s'"


async def test_a_worker_of_an_earlier_version_erases_nobody_before_the_time(alice: Caller) -> None:
    """As one that runs beside renewed processes does."""
    await leave(alice)
    await rows("UPDATE users SET created_at = created_at - interval '1 hour' RETURNING 1")
    assert await rows(FORGOTTEN_BEFORE) == []


async def test_meanwhile_a_key_that_manages_the_account_sees_that_and_nothing_else(alice: Caller) -> None:
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


async def test_it_is_erased_when_its_time_has_come_however_late_somebody_looks(
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


async def test_the_terminal_keeps_it_and_an_administrator_erases_it(
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


async def test_links_that_it_made_end(alice: Caller, carol: Caller, anybody: Caller) -> None:
    dave = await accounts.create("dave", admin=True)
    assert dave
    token = (await carol.post("/api/invitations", json={}))["token"]
    await leave(carol)
    assert (await anybody.get(f"/api/join/{token}")).error == (404, "invitation_not_found")


async def test_what_became_due_is_over_for_a_process_that_remembers_the_key(alice: Caller) -> None:
    await leave(alice)
    await rows("UPDATE users SET erase_after = now() + interval '1 s' WHERE id = $1 RETURNING 1", alice.id)
    assert (await alice.get("/api/users/me/deletion")).status == 200

    async def is_refused() -> bool:
        return (await alice.get("/api/users/me/deletion")).status == 401

    await until(is_refused)
