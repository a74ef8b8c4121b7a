"""Second copies of pictures: created, emptied, compared, and restored."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

import storage
from config.settings import Settings
from server.core.database.connection import rows
from server.features.media import cleanup as media_cleanup
from server.operations.dumps.errors import DumpFailed
from storage.base import ObjectStore
from storage.lifecycle import rule_for_versions
from storage.local import LocalStore
from storage.s3 import S3Store
from tasks import copied_pictures, lifecycle, media_copies
from tasks.broker import StreamBroker
from tasks.dumps import drills
from tasks.jobs import QueuedJobs
from tasks.workshop import Workshop, ownership_of_backups, ownership_of_pictures
from tests import pictures, servers
from tests.api.media import objects
from tests.callers import Caller
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("worker")


READY = "SELECT 1 FROM media_attachments WHERE id = $1 AND state = 'ready'"
REMOVE = "UPDATE media_attachments SET state = 'removed', tweet_id = NULL WHERE token = $1 RETURNING id"


@pytest.fixture(params=["local", "s3"])
async def copies(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectStore]:
    """The store of the copies: a folder, or a bucket with versioning."""
    found: LocalStore | S3Store = LocalStore(tmp_path / "copies")
    if request.param == "s3":
        bucket = servers.bucket(request.getfixturevalue("moto_url"), f"copies-{secrets.token_hex(4)}")
        await servers.make_bucket(bucket, versions=True)
        found = S3Store(bucket)
    await found.open()
    yield found
    await found.close()


only_local = pytest.mark.parametrize("copies", ["local"], indirect=True)


@pytest.fixture
async def workshop(
    settings: Settings,
    store: ObjectStore,
    broker: StreamBroker,
    database: None,
    tmp_path: Path,
    copies: ObjectStore,
) -> Workshop:
    for key in await objects(store):
        await store.delete(key)
    await rows("DELETE FROM copies_to_empty")
    await ownership_of_pictures(store, settings).take_over()
    chosen = settings.model_copy(update={"backup_media": True})
    backups = LocalStore(tmp_path / "backups")
    await backups.open()
    return Workshop.of(chosen, store, backups, QueuedJobs(broker), copies=copies)


async def publish(author: Caller) -> str:
    """Publish a tweet with a finished picture; returns the picture's token."""
    media = (await author.upload(pictures.jpeg()))["media"]
    await author.tweet("with a picture", [media["id"]])

    async def is_ready() -> bool:
        return bool(await rows(READY, media["id"]))

    await until(is_ready)
    return str(media["url"].partition("?")[0].rsplit("/", 1)[1])


async def delete(token: str, workshop: Workshop) -> None:
    """Delete it as the deletion of a tweet, and then the worker, would."""
    (media,) = await rows(REMOVE, token)
    await media_cleanup.remove([media["id"]], workshop.store, workshop.media_folder)


async def contents(store: ObjectStore, prefix: str = "media_copies/") -> dict[str, bytes]:
    """The contents of the store, by the last part of the key."""
    found = {}
    async for item in store.list(prefix):
        if not item.size:
            found[item.key.rpartition("/")[2]] = b""
            continue
        async with store.read(item.key) as reading:
            data = b"".join([piece async for piece in reading.body])
            found[item.key.rpartition("/")[2]] = data
    return found


async def overwrite(store: ObjectStore, key: str, data: bytes) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield data

    await store.put(key, body(), content_type="image/jpeg")


async def test_new_pictures_are_copied_once_and_byte_for_byte(
    workshop: Workshop, alice: Caller, copies: ObjectStore
) -> None:
    first = await publish(alice)
    await alice.upload(pictures.jpeg())  # no tweet used it
    assert (await copied_pictures.waiting()).pictures == 1
    await media_copies.copy_new(workshop)
    assert await contents(copies) == {
        name: data
        for name, data in (await contents(workshop.store, "tweets_media/")).items()
        if name.startswith(first)
    }
    assert len(await contents(copies)) == 2
    assert await copied_pictures.waiting() == copied_pictures.Waiting(0, None, 0)
    await overwrite(copies, f"media_copies/{first}", b"changed there")
    await media_copies.copy_new(workshop)
    assert (await contents(copies))[first] == b"changed there", "what is copied is not looked at again"


async def test_the_copy_of_a_deleted_picture_is_emptied(
    workshop: Workshop, alice: Caller, copies: ObjectStore
) -> None:
    gone, stays = await publish(alice), await publish(alice)
    await media_copies.copy_new(workshop)
    await delete(gone, workshop)
    assert (await copied_pictures.waiting()).to_empty == 1
    await media_copies.copy_new(workshop)
    found = await contents(copies)
    assert {name for name, data in found.items() if not data} == {gone, f"{gone}-small"}
    assert found[stays]
    assert (await copied_pictures.waiting()).to_empty == 0
    if isinstance(copies, S3Store):
        assert await versions(copies, f"media_copies/{gone}") == 4, "the bytes of both are old versions"


async def versions(store: S3Store, key: str) -> int:
    """The number of versions of all objects whose keys start with this prefix."""
    bucket = store._bucket
    async with servers.s3(bucket) as client:
        return len((await client.list_object_versions(Bucket=bucket.name, Prefix=key))["Versions"])


@only_local
async def test_a_copy_in_progress_while_its_picture_is_deleted_is_emptied_too(
    workshop: Workshop, alice: Caller, copies: ObjectStore
) -> None:
    """The worker died before it could record that the copy exists."""
    token = await publish(alice)
    (media,) = await rows("SELECT id FROM media_attachments WHERE token = $1", token)
    await copied_pictures.mark(media["id"], done=False)
    await overwrite(copies, f"media_copies/{token}", b"half of it")
    await delete(token, workshop)
    await media_copies.copy_new(workshop)
    assert (await contents(copies))[token] == b""


@only_local
async def test_a_picture_that_differs_from_the_original_result_is_not_copied(
    workshop: Workshop, alice: Caller, copies: ObjectStore
) -> None:
    """Otherwise the copy of a damaged picture would replace a good one."""
    damaged, good = await publish(alice), await publish(alice)
    await overwrite(workshop.store, f"tweets_media/{damaged}", b"not a picture")
    await media_copies.copy_new(workshop)
    assert set(await contents(copies)) == {good, f"{good}-small"}
    assert (await copied_pictures.waiting()).pictures == 1


@only_local
@pytest.mark.parametrize("owns", ["nothing", "the pictures"])
async def test_a_perch_that_does_not_own_both_stores_writes_and_empties_no_copies(
    workshop: Workshop, alice: Caller, copies: ObjectStore, owns: str
) -> None:
    """One that was restored beside production, with a disk of its own for pictures, shares only the dumps."""
    pictures_of = ownership_of_pictures(workshop.store._store, workshop.settings)
    dumps_of = ownership_of_backups(workshop.backups._store, workshop.settings)
    await publish(alice)
    await media_copies.copy_new(workshop)
    before = await contents(copies)
    token = await publish(alice)
    await rows("INSERT INTO copies_to_empty (token) VALUES ($1) RETURNING 1", token)
    await dumps_of.take_over()
    try:
        await rows("UPDATE instance SET lineage = gen_random_uuid() RETURNING 1")
        if owns == "the pictures":
            await pictures_of.take_over()
        fresh = Workshop.of(
            workshop.settings, workshop.store._store, workshop.backups._store, workshop.jobs, copies=copies
        )
        await media_copies.copy_new(fresh)
        assert await contents(copies) == before != {}
        await ownership_of_backups(workshop.backups._store, workshop.settings).take_over()
    finally:
        await pictures_of.take_over()


async def test_lost_and_damaged_pictures_are_restored_from_copies(
    workshop: Workshop, alice: Caller, copies: ObjectStore
) -> None:
    one, other, never = await publish(alice), await publish(alice), await publish(alice)
    await media_copies.copy_new(workshop)
    before = await contents(workshop.store, "tweets_media/")
    missing = [f"tweets_media/{one}", f"tweets_media/{other}-small", f"tweets_media/{never}"]
    for key in missing:
        await workshop.store.delete(key)
    await overwrite(copies, f"media_copies/{never}", b"changed there")
    assert await media_copies.bring_back(missing, workshop) == missing[:2]
    assert await contents(workshop.store, "tweets_media/") == {
        name: data for name, data in before.items() if name != never
    }


async def test_the_restore_test_reads_copies_back(
    workshop: Workshop, alice: Caller, copies: ObjectStore
) -> None:
    token = await publish(alice)
    await media_copies.copy_new(workshop)
    assert await drills._copies_checked(workshop) == {"copies_read": 2}
    await overwrite(copies, f"media_copies/{token}", b"")
    with pytest.raises(DumpFailed, match=f"1 copies .* such as media_copies/{token}"):
        await drills._copies_checked(workshop)


@only_local
async def test_unreadable_copies_do_not_fail_the_restore_test(workshop: Workshop, alice: Caller) -> None:
    """This happens if the credentials only allow adding objects."""
    await publish(alice)
    await media_copies.copy_new(workshop)
    away = S3Store(servers.bucket("http://127.0.0.1:1", "nobody"))
    await away.open()
    try:
        assert await drills._copies_checked(replace(workshop, copies=away)) == {"copies_read": 0}
    finally:
        await away.close()


async def test_an_unreachable_store_of_copies_only_delays_them(
    workshop: Workshop, alice: Caller, copies: ObjectStore
) -> None:
    await publish(alice)
    away = S3Store(servers.bucket("http://127.0.0.1:1", "nobody"))
    await away.open()
    try:
        await media_copies.copy_new(replace(workshop, copies=away))
    finally:
        await away.close()
    assert (await copied_pictures.waiting()).pictures == 1
    await media_copies.copy_new(workshop)
    assert len(await contents(copies)) == 2


async def test_old_versions_expire_by_a_rule_of_the_bucket(moto_url: str) -> None:
    bucket = servers.bucket(moto_url, f"rules-{secrets.token_hex(4)}")
    await servers.make_bucket(bucket, versions=True)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        backup_media=True,
        backup_media_days=9,
        backup_media_url=bucket.url,
        backup_media_bucket=bucket.name,
        backup_media_access_key=bucket.access_key,
        backup_media_secret_key=bucket.secret_key,
    )
    assert (await lifecycle.apply_to_copies(settings)).outcome == "written"
    assert (await lifecycle.apply_to_copies(settings)).outcome == "unchanged"
    store = storage.for_copies(settings)
    await store.open()
    try:
        (rule,) = await store.lifecycle()
    finally:
        await store.close()
    assert rule["ID"] == rule_for_versions("copies", "media_copies/", 9)["ID"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 9}
    assert "Expiration" not in rule
