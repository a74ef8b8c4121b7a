"""Quotes in tweets."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from server.features.quotes.rules import WhoMayQuote

QuoteOf = Annotated[
    int | None, Meta(description="The tweet that it quotes. Clients show that tweet below the text.")
]
Quotable = Annotated[
    WhoMayQuote,
    Meta(
        description="Who may quote it. Only you may quote your tweets for followers, and nobody those for "
        "mentioned people."
    ),
]


class Quote(msgspec.Struct, frozen=True):
    """The quote in a tweet."""

    tweet_id: Annotated[
        int | None,
        Meta(
            description="The quoted tweet, which is in `quoted` of the same answer; null if its author has "
            "withdrawn it from the quote."
        ),
    ]
