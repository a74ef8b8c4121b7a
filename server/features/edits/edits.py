"""Editing a tweet. What it said before becomes an earlier version of it (`versions.py`).

An edit changes the text with its hashtags and mentions, the pictures, the content warning and whether the
pictures are sensitive. It doesn't change the visibility, what the tweet replies to or quotes, or its likes.
People whom it newly mentions are notified and may see it; workers notify the people who reposted or quoted
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from server.core import text
from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.errors import InvalidBody, NotAuthor, TooManyVersions, TweetNotFound, Unavailable
from server.core.jobs import Jobs
from server.core.limits import quotas
from server.core.paging import NEWEST
from server.core.viewer import Viewer
from server.features.edits import events, versions
from server.features.hashtags.hashtags import ADD_NAMES, Hashtag
from server.features.media import media
from server.features.notifications import to_many
from server.features.notifications.told import notifications_of
from server.features.previews import previews
from server.features.previews.links import ANY, Links
from server.features.tweets import checks, parts
from server.features.tweets.checks import Fields, Part
from server.features.tweets.cover import Cover
from server.features.tweets.language import detected
from server.features.visibility.visibility import MENTIONED, PUBLIC, RESTRICTED, may_see

# $1 the tweet, $2 the viewer.
READ = f"""
    SELECT t.author_id, t.visibility, t.has_poll, t.has_quote, u.default_sensitive
    FROM tweets t JOIN users u ON u.id = t.author_id
    WHERE t.id = $1 AND NOT u.hidden AND {may_see("$2", "t")}
"""

# $1 the tweet. It stays as it is until the transaction ends.
LOCK = f"""
    SELECT content, warning, sensitive, ({versions.MEDIA_OF_TWEET})::text AS media, reposts_count > 0
        OR EXISTS (SELECT 1 FROM quotes WHERE quoted_id = $1 AND NOT withdrawn) AS is_shared
    FROM tweets t WHERE id = $1 FOR NO KEY UPDATE OF t
"""

# $1 the tweet, $2 its text, $3 its warning, $4 whether its pictures are covered, $5 the language that it
# looks like, or null, $6 the one that it looked like before: another one, which its author has said, stays.
WRITE = """
    UPDATE tweets SET content = $2, warning = $3, sensitive = $4, edited_at = now(),
        language = CASE WHEN language IS NULL OR language = $6 THEN $5 ELSE language END,
        version = version + 1
    WHERE id = $1 RETURNING 1
"""

# $1 the tweet. Pictures that it had before stay with its earlier versions, without a place.
CLEAR = """
    UPDATE media_attachments SET position = NULL WHERE tweet_id = $1 AND position IS NOT NULL RETURNING 1
"""
# $1 the tweet, $2 its author, $3 the pictures that it is to have, in order, $4 their descriptions or null.
# Returns those it has now.
PICTURES = """
    UPDATE media_attachments m SET tweet_id = $1, position = wanted.position,
        alt = coalesce(wanted.alt, m.alt), changed_at = now()
    FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS wanted (id, alt, position)
    WHERE m.id = wanted.id AND m.owner_id = $2 AND m.state IN ('pending', 'ready')
        AND (m.tweet_id IS NULL OR m.tweet_id = $1) AND m.purpose = 'tweet'
    RETURNING m.id
"""

# $1 the tweet, $2 its hashtags, if it is public.
HASHTAGS = f"""
    WITH gone AS (
        DELETE FROM hashtags_in_tweets WHERE tweet_id = $1 AND hashtag_id <> ALL($2::bigint[])
    )
    INSERT INTO hashtags_in_tweets (hashtag_id, tweet_id, is_reply)
    SELECT found.id, t.id, coalesce(t.in_reply_to_user_id <> t.author_id, false)
    FROM unnest($2::bigint[]) AS found (id) JOIN tweets t ON t.id = $1 WHERE t.visibility = {PUBLIC}
    ON CONFLICT DO NOTHING RETURNING 1
"""
ADD_ALL_NAMES = ADD_NAMES.format(ids="$1", names="$2", shown="$3", where="true")

# $1 the tweet, $2 the handles that it mentions. Returns the users who are no longer mentioned, who are newly
# mentioned, or whose place changed. Anyone whom the tweet has ever addressed may still see it.
MENTIONS = f"""
    WITH named AS MATERIALIZED (
        SELECT u.id, found.position
        FROM unnest($2::text[]) WITH ORDINALITY AS found (handle, position)
            JOIN users u ON u.handle = found.handle WHERE NOT u.hidden
    ), gone AS (
        DELETE FROM mentions WHERE tweet_id = $1 AND user_id NOT IN (SELECT id FROM named) RETURNING user_id
    ), mentioned AS (
        INSERT INTO mentions AS m (tweet_id, user_id, position) SELECT $1, id, position FROM named
        ON CONFLICT (tweet_id, user_id) DO UPDATE SET position = excluded.position
        WHERE m.position <> excluded.position RETURNING user_id
    ), addressed AS (
        INSERT INTO addressees (tweet_id, user_id, thread_path, private)
        SELECT t.id, named.id, coalesce(t.thread_path, ARRAY[t.id]), t.visibility = {MENTIONED}
        FROM tweets t CROSS JOIN named WHERE t.id = $1 AND t.visibility >= {RESTRICTED}
        ON CONFLICT DO NOTHING
    )
    SELECT user_id FROM gone UNION SELECT user_id FROM mentioned
"""

# $1 the tweet, $2 its author.
TELL = """
    INSERT INTO outbox (kind, subject_id, actor_id) VALUES ('tweet_edited', $1, $2) RETURNING 1
"""


# What errors call the fields of an edit.
FIELDS = Fields("text", "media", "A tweet")


class Edited(NamedTuple):
    """What a tweet is to say.

    Attributes:
        alts: new descriptions of pictures, by id.
        cover: `sensitive` is None for what the author has chosen as default.
    """

    content: str
    media_ids: Sequence[int]
    alts: Mapping[int, str]
    cover: Cover


class _Written(NamedTuple):
    """The users whose mention was added, moved or removed, and whether workers have people to notify."""

    mentioned: set[int]
    notifies: bool


class _Unchanged(Exception):
    """The tweet says all that already: nothing is written."""


class _NotAttachable(Exception):
    """A picture can't be attached: nothing is written."""


async def edit(
    viewer: Viewer,
    tweet_id: int,
    new: Edited,
    *,
    jobs: Jobs,
    max_length: int,
    day_bytes: int,
    links: Links | None = None,
) -> None:
    """Change one of the viewer's own tweets. If nothing differs, nothing is written.

    Args:
        max_length: the maximum length in characters as people count them.
        day_bytes: how many bytes of text one user may publish per day.
        links: which links get previews; None for none.

    Raises:
        InvalidBody: it has neither text nor picture, or breaks another rule of new tweets.
        TweetNotFound: there is no such tweet.
        NotAuthor: somebody else wrote it.
        TooManyVersions: it has versions.MOST earlier versions.
        QuotaExceeded: the text exceeds the day's limit.
        MediaNotFound, MediaInUse, BrokenPicture: a picture cannot be attached.
        Unavailable: a picture couldn't be attached, but the reason is gone: try again.
    """
    mentioned, tagged = checks.checked(Part(new.content, new.media_ids), max_length, FIELDS)
    if len(set(new.media_ids)) != len(new.media_ids):
        raise InvalidBody("media names the same picture twice.")
    for alt in new.alts.values():
        text.bounded("alt", alt, text.ALT_MAX_LENGTH)
    found = await row(READ, tweet_id, viewer.id)
    if found is None:
        raise TweetNotFound
    if found["author_id"] != viewer.id:
        raise NotAuthor
    if found["has_poll"] and new.media_ids:
        raise InvalidBody("A tweet can have pictures or a poll, but not both.")
    sensitive = new.cover.sensitive
    if sensitive is None:
        sensitive = bool(new.media_ids) and found["default_sensitive"]
    tags = tagged if found["visibility"] == PUBLIC else []
    try:
        if any(abs(number) > NEWEST for number in new.media_ids):  # larger numbers can't be ids
            raise _NotAttachable
        async with transaction():
            done = await _write(viewer, tweet_id, new, tags, mentioned, day_bytes, sensitive=sensitive)
            linked = await _link(tweet_id, new, links, has_more=found["has_poll"] or found["has_quote"])
    except _Unchanged:
        return
    except _NotAttachable:
        own = {one["id"] for one in await rows(versions.PICTURES, tweet_id)}
        await media.ensure_attachable(viewer, [one for one in new.media_ids if one not in own])
        raise Unavailable from None
    await changes.tell({*events.topics_of(tweet_id, viewer.id), *map(notifications_of, done.mentioned)})
    if done.notifies:
        await jobs.send(to_many.NOTIFY)
    if linked:
        await jobs.send(previews.FETCH)


async def _link(tweet_id: int, new: Edited, links: Links | None, *, has_more: bool) -> bool:
    """Drop its preview if it no longer links to that page; return whether it wants a new one."""
    link = None if has_more or new.media_ids else (links or ANY).first(new.content)
    return bool(await rows(previews.REPLACE, tweet_id, link, links is not None))


async def _write(
    viewer: Viewer,
    tweet_id: int,
    new: Edited,
    tags: Sequence[Hashtag],
    mentioned: Sequence[str],
    day_bytes: int,
    *,
    sensitive: bool,
) -> _Written:
    """Write the edit.

    It locks what publishing locks, in the same order: pictures, the author's day, hashtags, the tweet.
    """
    content, media_ids, alts, (warning, _) = new
    await rows(parts.LOCK_PICTURES, list(media_ids), viewer.id)
    await quotas.take_text(viewer.id, "".join([content, warning or "", *alts.values()]), day_bytes)
    if tags:
        columns = zip(*tags, strict=True)
        await rows(ADD_ALL_NAMES, *map(list, columns))
    before = await row(LOCK, tweet_id)
    if before is None:
        raise TweetNotFound
    had = [(one.id, one.alt) for one in versions.pictures(before["media"])]
    known = dict(had)
    has = [(one, alts.get(one, known.get(one, ""))) for one in media_ids]
    was = (before["content"], before["warning"], before["sensitive"], had)
    if was == (content, warning, sensitive, has):
        raise _Unchanged
    if await row(versions.KEEP, tweet_id) is None:
        raise TooManyVersions
    await rows(CLEAR, tweet_id)
    attached = await rows(
        PICTURES, tweet_id, viewer.id, list(media_ids), [alts.get(one) for one in media_ids]
    )
    if len(attached) != len(media_ids):
        raise _NotAttachable
    await rows(WRITE, tweet_id, content, warning, sensitive, detected(content), detected(before["content"]))
    await rows(HASHTAGS, tweet_id, [tag.id for tag in tags])
    changed = await rows(MENTIONS, tweet_id, list(mentioned))
    await rows(TELL, tweet_id, viewer.id)
    if before["is_shared"]:
        await rows(to_many.NOTE, tweet_id, events.OF_EDITS.kind)
    return _Written({one["user_id"] for one in changed}, notifies=before["is_shared"])
