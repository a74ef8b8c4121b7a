"""The statements of notifications, mentions and hashtags."""

from __future__ import annotations

from datetime import date

from server.core.paging import NEWEST
from server.core.prefixes import LAST
from server.features.hashtags import completions as hashtag_completions
from server.features.hashtags import hashtags
from server.features.mentions import completions
from server.features.mentions import personal as mentions_data
from server.features.notifications import events, new_tweets, notifications, personal
from server.features.tweets import earlier_texts
from tests.statements import Landmarks, Statements, places


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    kinds = list(notifications.ALL)
    return {
        "tweets with a hashtag": places(hashtags.TWEETS, hashtags.hashtag_id("perch")),
        "which hashtags may be meant": (hashtag_completions.COMPLETIONS, ["", LAST, 8]),
        "which texts are to be read": (earlier_texts.CLAIM, []),
        "texts to be read": (earlier_texts.TEXTS, [at.newest, 1000]),
        "no more texts to be read": (earlier_texts.DONE, [1]),
        "further texts to be read": (earlier_texts.GO_ON, [2, 1]),
        "notify nobody": (earlier_texts.QUIET, []),
        "names of hashtags": (earlier_texts.ADD_NAMES, [[9], ["perch"], ["Perch"]]),
        "hashtags of earlier tweets": (earlier_texts.ADD_HASHTAGS, [[9], [at.newest]]),
        "mentions of earlier tweets": (earlier_texts.ADD_MENTIONS, [[at.newest], ["heron_1"], [1]]),
        "whom a mention may mean": (completions.COMPLETIONS, [at.keen, "he", "he" + LAST, 8]),
        "whom it may mean, for a user with 5,000 followees": (
            completions.COMPLETIONS,
            [at.collector, "", LAST, 8],
        ),
        "erase: mentions": (mentions_data.ERASE, [at.keen, 100]),
        "notifications": (notifications.GROUPS, [at.busiest_author, NEWEST, kinds, 51]),
        "unread notifications": (notifications.UNREAD, [[at.busiest_author, at.keen]]),
        "mark notifications as read": (notifications.MARK, [at.busiest_author, NEWEST]),
        "forget notifications": (notifications.FORGET, [date(2026, 1, 1), 5000]),
        "notify of a new tweet": (new_tweets.NOTIFY_NEXT, [1000]),
        "remove the notifications of a deleted tweet": (new_tweets.FORGET_NEXT, [1000]),
        "ask for notifications of new tweets": (new_tweets.SET, [at.keen, at.busiest_author, True]),
        "live: of whose new tweets users are notified": (
            events.NOTIFYING_AMONG,
            [[at.keen], [at.busiest_author]],
        ),
        "erase: new tweets to notify of": (personal.ERASE_NEW, [at.keen]),
        "erase: notifications": (personal.ERASE, [at.keen, 100]),
        "erase: groups of notifications": (personal.ERASE_GROUPS, [at.keen]),
        "export: notifications": (personal.EXPORT, [at.busiest_author, 0, 50]),
    }
