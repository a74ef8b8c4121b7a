"""Degraded health, and telling the operators once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import server.operations.disks
import tasks.disks
from config.settings import Settings
from server.context import Context
from server.core.database.connection import rows
from server.core.jobs import Jobs
from server.operations import condition, runs
from server.operations.scheduled_run import RunKind, ScheduledRun
from server.operations.slots import Timetable
from storage.local import LocalStore
from tasks import health
from tasks.workshop import Workshop
from tests import disks, posts
from tests.callers import Caller
from tests.posts import Taker

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime.now(UTC)


@pytest.fixture
def webhook() -> Iterator[Taker]:
    with posts.taken() as taker:
        yield taker


@pytest.fixture
async def workshop(settings: Settings, perch: Context, webhook: Taker) -> Workshop:
    await rows("UPDATE instance SET trouble = '{}' RETURNING id")
    chosen = settings.model_copy(update={"alert_webhook_url": webhook.url, "instance_name": "Nest"})
    return Workshop.of(chosen, perch.store, LocalStore(settings.backup_folder), perch.jobs)


@pytest.fixture
def jobs(perch: Context) -> Jobs:
    return perch.jobs


async def ended(kind: RunKind, age: timedelta, state: str = "done", **values: Any) -> ScheduledRun:
    at = NOW - age
    made = {"kind": kind, "slot": at, "start_after": at, "state": state, "ended_at": at, **values}
    return await ScheduledRun.create(**made)


async def words(settings: Settings, jobs: Jobs) -> list[str]:
    return [trouble.word for trouble in await condition.troubles(Timetable.of(settings), jobs, now=NOW)]


async def test_a_new_server_is_healthy_until_its_dumps_are_overdue(settings: Settings, jobs: Jobs) -> None:
    assert await words(settings, jobs) == []
    await ended(RunKind.DUMP_HOUR, timedelta(minutes=80), "skipped", error=runs.BEFORE_THE_START)
    assert await words(settings, jobs) == []
    await ended(RunKind.DUMP_DAY, timedelta(hours=27), "skipped", error=runs.BEFORE_THE_START)
    assert await words(settings, jobs) == ["old_dump_day"]


async def test_a_rehearsal_reports_itself_and_misses_no_dumps(settings: Settings, jobs: Jobs) -> None:
    await ended(RunKind.DUMP_DAY, timedelta(days=20))
    try:
        await rows("UPDATE instance SET is_rehearsal = true RETURNING id")
        assert await words(settings, jobs) == ["rehearsal"]
    finally:
        await rows("UPDATE instance SET is_rehearsal = false RETURNING id")


@pytest.mark.parametrize(
    ("kind", "well", "old"),
    [
        (RunKind.DUMP_HOUR, timedelta(minutes=89), timedelta(minutes=91)),
        (RunKind.DUMP_DAY, timedelta(hours=25.9), timedelta(hours=26.1)),
        (RunKind.DUMP_WEEK, timedelta(days=7.9), timedelta(days=8.1)),
    ],
)
async def test_an_overdue_dump_degrades_health(
    settings: Settings, jobs: Jobs, kind: RunKind, well: timedelta, old: timedelta
) -> None:
    run = await ended(kind, well)
    assert await words(settings, jobs) == []
    run.slot = NOW - old
    await run.save()
    assert await words(settings, jobs) == [f"old_{kind}"]
    await ended(kind, timedelta(minutes=1), "failed", error="x")
    assert await words(settings, jobs) == [f"old_{kind}"]


async def test_deliberately_rare_dumps_are_not_overdue(settings: Settings, jobs: Jobs) -> None:
    last = NOW - timedelta(hours=3)
    days = f"{last.isoweekday() % 7},{(last.isoweekday() + 1) % 7}"
    cron = f"{last.minute} {last.hour} * * {days}"
    rare = Timetable({**Timetable.of(settings).crons, RunKind.DUMP_HOUR: cron}, ZoneInfo("UTC"))
    newest = rare.newest(RunKind.DUMP_HOUR, NOW)
    run = await ended(RunKind.DUMP_HOUR, NOW - newest)
    assert await condition.troubles(rare, jobs, now=NOW) == []
    run.slot = rare.newest(RunKind.DUMP_HOUR, newest - timedelta(minutes=1))
    await run.save()
    assert [trouble.word for trouble in await condition.troubles(rare, jobs, now=NOW)] == ["old_dump_hour"]


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (RunKind.DRILL, "restore test"),
        (RunKind.RETENTION, "removal of old data"),
        (RunKind.RECONCILE, "reconciliation"),
    ],
)
async def test_a_failed_run_degrades_health_until_one_succeeds(
    settings: Settings, jobs: Jobs, kind: RunKind, what: str
) -> None:
    await ended(kind, timedelta(hours=2), "failed", error="a bit flipped")
    (trouble,) = await condition.troubles(Timetable.of(settings), jobs, now=NOW)
    assert trouble.told == f"the last {what} failed: a bit flipped"
    await ended(kind, timedelta(hours=1))
    assert await words(settings, jobs) == []


async def test_readiness_says_degraded_and_stays_200(anybody: Caller) -> None:
    assert (await anybody.get("/health/ready")).body == {"result": True, "status": "ok", "reasons": []}
    await ended(RunKind.DRILL, timedelta(hours=2), "failed", error="a bit flipped")
    answer = await anybody.get("/health/ready")
    assert (answer.status, answer["status"]) == (200, "degraded")
    assert answer["reasons"] == ["the last restore test failed"]  # the details are only for operators


async def test_a_change_of_health_is_posted_once(
    workshop: Workshop, webhook: Taker, caplog: pytest.LogCaptureFixture
) -> None:
    await health.tell_changes(workshop)
    assert webhook.parsed == []
    await ended(RunKind.DRILL, timedelta(hours=2), "failed", error="a bit flipped")
    await health.tell_changes(workshop)
    await health.tell_changes(workshop)
    (told,) = webhook.parsed
    assert (told["instance"], told["state"]) == ("Nest", "degraded")
    assert told["reasons"] == ["the last restore test failed: a bit flipped"]
    assert told["text"] == "Nest: the last restore test failed: a bit flipped"
    assert caplog.text.count("degraded: the last restore test failed") == 1
    await ended(RunKind.DRILL, timedelta(hours=1))
    await health.tell_changes(workshop)
    await health.tell_changes(workshop)
    assert [post["state"] for post in webhook.parsed] == ["degraded", "ok"]


async def test_a_webhook_that_refuses_is_retried(
    workshop: Workshop, webhook: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ended(RunKind.DRILL, timedelta(hours=2), "failed", error="x")
    webhook.refusals = 2
    await health.tell_changes(workshop)
    assert len(webhook.parsed) == 1


async def test_redirects_of_a_webhook_are_not_followed(
    workshop: Workshop, webhook: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "POST_TRIES", 1)
    await ended(RunKind.DRILL, timedelta(hours=2), "failed", error="x")
    with posts.taken() as elsewhere:
        webhook.redirects_to = elsewhere.url
        with pytest.raises(OSError, match="it responded with 307"):
            await health.tell_changes(workshop)
        assert elsewhere.posts == []


async def test_an_unreachable_webhook_is_retried_the_next_minute(
    workshop: Workshop, webhook: Taker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "POST_TRIES", 1)
    await ended(RunKind.DRILL, timedelta(hours=2), "failed", error="x")
    webhook.refusals = 1
    with pytest.raises(ConnectionError):
        await health.tell_changes(workshop)
    await health.tell_changes(workshop)
    assert len(webhook.parsed) == 1


async def test_without_a_webhook_nothing_is_posted(workshop: Workshop, webhook: Taker) -> None:
    settings = workshop.settings.model_copy(update={"alert_webhook_url": None})
    await ended(RunKind.DRILL, timedelta(hours=2), "failed", error="x")
    await health.tell_changes(replace(workshop, settings=settings))
    assert webhook.parsed == []


def as_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: name)


async def test_the_disk_of_one_of_several_machines_is_reported_once_by_its_name(
    workshop: Workshop, webhook: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with disks.small(tmp_path / "small", 64) as small, disks.full(small):
        of_one = workshop.settings.model_copy(update={"backup_dir": small})
        for _ in range(3):  # whichever worker checks
            as_machine("one", monkeypatch)
            await health.tell_changes(replace(workshop, settings=of_one))
            as_machine("two", monkeypatch)
            await health.tell_changes(workshop)
        (told,) = webhook.parsed
        assert told["reasons"] == [
            f"the disk that holds the backups is nearly full: 0 B of 67.1 MB free at {small}, on one"
        ]
    as_machine("one", monkeypatch)
    await health.tell_changes(workshop)
    assert [post["state"] for post in webhook.parsed] == ["degraded", "ok"]


async def test_a_machine_that_is_gone_does_not_degrade_health_forever(
    workshop: Workshop, webhook: Taker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with disks.small(tmp_path / "small", 64) as small, disks.full(small):
        as_machine("one", monkeypatch)
        of_one = workshop.settings.model_copy(update={"backup_dir": small})
        await health.tell_changes(replace(workshop, settings=of_one))
    as_machine("two", monkeypatch)
    await health.tell_changes(workshop)
    assert [post["state"] for post in webhook.parsed] == ["degraded"]
    monkeypatch.setattr(tasks.disks, "HEARD_WITHIN", timedelta(0))
    await health.tell_changes(workshop)
    assert [post["state"] for post in webhook.parsed] == ["degraded", "ok"]


async def test_readiness_says_that_a_disk_is_nearly_full_but_not_where(
    anybody: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.operations.disks, "enough", lambda size: size + 1)
    answer = await anybody.get("/health/ready")
    assert (answer.status, answer["status"]) == (200, "degraded")
    assert answer["reasons"] == ["the disk that holds the data is nearly full"]
    (reason,) = (await carol.get("/api/operations/"))["reasons"]
    assert reason.startswith("the disk that holds the data is nearly full: ")
    assert " free at /" in reason
