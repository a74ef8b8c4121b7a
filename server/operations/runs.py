"""Scheduled runs as rows: planned, claimed by one worker, renewed, finished.

The database decides what runs, and Redis only notifies: two schedulers plan the same slots and find them
already there, a lost message is sent again, and a dead worker's run is due again when its lease ends.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from server.core import audit
from server.core.audit import Act, Actor
from server.core.database.connection import row, rows, transaction
from server.core.database.locks import AdvisoryLock
from server.core.errors import RunUnderWay
from server.core.jobs import Job, Jobs
from server.operations.scheduled_run import RunKind, RunState, ScheduledRun
from server.operations.slots import Timetable

log = logging.getLogger(__name__)

# Carry out a scheduled run, if it is still due.
EXECUTE = Job("runs.execute")

# How many seconds a run belongs to its holder unless it is renewed, and how often it is renewed.
LEASE, RENEW_EVERY = 20, 5

# How often a run is tried if its holder dies each time, or if it fails with a transient error.
MAX_ATTEMPTS = 5

# Workers are notified again of a run that nobody took within this many seconds.
TELL_AGAIN = 60

# The maximum number of skipped slots that get rows: a server that was off for a year must not add a year's
# rows.
MAX_SKIPPED = 1_000

# How much the clocks of several machines may differ.
CLOCK_SKEW = timedelta(minutes=2)

# How long the rows of runs are kept.
KEPT = timedelta(days=90)

# Only one run of each group at a time: dumps and restore tests take the whole disk, and a worker has to
# process pictures as well.
DUMPS = (RunKind.DUMP_HOUR, RunKind.DUMP_DAY, RunKind.DUMP_WEEK)
EXCLUSIVE = ((*DUMPS, RunKind.DRILL), (RunKind.LOGS,), (RunKind.RETENTION,), (RunKind.RECONCILE,))

BEFORE_THE_START = "Perch hadn't been started yet"
NEWER_CAME = "skipped for a newer scheduled time"

CLAIM = """
    UPDATE scheduled_runs r SET state = 'running', attempt = attempt + 1, holder = $2,
        lease_until = now() + $3 * interval '1 s', started_at = coalesce(started_at, now()), error = NULL
    WHERE id = $1 AND (state = 'due' AND start_after <= now() OR state = 'running' AND lease_until < now())
        AND NOT EXISTS (SELECT 1 FROM scheduled_runs o WHERE o.kind = ANY($4) AND o.id <> r.id
            AND o.state = 'running' AND o.lease_until >= now())
    RETURNING id, kind, slot, trigger, attempt
"""

# $1 kind, $2 now, $3 holder, $4 lease, $5 its group.
START = """
    INSERT INTO scheduled_runs
        (kind, slot, trigger, state, attempt, start_after, holder, lease_until, started_at)
    SELECT $1::varchar, $2::timestamptz, 'manual', 'running', 1, $2, $3, now() + $4 * interval '1 s', now()
    WHERE NOT EXISTS (SELECT 1 FROM scheduled_runs
        WHERE kind = ANY($5) AND state = 'running' AND lease_until >= now())
    RETURNING id
"""

# $1 kind. If a run is requested, one that waits for its start time, or to be tried again, starts at once.
WAITING = "SELECT id FROM scheduled_runs WHERE kind = $1 AND state = 'due' ORDER BY slot DESC LIMIT 1"
HASTEN = f"""
    UPDATE scheduled_runs SET start_after = now(), sent_at = NULL
    WHERE id = ({WAITING}) AND start_after > now()
    RETURNING id
"""
# $1 kind, $2 now.
ASK = """
    INSERT INTO scheduled_runs (kind, slot, trigger, state, attempt, start_after)
    SELECT $1::varchar, $2::timestamptz, 'asked', 'due', 0, $2
    WHERE NOT EXISTS (SELECT 1 FROM scheduled_runs WHERE kind = $1 AND state IN ('due', 'running'))
    RETURNING id
"""

# Due runs that nobody is working on, and that workers weren't notified of just now.
TELL = """
    UPDATE scheduled_runs SET sent_at = now()
    WHERE (state = 'due' AND start_after <= now() OR state = 'running' AND lease_until < now())
        AND (sent_at IS NULL OR sent_at < now() - $1 * interval '1 s' OR lease_until < now())
    RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run claimed by this process, which has to renew it."""

    id: int
    kind: RunKind
    slot: datetime
    trigger: str
    attempt: int
    holder: str


async def plan(timetable: Timetable, jobs: Jobs, *, now: datetime | None = None) -> None:
    """Write rows for the slots that have come, and notify workers of due runs."""
    for kind in RunKind:
        await _plan(kind, timetable, now or datetime.now(UTC))
    await tell(jobs)


async def tell(jobs: Jobs) -> None:
    """Notify workers of due runs, except those that were announced just now."""
    for found in await rows(TELL, TELL_AGAIN):
        await jobs.send(EXECUTE, found["id"])


async def claim(run_id: int) -> Claim | None:
    """Claim a run; None if another worker has it, it is not due, or one of its group is running."""
    found = await ScheduledRun.get_or_none(id=run_id)
    if found is None:
        return None
    group = group_of(found.kind)
    holder = secrets.token_hex(16)
    async with transaction():
        await rows(
            "SELECT pg_advisory_xact_lock($1)", AdvisoryLock.CLAIMS
        )  # claims within a group happen one at a time
        taken = await row(CLAIM, run_id, holder, LEASE, group)
    if taken is None:
        return None
    claimed = Claim(**{**taken, "kind": RunKind(taken["kind"])}, holder=holder)
    if claimed.attempt > MAX_ATTEMPTS:
        await fail(claimed, f"its worker died {MAX_ATTEMPTS} times")
        return None
    return claimed


def group_of(kind: str) -> list[str]:
    """The kinds in the same group, of which only one run is done at a time."""
    return [str(other) for other in next(group for group in EXCLUSIVE if kind in group)]


async def start_manually(kind: RunKind) -> Claim | None:
    """A new run claimed by this process, for a slot at this moment; None if its group is busy."""
    now, holder = datetime.now(UTC), secrets.token_hex(16)
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock($1)", AdvisoryLock.CLAIMS)
        made = await row(START, kind, now, holder, LEASE, group_of(kind))
    return Claim(made["id"], kind, now, "manual", 1, holder) if made else None


async def ask(kind: RunKind, by: Actor, jobs: Jobs) -> ScheduledRun:
    """A run for a worker to do as soon as it can: one that is due already, or a new one. Raises RunUnderWay.

    If one was requested already and is waiting, it is returned unchanged.
    """
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock($1)", AdvisoryLock.CLAIMS)
        made = await row(HASTEN, kind) or await row(ASK, kind, datetime.now(UTC))
        if made is not None:
            await audit.record(by, Act.RUN_ASKED, kind=kind, run=made["id"])
        else:
            made = await row(WAITING, kind)
    if made is None:
        raise RunUnderWay
    await tell(jobs)
    return await get(made["id"])


async def get(run_id: int) -> ScheduledRun:
    """The run's current row."""
    return await ScheduledRun.get(id=run_id)


async def renew(run: Claim) -> bool:
    """Renew the lease; return whether the run still belongs to this holder."""
    found = await row(
        "UPDATE scheduled_runs SET lease_until = now() + $3 * interval '1 s' "
        "WHERE id = $1 AND holder = $2 AND state = 'running' RETURNING id",
        run.id,
        run.holder,
        LEASE,
    )
    return found is not None


async def finish(run: Claim, result: dict[str, Any]) -> bool:
    """Mark the run as done; False if another holder has taken it over."""
    return await _end(run, RunState.DONE, result=result)


async def fail(run: Claim, error: str, *, result: dict[str, Any] | None = None) -> bool:
    """Mark the run as failed; it is not tried again."""
    log.error("the run %s of %s failed: %s", run.kind, run.slot.isoformat(), error)
    return await _end(run, RunState.FAILED, result=result, error=error)


async def try_later(run: Claim, error: str, delay: timedelta) -> None:
    """Try the run again later, after a transient error. The try counts."""
    if run.attempt >= MAX_ATTEMPTS:
        await fail(run, error)
        return
    log.warning("the run %s of %s failed and will be retried: %s", run.kind, run.slot.isoformat(), error)
    await _release(run, error, delay, spent=0)


async def give_back(run: Claim) -> None:
    """Give the run back because this process is stopping; it is due as if it had not begun."""
    await _release(run, None, timedelta(), spent=1)


async def listed(kind: RunKind | None = None, *, limit: int = 100) -> Sequence[ScheduledRun]:
    """The newest runs first."""
    found = ScheduledRun.all() if kind is None else ScheduledRun.filter(kind=kind)
    return await found.order_by("-slot", "-id").limit(limit)


async def newest(kind: RunKind, *states: RunState) -> ScheduledRun | None:
    """The newest run of this kind in one of these states."""
    seen = ScheduledRun.filter(kind=kind, state__in=states, slot__lte=datetime.now(UTC) + CLOCK_SKEW)
    return await seen.order_by("-slot").first()


async def forget_old(*, now: datetime | None = None) -> int:
    """Delete rows that are too old to be of interest; return their number."""
    before = (now or datetime.now(UTC)) - KEPT
    return await ScheduledRun.filter(slot__lt=before, state__not_in=[RunState.DUE, RunState.RUNNING]).delete()


async def _plan(kind: RunKind, timetable: Timetable, now: datetime) -> None:
    slot = timetable.newest(kind, now)
    # Rows written while a clock was ahead: these slots come again in their time.
    await rows(
        "DELETE FROM scheduled_runs WHERE kind = $1 AND trigger = 'schedule' AND attempt = 0 "
        "AND (state = 'skipped' AND error = $4 AND slot >= $2 OR state = 'due' AND slot > $3) RETURNING id",
        kind,
        slot,
        now + CLOCK_SKEW,
        NEWER_CAME,
    )
    known = await row(
        "SELECT max(slot) AS slot FROM scheduled_runs "
        "WHERE kind = $1 AND trigger = 'schedule' AND slot <= $2",
        kind,
        slot,
    )
    last: datetime | None = known["slot"] if known else None
    if last == slot:
        return
    if last is None:
        await _write(kind, [slot], slot, RunState.SKIPPED, BEFORE_THE_START)
        return
    missed = timetable.between(kind, last, slot, limit=MAX_SKIPPED)
    await rows(
        "UPDATE scheduled_runs SET state = 'skipped', error = $3, ended_at = now(), holder = NULL, "
        "lease_until = NULL WHERE kind = $1 "
        "AND (state = 'due' OR state = 'running' AND lease_until < now()) "
        "AND trigger = 'schedule' AND slot < $2 RETURNING id",
        kind,
        slot,
        NEWER_CAME,
    )
    await _write(kind, missed, slot, RunState.SKIPPED, NEWER_CAME)
    await _write(kind, [slot], slot + timetable.jitter(kind, slot), RunState.DUE, None)


async def _write(
    kind: RunKind, slots: Sequence[datetime], start_after: datetime, state: RunState, error: str | None
) -> None:
    await rows(
        "INSERT INTO scheduled_runs (kind, slot, start_after, state, error, ended_at) "
        "SELECT $1::varchar, slot, $3, $4::varchar, $5, CASE WHEN $4::varchar = 'skipped' THEN now() END "
        "FROM unnest($2::timestamptz[]) AS slot "
        "ON CONFLICT (kind, slot) DO NOTHING RETURNING id",
        kind,
        list(slots),
        start_after,
        state,
        error,
    )


async def _end(
    run: Claim, state: RunState, *, result: dict[str, Any] | None = None, error: str | None = None
) -> bool:
    found = await row(
        "UPDATE scheduled_runs SET state = $3, result = $4::jsonb, error = $5, ended_at = now(), "
        "lease_until = NULL, holder = NULL WHERE id = $1 AND holder = $2 AND state = 'running' RETURNING id",
        run.id,
        run.holder,
        state,
        None if result is None else msgspec.json.encode(result).decode(),
        error,
    )
    await _make_way(run)
    return found is not None


async def _release(run: Claim, error: str | None, delay: timedelta, *, spent: int) -> None:
    await rows(
        "UPDATE scheduled_runs SET state = 'due', start_after = now() + $3::interval, error = $4, "
        "attempt = attempt - $5, lease_until = NULL, holder = NULL, sent_at = NULL "
        "WHERE id = $1 AND holder = $2 AND state = 'running' RETURNING id",
        run.id,
        run.holder,
        delay,
        error,
        spent,
    )
    await _make_way(run)


async def _make_way(run: Claim) -> None:
    """Notify workers at once of runs that waited for this one, in its group or for its worker."""
    await rows(
        "UPDATE scheduled_runs SET sent_at = NULL WHERE state = 'due' AND id <> $1 RETURNING id",
        run.id,
    )
