"""What a refusal costs the server, and whom it leaves alone."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

from server.core.cache import changes, topics
from server.core.limits.rates import PAUSE
from server.core.security import api_keys as keys
from tests.callers import Caller
from tests.limits.conftest import Open
from tests.waiting import until


def statements(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "tortoise.db_client"]


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
    assert (refused.status_code, statements(caplog)) == (429, [])
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
        return (answer.status_code, statements(caplog)) == (429, [])

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


@pytest.mark.parametrize("path", ["/", "/sw.js", "/api/nothing", "/api/tweets", "/nothing"])
async def test_responses_that_nothing_counts_slow_down_for_their_address_only(
    house: Open, anybody: Caller, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.core.limits.rates.UNCOUNTED", "2/day")
    here = await house(proxies_count=1)

    async def seconds(address: str) -> float:
        began = time.monotonic()
        assert (await here.caller(anybody, address).raw("GET", path)).status_code in (200, 401, 404)
        return time.monotonic() - began

    for _ in range(2):
        await seconds("198.51.100.7")
    assert await seconds("198.51.100.7") >= PAUSE
    monkeypatch.setattr("server.core.limits.rates.PAUSE", 60)  # the next response would be that late
    await seconds("198.51.100.8")


async def test_health_and_people_without_a_known_address_are_not_delayed(
    house: Open, anybody: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.core.limits.rates.UNCOUNTED", "1/day")
    monkeypatch.setattr("server.core.limits.rates.PAUSE", 60)
    behind, direct = await house(proxies_count=1), await house()
    for _ in range(3):
        assert (await behind.caller(anybody, "198.51.100.7").raw("GET", "/health/live")).status_code == 200
        assert (await direct.caller(anybody).raw("GET", "/nothing")).status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/health/live", 200), ("/healthx", 404), ("/health", 404)])
async def test_what_looks_like_health_and_too_much_of_it_is_delayed(
    house: Open, anybody: Caller, monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    monkeypatch.setattr("server.core.limits.rates.UNCOUNTED", "1/day")
    monkeypatch.setattr("server.core.limits.rates.HEALTH", "2/day")
    here = await house(proxies_count=1)
    caller = here.caller(anybody, "198.51.100.7")
    for _ in range(3 if status == 200 else 1):
        assert (await caller.raw("GET", path)).status_code == status
    began = time.monotonic()
    assert (await caller.raw("GET", path)).status_code == status
    assert time.monotonic() - began >= PAUSE


async def test_no_delay_is_longer_than_the_longest(
    house: Open, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.core.limits.rates.LONGEST_PAUSE", 2 * PAUSE)
    here = await house(rate_reads="1/day")
    reader = here.caller(alice)
    here.rates._paused = 9000
    assert (await reader.get("/api/tweets")).status == 200
    began = time.monotonic()
    assert (await reader.get("/api/tweets")).status == 429
    assert 2 * PAUSE <= time.monotonic() - began < 90 * PAUSE


async def test_delays_grow_with_their_number_and_too_many_close_connections(
    house: Open, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.core.limits.rates.SLOWING", 1)
    monkeypatch.setattr("server.core.limits.rates.MOST_PAUSED", 3)
    here = await house(rate_reads="1/day")
    reader = here.caller(alice)
    assert (await reader.get("/api/tweets")).status == 200
    took: list[tuple[float, str]] = []

    async def refused() -> None:
        began = time.monotonic()
        answer = await reader.raw("GET", "/api/tweets")
        assert answer.status_code == 429
        took.append((time.monotonic() - began, answer.headers["connection"]))

    await asyncio.gather(*[refused() for _ in range(4)])
    assert [connection for _, connection in took] == ["close", *["keep-alive"] * 3]
    assert took[3][0] >= 4 * PAUSE


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


async def test_malformed_keys_do_not_reach_the_database_and_ended_keys_are_counted(
    house: Open, alice: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.core.limits.rates.LOOKUPS", "2/day")
    here = await house(proxies_count=1)
    for path in ("/api/tweets", "/api/stream"):
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            nonsense = await here.caller(Caller(alice.send, "perch_x"), "198.51.100.7").raw("GET", path)
        assert (nonsense.status_code, statements(caplog)) == (401, [])
    made = await alice.post("/api/keys", json={"name": "x"})
    ended = here.caller(Caller(alice.send, made["key"]), "198.51.100.8")
    assert (await ended.get("/api/tweets")).status == 200
    await alice.delete(f"/api/keys/{made['key_id']}")
    statuses = [(await ended.get("/api/tweets")).status for _ in range(3)]
    assert statuses == [401, 401, 429]
