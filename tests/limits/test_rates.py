"""Rate limits: who is limited by what, and what the answers say about it."""

from __future__ import annotations

import logging

import pytest

from tests import pictures
from tests.callers import Answer, Caller
from tests.limits.conftest import Open
from tests.waiting import until


def told(answer: Answer) -> list[int]:
    return [int(answer.headers[f"ratelimit-{name}"]) for name in ("limit", "remaining", "reset")]


async def test_reads_are_counted_per_user_and_reported_in_the_headers(
    house: Open, alice: Caller, bob: Caller
) -> None:
    here = await house(rate_reads="3/day")
    reader = here.caller(alice)
    assert [told(await reader.get("/api/tweets"))[:2] for _ in range(3)] == [[3, 2], [3, 1], [3, 0]]
    refused = await reader.get("/api/users/me")
    assert refused.error == (429, "rate_limited")
    most, left, reset = told(refused)
    assert (most, left) == (3, 0)
    assert 0 < reset <= 86400
    assert abs(int(refused.headers["retry-after"]) - reset) <= 1
    assert (await here.caller(bob).get("/api/tweets")).status == 200
    assert (await reader.post("/api/tweets", json={"tweet_data": "x"})).status == 201


async def test_all_keys_of_a_user_share_their_rate(house: Open, alice: Caller) -> None:
    here = await house(rate_writes="2/day")
    writer = here.caller(alice)
    other = (await writer.post("/api/keys", json={"name": "bot"}))["key"]
    assert (await writer.tweet("one")) > 0
    refused = await Caller(writer.send, other).post("/api/tweets", json={"tweet_data": "two"})
    assert refused.error == (429, "rate_limited")


async def test_more_keys_do_not_allow_more_listing_and_revoking_of_keys(house: Open, alice: Caller) -> None:
    here = await house(rate_reads="3/day", rate_writes="9/day")
    owner = here.caller(alice)
    made = [(await owner.post("/api/keys", json={"name": "x"}))["key"] for _ in range(4)]
    everybody = [Caller(owner.send, key) for key in made]
    assert [(await who.get("/api/keys")).status for who in everybody] == [200, 200, 200, 429]
    statuses = [(await who.delete("/api/keys/999999")).status for who in everybody * 3]
    assert statuses == [404] * 9 + [429] * 3


async def test_a_thief_with_a_stolen_key_cannot_keep_its_owner_from_revoking_it(
    house: Open, alice: Caller
) -> None:
    here = await house(rate_writes="2/day", rate_reads="2/day")
    owner = here.caller(alice)
    stolen = await owner.post("/api/keys", json={"name": "stolen", "scopes": ["read", "write"]})
    thief = Caller(owner.send, stolen["key"])
    for _ in range(4):
        await thief.delete("/api/keys/999999")
        await thief.post("/api/tweets", json={"tweet_data": "spam"})
        await thief.get("/api/tweets")
    assert (await owner.get("/api/tweets")).status == 429
    assert (await owner.get("/api/keys"))["keys"][0]["id"] == stolen["key_id"]
    assert (await owner.delete(f"/api/keys/{stolen['key_id']}?made=true"))["revoked"] == [stolen["key_id"]]


async def test_an_account_is_deleted_and_kept_only_so_often(house: Open, alice: Caller, bob: Caller) -> None:
    """Each time, everything in everybody's memory becomes out of date."""
    here = await house()
    leaving, staying = here.caller(alice), here.caller(bob)
    for _ in range(10):
        assert (await leaving.delete("/api/users/me", json={"handle": "alice"}))["deletion"]
        await leaving.delete("/api/users/me/deletion")
    assert (await leaving.delete("/api/users/me", json={"handle": "alice"})).error == (429, "rate_limited")
    assert (await staying.delete("/api/users/me", json={"handle": "bob"}))["deletion"]


async def test_pictures_have_a_rate_of_their_own(house: Open, alice: Caller, worker: None) -> None:
    here = await house(rate_writes="1/day", rate_uploads="2/day")
    writer = here.caller(alice)
    for _ in range(2):
        assert (await writer.upload(pictures.jpeg())).status == 201
    assert (await writer.upload(pictures.jpeg())).error == (429, "rate_limited")
    assert await writer.tweet() > 0


async def test_keyless_requests_count_per_address_and_for_ipv6_per_network(
    house: Open, anybody: Caller
) -> None:
    here = await house(rate_anonymous="2/day", proxies_count=1)
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"):
        assert (await here.caller(anybody, address).get("/api/instance")).status == 200
    assert (await here.caller(anybody, "2001:db8:1:2::3").get("/api/instance")).status == 429
    assert (await here.caller(anybody, "2001:db8:1:3::1").get("/api/instance")).status == 200
    assert (await here.client.get("/")).status_code == 200
    assert (await here.client.get("/health/live")).status_code == 200


async def test_all_users_behind_one_address_share_a_limit(house: Open, alice: Caller, bob: Caller) -> None:
    here = await house(rate_address="4/day", proxies_count=1)
    for who in (alice, bob, alice, bob):
        assert (await here.caller(who, "203.0.113.9").get("/api/tweets")).status == 200
    assert (await here.caller(bob, "203.0.113.9").get("/api/tweets")).error == (429, "rate_limited")
    assert (await here.caller(bob, "203.0.113.10").get("/api/tweets")).status == 200


@pytest.mark.parametrize(
    ("configured", "headers", "counted"),
    [
        ({}, {"x-forwarded-for": "203.0.113.1"}, None),
        ({"proxies_count": 1}, {"x-forwarded-for": "198.51.100.1, 203.0.113.1"}, "203.0.113.1"),
        ({"proxies_count": 2}, {"x-forwarded-for": "198.51.100.1, 203.0.113.1"}, "198.51.100.1"),
        ({"proxies_count": 2}, {"x-forwarded-for": "203.0.113.1"}, "127.0.0.1"),
        ({"proxies_count": 1}, {"x-forwarded-for": "nobody"}, "127.0.0.1"),
        ({"proxies_count": 1}, {"forwarded": "for=203.0.113.1"}, "127.0.0.1"),
        ({"real_ip_header": "X-Real-IP"}, {"x-real-ip": "203.0.113.2"}, "203.0.113.2"),
        ({"real_ip_header": "X-Real-IP"}, {"x-forwarded-for": "203.0.113.1"}, "127.0.0.1"),
        (
            {"proxies_count": 1, "trusted_proxies": "10.0.0.0/8"},
            {"x-forwarded-for": "203.0.113.1"},
            "127.0.0.1",
        ),
        (
            {"proxies_count": 1, "trusted_proxies": "10.0.0.0/8, 127.0.0.1"},
            {"x-forwarded-for": "::ffff:203.0.113.1"},
            "203.0.113.1",
        ),
    ],
)
async def test_client_addresses_are_trusted_only_as_configured(
    house: Open, anybody: Caller, configured: dict[str, object], headers: dict[str, str], counted: str | None
) -> None:
    here = await house(rate_anonymous="9/day", **configured)
    answer = await here.caller(anybody).get("/api/instance", headers=headers)
    assert answer.headers.get("ratelimit-remaining") == ("8" if counted else None)
    if counted:
        assert here.rates.anonymous.count(counted) == 7


async def test_the_number_of_open_streams_per_user_is_limited(
    house: Open, alice: Caller, bob: Caller
) -> None:
    here = await house(streams_per_user=2)

    async def status(who: Caller) -> int:
        async with here.client.stream("GET", "/api/stream", headers={"api-key": str(who.key)}) as answer:
            return answer.status_code

    async with (
        here.client.stream("GET", "/api/stream", headers={"api-key": str(alice.key)}),
        here.client.stream("GET", "/api/stream", headers={"api-key": str(alice.key)}),
    ):
        assert await status(alice) == 429
        assert await status(bob) == 200

    async def may_open_one() -> bool:
        return await status(alice) == 200

    await until(may_open_one)


async def test_changing_names_cost_other_users_no_query(
    house: Open, alice: Caller, bob: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    here = await house()
    for caller in (alice, bob):
        assert (await here.caller(caller).get("/api/users/me")).status == 200
    await here.caller(bob).patch("/api/users/me", json={"name": "Robert"})
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        await here.caller(alice).get("/api/users/me")
    assert not [line for line in caplog.messages if "FROM api_keys" in line]
    assert (await here.caller(bob).get("/api/users/me"))["user"]["name"] == "Robert"
