"""Whether Perch is in good condition: what makes it `degraded` even though it serves everyone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.settings import Settings
from server.core.jobs import Jobs
from server.core.live import event
from server.operations import disks, runs
from server.operations.ownership import is_rehearsal
from server.operations.scheduled_run import RunKind, RunState, ScheduledRun
from server.operations.slots import Timetable

# How long after its next slot the newest dump of each kind counts as missed: an hourly dump is too old after
# 90 minutes, a daily one after 26 hours, a weekly one after 8 days; later if the settings make dumps rarer.
SLACK = {
    RunKind.DUMP_HOUR: timedelta(minutes=30),
    RunKind.DUMP_DAY: timedelta(hours=2),
    RunKind.DUMP_WEEK: timedelta(days=1),
}
USUAL = {
    RunKind.DUMP_HOUR: timedelta(hours=1),
    RunKind.DUMP_DAY: timedelta(days=1),
    RunKind.DUMP_WEEK: timedelta(days=7),
}

# The kinds of findings of a reconciliation, by the names in its result.
RECONCILED = (
    "miscounted_tweets",
    "miscounted_users",
    "stuck_pictures",
    "unfinished_removals",
    "orphaned_objects",
    "missing_objects",
    "damaged_objects",
)


# What to say if the last run of a kind failed.
FAILED = {
    RunKind.DRILL: "the last restore test failed",
    RunKind.RETENTION: "the last removal of old data failed",
    RunKind.RECONCILE: "the last reconciliation failed",
}

# Events that wait more seconds than this are no longer live.
LATE = 10

# How long a failed task is reported.
PUT_ASIDE_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something to report to an operator.

    `word` stays the same for as long as the trouble lasts. The sentence may change, and anyone may see it;
    the detail is for operators only.
    """

    word: str
    sentence: str
    detail: str | None = None

    @property
    def told(self) -> str:
        """The sentence and the detail, for operators."""
        return f"{self.sentence}: {self.detail}" if self.detail else self.sentence


async def troubles(timetable: Timetable, jobs: Jobs, *, now: datetime | None = None) -> list[Trouble]:
    """Everything that is wrong; nothing on a server that has had no slot yet."""
    if await is_rehearsal():  # a rehearsal misses no dump or run
        return [Trouble("rehearsal", "this Perch is a rehearsal, which only reads the stores")]
    now = now or datetime.now(UTC)
    found = [await _old_dump(kind, timetable, now) for kind in USUAL]
    found += [await _failed(kind) for kind in FAILED]
    found.append(await _unreconciled())
    found.append(await _put_aside(jobs, now))
    found.append(await late_events())
    return [trouble for trouble in found if trouble is not None]


async def of_disks(settings: Settings) -> list[Trouble]:
    """What is wrong with the disks of this machine."""
    found = await asyncio.to_thread(lambda: list(disks.looked_at(settings)))  # a disk may be remote and slow
    return [Trouble(f"disk_{disk.place}", *disk.trouble) for disk in found if disk.trouble]


async def _old_dump(kind: RunKind, timetable: Timetable, now: datetime) -> Trouble | None:
    newest = await runs.newest(kind, RunState.DONE)
    since = newest.slot if newest else await _first_seen(kind)
    if since is None or now <= max(since + USUAL[kind], timetable.next(kind, since)) + SLACK[kind]:
        return None
    name = kind.removeprefix("dump_")
    sentence = (
        f"the newest {name} dump is {words(now - since)} old"
        if newest
        else f"no {name} dump has been made for {words(now - since)}"
    )
    return Trouble(f"old_{kind}", sentence)


async def _first_seen(kind: RunKind) -> datetime | None:
    first = await ScheduledRun.filter(kind=kind, ended_at__not_isnull=True).order_by("ended_at").first()
    return first.ended_at if first else None


async def _failed(kind: RunKind) -> Trouble | None:
    newest = await runs.newest(kind, RunState.DONE, RunState.FAILED)
    if newest is None or newest.state is RunState.DONE:
        return None
    return Trouble(f"failed_{kind}", FAILED[kind], newest.error)


async def _unreconciled() -> Trouble | None:
    newest = await runs.newest(RunKind.RECONCILE, RunState.DONE)
    result = newest.result if newest else None
    if not isinstance(result, dict) or not result.get("found"):
        return None
    kinds = [f"{name} {result[name]}" for name in RECONCILED if result.get(name)]
    return Trouble("reconciled", "the last reconciliation found something wrong", ", ".join(kinds))


async def _put_aside(jobs: Jobs, now: datetime) -> Trouble | None:
    count = await jobs.put_aside(now - PUT_ASIDE_FOR)
    if not count:
        return None
    what = "a task" if count == 1 else f"{count} tasks"
    why = "workers died of it, or none knew it"
    return Trouble("put_aside", f"{what} failed for good within the last day: {why}")


async def late_events() -> Trouble | None:
    """Whether live updates are behind."""
    seconds = await event.behind()
    if seconds <= LATE:
        return None
    return Trouble("late_events", "live updates are late", f"the oldest has been waiting for {seconds:.0f} s")


def words(age: timedelta) -> str:
    """An age for people, such as "3 days", "5 hours" or "10 minutes"."""
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if (count := int(age.total_seconds() // seconds)) >= 2 or unit == "minute":
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise AssertionError
