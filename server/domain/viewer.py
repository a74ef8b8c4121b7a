"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.security.keys import Scope


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user, and what the key that was shown allows."""

    id: int
    handle: str
    name: str
    is_admin: bool
    key_id: int
    scopes: frozenset[Scope]
    key_expires_at: datetime | None = None
