"""Reconciliation: finds and repairs what a crash, a manual change to the database or a bug left behind.

On a healthy server there is nothing to find.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from server.core.database.connection import rows
from server.features.media import cleanup as media_cleanup
from server.features.registry import COUNTERS
from server.operations import counters
from server.operations.counters import Counted
from server.operations.runs import Claim
from tasks import media_check
from tasks.workshop import Workshop

log = logging.getLogger(__name__)

# A picture is settled within minutes, even if a worker dies at each try; one that takes longer is stuck.
STUCK_AFTER = timedelta(hours=1)

STUCK = """
    SELECT token FROM media_attachments
    WHERE state = $1 AND CASE state WHEN 'pending' THEN created_at ELSE changed_at END < $2
    ORDER BY id LIMIT 1000
"""

COUNTED = "SELECT (SELECT count(*) FROM tweets) AS tweets, (SELECT count(*) FROM users) AS users"

# How many findings the log names; all are counted.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Findings:
    """What was checked, and what was wrong: ids of rows, tokens of pictures, keys of objects.

    If repairs were requested, counters were corrected and stuck pictures queued again. Orphaned objects are
    those found for the first time, which will be removed after MEDIA_GRACE_DAYS. Objects that are missing or
    damaged have to be restored from a backup.
    """

    tweets: int
    users: int
    pictures: int
    miscounted_tweets: Sequence[int]
    miscounted_users: Sequence[int]
    stuck_pictures: Sequence[str]
    unfinished_removals: Sequence[str]
    orphaned_objects: Sequence[str]
    missing_objects: Sequence[str]
    damaged_objects: Sequence[str]

    @property
    def found(self) -> dict[str, Sequence[int] | Sequence[str]]:
        """The findings by kind; empty on a healthy server."""
        every = {name: getattr(self, name) for name in self.__slots__}
        return {name: what for name, what in every.items() if not isinstance(what, int) and what}


async def reconcile(
    workshop: Workshop,
    *,
    repair: bool = True,
    now: datetime | None = None,
    on_progress: Callable[[int], None] = lambda _rows: None,
) -> Findings:
    """Check everything, a batch at a time; unless `repair` is False, repair what can be repaired."""
    now = now or datetime.now(UTC)
    (looked,) = await rows(COUNTED)

    async def miscounted(counted: Counted) -> list[int]:
        wrong = []
        async for batch in counters.compare(counted, COUNTERS, repair=repair):
            wrong += batch.wrong
            on_progress(batch.ids)
        return wrong

    tweets = await miscounted(counters.TWEETS)
    users = await miscounted(counters.USERS)
    stuck = [media["token"] for media in await rows(STUCK, "pending", now - STUCK_AFTER)]
    unfinished = [media["token"] for media in await rows(STUCK, "removed", now - STUCK_AFTER)]
    if repair and (stuck or unfinished):
        await media_cleanup.resume(workshop.jobs, now=now)
    settings = workshop.settings
    grace = timedelta(days=settings.media_grace_days)
    stored = await media_check.check(
        workshop.store, settings.s3_tweets_media_folder, repair=repair, grace=grace, now=now
    )
    return Findings(
        looked["tweets"],
        looked["users"],
        stored.pictures,
        tweets,
        users,
        stuck,
        unfinished,
        stored.new if repair else stored.stale,
        stored.missing,
        stored.damaged,
    )


async def reconcile_scheduled(_: Claim, workshop: Workshop) -> dict[str, Any]:
    """Check that counters and stored pictures agree with their rows. Returns what was found."""
    return told(await reconcile(workshop))


def told(findings: Findings) -> dict[str, Any]:
    """The result for the run's row; findings are logged as errors."""
    for name, what in findings.found.items():
        log.error("reconciliation found %d %s: %s", len(what), name, list(what[:NAMED]))
    counts = {
        name: value if isinstance(value, int) else len(value)
        for name, value in msgspec.to_builtins(findings).items()
    }
    return {**counts, "found": sum(len(what) for what in findings.found.values())}
