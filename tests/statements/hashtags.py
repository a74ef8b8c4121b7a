"""The statements of followed hashtags."""

from __future__ import annotations

from server.features.hashtags import events, followed, personal
from server.features.hashtags.hashtags import hashtag_id
from tests.statements import Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    pair = [at.keen, hashtag_id("perch")]
    return {
        "lock who follows a hashtag": (followed.LOCK, [at.keen]),
        "follow a hashtag": (followed.FOLLOW, [*pair, "Perch"]),
        "unfollow a hashtag": (followed.UNFOLLOW, pair),
        "whether a hashtag is followed": (followed.IS_FOLLOWED, pair),
        "followed hashtags": (followed.LISTED, [at.keen]),
        "live: who follows hashtags": (events.FOLLOWERS, [at.last_page, list(range(1, 1000))]),
        "erase: followed hashtags": (personal.ERASE, [at.keen, 100]),
        "export: followed hashtags": (personal.EXPORT, [at.keen, 0, 50]),
    }
