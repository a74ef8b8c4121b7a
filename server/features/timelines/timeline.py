"""Timelines and tweets in plain SQL: first the ids of a page, by index, then the rows of just those.

Rows that are cached already need not be read. The ids are found before anything is joined: with a million
tweets, those of a Following page, merged from 300 authors, take 1.4 ms, while joining the rows of all its
candidates takes 72 ms. A tweet's row and what belongs to it are read in one statement, from one snapshot, so
that its counter always agrees with its likers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from server.core.database.connection import records
from server.core.viewer import Person
from server.features.media.media_attachment import MediaState
from server.features.polls import poll
from server.features.polls.poll import POLL, PollRow
from server.features.previews.preview import JSON_OF, PREVIEW, PreviewRow
from server.features.quotes import quote, rules
from server.features.quotes.quote import QUOTE, QuoteRow
from server.features.quotes.rules import WhoMayQuote
from server.features.timelines.hiding import Hides
from server.features.visibility.visibility import LEVELS, Visibility


class MediaRow(msgspec.Struct, frozen=True):
    """A picture as it appears in a tweet or a response."""

    id: int
    token: str
    state: MediaState
    alt: str
    width: int | None
    height: int | None
    thumbhash: str | None
    focus: list[float] | None = None


class Liker(msgspec.Struct, frozen=True):
    """A person who likes a tweet."""

    id: int
    name: str


class TweetRow(msgspec.Struct, frozen=True):
    """A tweet with everything that its card shows except what depends on the viewer; the newest `likers`."""

    id: int
    content: str
    created_at: datetime
    likes_count: int
    version: int
    author_id: int
    author_name: str
    author_handle: str
    author_avatar: str | None
    media: list[MediaRow]
    likers: list[Liker]
    replies_count: int = 0
    in_reply_to_id: int | None = None
    in_reply_to_user: Person | None = None
    thread_root_id: int | None = None
    mentions: list[Person] = msgspec.field(default_factory=list)
    visibility: Visibility = Visibility.PUBLIC
    reposts_count: int = 0
    part: int | None = None
    parts: int | None = None
    warning: str | None = None
    sensitive: bool = False
    edited_at: datetime | None = None
    poll: PollRow | None = None
    quote: QuoteRow | None = None
    quotes_count: int = 0
    who_may_quote: WhoMayQuote = WhoMayQuote.EVERYONE
    language: str | None = None
    preview: PreviewRow | None = None

    @property
    def addressed(self) -> tuple[int, ...]:
        """Whom it mentions, and whom it replies to."""
        replied = (self.in_reply_to_user,) if self.in_reply_to_user else ()
        return tuple([person.id for person in (*self.mentions, *replied)])


MEDIA = msgspec.json.Decoder(list[MediaRow])
LIKERS = msgspec.json.Decoder(list[Liker])
PEOPLE = msgspec.json.Decoder(list[Person])


class Place(NamedTuple):
    """A tweet's place in a timeline, which continues at `cursor` in either direction.

    Attributes:
        by: who reposted it, if this is the place of a repost.
    """

    id: int
    cursor: int
    by: Person | None = None


class Reading(NamedTuple):
    """The statements that read a part of a timeline in one direction.

    Attributes:
        places: gives the places only.
        has_reposts: whether they say who reposted the tweet.
        rows: gives the places with the rows of their tweets: $5 likers per tweet, $6 tweets without a row.
    """

    places: str
    rows: str
    has_reposts: bool


class Asked(NamedTuple):
    """A part of a timeline: from a cursor on, skip `skip` tweets and return up to `limit`.

    Attributes:
        cursor: `NEWEST` to start with the newest tweet.
        subject: the user whose timeline it is; everyone's timeline ignores it.
    """

    cursor: int
    limit: int
    skip: int
    subject: int


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """A list of tweets, the newest first; the feature that decides what is on it declares it.

    Attributes:
        places: SQL for a part of it, giving the tweet's `id` and the `cursor`: $1 the cursor to start from,
            $2 the maximum number, $3 how many to skip, $4 whose timeline it is. It leaves out hidden tweets.
            For older tweets `{beyond}` is `<` and `{order}` is `DESC`; for newer ones they are the opposite.
        order: the topics that decide which tweets are on it, given whose timeline it is.
        hides: what it leaves out for each viewer.
        is_mixed: whether it may have tweets that not everyone who reads it may see.
        has_reposts: whether `places` also gives who reposted the tweet, as `by_id`, `by_name` and
            `by_handle`; null for a tweet's own place.
        of_person: whether it is a person's, given by the subject; whoever asks for it gets their reposts,
            even if they mute this person.
    """

    places: str
    order: Callable[[int], list[int]]
    hides: Hides = Hides.BLOCKED
    is_mixed: bool = False
    has_reposts: bool = False
    of_person: bool = False

    @property
    def older(self) -> Reading:
        """How to read tweets older than a cursor, the newest first."""
        return _reading(self.places, "<", "DESC", has_reposts=self.has_reposts)

    @property
    def newer(self) -> Reading:
        """How to read tweets newer than a cursor, the oldest first."""
        return _reading(self.places, ">", "ASC", has_reposts=self.has_reposts)


# The rows of some tweets. From the moment when an author is hidden, nobody sees their tweets. Whom a tweet
# replies to is looked up for each, which LIMIT enforces: the planner doesn't know how few tweets there are,
# and would join all of 100,000 users, in 20 ms.
_ROWS = """
    SELECT t.id, t.content, t.created_at, t.likes_count, t.version,
        t.replies_count, t.reposts_count, t.in_reply_to_id, t.thread_root_id, t.visibility,
        t.part, t.parts, t.warning, t.sensitive, t.edited_at, t.quotes_count, t.who_may_quote,
        t.language,
        CASE WHEN t.has_poll THEN {poll} END AS poll,
        CASE WHEN t.has_quote THEN {quote} END AS quote,
        CASE WHEN t.preview_id IS NOT NULL THEN {preview} END AS preview,
        p.id AS to_id, p.name AS to_name, p.handle AS to_handle, p.avatar AS to_avatar,
        a.id AS author_id, a.name AS author_name, a.handle AS author_handle,
        a.avatar AS author_avatar,
        (SELECT jsonb_agg(to_jsonb(m)) FROM (
            SELECT id, token, state, alt, width, height, thumbhash, focus FROM media_attachments
            WHERE tweet_id = t.id AND position IS NOT NULL ORDER BY position) m) AS media,
        CASE WHEN {likers} > 0 AND t.likes_count > 0 THEN (SELECT jsonb_agg(to_jsonb(l)) FROM (
            SELECT u.id, u.name FROM likes k JOIN users u ON u.id = k.user_id
            WHERE k.tweet_id = t.id AND u.deleted_at IS NULL ORDER BY k.id DESC LIMIT {likers}) l)
        END AS likers,
        CASE WHEN t.content ~ '[@＠]' THEN (SELECT jsonb_agg(to_jsonb(o)) FROM (
            SELECT u.id, u.name, u.handle, u.avatar FROM mentions m JOIN users u ON u.id = m.user_id
            WHERE m.tweet_id = t.id AND NOT u.hidden ORDER BY m.position) o)
        END AS mentions
    FROM tweets t JOIN users a ON a.id = t.author_id
        LEFT JOIN LATERAL (
            SELECT id, name, handle, avatar FROM users WHERE id = t.in_reply_to_user_id AND NOT hidden LIMIT 1
        ) p ON true
    WHERE t.id = {tweets} AND NOT a.hidden
"""

# $1 tweets, $2 likers per tweet.
_PARTS = {
    "poll": poll.JSON_OF_TWEET.format(tweet="t.id"),
    "quote": quote.JSON_OF_TWEET.format(tweet="t.id"),
    "preview": JSON_OF.format(preview="t.preview_id"),
}
CARDS = _ROWS.format(tweets="ANY($1::bigint[])", likers="$2::int", **_PARTS)

# Of a tweet that has several places, at the first one only.
_OF_PLACE = _ROWS.format(
    tweets="CASE WHEN page.first AND page.id <> ALL($6::bigint[]) THEN page.id END",
    likers="$5::int",
    **_PARTS,
)


@lru_cache
def _reading(places: str, beyond: str, order: str, *, has_reposts: bool) -> Reading:
    places = places.format(beyond=beyond, order=order)
    by, first = "", "true"
    if has_reposts:
        by = ", page.by_id, page.by_name, page.by_handle, page.by_avatar"
        first = f"row_number() OVER (PARTITION BY id ORDER BY cursor {order}) = 1"
    rows = f"""
        WITH page AS MATERIALIZED (SELECT *, {first} AS first FROM ({places}) places)
        SELECT page.id AS place, page.cursor{by}, shown.*
        FROM page LEFT JOIN LATERAL ({_OF_PLACE}) shown ON true
        ORDER BY page.cursor {order}
    """
    return Reading(places, rows, has_reposts)


async def places(reading: Reading, asked: Asked) -> list[Place]:
    """A part of a timeline in reading order, which is that of `Timeline.older` or `Timeline.newer`."""
    found = await records(reading.places, *asked)
    return [Place(record["id"], record["cursor"], by) for record, by in _with_reposters(reading, found)]


async def places_with_rows(
    reading: Reading, asked: Asked, *, likers: int, known: Sequence[int]
) -> tuple[list[Place], list[TweetRow]]:
    """The same, with the rows of their tweets except the `known` ones."""
    found = await records(reading.rows, *asked, likers, known)
    rows = [_tweet(record) for record in found if record["id"] is not None]
    places = [Place(record["place"], record["cursor"], by) for record, by in _with_reposters(reading, found)]
    return places, rows


async def these(tweet_ids: Sequence[int], *, likers: int) -> list[TweetRow]:
    """The tweets among these that exist, in any order."""
    return [_tweet(record) for record in await records(CARDS, tweet_ids, likers)]


def _with_reposters(reading: Reading, found: Sequence[Any]) -> Iterator[tuple[Any, Person | None]]:
    for record in found:
        yield record, person(record, "by") if reading.has_reposts else None


def person(record: Any, role: str) -> Person | None:
    """The person in a row's columns `{role}_id`, `_name`, `_handle` and `_avatar`; None if they are null.

    The author of the tweet that it replies to has the role `to`, and who reposted it, `by`.
    """
    if record[f"{role}_id"] is None:
        return None
    return Person(*(record[f"{role}_{column}"] for column in ("id", "name", "handle", "avatar")))


def people(found: str | None) -> list[Person]:
    """People from a column of JSON, which is null if there are none."""
    return PEOPLE.decode(found) if found else []


def _tweet(record: Any) -> TweetRow:
    media, likers = record["media"], record["likers"]
    return TweetRow(
        id=record["id"],
        content=record["content"],
        created_at=record["created_at"],
        likes_count=record["likes_count"],
        version=record["version"],
        author_id=record["author_id"],
        author_name=record["author_name"],
        author_handle=record["author_handle"],
        author_avatar=record["author_avatar"],
        media=MEDIA.decode(media) if media else [],
        likers=LIKERS.decode(likers) if likers else [],
        replies_count=record["replies_count"],
        in_reply_to_id=record["in_reply_to_id"],
        in_reply_to_user=person(record, "to"),
        thread_root_id=record["thread_root_id"],
        mentions=people(record["mentions"]),
        visibility=LEVELS[record["visibility"]],
        reposts_count=record["reposts_count"],
        part=record["part"],
        parts=record["parts"],
        warning=record["warning"],
        sensitive=record["sensitive"],
        edited_at=record["edited_at"],
        poll=POLL.decode(record["poll"]) if record["poll"] else None,
        quote=QUOTE.decode(record["quote"]) if record["quote"] else None,
        quotes_count=record["quotes_count"],
        who_may_quote=rules.LEVELS[record["who_may_quote"]],
        language=record["language"],
        preview=PREVIEW.decode(record["preview"]) if record["preview"] else None,
    )
