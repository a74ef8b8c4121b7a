"""What happened, in the order of the commits: an outbox that writers fill, and the log made from it.

Triggers write to the outbox in the transaction that they tell of, so that nothing is told
that did not happen, and nothing that happened is lost. One relay moves the rows into the log and numbers them
there, without gaps, after their commit: numbers drawn inside of transactions are not in the order of commits,
and whoever reads "all after 7" would miss a 6 that commits later.

A row says what has changed, not how: whoever tells it to somebody reads what is true then. No foreign keys:
rows outlive what they tell of. No models: only the statements below touch these tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from server.core.database.connection import rows

# So long a client may be away and still get what it missed.
KEPT_FOR = timedelta(days=1)


# PostgreSQL's channel on which the relay says that the log has grown. Only the relay notifies: a NOTIFY in
# the writers' transactions would make them commit one after the other.
GROWN = "perch_events"


# The kind that the relay holds back: how many like a tweet is told at most once a second for each.
HELD = "likes"

# The kind that ends streams: of those who showed a key, its subject.
KEY_REVOKED = "key_revoked"


class EventRow(msgspec.Struct, frozen=True):
    """An event as it is read from the log.

    Attributes:
        seq: its number.
        kind: the name of its kind, which says what the ids are of.
        actor_id: the user who did it; 0 where that doesn't matter.
        subject_id: what it is about.
        object_id: what else it is about.
    """

    seq: int
    kind: str
    actor_id: int
    subject_id: int
    object_id: int | None


class Told(msgspec.Struct, frozen=True):
    """An event that has just reached the log."""

    kind: str
    subject_id: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A batch: the events that reached the log, how many rows left the outbox, and the last one's id."""

    told: list[Told]
    taken: int
    up_to: int | None


# For the relay's connection. The outbox is empty most of the time and statistics say so: a plan that follows
# from them reads all of it for each of its rows once it is full.
PLANNER = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}

# $1 tweets whose like count was sent a moment ago; $2 the batch size; $3 only rows after this id; $4 tweets
# whose held like counts may be sent now; $5 whether to send every held like count.
#
# The rows are a range of ids, so that a batch takes as long as it has rows, however many wait behind it.
# Likes that are held back go into a table of their own, a row for each tweet: in the outbox each batch would
# read them again. Of several equal rows the last one is kept. That the log has grown is said in the same
# transaction: once, as PostgreSQL drops what is said twice, and never forgotten.
MOVE = f"""
    WITH taken AS (
        DELETE FROM outbox WHERE id > $3 AND id <= (
            SELECT max(id) FROM (SELECT id FROM outbox WHERE id > $3 ORDER BY id LIMIT $2) AS batch
        ) RETURNING *
    ), held AS (
        INSERT INTO held_likes (tweet_id)
        SELECT DISTINCT subject_id FROM taken WHERE kind = '{HELD}' AND subject_id = ANY($1::bigint[])
        ON CONFLICT DO NOTHING
    ), released AS (
        DELETE FROM held_likes WHERE ($5 OR tweet_id = ANY($4::bigint[])) RETURNING tweet_id
    ), due AS (
        SELECT id, kind, actor_id, subject_id, object_id FROM taken
        WHERE kind <> '{HELD}' OR subject_id <> ALL($1::bigint[])
        UNION ALL
        SELECT 0, '{HELD}', NULL, tweet_id, NULL FROM released
    ), kept AS (
        SELECT DISTINCT ON (kind, actor_id, subject_id, object_id) *
        FROM due ORDER BY kind, actor_id, subject_id, object_id, id DESC
    ), moved AS (
        INSERT INTO events (seq, kind, actor_id, subject_id, object_id)
        SELECT (SELECT coalesce(max(seq), 0) FROM events) + row_number() OVER (ORDER BY id),
            kind, actor_id, subject_id, object_id
        FROM kept ORDER BY id
        RETURNING seq, kind, subject_id
    )
    SELECT batch.taken, batch.up_to, moved.kind, moved.subject_id,
        CASE WHEN moved.seq IS NOT NULL THEN pg_notify('{GROWN}', '') END
    FROM (SELECT count(*) AS taken, max(id) AS up_to FROM taken) AS batch LEFT JOIN moved ON true
"""

# How long the oldest event has waited to be told. Seconds.
BEHIND = """
    SELECT coalesce(extract(epoch FROM now() - created_at), 0)::float8 AS seconds
    FROM outbox ORDER BY id LIMIT 1
"""

AFTER = """
    SELECT seq, kind, coalesce(actor_id, 0) AS actor_id, subject_id, object_id
    FROM events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3
"""

NEWEST = """
    SELECT (SELECT epoch FROM instance) AS epoch, (SELECT coalesce(max(seq), 0) FROM events) AS newest,
        (SELECT coalesce(min(seq), 1) FROM events) AS oldest
"""

# The newest row stays, whatever its age: the numbers go on from it.
FORGET = """
    DELETE FROM events WHERE created_at < $1 AND seq < (SELECT max(seq) FROM events) RETURNING 1
"""


class LogState(msgspec.Struct, frozen=True):
    """Which history of the data this is, and which events of it are known."""

    epoch: str
    oldest: int
    newest: int


async def state() -> LogState:
    """What the log holds now."""
    (found,) = await rows(NEWEST)
    return LogState(found["epoch"].hex[:12], found["oldest"], found["newest"])


async def after(seq: int, *, up_to: int = 2**63 - 1, limit: int) -> list[EventRow]:
    """The events that follow, in their order."""
    return events(await rows(AFTER, seq, up_to, limit))


async def forget_old(*, now: datetime | None = None) -> int:
    """Remove events that nobody can resume from any more; how many."""
    return len(await rows(FORGET, (now or datetime.now(UTC)) - KEPT_FOR))


def events(found: Iterable[Any]) -> list[EventRow]:
    """What `AFTER` returned."""
    return [EventRow(**dict(values)) for values in found]


def moved(found: Collection[Any]) -> Moved:
    """What `MOVE` returned."""
    first = next(iter(found))
    told = [Told(row["kind"], row["subject_id"]) for row in found if row["kind"] is not None]
    return Moved(told, first["taken"], first["up_to"])


async def behind() -> float:
    """How long the oldest event has waited to be told, in seconds; 0 when none waits."""
    found = await rows(BEHIND)
    return float(found[0]["seconds"]) if found else 0.0
