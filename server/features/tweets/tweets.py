"""Publish tweets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.core.cache import changes, topics
from server.core.database.connection import row
from server.core.errors import (
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
from server.features.media import media
from server.features.notifications import new_tweets
from server.features.notifications.told import notifications_of
from server.features.polls.poll import NewPoll, PollRow
from server.features.previews.links import Links
from server.features.previews.previews import FETCH
from server.features.quotes.quote import QuoteRow
from server.features.quotes.rules import WhoMayQuote, may_quote
from server.features.replies.rules import WhoMayReply, may_reply
from server.features.timelines.timeline import TweetRow
from server.features.tweets import checks, events, idempotency, publishing
from server.features.tweets import language as languages
from server.features.tweets.checks import Part
from server.features.tweets.cover import NOT_COVERED, Cover
from server.features.tweets.parts import publish_all
from server.features.tweets.publishing import NewTweet
from server.features.tweets.statement import DEEPEST
from server.features.visibility.visibility import Visibility, is_shown, may_see

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
    language: str | None = None,
    links: Links | None = None,
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
        language: of each of them; None for what its words look like.
        links: which links get previews; None for none. Nor do tweets with pictures, polls or quotes.
        max_length: the maximum length of each in characters as people count them.
        day_bytes: how many bytes of text one user may publish per day.
        key: if given, they are published only once for that key.

    Raises:
        IdempotencyKeyReused: the key stands for another tweet.
        QuotaExceeded: the text exceeds the day's limit.
        InvalidBody: a tweet has neither text nor picture, is too long or large, can't be stored, or has too
            many pictures, mentions or hashtags, or the same picture twice; or there is no such language.
        TweetNotFound: the tweet that the first one replies to or quotes doesn't exist.
        QuotesLimited: the author of the quoted tweet lets others quote it.
        ThreadTooDeep: that tweet can't be replied to any more, or not by so many.
        RepliesLimited: the author of its thread lets others reply.
        NotFirst: it is a reply, and says who may reply.
        MediaNotFound, MediaInUse, BrokenPicture: a picture cannot be attached.
    """
    rule = checks.rule_of(who_may_reply, in_reply_to_id)
    languages.checked(language)
    meaning = None
    if key is not None:
        said = [(part.content, part.media_ids) for part in parts]
        meaning = idempotency.fingerprint(
            said, in_reply_to_id, visibility, rule, cover, poll, quote_of_id, who_may_quote, language
        )
    new = []
    found = checks.all_checked(parts, max_length, poll)
    for number, (part, (mentioned, tagged)) in enumerate(zip(parts, found, strict=True), 1):
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
                language or languages.detected(part.content),
                _link(part, links, has_more=number == 1 and (poll is not None or quote_of_id is not None)),
            )
        )
    media_ids = [media_id for part in parts for media_id in part.media_ids]
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
    if any(one.link for one in new):
        await jobs.send(FETCH)
    replied_to = [in_reply_to_id, *(one.id for one in published)]
    return [
        Published(one.id, _row(viewer, said, one, parent))
        for said, one, parent in zip(new, published, replied_to, strict=False)
    ]


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
    checks.rule_of(who_may_reply, in_reply_to_id)
    checks.all_checked(parts, max_length, poll)
    if in_reply_to_id is not None:
        await _ensure_answerable(viewer, in_reply_to_id, levels=len(parts))
    if quote_of_id is not None:
        await _ensure_quotable(viewer, quote_of_id)
    await media.ensure_attachable(viewer, [media_id for part in parts for media_id in part.media_ids])


def _link(part: Part, links: Links | None, *, has_more: bool) -> str | None:
    """The page of which a tweet gets a preview, unless it has pictures, a poll or a quote."""
    return None if links is None or part.media_ids or has_more else links.first(part.content)


async def _published(new: Sequence[NewTweet]) -> list[publishing.Published] | None:
    """Publish these; None if one of them can't be."""
    if len(new) > 1:
        return await publish_all(new)
    one = await publishing.publish(new[0])
    return None if one is None else [one]


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
        language=said.language,
        created_at=published.created_at,
        likes_count=0,
        version=1,
        author_id=viewer.id,
        author_name=viewer.name,
        author_handle=viewer.handle,
        author_avatar=viewer.avatar,
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
    if found["depth"] + levels > DEEPEST:
        raise ThreadTooDeep


async def _ensure_quotable(viewer: Viewer, tweet_id: int) -> None:
    found = await row(QUOTABLE, tweet_id, viewer.id) if abs(tweet_id) <= NEWEST else None
    if found is None:
        raise TweetNotFound("The tweet that you quote doesn't exist.")
    if not found["allowed"]:
        raise QuotesLimited
