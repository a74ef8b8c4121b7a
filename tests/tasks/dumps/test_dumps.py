"""Dumps: made from one snapshot, listed by their manifests, verified and proven; damage is found."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest
from pyrage import x25519

from server.domain import runs
from server.models import RunKind, ScheduledRun
from server.models.connection import rows
from storage.base import ObjectStore
from tasks.dumps import catalogue, drills, making, space
from tasks.dumps import retention as retention_of
from tasks.dumps.catalogue import Dump
from tasks.dumps.errors import DumpDamaged, DumpFailed
from tasks.dumps.manifest import DumpKind, Manifest, sealed
from tasks.dumps.postgres import connected, password_file, running
from tasks.runs import carry_out
from tasks.workshop import Workshop
from tests.tasks.dumps.conftest import only_local

# 30 MB that compress badly: a dump of some tenths of a second.
LONG_TWEETS = """
    INSERT INTO tweets (author_id, content)
    SELECT 1, repeat(md5(n::text), 100) FROM generate_series(1, 9000) n RETURNING 1
"""

GUARDED = """
    DO $$ BEGIN CREATE ROLE guarded SUPERUSER LOGIN PASSWORD 'p:a\\ss word';
    EXCEPTION WHEN duplicate_object THEN NULL; END $$
"""

SLOT = datetime(2026, 11, 24, 18, 5, tzinfo=UTC)


async def make(workshop: Workshop, kind: DumpKind = "hour", slot: datetime = SLOT) -> Dump:
    manifest = await making.make(kind, slot, workshop)
    return (await listing(workshop)).find(manifest.id)


async def listing(workshop: Workshop) -> catalogue.Catalogue:
    return await catalogue.read(workshop.backups, workshop.settings)


async def keys(store: ObjectStore) -> list[str]:
    return [item.key async for item in store.list()]


async def overwrite(store: ObjectStore, key: str, data: bytes) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield data

    await store.put(key, body(), content_type="application/octet-stream")


def dumping() -> bytes:
    """The programs of ours that dump at this moment."""
    command = ["pgrep", "-P", str(os.getpid()), "pg_dump"]
    return subprocess.run(command, check=False, capture_output=True).stdout


async def scratch_databases() -> list[str]:
    found = await rows("SELECT datname FROM pg_database WHERE datname LIKE $1", drills.PREFIX + "%")
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
    assert await drills.verify(dump, workshop) == "hash and archive"
    found = await drills.drill(dump, workshop)
    assert (found.error, found.rows) == (None, sum(manifest.rows.values()))
    after = await listing(workshop)
    assert after.find(dump.id).is_proven
    assert {one.folder for one in after.dumps} == {"backup_database/day_dumps/", "backup_database/proven/"}
    assert after.strays == []
    assert await scratch_databases() == []


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


async def test_without_a_manifest_there_is_no_dump_and_its_leftovers_go(workshop: Workshop) -> None:
    dump = await make(workshop)
    await workshop.backups.delete(dump.keys[0])
    found = await listing(workshop)
    assert found.dumps == []
    assert [item.key for item in found.strays] == [dump.key]
    assert await retention_of.expired(workshop) == []  # it may be in the making
    later = datetime.now(UTC) + retention_of.grace(workshop.settings) + timedelta(seconds=1)
    await retention_of.remove(await retention_of.expired(workshop, now=later), workshop)
    assert await keys(workshop.backups) == []


@only_local
async def test_a_flipped_bit_anywhere_is_found_by_verify_and_by_the_drill(workshop: Workshop) -> None:
    dump = await make(workshop)
    good = await catalogue.read_whole(workshop.backups, dump.key)
    chosen = random.Random(7)
    places = [0, len(good) * 8 - 1, *(chosen.randrange(len(good) * 8) for _ in range(60))]
    for count, place in enumerate(places):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        await overwrite(workshop.backups, dump.key, bytes(bad))
        with pytest.raises(DumpDamaged):
            await drills.verify(dump, workshop)
        if count < 12:
            assert (await drills.drill(dump, workshop)).error is not None
    await overwrite(workshop.backups, dump.key, good)
    assert await drills.verify(dump, workshop)


@only_local
async def test_a_truncated_dump_is_found(workshop: Workshop) -> None:
    dump = await make(workshop)
    good = await catalogue.read_whole(workshop.backups, dump.key)
    for length in (0, 1, len(good) // 2, len(good) - 1):
        await overwrite(workshop.backups, dump.key, good[:length])
        assert (await listing(workshop)).find(dump.id).trouble is not None
        with pytest.raises(DumpDamaged):
            await drills.verify(dump, workshop)
        assert (await drills.drill(dump, workshop)).error is not None
    await workshop.backups.delete(dump.key)
    assert (await listing(workshop)).find(dump.id).trouble == "its archive is missing"
    with pytest.raises(DumpDamaged, match="missing"):
        await drills.verify(dump, workshop)


@only_local
async def test_a_flipped_bit_in_a_manifest_is_found(workshop: Workshop) -> None:
    dump = await make(workshop)
    key = dump.keys[0]
    good = await catalogue.read_whole(workshop.backups, key)
    for place in random.Random(7).sample(range(len(good) * 8), 60):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        await overwrite(workshop.backups, key, bytes(bad))
        found = await listing(workshop)
        assert found.dumps == [], place
        assert [damaged for damaged, _ in found.damaged] == [key]


@only_local
async def test_a_pg_dump_that_is_killed_leaves_nothing(workshop: Workshop) -> None:
    await rows(LONG_TWEETS)

    def kill(_: int) -> None:
        subprocess.run(["pkill", "-9", "-P", str(os.getpid()), "pg_dump"], check=False)

    with pytest.raises(DumpFailed, match="pg_dump ended with -9"):
        await making.make("hour", SLOT, workshop, on_progress=kill)
    assert await keys(workshop.backups) == []


@pytest.mark.parametrize(("trigger", "state"), [("schedule", "due"), ("manual", "failed")])
async def test_a_cancelled_dump_leaves_nothing_and_a_scheduled_one_is_given_back(
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

    with pytest.raises(DumpFailed, match="took the dump over"):
        await making.make("hour", SLOT, workshop, still_wanted=lost)
    assert await keys(workshop.backups) == []


@only_local
async def test_a_dump_that_takes_too_long_ends(workshop: Workshop) -> None:
    """In the middle of the stream: its thread is slower than the limit."""
    await rows(LONG_TWEETS)
    hasty = replace(workshop, settings=workshop.settings.model_copy(update={"dump_timeout": 0.5}))
    with pytest.raises(DumpFailed, match="longer than DUMP_TIMEOUT"):
        await making.make("hour", SLOT, hasty, on_progress=lambda _: time.sleep(0.2))
    assert await keys(workshop.backups) == []
    assert dumping() == b""


async def test_an_encrypted_dump_is_drilled_while_it_is_made_and_later_with_its_key(
    workshop: Workshop,
) -> None:
    identity, other = x25519.Identity.generate(), x25519.Identity.generate()
    update = {"dump_age_recipient": str(identity.to_public())}
    secret = replace(workshop, settings=workshop.settings.model_copy(update=update))
    dump = await make(secret)
    assert dump.manifest.encryption == "age"
    assert dump.drill is not None
    assert (dump.drill.error, dump.drill.source, dump.is_proven) == (None, "stream", False)
    stored = await catalogue.read_whole(workshop.backups, dump.key)
    assert b"PGDMP" not in stored
    assert b"Tweet" not in stored
    assert "encrypted" in await drills.verify(dump, workshop)
    assert (await drills.drill(dump, workshop)).error is None  # its stored bytes are read back
    assert (await listing(workshop)).find(dump.id).is_proven
    assert await drills.verify(dump, workshop, identity=str(identity)) == "hash and archive"
    found = await drills.drill(dump, workshop, identity=str(identity))
    assert (found.error, found.source) == (None, "stored")
    for wrong in (drills.verify, drills.drill):
        with pytest.raises(DumpFailed, match="cannot be decrypted"):
            await wrong(dump, workshop, identity=str(other))
    assert (await listing(workshop)).find(dump.id).is_proven  # a wrong key is not the dump's fault


@only_local
async def test_a_drill_in_the_stream_that_breaks_off_costs_no_dump(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = x25519.Identity.generate()
    update = {"dump_age_recipient": str(identity.to_public())}
    secret = replace(workshop, settings=workshop.settings.model_copy(update=update))
    await rows(LONG_TWEETS)
    breaking = drills.Scratch.restoring

    def restoring(place: drills.Scratch, folder: Path) -> drills.Restoring:
        sink = breaking(place, folder)
        subprocess.run(["pkill", "-9", "-P", str(os.getpid()), "pg_restore"], check=False)
        return sink

    monkeypatch.setattr(drills.Scratch, "restoring", restoring)
    with pytest.raises(DumpFailed, match="was made, and its drill failed: pg_restore ended with -9"):
        await make(secret)
    (dump,) = (await listing(workshop)).dumps
    assert dump.drill is not None
    assert dump.drill.error == "pg_restore ended with -9: it said nothing"
    monkeypatch.undo()
    assert (await drills.drill(dump, workshop, identity=str(identity))).error is None


@only_local
async def test_an_encrypted_dump_that_rots_is_not_proven(workshop: Workshop) -> None:
    update = {"dump_age_recipient": str(x25519.Identity.generate().to_public())}
    secret = replace(workshop, settings=workshop.settings.model_copy(update=update))
    dump = await make(secret)
    bad = bytearray(await catalogue.read_whole(workshop.backups, dump.key))
    bad[len(bad) // 2] ^= 1
    await overwrite(workshop.backups, dump.key, bytes(bad))
    assert (await drills.drill(dump, workshop)).error is not None
    assert not (await listing(workshop)).find(dump.id).is_proven


@only_local
async def test_rows_that_do_not_come_back_fail_the_drill(workshop: Workshop) -> None:
    dump = await make(workshop)
    claims_more = replace(dump, manifest=replaced(dump.manifest, "public.tweets", 501))
    found = await drills.drill(claims_more, workshop)
    assert found.error == "public.tweets has 500 rows instead of 501"


def replaced(manifest: Manifest, table: str, count: int) -> Manifest:
    return msgspec.structs.replace(manifest, rows={**manifest.rows, table: count})


@only_local
async def test_the_two_newest_proven_are_kept_apart(workshop: Workshop) -> None:
    made = [await make(workshop, slot=SLOT + timedelta(hours=hour)) for hour in range(3)]
    for dump in made:
        await drills.drill(dump, workshop)
    proven = [one for one in (await listing(workshop)).dumps if one.folder.endswith("proven/")]
    assert [one.id for one in proven] == [made[2].id, made[1].id]
    assert await drills.verify(proven[0], workshop) == "hash and archive"


@only_local
async def test_one_drill_at_a_time_and_what_a_killed_one_left_goes(workshop: Workshop) -> None:
    dump = await make(workshop)
    await rows(f"CREATE DATABASE {drills.PREFIX}perch")
    async with connected(workshop.settings.database) as other:
        await other.execute("SELECT pg_advisory_lock($1)", drills.DRILL_LOCK)
        with pytest.raises(DumpFailed, match="another drill runs"):
            await drills.drill(dump, workshop)
    assert (await drills.drill(dump, workshop)).error is None
    assert await scratch_databases() == []


@only_local
async def test_a_role_that_may_not_make_databases_is_told_what_to_do(workshop: Workshop) -> None:
    await rows("DO $$ BEGIN CREATE ROLE modest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    dump = await make(workshop)
    url = f"postgresql://modest@/perch?host={workshop.settings.database.host}"
    modest = replace(workshop, settings=workshop.settings.model_copy(update={"database_url": url}))
    with pytest.raises(DumpFailed, match='ALTER ROLE "modest" CREATEDB'):
        await drills.drill(dump, modest)


def test_room_on_the_disk_is_looked_at_before(tmp_path: Path) -> None:
    space.require(tmp_path / "not" / "there", 0, "the dump")
    with pytest.raises(DumpFailed, match="the dump would need about"):
        space.require(tmp_path, 1 << 60, "the dump")


@only_local
async def test_a_password_is_in_no_argument_and_in_nobodys_environment(workshop: Workshop) -> None:
    folder = Path(workshop.settings.database.host).parent / "postgres"
    hba = folder / "pg_hba.conf"
    before = hba.read_text()
    address = replace(workshop.settings.database, user="guarded", password="p:a\\ss word", database="perch")
    await rows(GUARDED)
    hba.write_text("local all guarded scram-sha-256\n" + before)
    await rows("SELECT pg_reload_conf()")
    try:
        await asyncio.sleep(0.3)
        with pytest.raises(asyncpg.InvalidPasswordError):
            async with connected(replace(address, password="wrong")):
                pass
        with running(
            (await programs(workshop)), "pg_dump", address, ["--schema-only"], stdout=subprocess.PIPE
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
        await rows("SELECT pg_reload_conf()")
    descriptor = password_file("x")
    assert os.fstat(descriptor).st_mode & 0o077 == 0
    os.close(descriptor)


async def programs(workshop: Workshop) -> Path:
    from tasks.dumps.postgres import clients

    async with connected(workshop.settings.database) as connection:
        return clients(connection.get_server_version().major)


async def test_a_slot_is_dumped_by_its_run(workshop: Workshop) -> None:
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
async def test_a_store_that_is_away_is_tried_again_and_never_reported_as_good(workshop: Workshop) -> None:
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
async def test_what_others_keep_in_these_folders_is_never_touched(workshop: Workshop) -> None:
    theirs = [
        "backup_database/hour_dumps/perch_2026-11-20.sql.gz",
        "logs/nginx/access.log",
        "logs/2026/x.jsonl.gz",
    ]
    for key in theirs:
        await overwrite(workshop.backups, key, b"x")
    later = datetime.now(UTC) + timedelta(days=365)
    assert await retention_of.expired(workshop, now=later) == []
    assert (await listing(workshop)).strays == []


@only_local
async def test_what_a_killed_copy_left_among_the_proven_goes(workshop: Workshop) -> None:
    dump = await make(workshop)
    half = workshop.settings.dump_folder("proven") + dump.key.rpartition("/")[2]
    await overwrite(workshop.backups, half, b"x")
    assert [item.key for item in (await listing(workshop)).strays] == [half]


@only_local
async def test_a_damaged_manifest_costs_no_archive_and_fails_the_drill(workshop: Workshop) -> None:
    await make(workshop)
    dump = await make(workshop, slot=SLOT + timedelta(hours=1))
    await overwrite(workshop.backups, dump.keys[0], b"{}")
    assert await retention_of.expired(workshop, now=SLOT + timedelta(days=2)) == []
    claim = await runs.start_manually(RunKind.DRILL)
    assert claim is not None
    await carry_out(claim, workshop)
    run = await runs.get(claim.id)
    assert run.state == "failed"
    assert "damaged manifest" in str(run.error)


@only_local
async def test_a_manifest_of_a_later_version_is_read(workshop: Workshop) -> None:
    dump = await make(workshop)
    whole = json.loads(await catalogue.read_whole(workshop.backups, dump.keys[0]))
    later = {**{name: value for name, value in whole.items() if name != "checksum"}, "new": 1, "checksum": ""}
    bare = json.dumps(later, indent=2).encode()
    checksum = hashlib.sha256(bare).hexdigest().encode()
    await overwrite(workshop.backups, dump.keys[0], sealed(bare, checksum) + b"\n")
    assert (await listing(workshop)).find(dump.id).trouble is None


@pytest.mark.parametrize("encrypted", [False, True])
@only_local
async def test_a_pg_restore_that_dies_is_not_the_dumps_fault(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, encrypted: bool
) -> None:
    """And hangs nobody: the archive is larger than what pipes hold."""
    identity = x25519.Identity.generate()
    update = {"dump_age_recipient": str(identity.to_public())} if encrypted else {}
    await rows(LONG_TWEETS)
    dump = await make(replace(workshop, settings=workshop.settings.model_copy(update=update)))
    secret = str(identity) if encrypted else None
    assert (await drills.drill(dump, workshop, identity=secret)).is_proof
    starting = drills.Scratch.restoring

    def restoring(place: drills.Scratch, folder: Path) -> drills.Restoring:
        sink = starting(place, folder)
        subprocess.run(["pkill", "-9", "-P", str(os.getpid()), "pg_restore"], check=False)
        return sink

    monkeypatch.setattr(drills.Scratch, "restoring", restoring)
    async with asyncio.timeout(20):
        with pytest.raises(DumpFailed, match="pg_restore ended with -9"):
            await drills.drill(dump, workshop, identity=secret)
    assert (await listing(workshop)).find(dump.id).is_proven


@only_local
async def test_a_damaged_copy_pushes_no_good_one_out_of_the_proven(workshop: Workshop) -> None:
    made = [await make(workshop, slot=SLOT + timedelta(hours=hour)) for hour in range(3)]
    for dump in made[:2]:
        await drills.drill(dump, workshop)
    copy = workshop.settings.dump_folder("proven") + made[1].key.rpartition("/")[2]
    await overwrite(workshop.backups, copy, b"x")
    await drills.drill(made[2], workshop)
    proven = {one.id for one in (await listing(workshop)).dumps if one.folder.endswith("proven/")}
    assert {made[0].id, made[2].id} <= proven


@only_local
async def test_a_dump_whose_holder_died_over_the_last_step_is_found_and_not_repeated(
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


def test_a_program_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "pg_restore").symlink_to("/usr/bin/sleep")
    with (
        running(tmp_path, "pg_restore", None, ["60"]) as program,
        pytest.raises(DumpFailed, match="did not end"),
    ):
        program.end_well(0.2)
    assert program.process.poll() is not None
