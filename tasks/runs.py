"""Scheduled runs: planned every few seconds, and carried out by the worker that claims them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from config.logging import redact
from config.pauses import spread
from server.core.transient import is_passing
from server.operations import ownership, runs
from server.operations.dumps.errors import Busy, DumpFailed
from server.operations.runs import Claim
from server.operations.scheduled_run import RunKind
from tasks import logs, reconcile
from tasks.dumps import drills, making, retention
from tasks.leases import LeaseLost, Stopping, leased
from tasks.measured import RUNS
from tasks.task import Task
from tasks.workshop import Means, Workshop

log = logging.getLogger(__name__)

Work = Callable[[Claim, Workshop], Coroutine[Any, Any, dict[str, Any]]]

WORK: dict[RunKind, Work] = {
    RunKind.DUMP_HOUR: making.make_scheduled,
    RunKind.DUMP_DAY: making.make_scheduled,
    RunKind.DUMP_WEEK: making.make_scheduled,
    RunKind.DRILL: drills.drill_newest,
    RunKind.LOGS: logs.ship_scheduled,
    RunKind.RETENTION: retention.apply_scheduled,
    RunKind.RECONCILE: reconcile.reconcile_scheduled,
}

# The seconds before a run is tried again after a transient error; doubled with each try.
FIRST_DELAY = 30


async def plan(workshop: Means) -> None:
    """Record the slots that are due, and notify workers. In a rehearsal nothing runs by itself."""
    if not await ownership.is_rehearsal():
        await runs.plan(workshop.timetable, workshop.jobs)


async def execute(run_id: int, workshop: Means) -> None:
    """Carry out a run, if it is still due and no other worker is at it.

    A worker does one run at a time, in a slot of its own in addition to those for pictures.
    """
    if workshop.at_run.locked():
        return  # workers are notified again when that one ends
    async with workshop.at_run:
        claim = await runs.claim(run_id)
        if claim is not None:
            await carry_out(claim, workshop)
    await runs.tell(workshop.jobs)  # of the runs that could not begin meanwhile


async def carry_out(claim: Claim, workshop: Workshop, work: Work | None = None) -> None:
    """Carry out a claimed run and record its outcome. `work` defaults to the work of its kind."""
    try:
        result = await leased(
            (work or WORK[claim.kind])(claim, workshop),
            lambda: runs.renew(claim),
            every=runs.RENEW_EVERY,
            stop=workshop.stop,
        )
    except (Stopping, asyncio.CancelledError) as error:
        RUNS.labels(claim.kind, "stopped").inc()
        if claim.trigger == "manual":  # the person who started it has stopped it
            await runs.fail(claim, "cancelled")
        else:
            await runs.give_back(claim)
        if isinstance(error, asyncio.CancelledError):
            raise
    except LeaseLost:
        log.warning("another worker has taken over the run %s of %s", claim.kind, claim.slot.isoformat())
    except Busy as error:
        RUNS.labels(claim.kind, "put_off").inc()
        await runs.try_later(claim, str(error), delay(1))
    except DumpFailed as error:
        RUNS.labels(claim.kind, "failed").inc()
        await runs.fail(claim, redact(str(error)), result=error.result)
    except Exception as error:
        passing = is_passing(error)
        goes_on = passing and claim.attempt < runs.MAX_ATTEMPTS
        RUNS.labels(claim.kind, "put_off" if goes_on else "failed").inc()
        if passing:
            await runs.try_later(claim, redact(str(error)), delay(claim.attempt))
            return
        log.exception("the run %s of %s failed", claim.kind, claim.slot.isoformat())
        await runs.fail(claim, redact(f"{type(error).__name__}: {error}"))
    else:
        RUNS.labels(claim.kind, "done").inc()
        await runs.finish(claim, result)


def delay(attempt: int) -> timedelta:
    """The delay before the next try."""
    return timedelta(seconds=spread(FIRST_DELAY * 2 ** (attempt - 1)))


TASKS = (
    Task(runs.EXECUTE.name, execute),
    Task("runs.plan", plan),  # sent by schedulers of an earlier version, which leave it to workers
)
