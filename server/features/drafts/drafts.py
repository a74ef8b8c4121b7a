"""Drafts: tweets that somebody is writing, kept for all their devices.

A draft with a time is scheduled: workers publish it then (`scheduled.py`). It must be one that could be
published now; other drafts may still lack something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from server.core import text
from server.core.database.connection import row, rows, transaction
from server.core.errors import DraftNotFound, InvalidBody, MediaNotFound, TooManyDrafts
from server.core.limits import quotas
from server.core.paging import NEWEST, Page
from server.core.viewer import Viewer
from server.features.drafts.content import Content
from server.features.media.media_access import OwnedMedia
from server.features.media.media_attachment import MediaState
from server.features.polls.poll import MAX_OPTION, MOST_OPTIONS
from server.features.tweets import tweets
from server.features.tweets.checks import MAX_MEDIA, MAX_PARTS
from server.features.tweets.cover import MAX_WARNING

# How many a user may have, without a time and with one.
MAX_DRAFTS, MAX_SCHEDULED = 100, 300

# How soon a tweet may be scheduled. Workers look once a minute.
SOONEST = timedelta(minutes=1)
LATEST = timedelta(days=3_660)

CONTENT = msgspec.json.Decoder(Content)

# $1 drafts. Their pictures have addresses that are good for a day from now.
PICTURES = """
    SELECT p.draft_id, m.id, m.token, m.state, m.alt, m.width, m.height, m.thumbhash, m.focus, m.tweet_id,
        now() AS created_at, (SELECT media_key FROM instance) AS media_key
    FROM draft_pictures p JOIN media_attachments m ON m.id = p.media_id
    WHERE p.draft_id = ANY($1::bigint[]) AND m.tweet_id IS NULL AND m.state IN ('pending', 'ready')
    ORDER BY m.id
"""

# $1 the user, $2 before, $3 how many, $4 whether scheduled.
LISTED = """
    SELECT id, body::text AS body, publish_at, failure, updated_at FROM drafts
    WHERE user_id = $1 AND id < $2 AND (publish_at IS NOT NULL) = $4 ORDER BY id DESC LIMIT $3
"""
# $1 the user, $2 the draft.
ONE = """
    SELECT id, body::text AS body, publish_at, failure, updated_at FROM drafts WHERE user_id = $1 AND id = $2
"""
# $1 the user. Two requests don't both take the last place.
LOCK = "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE"
# $1 the user, $2 whether scheduled, $3 a draft that isn't counted.
COUNT = """
    SELECT count(*) AS n FROM drafts WHERE user_id = $1 AND (publish_at IS NOT NULL) = $2 AND id <> $3
"""
# $1 the user, $2 its content, $3 its time, $4 its client's key or null: a draft with the same key is changed.
ADD = """
    INSERT INTO drafts AS d (user_id, body, publish_at, key) VALUES ($1, $2::jsonb, $3, $4)
    ON CONFLICT (user_id, key) WHERE key IS NOT NULL DO UPDATE
    SET body = excluded.body, publish_at = excluded.publish_at, failure = NULL, updated_at = now()
    WHERE coalesce(d.claimed_until < now(), true) RETURNING id
"""
# $1 the user, $2 the draft, $3 its content, $4 its time.
CHANGE = """
    UPDATE drafts SET body = $3::jsonb, publish_at = $4, failure = NULL, claimed_until = NULL,
        updated_at = now()
    WHERE user_id = $1 AND id = $2 AND coalesce(claimed_until < now(), true) RETURNING id
"""
# $1 pictures, $2 their owner. Publishing locks pictures first, too.
LOCK_PICTURES = """
    SELECT id FROM media_attachments WHERE id = ANY($1::bigint[]) AND owner_id = $2 ORDER BY id FOR KEY SHARE
"""
# $1 the draft, $2 the user, $3 pictures. Others' pictures, and those that a tweet shows, are left out.
HOLD = """
    WITH gone AS (
        DELETE FROM draft_pictures WHERE draft_id = $1 AND media_id <> ALL($3::bigint[])
    )
    INSERT INTO draft_pictures (draft_id, media_id)
    SELECT $1, id FROM media_attachments
    WHERE id = ANY($3::bigint[]) AND owner_id = $2 AND tweet_id IS NULL AND purpose = 'tweet'
        AND state IN ('pending', 'ready')
    ON CONFLICT DO NOTHING RETURNING 1
"""
HELD = "SELECT count(*) AS n FROM draft_pictures WHERE draft_id = $1"
REMOVE = """
    DELETE FROM drafts WHERE user_id = $1 AND id = $2 AND coalesce(claimed_until < now(), true) RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its writer gets it.

    Attributes:
        failure: the error type that kept it from being published at its time.
        pictures: those of its pictures that still exist.
    """

    id: int
    content: Content
    publish_at: datetime | None
    failure: str | None
    updated_at: datetime
    pictures: list[OwnedMedia]


async def of_viewer(viewer: Viewer, *, scheduled: bool, limit: int, before: int = NEWEST) -> Page[Draft]:
    """A page of the viewer's drafts, or of their scheduled tweets, the one that was made last first."""
    found = await rows(LISTED, viewer.id, before, limit + 1, scheduled)
    items = await _drafts(found[:limit])
    return Page(items, items[-1].id if len(found) > limit and items else None)


async def read(viewer: Viewer, draft_id: int) -> Draft:
    """Raises DraftNotFound."""
    found = await row(ONE, viewer.id, draft_id) if draft_id <= NEWEST else None
    if found is None:
        raise DraftNotFound
    return (await _drafts([found]))[0]


async def save(
    viewer: Viewer,
    content: Content,
    publish_at: datetime | None,
    *,
    draft_id: int | None = None,
    key: str | None = None,
    max_length: int,
    day_bytes: int,
) -> Draft:
    """Save a new draft, or another content for one.

    Args:
        publish_at: when to publish it, if at all.
        key: what the client calls a new one. If there is one with this key, it is changed instead.
        max_length: the maximum length of each tweet in characters as people count them.
        day_bytes: how many bytes of text one user may write per day.

    Raises:
        InvalidBody: a tweet is too long or large or has too many pictures, there is nothing in it, or the
            time is too near or too far away.
        MediaNotFound: one of its pictures isn't the viewer's, or is in a tweet.
        TooManyDrafts: the viewer has as many as is allowed.
        DraftNotFound: there is no such draft, or it is being published.
        QuotaExceeded: the text exceeds the day's limit.
        PerchError: with a time, whatever would prevent it from being published now.
    """
    _check(content, publish_at, max_length)
    if publish_at is not None:
        _ = content.cover
        await tweets.ensure_publishable(
            viewer,
            content.parts,
            max_length=max_length,
            in_reply_to_id=content.in_reply_to_id,
            quote_of_id=content.quote_of_id,
            who_may_reply=content.who_may_reply,
            poll=content.new_poll,
        )
    media_ids = {one for part in content.tweets for one in part.media_ids}
    if not all(0 < one <= NEWEST for one in media_ids):
        raise MediaNotFound
    async with transaction():
        await rows(LOCK_PICTURES, list(media_ids), viewer.id)
        await quotas.take_text(viewer.id, content.text, day_bytes)
        await rows(LOCK, viewer.id)
        scheduled = publish_at is not None
        (counted,) = await rows(COUNT, viewer.id, scheduled, draft_id or 0)
        most = MAX_SCHEDULED if scheduled else MAX_DRAFTS
        if counted["n"] >= most:
            raise TooManyDrafts(
                f"You have {most} {'scheduled tweets' if scheduled else 'drafts'}. Delete one to make room."
            )
        body = msgspec.json.encode(content).decode()
        if draft_id is None:
            saved = await row(ADD, viewer.id, body, publish_at, key)
        else:
            saved = await row(CHANGE, viewer.id, draft_id, body, publish_at) if draft_id <= NEWEST else None
        if saved is None:
            raise DraftNotFound
        await rows(HOLD, saved["id"], viewer.id, list(media_ids))
        (held,) = await rows(HELD, saved["id"])
        if held["n"] < len(media_ids):
            raise MediaNotFound
    return await read(viewer, saved["id"])


async def remove(viewer: Viewer, draft_id: int) -> None:
    """Delete a draft. Raises DraftNotFound, also if it is being published."""
    if draft_id > NEWEST or await row(REMOVE, viewer.id, draft_id) is None:
        raise DraftNotFound


def _check(content: Content, publish_at: datetime | None, max_length: int) -> None:
    if len(content.tweets) > MAX_PARTS:
        raise InvalidBody(f"tweets has {len(content.tweets)} entries; at most {MAX_PARTS} are allowed.")
    for place, part in enumerate(content.tweets):
        text.bounded(f"tweets[{place}].tweet_data", part.content, max_length)
        if len(part.media_ids) > MAX_MEDIA:
            raise InvalidBody(
                f"tweets[{place}].tweet_media_ids names {len(part.media_ids)} pictures; "
                f"at most {MAX_MEDIA} are allowed."
            )
    text.bounded("warning", content.warning or "", MAX_WARNING)
    options = [] if content.poll is None else content.poll.options
    if len(options) > MOST_OPTIONS:
        raise InvalidBody(f"poll.options has {len(options)} entries; at most {MOST_OPTIONS} are allowed.")
    for place, option in enumerate(options):
        text.bounded(f"poll.options[{place}]", option, MAX_OPTION)
    if not content.says_something:
        raise InvalidBody("A draft needs text, a picture, a warning or a poll.")
    if publish_at is None:
        return
    now = datetime.now(UTC)
    if not now + SOONEST <= publish_at <= now + LATEST:
        raise InvalidBody(
            f"publish_at is {publish_at.isoformat()}; it must be at least a minute, and at most ten years, "
            "ahead."
        )


async def _drafts(found: Sequence[Any]) -> list[Draft]:
    pictures: dict[int, list[OwnedMedia]] = {one["id"]: [] for one in found}
    for one in await rows(PICTURES, list(pictures)):
        draft_id = one.pop("draft_id")
        pictures[draft_id].append(OwnedMedia(**one | {"state": MediaState(one["state"])}))
    return [
        Draft(
            one["id"],
            CONTENT.decode(one["body"]),
            one["publish_at"],
            one["failure"],
            one["updated_at"],
            pictures[one["id"]],
        )
        for one in found
    ]
