"""Dumps are made by their runs from one snapshot each, and leave nothing behind when they end early."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from server.core.database.connection import rows
from server.operations import runs
from server.operations.dumps.errors import DumpFailed
from server.operations.scheduled_run import RunKind, ScheduledRun
from tasks.dumps import drills, making, postgres, space
from tasks.dumps.postgres import clients, connected, conninfo, password_file, running
from tasks.runs import carry_out
from tasks.workshop import Workshop
from tests import proxy, servers
from tests.proxy import Hang
from tests.tasks.dumps.conftest import only_local
from tests.tasks.dumps.parts import (
    LONG_TWEETS,
    SLOT,
    changed,
    dumping,
    keys,
    listing,
    make,
)
from tests.waiting import until

RELOAD = "SELECT pg_reload_conf()"
GUARDED = """
    DO $$ BEGIN CREATE ROLE guarded SUPERUSER LOGIN PASSWORD 'p:a\\ss word';
    EXCEPTION WHEN duplicate_object THEN NULL; END $$
"""


@only_local
async def test_the_rows_are_counted_in_the_dumps_own_snapshot(workshop: Workshop) -> None:
    writing = True

    async def write() -> None:
        while writing:
            await rows("INSERT INTO tweets (author_id, content) VALUES (1, 'meanwhile') RETURNING id")

    writer = asyncio.create_task(write())
    try:
        for _ in range(3):
            assert (await drills.drill(await make(workshop), workshop)).error is None
    finally:
        writing = False
        await writer


@only_local
async def test_a_killed_pg_dump_leaves_nothing_behind(workshop: Workshop) -> None:
    await rows(LONG_TWEETS)

    def kill(_: int) -> None:
        subprocess.run(["pkill", "-9", "-P", str(os.getpid()), "pg_dump"], check=False)

    with pytest.raises(DumpFailed, match="pg_dump exited with -9"):
        await making.make("hour", SLOT, replace(workshop, on_progress=kill))
    assert await keys(workshop.backups) == []


@pytest.mark.parametrize(("trigger", "state"), [("schedule", "due"), ("manual", "failed")])
async def test_a_cancelled_dump_leaves_nothing_behind_and_a_scheduled_run_is_given_back(
    workshop: Workshop, trigger: str, state: str
) -> None:
    await rows(LONG_TWEETS)
    kind = RunKind.DUMP_HOUR
    run = await ScheduledRun.create(kind=kind, slot=SLOT, start_after=SLOT, trigger=trigger)
    claim = await runs.claim(run.id)
    assert claim is not None
    await carry_out(claim, replace(workshop, on_progress=lambda _: workshop.stop.set()))
    await run.refresh_from_db()
    assert (run.state, run.attempt) == (state, 0 if state == "due" else 1)
    assert await keys(workshop.backups) == []
    assert dumping() == b""


@only_local
async def test_a_dump_that_another_worker_took_over_is_not_kept(workshop: Workshop) -> None:
    async def lost() -> bool:
        return False

    with pytest.raises(DumpFailed, match="has taken over this dump"):
        await making.make("hour", SLOT, workshop, still_wanted=lost)
    assert await keys(workshop.backups) == []


@only_local
async def test_a_dump_that_takes_too_long_ends(workshop: Workshop) -> None:
    """It ends in the middle of the stream: its thread is slower than the limit allows."""
    await rows(LONG_TWEETS)
    hasty = changed(workshop, dump_timeout=0.5)

    def slow_disk(_: object) -> None:
        time.sleep(0.2)  # noqa: TID251 (how slow it is)

    with pytest.raises(DumpFailed, match="longer than DUMP_TIMEOUT"):
        await making.make("hour", SLOT, replace(hasty, on_progress=slow_disk))
    assert await keys(workshop.backups) == []
    assert dumping() == b""


def test_disk_space_is_checked_before_a_dump(tmp_path: Path) -> None:
    space.require(tmp_path / "not" / "there", 0, "the dump")
    with pytest.raises(DumpFailed, match="the dump would need about"):
        space.require(tmp_path, 1 << 60, "the dump")


@only_local
async def test_a_password_is_in_no_argument_and_in_no_readable_environment(workshop: Workshop) -> None:
    folder = Path(workshop.settings.database.host).parent / "postgres"
    hba = folder / "pg_hba.conf"
    before = hba.read_text()
    address = replace(workshop.settings.database, user="guarded", password="p:a\\ss word", database="perch")
    hba.write_text("local all guarded scram-sha-256\n" + before)
    await servers.as_superuser(workshop.settings, GUARDED, RELOAD)

    async def is_guarded() -> bool:
        try:
            async with connected(replace(address, password="wrong")):
                return False
        except asyncpg.InvalidPasswordError:
            return True

    try:
        await until(is_guarded)
        with running(
            clients(await server_version(workshop)),
            "pg_dump",
            address,
            ["--schema-only"],
            stdout=subprocess.PIPE,
        ) as program:
            process = program.process
            process.send_signal(signal.SIGSTOP)
            seen = (
                Path(f"/proc/{process.pid}/cmdline").read_bytes()
                + Path(f"/proc/{process.pid}/environ").read_bytes()
            )
            process.send_signal(signal.SIGCONT)
            out, _ = await asyncio.to_thread(process.communicate, timeout=30)
            program.end_well(5)
        assert b"CREATE TABLE" in out
        assert b"ss word" not in seen
    finally:
        hba.write_text(before)
        await servers.as_superuser(workshop.settings, RELOAD)
    descriptor = password_file("x")
    assert os.fstat(descriptor).st_mode & 0o077 == 0
    os.close(descriptor)


async def test_the_run_of_a_slot_makes_its_dump(workshop: Workshop) -> None:
    run = await ScheduledRun.create(kind=RunKind.DUMP_WEEK, slot=SLOT, start_after=SLOT)
    claim = await runs.claim(run.id)
    assert claim is not None
    await carry_out(claim, workshop)
    await run.refresh_from_db()
    assert run.state == "done"
    assert run.result is not None
    (dump,) = (await listing(workshop)).dumps
    assert (dump.id, dump.manifest.kind, dump.manifest.slot) == (run.result["dump"], "week", SLOT)


@only_local
async def test_a_dump_to_an_unreachable_store_is_retried_and_never_reported_as_good(
    workshop: Workshop,
) -> None:
    claim = await runs.start_manually(RunKind.DUMP_HOUR)
    assert claim is not None
    folder = workshop.settings.backup_folder / ".aside"
    folder.rmdir()
    await carry_out(claim, workshop)
    run = await runs.get(claim.id)
    assert (run.state, run.attempt) == ("due", 1)
    assert run.start_after > datetime.now(UTC) + timedelta(seconds=20)
    assert run.error


@only_local
async def test_a_dump_whose_run_died_in_the_last_step_is_found_and_not_repeated(
    workshop: Workshop,
) -> None:
    run = await ScheduledRun.create(kind=RunKind.DUMP_HOUR, slot=SLOT, start_after=SLOT)
    gone = await runs.claim(run.id)
    assert gone is not None
    dump = await make(workshop)
    await rows("UPDATE scheduled_runs SET lease_until = now() - interval '1 s' RETURNING id")
    taken = await runs.claim(run.id)
    assert taken is not None
    await carry_out(taken, workshop)
    assert [one.id for one in (await listing(workshop)).dumps] == [dump.id]
    assert (await runs.get(run.id)).state == "done"


def test_a_program_that_does_not_end_is_killed(tmp_path: Path) -> None:
    (tmp_path / "pg_restore").symlink_to("/usr/bin/sleep")
    with (
        running(tmp_path, "pg_restore", None, ["60"]) as program,
        pytest.raises(DumpFailed, match="didn't finish"),
    ):
        program.end_well(0.2)
    assert program.process.poll() is not None


async def server_version(workshop: Workshop) -> int:
    async with connected(workshop.settings.database) as connection:
        return int(connection.get_server_version().major)


@pytest.mark.fault("postgres")
@only_local
async def test_a_dump_of_a_hanging_database_is_ended_in_time(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "CONNECT_TIMEOUT", 1)
    await rows(LONG_TWEETS)
    server = f"{workshop.settings.database.host}/.s.PGSQL.{workshop.settings.database.port}"
    with proxy.before(server) as gate:
        url = f"postgresql://perch@127.0.0.1:{gate.port}/{workshop.settings.database.database}"
        hasty = changed(workshop, database_url=url, dump_timeout=2)

        def hang(_: int) -> None:
            gate.mode = Hang()

        began = time.monotonic()
        with pytest.raises((DumpFailed, TimeoutError)):
            await making.make("hour", SLOT, replace(hasty, on_progress=hang))
        assert time.monotonic() - began < 10
    assert await keys(workshop.backups) == []
    assert dumping() == b""


def test_a_database_name_is_not_parsed_as_connection_parameters() -> None:
    """libpq parses a name that contains = as parameters, and would send the password elsewhere."""
    assert conninfo("perch") == "dbname='perch'"
    assert conninfo("x' host='evil") == "dbname='x\\' host=\\'evil'"
    assert conninfo("a\\b") == "dbname='a\\\\b'"
