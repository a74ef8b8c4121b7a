"""The statements of bookmarks."""

from __future__ import annotations

from server.features.bookmarks import bookmarks, events, personal
from tests.statements import Landmarks, Statements, places


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet = at.most_liked_tweet
    return {
        "a user's bookmarks": places(bookmarks.BOOKMARKS, at.keen),
        "the viewer's bookmarks on a page": (bookmarks.AMONG, [at.keen, at.last_page]),
        "the viewer's newest bookmarks": (bookmarks.NEWEST, [at.keen, 500]),
        "bookmark": (bookmarks.ADD, [at.keen, tweet]),
        "remove a bookmark": (bookmarks.REMOVE, [at.keen, tweet]),
        "live: bookmarks": (events.AMONG, [[at.keen], [tweet]]),
        "erase: bookmarks": (personal.ERASE, [at.keen, 100]),
        "export: bookmarks": (personal.EXPORT, [at.keen, 0, 50]),
    }
