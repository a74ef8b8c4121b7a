"""Invitations: who makes them, what a link does, how often it works, and how it ends."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.logging import JsonFormatter
from config.settings import Settings
from server.core.database.connection import rows
from server.core.security.api_keys import INVITATION, digest, generate, is_plausible, is_well_formed
from server.features.invitations import invitations
from tests.api.inviting import GONE, invite, with_key
from tests.callers import Caller


async def only(admin: Caller) -> dict[str, Any]:
    """The only invitation there is."""
    (found,) = (await admin.get("/api/invitations"))["invitations"]
    return dict(found)


async def test_a_link_makes_a_member_once(carol: Caller, anybody: Caller) -> None:
    made = await invite(carol, note="  for dave ")
    address = str((await carol.raw("GET", "/api/instance")).url).removesuffix("/api/instance")
    assert made["url"] == f"{address}/join#{made['token']}"
    assert (made["invitation"]["note"], made["invitation"]["state"]) == ("for dave", "open")
    join = (await anybody.get(f"/api/join/{made['token']}"))["join"]
    assert join == {
        "kind": "new",
        "instance": "Perch",
        "admin": False,
        "handle": None,
        "name": None,
        "expires_at": made["invitation"]["expires_at"],
    }
    joined = await anybody.post(f"/api/join/{made['token']}", json={"handle": "dave", "name": " Dave "})
    assert joined.status == 201
    assert joined.headers["cache-control"] == "no-store"
    dave = (await with_key(anybody, joined["key"]).get("/api/users/me"))["user"]
    assert joined["user"] == {"id": dave["id"], "handle": "dave", "name": "Dave"}
    assert dave["scopes"] == ["read", "write", "account"]
    for again in (anybody.get, anybody.post):
        assert (await again(f"/api/join/{made['token']}")).error == GONE
    assert (await only(carol))["state"] == "used_up"


async def test_the_token_is_in_no_url_that_a_browser_requests(
    carol: Caller, alice: Caller, anybody: Caller
) -> None:
    token = (await invite(carol))["token"]
    look = await anybody.post("/api/join/link", json={"token": token})
    assert (look.status, look["join"]["kind"]) == (200, "new")
    joined = await anybody.post("/api/join", json={"token": token, "handle": "dave", "name": "Dave"})
    assert (joined.status, joined["user"]["handle"]) == (201, "dave")
    assert (await with_key(anybody, joined["key"]).get("/api/users/me")).status == 200
    recovery = (await invite(carol, user_id=alice.id))["token"]
    look = await anybody.post("/api/join/link", json={"token": recovery})
    assert (look["join"]["kind"], look["join"]["handle"]) == ("recovery", "alice")
    chosen = await anybody.post("/api/join", json={"token": recovery, "handle": "malice"})
    assert chosen.error == (422, "invalid_body")
    assert (await anybody.post("/api/join", json={"token": recovery})).status == 201
    for gone in (token, recovery, "nonsense", ""):
        assert (await anybody.post("/api/join/link", json={"token": gone})).error == GONE
        assert (await anybody.post("/api/join", json={"token": gone, "handle": "erin"})).error == GONE
    for body in ({}, {"handle": "erin"}, {"token": 1}, {"token": token, "x": 1}):
        assert (await anybody.post("/api/join", json=body)).error == (422, "invalid_body")


async def test_by_default_a_link_has_one_use_and_lasts_seven_days(carol: Caller) -> None:
    made = await carol.post("/api/invitations")
    assert made.status == 201
    (left,) = await rows("SELECT max_uses, expires_at - created_at AS lasts FROM invitations")
    assert (left["max_uses"], round(left["lasts"].total_seconds())) == (1, 7 * 86400)


@pytest.mark.parametrize("body", [{}, {"handle": "dave"}])
async def test_the_display_name_defaults_to_the_handle(
    carol: Caller, anybody: Caller, body: dict[str, str]
) -> None:
    token = (await invite(carol))["token"]
    joined = await anybody.post(f"/api/join/{token}", json=body)
    if body:
        assert joined["user"]["name"] == "dave"
    else:
        assert joined.error == (422, "invalid_body")
        assert "handle" in joined["error_message"]


async def test_an_administrator_invitation_makes_an_administrator(carol: Caller, anybody: Caller) -> None:
    made = await invite(carol, admin=True)
    assert (await anybody.get(f"/api/join/{made['token']}"))["join"]["admin"] is True
    joined = await anybody.post(f"/api/join/{made['token']}", json={"handle": "dave"})
    dave = with_key(anybody, joined["key"])
    assert (await dave.get("/api/users/me"))["user"]["scopes"] == ["read", "write", "account", "admin"]
    assert (await dave.get("/api/invitations")).status == 200


async def test_an_administrator_link_has_one_use_and_lasts_two_days(carol: Caller) -> None:
    await invite(carol, admin=True, max_uses=30, expires_in_days=30)
    made = await only(carol)
    assert made["max_uses"] == 1
    expires_at = datetime.fromisoformat(made["expires_at"])
    assert expires_at <= datetime.now(UTC) + timedelta(hours=48)


@pytest.mark.parametrize("how", ["revoked", "expired"])
async def test_a_link_ends_with_the_key_that_made_it(carol: Caller, anybody: Caller, how: str) -> None:
    stolen = await carol.post("/api/keys", json={"name": "stolen", "scopes": ["read", "account", "admin"]})
    thief = replace(carol, key=stolen["key"])
    kept, lost = await invite(carol), await invite(thief)
    for made in (kept, lost):
        assert (await anybody.get(f"/api/join/{made['token']}")).status == 200
    if how == "revoked":
        await carol.delete(f"/api/keys/{stolen['key_id']}")
    else:
        await rows("UPDATE api_keys SET expires_at = now() WHERE id = $1 RETURNING id", stolen["key_id"])
    assert (await anybody.get(f"/api/join/{kept['token']}")).status == 200
    assert (await anybody.get(f"/api/join/{lost['token']}")).error == (404, "invitation_not_found")
    joining = await anybody.post(f"/api/join/{lost['token']}", json={"handle": "mallory"})
    assert joining.error == (404, "invitation_not_found")


async def test_only_administrators_with_the_right_key_make_list_and_revoke_invitations(
    alice: Caller, carol: Caller, anybody: Caller
) -> None:
    made = await invite(carol)
    scopes = ["read", "write"]
    writer = await carol.post("/api/keys", json={"name": "writer", "scopes": scopes})
    for who, error in (
        (anybody, (401, "missing_key")),
        (alice, (403, "out_of_scope")),
        (with_key(carol, writer["key"]), (403, "out_of_scope")),
    ):
        assert (await who.post("/api/invitations", json={})).error == error
        assert (await who.get("/api/invitations")).error == error
        assert (await who.delete(f"/api/invitations/{made['invitation']['id']}")).error == error
    assert (await anybody.get(f"/api/join/{made['token']}")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"max_uses": 0},
        {"max_uses": 1001},
        {"max_uses": "5"},
        {"expires_in_days": 0},
        {"expires_in_days": 366},
        {"expires_in_days": None},
        {"note": "x" * 201},
        {"note": "two\nlines"},
        {"note": "a\0b"},
        {"uses": 5},
        {"user_id": 0},
        {"user_id": 2**63},
        {"admin": 1},
        [],
    ],
)
async def test_an_invalid_invitation_is_refused(carol: Caller, body: Any) -> None:
    assert (await carol.post("/api/invitations", json=body)).error == (422, "invalid_body")
    assert (await carol.get("/api/invitations"))["invitations"] == []


@pytest.mark.parametrize("ending", ["used up", "expired", "revoked", "mistyped", "unknown", "a key"])
async def test_an_invalid_link_gives_the_same_answer_whatever_the_reason(
    carol: Caller, anybody: Caller, ending: str
) -> None:
    made = await invite(carol)
    token = made["token"]
    match ending:
        case "used up":
            assert (await anybody.post(f"/api/join/{token}", json={"handle": "dave"})).status == 201
        case "expired":
            await rows("UPDATE invitations SET expires_at = now() RETURNING id")
        case "revoked":
            path = f"/api/invitations/{made['invitation']['id']}"
            assert (await carol.delete(path)).body == {"result": True}
            assert (await carol.delete(path)).error == GONE
        case "mistyped":
            token = token[:-1] + ("x" if token[-1] != "x" else "y")
        case "unknown":
            token = generate(INVITATION)
        case "a key":
            token = str(carol.key)
    said = {
        answer["error_message"]
        for answer in (
            await anybody.get(f"/api/join/{token}"),
            await anybody.post(f"/api/join/{token}", json={"handle": "erin"}),
            await anybody.get("/api/join/nonsense"),
            await anybody.get(f"/api/join/{'x' * 3000}"),
        )
        if answer.error == GONE
    }
    assert said == {
        "This invitation isn't valid, or is no longer valid. Ask the person who sent it for a new one."
    }
    assert await rows("SELECT 1 FROM users WHERE handle = 'erin'") == []
    state = ending.replace(" ", "_") if ending in ("used up", "expired", "revoked") else "open"
    assert (await only(carol))["state"] == state


async def test_a_failed_registration_does_not_use_up_the_link(
    carol: Caller, alice: Caller, anybody: Caller
) -> None:
    token = (await invite(carol))["token"]
    taken = await anybody.post(f"/api/join/{token}", json={"handle": "alice", "name": "Another"})
    assert taken.error == (409, "handle_taken")
    for body in ({"handle": "Dave"}, {"handle": ""}, {"handle": "d" * 31}, {"handle": "dave", "name": " "}):
        answer = await anybody.post(f"/api/join/{token}", json=body)
        assert answer.error == (422, "invalid_body")
    assert (await anybody.post(f"/api/join/{token}", json={"handle": "dave", "x": 1})).error[0] == 422
    assert (await only(carol))["used"] == 0
    assert (await anybody.post(f"/api/join/{token}", json={"handle": "dave"})).status == 201
    assert (await only(carol))["used"] == 1


async def test_concurrent_registrations_never_exceed_the_uses_of_a_link(
    carol: Caller, anybody: Caller
) -> None:
    token = (await invite(carol, max_uses=3))["token"]
    answers = await asyncio.gather(
        *(anybody.post(f"/api/join/{token}", json={"handle": f"u{number}"}) for number in range(12))
    )
    assert Counter(answer.status for answer in answers) == {201: 3, 404: 9}
    joined = {answer["user"]["handle"] for answer in answers if answer.status == 201}
    there = await rows("SELECT handle FROM users WHERE handle <> 'carol'")
    assert {row["handle"] for row in there} == joined
    assert (await only(carol))["used"] == 3


async def test_of_many_concurrent_registrations_of_one_handle_one_succeeds(
    carol: Caller, anybody: Caller
) -> None:
    token = (await invite(carol, max_uses=20))["token"]
    answers = await asyncio.gather(
        *(anybody.post(f"/api/join/{token}", json={"handle": "dave"}) for _ in range(8))
    )
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 7}
    assert (await only(carol))["used"] == 1


async def test_a_failed_registration_leaves_the_last_use_to_a_waiting_one(
    carol: Caller, alice: Caller, anybody: Caller
) -> None:
    """Both take the last use at once; the one that chose a taken handle gives it back."""
    token = (await invite(carol))["token"]
    handles = ["alice", "alice", "alice", "dave"]
    answers = await asyncio.gather(
        *(anybody.post(f"/api/join/{token}", json={"handle": handle}) for handle in handles)
    )
    assert answers[-1].status == 201
    assert {answer.status for answer in answers[:-1]} <= {404, 409}


async def test_the_list_of_invitations_is_paged_and_names_who_made_each(carol: Caller, alice: Caller) -> None:
    for number in range(3):
        await invite(carol, note=str(number), max_uses=number + 1)
    await invitations.make(note="terminal", user_id=alice.id)
    first = await carol.get("/api/invitations", params={"limit": 3})
    assert [one["note"] for one in first["invitations"]] == ["terminal", "2", "1"]
    by = [one["created_by"] and one["created_by"]["handle"] for one in first["invitations"]]
    assert by == [None, "carol", "carol"]
    assert first["invitations"][0]["user"] == {"id": alice.id, "handle": "alice", "name": "alice"}
    rest = await carol.get("/api/invitations", params={"before": first["next"]})
    assert [one["note"] for one in rest["invitations"]] == ["0"]
    assert rest["next"] is None


async def test_a_token_is_stored_nowhere(
    carol: Caller, anybody: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = await invite(carol)
    token = made["token"]
    assert is_well_formed(token, INVITATION)
    assert not is_plausible(token), "as a key it is refused without a query"
    listed = await carol.raw("GET", "/api/invitations")
    await anybody.get(f"/api/join/{token}")
    await anybody.post(f"/api/join/{token}", json={"handle": "dave"})
    await anybody.post(f"/api/join/{token}", json={"handle": "erin"})
    await anybody.raw("PUT", f"/api/join/{token}")
    logging.getLogger("perch").error("GET /join/%s failed", token)
    shape = JsonFormatter("web-1")
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    lines = [shape.format(record) for record in ours]
    assert any("[redacted]" in line for line in lines)
    stored = [row["text"] for row in await rows("SELECT row_to_json(i)::text AS text FROM invitations i")]
    assert digest(token).hex() in stored[0]
    secret = token.removeprefix(INVITATION)[6:]
    assert not [text for text in [*lines, *stored, listed.text] if secret in text]


async def test_links_begin_with_the_public_address(
    carol: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoofed = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "forwarded": "host=evil.example",
    }
    made = await carol.post("/api/invitations", json={}, headers=spoofed)
    assert "evil" not in made["url"]
    strange = await carol.post("/api/invitations", json={}, headers={"host": "perch.example:99999"})
    assert strange["url"].startswith(f"http://127.0.0.1:{settings.port}/join#")
    proxied = await carol.post("/api/invitations", json={}, headers={"host": "perch.example"})
    assert proxied["url"] == f"http://perch.example/join#{proxied['token']}"
    monkeypatch.setitem(settings.__dict__, "public_url", "https://perch.example.org/")
    public = await carol.post("/api/invitations", json={}, headers={"host": "perch.example"})
    assert public["url"] == f"https://perch.example.org/join#{public['token']}"
