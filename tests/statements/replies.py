"""The statements of replies and threads."""

from __future__ import annotations

from server.features.replies import rules, threads
from server.features.tweets import deleting, events, personal, tweets
from tests.statements import Landmarks, Statements


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet = at.most_liked_tweet
    return {
        "the first tweet of a thread": (rules.FIRST, [tweet, at.keen]),
        "limit replies": (rules.LIMIT, [tweet, "nobody"]),
        "let everyone reply": (rules.OPEN, [tweet]),
        "whose a reply is": (rules.REPLY, [tweet, at.keen]),
        "hide a reply": (rules.HIDE, [tweet, 1]),
        "show a reply": (rules.SHOW, [tweet, 1]),
        "a thread": (threads.PLACES, [tweet, [], 51, at.keen, [1, 2]]),
        "what is to be replied to": (tweets.ANSWERABLE, [tweet, at.keen]),
        "lock a tweet and what it replies to": (deleting.LOCK, [tweet]),
        "live: whose Following has a tweet": (
            events.READERS,
            [[tweet], list(range(1, 1000))],
        ),
        "erase: replies to a user": (personal.REPLIES_TO, [at.busiest_author, 100]),
        "erase: whose tweets they reply to": (personal.FORGET_WHOM, [at.last_page]),
    }
