"""Scheduled runs: each slot runs once, whoever plans it, dies or is late."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.core.database.connection import rows
from server.core.jobs import Job
from server.operations import runs
from server.operations.runs import Claim
from server.operations.scheduled_run import RunKind, RunState, ScheduledRun
from server.operations.slots import Timetable
from tests.jobs import NoJobs
from tests.thorough import much

pytestmark = pytest.mark.usefixtures("database")

HOURLY, DRILL = RunKind.DUMP_HOUR, RunKind.DRILL
EVERY_MINUTE = Timetable(dict.fromkeys(RunKind, "* * * * *"), ZoneInfo("UTC"))
SLOTS = much(usually=15, thoroughly=60)
START = datetime(2026, 11, 1, tzinfo=UTC)


class Told(NoJobs):
    """Remembers which runs were sent to workers."""

    def __init__(self) -> None:
        self.runs: list[int] = []

    async def send(self, job: Job, *arguments: Any) -> bool:
        assert job == runs.EXECUTE
        self.runs += arguments
        return True


async def plan(minute: float, told: Told | None = None) -> None:
    await runs.plan(EVERY_MINUTE, told or Told(), now=START + timedelta(minutes=minute))


async def slots(kind: RunKind, *states: RunState) -> list[int]:
    """The minutes of slots that have a row, oldest first."""
    found = await ScheduledRun.filter(kind=kind, state__in=states or list(RunState)).order_by("slot")
    return [round((run.slot - START) / timedelta(minutes=1)) for run in found]


async def due(kind: RunKind = HOURLY, **values: Any) -> ScheduledRun:
    made: dict[str, Any] = {"kind": kind, "slot": START, "start_after": START, **values}
    return await ScheduledRun.create(**made)


async def claimed(run: ScheduledRun) -> Claim:
    claim = await runs.claim(run.id)
    assert claim is not None
    return claim


async def expire_lease(run_id: int) -> None:
    await rows(
        "UPDATE scheduled_runs SET lease_until = now() - interval '1 s' WHERE id = $1 RETURNING id", run_id
    )


async def test_a_new_server_starts_with_the_next_slot() -> None:
    await plan(0.5)
    assert await slots(HOURLY, RunState.DUE) == []
    await plan(1)
    assert await slots(HOURLY, RunState.DUE) == [1]


@pytest.mark.whole
@pytest.mark.fault("slots")
async def test_two_schedulers_make_one_run_of_each_slot() -> None:
    await plan(0)
    for half in range(2, 2 * SLOTS + 2):
        await asyncio.gather(*(asyncio.create_task(plan(half / 2)) for _ in range(2)))
    for kind in RunKind:
        assert await slots(kind) == list(range(SLOTS + 1))  # including the slot before the start
        assert len(await slots(kind, RunState.DUE)) == 1


@pytest.mark.fault("slots")
async def test_of_several_missed_slots_the_newest_runs_and_the_others_are_skipped() -> None:
    await plan(0)
    await plan(1)
    await runs.finish(await claimed(await ScheduledRun.get(kind=HOURLY, state="due")), {})
    await plan(6.5)
    assert await slots(HOURLY, RunState.DONE) == [1]
    assert await slots(HOURLY, RunState.SKIPPED) == [0, 2, 3, 4, 5]
    assert await slots(HOURLY, RunState.DUE) == [6]


@pytest.mark.fault("slots")
async def test_a_clock_that_jumps_and_returns_loses_no_slot() -> None:
    for minute in (0, 1):
        await plan(minute)
    await plan(600)
    assert await slots(HOURLY, RunState.DUE) == [600]
    for minute in (2, 3, 4):
        await plan(minute)
        assert await slots(HOURLY, RunState.DUE) == [minute]
    assert await slots(HOURLY) == [0, 1, 2, 3, 4]


@pytest.mark.fault("slots")
async def test_a_year_of_downtime_does_not_create_a_year_of_rows() -> None:
    await plan(0)
    await plan(365 * 24 * 60)
    assert len(await slots(HOURLY)) == runs.MAX_SKIPPED + 2


async def test_due_runs_are_sent_to_workers_again_until_one_takes_them() -> None:
    told = Told()
    run = await due()
    await plan(0, told)
    await plan(0, told)
    assert told.runs == [run.id]
    await rows(
        "UPDATE scheduled_runs SET sent_at = now() - interval '2 min' WHERE id = $1 RETURNING id", run.id
    )
    await plan(0, told)
    assert told.runs == [run.id, run.id]


async def test_only_one_of_many_workers_claims_a_run() -> None:
    run = await due()
    found = await asyncio.gather(*(asyncio.create_task(runs.claim(run.id)) for _ in range(8)))
    assert len([claim for claim in found if claim]) == 1


async def test_runs_that_are_not_due_or_already_done_cannot_be_claimed() -> None:
    later = await due(start_after=datetime.now(UTC) + timedelta(minutes=1))
    assert await runs.claim(later.id) is None
    done = await due(slot=START + timedelta(minutes=1))
    assert await runs.finish(await claimed(done), {"x": 1})
    assert await runs.claim(done.id) is None
    assert await runs.claim(10**9) is None


async def test_dumps_and_restore_tests_exclude_each_other_but_not_log_shipping() -> None:
    first = await claimed(await due())
    day, drill, logs = [await due(kind) for kind in (RunKind.DUMP_DAY, DRILL, RunKind.LOGS)]
    assert await runs.claim(day.id) is None
    assert await runs.claim(drill.id) is None
    assert await runs.claim(logs.id) is not None
    await runs.finish(first, {})
    both = await asyncio.gather(*(asyncio.create_task(runs.claim(run.id)) for run in (day, drill)))
    assert len([claim for claim in both if claim]) == 1


async def test_a_run_that_waited_for_another_is_sent_when_that_one_ends() -> None:
    told = Told()
    first, second = await due(), await due(DRILL)
    await runs.tell(told)
    claim = await claimed(first)
    assert await runs.claim(second.id) is None
    await runs.tell(told)
    assert told.runs == [first.id, second.id]
    await runs.finish(claim, {})
    await runs.tell(told)
    assert told.runs == [first.id, second.id, second.id]


async def test_the_run_of_a_lost_lease_holder_is_taken_over_and_counted_once() -> None:
    told = Told()
    run = await due()
    gone = await claimed(run)
    assert await runs.claim(run.id) is None
    await expire_lease(run.id)
    await plan(0, told)
    assert told.runs == [run.id]
    taken = await claimed(run)
    assert (taken.attempt, taken.slot) == (2, gone.slot)
    assert await runs.renew(gone) is False
    assert await runs.finish(gone, {"by": "gone"}) is False
    assert await runs.finish(taken, {"by": "taken"}) is True
    await run.refresh_from_db()
    assert (run.state, run.result) == ("done", {"by": "taken"})


async def test_a_renewed_lease_keeps_the_run() -> None:
    run = await due()
    holder = await claimed(run)
    await expire_lease(run.id)
    assert await runs.renew(holder) is True
    assert await runs.claim(run.id) is None


async def test_a_run_whose_holder_dies_each_time_fails_with_that_reason() -> None:
    run = await due()
    for _ in range(runs.MAX_ATTEMPTS):
        await claimed(run)
        await expire_lease(run.id)
    assert await runs.claim(run.id) is None
    await run.refresh_from_db()
    assert run.state == "failed"
    assert run.error is not None
    assert "died 5 times" in run.error


async def test_a_transient_failure_is_retried_but_not_forever() -> None:
    run = await due()
    for attempt in range(1, runs.MAX_ATTEMPTS + 1):
        claim = await claimed(run)
        assert claim.attempt == attempt
        await runs.try_later(claim, "the store is away", timedelta(seconds=-1))
    await run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "the store is away")


async def test_a_run_that_is_given_back_is_due_again() -> None:
    run = await due()
    await runs.give_back(await claimed(run))
    assert (await claimed(run)).attempt == 1


async def test_manual_runs_are_independent_of_slots() -> None:
    await plan(0)
    claim = await runs.start_manually(RunKind.LOGS)
    assert claim is not None
    await runs.finish(claim, {})
    assert await runs.start_manually(HOURLY) is not None
    assert await runs.start_manually(DRILL) is None  # a dump is running
    await plan(1)
    assert await slots(RunKind.LOGS, RunState.DUE) == [1]


async def test_an_older_interrupted_slot_gives_way_to_the_newest() -> None:
    await plan(0)
    await plan(1)
    await claimed(await ScheduledRun.get(kind=HOURLY, state="due"))
    await expire_lease((await ScheduledRun.get(kind=HOURLY, state="running")).id)
    await plan(5)
    assert await slots(HOURLY, RunState.DUE) == [5]
    assert await slots(HOURLY, RunState.RUNNING) == []


async def test_old_finished_runs_are_deleted_and_open_ones_are_kept() -> None:
    await due(slot=START - timedelta(days=100), state="done", ended_at=START)
    kept = await due(slot=START - timedelta(days=101))
    assert await runs.forget_old(now=START) == 1
    assert [run.id for run in await runs.listed()] == [kept.id]
