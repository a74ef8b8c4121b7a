"""What happens to drafts."""

from __future__ import annotations

from server.core.live.kinds import Kind, to_actor

# The actor saved or deleted the subject, a draft, or it was published or couldn't be. Nothing of it is
# cached.
CHANGED = Kind("draft", lambda _: [], lambda _: [], recipients=to_actor)
