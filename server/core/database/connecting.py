"""Opening a connection to PostgreSQL, on whichever of its hosts takes writes.

asyncpg can try several hosts, but within one time-out: a silent host uses it up, and the next one is never
tried. Here each host has an equal share of the time, and the one that was found last comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
from asyncpg.exceptions import CannotConnectNowError, PostgresConnectionError, TargetServerAttributeNotMatched

from config.addresses import DatabaseAddress, Host

# Reasons to try the next host: this one is away, starting, stopping, or read-only. Any other error, such as a
# wrong password, would be the same there, and is raised.
ELSEWHERE = (OSError, PostgresConnectionError, CannotConnectNowError, TargetServerAttributeNotMatched)

# Where each database was found last, by this process.
_found: dict[tuple[Host, ...], Host] = {}


class NoHost(ConnectionError):
    """None of several hosts could be used; the text says why of each."""


async def connect(
    address: DatabaseAddress, *, within: float, session: Mapping[str, str] | None = None, **options: Any
) -> asyncpg.Connection:
    """Open a connection within so many seconds, and set these settings of its session.

    Raises:
        NoHost: none of several hosts could be used.
        What asyncpg raises, of the only host.
    """
    connection, _ = await connect_somewhere(address, within=within, session=session, **options)
    return connection


async def connect_somewhere(
    address: DatabaseAddress, *, within: float, **options: Any
) -> tuple[asyncpg.Connection, Host]:
    """The same, and the host that it leads to."""
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
    """The hosts, beginning with the one that was found last."""
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
        words = "; ".join(f"SET {name} = '{value}'" for name, value in session.items())
        try:
            await connection.execute(words, timeout=within)
        except BaseException:
            connection.terminate()
            raise
    return connection


def _reason(error: BaseException) -> str:
    if isinstance(error, TargetServerAttributeNotMatched):
        return "is read-only"
    return "doesn't respond" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
