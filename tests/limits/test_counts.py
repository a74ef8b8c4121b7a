"""Counts of requests across processes, and while Redis is slow or away."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import unquote, urlsplit

import pytest
from redis.asyncio import Redis

from config.settings import Settings
from server.context import Context
from server.core.limits import tally as tally_module
from server.core.limits.tally import PATIENCE, PREFIX, SETTLE_EVERY, Ledger, Rate, Tally
from tests import proxy, waiting
from tests.callers import Caller
from tests.limits.conftest import Open, forget
from tests.proxy import Delay, Hang, Pass, Refuse
from tests.waiting import until


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


async def test_counts_that_hardly_grow_are_not_reported(perch: Context) -> None:
    await forget(perch)
    here, there = [Tally("few", Rate(1000, 86400), Ledger(perch.redis)) for _ in range(2)]
    for _ in range(9):
        here.count("alice")
    await here.settle()
    assert [key async for key in perch.redis.scan_iter(f"{PREFIX}few*")] == []
    here.count("alice")
    await here.settle()
    for _ in range(10):
        there.count("alice")
    await there.settle()
    assert there.count("alice") == 1000 - 10 - 10 - 1, "both have reported a hundredth of the rate"


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
