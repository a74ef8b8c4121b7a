"""What happens to all of a user's tweets at once."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.kinds import Kind, to_everybody
from server.features.people.events import PROFILE


def visibility(user_id: int) -> list[int]:
    """The topics that change when all of a user's tweets are hidden or shown: all that may show them."""
    return [topics.EVERYTHING, topics.keys_of(user_id)]


def marked(user_id: int) -> list[int]:
    """The topics that change when a user's tweets leave the indexes of shown tweets, or return to them."""
    return [topics.ALL_TWEETS, topics.DELETIONS, topics.tweets_of(user_id)]


# A user's tweets are hidden or shown again, or the user is being deleted.
VISIBILITY = Kind(
    "visibility",
    lambda event: visibility(event.subject_id),
    lambda event: [(PROFILE, event.subject_id)],
    recipients=to_everybody,
)
