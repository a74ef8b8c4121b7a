"""What happens to replies."""

from __future__ import annotations

from server.core.cache import topics
from server.core.live.event import EventRow
from server.core.live.kinds import Facts, Kind, Recipients
from server.features.tweets.events import TWEET
from server.features.visibility import events as visibility


def to_readers_of_both(event: EventRow, facts: Facts) -> Recipients:
    """Everybody who may see the thread's first tweet and, if the event is about a reply, that one."""
    among, not_for, *_ = visibility.of_tweet(facts, event.subject_id)
    if event.object_id is None:
        return Recipients(among, not_for)
    of_reply, apart_from_reply, *_ = visibility.of_tweet(facts, event.object_id)
    both = of_reply if among is None else among if of_reply is None else among & of_reply
    return Recipients(both, not_for | apart_from_reply)


# Who may reply in a thread has changed, or a reply was put behind a click. Nothing of it is cached.
# The object is the reply.
THREAD = Kind(
    "thread",
    lambda _: [],
    lambda event: visibility.needed(event.subject_id, event.object_id),
    recipients=to_readers_of_both,
)

# The number of replies to a tweet has changed. The reply itself has the event of a tweet.
COUNTED = Kind(
    "replies",
    lambda event: [topics.tweet(event.subject_id)],
    lambda event: [(TWEET, event.subject_id), *visibility.needed(event.subject_id)],
    recipients=visibility.to_readers,
)
