"""Live streams that are disconnected and a relay that is killed: every event arrives once and in order."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import httpx
import pytest

from server.core.database.locks import AdvisoryLock
from tests import proxy
from tests.callers import Caller
from tests.faults.conftest import Site, newcomer
from tests.realtime.listening import Follower
from tests.thorough import much
from tests.waiting import until

CUTS = 20

RELAYS_KILLED = much(usually=1, thoroughly=3)

# The relay waits with the events that it moves into the log for as long as this transaction lasts.
HOLD = "LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE"

WAITING = f"""
    SELECT FROM pg_stat_activity JOIN pg_locks l USING (pid) WHERE wait_event_type = 'Lock'
    AND locktype = 'advisory' AND (l.classid::bigint << 32) + l.objid::bigint = {AdvisoryLock.RELAY}
"""


@pytest.mark.fault("live")
async def test_a_disconnected_client_receives_every_tweet_once_and_in_order(
    site: Site, client: httpx.AsyncClient, alice: Caller, measured: Callable[[str], None]
) -> None:
    bob = await newcomer(site, client)
    with proxy.before_http(site.url) as gate:
        follower = Follower(gate.url, bob)
        following = asyncio.create_task(follower.until("the last one", within=60))
        await until(lambda: follower.stream is not None, within=10)
        texts = [f"between cuts {number}" for number in range(CUTS)]
        for text in texts:
            await alice.tweet(text)
            heard = follower.connections
            gate.cut()
            await until(lambda: follower.connections > heard)  # noqa: B023
        await alice.tweet("the last one")
        await following
    assert follower.texts == [*texts, "the last one"]
    assert follower.numbers == sorted(set(follower.numbers))
    assert follower.connections > CUTS / 2
    measured(
        f"cut off {CUTS} times, {follower.connections} connections: each of {CUTS + 1} tweets once, in order"
    )


@pytest.mark.fault("live")
async def test_a_relay_killed_after_its_commit_loses_and_repeats_no_event(
    site: Site, client: httpx.AsyncClient, alice: Caller, measured: Callable[[str], None]
) -> None:
    """The relay holds the tweet's event, and all web processes die with it."""
    bob = await newcomer(site, client)
    follower = Follower(site.url, bob)
    following = asyncio.create_task(follower.until("the last one", within=60))
    await until(lambda: follower.stream is not None, within=10)
    texts = []
    for number in range(RELAYS_KILLED):
        texts += [f"committed {number}", f"and then {number}"]
        async with site.connected() as database, database.transaction():
            await database.execute(HOLD)
            await alice.tweet(texts[-2])
            await until(lambda: is_held(site), within=5)
            for pid in site.web:
                os.kill(pid, signal.SIGKILL)
        await until(lambda: serves(client), within=10)
        await alice.tweet(texts[-1])
    await alice.tweet("the last one")
    await following
    assert follower.texts == [*texts, "the last one"]
    assert follower.numbers == sorted(set(follower.numbers))
    measured(f"relay killed while it moved a tweet, {RELAYS_KILLED} times: each tweet once, in order")


async def is_held(site: Site) -> bool:
    return bool(await site.rows(WAITING))


async def serves(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False
