"""Our own PostgreSQL: the everyday role is no superuser, whether data is new or from earlier versions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database import migrate, own_server
from server.core.database.own_server import SUPERUSER
from tasks.dumps.postgres import connected
from tests import servers

pytestmark = pytest.mark.whole

ROLES = "SELECT rolname, rolsuper FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY rolname"
OWNED = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner = 10"

# The roles, and whether they are superusers, once the roles are separated.
NOW = {"perch": False, "perch_drill": False, "perch_restore": False, SUPERUSER: True}


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Settings]:
    """A server that is not prepared yet, as initdb leaves it."""
    with servers.embedded_servers(tmp_path) as settings:
        yield settings


async def earlier(address: DatabaseAddress) -> None:
    """A server as earlier versions left it: everything belongs to the superuser."""
    await own_server.create_database(address)
    await migrate.upgrade(address)
    async with connected(address) as connection:
        await connection.execute("INSERT INTO users (handle, name) VALUES ('alice', 'Alice')")
        await connection.execute("CREATE DATABASE perch_before_1")


async def roles(address: DatabaseAddress) -> dict[str, bool]:
    async with connected(address, "postgres") as connection:
        return {row["rolname"]: row["rolsuper"] for row in await connection.fetch(ROLES)}


async def test_old_data_is_handed_over_at_the_first_start(own: Settings) -> None:
    address = own.database
    await earlier(address)
    await own_server.prepare(address)
    assert await roles(address) == NOW
    async with connected(address) as connection:
        assert await connection.fetchval(OWNED) == 0
        assert await connection.fetchval("SELECT handle FROM users") == "alice"
        await connection.execute("ALTER TABLE users ADD COLUMN x int; DROP TABLE likes")
        await connection.execute("ALTER DATABASE perch_before_1 RENAME TO perch_before_2")
        await connection.execute("DROP DATABASE perch_before_2")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetchval("SELECT pg_read_file('PG_VERSION')")
    await own_server.prepare(address)  # a second start has nothing left to do
    assert await roles(address) == NOW


async def test_new_data_is_made_by_the_everyday_role(own: Settings) -> None:
    await own_server.prepare(own.database)
    await migrate.upgrade(own.database)
    async with connected(own.database) as connection:
        assert await connection.fetchval(OWNED) == 0


async def test_connected_sessions_keep_working_during_the_handover(own: Settings) -> None:
    """The sessions stand for old web processes during a renewal, and several processes that start at once."""
    await earlier(own.database)
    async with connected(own.database) as old:
        await asyncio.gather(*(own_server.prepare(own.database) for _ in range(4)))
        await old.execute("INSERT INTO users (handle, name) VALUES ('bob', 'Bob')")
    async with connected(own.database) as new:
        await new.execute("INSERT INTO users (handle, name) VALUES ('carol', 'Carol')")


async def test_no_request_waits_for_two_tables_that_are_being_handed_over(own: Settings) -> None:
    """A request that uses one table and then another would deadlock with a lock on all of them."""
    address = own.database
    await earlier(address)
    async with connected(address) as request, request.transaction():
        await request.execute("LOCK TABLE users IN ROW EXCLUSIVE MODE")
        preparing = asyncio.create_task(own_server.prepare(address))
        await asyncio.wait({preparing}, timeout=0.1)
        await request.execute("INSERT INTO tweets (author_id, content) VALUES (1, 'x')")
        await preparing
    assert (await roles(address))["perch"], "a table was in use"
    await own_server.prepare(address)
    assert await roles(address) == NOW


async def test_tables_in_use_are_handed_over_by_a_later_start(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_server, "PATIENCE", "SET lock_timeout = '50ms'")
    address = own.database
    await earlier(address)
    async with connected(address) as dump, dump.transaction():
        await dump.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        await own_server.prepare(address)
        assert (await roles(address))["perch"]
    await own_server.prepare(address)
    assert not (await roles(address))["perch"]


async def test_the_superuser_remains_available_to_the_operator(own: Settings) -> None:
    await own_server.prepare(own.database)
    async with connected(replace(own.database, user=SUPERUSER)) as connection:
        assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
