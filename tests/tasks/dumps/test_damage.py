"""Damage to stored dumps is found wherever it is; other people's objects are left alone."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from server.operations import runs, server_keys
from server.operations.dumps import catalogue
from server.operations.dumps.errors import DumpDamaged
from server.operations.dumps.manifest import UNSEALED, Manifest, checksum_of, decode, encode, filled
from server.operations.scheduled_run import RunKind
from tasks.dumps import drills, pg_restore
from tasks.dumps import retention as retention_of
from tasks.dumps.verifying import verify
from tasks.runs import carry_out
from tasks.workshop import Workshop
from tests.tasks.dumps.conftest import only_local
from tests.tasks.dumps.parts import (
    SLOT,
    keys,
    listing,
    make,
    overwrite,
)

pytestmark = pytest.mark.whole


async def test_an_archive_without_a_manifest_is_no_dump_and_is_removed_later(workshop: Workshop) -> None:
    dump = await make(workshop)
    await workshop.backups.delete(dump.keys[0])
    found = await listing(workshop)
    assert found.dumps == []
    assert [item.key for item in found.strays] == [dump.key]
    assert await retention_of.expired(workshop) == []  # the dump may still be in progress
    later = datetime.now(UTC) + retention_of.grace(workshop.settings) + timedelta(seconds=1)
    await retention_of.remove(await retention_of.expired(workshop, now=later), workshop)
    assert await keys(workshop.backups) == []


@only_local
async def test_a_flipped_bit_anywhere_is_found_by_verify_and_by_the_restore_test(workshop: Workshop) -> None:
    dump = await make(workshop)
    good = await catalogue.read_whole(workshop.backups, dump.key, largest=64 << 20)
    chosen = random.Random(7)
    places = [0, len(good) * 8 - 1, *(chosen.randrange(len(good) * 8) for _ in range(60))]
    for count, place in enumerate(places):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        await overwrite(workshop.backups, dump.key, bytes(bad))
        with pytest.raises(DumpDamaged):
            await verify(dump, workshop)
        if count < 12:
            assert (await drills.drill(dump, workshop)).error is not None
    await overwrite(workshop.backups, dump.key, good)
    assert await verify(dump, workshop)


@only_local
async def test_a_truncated_dump_is_found(workshop: Workshop) -> None:
    dump = await make(workshop)
    good = await catalogue.read_whole(workshop.backups, dump.key, largest=64 << 20)
    for length in (0, 1, len(good) // 2, len(good) - 1):
        await overwrite(workshop.backups, dump.key, good[:length])
        assert (await listing(workshop)).find(dump.id).trouble is not None
        with pytest.raises(DumpDamaged):
            await verify(dump, workshop)
        assert (await drills.drill(dump, workshop)).error is not None
    await workshop.backups.delete(dump.key)
    assert (await listing(workshop)).find(dump.id).trouble == "its archive is missing"
    with pytest.raises(DumpDamaged, match="missing"):
        await verify(dump, workshop)


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
async def test_a_manifest_of_another_dump_is_damaged_and_blocks_nothing(workshop: Workshop) -> None:
    dump = await make(workshop)
    good = decode(await catalogue.read_whole(workshop.backups, dump.keys[0]), Manifest)
    folder = workshop.settings.dump_folder("hour")
    planted = f"{folder}hour-20200101T000000Z-aaaaaa.json"
    for name in ("../../../elsewhere", good.id, "\x1b[31mhour"):
        foreign = msgspec.structs.replace(good, id=name, slot=SLOT - timedelta(days=900))
        await overwrite(workshop.backups, planted, encode(foreign, await server_keys.signing()))
        found = await listing(workshop)
        assert [one.id for one in found.dumps] == [dump.id]
        assert found.damaged == [(planted, "it belongs to another dump")]
        assert await retention_of.expired(workshop, now=SLOT + timedelta(days=2)) == []


@only_local
async def test_foreign_objects_in_our_folders_are_never_touched(workshop: Workshop) -> None:
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
async def test_the_rest_of_a_killed_copy_to_the_proven_folder_is_removed(workshop: Workshop) -> None:
    dump = await make(workshop)
    half = workshop.settings.dump_folder("proven") + dump.key.rpartition("/")[2]
    await overwrite(workshop.backups, half, b"x")
    assert [item.key for item in (await listing(workshop)).strays] == [half]


@only_local
async def test_a_damaged_manifest_keeps_archives_and_fails_the_restore_test(workshop: Workshop) -> None:
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
    text = filled(bare, UNSEALED, checksum_of(bare)) + b"\n"
    await overwrite(workshop.backups, dump.keys[0], text)
    assert (await listing(workshop)).find(dump.id).trouble is None


@only_local
async def test_an_unsigned_archive_is_not_unpacked_for_verification(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = replace(await make(workshop), is_signed=False)
    monkeypatch.setattr(pg_restore, "into", None)  # any attempt to start pg_restore would fail
    assert (await verify(dump, workshop)).startswith("hash (not signed")
