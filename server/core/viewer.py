"""The viewer, and users as others see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.core.security.api_keys import HeldScope

# A path below which variants have suffixes.
Avatar = Annotated[
    str | None,
    Meta(
        description="Their picture, square, 400 pixels wide; with `-medium` or `-small` after it, 192 or 96, "
        "and not moving. Absent if they have none."
    ),
]


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is shown of a user in a list."""

    id: int
    name: str
    handle: str
    avatar: Avatar = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user, with what the API key of their request allows.

    `erase_after` is set while an account is being deleted: its owner can only cancel the deletion.
    """

    id: int
    handle: str
    name: str
    is_admin: bool
    key_id: int
    scopes: frozenset[HeldScope]
    key_expires_at: datetime | None = None
    erase_after: datetime | None = None
    avatar: str | None = None

    def is_over(self) -> bool:
        """Whether the key has expired, or the time to erase the account has come."""
        if self.key_expires_at is None and self.erase_after is None:
            return False
        now = datetime.now(UTC)
        return any(end is not None and end <= now for end in (self.key_expires_at, self.erase_after))
