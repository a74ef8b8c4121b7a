"""Scheduled runs as rows: planned, claimed by one, renewed, finished.

The database decides what runs, and Redis only carries the word: two schedulers plan the same slots and find
them there already, a lost message is sent again, and what a dead worker was at is due again when its lease
ends.
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

# Do what a scheduled run stands for, if it is still due.
EXECUTE = Job("runs.execute")

# A run is its holder's for so long, and as long as it is renewed, which happens more often. Seconds.
LEASE, RENEW_EVERY = 20, 5

# Tries of a run whose holder dies each time, or whose cause of failure may pass.
MAX_ATTEMPTS = 5

# Workers are told again of a run that nobody took within this time. Seconds.
TELL_AGAIN = 60

# More skipped slots than this get no rows: a server that was off for a year is no year of rows.
MAX_SKIPPED = 1_000

# Clocks of several machines may differ by so much.
CLOCK_SKEW = timedelta(minutes=2)

# Rows of runs are kept for so long.
KEPT = timedelta(days=90)

# Of each group one run at a time: dumps and drills take the whole disk, and a worker has pictures to do
# besides.
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

# $1 kind. One that waits for its moment, or to be tried again, need not.
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

# What nobody is at, and workers were not told of just now.
TELL = """
    UPDATE scheduled_runs SET sent_at = now()
    WHERE (state = 'due' AND start_after <= now() OR state = 'running' AND lease_until < now())
        AND (sent_at IS NULL OR sent_at < now() - $1 * interval '1 s' OR lease_until < now())
    RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run in the hands of this process, which has to renew it."""

    id: int
    kind: RunKind
    slot: datetime
    trigger: str
    attempt: int
    holder: str


async def plan(timetable: Timetable, jobs: Jobs, *, now: datetime | None = None) -> None:
    """Write the rows of slots that have come, and tell workers of what is due."""
    for kind in RunKind:
        await _plan(kind, timetable, now or datetime.now(UTC))
    await tell(jobs)


async def tell(jobs: Jobs) -> None:
    """Tell workers of what is due and was not told just now."""
    for found in await rows(TELL, TELL_AGAIN):
        await jobs.send(EXECUTE, found["id"])


async def claim(run_id: int) -> Claim | None:
    """Take a run, or None where somebody else has it, it is not due, or one of its group runs."""
    found = await ScheduledRun.get_or_none(id=run_id)
    if found is None:
        return None
    group = group_of(found.kind)
    holder = secrets.token_hex(16)
    async with transaction():
        await rows(
            "SELECT pg_advisory_xact_lock($1)", AdvisoryLock.CLAIMS
        )  # two of one group claim one by one
        taken = await row(CLAIM, run_id, holder, LEASE, group)
    if taken is None:
        return None
    claimed = Claim(**{**taken, "kind": RunKind(taken["kind"])}, holder=holder)
    if claimed.attempt > MAX_ATTEMPTS:
        await fail(claimed, f"its worker died {MAX_ATTEMPTS} times")
        return None
    return claimed


def group_of(kind: str) -> list[str]:
    """The kinds of which one run at a time is done."""
    return [str(other) for other in next(group for group in EXCLUSIVE if kind in group)]


async def start_manually(kind: RunKind) -> Claim | None:
    """A new run in the hands of this process, for the slot of this moment; None where its group is busy."""
    now, holder = datetime.now(UTC), secrets.token_hex(16)
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock($1)", AdvisoryLock.CLAIMS)
        made = await row(START, kind, now, holder, LEASE, group_of(kind))
    return Claim(made["id"], kind, now, "manual", 1, holder) if made else None


async def ask(kind: RunKind, by: Actor, jobs: Jobs) -> ScheduledRun:
    """A run that a worker does as soon as it can: what is due already, or a new one. Raises RunUnderWay.

    One that was asked for and waits is given back as it is.
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
    """The row as it stands."""
    return await ScheduledRun.get(id=run_id)


async def renew(run: Claim) -> bool:
    """Whether the run is still this holder's."""
    found = await row(
        "UPDATE scheduled_runs SET lease_until = now() + $3 * interval '1 s' "
        "WHERE id = $1 AND holder = $2 AND state = 'running' RETURNING id",
        run.id,
        run.holder,
        LEASE,
    )
    return found is not None


async def finish(run: Claim, result: dict[str, Any]) -> bool:
    """It is done; False where it was another holder's already."""
    return await _end(run, RunState.DONE, result=result)


async def fail(run: Claim, error: str, *, result: dict[str, Any] | None = None) -> bool:
    """It did not work, and is not tried again."""
    log.error("the run %s of %s failed: %s", run.kind, run.slot.isoformat(), error)
    return await _end(run, RunState.FAILED, result=result, error=error)


async def try_later(run: Claim, error: str, delay: timedelta) -> None:
    """It did not work for a reason that may pass. The try counts."""
    if run.attempt >= MAX_ATTEMPTS:
        await fail(run, error)
        return
    log.warning("the run %s of %s failed and will be retried: %s", run.kind, run.slot.isoformat(), error)
    await _release(run, error, delay, spent=0)


async def give_back(run: Claim) -> None:
    """This process stops; the run is due as if it had not begun."""
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
    """Delete rows that are older than anybody asks for; how many."""
    before = (now or datetime.now(UTC)) - KEPT
    return await ScheduledRun.filter(slot__lt=before, state__not_in=[RunState.DUE, RunState.RUNNING]).delete()


async def _plan(kind: RunKind, timetable: Timetable, now: datetime) -> None:
    slot = timetable.newest(kind, now)
    # Written while a clock was ahead: they come again in their time.
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
    """What waited for this one, in its group or for its worker, is told of again at once."""
    await rows(
        "UPDATE scheduled_runs SET sent_at = NULL WHERE state = 'due' AND id <> $1 RETURNING id",
        run.id,
    )
