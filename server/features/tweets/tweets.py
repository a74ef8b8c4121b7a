"""Publish and delete tweets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from server.core import audit, text
from server.core.audit import Act, Actor
from server.core.cache import changes, topics
from server.core.database.connection import row, rows, transaction
from server.core.entities import entities
from server.core.errors import (
    InvalidBody,
    NotAuthor,
    NotFirst,
    QuotesLimited,
    RepliesLimited,
    ThreadTooDeep,
    TweetNotFound,
    Unavailable,
)
from server.core.jobs import Jobs
from server.core.limits import quotas
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.hashtags import hashtags
from server.features.hashtags.hashtags import Hashtag
from server.features.media import media
from server.features.media.jobs import REMOVE
from server.features.mentions import mentions
from server.features.notifications import new_tweets
from server.features.notifications.told import notifications_of
from server.features.polls.poll import NewPoll, PollRow
from server.features.quotes.quote import QuoteRow
from server.features.quotes.rules import WhoMayQuote, may_quote
from server.features.replies.rules import WhoMayReply, may_reply
from server.features.timelines.timeline import TweetRow
from server.features.tweets import events, idempotency, publishing
from server.features.tweets.cover import NOT_COVERED, Cover
from server.features.tweets.parts import publish_all
from server.features.tweets.publishing import NewTweet
from server.features.tweets.tweet import Tweet
from server.features.visibility.visibility import Visibility, is_shown, may_see

# In one tweet.
MAX_MEDIA = 4

# How many tweets may be published together.
MAX_PARTS = 25

# How often publishing is tried if what was in the way is gone each time when it is looked for.
TRIES = 3

ANSWERABLE = f"""
    SELECT coalesce(cardinality(t.thread_path), 0) AS depth,
        {may_reply("$2", "coalesce(t.thread_root_id, t.id)")} AS allowed
    FROM tweets t JOIN users a ON a.id = t.author_id
    WHERE t.id = $1 AND NOT a.hidden AND {may_see("$2", "t")}
"""

QUOTABLE = f"""
    SELECT {may_quote("$2", "t")} AS allowed FROM tweets t
    WHERE t.id = $1 AND {is_shown("t")} AND {may_see("$2", "t")}
"""

# Locks the tweet $1, the one that it replies to and the one that it quotes, which count their replies and
# quotes. All who lock several tweets, also to like them, do so in the order of their ids. The tweet itself
# comes last.
LOCK = """
    SELECT id, author_id, in_reply_to_id, (SELECT quoted_id FROM quotes WHERE tweet_id = $1) AS quote_of_id
    FROM tweets WHERE id IN (
        $1, (SELECT in_reply_to_id FROM tweets WHERE id = $1),
        (SELECT quoted_id FROM quotes WHERE tweet_id = $1)
    ) ORDER BY id FOR UPDATE
"""
# Whom a tweet has notified as a reply, by mentioning them, or by quoting them.
NOTIFIED = """
    SELECT user_id FROM mentions WHERE tweet_id = $1
    UNION ALL SELECT in_reply_to_user_id FROM tweets WHERE id = $1 AND in_reply_to_user_id IS NOT NULL
    UNION ALL SELECT t.author_id FROM quotes q JOIN tweets t ON t.id = q.quoted_id WHERE q.tweet_id = $1
"""

# $1 the tweet, $2 the user.
IS_SEEN = f"SELECT {is_shown('t')} AND {may_see('$2', 't')} AS seen FROM tweets t WHERE t.id = $1"


class Part(NamedTuple):
    """What a tweet says, alone or as one of several."""

    content: str
    media_ids: Sequence[int] = ()


class Fields(NamedTuple):
    """What errors call the text, the pictures and the tweet itself."""

    text: str
    media: str
    whole: str


@dataclass(frozen=True, slots=True)
class Published:
    """A published tweet. `shown` is None if an earlier request with the same key published it."""

    tweet_id: int
    shown: TweetRow | None


async def publish(
    viewer: Viewer,
    parts: Sequence[Part],
    *,
    jobs: Jobs,
    max_length: int,
    day_bytes: int,
    in_reply_to_id: int | None = None,
    visibility: Visibility | None = None,
    who_may_reply: WhoMayReply = WhoMayReply.EVERYONE,
    cover: Cover = NOT_COVERED,
    poll: NewPoll | None = None,
    quote_of_id: int | None = None,
    who_may_quote: WhoMayQuote = WhoMayQuote.EVERYONE,
    key: str | None = None,
) -> list[Published]:
    """Publish a tweet; or several, each as a reply to the one before, all of them or none.

    Args:
        in_reply_to_id: the tweet that the first one replies to.
        visibility: who may see them; None for what the viewer has chosen as default. A reply gets the
            narrower level of this and of the tweet that it replies to; so does a quote of a restricted tweet.
        who_may_reply: in the thread that begins with the first one.
        cover: of each of them.
        poll: of the first one, which then has no pictures.
        quote_of_id: the tweet that the first one quotes.
        who_may_quote: each of them.
        max_length: the maximum length of each in characters as people count them.
        day_bytes: how many bytes of text one user may publish per day.
        key: if given, they are published only once for that key.

    Raises:
        IdempotencyKeyReused: the key stands for another tweet.
        QuotaExceeded: the text exceeds the day's limit.
        InvalidBody: a tweet has neither text nor picture, is too long or large, can't be stored, or has too
            many pictures, mentions or hashtags, or the same picture twice.
        TweetNotFound: the tweet that the first one replies to or quotes doesn't exist.
        QuotesLimited: the author of the quoted tweet lets others quote it.
        ThreadTooDeep: that tweet can't be replied to any more, or not by so many.
        RepliesLimited: the author of its thread lets others reply.
        NotFirst: it is a reply, and says who may reply.
        MediaNotFound, MediaInUse, BrokenPicture: a picture cannot be attached.
    """
    rule = _ensure_rule(who_may_reply, in_reply_to_id)
    meaning = None
    if key is not None:
        said = [(part.content, part.media_ids) for part in parts]
        meaning = idempotency.fingerprint(
            said, in_reply_to_id, visibility, rule, cover, poll, quote_of_id, who_may_quote
        )
    if poll is not None and parts[0].media_ids:
        raise InvalidBody("A tweet can have pictures or a poll, but not both.")
    new = []
    for number, part in enumerate(parts, 1):
        mentioned, tagged = checked(part, max_length, _fields(number if len(parts) > 1 else None))
        new.append(
            NewTweet(
                viewer.id,
                part.content,
                day_bytes,
                in_reply_to_id if number == 1 else None,
                tuple(part.media_ids),
                tuple(tagged),
                tuple(mentioned),
                key and idempotency.of_part(key, number),
                meaning,
                visibility,
                rule if number == 1 else None,
                publishing.Part(number, len(parts)) if len(parts) > 1 else publishing.NOT_A_PART,
                cover,
                poll if number == 1 else None,
                quote_of_id if number == 1 else None,
                who_may_quote,
            )
        )
    media_ids = [media_id for part in parts for media_id in part.media_ids]
    _ensure_different(media_ids)
    # Larger numbers can't be ids.
    named = (*media_ids, in_reply_to_id or 0, quote_of_id or 0)
    are_ids = all(abs(number) <= NEWEST for number in named)
    for _ in range(TRIES):
        published = await _published(new) if are_ids else None
        if published is not None:
            break
        if key is not None and meaning is not None:
            earlier = await idempotency.earlier(viewer, key, meaning, parts=len(parts))
            if earlier:
                # The process that published them may have died before invalidating the caches.
                await changes.tell(_topics(viewer, earlier, in_reply_to_id, quote_of_id))
                return [Published(tweet_id, None) for tweet_id in earlier]
        if in_reply_to_id is not None:
            await _ensure_answerable(viewer, in_reply_to_id, levels=len(parts))
        if quote_of_id is not None:
            await _ensure_quotable(viewer, quote_of_id)
        await media.ensure_attachable(viewer, media_ids)
        texts = "".join(part.content + (cover.warning or "") for part in parts)
        texts += "" if poll is None else poll.json
        await quotas.ensure_room_for_text(viewer.id, texts, day_bytes)
        # What was in the way, such as a block, has gone in the meantime.
    else:
        raise Unavailable
    notified = {
        notifications_of(who.id)
        for one in published
        for who in (one.in_reply_to_user, *one.mentions)
        if who is not None
    }
    if published[0].quoted_user_id is not None:
        notified.add(notifications_of(published[0].quoted_user_id))
    changed = _topics(viewer, [one.id for one in published], in_reply_to_id, quote_of_id)
    await changes.tell(notified | changed)
    if any(one.notifies for one in published):
        await jobs.send(new_tweets.NOTIFY)
    replied_to = [in_reply_to_id, *(one.id for one in published)]
    return [
        Published(one.id, _row(viewer, said, one, parent))
        for said, one, parent in zip(new, published, replied_to, strict=False)
    ]


def _ensure_rule(who: WhoMayReply, in_reply_to_id: int | None) -> WhoMayReply | None:
    """The rule of a new thread; None for everyone. Raises NotFirst for a reply with a rule."""
    if who is WhoMayReply.EVERYONE:
        return None
    if in_reply_to_id is not None:
        raise NotFirst
    return who


def _ensure_different(media_ids: Sequence[int]) -> None:
    if len(set(media_ids)) != len(media_ids):
        raise InvalidBody("tweet_media_ids names the same picture twice.")


async def ensure_publishable(
    viewer: Viewer,
    parts: Sequence[Part],
    *,
    max_length: int,
    in_reply_to_id: int | None,
    quote_of_id: int | None,
    who_may_reply: WhoMayReply,
    poll: NewPoll | None,
) -> None:
    """Check that these could be published now, except for the day's limit. Raises what `publish` raises."""
    _ensure_rule(who_may_reply, in_reply_to_id)
    _ensure_different([media_id for part in parts for media_id in part.media_ids])
    if poll is not None and parts[0].media_ids:
        raise InvalidBody("A tweet can have pictures or a poll, but not both.")
    for number, part in enumerate(parts, 1):
        checked(part, max_length, _fields(number if len(parts) > 1 else None))
    if in_reply_to_id is not None:
        await _ensure_answerable(viewer, in_reply_to_id, levels=len(parts))
    if quote_of_id is not None:
        await _ensure_quotable(viewer, quote_of_id)
    await media.ensure_attachable(viewer, [media_id for part in parts for media_id in part.media_ids])


def _fields(number: int | None) -> Fields:
    """The field names for tweet `number` of a thread, from 1, or for a single tweet."""
    if number is None:
        return Fields("tweet_data", "tweet_media_ids", "A tweet")
    whole = f"tweets[{number - 1}]"
    return Fields(f"{whole}.tweet_data", f"{whole}.tweet_media_ids", whole)


async def _published(new: Sequence[NewTweet]) -> list[publishing.Published] | None:
    """Publish these; None if one of them can't be."""
    if len(new) > 1:
        return await publish_all(new)
    one = await publishing.publish(new[0])
    return None if one is None else [one]


def checked(part: Part, max_length: int, fields: Fields) -> tuple[list[str], list[Hashtag]]:
    """Check a new tweet; return the handles and hashtags in its text.

    Raises:
        InvalidBody: the tweet has neither text nor picture, is too long or large, can't be stored, or has too
            many pictures, mentions or hashtags.
    """
    content, media_ids = part
    text.bounded(fields.text, content, max_length)
    if not media_ids and not text.VISIBLE.search(content):
        raise InvalidBody(f"{fields.whole} needs text or a picture.")
    if len(media_ids) > MAX_MEDIA:
        raise InvalidBody(f"{fields.media} names {len(media_ids)} pictures; at most {MAX_MEDIA} are allowed.")
    found = entities(content)
    mentioned, tagged = mentions.handles(found), hashtags.hashtags(found)
    if len(mentioned) > mentions.MAX_MENTIONS:
        raise InvalidBody(
            f"{fields.text} mentions {len(mentioned)} people; at most {mentions.MAX_MENTIONS} are allowed."
        )
    if len(tagged) > hashtags.MAX_HASHTAGS:
        raise InvalidBody(
            f"{fields.text} has {len(tagged)} hashtags; at most {hashtags.MAX_HASHTAGS} are allowed."
        )
    return mentioned, tagged


def _topics(
    viewer: Viewer, tweet_ids: Sequence[int], in_reply_to_id: int | None, quote_of_id: int | None
) -> set[int]:
    """The topics that change when these tweets are published."""
    quoted = set() if quote_of_id is None else {topics.tweet(quote_of_id)}  # counts its quotes
    parents = [in_reply_to_id, *tweet_ids]
    both = zip(tweet_ids, parents, strict=False)
    return quoted | {
        topic for tweet_id, parent in both for topic in events.published(tweet_id, viewer.id, parent)
    }


def _row(
    viewer: Viewer, said: NewTweet, published: publishing.Published, in_reply_to_id: int | None
) -> TweetRow:
    """A tweet that has just been published."""
    return TweetRow(
        id=published.id,
        content=said.content,
        warning=said.cover.warning,
        sensitive=published.sensitive,
        poll=None if said.poll is None else _poll(said.poll, published),
        quote=None if said.quote_of_id is None else QuoteRow(said.quote_of_id),
        who_may_quote=said.who_may_quote,
        created_at=published.created_at,
        likes_count=0,
        version=1,
        author_id=viewer.id,
        author_name=viewer.name,
        author_handle=viewer.handle,
        media=published.media,
        likers=[],
        in_reply_to_id=in_reply_to_id,
        in_reply_to_user=published.in_reply_to_user,
        thread_root_id=published.thread_root_id,
        mentions=published.mentions,
        visibility=published.visibility,
        part=said.part.number,
        parts=said.part.of,
    )


def _poll(poll: NewPoll, published: publishing.Published) -> PollRow:
    """A poll that has just been published."""
    return PollRow(
        list(poll.options),
        [0] * len(poll.options),
        0,
        poll.multiple,
        poll.hides_results,
        published.created_at + timedelta(seconds=poll.seconds),
        ended=False,
    )


async def _ensure_answerable(viewer: Viewer, tweet_id: int, *, levels: int) -> None:
    found = await row(ANSWERABLE, tweet_id, viewer.id) if abs(tweet_id) <= NEWEST else None
    if found is None:
        raise TweetNotFound("The tweet that you reply to doesn't exist.")
    if not found["allowed"]:
        raise RepliesLimited
    if found["depth"] + levels > publishing.DEEPEST:
        raise ThreadTooDeep


async def _ensure_quotable(viewer: Viewer, tweet_id: int) -> None:
    found = await row(QUOTABLE, tweet_id, viewer.id) if abs(tweet_id) <= NEWEST else None
    if found is None:
        raise TweetNotFound("The tweet that you quote doesn't exist.")
    if not found["allowed"]:
        raise QuotesLimited


async def delete(viewer: Viewer, tweet_id: int, jobs: Jobs) -> None:
    """Delete the viewer's own tweet (administrators: anyone's) with its likes and pictures.

    Of several concurrent calls, one succeeds.

    Raises:
        TweetNotFound: the tweet does not exist, or no longer does.
        NotAuthor: it is someone else's tweet.
    """
    try:
        deleted = await _delete(viewer, tweet_id)
    except TweetNotFound:
        # The process that deleted it may have died before invalidating the caches.
        await changes.tell([topics.tweet(tweet_id)])
        raise
    forgotten = map(notifications_of, [deleted.author_id, *deleted.notified])
    quoted = [] if deleted.quote_of_id is None else [topics.tweet(deleted.quote_of_id)]
    changed = events.deleted(tweet_id, deleted.author_id, deleted.in_reply_to_id)
    await changes.tell([*changed, *forgotten, *quoted])
    if deleted.pictures:
        await jobs.send(REMOVE, deleted.pictures)


class _Deleted(NamedTuple):
    """A deleted tweet: what it replied to and quoted, its pictures, and the users whom it notified."""

    author_id: int
    in_reply_to_id: int | None
    quote_of_id: int | None
    pictures: list[int]
    notified: list[int]


async def _delete(viewer: Viewer, tweet_id: int) -> _Deleted:
    async with transaction():
        locked = await rows(LOCK, tweet_id)
        found = locked[-1] if locked and locked[-1]["id"] == tweet_id else None
        if found is None:
            raise TweetNotFound
        author_id = int(found["author_id"])
        if author_id != viewer.id:
            if "admin" not in viewer.scopes:
                seen = await row(IS_SEEN, tweet_id, viewer.id)
                raise NotAuthor if seen and seen["seen"] else TweetNotFound
            await audit.record(Actor.of(viewer), Act.TWEET_DELETED, user_id=author_id, subject_id=tweet_id)
        notified = [one["user_id"] for one in await rows(NOTIFIED, tweet_id)]
        removed = await media.detach_all(tweet_id)
        await Tweet.filter(id=tweet_id).delete()
    return _Deleted(author_id, found["in_reply_to_id"], found["quote_of_id"], removed, notified)
