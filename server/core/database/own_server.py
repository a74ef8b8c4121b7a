"""Our own PostgreSQL: its database, and the everyday role `perch`, which isn't a superuser.

initdb makes `perch` the superuser that owns the system's own objects. We rename that role and create
another `perch`, which gets everything that Perch has made, in each database. So addresses with `perch` keep
working.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
from asyncpg.exceptions import LockNotAvailableError

from config.database_address import DatabaseAddress
from server.core.database.connecting import connect
from server.core.database.connection import CONNECT_TIMEOUT
from server.core.database.locks import AdvisoryLock

log = logging.getLogger(__name__)

SUPERUSER = "perch_superuser"

# The everyday role's temporary name, until it owns everything and can be renamed to `perch`.
NEXT = "perch_next"

# How long to wait for a table in use, if the server is reloaded while it runs. This is shorter than the time
# after which PostgreSQL looks for deadlocks, as resolving one might abort a user's request.
PATIENCE = "SET lock_timeout = '300ms'"

# The roles that restore dumps (`tasks.dumps.confined`). The everyday role lends each of them a database.
CONFINED = ("perch_drill", "perch_restore")

IS_BOOTSTRAP_SUPERUSER = "SELECT oid = 10 FROM pg_roles WHERE rolname = current_user"
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname"

# Selects commands that give everything Perch made in a database to the role $1. Sequences of identity columns
# follow their table; row types, arrays and indexes follow the object they belong to.
HAND_OVER = """
    SELECT format('ALTER TABLE %s OWNER TO %I', c.oid::regclass, $1::text)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relowner = 10 AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND n.nspname !~ '^pg_|^information_schema$'
        AND NOT EXISTS (
            SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.deptype IN ('a', 'i') AND c.relkind = 'S'
        )
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, $1::text)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.proowner = 10 AND n.nspname !~ '^pg_|^information_schema$'
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO %I', t.oid::regtype, $1::text)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typowner = 10 AND t.typtype IN ('e', 'd', 'r') AND n.nspname !~ '^pg_|^information_schema$'
    UNION ALL
    SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, $1::text)
    FROM pg_namespace WHERE nspowner = 10 AND nspname !~ '^pg_|^information_schema$'
"""

# In one transaction, so that anyone connecting as `perch` gets either the old role or the new one. The helper
# role is needed because a session can't rename its own role.
EXCHANGE = f"""
    CREATE ROLE perch_helper SUPERUSER;
    SET LOCAL SESSION AUTHORIZATION perch_helper;
    ALTER ROLE perch RENAME TO {SUPERUSER};
    ALTER ROLE {NEXT} RENAME TO perch;
    SET LOCAL SESSION AUTHORIZATION {SUPERUSER};
    DROP ROLE perch_helper;
"""
# If a restored archive has given the role settings of its own, they are removed.
LEND = """
    DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    ALTER ROLE {role} RESET ALL;
    GRANT {role} TO perch;
"""

# Whether one of the roles $1 is missing, or has settings of its own.
LACKS_ROLES = """
    SELECT count(*) FILTER (WHERE rolconfig IS NULL) < cardinality($1::text[])
    FROM pg_roles WHERE rolname = ANY ($1)
"""


async def prepare(address: DatabaseAddress) -> None:
    """Make sure that the everyday role isn't a superuser, and that its database exists."""
    await separate_roles(address)
    await create_database(address)


async def create_database(address: DatabaseAddress) -> bool:
    """Create the database if it doesn't exist yet, and return whether it was created."""
    async with connected(address, "postgres") as server:
        if await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", address.database):
            return False
        await server.execute(f'CREATE DATABASE "{address.database}"')
        return True


async def separate_roles(address: DatabaseAddress) -> None:
    """Give everything that the superuser `perch` owns to an ordinary role, and rename that role `perch`.

    If this is killed at any point, everything stays usable, and the next start completes it.
    """
    async with connected(address, "postgres") as server:
        if await server.fetchval(IS_BOOTSTRAP_SUPERUSER):
            await _separate(server, address)
        elif await server.fetchval(LACKS_ROLES, CONFINED):
            async with connected(replace(address, user=SUPERUSER), "postgres") as superuser:
                await lend_roles(superuser)


async def _separate(server: asyncpg.Connection, address: DatabaseAddress) -> None:
    for lock in (AdvisoryLock.MIGRATIONS, AdvisoryLock.RESTORES):
        await server.execute("SELECT pg_advisory_lock($1)", lock)
    if await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", SUPERUSER):
        return  # another process was first
    if not await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", NEXT):
        await server.execute(f"CREATE ROLE {NEXT} LOGIN CREATEDB")
    try:
        for (database,) in await server.fetch(DATABASES):
            await hand_over(replace(address, database=database))
    except LockNotAvailableError:
        log.warning("tables are in use, so the database role stays a superuser until the next start")
        return
    async with server.transaction():
        await server.execute(EXCHANGE)
        await lend_roles(server)
        for (database,) in await server.fetch(DATABASES):
            if database != "postgres":
                await server.execute(f'ALTER DATABASE "{database}" OWNER TO perch')
    log.info("the role perch is no longer a superuser (docs/operations.md)")


async def lend_roles(superuser: asyncpg.Connection) -> None:
    """Create the roles that restore dumps, and grant the everyday role what else it needs for that."""
    for role in CONFINED:
        await superuser.execute(LEND.format(role=role))
    # Without this, a database can't be dropped while autovacuum works in it.
    await superuser.execute("GRANT pg_signal_backend TO perch")


async def hand_over(address: DatabaseAddress) -> None:
    """Hand over everything in a database, a table at a time: none stays locked while we wait for another."""
    async with connected(address, address.database) as connection:
        await connection.execute(PATIENCE)
        for (command,) in await connection.fetch(HAND_OVER, NEXT):
            await connection.execute(command)


@asynccontextmanager
async def connected(address: DatabaseAddress, database: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect to this database of the server."""
    connection = await connect(replace(address, database=database), within=CONNECT_TIMEOUT)
    try:
        yield connection
    finally:
        await connection.close()
