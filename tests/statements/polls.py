"""The statements of polls."""

from __future__ import annotations

from server.features.polls import events, personal, polls
from tests.statements import Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet = at.most_liked_tweet
    return {
        "vote": (polls.VOTE, [[tweet], [at.keen], [1]]),
        "polls": (polls.READ, [at.keen, at.last_page]),
        "whether a tweet exists for a voter": (polls.EXISTS, [at.keen, tweet]),
        "end polls": (polls.END, [100, "poll"]),
        "whom to notify of a poll's end": (events.OF_ENDS.people, [tweet, 0, 1000]),
        "export: votes": (personal.EXPORT, [at.keen, 0, 50]),
        "erase: lock polls": (personal.LOCK, [at.keen, 100]),
        "erase: votes": (personal.REMOVE, [at.keen, [tweet]]),
    }
