"""Restoring as a role that can't run programs or read files on the database's machine.

An archive is SQL: anyone who could write to the store of dumps could have put anything into it. A superuser
would run a `COPY … TO PROGRAM` in it, and the role that owns the live database could drop that database.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

import asyncpg

from config.database_address import DatabaseAddress
from server.operations.dumps.errors import DumpFailed
from tasks.dumps.postgres import connected, quoted

# The powers of the role that we connect as, beyond its own databases.
POWERS = """
    SELECT rolsuper AS is_superuser, rolcreaterole AS makes_roles,
        pg_has_role(current_user, 'pg_execute_server_program', 'MEMBER') AS runs_programs
    FROM pg_roles WHERE rolname = current_user
"""

# $1 a role. Whether it may do more than own the databases that it was given.
IS_POWERFUL = """
    SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
        OR EXISTS (SELECT 1 FROM pg_auth_members WHERE member = pg_roles.oid)
    FROM pg_roles WHERE rolname = $1
"""

# $1 a role. Whether we may create databases for it, which `server.core.database.own_server` arranges.
LENT = "SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = $1 AND rolcanlogin"


async def confined(
    address: DatabaseAddress, server: asyncpg.Connection, role: str, *, trusted: bool
) -> DatabaseAddress:
    """The same address for a role without powers, created if needed; the caller must hold a lock for it.

    Args:
        server: a connection as the role of `address`, to any database of the server.
        role: what to call it.
        trusted: whether the archive is known to be ours. If so, the role of `address` itself restores it
            when it can't create another role and can't run programs.

    Raises:
        DumpFailed: the role of `address` could do harm, and can't create another role.
    """
    powers = await server.fetchrow(POWERS)
    if not powers["is_superuser"] and not powers["makes_roles"]:
        if powers["runs_programs"]:
            raise DumpFailed(
                f"the role {address.user} may run programs on the database's machine, so a dump could too; "
                f"run: REVOKE pg_execute_server_program FROM {quoted(address.user)}"
            )
        # Our own server asks for no password.
        if address.password is None and await server.fetchval(LENT, role):
            return replace(address, user=role)
        if not trusted:
            raise DumpFailed(
                f"the dump isn't signed, and what it holds would run as {address.user}, which owns the live "
                f"database. Let it be restored as a role of its own: as a superuser, ALTER ROLE "
                f"{quoted(address.user)} CREATEROLE. Or restore it with a Perch that runs its own PostgreSQL"
            )
        return address
    password = secrets.token_urlsafe(24)
    if not await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await server.execute(f"CREATE ROLE {quoted(role)} LOGIN")
    if powers["is_superuser"]:
        await server.execute(
            f"ALTER ROLE {quoted(role)} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
        )
    else:
        await server.execute(f"GRANT {quoted(role)} TO CURRENT_USER")
    if await server.fetchval(IS_POWERFUL, role):
        raise DumpFailed(f"the role {role} has other rights: drop it, and Perch makes it again without")
    await server.execute(f"ALTER ROLE {quoted(role)} RESET ALL")
    await server.execute(f"ALTER ROLE {quoted(role)} PASSWORD '{password}'")
    return replace(address, user=role, password=password)


async def hand_over(address: DatabaseAddress, confined_address: DatabaseAddress) -> None:
    """Make the role of `address` the owner of everything that the confined role restored there."""
    if confined_address.user == address.user:
        return
    async with connected(address) as connection:
        owner, role = quoted(address.user), quoted(confined_address.user)
        await connection.execute(f"REASSIGN OWNED BY {role} TO {owner}")
        await connection.execute(f"ALTER DATABASE {quoted(address.database)} OWNER TO {owner}")
