"""The statements about who may see a tweet."""

from __future__ import annotations

from server.features.timelines import audience, home, profile
from server.features.tweets import deleting
from server.features.visibility import events, personal
from tests.statements import Landmarks, Statements, newer, places


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    return {
        "whether a tweet is for a user": (deleting.IS_SEEN, [at.most_liked_tweet, at.keen]),
        "the tweets that a user may see": (audience.SEEN_AMONG, [at.keen, at.last_page]),
        "whether a viewer follows an author": (audience.FOLLOWS, [at.keen, at.busiest_author]),
        "private tweets": places(home.PRIVATE, at.keen),
        "private tweets, newer": newer(home.PRIVATE, at.keen, at.deep),
        "the busiest author's, for followers": places(profile.TWEETS.for_followers, at.busiest_author),
        "an author's without replies, for followers": places(profile.STARTED.for_followers, at.reader),
        "an author's pictures, for followers": places(profile.WITH_PICTURES.for_followers, at.photographer),
        "live: who may see these tweets": (events.AUDIENCE, [at.last_page, list(range(1, 1001))]),
        "live: whom a block parts from the authors": (events.PARTED, [at.last_page, list(range(1, 1001))]),
        "erase: addressees": (personal.ERASE, [at.keen, 100]),
    }
