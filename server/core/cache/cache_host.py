"""The hosts that keep answers in memory: who is to be told of a change before it is answered.

A row stands until it is known that its host does not answer from its memory any more. No model: only the
statements below touch the table. No clock of the database takes part.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from server.core.database.connection import rows

# PostgreSQL's channel on which hosts are told what changed, and that a new one is there.
CHANNEL = "perch_changes"

# Of `NOTIFY`, in bytes; PostgreSQL allows a little more.
MAX_PAYLOAD = 7_900


class CacheHost(msgspec.Struct, frozen=True):
    """A host. `knows` are the others that its processes tell; an evicted one cannot renew its lease."""

    id: int
    knows: list[int]
    evicted: bool


LISTED = "SELECT id, knows, evicted FROM cache_hosts"
JOIN = "INSERT INTO cache_hosts (id) VALUES ($1)"
EVICT = "UPDATE cache_hosts SET evicted = true WHERE id = ANY($1::bigint[]) RETURNING id"
REMOVE = "DELETE FROM cache_hosts WHERE id = ANY($1::bigint[])"
TELL = "SELECT pg_notify($1, $2)"

# $1 host, $2 the others that its processes tell. The rows are as they were before; none for one that is
# evicted or gone.
RENEW = f"""
    WITH renewed AS (UPDATE cache_hosts SET knows = $2 WHERE id = $1 AND NOT evicted RETURNING id)
    {LISTED} WHERE EXISTS (SELECT 1 FROM renewed)
"""


async def listed() -> list[CacheHost]:
    """All that there are."""
    return [CacheHost(**found) for found in await rows(LISTED)]


async def evict(hosts: Collection[int]) -> set[int]:
    """From now on these cannot renew their leases; those of them that may have one still."""
    return {host["id"] for host in await rows(EVICT, list(hosts))}


async def remove(hosts: Collection[int]) -> None:
    """These have no lease any more: nobody needs to tell them anything."""
    await rows(REMOVE, list(hosts))


async def tell(channel: str, words: str) -> None:
    """Say it to whoever listens on the channel."""
    await rows(TELL, channel, words)
