"""Hosts that join, leave, or don't receive messages: each is a table of versions with its own keeper."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import connections

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.cache import cache_host, topics
from server.core.cache.changes import Changes
from server.core.cache.keeper import Keeper
from server.core.cache.notices import PATIENCE
from server.core.cache.store import Store
from server.core.cache.versions import Versions, clock
from server.core.database.connection import rows
from server.features.registry import KINDS
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("pool")

TOPIC = topics.tweet(1)

# The id of a host that is inserted by hand.
BY_HAND = 1


@contextlib.asynccontextmanager
async def host(settings: Settings) -> AsyncIterator[Versions]:
    """A host whose table is trusted."""
    table = Versions()
    async with Keeper(settings.database, table, KINDS).running():
        await until(table.are_believed)
        yield table


def others_of(table: Versions, unknown: list[int]) -> list[int]:
    """The hosts that it notifies; `unknown` while it would have to ask the database."""
    found = table.others()
    return unknown if found is None else found


async def hosts() -> set[int]:
    return {found.id for found in await cache_host.listed()}


async def test_what_a_new_host_cached_before_all_others_knew_it_is_forgotten(settings: Settings) -> None:
    """A writer on a host that doesn't know it yet has told it nothing."""
    table = Versions()
    store = Store(table, 100_000)
    value = "before"

    async def read() -> str:
        return value

    before = await hosts()
    await rows("INSERT INTO cache_hosts (id, knows) VALUES ($1, $2)", BY_HAND, sorted(before))
    try:
        async with Keeper(settings.database, table, KINDS).running():

            async def has_joined() -> bool:
                return table.host in await hosts()

            await until(has_joined)
            assert (await store.fetch("key", [TOPIC], read, size=len)).value == "before"
            value = "after"
            await rows("UPDATE cache_hosts SET knows = $2 WHERE id = $1", BY_HAND, [*before, table.host])
            await until(table.are_believed)
            assert (await store.fetch("key", [TOPIC], read, size=len)).value == "after"
    finally:
        await rows("DELETE FROM cache_hosts WHERE id = $1", BY_HAND)


async def test_a_stopping_host_delays_nobody(settings: Settings) -> None:
    async with host(settings) as staying:
        changes = Changes(settings.database, staying)
        async with host(settings) as stopping:
            await until(lambda: stopping.host in others_of(staying, []))
        assert not stopping.are_believed()
        assert stopping.host not in await hosts()
        began = time.monotonic()
        await changes.tell([TOPIC])
        assert time.monotonic() - began < 2 * PATIENCE
        await until(lambda: stopping.host not in others_of(staying, [stopping.host]))
        await changes.close()


async def test_a_writer_whose_connection_is_dead_reconnects(settings: Settings) -> None:
    """Its connection may be dead without its knowledge; here, PostgreSQL's end of it is stopped."""
    async with host(settings) as mine, host(settings) as another:
        await until(lambda: another.host in others_of(mine, []))
        changes = Changes(settings.database, mine)
        await changes.tell([TOPIC])
        (listening,) = await rows(
            "SELECT pid FROM pg_stat_activity WHERE query = $1", f'LISTEN "{changes._channel}"'
        )
        os.kill(listening["pid"], signal.SIGSTOP)
        try:
            await changes.tell([TOPIC])
            await until(lambda: another.are_believed() and another.host in others_of(mine, []))
            await changes.tell([TOPIC])
            assert another.host in await hosts()  # its notice was received, and it isn't considered gone
        finally:
            os.kill(listening["pid"], signal.SIGCONT)
        await changes.close()


async def test_changes_are_received_while_the_whole_pool_is_busy(settings: Settings) -> None:
    async with host(settings) as table, AsyncExitStack() as held:
        writer: Any = await asyncpg.connect(**settings.database.connect_arguments())
        held.push_async_callback(writer.close)
        heard: asyncio.Queue[str] = asyncio.Queue()
        await writer.add_listener("heard_by_a_test", lambda *words: heard.put_nowait(words[-1]))
        pool: Any = connections.get("default")
        for _ in range(settings.database_pool_size):
            await held.enter_async_context(pool.acquire_connection())
        before = table.of([TOPIC])
        await writer.execute(cache_host.TELL, cache_host.CHANNEL, f"changed heard_by_a_test 7 {TOPIC}")
        async with asyncio.timeout(PATIENCE):
            while await heard.get() != f"{table.host} 7":
                pass
        assert table.of([TOPIC]) != before


async def test_the_documented_statement_invalidates_what_no_trigger_sees(
    settings: Settings,
) -> None:
    document = Path("docs/freshness.md").read_text()
    (statement,) = re.findall(r"SELECT pg_notify\(.*\)", document)
    async with host(settings) as table:
        store = Store(table, 100_000)
        store.put("key", "value", 5, [topics.EVERYTHING], table.of([topics.EVERYTHING]))
        assert store.get("key") == "value"
        await rows(statement)
        await until(lambda: store.get("key") is None and table.are_believed())


async def test_concurrent_writers_do_not_queue_for_a_hanging_database(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database accepts connections but sends nothing."""
    monkeypatch.setattr("server.core.cache.changes.CONNECT_TIMEOUT", 0.2)
    table = Versions()
    table.know([BY_HAND])
    table.hold(clock() + 60 * 10**9)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        port = hanging.getsockname()[1]
        address = DatabaseAddress.parse(f"postgresql://perch@127.0.0.1:{port}/perch?sslmode=disable")
        changes = Changes(address, table)
        tried = (changes.tell([TOPIC]) for _ in range(20))
        async with asyncio.timeout(2):
            failed = await asyncio.gather(*tried, return_exceptions=True)
    assert {type(error) for error in failed} == {TimeoutError}
