"""Recovery links for people who lost their key: who gets them, what they give, and how often."""

from __future__ import annotations

import asyncio
from collections import Counter

from server.core.database.connection import rows
from server.features.api_keys import api_keys as keys
from server.features.api_keys.api_keys import MAX_KEYS_PER_USER
from server.features.invitations import invitations
from server.features.people import accounts
from tests.api.inviting import GONE, invite, with_key
from tests.callers import Caller


async def test_a_recovery_gives_a_new_key_and_keeps_the_old_ones(
    carol: Caller, alice: Caller, anybody: Caller
) -> None:
    made = await invite(carol, user_id=alice.id)
    assert made["invitation"]["user"]["handle"] == "alice"
    join = (await anybody.get(f"/api/join/{made['token']}"))["join"]
    assert (join["kind"], join["handle"], join["name"]) == ("recovery", "alice", "alice")
    chosen = await anybody.post(f"/api/join/{made['token']}", json={"handle": "malice"})
    assert chosen.error == (422, "invalid_body")
    joined = await anybody.post(f"/api/join/{made['token']}")
    assert (joined.status, joined["user"]["id"]) == (201, alice.id)
    again = with_key(alice, joined["key"])
    listed = (await again.get("/api/keys"))["keys"]
    assert [(key["name"], key["current"]) for key in listed] == [("recovered", True), ("first key", False)]
    assert (await alice.get("/api/users/me")).status == 200
    assert (await anybody.post(f"/api/join/{made['token']}")).error == GONE


async def test_a_recovery_works_however_many_keys_were_lost(
    carol: Caller, alice: Caller, anybody: Caller
) -> None:
    await rows(
        "INSERT INTO api_keys (user_id, hash, name, scopes)"
        " SELECT $1, sha256(n::text::bytea), 'lost', '{read}' FROM generate_series(2, $2) n RETURNING id",
        alice.id,
        MAX_KEYS_PER_USER,
    )
    full = await alice.post("/api/keys", json={"name": "one too many"})
    assert full.error == (422, "invalid_body")
    token = (await invite(carol, user_id=alice.id))["token"]
    joined = await anybody.post(f"/api/join/{token}", json={})
    assert joined.status == 201
    assert len(await keys.of_user(alice.id)) == MAX_KEYS_PER_USER + 1


async def test_of_two_concurrent_recoveries_one_succeeds(
    carol: Caller, alice: Caller, anybody: Caller
) -> None:
    token = (await invite(carol, user_id=alice.id))["token"]
    answers = await asyncio.gather(*(anybody.post(f"/api/join/{token}") for _ in range(6)))
    assert Counter(answer.status for answer in answers) == {201: 1, 404: 5}
    assert len(await keys.of_user(alice.id)) == 2


async def test_a_recovery_link_needs_an_existing_user_and_grants_nothing_more(
    carol: Caller, alice: Caller
) -> None:
    unknown = await carol.post("/api/invitations", json={"user_id": 999_999})
    assert unknown.error == (404, "user_not_found")
    for more in ({"max_uses": 2}, {"admin": True}):
        answer = await carol.post("/api/invitations", json={"user_id": alice.id, **more})
        assert answer.error == (422, "invalid_body")


async def test_administrators_are_recovered_only_by_cli_and_suspended_users_never(
    carol: Caller, alice: Caller
) -> None:
    for admin in (carol.id, (await accounts.create("dora", admin=True))[0].id):
        answer = await carol.post("/api/invitations", json={"user_id": admin})
        assert answer.error == (403, "administrator")
        await invitations.make(user_id=admin)
    await carol.post(f"/api/users/{alice.id}/suspension")
    suspended = await carol.post("/api/invitations", json={"user_id": alice.id})
    assert suspended.error == (422, "invalid_body")


async def test_demo_users_cannot_be_recovered(anybody: Caller) -> None:
    await accounts.create_demo_users()
    user, key = await accounts.create("carol", admin=True)
    carol = Caller(anybody.send, key, user.id, "carol")
    (demo,) = await rows("SELECT id FROM users WHERE handle = 'test'")
    assert (await carol.post("/api/invitations", json={"user_id": demo["id"]})).error == (422, "invalid_body")


async def test_a_recovery_link_ends_when_its_user_is_deleted(
    carol: Caller, alice: Caller, anybody: Caller
) -> None:
    token = (await invite(carol, user_id=alice.id))["token"]
    await rows("DELETE FROM users WHERE id = $1 RETURNING id", alice.id)
    assert (await anybody.post(f"/api/join/{token}")).error == GONE
