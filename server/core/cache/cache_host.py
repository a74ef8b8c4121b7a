"""The table of hosts with a cache, all of which must hear of a change before its writer gets a response.

A row stays until it is certain that its host no longer answers from memory. The table has no model: only the
statements below touch it. The database's clock plays no part.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from server.core.database.connection import rows

# PostgreSQL's notification channel on which hosts hear what has changed, and that a new host has joined.
CHANNEL = "perch_changes"

# The most bytes in a NOTIFY payload; PostgreSQL allows a little more.
MAX_PAYLOAD = 7_900


class CacheHost(msgspec.Struct, frozen=True):
    """A host. `knows` are the other hosts that its processes notify. An evicted one can't renew its lease."""

    id: int
    knows: list[int]
    evicted: bool


LISTED = "SELECT id, knows, evicted FROM cache_hosts"
JOIN = "INSERT INTO cache_hosts (id) VALUES ($1)"
EVICT = "UPDATE cache_hosts SET evicted = true WHERE id = ANY($1::bigint[]) RETURNING id"
REMOVE = "DELETE FROM cache_hosts WHERE id = ANY($1::bigint[])"
TELL = "SELECT pg_notify($1, $2)"

# $1 host, $2 the other hosts that its processes notify. Returns the rows as they were before the update, or
# none if the host is evicted or gone.
RENEW = f"""
    WITH renewed AS (UPDATE cache_hosts SET knows = $2 WHERE id = $1 AND NOT evicted RETURNING id)
    {LISTED} WHERE EXISTS (SELECT 1 FROM renewed)
"""


async def listed() -> list[CacheHost]:
    """All hosts."""
    return [CacheHost(**found) for found in await rows(LISTED)]


async def evict(hosts: Collection[int]) -> set[int]:
    """Keep these hosts from renewing their leases, and return those that may still hold one."""
    return {host["id"] for host in await rows(EVICT, list(hosts))}


async def remove(hosts: Collection[int]) -> None:
    """Remove hosts that no longer hold a lease, so that nobody needs to notify them."""
    await rows(REMOVE, list(hosts))


async def tell(channel: str, words: str) -> None:
    """Notify everyone who listens on the channel."""
    await rows(TELL, channel, words)
