"""Events in the order of their commits: an outbox that writers fill, and the log made from it.

Triggers write to the outbox in the same transaction as the change, so that no event is sent for a change that
didn't happen, and none is lost. One relay moves the rows into the log after their commit and numbers them
there, without gaps. Numbers drawn inside transactions wouldn't be in the order of commits: a reader of
"everything after 7" would miss a 6 that commits later.

A row says what has changed, but not its new value: whoever sends the event reads the current state. There
are no foreign keys, because rows outlive what they are about, and no models: only the statements below touch
these tables.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from server.core.database.connection import rows

# How long a client may be disconnected and still get what it missed.
KEPT_FOR = timedelta(days=1)

# Events that have been waiting for more than this many seconds are late: they are moved five times a second.
LATE = 0.5


# PostgreSQL's channel on which the relay says that the log has grown. Only the relay notifies: a NOTIFY in
# the writers' transactions would make them commit one after the other.
GROWN = "perch_events"


# The kind that the relay holds back: a tweet's number of likes is sent at most once a second.
HELD = "likes"

# The kind that ends streams: those opened with the key that is its subject.
KEY_REVOKED = "key_revoked"


class EventRow(msgspec.Struct, frozen=True):
    """An event as read from the log.

    Attributes:
        seq: its number.
        kind: the name of its kind, which determines what the ids refer to.
        actor_id: the user who did it; 0 if that doesn't matter.
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
    """A batch: the events that reached the log, how many rows left the outbox, and the last row's id."""

    told: list[Told]
    taken: int
    up_to: int | None


# Planner settings for the relay's connection. The outbox is usually empty, and its statistics say so. A plan
# based on them would read the whole outbox for each of its rows once it fills up.
PLANNER = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}

# $1 tweets whose like count was sent a moment ago; $2 the batch size; $3 only rows after this id; $4 tweets
# whose held like counts may be sent now; $5 whether to send every held like count.
#
# The rows are a range of ids, so that the time for a batch depends on its own rows, not on how many wait
# behind it. Like counts that are held back go into a separate table, one row per tweet: in the outbox, every
# batch would read them again. Of several equal rows, the last one is kept. The notification that the log has
# grown is sent in the same transaction: it can't be forgotten, and PostgreSQL drops duplicates.
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

# How many seconds the oldest event has been waiting in the outbox.
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

# The newest row stays, whatever its age, because numbering continues from it.
# $1 from when on they stay, $2 how many go at most: the oldest.
FORGET = """
    WITH gone AS (
        DELETE FROM events WHERE seq IN (
            SELECT seq FROM (SELECT seq, created_at FROM events ORDER BY seq LIMIT $2) oldest
            WHERE created_at < $1 AND seq < (SELECT max(seq) FROM events)
        ) RETURNING 1
    )
    SELECT count(*) AS count FROM gone
"""
FORGOTTEN_AT_ONCE = 2_500


class LogState(msgspec.Struct, frozen=True):
    """The current history of the data (its epoch), and the range of its events in the log."""

    epoch: str
    oldest: int
    newest: int


async def state() -> LogState:
    """The current state of the log."""
    (found,) = await rows(NEWEST)
    return LogState(found["epoch"].hex[:12], found["oldest"], found["newest"])


async def after(seq: int, *, up_to: int = 2**63 - 1, limit: int) -> list[EventRow]:
    """The events after `seq`, in order."""
    return events(await rows(AFTER, seq, up_to, limit))


async def forget_old(*, now: datetime | None = None) -> int:
    """Remove events that are too old to resume from, and return how many there were."""
    before, gone = (now or datetime.now(UTC)) - KEPT_FOR, 0
    while count := (await rows(FORGET, before, FORGOTTEN_AT_ONCE))[0]["count"]:
        gone += count
    return gone


def events(found: Iterable[Any]) -> list[EventRow]:
    """Convert the rows that `AFTER` returned."""
    return [EventRow(**dict(values)) for values in found]


def moved(found: Collection[Any]) -> Moved:
    """Convert the rows that `MOVE` returned."""
    first = next(iter(found))
    told = [Told(row["kind"], row["subject_id"]) for row in found if row["kind"] is not None]
    return Moved(told, first["taken"], first["up_to"])


async def let_pass(*, at_most: float = 0.5) -> None:
    """Wait a little if events are waiting for long: whoever writes thousands of them must let others' pass.

    Args:
        at_most: how many seconds; perhaps there is nobody who moves events at the moment.
    """
    end = time.monotonic() + at_most
    while time.monotonic() < end and await behind() > LATE:  # noqa: ASYNC110  # other processes move them
        await asyncio.sleep(0.1)


async def behind() -> float:
    """How many seconds the oldest event has been waiting in the outbox; 0 if none is waiting."""
    found = await rows(BEHIND)
    return float(found[0]["seconds"]) if found else 0.0
