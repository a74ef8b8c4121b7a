"""Publishing scheduled tweets when their time has come.

A worker claims some, publishes each under an idempotency key of its own, and deletes the draft. If it is
killed between, another worker claims the draft a little later, finds by the key that the tweet exists, and
deletes the draft. So each is published once. One that can't be published stays a draft with the reason, and
its writer is notified.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta
from typing import Any

from server.core.cache import changes
from server.core.database.connection import row, rows, transaction
from server.core.errors import PerchError, Unavailable
from server.core.jobs import Job, Jobs
from server.core.transient import is_passing
from server.core.viewer import Viewer
from server.features.drafts.drafts import CONTENT
from server.features.notifications.told import notifications_of
from server.features.previews.links import Links
from server.features.tweets import tweets

log = logging.getLogger(__name__)

PUBLISH = Job("people.publish_scheduled")

# How many are claimed at once, and how many of them are published at the same time.
BATCH, AT_ONCE = 200, 50

# For how long they are claimed, and how much of that time publishing may begin in: what was published is no
# longer scheduled when its claim ends.
CLAIM, WITHIN = timedelta(seconds=10), timedelta(seconds=4)

# How often others' claims are waited for.
WAITS = 15

# Whoever is leaving publishes nothing.
_DUE = """
    publish_at <= now() AND failure IS NULL
        AND (SELECT deleted_at IS NULL FROM users WHERE users.id = drafts.user_id)
"""
# $1 how many, $2 for how long.
CLAIM_DUE = f"""
    WITH due AS (
        SELECT id FROM drafts WHERE {_DUE} AND coalesce(claimed_until < now(), true)
        ORDER BY publish_at, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE drafts SET claimed_until = now() + $2::interval WHERE id IN (SELECT id FROM due)
        RETURNING id, user_id, body, claimed_until
    )
    SELECT claimed.id, claimed.body::text AS body, claimed.claimed_until, u.id AS user_id, u.handle, u.name,
        u.suspended_at IS NOT NULL AS is_suspended
    FROM claimed JOIN users u ON u.id = claimed.user_id ORDER BY claimed.id
"""
# Whether another worker has claimed some, and may have been killed.
CLAIMED = f"SELECT EXISTS (SELECT 1 FROM drafts WHERE {_DUE} AND claimed_until > now()) AS claimed"
# $1 the draft, $2 the claim.
DONE = "DELETE FROM drafts WHERE id = $1 AND claimed_until = $2 RETURNING 1"
# $1 the draft, $2 the claim, $3 why.
FAIL = """
    UPDATE drafts SET failure = $3, claimed_until = NULL WHERE id = $1 AND claimed_until = $2 RETURNING 1
"""
# $1 the writer. They are notified again of the next one.
FORGET = """
    DELETE FROM notifications WHERE user_id = $1 AND kind = 'unpublished' AND coalesce(tweet_id, 0) = 0
        AND actor_id = $1 RETURNING 1
"""
NOTIFY = """
    INSERT INTO notifications (user_id, kind, actor_id) VALUES ($1, 'unpublished', $1)
    ON CONFLICT DO NOTHING RETURNING 1
"""


async def publish_due(jobs: Jobs, *, max_length: int, day_bytes: int, links: Links | None = None) -> None:
    """Publish all that are due, including those that a worker claimed and was killed before publishing."""
    for _ in range(WAITS):
        while await publish_some(jobs, max_length=max_length, day_bytes=day_bytes, links=links):
            pass
        claimed = await row(CLAIMED)
        if claimed is None or not claimed["claimed"]:
            return
        await asyncio.sleep(1)


async def publish_some(jobs: Jobs, *, max_length: int, day_bytes: int, links: Links | None = None) -> bool:
    """Publish some of those that are due; return whether any may be left.

    Args:
        max_length: the maximum length of a tweet in characters as people count them.
        day_bytes: how many bytes of text one user may publish per day.
        links: which links get previews; None for none.
    """
    until = time.monotonic() + WITHIN.total_seconds()
    found = await rows(CLAIM_DUE, BATCH, CLAIM)
    turns = asyncio.Semaphore(AT_ONCE)

    async def publish(draft: dict[str, Any]) -> None:
        async with turns:
            if time.monotonic() > until:
                return  # the next claim does it
            try:
                await _publish(draft, jobs, max_length=max_length, day_bytes=day_bytes, links=links)
            except Exception as error:
                # None holds up the others.
                report = log.warning if is_passing(error) else log.exception
                report("the scheduled tweet %d is tried again: %s", draft["id"], type(error).__name__)

    async with asyncio.TaskGroup() as group:
        for draft in found:
            group.create_task(publish(draft))
    return len(found) == BATCH


async def _publish(
    draft: dict[str, Any], jobs: Jobs, *, max_length: int, day_bytes: int, links: Links | None
) -> None:
    if draft["is_suspended"]:
        await _fail(draft, "account_suspended")
        return
    content = CONTENT.decode(draft["body"])
    viewer = Viewer(draft["user_id"], draft["handle"], draft["name"], False, 0, frozenset())
    try:
        await tweets.publish(
            viewer,
            content.parts,
            jobs=jobs,
            max_length=max_length,
            day_bytes=day_bytes,
            in_reply_to_id=content.in_reply_to_id,
            visibility=content.visibility,
            who_may_reply=content.who_may_reply,
            cover=content.cover,
            poll=content.new_poll,
            quote_of_id=content.quote_of_id,
            who_may_quote=content.who_may_quote,
            language=content.language,
            links=links,
            key=f"scheduled\n{draft['id']}",
        )
    except Unavailable:
        return  # the next claim tries again
    except PerchError as error:
        await _fail(draft, error.error_type)
        return
    await rows(DONE, draft["id"], draft["claimed_until"])


async def _fail(draft: dict[str, Any], failure: str) -> None:
    user_id = draft["user_id"]
    async with transaction():
        if await row(FAIL, draft["id"], draft["claimed_until"], failure) is None:
            return
        await rows(FORGET, user_id)
        await rows(NOTIFY, user_id)
    await changes.tell([notifications_of(user_id)])
    log.info("the scheduled tweet %d couldn't be published: %s", draft["id"], failure)
