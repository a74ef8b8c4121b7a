"""What happens to notifications."""

from __future__ import annotations

from collections.abc import Collection

from server.core.live.kinds import Fact, Kind
from server.features.notifications import notifications


async def unread(users: Collection[int], viewers: Collection[int]) -> dict[int, int]:
    """How many notifications are unread, of those users among the viewers."""
    here = set(users).intersection(viewers)
    return await notifications.unread(here) if here else {}


UNREAD = Fact(unread)

# A user's notifications have changed, or what they have read of them. Nothing of it is cached.
CHANGED = Kind("notifications", lambda _: [], lambda event: [(UNREAD, event.subject_id)])
