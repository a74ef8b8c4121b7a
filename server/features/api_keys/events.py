"""What happens to API keys."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.event import KEY_REVOKED
from server.core.live.kinds import Kind, Recipients, only

# A key of the actor's ended: the subject.
REVOKED = Kind(
    KEY_REVOKED,
    lambda event: [topics.keys_of(event.actor_id)],
    recipients=lambda event, _: Recipients(revoked_key=event.subject_id),
)

# What a user's keys allow has changed. It isn't sent to any stream.
PERMISSIONS = Kind(
    "permissions", lambda event: [topics.keys_of(event.subject_id)], recipients=lambda *_: only()
)
