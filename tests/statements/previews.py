"""The statements of previews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.features.previews import previews
from tests.statements import Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet, week = at.most_liked_tweet, timedelta(days=7)
    picture = [b"x", "image/jpeg", "0" * 32, 600, 400, "x"]
    claim = datetime.now(UTC)
    return {
        "which tweets want previews": (previews.NEXT, [50]),
        "lock the tweets that want previews": (previews.LOCK, [at.last_page]),
        "give tweets their previews": (previews.TAKE, [at.last_page]),
        "which previews are due": (previews.CLAIMED, [8, week, True]),
        "save a preview": (previews.SAVE, [7, claim, "title", "", "", False, *picture, "", week, 0]),
        "put a preview off": (previews.PUT_OFF, [7, claim, week, 1]),
        "empty a preview": (previews.EMPTY, [7, claim, week]),
        "the tweets of a changed preview": (previews.SPREAD, [7, 500]),
        "a preview is done": (previews.DONE, [7, claim]),
        "give a preview back": (previews.GIVE_BACK, [7, claim]),
        "hold previews": (previews.HOLD, [[7, 8]]),
        "clear previews": (previews.CLEAR, [[7, 8]]),
        "delete previews": (previews.DELETE, [[7, 8]]),
        "the picture of a preview": (previews.PICTURE, ["0" * 32]),
        "replace a preview after an edit": (previews.REPLACE, [tweet, "https://example.org/", True]),
    }
