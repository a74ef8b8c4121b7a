"""Restore tests prove dumps, encrypted ones while they are made; failures of anything else don't count."""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from config.database_address import DatabaseAddress
from server.core.database.connection import rows
from server.core.database.locks import AdvisoryLock
from server.core.database.own_server import SUPERUSER
from server.operations.dumps import catalogue
from server.operations.dumps.catalogue import Dump
from server.operations.dumps.errors import DumpFailed
from server.operations.dumps.manifest import Manifest
from server.operations.runs import Claim
from server.operations.scheduled_run import RunKind
from tasks.dumps import drills, making, pg_restore
from tasks.dumps.pg_restore import Restoring
from tasks.dumps.postgres import connected
from tasks.dumps.scratch import PREFIX
from tasks.dumps.verifying import verify
from tasks.workshop import Workshop
from tests import servers
from tests.tasks.dumps.conftest import only_local
from tests.tasks.dumps.parts import (
    LONG_TWEETS,
    SLOT,
    changed,
    encrypting,
    listing,
    make,
    overwrite,
)

pytestmark = pytest.mark.whole


async def scratch_databases() -> list[str]:
    found = await rows("SELECT datname FROM pg_database WHERE datname LIKE $1", PREFIX + "%")
    return [row["datname"] for row in found]


async def test_a_dump_is_made_listed_verified_and_proven(workshop: Workshop) -> None:
    dump = await make(workshop, "day")
    manifest = dump.manifest
    assert manifest.key.startswith("backup_database/day_dumps/day-20261124T180500Z-")
    assert (manifest.rows["public.users"], manifest.rows["public.tweets"], manifest.rows["public.likes"]) == (
        20,
        500,
        100,
    )
    assert manifest.stored_bytes < manifest.archive_bytes
    assert manifest.migrations
    assert manifest.server_version.split(".")[0] == str(manifest.client_version)
    assert dump.trouble is None
    assert not dump.is_proven
    assert await verify(dump, workshop) == "hash and archive"
    found = await drills.drill(dump, workshop)
    assert (found.error, found.rows) == (None, sum(manifest.rows.values()))
    after = await listing(workshop)
    assert after.find(dump.id).is_proven
    assert {one.folder for one in after.dumps} == {"backup_database/day_dumps/", "backup_database/proven/"}
    assert after.strays == []
    assert await scratch_databases() == []


async def test_an_encrypted_dump_is_tested_while_it_is_made_and_later_with_its_key(
    workshop: Workshop,
) -> None:
    secret, identity = encrypting(workshop)
    _, other = encrypting(workshop)
    dump = await make(secret)
    assert dump.manifest.encryption == "age"
    assert dump.drill is not None
    assert (dump.drill.error, dump.drill.source, dump.is_proven) == (None, "stream", False)
    stored = await catalogue.read_whole(workshop.backups, dump.key, largest=64 << 20)
    assert b"PGDMP" not in stored
    assert b"Tweet" not in stored
    assert "encrypted" in await verify(dump, workshop)
    assert (await drills.drill(dump, workshop)).error is None  # its stored bytes are read back
    assert (await listing(workshop)).find(dump.id).is_proven
    assert await verify(dump, workshop, identity=identity) == "hash and archive"
    found = await drills.drill(dump, workshop, identity=identity)
    assert (found.error, found.source) == (None, "stored")
    for wrong in (verify, drills.drill):
        with pytest.raises(DumpFailed, match="can't be decrypted"):
            await wrong(dump, workshop, identity=other)
    assert (await listing(workshop)).find(dump.id).is_proven  # a wrong key is not the dump's fault


def kill_pg_restore(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, each pg_restore dies as soon as it has started."""
    starting = pg_restore.into

    @contextmanager
    def into(database: DatabaseAddress | None, version: int) -> Iterator[Restoring]:
        with starting(database, version) as sink:
            subprocess.run(["pkill", "-9", "-P", str(os.getpid()), "pg_restore"], check=False)
            yield sink

    monkeypatch.setattr(pg_restore, "into", into)


@only_local
async def test_an_aborted_restore_test_while_dumping_keeps_the_dump(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, identity = encrypting(workshop)
    await rows(LONG_TWEETS)
    kill_pg_restore(monkeypatch)
    with pytest.raises(DumpFailed, match="was made, but its restore test failed: pg_restore exited with -9"):
        await make(secret)
    (dump,) = (await listing(workshop)).dumps
    assert dump.drill is not None
    assert dump.drill.error == "pg_restore exited with -9: it printed nothing"
    monkeypatch.undo()
    assert (await drills.drill(dump, workshop, identity=identity)).error is None


@only_local
async def test_an_encrypted_dump_that_becomes_corrupt_is_not_proven(workshop: Workshop) -> None:
    secret, _ = encrypting(workshop)
    dump = await make(secret)
    bad = bytearray(await catalogue.read_whole(workshop.backups, dump.key, largest=64 << 20))
    bad[len(bad) // 2] ^= 1
    await overwrite(workshop.backups, dump.key, bytes(bad))
    assert (await drills.drill(dump, workshop)).error is not None
    assert not (await listing(workshop)).find(dump.id).is_proven


@only_local
async def test_missing_rows_fail_the_restore_test(workshop: Workshop) -> None:
    dump = await make(workshop)
    claims_more = replace(dump, manifest=replaced(dump.manifest, "public.tweets", 501))
    found = await drills.drill(claims_more, workshop)
    assert found.error == "public.tweets has 500 rows instead of 501"


def replaced(manifest: Manifest, table: str, count: int) -> Manifest:
    return msgspec.structs.replace(manifest, rows={**manifest.rows, table: count})


@only_local
async def test_the_two_newest_proven_dumps_are_kept_separately(workshop: Workshop) -> None:
    made = [await make(workshop, slot=SLOT + timedelta(hours=hour)) for hour in range(3)]
    for dump in made:
        await drills.drill(dump, workshop)
    proven = [one for one in (await listing(workshop)).dumps if one.folder.endswith("proven/")]
    assert [one.id for one in proven] == [made[2].id, made[1].id]
    assert await verify(proven[0], workshop) == "hash and archive"


@only_local
async def test_restore_tests_run_one_at_a_time_and_clean_up_after_killed_ones(workshop: Workshop) -> None:
    dump = await make(workshop)
    await rows(f"CREATE DATABASE {PREFIX}perch")
    async with connected(workshop.settings.database) as other:
        await other.execute("SELECT pg_advisory_lock($1)", AdvisoryLock.DRILLS)
        with pytest.raises(DumpFailed, match="another restore test"):
            await drills.drill(dump, workshop)
    assert (await drills.drill(dump, workshop)).error is None
    assert await scratch_databases() == []


MODEST = "DO $$ BEGIN CREATE ROLE modest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"


@only_local
async def test_a_role_that_cannot_create_databases_is_told_what_to_do(workshop: Workshop) -> None:
    await servers.as_superuser(workshop.settings, MODEST)
    dump = await make(workshop)
    url = f"postgresql://modest@/perch?host={workshop.settings.database.host}"
    modest = changed(workshop, database_url=url)
    with pytest.raises(DumpFailed, match='ALTER ROLE "modest" CREATEDB'):
        await drills.drill(dump, modest)


@pytest.mark.parametrize("encrypted", [False, True])
@only_local
async def test_a_pg_restore_that_dies_does_not_count_against_the_dump(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, encrypted: bool
) -> None:
    """Nor does it hang anything: the archive is larger than what pipes hold."""
    encrypted_workshop, identity = encrypting(workshop)
    await rows(LONG_TWEETS)
    dump = await make(encrypted_workshop if encrypted else workshop)
    secret = identity if encrypted else None
    assert (await drills.drill(dump, workshop, identity=secret)).is_proof
    kill_pg_restore(monkeypatch)
    async with asyncio.timeout(20):
        with pytest.raises(DumpFailed, match="pg_restore exited with -9"):
            await drills.drill(dump, workshop, identity=secret)
    assert (await listing(workshop)).find(dump.id).is_proven


@only_local
async def test_a_damaged_copy_does_not_displace_a_good_proven_dump(workshop: Workshop) -> None:
    made = [await make(workshop, slot=SLOT + timedelta(hours=hour)) for hour in range(3)]
    for dump in made[:2]:
        await drills.drill(dump, workshop)
    copy = workshop.settings.dump_folder("proven") + made[1].key.rpartition("/")[2]
    await overwrite(workshop.backups, copy, b"x")
    await drills.drill(made[2], workshop)
    proven = {one.id for one in (await listing(workshop)).dumps if one.folder.endswith("proven/")}
    assert {made[0].id, made[2].id} <= proven


# What a planted archive does when it is restored: a view is filled by a function that runs a program.
PLANTED = """
    CREATE FUNCTION planted() RETURNS int LANGUAGE plpgsql AS
        'BEGIN COPY (SELECT 1) TO PROGRAM ''cat > {marker}''; RETURN 1; END';
    CREATE MATERIALIZED VIEW planted_view AS SELECT planted() AS one
"""

CLAIM = Claim(0, RunKind.DRILL, SLOT, "schedule", 1, "somebody")


@only_local
@pytest.mark.fault("planted")
async def test_a_planted_dump_runs_no_program_and_is_not_tested_automatically(
    workshop: Workshop, tmp_path: Path
) -> None:
    """The planted dump is the newest, with the right manifest and hash, but this Perch did not make it.

    The role is a superuser's, as somebody's own PostgreSQL may have it.
    """
    url = f"postgresql://{SUPERUSER}@/perch?host={workshop.settings.database.host}"
    workshop = changed(workshop, database_url=url)
    marker = Path(tempfile.gettempdir()) / f"planted-{secrets.token_hex(8)}"
    mine = await make(workshop, slot=SLOT - timedelta(hours=1))
    await record(mine)
    async with connected(workshop.settings.database) as connection:
        await connection.execute(PLANTED.format(marker=marker))
        marker.unlink()  # it works for a superuser
        try:
            planted = await make(workshop)
        finally:
            await connection.execute("DROP MATERIALIZED VIEW planted_view; DROP FUNCTION planted()")
    with pytest.raises(DumpFailed, match="pg_restore exited with 1"):
        await drills.drill(planted, workshop)
    assert not marker.exists()
    assert (await drills.drill_newest(CLAIM, workshop))["dump"] == mine.id
    assert not marker.exists()
    assert await scratch_databases() == []


@only_local
async def test_a_damaged_manifest_of_the_far_future_does_not_stop_scheduled_tests(workshop: Workshop) -> None:
    """One that might be the newest dump's does."""
    mine = await make(workshop, slot=SLOT)
    await record(mine)
    folder = mine.key.rpartition("/")[0]
    await overwrite(workshop.backups, f"{folder}/hour-99991231T235959Z-abcdef.json", b"x")
    assert (await drills.drill_newest(CLAIM, workshop))["dump"] == mine.id
    newer = f"{SLOT + timedelta(hours=1):%Y%m%dT%H%M%SZ}"
    await overwrite(workshop.backups, f"{folder}/hour-{newer}-abcdef.json", b"x")
    with pytest.raises(DumpFailed, match="damaged manifest"):
        await drills.drill_newest(CLAIM, workshop)


async def record(dump: Dump) -> None:
    """Record the dump, as the run that makes a dump does."""
    result = msgspec.json.encode(making.summary(dump.manifest)).decode()
    await rows(
        "INSERT INTO scheduled_runs (kind, slot, trigger, state, attempt, start_after, ended_at, result) "
        "VALUES ('dump_hour', $1, 'schedule', 'done', 1, now(), now(), $2::jsonb) RETURNING id",
        dump.manifest.slot,
        result,
    )


@only_local
async def test_bytes_other_than_the_stored_ones_do_not_reach_pg_restore(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = await make(workshop)
    data = bytearray(await catalogue.read_whole(workshop.backups, dump.key, largest=64 << 20))
    data[-1] ^= 1
    await overwrite(workshop.backups, dump.key, bytes(data))
    monkeypatch.setattr(pg_restore, "into", None)  # any attempt to start pg_restore would fail
    found = await drills.drill(dump, workshop)
    assert found.error == "its bytes differ from those that were stored"
