"""Compares the rows of pictures with the objects in storage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from server.context import Context
from server.core.database.connection import rows, transaction
from server.operations.ownership import LARGEST_MARKER
from storage import local
from storage.base import ObjectNotFound, ObjectStore, StorageUnavailable
from storage.local import LocalStore
from storage.owned import OwnedStore, Standing
from tasks import media_check
from tasks.workshop import owned_pictures, ownership_of_pictures
from tests import pictures
from tests.api.media import objects, token_of
from tests.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")

FOLDER = "tweets_media/"


@pytest.fixture
async def token(alice: Caller, store: ObjectStore, database: None) -> str:
    for key in await objects(store):
        await store.delete(key)
    url: str = (await alice.upload(pictures.jpeg()))["media"]["url"]
    return token_of(url)


@pytest.fixture
async def owned(store: ObjectStore, settings: Settings, database: None) -> OwnedStore:
    """The same store, owned by this Perch whatever epoch other tests have left in it."""
    await ownership_of_pictures(store, settings).take_over()
    return owned_pictures(store, settings)


async def put(store: ObjectStore, key: str, data: bytes) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield data

    await store.put(key, body(), content_type="image/jpeg")


@pytest.mark.fault("reconcile")
async def test_intact_pictures_are_reported_as_intact(
    token: str, store: ObjectStore, owned: OwnedStore
) -> None:
    report = await media_check.check(owned, FOLDER, read_all=True)
    assert (report.pictures, report.objects, report.is_well, report.orphaned) == (1, 2, True, [])


@pytest.mark.fault("reconcile")
async def test_missing_and_damaged_objects_are_named(
    token: str, store: ObjectStore, owned: OwnedStore, perch: Context
) -> None:
    large, small = f"{FOLDER}{token}", f"{FOLDER}{token}-small"
    async with store.read(large) as found:
        data = bytearray(b"".join([piece async for piece in found.body]))
    data[len(data) // 2] ^= 1
    await put(store, large, bytes(data))
    await store.delete(small)
    report = await media_check.check(owned, FOLDER, read_all=True)
    assert (report.missing, report.damaged, report.is_well) == ([small], [large], False)
    assert (await media_check.check(owned, FOLDER)).damaged == []  # its size is right
    await put(store, large, bytes(data[:-1]))
    assert (await media_check.check(owned, FOLDER)).damaged == [large]


@pytest.mark.fault("reconcile")
@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_problems_are_found_in_every_batch(
    token: str,
    store: ObjectStore,
    owned: OwnedStore,
    perch: Context,
    alice: Caller,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
) -> None:
    monkeypatch.setattr(media_check, "BATCH", batch)
    monkeypatch.setattr(local, "LISTED_AT_ONCE", batch)
    urls = [(await alice.upload(pictures.jpeg()))["media"]["url"] for _ in range(8)]
    tokens = sorted([token, *map(token_of, urls)])
    gone = [f"{FOLDER}{tokens[index]}{suffix}" for index in (0, 4, 5, 8) for suffix in ("", "-small")]
    half, bad = f"{FOLDER}{tokens[2]}", f"{FOLDER}{tokens[6]}"
    for key in [*gone, half]:
        await store.delete(key)
    await put(store, bad, b"x")
    orphans = [FOLDER + digit * 32 for digit in "07f"]
    for orphan in [*orphans, f"{FOLDER}no-picture"]:
        await put(store, orphan, b"x")
    seen: list[tuple[int, int]] = []
    report = await media_check.check(owned, FOLDER, on_progress=lambda done, of: seen.append((done, of)))
    assert (report.pictures, report.objects) == (9, 18 - 9 + 4)
    assert sorted(report.missing) == sorted([*gone, half])
    assert (report.damaged, report.orphaned) == ([bad], orphans)
    assert seen[-1] == (9, 9)


@pytest.mark.fault("reconcile")
async def test_orphaned_objects_are_removed_after_the_grace_period(
    token: str, store: ObjectStore, owned: OwnedStore
) -> None:
    orphan = FOLDER + "ab" * 16
    await put(store, orphan, b"x")
    report = await media_check.check(owned, FOLDER, repair=True)
    assert (report.orphaned, report.new, report.removed, report.is_well) == ([orphan], [], 0, True)
    found_at = datetime.now(UTC) + timedelta(days=1, minutes=1)
    report = await media_check.check(owned, FOLDER, repair=True, now=found_at)
    assert (report.new, report.removed) == ([orphan], 0)
    report = await media_check.check(owned, FOLDER, repair=True, now=found_at + timedelta(days=6, hours=23))
    assert (report.new, report.removed) == ([], 0)
    report = await media_check.check(owned, FOLDER, repair=True, now=found_at + timedelta(days=7))
    assert report.removed == 1
    report = await media_check.check(owned, FOLDER)
    assert (report.objects, report.orphaned) == (2, [])


async def test_an_object_whose_row_returns_is_no_orphan_any_more(
    token: str, store: ObjectStore, owned: OwnedStore
) -> None:
    """This happens if an older dump was restored for a while."""
    assert await owned.standing() is Standing.OWNER
    aside = await rows("DELETE FROM media_attachments RETURNING owner_id")
    found_at = datetime.now(UTC) + timedelta(days=2)
    assert len((await media_check.check(owned, FOLDER, repair=True, now=found_at)).new) == 2
    again = "INSERT INTO media_attachments (token, owner_id, state) VALUES ($1, $2, 'pending') RETURNING id"
    (made,) = await rows(again, token, aside[0]["owner_id"])
    assert (await media_check.check(owned, FOLDER, repair=True, now=found_at)).orphaned == []
    await rows("DELETE FROM media_attachments WHERE id = $1 RETURNING id", made["id"])
    report = await media_check.check(owned, FOLDER, repair=True, now=found_at + timedelta(days=8))
    assert (len(report.new), report.removed) == (2, 0)


class Undo(Exception):
    """Rolls back a transaction whose changes no other session may see."""


@asynccontextmanager
async def unseen(*statements: str) -> AsyncIterator[None]:
    """Apply these statements for this test alone, because workers of other tests use the same database."""
    with suppress(Undo):
        async with transaction():
            for statement in statements:
                await rows(statement)
            yield
            raise Undo


@pytest.fixture
async def own(tmp_path: Path) -> LocalStore:
    """A store of this test's own, with two objects."""
    found = LocalStore(tmp_path / "objects")
    await found.open()
    for digit in "ab":
        await put(found, FOLDER + digit * 32, b"x")
    return found


KNOWN = "INSERT INTO media_attachments (token, owner_id) SELECT repeat('c', 32), id FROM users RETURNING id"
ANOTHER = "UPDATE instance SET lineage = gen_random_uuid() RETURNING id"
REHEARSAL = "UPDATE instance SET is_rehearsal = true RETURNING id"


async def test_nothing_is_removed_from_a_store_of_another_perch(
    alice: Caller, own: LocalStore, settings: Settings
) -> None:
    """The other Perch has another epoch, like a database restored beside the one in use."""
    async with unseen(KNOWN):
        assert await ownership_of_pictures(own, settings).standing() is Standing.OWNER
    orphan = FOLDER + "a" * 32
    async with unseen(KNOWN, ANOTHER):
        owned = owned_pictures(own, settings)
        assert await owned.standing() is Standing.GUEST
        for days in (2, 20):
            now = datetime.now(UTC) + timedelta(days=days)
            report = await media_check.check(owned, FOLDER, repair=True, now=now)
            assert (len(report.stale), report.new, report.removed) == (2, [], 0)
        await owned.delete(orphan)
        assert (await own.info(orphan)).size > 0
        assert await ownership_of_pictures(own, settings).is_ours() is False
        await ownership_of_pictures(own, settings).take_over()
        await owned_pictures(own, settings).delete(orphan)
        with pytest.raises(ObjectNotFound):
            await own.info(orphan)


async def test_a_database_owns_what_the_one_that_it_replaced_owned(
    alice: Caller, own: LocalStore, settings: Settings
) -> None:
    """The restore may have been killed after the replacement, before it wrote that into the store."""
    async with unseen(KNOWN):
        assert await ownership_of_pictures(own, settings).standing() is Standing.OWNER
    replaced = "UPDATE instance SET succeeds = lineage RETURNING id"
    async with unseen(KNOWN, ANOTHER):
        assert await ownership_of_pictures(own, settings).standing() is Standing.GUEST
    async with unseen(KNOWN, replaced, ANOTHER):
        # A second restore asks this before anything has rewritten the marker.
        assert await ownership_of_pictures(own, settings).is_ours()
        assert await ownership_of_pictures(own, settings).standing() is Standing.OWNER
        assert await ownership_of_pictures(own, settings).is_ours()


async def test_with_an_unreadable_marker_everything_is_kept_until_it_is_rewritten(
    alice: Caller, own: LocalStore, settings: Settings
) -> None:
    async with unseen(KNOWN):
        of = ownership_of_pictures(own, settings)
        await put(own, of.key, b"\x00 not JSON")
        assert await of.standing() is Standing.GUEST
        assert await of.is_ours() is False
        await owned_pictures(own, settings).delete(FOLDER + "a" * 32)
        assert (await own.info(FOLDER + "a" * 32)).size > 0
        assert await of.take_over() is None
        assert await of.standing() is Standing.OWNER


async def test_a_marker_that_is_too_long_is_not_read(
    alice: Caller, own: LocalStore, settings: Settings
) -> None:
    async with unseen(KNOWN):
        of = ownership_of_pictures(own, settings)
        assert await of.standing() is Standing.OWNER
        async with own.read(of.key) as found:
            ours = b"".join([piece async for piece in found.body])
        await put(own, of.key, ours + b" " * LARGEST_MARKER)
        assert await of.is_ours() is False
        await put(own, of.key, ours)
        assert await of.is_ours() is True


async def test_a_rehearsal_neither_stores_nor_removes_objects(
    own: LocalStore, settings: Settings, pool: None
) -> None:
    async with unseen(REHEARSAL):
        owned = owned_pictures(own, settings)
        with pytest.raises(StorageUnavailable, match="rehearsal"):
            await put(owned, FOLDER + "d" * 32, b"x")
        await owned.delete(FOLDER + "a" * 32)
        assert (await own.info(FOLDER + "a" * 32)).size > 0


async def test_a_store_with_objects_unknown_to_the_database_is_not_claimed(
    alice: Caller, own: LocalStore, settings: Settings
) -> None:
    assert await ownership_of_pictures(own, settings).standing() is Standing.GUEST
    assert await ownership_of_pictures(own, settings).owner() is None
    async with unseen(KNOWN):
        assert await ownership_of_pictures(own, settings).standing() is Standing.OWNER


async def test_an_empty_store_is_claimed_by_the_first_perch_that_uses_it(
    tmp_path: Path, settings: Settings, database: None
) -> None:
    empty = LocalStore(tmp_path / "objects")
    await empty.open()
    assert await ownership_of_pictures(empty, settings).standing() is Standing.OWNER
    owner = await ownership_of_pictures(empty, settings).owner()
    assert owner is not None
    assert owner.name == settings.instance_name
