"""Tweets in answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from server.api.perch.shapes.media import Media, media
from server.api.perch.shapes.polls import Poll, poll
from server.api.perch.shapes.previews import Preview, preview
from server.api.perch.shapes.quotes import Quote
from server.core.viewer import Avatar, Person
from server.features.media.urls import MediaUrls
from server.features.people.people import ListedPerson
from server.features.quotes.rules import WhoMayQuote
from server.features.replies.threads import Entry, Thread
from server.features.timelines.timeline import TweetRow
from server.features.visibility.visibility import Visibility


class Part(msgspec.Struct, frozen=True):
    """Which of several tweets it is that were published together."""

    number: Annotated[int, Meta(description="From 1.")]
    of: Annotated[int, Meta(description="How many they were. Some may have been deleted since.")]


class Like(msgspec.Struct, frozen=True):
    """A user who likes a tweet. `id` and `user_id` are the same number, for two generations of clients."""

    id: int
    user_id: int
    name: str


class LikeInList(msgspec.Struct, frozen=True, omit_defaults=True):
    """A user who likes a tweet, in a paged list."""

    id: int
    user_id: int
    name: str
    handle: str
    followed: Annotated[bool, Meta(description="Whether the viewer follows this user.")]
    avatar: Avatar = None


class Tweet(msgspec.Struct, frozen=True, kw_only=True):
    """A tweet, with at most 100 likers (`?likers=<n>` asks for fewer), the viewer first.

    `text`, `warning`, `sensitive`, `poll`, `quote`, `preview`, `who_may_quote`, `language` and `edited_at`
    are present only where they apply.
    """

    id: int
    content: Annotated[
        str,
        Meta(
            description="Everything that the tweet says, as plain text, for clients that don't know "
            "warnings, polls and quotes: the warning, the text, the options of the poll, and the address of "
            "the quoted tweet."
        ),
    ]
    text: Annotated[
        str | msgspec.UnsetType,
        Meta(description="The text alone; present only if `content` holds more than that."),
    ] = msgspec.UNSET
    warning: Annotated[
        str | msgspec.UnsetType,
        Meta(
            description="A content warning: show it in place of the text, pictures and poll until the reader "
            "asks for them."
        ),
    ] = msgspec.UNSET
    sensitive: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="`true` if clients should cover the pictures until the reader asks for them."),
    ] = msgspec.UNSET
    attachments: Annotated[list[str], Meta(description="URLs of the pictures, for `<img src>`.")]
    media: list[Media]
    author: Person
    likes: list[Like]
    likes_count: int
    replies_count: Annotated[int, Meta(description="How many tweets reply to it directly.")]
    reposts_count: Annotated[int, Meta(description="How many users reposted it.")]
    quotes_count: Annotated[
        int | msgspec.UnsetType,
        Meta(description="How many tweets that every member may see quote it; absent if none does."),
    ] = msgspec.UNSET
    in_reply_to_id: Annotated[
        int | None, Meta(description="The tweet that it replies to, which may have been deleted.")
    ]
    in_reply_to_user: Annotated[
        Person | None,
        Meta(description="The author of that tweet; null if there is no such account any more."),
    ]
    poll: Poll | msgspec.UnsetType = msgspec.UNSET
    quote: Quote | msgspec.UnsetType = msgspec.UNSET
    preview: Preview | msgspec.UnsetType = msgspec.UNSET
    who_may_quote: Annotated[
        WhoMayQuote | msgspec.UnsetType, Meta(description="Who may quote it, if not everyone.")
    ] = msgspec.UNSET
    language: Annotated[
        str | msgspec.UnsetType,
        Meta(
            description="The language that it is in, as a code of ISO 639-1: what its author says, or what "
            "its words look like. Absent if it isn't known."
        ),
    ] = msgspec.UNSET
    thread_root_id: Annotated[int | None, Meta(description="For a reply, the first tweet of its thread.")]
    part: Annotated[
        Part | None,
        Meta(description="Which part it is of several tweets that were published together; else null."),
    ]
    mentions: Annotated[
        list[Person],
        Meta(description="The users whose handles are mentioned in `content`, in the order of their places."),
    ]
    visibility: Annotated[
        Visibility,
        Meta(
            description="`public` and `unlisted`: every member; unlisted tweets are on no list of everyone's "
            "tweets and on no hashtag's page. `followers`: the author's followers, and whom it mentions or "
            "replies to. `mentioned`: only whom it mentions or replies to; it is on `timeline=private`."
        ),
    ]
    # The viewer's marks, which the cache replaces together (`server.api.perch.dialect`).
    liked: Annotated[bool, Meta(description="Whether the viewer likes it.")]
    reposted: Annotated[bool, Meta(description="Whether the viewer reposted it.")]
    bookmarked: Annotated[bool, Meta(description="Whether the viewer has bookmarked it.")]
    pinned: Annotated[bool, Meta(description="Whether it is the viewer's own and pinned to their profile.")]
    version: Annotated[
        int,
        Meta(
            description="Increases with each edit, with each change of `likes_count`, `replies_count`, "
            "`reposts_count` and `quotes_count`, and if `who_may_quote`, `language` or `preview` changes "
            "or a quote is withdrawn."
        ),
    ]
    created_at: datetime
    edited_at: Annotated[
        datetime | msgspec.UnsetType,
        Meta(description="When it was edited last; `/api/tweets/{id}/versions` has what it said before."),
    ] = msgspec.UNSET
    stamp: Annotated[datetime, Meta(description="The same as `created_at`.")]


class TweetEntry(msgspec.Struct, frozen=True, tag_field="type", tag="tweet"):
    """A tweet in its own place on a timeline. `id` is its id."""

    id: int
    tweet: Tweet


class RepostEntry(msgspec.Struct, frozen=True, tag_field="type", tag="repost"):
    """A tweet that users reposted, in the place of the newest of these reposts."""

    id: Annotated[int, Meta(description="The id of that repost, which no tweet has.")]
    reposters: Annotated[
        list[Person], Meta(description="Who reposted it, as far as it is on this page; the newest first.")
    ]
    tweet: Tweet


class TweetInThread(msgspec.Struct, frozen=True, tag_field="type", tag="tweet"):
    """A tweet above or below another one."""

    depth: Annotated[int, Meta(description="How many levels below that tweet; negative above it.")]
    tweet: Tweet
    hidden: Annotated[
        bool, Meta(description="Whether the author whom it replies to put it behind a click.")
    ] = False


# Follows the tweet of a reply that is behind a click.
HIDDEN = b',"hidden":true'


class DeletedInThread(msgspec.Struct, frozen=True, tag_field="type", tag="deleted"):
    """What is left of a tweet that others reply to.

    It was deleted, its author is suspended, you don't get it because of a block or mute, or it isn't
    meant for you.
    """

    depth: int
    tweet_id: int


def tweet(row: TweetRow, urls: MediaUrls) -> Tweet:
    """The tweet as an answer shows it to somebody who does not like it."""
    pictures = [media(item, urls) for item in row.media]
    content = _content(row, urls)
    return Tweet(
        id=row.id,
        content=content,
        text=row.content if content != row.content else msgspec.UNSET,
        warning=row.warning if row.warning is not None else msgspec.UNSET,
        sensitive=row.sensitive or msgspec.UNSET,
        attachments=[picture.url for picture in pictures],
        media=pictures,
        author=Person(row.author_id, row.author_name, row.author_handle, row.author_avatar),
        likes=[Like(liker.id, liker.id, liker.name) for liker in row.likers],
        likes_count=row.likes_count,
        replies_count=row.replies_count,
        reposts_count=row.reposts_count,
        quotes_count=row.quotes_count or msgspec.UNSET,
        in_reply_to_id=row.in_reply_to_id,
        in_reply_to_user=row.in_reply_to_user,
        poll=msgspec.UNSET if row.poll is None else poll(row.poll, has_results=row.poll.has_open_results),
        quote=msgspec.UNSET if row.quote is None else Quote(row.quote.tweet_id),
        preview=msgspec.UNSET if row.preview is None else preview(row.preview),
        who_may_quote=msgspec.UNSET if row.who_may_quote is WhoMayQuote.EVERYONE else row.who_may_quote,
        language=row.language or msgspec.UNSET,
        thread_root_id=row.thread_root_id,
        part=Part(row.part, row.parts) if row.part is not None and row.parts is not None else None,
        mentions=row.mentions,
        visibility=row.visibility,
        liked=False,
        reposted=False,
        bookmarked=False,
        pinned=False,
        version=row.version,
        created_at=row.created_at,
        edited_at=row.edited_at or msgspec.UNSET,
        stamp=row.created_at,
    )


def _content(row: TweetRow, urls: MediaUrls) -> str:
    """All that a tweet says."""
    options = "" if row.poll is None else "\n".join(f"• {option}" for option in row.poll.options)
    quoted = "" if row.quote is None or row.quote.tweet_id is None else urls.tweet(row.quote.tweet_id)
    return "\n\n".join(part for part in (row.warning, row.content, options, quoted) if part)


def one(shown: bytes) -> bytes:
    """The answer of one tweet that is JSON already (`OneTweet`)."""
    return b'{"result":true,"tweet":%b}' % shown


def published(tweet_id: int, shown: bytes) -> bytes:
    """The answer of a new tweet that is JSON already (`Published`)."""
    return b'{"result":true,"tweet_id":%d,"tweet":%b}' % (tweet_id, shown)


def published_together(shown: Iterable[bytes]) -> bytes:
    """The answer of several new tweets that are JSON already (`PublishedThread`)."""
    return b'{"result":true,"tweets":[%b]}' % b",".join(shown)


def entries(found: Sequence[Entry]) -> bytes:
    """Entries of a thread as JSON (`list[TweetInThread | DeletedInThread]`)."""
    shown = (
        b'{"type":"deleted","depth":%d,"tweet_id":%d}' % (one.depth, one.tweet_id)
        if one.shown is None
        else b'{"type":"tweet","depth":%d,"tweet":%b%b}'
        % (one.depth, one.shown.bytes, HIDDEN if one.hidden else b"")
        for one in found
    )
    return b"[%b]" % b",".join(shown)


def thread(found: Thread) -> bytes:
    """The answer of a thread (`ThreadPage`)."""
    rest = {
        "above": found.above,
        "next": found.next,
        "muted": found.muted,
        "who_may_reply": found.who_may_reply,
        "may_reply": found.may_reply,
    }
    return b'{"result":true,"ancestors":%b,"tweet":%b,"replies":%b,%b' % (
        entries(found.ancestors),
        found.tweet.bytes,
        entries(found.replies),
        msgspec.json.encode(rest)[1:],
    )


def likes(found: list[ListedPerson]) -> list[LikeInList]:
    """A page of likers as an answer shows them."""
    return [LikeInList(who.id, who.id, who.name, who.handle, who.followed, who.avatar) for who in found]
