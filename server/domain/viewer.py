"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.security.keys import HeldScope


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user, and what the key that was shown allows.

    `erase_after` is set while an account is being deleted: its owner can keep it, and do nothing else.
    """

    id: int
    handle: str
    name: str
    is_admin: bool
    key_id: int
    scopes: frozenset[HeldScope]
    key_expires_at: datetime | None = None
    erase_after: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether the key, or the account, has come to its end."""
        return any(end is not None and end <= now for end in (self.key_expires_at, self.erase_after))
