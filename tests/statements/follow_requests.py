"""The statements of requests to follow locked accounts."""

from __future__ import annotations

from server.core.paging import NEWEST
from server.features.follows import events, follows, personal, requests
from server.features.relations import relations
from tests.statements import Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    pair = [at.busiest_author, at.newcomer]
    return {
        "follow, or ask to": (follows.FOLLOW, pair),
        "unfollow, or withdraw": (follows.UNFOLLOW, pair),
        "who asks to follow": (requests.LISTED, [at.busiest_author, NEWEST, 51]),
        "some who ask to follow": (requests.SOME, [at.busiest_author, 500, NEWEST]),
        "requests left over": (requests.LEFT_OVER, [500]),
        "the newest request": (requests.NEWEST_REQUEST, [at.busiest_author]),
        "lock who follows whom": (requests.LOCK, [pair]),
        "accept requests": (requests.ACCEPT, [at.busiest_author, [at.newcomer]]),
        "decline a request": (requests.DECLINE, pair),
        "cut requests": (relations.CUT_REQUESTS, pair),
        "live: requests": (events.REQUESTS, [[at.newcomer], [at.busiest_author]]),
        "export: requests made": (personal.EXPORT_REQUESTS, [at.keen, 0, 50]),
        "export: requests": (personal.EXPORT_REQUESTS_TO, [at.keen, 0, 50]),
        "erase: requests": (personal.ERASE_REQUESTS, [at.keen, 100]),
    }
