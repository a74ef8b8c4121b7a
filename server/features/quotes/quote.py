"""What a quote is in the row of a tweet."""

from __future__ import annotations

import msgspec


class QuoteRow(msgspec.Struct, frozen=True):
    """The quote in a tweet. `tweet_id` is the quoted one; None if its author has withdrawn it."""

    tweet_id: int | None


# SQL for the quote in a tweet, given as an expression, as JSON; null if it has none.
JSON_OF_TWEET = """(
    SELECT jsonb_build_object('tweet_id', CASE WHEN NOT withdrawn THEN quoted_id END)
    FROM quotes WHERE tweet_id = {tweet}
)"""

QUOTE = msgspec.json.Decoder(QuoteRow)
