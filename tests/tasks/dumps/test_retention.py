"""Retention: what is deleted, what is kept, and that a dry run changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from server.operations import runs
from server.operations.dumps.manifest import DumpKind
from server.operations.scheduled_run import RunKind
from tasks.dumps import drills, making, retention
from tasks.dumps.retention import Expired
from tasks.runs import carry_out
from tasks.workshop import Workshop
from tests.tasks.dumps.conftest import only_local
from tests.tasks.dumps.parts import listing

NOW = datetime.now(UTC)


async def dumped(workshop: Workshop, kind: DumpKind, *days: float) -> list[str]:
    """Make dumps of these ages; returns their ids."""
    return [(await making.make(kind, NOW - timedelta(days=age), workshop)).id for age in days]


async def gone(workshop: Workshop, now: datetime = NOW) -> list[str]:
    return [item.what for item in await retention.expired(workshop, now=now)]


async def test_each_kind_of_dump_is_kept_for_its_days(workshop: Workshop) -> None:
    hour = await dumped(workshop, "hour", 0.1, 2.9, 3.1, 10)
    day = await dumped(workshop, "day", 0.1, 4.9, 5.1)
    week = await dumped(workshop, "week", 0.1, 13, 15)
    found: list[Expired] = await retention.expired(workshop, now=NOW)
    assert [item.what for item in found] == [hour[2], hour[3], day[2], week[2]]
    assert found[0].reason == "hour dumps are kept for 3 days"
    await retention.remove(found, workshop)
    assert await gone(workshop) == []
    left = {item.key.split("/")[-1].split(".")[0] async for item in workshop.backups.list("backup_database/")}
    assert left == {hour[0], hour[1], day[0], day[1], week[0], week[1]}


@only_local
async def test_the_newest_two_proven_dumps_and_the_newest_of_each_kind_stay(workshop: Workshop) -> None:
    ids = await dumped(workshop, "hour", 20, 21, 22, 23)
    for dump_id in ids[1:]:
        found = (await listing(workshop)).find(dump_id)
        await drills.drill(found, workshop)
    assert await gone(workshop) == [ids[3]]


@only_local
async def test_log_archives_are_kept_for_their_days(workshop: Workshop) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x"

    key = "logs/2026-11-01/host.web-1.20261101T000000.1.1.jsonl.gz"
    await workshop.backups.put(key, body(), content_type="application/gzip")
    assert await gone(workshop, datetime.now(UTC) + timedelta(days=3.9)) == []
    assert await gone(workshop, datetime.now(UTC) + timedelta(days=4.1)) == [key]


async def test_the_retention_run_deletes_what_is_expired(workshop: Workshop) -> None:
    old = await dumped(workshop, "hour", 0.1, 30)
    claim = await runs.start_manually(RunKind.RETENTION)
    assert claim is not None
    await carry_out(claim, workshop)
    run = await runs.get(claim.id)
    assert run.state == "done"
    assert run.result is not None
    rules = "none" if workshop.settings.backup_kind == "local" else "written"
    assert (run.result["removed"], run.result["lifecycle"]) == (1, rules)
    found = await listing(workshop)
    assert [dump.id for dump in found.dumps] == [old[0]]


@pytest.mark.fault("dump-killed")
@only_local
async def test_partial_files_of_a_killed_dump_are_removed(workshop: Workshop) -> None:
    half = workshop.settings.backup_folder / ".aside" / "half"
    half.write_bytes(b"x")
    before = datetime.now(UTC)
    assert (
        await workshop.backups.remove_unfinished("backup_database/", before=before - timedelta(hours=1)) == 0
    )
    assert (
        await workshop.backups.remove_unfinished("backup_database/", before=before + timedelta(hours=1)) == 1
    )
    assert not half.exists()
