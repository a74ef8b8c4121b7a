"""The statements of quotes."""

from __future__ import annotations

from server.features.quotes import quotes, rules
from server.features.timelines import cards
from server.features.tweets import tweets
from tests.statements import Landmarks, Statements, newer, places


def statements(at: Landmarks) -> Statements:
    """Each statement with its values."""
    tweet = at.most_liked_tweet
    return {
        "the quotes of a tweet": places(quotes.QUOTES, tweet),
        "the quotes of a tweet, newer": newer(quotes.QUOTES, tweet, at.deep),
        "whether a tweet may be quoted": (tweets.QUOTABLE, [tweet, at.keen]),
        "whether a tweet is shown to somebody": (rules.SEEN, [tweet, at.keen]),
        "limit who may quote": (rules.LIMIT, [tweet, 1]),
        "lock a quote and what it quotes": (rules.LOCK, [tweet]),
        "withdraw from a quote": (rules.WITHDRAW, [tweet]),
        "tell of a withdrawn quote": (rules.TELL, [tweet]),
        "which quoted tweets exist": (cards.EXISTING, [at.last_page]),
    }
