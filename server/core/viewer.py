"""Who asks, and people as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from server.core.security.api_keys import HeldScope


class Person(msgspec.Struct, frozen=True):
    """What is shown of a user in a list."""

    id: int
    name: str
    handle: str


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
