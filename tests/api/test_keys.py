"""API keys: how they are sent, and how they end."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.core.database.connection import rows
from server.core.security import api_keys as keys
from server.features.api_keys.api_keys import MAX_KEYS_PER_DAY, MAX_KEYS_PER_USER, MAX_LISTED_EXPIRED
from server.features.people import accounts
from tests.callers import Caller, with_key
from tests.waiting import until


async def test_a_key_can_be_sent_in_three_equivalent_headers(alice: Caller) -> None:
    basic = base64.b64encode(f"whoever:{alice.key}".encode()).decode()
    for headers in (
        {"api-key": alice.key},
        {"Authorization": f"Bearer {alice.key}"},
        {"authorization": f"bearer {alice.key}"},
        {"Authorization": f"Basic {basic}"},
    ):
        answer = await with_key(alice, None).get("/api/users/me", headers=headers)
        assert answer["user"]["id"] == alice.id


async def test_without_a_key_nothing_is_read(anybody: Caller) -> None:
    for headers in ({}, {"api-key": ""}, {"authorization": ""}, {"authorization": "Digest x"}):
        assert (await anybody.get("/api/tweets", headers=headers)).error == (401, "missing_key")


@pytest.mark.parametrize(
    "headers",
    [
        {"api-key": "nonsense"},
        {"api-key": "perch_" + "x" * 49},
        {"api-key": "x" * 5000},
        {"api-key": "' OR 1=1 --"},
        {"authorization": "Bearer nonsense"},
        {"authorization": "Basic !!!"},
        {"authorization": "Basic /w=="},
        {"authorization": "Basic \u00e9".encode("latin-1")},
        {"authorization": "Basic bm9jb2xvbg=="},
    ],
)
async def test_a_wrong_key_is_refused(anybody: Caller, headers: dict[str, Any]) -> None:
    assert (await anybody.get("/api/users/me", headers=headers)).error == (401, "invalid_key")


async def test_a_key_is_shown_once_and_its_text_is_kept_nowhere(alice: Caller) -> None:
    made = await alice.post("/api/keys", json={"name": "laptop"})
    assert made.status == 201
    assert keys.is_plausible(made["key"])
    assert made["details"] == {
        "id": made["key_id"],
        "name": "laptop",
        "scopes": ["read", "write", "account"],
        "created_at": made["details"]["created_at"],
        "expires_at": None,
        "made_with": next(key["id"] for key in (await alice.get("/api/keys"))["keys"] if key["current"]),
        "current": False,
    }
    listed = (await alice.get("/api/keys"))["keys"]
    assert [(key["name"], key["current"]) for key in listed] == [("laptop", False), ("first key", True)]
    stored = await rows("SELECT row_to_json(k)::text AS text FROM api_keys k")
    assert all(made["key"] not in row["text"] for row in stored)
    assert (await with_key(alice, made["key"]).get("/api/users/me"))["user"]["id"] == alice.id


async def test_a_revoked_key_is_refused_at_once(alice: Caller) -> None:
    made = await alice.post("/api/keys", json={"name": "lost phone"})
    phone = with_key(alice, made["key"])
    assert (await phone.get("/api/tweets")).status == 200
    assert (await alice.delete(f"/api/keys/{made['key_id']}"))["revoked"] == [made["key_id"]]
    assert (await phone.get("/api/tweets")).error == (401, "invalid_key")
    assert (await alice.delete(f"/api/keys/{made['key_id']}")).error == (404, "key_not_found")


async def test_nobody_revokes_keys_of_another_user(alice: Caller, bob: Caller, carol: Caller) -> None:
    made = await alice.post("/api/keys", json={"name": "mine"})
    for other in (bob, carol):
        assert (await other.delete(f"/api/keys/{made['key_id']}")).error == (404, "key_not_found")
    assert (await with_key(alice, made["key"]).get("/api/tweets")).status == 200


async def test_an_expired_key_is_refused(alice: Caller) -> None:
    expires_at = datetime.now(UTC) + timedelta(seconds=1)
    soon = expires_at.isoformat()
    made = await alice.post("/api/keys", json={"name": "short", "expires_at": soon})
    short = with_key(alice, made["key"])
    assert (await short.get("/api/tweets")).status == 200

    async def is_refused() -> bool:
        answer = await short.get("/api/tweets")
        return answer.status == 401 and answer.error == (401, "invalid_key")

    await until(is_refused)
    assert datetime.now(UTC) >= expires_at


async def test_no_key_makes_one_that_outlives_it(alice: Caller) -> None:
    soon, later = (datetime.now(UTC) + timedelta(hours=hours) for hours in (1, 2))
    made = await alice.post("/api/keys", json={"name": "short", "expires_at": soon.isoformat()})
    short = with_key(alice, made["key"])
    longer = await short.post("/api/keys", json={"name": "longer", "expires_at": later.isoformat()})
    assert longer.error == (403, "out_of_scope")
    same = await short.post("/api/keys", json={"name": "same"})
    assert same["details"]["expires_at"] == made["details"]["expires_at"]


async def test_a_user_can_have_only_a_limited_number_of_keys(alice: Caller) -> None:
    async def make() -> int:
        return (await alice.post("/api/keys", json={"name": "x"})).status

    made = [await make() for _ in range(MAX_KEYS_PER_USER - 10)]
    made += await asyncio.gather(*(make() for _ in range(15)))
    assert sorted(made) == [201] * (MAX_KEYS_PER_USER - 1) + [422] * 6


async def test_ended_keys_do_not_count_toward_the_limit(alice: Caller) -> None:
    for _ in range(MAX_KEYS_PER_USER - 1):
        assert (await alice.post("/api/keys", json={"name": "x"})).status == 201
    assert (await alice.post("/api/keys", json={"name": "x"})).status == 422
    await rows(
        "UPDATE api_keys SET expires_at = now() WHERE id = (SELECT max(id) FROM api_keys) RETURNING id"
    )
    assert (await alice.post("/api/keys", json={"name": "x"})).status == 201


async def test_only_so_many_keys_are_made_within_a_day_even_if_they_end_at_once(alice: Caller) -> None:
    for _ in range(MAX_KEYS_PER_DAY - 1):
        made = await alice.post("/api/keys", json={"name": "short"})
        await rows("UPDATE api_keys SET expires_at = now() WHERE id = $1", made["key_id"])
    refused = await alice.post("/api/keys", json={"name": "one more"})
    assert refused.error == (429, "quota_exceeded")
    assert 86000 < int(refused.headers["retry-after"]) <= 86401
    assert len((await alice.get("/api/keys"))["keys"]) == 1 + MAX_LISTED_EXPIRED
    await rows("UPDATE api_keys SET created_at = created_at - interval '1 day'")
    assert (await alice.post("/api/keys", json={"name": "one more"})).status == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 51},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["root"]},
        {"name": "x", "scopes": "read"},
        {"name": "x", "scope": ["read"]},
        {"name": "x", "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "expires_at": "2099-01-01T00:00:00"},
        {"name": "x", "expires_at": "9999-12-31T23:59:59-14:00"},
        {"name": "x", "expires_at": "2199-01-01T00:00:00Z"},
        {"name": "x", "expires_at": "soon"},
        {"name": "x", "expires_at": 5},
    ],
)
async def test_an_invalid_key_request_is_refused(alice: Caller, body: dict[str, object]) -> None:
    assert (await alice.post("/api/keys", json=body)).error == (422, "invalid_body")
    assert len((await alice.get("/api/keys"))["keys"]) == 1


async def test_demo_keys_are_honoured_in_demo_mode(anybody: Caller) -> None:
    assert await accounts.create_demo_users() is True
    assert await accounts.create_demo_users() is False
    names = [(await with_key(anybody, key).get("/api/users/me"))["user"]["name"] for key in ("test", "test1")]
    assert names == ["Иван", "Катя"]


async def test_a_public_demo_key_cannot_be_revoked(anybody: Caller) -> None:
    await accounts.create_demo_users()
    test = with_key(anybody, "test")
    (key,) = (await test.get("/api/keys"))["keys"]
    assert (await test.delete(f"/api/keys/{key['id']}")).error == (403, "public_key")
    assert (await test.get("/api/users/me")).status == 200


async def test_demo_users_are_created_only_in_a_new_database(alice: Caller) -> None:
    assert await accounts.create_demo_users() is False
    assert (await with_key(alice, "test").get("/api/users/me")).error == (401, "invalid_key")


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ("UPDATE api_keys SET scopes = '{write}'", (403, "out_of_scope")),
        ("UPDATE api_keys SET expires_at = now() - interval '1 s'", (401, "invalid_key")),
        ("UPDATE users SET is_admin = false", (403, "out_of_scope")),
        ("UPDATE users SET suspended_at = now()", (401, "account_suspended")),
        ("UPDATE users SET deleted_at = now()", (401, "invalid_key")),
        ("DELETE FROM api_keys", (401, "invalid_key")),
    ],
)
async def test_manual_changes_in_the_database_soon_take_effect(
    carol: Caller, change: str, refused: tuple[int, str]
) -> None:
    """The change is made in SQL without telling Perch, although the key is cached."""
    path = "/api/invitations" if "is_admin" in change else "/api/tweets"
    assert (await carol.get(path)).status == 200
    await rows(f"{change} RETURNING id")

    async def is_refused() -> bool:
        return (await carol.get(path)).status != 200

    await until(is_refused)
    assert (await carol.get(path)).error == refused


async def test_revoking_a_key_can_also_revoke_the_keys_made_with_it(alice: Caller) -> None:
    async def make(by: Caller) -> tuple[int, Caller]:
        made = await by.post("/api/keys", json={"name": "x"})
        return made["key_id"], with_key(alice, made["key"])

    stolen_id, stolen = await make(alice)
    child_id, child = await make(stolen)
    grandchild_id, grandchild = await make(child)
    other_id, other = await make(alice)
    listed = {key["id"]: key["made_with"] for key in (await alice.get("/api/keys"))["keys"]}
    first_id = listed[stolen_id]
    assert listed == {
        first_id: None,
        stolen_id: first_id,
        child_id: stolen_id,
        grandchild_id: child_id,
        other_id: first_id,
    }
    assert (await alice.delete(f"/api/keys/{stolen_id}"))["revoked"] == [stolen_id]
    assert (await stolen.get("/api/tweets")).status == 401
    assert (await child.get("/api/tweets")).status == 200
    answer = await alice.delete(f"/api/keys/{stolen_id}?made=true")
    assert answer["revoked"] == [child_id, grandchild_id]
    for caller, status in ((child, 401), (grandchild, 401), (other, 200), (alice, 200)):
        assert (await caller.get("/api/tweets")).status == status
    assert (await alice.delete(f"/api/keys/{stolen_id}?made=true")).error == (404, "key_not_found")


async def test_no_key_survives_that_is_made_with_a_stolen_one_during_its_revocation(alice: Caller) -> None:
    for _ in range(5):
        stolen = await alice.post("/api/keys", json={"name": "stolen"})
        thief = with_key(alice, stolen["key"])
        making = [asyncio.create_task(thief.post("/api/keys", json={"name": "x"})) for _ in range(25)]
        await asyncio.wait(making, return_when=asyncio.FIRST_COMPLETED)
        await alice.delete(f"/api/keys/{stolen['key_id']}?made=true")
        # 503: on a busy machine, requests wait too long for the lock on the user.
        assert {answer.status for answer in await asyncio.gather(*making)} <= {201, 401, 503}
        assert len((await alice.get("/api/keys"))["keys"]) == 1


async def test_nobody_revokes_the_key_of_another_user_through_their_own(alice: Caller, bob: Caller) -> None:
    made = await bob.post("/api/keys", json={"name": "x"})
    answer = await alice.delete(f"/api/keys/{made['key_id']}?made=true")
    assert answer.error == (404, "key_not_found")
    assert (await with_key(bob, made["key"]).get("/api/tweets")).status == 200
