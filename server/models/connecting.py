"""Opening a connection to PostgreSQL, on whichever of its hosts takes writes.

asyncpg goes through several hosts itself, but in one time-out: a host that is silent uses all of it up, and
the next one is never asked. Here each has its share, and the host that was found last is asked first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
from asyncpg.exceptions import CannotConnectNowError, PostgresConnectionError, TargetServerAttributeNotMatched

from config.addresses import DatabaseAddress, Host

# What a host says that is not the one: it is away, starts, stops, or takes no writes. Whatever else it says,
# such as that the password is wrong, is the answer.
ELSEWHERE = (OSError, PostgresConnectionError, CannotConnectNowError, TargetServerAttributeNotMatched)

# Where each database was found last, by this process.
_found: dict[tuple[Host, ...], Host] = {}


class NoHost(ConnectionError):
    """None of several hosts could be used; the text says why of each."""


async def connect(
    address: DatabaseAddress, *, within: float, session: Mapping[str, str] | None = None, **options: Any
) -> asyncpg.Connection:
    """A connection of asyncpg's, with these settings of its session, within so many seconds.

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
    """The hosts, the one that was found last before the others."""
    last = _found.get(address.hosts)
    return sorted(address.hosts, key=lambda host: host != last)


async def _connect(
    address: DatabaseAddress, *, within: float, session: Mapping[str, str] | None = None, **options: Any
) -> asyncpg.Connection:
    connection: asyncpg.Connection = await asyncpg.connect(
        **{**address.connect_arguments(), "timeout": within, **options}
    )
    if session:
        # Not in the start-up message, of which PgBouncer takes little.
        words = "; ".join(f"SET {name} = '{value}'" for name, value in session.items())
        try:
            await connection.execute(words, timeout=within)
        except BaseException:
            connection.terminate()
            raise
    return connection


def _reason(error: BaseException) -> str:
    if isinstance(error, TargetServerAttributeNotMatched):
        return "takes no writes"
    return "does not answer" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
