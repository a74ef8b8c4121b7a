"""What happens to lists."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.kinds import Kind, to_actor

# The actor changed a list or its members, or a block did; the subject is the list.
CHANGED = Kind("lists", lambda event: [topics.follows_of(event.actor_id)], recipients=to_actor)
