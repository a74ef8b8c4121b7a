"""Publishing tweets with everything that belongs to them, in one statement and one round trip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from server.core.database.connection import records
from server.core.database.together import Together
from server.core.viewer import Person
from server.features.hashtags.hashtags import Hashtag
from server.features.polls.poll import NewPoll
from server.features.quotes.rules import WhoMayQuote
from server.features.replies.rules import WhoMayReply
from server.features.timelines.timeline import MEDIA, MediaRow, people, person
from server.features.tweets.cover import NOT_COVERED, Cover
from server.features.tweets.statement import FULL, PLAIN
from server.features.visibility.visibility import LEVELS, Visibility


class Part(NamedTuple):
    """Which of several tweets it is, from 1, and how many are published together; or neither."""

    number: int | None = None
    of: int | None = None


NOT_A_PART = Part()


class NewTweet(NamedTuple):
    """A tweet to be published. The fingerprint identifies what the idempotency key stands for.

    Attributes:
        day_bytes: how many bytes of text one author may publish per day.
        hashtags: its hashtags, each once.
        mentions: the handles that it mentions; those of nobody are ignored.
        visibility: who may see it; None for what its author has chosen as default. A reply gets the narrower
            level of this, of the tweet that it replies to and, if that is restricted, of the one it quotes.
        who_may_reply: in the thread that it begins; None for everyone.
        quote_of_id: the tweet that it quotes.
        language: a code of ISO 639-1, or None if it isn't known.
        link: the page of which it gets a preview, unless it is for the people mentioned only.
    """

    author_id: int
    content: str
    day_bytes: int
    in_reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    mentions: tuple[str, ...] = ()
    key: str | None = None
    fingerprint: bytes | None = None
    visibility: Visibility | None = None
    who_may_reply: WhoMayReply | None = None
    part: Part = NOT_A_PART
    cover: Cover = NOT_COVERED
    poll: NewPoll | None = None
    quote_of_id: int | None = None
    who_may_quote: WhoMayQuote = WhoMayQuote.EVERYONE
    language: str | None = None
    link: str | None = None


class Published(NamedTuple):
    """The result of publishing a tweet.

    Attributes:
        quoted_user_id: whom it quotes.
        notifies: workers have followers to notify of it.
    """

    id: int
    created_at: datetime
    media: list[MediaRow]
    thread_root_id: int | None
    in_reply_to_user: Person | None
    mentions: list[Person]
    visibility: Visibility
    sensitive: bool
    quoted_user_id: int | None
    notifies: bool


async def publish(new: NewTweet) -> Published | None:
    """Publish a tweet; None if the statement gives it no row."""
    (published,) = await publish_here([new]) if new.media_ids else [await _plain.do(new)]
    return published


async def _publish_plain(some: Sequence[NewTweet]) -> list[Published | None]:
    done = await publish_here(some)
    authors = Counter(new.author_id for new in some)
    for number, new in enumerate(some):
        if done[number] is None and authors[new.author_id] > 1:
            # Together they may have exceeded the day's limit, or another one of them had the same key.
            (done[number],) = await publish_here([new])
    return done


async def publish_here(some: Sequence[NewTweet]) -> list[Published | None]:
    """Publish these by one statement, in the caller's transaction if there is one.

    None for each that gets no row.
    """
    values: list[object] = [
        [new.author_id for new in some],
        [new.content for new in some],
        [new.key for new in some],
        [new.fingerprint for new in some],
        some[0].day_bytes,  # the same for all
        [new.in_reply_to_id for new in some],
        [None if new.visibility is None else new.visibility.level for new in some],
        [new.part.number for new in some],
        [new.part.of for new in some],
        [new.language for new in some],
    ]
    pictures = _numbered([new.media_ids for new in some])
    hashtags = _numbered([new.hashtags for new in some])
    mentions = _numbered([new.mentions for new in some])
    rules = _numbered([[new.who_may_reply] if new.who_may_reply else [] for new in some])
    covers = _numbered([[new.cover] if new.cover != NOT_COVERED else [] for new in some])
    polls = _numbered([[new.poll] if new.poll else [] for new in some])
    quotes = _numbered(
        [
            [new] if new.quote_of_id is not None or new.who_may_quote is not WhoMayQuote.EVERYONE else []
            for new in some
        ]
    )
    links = _numbered([[new.link] if new.link else [] for new in some])
    if any(column[0] for column in (pictures, hashtags, mentions, rules, covers, polls, quotes, links)):
        of_tags, tags, _ = hashtags
        tagged = [of_tags, [tag.id for tag in tags], [tag.name for tag in tags], [tag.shown for tag in tags]]
        of_covers, given, _ = covers
        covered = [of_covers, [one.warning for one in given], [one.sensitive for one in given]]
        asking = [polls[0], [poll.json for poll in polls[1]]]
        of_quotes, by, _ = quotes
        quoting = [of_quotes, [new.quote_of_id for new in by], [new.who_may_quote.level for new in by]]
        others = [*rules[:2], *covered, *asking, *quoting, *links[:2]]
        found = await records(FULL, *values, *pictures, *tagged, *mentions, *others)
    else:
        found = await records(PLAIN, *values)
    by_number = {
        tweet["number"]: Published(
            tweet["id"],
            tweet["created_at"],
            MEDIA.decode(tweet["media"]) if tweet["media"] else [],
            tweet["root"],
            person(tweet, "to"),
            people(tweet["mentions"]),
            LEVELS[tweet["visibility"]],
            tweet["sensitive"],
            tweet["quoted_user_id"],
            tweet["notifies"],
        )
        for tweet in found
    }
    return [by_number.get(number) for number in range(1, len(some) + 1)]


def _numbered(of_tweets: Sequence[Sequence[Any]]) -> tuple[list[int], list[Any], list[int]]:
    """Columns: the number of the tweet, what belongs to it, and its place there, both from 1."""
    found = [
        (number, one, position)
        for number, of_tweet in enumerate(of_tweets, 1)
        for position, one in enumerate(of_tweet, 1)
    ]
    numbers, ones, positions = map(list, zip(*found, strict=True)) if found else ([], [], [])
    return numbers, ones, positions


# The trigger that counts locks the author.
_plain = Together(_publish_plain, lambda new: new.author_id)
