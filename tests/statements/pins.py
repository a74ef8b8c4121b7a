"""The statements of pins."""

from __future__ import annotations

from server.features.pins import events, personal, pins
from tests.statements import Landmarks, Statements, places


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet = at.most_liked_tweet
    return {
        "a user's pins": places(pins.PINS.for_all, at.keen),
        "a user's pins, for followers": places(pins.PINS.for_followers, at.keen),
        "the viewer's pins on a page": (pins.AMONG, [at.keen, at.last_page]),
        "the viewer's newest pins": (pins.NEWEST, [at.keen, 500]),
        "whether a tweet may be pinned": (pins.MAY_PIN, [at.keen, tweet]),
        "pin": (pins.ADD, [at.keen, tweet]),
        "unpin": (pins.REMOVE, [at.keen, tweet]),
        "live: pins": (events.AMONG, [[tweet]]),
        "erase: pins": (personal.ERASE, [at.keen, 100]),
        "export: pins": (personal.EXPORT, [at.keen, 0, 50]),
    }
