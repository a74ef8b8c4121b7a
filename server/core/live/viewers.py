"""Facts about which of the viewers something concerns."""

from __future__ import annotations

from collections.abc import Collection

from server.core.database.connection import records


async def viewers_by(
    statement: str, keys: Collection[int], viewers: Collection[int]
) -> dict[int, frozenset[int]]:
    """The viewers by key, of the keys that have any.

    Args:
        statement: SQL that gives pairs of `key` and `viewer_id`: $1 the keys, $2 the viewers.
    """
    by_key: dict[int, set[int]] = {}
    for found in await records(statement, list(keys), list(viewers)):
        by_key.setdefault(found["key"], set()).add(found["viewer_id"])
    return {key: frozenset(found) for key, found in by_key.items()}
