"""Rate limits: who is limited by what, and what the answers say about it."""

from __future__ import annotations

import asyncio
import logging
import time
from urllib.parse import unquote, urlsplit

import pytest
from redis.asyncio import Redis

from config.settings import Settings
from server.context import Context
from server.core.cache import changes, topics
from server.core.limits import tally as tally_module
from server.core.limits.rates import PAUSE
from server.core.limits.tally import PATIENCE, PREFIX, SETTLE_EVERY, Ledger, Rate, Tally
from server.core.security import api_keys as keys
from tests import pictures, proxy, waiting
from tests.callers import Answer, Caller
from tests.limits.conftest import Open, forget
from tests.proxy import Delay, Hang, Pass, Refuse
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
    open_house = await house()
    leaving, staying = open_house.caller(alice), open_house.caller(bob)
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


async def test_wrong_keys_are_slowed_down_and_then_refused_for_their_address_only(
    house: Open, alice: Caller
) -> None:
    here = await house(rate_wrong_keys="2/day", proxies_count=1)
    wrong = here.caller(Caller(alice.send, "wrong"), "203.0.113.7")
    began = time.monotonic()
    assert [(await wrong.get("/api/tweets")).error[0] for _ in range(3)] == [401, 401, 429]
    assert time.monotonic() - began >= 2 * PAUSE
    assert "retry-after" in (await wrong.get("/api/tweets")).headers
    # A user with a valid key at the same address is not shut out, and neither is someone mistyping elsewhere.
    assert (await here.caller(alice, "203.0.113.7").get("/api/tweets")).status == 200
    elsewhere = here.caller(Caller(alice.send, "wrong"), "203.0.113.8")
    assert (await elsewhere.get("/api/tweets")).error == (401, "invalid_key")


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


async def test_processes_share_counts(house: Open, alice: Caller) -> None:
    here = await house(rate_writes="3/day", rate_reads="4/day")
    there = await house(rate_writes="3/day", rate_reads="4/day")
    for place in (here, there, here):
        await place.caller(alice).tweet()
    assert (await there.caller(alice).post("/api/tweets", json={"tweet_data": "x"})).status == 429
    for place in (here, here, there, there):
        assert (await place.caller(alice).get("/api/tweets")).status == 200

    async def is_refused_everywhere() -> bool:
        # A few more may pass: a process learns the others' counts only when it reports its own.
        answers = [await place.caller(alice).raw("GET", "/api/tweets") for place in (here, there)]
        return [answer.status_code for answer in answers] == [429, 429]

    await until(is_refused_everywhere, every=SETTLE_EVERY / 2)


async def test_writes_are_counted_exactly_across_processes_and_reads_approximately(
    perch: Context, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally_module, "PATIENCE", waiting.PATIENCE)  # busy isn't unreachable
    await forget(perch)
    tallies = [Tally("exact", Rate(100, 86400), Ledger(perch.redis)) for _ in range(4)]
    left = await asyncio.gather(*[tally.count_exactly(1) for tally in tallies for _ in range(50)])
    assert sum(one >= 0 for one in left) == 100


async def test_requests_that_redis_confirms_too_late_are_counted_once(
    settings: Settings, perch: Context
) -> None:
    await forget(perch)
    with proxy.before(unquote(urlsplit(settings.redis.url).path)) as between:
        async with Redis(port=between.port) as slow:
            tally = Tally("late", Rate(100, 86400), Ledger(slow))
            assert await tally.count_exactly("alice") == 99
            between.mode = Delay(2 * PATIENCE)
            assert tally.count("alice") == 98
            assert await tally.count_exactly("alice") == 97  # its answer arrives too late
            between.mode = Pass()

            async def is_settled() -> bool:
                await tally.settle()
                return await perch.redis.get(PREFIX + tally._key("alice")) == b"3"

            await until(is_settled)
            assert await tally.count_exactly("alice") == 96


@pytest.mark.fault("redis")
@pytest.mark.parametrize("mode", [Hang(), Refuse()])
async def test_while_redis_is_down_each_process_limits_by_itself(
    settings: Settings, house: Open, alice: Caller, mode: proxy.Mode
) -> None:
    with proxy.before(unquote(urlsplit(settings.redis.url).path)) as between:
        redis = Redis(host="127.0.0.1", port=between.port, socket_timeout=5, socket_connect_timeout=5)
        here = await house(redis, rate_writes="3/day")
        writer = here.caller(alice)
        await writer.tweet()
        between.mode = mode
        began = time.monotonic()
        await writer.tweet()
        await writer.tweet()
        refused = await writer.post("/api/tweets", json={"tweet_data": "x"})
        assert refused.error == (429, "rate_limited")
        assert time.monotonic() - began < 4.5, "nobody waits for the 5 s of the socket"
        between.mode = Pass()
        await redis.aclose()


@pytest.mark.parametrize("path", ["/api/tweets", "/api/stream", f"/media/{'0' * 32}"])
async def test_keyless_requests_over_the_limit_do_not_reach_the_database(
    house: Open,
    anybody: Caller,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("server.core.limits.rates.LOOKUPS", "6/day")
    monkeypatch.setattr("server.core.limits.rates.PICTURE_LOOKUPS", "6/day")
    here = await house(proxies_count=1)
    guesser = Caller(anybody.send, keys.generate())
    stranger = here.caller(guesser, "198.51.100.7")
    statuses = [(await stranger.raw("GET", path)).status_code for _ in range(6)]
    began = time.monotonic()
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        refused = await stranger.raw("GET", path)
    assert time.monotonic() - began >= PAUSE
    assert statuses[0] in (401, 404)
    assert (refused.status_code, caplog.records) == (429, [])
    other = here.caller(guesser, "198.51.100.8")
    assert (await other.raw("GET", path)).status_code in (401, 404)


async def test_streams_over_the_limit_do_not_reach_the_database(
    house: Open, alice: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    here = await house(rate_reads="2/day")
    reader = here.caller(alice)

    async def refused() -> bool:
        """Whether a stream is refused without a query; the key may have to be looked up again first."""
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            answer = await reader.raw("GET", "/api/stream")
        return (answer.status_code, caplog.records) == (429, [])

    assert [(await reader.get("/api/tweets")).status for _ in range(2)] == [200, 200]
    await until(refused)


@pytest.mark.parametrize("path", ["/api/tweets", "/api/stream"])
async def test_a_refusal_takes_a_moment(house: Open, alice: Caller, path: str) -> None:
    """So that clients that try again at once leave time for others."""
    here = await house(rate_reads="1/day")
    reader = here.caller(alice)
    assert (await reader.get("/api/tweets")).status == 200
    began = time.monotonic()
    assert (await reader.raw("GET", path)).status_code == 429
    assert time.monotonic() - began >= PAUSE


async def test_wrong_keys_do_not_lock_out_known_users_at_the_same_address(
    house: Open, alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.core.limits.rates.LOOKUPS", "2/day")
    here = await house(proxies_count=1)
    address = "198.51.100.7"
    member = here.caller(alice, address)
    assert (await member.get("/api/tweets")).status == 200
    for key in ("nonsense", *(keys.generate() for _ in range(3))):
        await here.caller(Caller(bob.send, key), address).get("/api/tweets")
    # This process forgets the keys that it has cached, and has to look up alice's again.
    await changes.tell([topics.keys_of(alice.id)])
    assert (await member.get("/api/tweets")).status == 200
    headers = {"api-key": alice.key or "", "x-forwarded-for": address}
    async with here.client.stream("GET", "/api/stream", headers=headers) as stream:
        assert stream.status_code == 200
    assert (await here.caller(bob, address).get("/api/tweets")).status == 429  # new here
    assert (await here.caller(bob, "198.51.100.8").get("/api/tweets")).status == 200


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


async def test_malformed_keys_do_not_reach_the_database_and_ended_keys_are_counted(
    house: Open, alice: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.core.limits.rates.LOOKUPS", "2/day")
    here = await house(proxies_count=1)
    for path in ("/api/tweets", "/api/stream"):
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            nonsense = await here.caller(Caller(alice.send, "perch_x"), "198.51.100.7").raw("GET", path)
        assert (nonsense.status_code, caplog.records) == (401, [])
    made = await alice.post("/api/keys", json={"name": "x"})
    ended = here.caller(Caller(alice.send, made["key"]), "198.51.100.8")
    assert (await ended.get("/api/tweets")).status == 200
    await alice.delete(f"/api/keys/{made['key_id']}")
    statuses = [(await ended.get("/api/tweets")).status for _ in range(3)]
    assert statuses == [401, 401, 429]
