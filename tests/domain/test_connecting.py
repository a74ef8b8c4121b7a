"""Several hosts of one database, and a pool that follows the host that accepts writes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from asyncpg.exceptions import InterfaceError

from config.database_address import DatabaseAddress, Host
from config.settings import Settings
from server.core.database import connecting, sessions
from server.core.database.connecting import NoHost, connect
from server.core.database.pool import BoundedPool
from tests import proxy
from tests.proxy import Hang, Pass, Proxy, Refuse
from tests.waiting import until


@pytest.fixture
def gates(settings: Settings) -> Iterator[tuple[Proxy, Proxy]]:
    """Two hosts of the tests' database."""
    there = f"{settings.database.host}/.s.PGSQL.5432"
    with proxy.before(there) as first, proxy.before(there) as second:
        yield first, second


@pytest.fixture
def address(settings: Settings, gates: tuple[Proxy, Proxy]) -> DatabaseAddress:
    hosts = tuple(Host("127.0.0.1", gate.port) for gate in gates)
    return replace(settings.database, hosts=hosts, target="read-write", ssl="disable")


async def port_of(address: DatabaseAddress, within: float = 2) -> int:
    """The port that a new connection reaches."""
    connection, host = await connecting.connect_somewhere(address, within=within)
    assert await connection.fetchval("SELECT 1") == 1
    connection.terminate()
    return host.port


@pytest.mark.parametrize("mode", [Refuse(), Hang()], ids=["refuses", "hangs"])
async def test_an_unreachable_host_leaves_time_for_the_next_one(
    gates: tuple[Proxy, Proxy], address: DatabaseAddress, mode: proxy.Mode
) -> None:
    first, second = gates
    assert await port_of(address) == first.port
    first.mode = mode
    assert await port_of(address) == second.port
    began = time.monotonic()
    assert await port_of(address) == second.port
    assert time.monotonic() - began < 0.5, "the one that was found last is asked first"
    first.mode = Pass()
    second.mode = Refuse()
    assert await port_of(address) == first.port


async def test_if_no_host_is_usable_the_error_gives_a_reason_for_each(
    gates: tuple[Proxy, Proxy], address: DatabaseAddress
) -> None:
    gates[0].mode, gates[1].mode = Hang(), Refuse()
    with pytest.raises(NoHost) as none:
        await connect(address, within=1)
    said = str(none.value)
    assert f"127.0.0.1:{gates[0].port}: doesn't respond" in said
    assert f"127.0.0.1:{gates[1].port}: " in said


async def test_a_wrong_database_name_is_not_retried_at_the_next_host(address: DatabaseAddress) -> None:
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await connect(replace(address, database="nobodys"), within=2)


async def test_session_settings_last_as_long_as_the_session(address: DatabaseAddress) -> None:
    connection = await connect(address, within=2, session={"statement_timeout": "1234ms", "jit": "off"})
    assert await connection.fetchval("SHOW statement_timeout") == "1234ms"
    assert await connection.fetchval("SHOW jit") == "off"
    await connection.close()


@asynccontextmanager
async def opened(address: DatabaseAddress) -> AsyncIterator[Any]:
    """A pool like Perch's, which doesn't reset its sessions."""
    options: dict[str, Any] = {"min_size": 0, "max_size": 3, "loop": None, "timeout": 2}
    async with BoundedPool(address, {"jit": "off"}, **options) as pool:
        yield pool


async def test_a_pool_that_finds_another_host_closes_its_connections_to_the_old_one(
    gates: tuple[Proxy, Proxy], address: DatabaseAddress
) -> None:
    """A request waiting on such a connection fails at once, and nobody gets that connection later."""
    async with opened(address) as pool:
        waiting, *idle = [await pool.acquire() for _ in range(3)]
        for each in idle:
            await pool.release(each)
        gates[0].mode = Hang()
        answer = asyncio.create_task(waiting.fetchval("SELECT 1"))
        await until(lambda: answers(pool), within=6)
        with pytest.raises((asyncpg.PostgresConnectionError, InterfaceError)):
            await asyncio.wait_for(answer, 5)
        await pool.release(waiting)
        assert all(await asyncio.gather(*(answers(pool) for _ in range(9))))


async def answers(pool: Any) -> bool:
    """Whether a connection of the pool answers in time."""
    try:
        async with pool.acquire() as connection:
            return bool(await connection.fetchval("SELECT 1", timeout=0.5) == 1)
    except (TimeoutError, InterfaceError, asyncpg.PostgresConnectionError):
        return False


async def test_a_connection_to_a_server_that_became_read_only_is_not_kept(
    settings: Settings,
) -> None:
    """PostgreSQL reports it with its next answer; Perch looks for another host once a second at most."""
    async with opened(settings.database) as pool:
        async with pool.acquire() as connection:
            before = await connection.fetchval("SELECT pg_backend_pid()")
            await connection.execute("SET default_transaction_read_only = on")
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await connection.execute("CREATE TABLE never (id int)")
        async with pool.acquire() as connection:
            assert await connection.fetchval("SELECT pg_backend_pid()") != before
            await connection.execute("SET default_transaction_read_only = on")
            again = await connection.fetchval("SELECT pg_backend_pid()")
        async with pool.acquire() as connection:
            assert await connection.fetchval("SELECT pg_backend_pid()") == again, "a second has not passed"
            async with pool.acquire() as fresh:  # a writable host proves that the other one is useless
                assert await fresh.fetchval("SELECT 1") == 1
            with pytest.raises(InterfaceError):
                await connection.fetchval("SELECT 1")


async def test_our_own_sessions_receive_each_others_notifications(settings: Settings) -> None:
    await sessions.require_own(settings.database)
