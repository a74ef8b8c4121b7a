"""Two real schedulers are killed, and the clock is set: each slot has one row and runs once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from server.operations.scheduled_run import RunKind
from tests.faults import houses
from tests.faults.houses import House
from tests.faults.workers import started
from tests.thorough import much
from tests.waiting import lasting, until

# Logs are shipped in each minute of the clock below, one of whose minutes lasts a second. Nothing else is
# scheduled.
CRONS = {f"{kind.upper()}_CRON": "0 0 1 1 *" for kind in RunKind} | {"LOGS_CRON": "* * * * *"}

# Runs are claimed by the database's own clock: to that, every slot has come. The file says by how much the
# clock was set. Plans are made each second, not each ten.
CLOCK = """
import time
from datetime import datetime, timedelta
from pathlib import Path
began, start, plan = {began!r}, datetime.fromisoformat({start!r}), runs.plan
async def plan_by_the_clock(timetable, jobs):
    passed = (time.time() - began) * 60 + float(Path({file!r}).read_text())
    await plan(timetable, jobs, now=start + timedelta(seconds=passed))
runs.plan = plan_by_the_clock
scheduler.PLAN_EVERY = 1
"""

# How long each phase lasts, in seconds, which are minutes of the clock.
A_WHILE = much(usually=0.5, thoroughly=15)

AHEAD = timedelta(hours=3)

SLOTS = "SELECT slot, state, error, attempt FROM scheduled_runs WHERE kind = 'logs' ORDER BY slot"

DONE = "SELECT count(*) FROM scheduled_runs WHERE state = 'done' AND slot > $1"

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.fault("slots")
async def test_each_slot_runs_once_despite_killed_schedulers_and_clock_changes(
    settings: Settings, tmp_path: Path, measured: Callable[[str], None]
) -> None:
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=20)
    set_by = tmp_path / "set by"
    set_by.write_text("0")
    clock = CLOCK.format(began=datetime.now(UTC).timestamp(), start=start.isoformat(), file=str(set_by))
    async with houses.opened(settings, tmp_path / "data", **CRONS) as house:
        with ExitStack() as everybody:

            def begin(command: str) -> ExitStack:
                stack = everybody.enter_context(ExitStack())
                stack.enter_context(started(house.environment, house.log, clock, command))
                return stack

            begin("worker")
            schedulers = [begin("scheduler"), begin("scheduler")]
            await until(lambda: done(house, 2), within=30)
            await lasting(A_WHILE)
            set_by.write_text(str(AHEAD.total_seconds()))
            await until(lambda: done(house, 1, after=start + AHEAD), within=10)
            set_by.write_text("0")
            before = await how_many(house)
            await until(lambda: done(house, before + 1), within=10)
            for scheduler in schedulers:  # killed
                scheduler.close()
            await lasting(A_WHILE + 2)
            down = await how_many(house)
            begin("scheduler")
            await until(lambda: done(house, down + 2), within=20)
        rows = await house.database.fetch(SLOTS)
    here = [row for row in rows if row["slot"] < start + AHEAD]
    minutes = [(row["slot"] - here[0]["slot"]) / timedelta(minutes=1) for row in here]
    assert minutes == list(range(len(here)))  # each slot has exactly one row
    assert {row["state"] for row in rows} <= {"done", "skipped", "due", "running"}
    assert {row["attempt"] for row in rows if row["state"] == "done"} == {1}
    assert all(row["attempt"] == 0 for row in rows if row["state"] == "skipped")
    skipped = [row for row in here[1:] if row["state"] == "skipped"]
    assert {row["error"] for row in skipped} == {"skipped for a newer scheduled time"}
    assert len(skipped) >= A_WHILE
    counted = len([row for row in rows if row["state"] == "done"])
    measured(
        f"two schedulers killed, a clock set forward and back by {AHEAD}: {len(here)} slots with one row "
        f"each, {counted} of them run, each once, {len(skipped)} skipped"
    )


async def done(house: House, count: int, *, after: datetime = LONG_AGO) -> bool:
    """Whether this many slots after a moment have run."""
    return await how_many(house, after) >= count


async def how_many(house: House, after: datetime = LONG_AGO) -> int:
    """The number of slots that have run."""
    found: int = await house.database.fetchval(DONE, after)
    return found
