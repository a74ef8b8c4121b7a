"""The statements of reposts, and the timelines that have them."""

from __future__ import annotations

from server.features.reposts import events, feature, personal, reposts, timelines
from server.features.tweets import personal as tweets_data
from tests.statements import LIMIT, Landmarks, Statements, newer, places


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet = at.most_liked_tweet
    return {
        "Following with reposts, for 300 followees": places(timelines.FOLLOWING, at.reader),
        "Following with reposts, for a few followees": places(timelines.FOLLOWING, at.newcomer),
        "Following with reposts, for 5,000 followees": places(timelines.FOLLOWING, at.collector),
        "Following with reposts, newer": newer(timelines.FOLLOWING, at.reader, at.deep),
        "an author's with reposts": places(timelines.TWEETS.for_all, at.busiest_author),
        "an author's with reposts, for followers": places(timelines.TWEETS.for_followers, at.busiest_author),
        "an author's without replies, with reposts": places(timelines.STARTED.for_all, at.reader),
        "an author's without replies, with reposts, for followers": places(
            timelines.STARTED.for_followers, at.reader
        ),
        "the viewer's reposts on a page": (feature.AMONG, [at.keen, at.last_page]),
        "the viewer's newest reposts": (feature.NEWEST, [at.keen, 500]),
        "repost": (reposts.ADD, [at.keen, tweet]),
        "undo a repost": (reposts.REMOVE, [at.keen, tweet]),
        "lock what a repost shows": (reposts.LOCK, [at.newest]),
        "whose a repost is": (reposts.OWNER, [at.newest, at.keen]),
        "delete a repost": (reposts.DELETE, [at.newest]),
        "what a repost shows": (reposts.ORIGINAL, [at.newest]),
        "who reposted": (reposts.REPOSTERS, [tweet, at.keen, 2**53, LIMIT]),
        "hide somebody's reposts": (reposts.HIDE, [at.keen, at.busiest_author, True]),
        "live: reposts": (events.AMONG, [at.last_page]),
        "live: whose Following has somebody's reposts": (
            events.READERS,
            [[at.busiest_author], list(range(1, 1000))],
        ),
        "live: whose reposts are hidden": (events.HIDDEN_AMONG, [[at.keen], [at.busiest_author]]),
        "erase: tweets with reposts": (tweets_data.REPOSTED_TWEETS, [at.busiest_author, 100]),
        "erase: reposts of tweets": (tweets_data.REMOVE_REPOSTS_OF_TWEETS, [[tweet], 500]),
        "live: who doesn't get the authors": (
            events.APART_FROM_AUTHORS,
            [at.last_page, list(range(1, 1000))],
        ),
        "erase: lock what was reposted": (personal.LOCK_REPOSTED, [at.keen, 100]),
        "erase: reposts": (personal.UNDO, [at.keen, at.last_page]),
        "export: reposts": (personal.EXPORT, [at.keen, 0, 50]),
    }
