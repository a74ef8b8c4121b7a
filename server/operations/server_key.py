"""The server's own keys, in a table whose rows are in no dump. Only plain SQL touches it.

The functions take the connection's `fetch`, because a restore reads one database and writes another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any, Literal

from server.core.database.connection import rows

Purpose = Literal["dumps", "secrets"]
Fetch = Callable[..., Awaitable[Sequence[Any]]]

TABLE = "server_keys"

# The migration that makes the table.
MADE_BY = "server.core.database.migrations.models.22_20261128050000_server_keys"

KEYS = """
    SELECT purpose, material, is_current, kit_made_at FROM server_keys ORDER BY is_current DESC, id DESC
"""

# $1 purpose, $2 material, $3 whether it is current, $4 when it was put into a recovery kit.
ADD = """
    INSERT INTO server_keys (purpose, material, is_current, kit_made_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (purpose) WHERE is_current DO NOTHING
"""

KIT_MADE = "UPDATE server_keys SET kit_made_at = now() WHERE is_current"


@dataclass(frozen=True, slots=True)
class ServerKey:
    """One key: 32 random bytes. `kit_made_at` says when it was last written into a recovery kit."""

    purpose: Purpose
    material: bytes = field(repr=False)
    is_current: bool = True
    kit_made_at: datetime | None = None


async def listed(fetch: Fetch = rows) -> list[ServerKey]:
    """All keys, the current ones first."""
    return [
        ServerKey(found["purpose"], bytes(found["material"]), found["is_current"], found["kit_made_at"])
        for found in await fetch(KEYS)
    ]


async def add(key: ServerKey, fetch: Fetch = rows) -> None:
    """Store a key. If another one is already current, that one stays, and this one is not stored."""
    await fetch(ADD, key.purpose, key.material, key.is_current, key.kit_made_at)


async def replace_all(keys: Sequence[ServerKey], connection: Any) -> None:
    """Store only these, in a new table, so that nothing an archive attached to the old one sees a key."""
    made = import_module(MADE_BY)
    await connection.execute(made.DOWNGRADE + made.UPGRADE)
    for key in keys:
        await add(key, connection.fetch)


async def kit_made(fetch: Fetch = rows) -> None:
    """Record that the current keys are in a recovery kit."""
    await fetch(KIT_MADE)
