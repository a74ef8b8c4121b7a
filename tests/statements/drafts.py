"""The statements of drafts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from server.core.paging import NEWEST
from server.features.drafts import drafts, personal, scheduled
from server.features.people import preferences
from tests.statements import LIMIT, Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    body, time = '{"tweets": [{"content": "x"}]}', datetime.now(UTC)
    return {
        "drafts": (drafts.LISTED, [at.keen, NEWEST, LIMIT, True]),
        "one draft": (drafts.ONE, [at.keen, 7]),
        "the pictures of drafts": (drafts.PICTURES, [list(range(1, 101))]),
        "drafts: lock their writer": (drafts.LOCK, [at.keen]),
        "drafts: how many": (drafts.COUNT, [at.keen, True, 7]),
        "drafts: add": (drafts.ADD, [at.keen, body, time, "key"]),
        "drafts: lock pictures": (drafts.LOCK_PICTURES, [[1, 2, 3], at.photographer]),
        "drafts: how many pictures": (drafts.HELD, [7]),
        "drafts: change": (drafts.CHANGE, [at.keen, 7, body, None]),
        "drafts: hold pictures": (drafts.HOLD, [7, at.photographer, [1, 2, 3]]),
        "drafts: remove": (drafts.REMOVE, [at.keen, 7]),
        "scheduled: claim": (scheduled.CLAIM_DUE, [500, timedelta(minutes=1)]),
        "scheduled: whether some are claimed": (scheduled.CLAIMED, []),
        "scheduled: done": (scheduled.DONE, [7, time]),
        "scheduled: failed": (scheduled.FAIL, [7, time, "tweet_not_found"]),
        "scheduled: forget a failure": (scheduled.FORGET, [at.keen]),
        "scheduled: notify of a failure": (scheduled.NOTIFY, [at.keen]),
        "whether a time zone exists": (preferences.TIME_ZONE, ["Europe/Berlin"]),
        "erase: drafts": (personal.ERASE, [at.keen, 100]),
        "export: drafts": (personal.EXPORT, [at.keen, 0, 50]),
    }
