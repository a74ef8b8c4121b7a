"""Reconciliation: what a crash between two steps, a hand in the database or a bug may leave, found and
mended. On a sound server there is nothing to find."""

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

# A picture is settled within minutes, though a worker dies at each try: longer than this it is stuck.
STUCK_AFTER = timedelta(hours=1)

STUCK = """
    SELECT token FROM media_attachments
    WHERE state = $1 AND CASE state WHEN 'pending' THEN created_at ELSE changed_at END < $2
    ORDER BY id LIMIT 1000
"""

COUNTED = "SELECT (SELECT count(*) FROM tweets) AS tweets, (SELECT count(*) FROM users) AS users"

# So many are named in the log; all are counted.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Findings:
    """What was looked at, and what was not as it should be: ids of rows, tokens of pictures, keys of objects.

    Counters were corrected and stuck pictures queued again, if that was asked for. Orphaned objects are those
    found for the first time: they are removed after MEDIA_GRACE_DAYS. What is missing or damaged in storage
    has to be restored from a backup.
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
        """What is wrong by its kind; empty on a sound server."""
        every = {name: getattr(self, name) for name in self.__slots__}
        return {name: what for name, what in every.items() if not isinstance(what, int) and what}


async def reconcile(
    workshop: Workshop,
    *,
    repair: bool = True,
    now: datetime | None = None,
    on_progress: Callable[[int], None] = lambda _rows: None,
) -> Findings:
    """Compare everything with everything, a batch at a time; mend what can be mended, unless told not to."""
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
    """The run's work: how much was looked at, and what was found."""
    return told(await reconcile(workshop))


def told(findings: Findings) -> dict[str, Any]:
    """What the run's row says; what was found is an error in the log."""
    for name, what in findings.found.items():
        log.error("reconciliation found %d %s: %s", len(what), name, list(what[:NAMED]))
    counts = {
        name: value if isinstance(value, int) else len(value)
        for name, value in msgspec.to_builtins(findings).items()
    }
    return {**counts, "found": sum(len(what) for what in findings.found.values())}
