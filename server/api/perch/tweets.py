"""Tweets: publish, read one and its thread, delete."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta
from sanic import Blueprint, Request

from server.api.http import admission
from server.api.http.envelope import Answer, Rendered
from server.api.http.guards import context
from server.api.http.inputs import Limit
from server.api.http.operation import operation
from server.api.perch import dialect
from server.api.perch.shapes import tweets as wire
from server.api.perch.shapes.new_tweets import Changes, NewPart, NewThread, NewTweet
from server.api.perch.shapes.quoted import WithQuoted
from server.api.perch.shapes.tweets import DeletedInThread, Tweet, TweetInThread
from server.api.perch.tweet_ids import or_of_repost
from server.core.errors import (
    BrokenPicture,
    IdempotencyKeyReused,
    MediaInUse,
    MediaNotFound,
    NotAuthor,
    NotFirst,
    QuotaExceeded,
    QuotesLimited,
    RepliesLimited,
    ThreadTooDeep,
    TweetNotFound,
)
from server.core.paging import PAGE_SIZE
from server.core.viewer import Viewer
from server.features.mentions import mentions
from server.features.mentions.feature import MENTIONS
from server.features.polls.poll import new_poll
from server.features.quotes import rules as quoting
from server.features.replies import rules, threads
from server.features.replies.rules import WhoMayReply
from server.features.reposts import reposts
from server.features.timelines import timelines
from server.features.timelines.pages import Pages
from server.features.timelines.quoted import quoted_by
from server.features.timelines.timelines import EMBEDDED_LIKERS
from server.features.tweets import deleting, idempotency, language, tweets
from server.features.tweets.checks import Part
from server.features.tweets.cover import cover

bp = Blueprint("tweets", url_prefix="/api/tweets")

LikersCount = Annotated[
    int, Meta(ge=0, description=f"How many likers to embed in each tweet, {EMBEDDED_LIKERS} at most.")
]


IdempotencyKey = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=idempotency.MAX_LENGTH,
        pattern="^[ -~]+$",
        description="1 to 200 printable ASCII characters that the client chooses, new for each tweet. The "
        "same tweet with the same key is published once, however often and to whichever server process it is "
        "sent within a day. The same key with another tweet is refused.",
    ),
]


class LikersQuery(msgspec.Struct, frozen=True):
    """How many likers to embed in the response."""

    likers: LikersCount = EMBEDDED_LIKERS


class PublishHeaders(msgspec.Struct, frozen=True, rename={"idempotency_key": "Idempotency-Key"}):
    """How to publish a tweet only once."""

    idempotency_key: IdempotencyKey | msgspec.UnsetType = msgspec.UNSET

    @property
    def key(self) -> str | None:
        """The key, if there is one."""
        return None if self.idempotency_key is msgspec.UNSET else self.idempotency_key


class Published(Answer, frozen=True, kw_only=True):
    """A new tweet."""

    tweet_id: int
    tweet: Tweet


class PublishedThread(Answer, frozen=True, kw_only=True):
    """New tweets, of which each replies to the one before."""

    tweets: list[Tweet]


class OneTweet(WithQuoted, frozen=True, kw_only=True):
    """One tweet."""

    tweet: Tweet


class ThreadPage(WithQuoted, frozen=True, kw_only=True):
    """A tweet with what it replies to, and a page of the replies below it."""

    ancestors: Annotated[
        list[TweetInThread | DeletedInThread],
        Meta(
            description=f"The {threads.MOST_ABOVE} tweets above, or fewer, the first of the thread first. "
            "Only on the first page."
        ),
    ]
    tweet: Tweet
    replies: Annotated[
        list[TweetInThread | DeletedInThread],
        Meta(
            description="Depth first: each reply is followed by the replies to it. Among the replies to a "
            "tweet, its author's own come first; otherwise the oldest comes first."
        ),
    ]
    above: Annotated[
        int | None,
        Meta(description="If there are more tweets above: the one whose thread to read for them."),
    ]
    next: Annotated[str | None, Meta(description="Send this as `after` to get the next page of replies.")]
    muted: Annotated[bool, Meta(description="Whether the viewer muted this conversation.")]
    who_may_reply: Annotated[
        WhoMayReply, Meta(description="Whom the author of the first tweet lets reply in the conversation.")
    ]
    may_reply: Annotated[bool, Meta(description="Whether the viewer may reply in it.")]


class ThreadQuery(msgspec.Struct, frozen=True):
    """Which part of the replies."""

    limit: Limit = PAGE_SIZE
    after: str | None = None


def pages(request: Request) -> Pages:
    """The cache of rendered tweets."""
    return context(request).memory.pages[dialect.NAME]


async def one_tweet(request: Request, viewer: Viewer, tweet_id: int, *, likers: int) -> Rendered:
    """The answer of one tweet (`OneTweet`). Raises TweetNotFound."""
    shown = await timelines.tweet(viewer, pages(request), tweet_id, likers=likers)
    return Rendered(await pages(request).with_quoted(viewer, wire.one(shown.bytes), quoted_by([shown])))


# Of requests that publish.
ERRORS = (
    MediaNotFound,
    MediaInUse,
    BrokenPicture,
    TweetNotFound,
    ThreadTooDeep,
    RepliesLimited,
    QuotesLimited,
    NotFirst,
    IdempotencyKeyReused,
    QuotaExceeded,
)
TOLD = {"Idempotency-Replayed": "`true` if an earlier request with the same key published the tweet."}
REPLAYED = {"idempotency-replayed": "true"}


@bp.post("/")
@operation(
    scope="write",
    body=NewTweet,
    answer=Published,
    status=201,
    headers=PublishHeaders,
    told=TOLD,
    errors=ERRORS,
)
async def publish(
    request: Request, viewer: Viewer, body: NewTweet, headers: PublishHeaders
) -> Published | Rendered:
    """Publish a tweet.

    A tweet needs text or a picture. The text is kept unchanged, whatever Unicode it contains. Unknown fields
    are ignored. If you got no response, send the same request again with the same `Idempotency-Key`: you get
    the tweet that was published, marked by `Idempotency-Replayed`, or `tweet_not_found` if it has been
    deleted since. A request that fails doesn't use up its key.
    """
    (published,) = await _publish(request, viewer, [body], body, headers)
    if published.shown is not None:
        return Published(
            tweet_id=published.tweet_id, tweet=wire.tweet(published.shown, context(request).urls)
        )
    shown = await timelines.tweet(viewer, pages(request), published.tweet_id, likers=0)
    return Rendered(wire.published(published.tweet_id, shown.bytes), REPLAYED)


@bp.post("/thread")
@operation(
    scope="write",
    body=NewThread,
    answer=PublishedThread,
    status=201,
    headers=PublishHeaders,
    told=TOLD,
    errors=ERRORS,
)
async def publish_thread(
    request: Request, viewer: Viewer, body: NewThread, headers: PublishHeaders
) -> PublishedThread | Rendered:
    """Publish several tweets together, each as a reply to the one before: all of them or none.

    Everything else is as for a single tweet; `part` says which part a tweet is. They count as so many writes.
    """
    perch = context(request)
    await admission.admit_writes(request, perch.rates, viewer, len(body.tweets) - 1)
    published = await _publish(request, viewer, body.tweets, body, headers)
    shown = [one.shown for one in published if one.shown is not None]
    if shown:
        return PublishedThread(tweets=[wire.tweet(one, perch.urls) for one in shown])
    earlier = [await timelines.tweet(viewer, pages(request), one.tweet_id, likers=0) for one in published]
    return Rendered(wire.published_together([one.bytes for one in earlier]), REPLAYED)


async def _publish(
    request: Request,
    viewer: Viewer,
    parts: Sequence[NewTweet | NewPart],
    whole: NewTweet | NewThread,
    headers: PublishHeaders,
) -> list[tweets.Published]:
    perch = context(request)
    mentioned = sum(mentions.count(part.tweet_data or "") for part in parts)
    await admission.admit_amount(request, perch.rates, viewer, MENTIONS, mentioned)
    publish = partial(
        tweets.publish,
        viewer,
        [Part(part.tweet_data or "", part.tweet_media_ids or []) for part in parts],
        visibility=whole.visibility,
        who_may_reply=whole.who_may_reply,
        cover=cover(whole.warning, sensitive=whole.sensitive),
        poll=None if whole.poll is None else new_poll(**msgspec.structs.asdict(whole.poll)),
        who_may_quote=whole.who_may_quote,
        language=whole.language,
        links=perch.links,
        jobs=perch.jobs,
        max_length=perch.settings.tweet_max_length,
        day_bytes=perch.settings.text_bytes_per_day,
        key=headers.key,
    )
    parent_id, quoted_id = whole.in_reply_to_id, whole.quote_of_id
    try:
        return await publish(in_reply_to_id=parent_id, quote_of_id=quoted_id)
    except (TweetNotFound, IdempotencyKeyReused):
        # The id of a repost stands for its tweet, also when the request is sent again.
        parent, quoted = await original(parent_id), await original(quoted_id)
        if (parent, quoted) == (parent_id, quoted_id):
            raise
        return await publish(in_reply_to_id=parent, quote_of_id=quoted)


async def original(tweet_id: int | None) -> int | None:
    """The tweet that a repost shows; any other id as it is."""
    return None if tweet_id is None else await reposts.original(tweet_id) or tweet_id


@bp.get("/<tweet_id:id>")
@operation(scope="read", query=LikersQuery, answer=OneTweet, errors=(TweetNotFound,))
@or_of_repost
async def read(request: Request, viewer: Viewer, query: LikersQuery, tweet_id: int) -> Rendered:
    """Read one tweet."""
    return await one_tweet(request, viewer, tweet_id, likers=query.likers)


@bp.get("/<tweet_id:id>/thread")
@operation(scope="read", query=ThreadQuery, answer=ThreadPage, errors=(TweetNotFound,))
@or_of_repost
async def thread(request: Request, viewer: Viewer, query: ThreadQuery, tweet_id: int) -> Rendered:
    """Read a tweet with the tweets that it replies to, and the replies to it.

    Deleted tweets that others reply to are in the lists too, as `deleted`.
    """
    found = await threads.read(viewer, pages(request), tweet_id, limit=query.limit, after=query.after)
    return Rendered(await pages(request).with_quoted(viewer, wire.thread(found), found.quotes))


@bp.patch("/<tweet_id:id>")
@operation(scope="write", body=Changes, errors=(TweetNotFound, NotAuthor, NotFirst))
@or_of_repost
async def change(request: Request, viewer: Viewer, body: Changes, tweet_id: int) -> Answer:
    """Decide who may quote your tweet and reply in the conversation that it began; say its language."""
    if body.language is not msgspec.UNSET:
        language.checked(body.language)  # nothing is changed if something is wrong
    if body.who_may_reply is not msgspec.UNSET:
        await rules.limit_replies(viewer, tweet_id, body.who_may_reply)
    if body.who_may_quote is not msgspec.UNSET:
        await quoting.limit_quotes(viewer, tweet_id, body.who_may_quote)
    if body.language is not msgspec.UNSET:
        await language.change(viewer, tweet_id, body.language)
    return Answer()


@bp.post("/<reply_id:id>/hidden")
@operation(scope="write", errors=(TweetNotFound, NotAuthor))
@or_of_repost
async def hide_reply(request: Request, viewer: Viewer, reply_id: int) -> Answer:
    """Put a reply behind a click for everyone, if it replies to you or in a conversation that you began."""
    await rules.hide(viewer, reply_id)
    return Answer()


@bp.delete("/<reply_id:id>/hidden")
@operation(scope="write", errors=(TweetNotFound, NotAuthor))
@or_of_repost
async def show_reply(request: Request, viewer: Viewer, reply_id: int) -> Answer:
    """Show a hidden reply again without a click."""
    await rules.show(viewer, reply_id)
    return Answer()


@bp.delete("/<tweet_id:id>")
@operation(scope="write", errors=(TweetNotFound, NotAuthor))
async def delete(request: Request, viewer: Viewer, tweet_id: int) -> Answer:
    """Delete your tweet, with its likes, reposts and pictures; or undo your repost, given by its own id.

    With the scope `admin`, you can delete anyone's tweet or repost; this goes in the audit log.
    """
    try:
        await deleting.delete(viewer, tweet_id, context(request).jobs)
    except TweetNotFound:
        await reposts.delete(viewer, tweet_id)
    return Answer()
