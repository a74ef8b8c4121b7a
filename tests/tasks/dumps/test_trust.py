"""Which dumps are restored: those that this Perch signed, and others only if the operator accepts them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest

from server.cli import after_restore, manifests, parts
from server.cli.parts import Finding
from server.core.database.connection import rows
from server.core.security.keyring import Keyring
from server.operations import server_key, server_keys
from server.operations.dumps import catalogue
from server.operations.dumps.catalogue import Dump
from server.operations.dumps.errors import DumpFailed, DumpNotFound
from server.operations.dumps.manifest import Manifest, decode, encode, is_signed
from server.operations.server_key import ServerKey
from tasks.dumps import drills, making, postgres, retention, trust
from tasks.dumps.postgres import connected
from tasks.dumps.restore import Restored
from tasks.dumps.scratch import scratch
from tasks.dumps.trust import Accepted
from tasks.dumps.verifying import digest, fetched
from tasks.workshop import Workshop
from tests.tasks.dumps.conftest import only_local
from tests.tasks.dumps.parts import SLOT, changed, encrypting, listing, make, overwrite

pytestmark = [only_local, pytest.mark.fault("planted")]

# An attacker's own key.
FOREIGN = Keyring([b"\x07" * 32])


@pytest.fixture(autouse=True)
async def own_keys(database: None) -> AsyncIterator[None]:
    """Give this test keys of its own; other tests have theirs."""
    await rows("DELETE FROM server_keys")
    yield
    await rows("DELETE FROM server_keys")


async def plant(workshop: Workshop, dump: Dump, **changes: object) -> None:
    """Replace a dump's manifest by one with the right checksum but signed with the attacker's key."""
    manifest = msgspec.structs.replace(dump.manifest, **changes)
    await overwrite(workshop.backups, dump.keys[0], encode(manifest, FOREIGN))


async def test_our_own_dumps_are_signed_and_those_of_others_are_not(workshop: Workshop) -> None:
    dump = await make(workshop)
    assert dump.is_signed
    await plant(workshop, dump)
    found = (await listing(workshop)).find(dump.id)
    assert (found.is_signed, found.trouble) == (False, None)


async def test_the_signature_covers_every_field(workshop: Workshop) -> None:
    dump = await make(workshop)
    keyring = await server_keys.signing()
    text = encode(dump.manifest, keyring)
    assert is_signed(text, decode(text, Manifest), keyring)
    for name in ("sha256", "perch_version", "server_version"):
        other = encode(msgspec.structs.replace(dump.manifest, **{name: "0"}), FOREIGN)
        forged = decode(other, Manifest)
        # The signature of the true manifest, and a right checksum.
        replaced = other.replace(forged.signature.encode(), decode(text, Manifest).signature.encode())
        assert not is_signed(replaced, decode_unsealed(replaced), keyring)


def decode_unsealed(text: bytes) -> Manifest:
    return msgspec.json.decode(text, type=Manifest)


async def test_a_retired_key_still_proves_what_it_signed(workshop: Workshop) -> None:
    dump = await make(workshop)
    before = await server_keys.listed()
    await rows("UPDATE server_keys SET is_current = false")
    assert {key.material for key in await server_keys.listed() if key.is_current}.isdisjoint(
        {key.material for key in before}
    )
    assert (await listing(workshop)).find(dump.id).is_signed


async def test_concurrent_processes_create_one_key(workshop: Workshop) -> None:
    for purpose in server_keys.PURPOSES:
        for material in (b"a" * 32, b"b" * 32):
            await server_key.add(ServerKey(purpose, material))
    assert {key.material for key in await server_keys.listed()} == {b"a" * 32}


async def test_no_dump_contains_the_signing_keys(workshop: Workshop) -> None:
    """Anyone who can read a dump could sign another one with them. The table itself is in the dump."""
    keys = await server_keys.listed()
    dump = await make(workshop)
    assert "public.server_keys" not in dump.manifest.rows
    async with scratch(workshop.settings) as database:
        await drills.restore_into(database, dump, workshop)
        async with connected(database) as connection:
            assert await connection.fetchval("SELECT count(*) FROM server_keys") == 0
            assert await connection.fetchval("SELECT count(*) FROM users") == 20
    assert len(keys) == 2
    assert postgres.WITHHELD == ("server_keys",)


async def test_a_dump_that_counts_the_keys_table_is_still_good(workshop: Workshop) -> None:
    """A worker of an earlier version makes such dumps alongside renewed processes."""
    dump = await make(workshop)
    counted = {**dump.manifest.rows, "public.server_keys": 0}
    assert drills.difference(counted, dump.manifest.rows) is None
    assert drills.difference({**counted, "public.users": 1}, dump.manifest.rows) is not None


async def test_the_proof_of_another_dump_proves_nothing(workshop: Workshop) -> None:
    one, other = await make(workshop), await make(workshop, slot=SLOT - timedelta(hours=1))
    await drills.drill(one, workshop)
    proof = await catalogue.read_whole(workshop.backups, one.folder + one.id + ".drill.json")
    await overwrite(workshop.backups, other.folder + other.id + ".drill.json", proof)
    assert not (await listing(workshop)).find(other.id).is_proven


async def test_a_planted_dump_does_not_count_for_a_slot(workshop: Workshop) -> None:
    dump = await make(workshop)
    assert await making.of_slot("hour", SLOT, workshop) is not None
    await plant(workshop, dump)
    assert await making.of_slot("hour", SLOT, workshop) is None


async def test_dumps_are_restored_as_a_role_that_owns_nothing_else(workshop: Workshop) -> None:
    """A dump being restored beside the live database can't drop it."""
    async with scratch(workshop.settings) as database:
        assert database.user == "perch_drill"
        async with connected(database) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("DROP DATABASE perch WITH (FORCE)")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("CREATE DATABASE another")
    async with connected(replace(workshop.settings.database, user="perch_drill")) as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM users")


async def test_an_unsigned_dump_is_restored_only_if_accepted_explicitly(workshop: Workshop) -> None:
    dump = await make(workshop)

    def require(is_signed: bool, **accepted: bool) -> None:
        trust.require(
            dump.id, dump.manifest, workshop.settings, is_signed=is_signed, accepted=Accepted(**accepted)
        )

    require(True)
    with pytest.raises(DumpFailed, match=r"isn't signed with a key that this Perch knows.*--accept-unsigned"):
        require(False)
    require(False, unsigned=True)


async def test_an_unencrypted_dump_is_refused_if_dumps_are_encrypted(workshop: Workshop) -> None:
    dump = await make(workshop)
    encrypted, _ = encrypting(workshop)
    with pytest.raises(DumpFailed, match=r"isn't encrypted.*--accept-unencrypted"):
        trust.require(
            dump.id, dump.manifest, encrypted.settings, is_signed=True, accepted=Accepted(unsigned=True)
        )
    accepted = Accepted(unencrypted=True)
    trust.require(dump.id, dump.manifest, encrypted.settings, is_signed=True, accepted=accepted)


async def test_the_latest_dump_is_signed_and_not_from_the_future(workshop: Workshop) -> None:
    now = datetime.now(UTC)
    old, planted = await make(workshop), await make(workshop, slot=now - timedelta(minutes=2))
    await plant(workshop, planted)
    found = await listing(workshop)
    assert found.find("latest").id == old.id, "a signed one first"
    assert found.find(planted.id).id == planted.id, "by its ID it can be had"
    future = await make(workshop, slot=now + timedelta(days=30))
    assert (await listing(workshop)).find("latest").id == old.id
    only = replace(await listing(workshop), dumps=[future])
    with pytest.raises(DumpNotFound, match="dated in the future"):
        only.find("latest")


async def test_the_latest_dump_is_the_one_that_was_begun_last(workshop: Workshop) -> None:
    """The dump of a slot that is caught up late has newer data than that of a later slot."""
    await make(workshop)
    late = await make(workshop, slot=SLOT - timedelta(hours=1))
    assert (await listing(workshop)).find("latest").id == late.id


async def test_a_restore_test_reported_by_someone_else_is_not_accepted(workshop: Workshop) -> None:
    dump = await make(workshop)
    proof = drills.verdict(dump.manifest, 0, rows=1, read_back=True, error=None)
    side = dump.folder + dump.id + ".drill.json"
    await overwrite(workshop.backups, side, encode(proof, FOREIGN))
    assert not (await listing(workshop)).find(dump.id).is_proven
    await overwrite(workshop.backups, side, encode(proof, await server_keys.signing()))
    assert (await listing(workshop)).find(dump.id).is_proven


async def test_unsigned_old_dumps_stay_until_two_signed_ones_are_proven(workshop: Workshop) -> None:
    now = datetime.now(UTC)
    made = [await make(workshop, slot=now - timedelta(days=40 - days)) for days in range(4)]
    for dump in made[:2]:
        await plant(workshop, dump)

    async def expired() -> set[str]:
        return {item.what for item in await retention.expired(workshop, now=now)}

    await drills.drill(made[2], workshop)
    assert await expired() == set()
    await drills.drill(made[3], workshop)
    assert await expired() == {made[0].id, made[1].id}


async def test_an_unencrypted_dump_is_not_tested_automatically_if_dumps_are_encrypted(
    workshop: Workshop,
) -> None:
    from tests.tasks.dumps.test_drills import CLAIM, record

    dump = await make(workshop, slot=SLOT)
    await record(dump)
    encrypted, _ = encrypting(workshop)
    assert await drills.drill_newest(CLAIM, encrypted) == {"dump": None}
    assert (await drills.drill_newest(CLAIM, changed(workshop)))["dump"] == dump.id


async def test_status_doctor_and_restore_say_if_dumps_are_no_longer_encrypted(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    encrypted, _ = encrypting(workshop)
    dump = await make(encrypted, slot=SLOT)
    found = await listing(workshop)
    (said,) = manifests.unencrypted(found, workshop.settings)
    assert f"no longer encrypted, as they were until {dump.id}" in said
    assert manifests.unencrypted(found, encrypted.settings) == []

    warned = await parts.ask_manifests(workshop.backups, workshop.settings, False)
    assert warned == Finding("warning", "manifests", said)
    assert await parts.ask_manifests(workshop.backups, encrypted.settings, False) == "1 dumps"
    recipient = str(dump.manifest.recipient)
    restored = Restored("perch", 0, [], None, None, recipient=recipient)
    for settings, tells in ((workshop.settings, True), (encrypted.settings, False)):
        after_restore.tell_what_is_left(restored, settings, others=[], left=[], back=[], missing=[])
        assert (f"DUMP_AGE_RECIPIENT={recipient}" in capsys.readouterr().out) is tells


async def test_a_checked_dump_cannot_be_changed_any_more(workshop: Workshop) -> None:
    """A local store hands out the object itself, as a hard link."""
    dump = await make(workshop)
    stored = workshop.settings.backup_folder / dump.key
    async with fetched(dump, workshop.backups, workshop.scratch) as file:
        with stored.open("r+b") as planted:
            planted.write(b"planted")
        assert digest(file) == (dump.manifest.sha256, dump.manifest.stored_bytes)


@pytest.mark.parametrize(
    "planted",
    [
        b'{"slot": "2026-11-28T01:00:00"}',
        b'{"x": ' + b"[" * 200_000,
        b"x" * ((1 << 20) + 1),
    ],
)
async def test_any_planted_manifest_counts_as_damaged_and_blocks_nothing(
    workshop: Workshop, planted: bytes
) -> None:
    dump = await make(workshop)
    if planted.startswith(b'{"slot"'):
        zoneless = (dump.manifest.slot.isoformat().replace("+00:00", "Z")).encode()
        planted = encode(dump.manifest, FOREIGN).replace(zoneless, zoneless.removesuffix(b"Z"))
    key = f"{dump.folder}hour-20200101T000000Z-aaaaaa.json"
    await overwrite(workshop.backups, key, planted)
    found = await listing(workshop)
    assert [one.id for one in found.dumps] == [dump.id]
    assert [damaged for damaged, _ in found.damaged] == [key]


async def test_unsigned_manifests_cannot_fill_the_memory(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is lowered here; signed manifests don't count towards it."""
    dump = await make(workshop)
    monkeypatch.setattr(catalogue, "MOST_UNSIGNED", 2 * len(dump.text) + 100)
    names = [f"hour-20200101T0{hour}0000Z-aaaaaa" for hour in range(4)]
    for name in names:
        planted = msgspec.structs.replace(dump.manifest, id=name, key=f"{dump.folder}{name}.dump.zst")
        await overwrite(workshop.backups, f"{dump.folder}{name}.json", encode(planted, FOREIGN))
    found = await listing(workshop)
    assert found.find("latest").id == dump.id
    assert len(found.dumps) == 3
    assert {key for key, _ in found.damaged} == {f"{dump.folder}{name}.json" for name in names[2:]}


async def test_a_manifest_cannot_refer_to_the_archive_of_another_dump(workshop: Workshop) -> None:
    """Otherwise retention would remove that archive with it."""
    dump = await make(workshop, slot=datetime.now(UTC))
    name = "hour-20200101T000000Z-aaaaaa"
    old = msgspec.structs.replace(dump.manifest, id=name, slot=SLOT - timedelta(days=900))
    await overwrite(workshop.backups, f"{dump.folder}{name}.json", encode(old, FOREIGN))
    await retention.remove(await retention.expired(workshop), workshop)
    assert (await listing(workshop)).find(dump.id).trouble is None


async def test_a_planted_copy_of_a_manifest_hides_no_dump(workshop: Workshop) -> None:
    dump = await make(workshop)
    folder = workshop.settings.dump_folder("week")
    later = msgspec.structs.replace(dump.manifest, slot=dump.manifest.slot + timedelta(hours=1))
    await overwrite(workshop.backups, f"{folder}{dump.id}.json", encode(later, FOREIGN))
    found = await listing(workshop)
    assert found.find(dump.id).is_signed
    assert [one.is_signed for one in catalogue.distinct(found.dumps)] == [True]
