"""Administrators suspend each other over HTTP: with another one's consent, or after 72 hours."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.context import Context
from server.core.audit import TERMINAL
from server.core.database.connection import rows
from server.features.moderation import suspension_requests, suspensions
from tests.callers import Answer, Caller, register

PATH = "/api/operations/suspensions"
NO_CONSENT = (403, "no_consent")
NOT_FOUND = (404, "suspension_not_found")
SUSPENDED = (401, "account_suspended")


@pytest.fixture
async def dora(anybody: Caller) -> Caller:
    """A second administrator."""
    return await register(anybody.send, "dora", admin=True)


@pytest.fixture
async def erin(anybody: Caller) -> Caller:
    """A third administrator."""
    return await register(anybody.send, "erin", admin=True)


@pytest.fixture(autouse=True)
async def long_ago(carol: Caller, dora: Caller, erin: Caller) -> None:
    """These people became administrators days ago."""
    await rows("UPDATE users SET created_at = now() - interval '73 hours' RETURNING 1")


async def ask(by: Caller, whom: Caller, **body: object) -> Answer:
    return await by.post(PATH, json={"user_id": whom.id, **body})


async def asked(by: Caller, whom: Caller, **body: object) -> int:
    """The id of a request."""
    answer = await ask(by, whom, **body)
    assert answer.status == 201, answer.body
    return int(answer["suspension"]["id"])


async def waiting(by: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await by.get(PATH))["suspensions"]
    return found


async def acts(by: Caller, count: int) -> list[tuple[str, str]]:
    """The actions on record and who did them, newest first."""
    page = await by.get("/api/audit", params={"limit": count})
    return [(act["actor"]["handle"], act["act"]) for act in page["acts"][::-1]]


async def pass_days(days: int) -> None:
    await rows(
        "UPDATE suspension_requests SET asked_at = asked_at - $1 * interval '1 day', "
        "takes_effect_at = takes_effect_at - $1 * interval '1 day' RETURNING 1",
        days,
    )


async def test_a_request_takes_effect_when_another_administrator_confirms_it(
    alice: Caller, carol: Caller, dora: Caller, erin: Caller
) -> None:
    await erin.tweet("by a thief")
    request = await asked(carol, erin, hide_tweets=True, reason="stolen key")
    assert (await erin.get("/api/users/me")).status == 200
    (seen,) = await waiting(dora)
    assert (seen["user"]["handle"], seen["asked_by"]["handle"], seen["reason"]) == (
        "erin",
        "carol",
        "stolen key",
    )
    took = datetime.fromisoformat(seen["takes_effect_at"]) - datetime.fromisoformat(seen["asked_at"])
    assert took == timedelta(hours=72)
    may = {who.handle: (await waiting(who))[0] for who in (carol, dora, erin)}
    assert {name: (one["may_confirm"], one["may_withdraw"]) for name, one in may.items()} == {
        "carol": (False, True),
        "dora": (True, True),
        "erin": (False, False),
    }
    assert (await dora.post(f"{PATH}/{request}/confirmation")).status == 200
    assert (await erin.get("/api/users/me")).error == SUSPENDED
    assert await alice.timeline() == []
    assert await waiting(dora) == []
    assert await acts(dora, 2) == [("carol", "suspension.ask"), ("dora", "user.suspend")]
    act = (await dora.get("/api/audit", params={"limit": 1}))["acts"][0]
    assert act["details"] == {
        "hide_tweets": True,
        "reason": "stolen key",
        "asked_by": carol.id,
        "confirmed": True,
    }
    assert (await dora.post(f"{PATH}/{request}/confirmation")).error == NOT_FOUND
    assert (await dora.delete(f"{PATH}/{request}")).error == NOT_FOUND


async def test_without_consent_it_takes_effect_after_72_hours_however_late_that_is_noticed(
    carol: Caller, erin: Caller, perch: Context
) -> None:
    await asked(carol, erin)
    await pass_days(2)
    assert await suspension_requests.carry_out(perch.jobs) == 0
    assert (await erin.get("/api/users/me")).status == 200
    await pass_days(20)
    await asyncio.gather(*(suspension_requests.carry_out(perch.jobs) for _ in range(4)))
    assert (await erin.get("/api/users/me")).error == SUSPENDED
    assert await acts(carol, 2) == [("carol", "suspension.ask"), ("carol", "user.suspend")]
    assert await suspension_requests.carry_out(perch.jobs) == 0


async def test_the_administrator_concerned_has_no_say_and_cannot_make_accounts(
    carol: Caller, dora: Caller, erin: Caller, anybody: Caller
) -> None:
    before = await erin.post("/api/invitations", json={"admin": True})
    frank = await register(anybody.send, "frank", admin=True)
    await rows("UPDATE users SET created_at = now() - interval '73 hours' RETURNING 1")
    other = await asked(frank, dora)
    request = await asked(carol, erin)
    for answer in (
        await erin.delete(f"{PATH}/{request}"),
        await erin.post(f"{PATH}/{request}/confirmation"),
        await erin.delete(f"{PATH}/{other}"),
        await erin.post(f"{PATH}/{other}/confirmation"),
        await ask(erin, carol),
        await erin.post("/api/invitations", json={"admin": True}),
        await erin.post("/api/invitations"),
    ):
        assert answer.error == NO_CONSENT
    joined = await anybody.post(f"/api/join/{before['token']}", json={"handle": "mallory"})
    assert joined.error == (404, "invitation_not_found")
    assert len(await waiting(carol)) == 2


async def test_the_first_requester_cannot_silence_everybody_else(
    carol: Caller, dora: Caller, erin: Caller
) -> None:
    await asked(carol, dora)
    assert (await ask(carol, erin)).error == (409, "suspension_asked")
    request = await asked(erin, carol)
    assert [one["id"] for one in await waiting(erin) if one["user"]["id"] == carol.id] == [request]


async def test_a_new_administrator_cannot_confirm_a_request(
    carol: Caller, erin: Caller, anybody: Caller
) -> None:
    """A thief could make such an account by an invitation, before the request or after it."""
    early = await register(anybody.send, "early", admin=True)
    request = await asked(carol, erin)
    late = await register(anybody.send, "late", admin=True)
    await pass_days(1)
    for thief in (early, late):
        assert (await thief.delete(f"{PATH}/{request}")).error == NO_CONSENT
        assert (await thief.post(f"{PATH}/{request}/confirmation")).error == NO_CONSENT
        assert not (await waiting(thief))[0]["may_confirm"]
    assert len(await waiting(carol)) == 1


async def test_a_new_administrator_cannot_request_a_suspension(
    carol: Caller, dora: Caller, erin: Caller, anybody: Caller
) -> None:
    """Otherwise the thief of one key could silence as many administrators as they make accounts."""
    socks = [await register(anybody.send, f"sock{number}", admin=True) for number in range(2)]
    for sock, victim in zip(socks, (dora, erin), strict=True):
        assert (await ask(sock, victim)).error == NO_CONSENT
    assert await waiting(carol) == []
    assert await asked(dora, socks[0])


async def test_on_a_new_server_a_new_administrator_may_request_a_suspension(
    carol: Caller, dora: Caller
) -> None:
    await rows("UPDATE users SET created_at = now() RETURNING 1")
    assert await asked(dora, carol)


async def test_the_requester_or_another_administrator_can_withdraw_a_request(
    carol: Caller, dora: Caller, erin: Caller, perch: Context
) -> None:
    for who in (carol, dora):
        request = await asked(carol, erin)
        assert (await carol.post(f"{PATH}/{request}/confirmation")).error == NO_CONSENT
        assert (await who.delete(f"{PATH}/{request}")).status == 200
        assert await acts(carol, 2) == [("carol", "suspension.ask"), (who.handle, "suspension.withdraw")]
    await pass_days(4)
    assert await suspension_requests.carry_out(perch.jobs) == 0
    assert (await erin.get("/api/users/me")).status == 200


async def test_requests_made_with_a_stolen_key_end_when_it_is_revoked(
    carol: Caller, dora: Caller, erin: Caller, perch: Context
) -> None:
    made = await carol.post("/api/keys", json={"name": "stolen"})
    request = await asked(Caller(carol.send, made["key"], carol.id), erin)
    await carol.delete(f"/api/keys/{made['key_id']}")
    assert (await dora.post(f"{PATH}/{request}/confirmation")).error == NO_CONSENT
    await pass_days(4)
    assert await suspension_requests.carry_out(perch.jobs) == 1
    assert (await erin.get("/api/users/me")).status == 200
    assert await waiting(erin) == []
    assert (await acts(dora, 1))[0] == ("carol", "suspension.lapse")


async def test_requests_of_a_suspended_administrator_end(
    carol: Caller, dora: Caller, erin: Caller, perch: Context
) -> None:
    await asked(carol, erin)
    await suspensions.suspend(carol.id, TERMINAL, perch.jobs)
    assert await suspension_requests.carry_out(perch.jobs) == 1
    assert await waiting(dora) == []
    assert (await erin.get("/api/users/me")).status == 200


async def test_deleting_and_restoring_the_account_does_not_avoid_the_suspension(
    carol: Caller, erin: Caller, perch: Context
) -> None:
    await asked(carol, erin)
    await erin.call("DELETE", "/api/users/me", json={"handle": "erin"})
    await pass_days(4)
    assert await suspension_requests.carry_out(perch.jobs) == 0
    await erin.delete("/api/users/me/deletion")  # and there is no minute in between in which they could act
    assert (await erin.get("/api/users/me")).error == SUSPENDED


async def test_of_two_administrators_who_request_each_others_suspension_one_stays(
    carol: Caller, dora: Caller, perch: Context
) -> None:
    answers = await asyncio.gather(ask(carol, dora), ask(dora, carol))
    assert sorted(answer.status for answer in answers) == [201, 403]
    await pass_days(4)
    await suspension_requests.carry_out(perch.jobs)
    statuses = [(await who.get("/api/users/me")).status for who in (carol, dora)]
    assert sorted(statuses) == [200, 401]


async def test_who_may_request_a_suspension_and_of_whom(alice: Caller, carol: Caller, erin: Caller) -> None:
    assert (await ask(alice, erin)).error == (403, "out_of_scope")
    assert (await alice.get(PATH)).error == (403, "out_of_scope")
    for whom, expected in ((alice, "isn't an administrator"), (carol, "your own")):
        answer = await ask(carol, whom)
        assert answer.error == (422, "invalid_body")
        assert expected in answer["error_message"]
    assert (await carol.post(PATH, json={"user_id": 10**9})).error == (404, "user_not_found")
    assert (await ask(carol, erin, reason="two\nlines")).error == (422, "invalid_body")
    await asked(carol, erin)
    assert (await ask(carol, erin)).error == (409, "suspension_asked")
    refused = await carol.post(f"/api/users/{erin.id}/suspension")
    assert refused.error == (403, "administrator")
    assert PATH in refused["error_message"]


async def test_nobody_revokes_the_key_that_requested_their_suspension(carol: Caller, dora: Caller) -> None:
    """Nor lock out another administrator that way: only the CLI revokes another administrator's key."""
    request = await asked(carol, dora)
    [key] = [found["id"] for found in (await carol.get("/api/keys"))["keys"]]
    path = f"/api/operations/users/{carol.id}/keys/{key}"
    assert (await dora.delete(path)).error == (403, "administrator")
    assert [one["id"] for one in await waiting(carol)] == [request]
