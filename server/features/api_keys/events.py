"""What happens to API keys."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.event import EventRow
from server.core.live.kinds import Kind


def invalidated(event: EventRow) -> list[int]:
    """The keys of the user."""
    return [topics.keys_of(event.user_id or 0)]


REVOKED = Kind("key_revoked", invalidated)

# What a user's keys allow has changed. No stream tells it.
PERMISSIONS = Kind("permissions", invalidated)
