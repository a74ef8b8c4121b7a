"""Opens a connection to PostgreSQL, on whichever of its hosts accepts writes.

asyncpg can try several hosts, but with a single timeout: a silent host uses it up, and the next one is never
tried. Here each host gets an equal share of the time, and the host used last is tried first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
from asyncpg.exceptions import CannotConnectNowError, PostgresConnectionError, TargetServerAttributeNotMatched

from config.database_address import DatabaseAddress, Host

# Reasons to try the next host: this one is unreachable, starting, stopping, or read-only. Any other error,
# such as a wrong password, would happen there too, so it is raised.
ELSEWHERE = (OSError, PostgresConnectionError, CannotConnectNowError, TargetServerAttributeNotMatched)

# The host on which this process last found each database.
_found: dict[tuple[Host, ...], Host] = {}


class NoHost(ConnectionError):
    """None of several hosts could be used; the text gives the reason for each."""


async def connect(
    address: DatabaseAddress, *, within: float, session: Mapping[str, str] | None = None, **options: Any
) -> asyncpg.Connection:
    """Open a connection within `within` seconds, and apply the session settings.

    Raises:
        NoHost: none of several hosts could be used.
        What asyncpg raises, if there is only one host.
    """
    connection, _ = await connect_somewhere(address, within=within, session=session, **options)
    return connection


async def connect_somewhere(
    address: DatabaseAddress, *, within: float, **options: Any
) -> tuple[asyncpg.Connection, Host]:
    """Like `connect`, but also return the host."""
    if len(address.hosts) == 1:
        return await _connect(address, within=within, **options), address.hosts[0]
    said = []
    for host in in_order(address):
        try:
            one = replace(address, hosts=(host,))
            connection = await _connect(one, within=within / len(address.hosts), **options)
        except ELSEWHERE as error:
            said.append(f"{host}: {_reason(error)}")
        else:
            _found[address.hosts] = host
            return connection, host
    raise NoHost("; ".join(said))


def in_order(address: DatabaseAddress) -> list[Host]:
    """The hosts, starting with the one used last."""
    last = _found.get(address.hosts)
    return sorted(address.hosts, key=lambda host: host != last)


async def _connect(
    address: DatabaseAddress, *, within: float, session: Mapping[str, str] | None = None, **options: Any
) -> asyncpg.Connection:
    connection: asyncpg.Connection = await asyncpg.connect(
        **{**address.connect_arguments(), "timeout": within, **options}
    )
    if session:
        # Not in the start-up message: PgBouncer refuses most settings there.
        words = "; ".join(f"SET {name} = {quoted(value)}" for name, value in session.items())
        try:
            await connection.execute(words, timeout=within)
        except BaseException:
            connection.terminate()
            raise
    return connection


def quoted(value: str) -> str:
    """A setting's value as `SET` takes it: several values separated by commas are quoted one by one."""
    return ", ".join(f"'{part.strip()}'" for part in value.split(","))


def _reason(error: BaseException) -> str:
    if isinstance(error, TargetServerAttributeNotMatched):
        return "is read-only"
    return "doesn't respond" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
