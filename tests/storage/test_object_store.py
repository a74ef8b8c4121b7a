"""One contract that every object store must fulfil."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from storage.base import InvalidKey, InvalidRange, ObjectNotFound, ObjectStore, StorageUnavailable
from storage.local import LocalStore
from storage.multipart import PART
from storage.s3 import CONNECTIONS, Bucket, S3Store
from tests import servers
from tests.waiting import turns

# For ranges of a file stored in SQLite, Ceph's gateway returns the right length but the wrong bytes; and it
# is slow with many objects.
NOT_CEPH = pytest.mark.parametrize("opened", ["local", "moto_url"], indirect=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["local", "moto_url", "ceph_url"])
async def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ObjectStore]:
    """Opened once for all tests, because creating an S3 client takes longer than most of them."""
    found: ObjectStore
    if request.param == "local":
        found = LocalStore(tmp_path_factory.mktemp("store") / "objects")
    else:
        bucket = servers.bucket(request.getfixturevalue(request.param), "contract")
        await servers.make_bucket(bucket)
        found = S3Store(bucket, in_pieces=request.param != "ceph_url")  # see NOT_CEPH
    await found.open()
    yield found
    await found.close()


@pytest_asyncio.fixture
async def store(opened: ObjectStore) -> ObjectStore:
    """The store without any object."""
    for key in [item.key async for item in opened.list()]:
        await opened.delete(key)
    await opened.remove_unfinished("", before=datetime.now(UTC) + timedelta(hours=1))
    return opened


async def body(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def read(store: ObjectStore, key: str, start: int = 0, stop: int | None = None) -> bytes:
    async with store.read(key, start=start, stop=stop) as found:
        return b"".join([chunk async for chunk in found.body])


async def test_what_was_put_is_read_back(store: ObjectStore) -> None:
    info = await store.put("a/b/c.jpg", body(b"one ", b"", b"two"), content_type="image/jpeg")
    assert (info.key, info.size, info.content_type) == ("a/b/c.jpg", 7, "image/jpeg")
    found = await store.info("a/b/c.jpg")
    assert (found.key, found.size, found.content_type) == ("a/b/c.jpg", 7, "image/jpeg")
    assert found.modified_at.tzinfo is not None
    assert await read(store, "a/b/c.jpg") == b"one two"


async def test_a_whole_file_is_stored_and_fetched(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"one two")
    info = await store.put_file("a/b.jpg", tmp_path / "file", content_type="image/jpeg")
    assert (info.key, info.size, info.content_type) == ("a/b.jpg", 7, "image/jpeg")
    (tmp_path / "file").unlink()
    await store.fetch("a/b.jpg", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == await read(store, "a/b.jpg") == b"one two"
    (tmp_path / "fetched").unlink()
    assert (await store.info("a/b.jpg")).size == 7
    with pytest.raises(ObjectNotFound):
        await store.fetch("a/c.jpg", tmp_path / "nothing")
    assert [item.key async for item in store.list()] == ["a/b.jpg"]


async def test_the_last_write_wins(store: ObjectStore) -> None:
    await store.put("key", body(b"first, and longer"), content_type="text/plain")
    await store.put("key", body(b"second"), content_type="image/png")
    assert await read(store, "key") == b"second"
    assert (await store.info("key")).content_type == "image/png"


async def test_create_never_overwrites_an_object(store: ObjectStore) -> None:
    assert await store.create("owner", b"first", content_type="text/plain")
    assert not await store.create("owner", b"second", content_type="text/plain")
    assert await read(store, "owner") == b"first"
    assert (await store.info("owner")).content_type == "text/plain"
    await store.delete("owner")
    assert await store.create("owner", b"after that", content_type="text/plain")


@NOT_CEPH
async def test_of_several_concurrent_creations_of_an_object_one_succeeds(store: ObjectStore) -> None:
    at_once = [store.create("owner", str(n).encode(), content_type="text/plain") for n in range(8)]
    created = await asyncio.gather(*at_once)
    assert created.count(True) == 1
    assert await read(store, "owner") == str(created.index(True)).encode()


async def test_an_empty_object_exists(store: ObjectStore) -> None:
    await store.put("empty", body(), content_type="text/plain")
    assert (await store.info("empty")).size == 0
    assert await read(store, "empty") == b""


@NOT_CEPH
@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [(0, 3, b"012"), (3, None, b"3456789"), (9, 10, b"9"), (2, 5, b"234"), (5, 99, b"56789")],
)
async def test_ranges(store: ObjectStore, start: int, stop: int | None, expected: bytes) -> None:
    await store.put("digits", body(b"0123456789"), content_type="text/plain")
    async with store.read("digits", start=start, stop=stop) as found:
        assert (found.start, found.stop, found.info.size) == (start, start + len(expected), 10)
        assert b"".join([chunk async for chunk in found.body]) == expected


async def test_a_range_that_begins_behind_the_end_is_refused(store: ObjectStore) -> None:
    await store.put("digits", body(b"0123456789"), content_type="text/plain")
    with pytest.raises(InvalidRange):
        await read(store, "digits", 10)


async def test_a_missing_object_is_not_found(store: ObjectStore) -> None:
    with pytest.raises(ObjectNotFound):
        await store.info("nothing")
    with pytest.raises(ObjectNotFound):
        await read(store, "nothing/below")
    await store.delete("nothing")


async def test_a_deleted_object_is_gone(store: ObjectStore) -> None:
    await store.put("key", body(b"x"), content_type="text/plain")
    await store.delete("key")
    await store.delete("key")
    with pytest.raises(ObjectNotFound):
        await store.info("key")
    assert [item async for item in store.list()] == []


async def test_keys_are_listed_in_order_by_prefix(store: ObjectStore) -> None:
    keys = ["b/1", "a/2", "a/10", "ab", "a/sub/x", "c"]
    for key in keys:
        await store.put(key, body(key.encode()), content_type="text/plain")
    assert [item.key async for item in store.list()] == sorted(keys)
    assert [(item.key, item.size) async for item in store.list("a/")] == [
        ("a/10", 4),
        ("a/2", 3),
        ("a/sub/x", 7),
    ]
    assert [item.key async for item in store.list("a")] == ["a/10", "a/2", "a/sub/x", "ab"]
    assert [item.key async for item in store.list("nothing/")] == []


@pytest.mark.whole
@NOT_CEPH
async def test_more_keys_than_one_listing_page_are_all_listed(store: ObjectStore) -> None:
    limit = asyncio.Semaphore(20)

    async def put(number: int) -> None:
        async with limit:
            await store.put(f"many/{number:05}", body(b"x"), content_type="text/plain")

    await asyncio.gather(*(put(number) for number in range(1050)))
    assert [item.key async for item in store.list("many/")] == [f"many/{number:05}" for number in range(1050)]


async def test_a_large_object_is_streamed_whole(store: ObjectStore) -> None:
    block = os.urandom(1 << 20)
    count = (2 * PART + (5 << 20)) // len(block)
    await store.put("large", body(*[block] * count), content_type="application/zip")
    digest = hashlib.sha256()
    async with store.read("large") as found:
        assert found.info.size == count * len(block)
        async for chunk in found.body:
            digest.update(chunk)
    assert digest.digest() == hashlib.sha256(block * count).digest()


@NOT_CEPH
async def test_slow_readers_do_not_block_others(store: ObjectStore) -> None:
    """Clients read pictures as slowly as they like, and there are few connections to a bucket."""
    content = os.urandom(1 << 20)
    await store.put("large", body(content), content_type="image/webp")
    async with AsyncExitStack() as paused:
        readers = [await paused.enter_async_context(store.read("large")) for _ in range(2 * CONNECTIONS + 5)]
        begun = [await anext(aiter(reader.body)) for reader in readers]
        async with asyncio.timeout(5):
            await store.check()
            assert await read(store, "large") == content
            rest = b"".join([chunk async for chunk in readers[0].body])
        assert begun[0] + rest == content


@pytest.mark.parametrize("opened", ["moto_url"], indirect=True)
async def test_an_upload_does_not_queue_behind_readers(store: ObjectStore) -> None:
    await store.put("popular", body(b"x"), content_type="image/webp")
    readers = [asyncio.create_task(read(store, "popular")) for _ in range(20 * CONNECTIONS)]
    await turns()
    await store.put("new", body(b"y"), content_type="image/webp")
    assert sum(reader.done() for reader in readers) < len(readers) / 2
    assert await asyncio.gather(*readers) == [b"x"] * len(readers)


async def test_invalid_object_names_are_not_listed(store: ObjectStore) -> None:
    """Anyone who can write to the bucket, or creates a folder in a console, can create such names."""
    await store.put("folder/good", body(b"x"), content_type="text/plain")
    odd = ["folder/a b", "folder/\x1b[31mred", "folder/.hidden", "folder/sub/"]
    if isinstance(store, S3Store):
        for key in odd:
            await store._client.put_object(Bucket=store._bucket.name, Key=key, Body=b"x")
    elif isinstance(store, LocalStore):
        for key in odd[:3]:
            (store._root / key).write_bytes(b"x")
    try:
        assert [item.key async for item in store.list("folder/")] == ["folder/good"]
    finally:
        if isinstance(store, S3Store):
            for key in odd:
                await store._client.delete_object(Bucket=store._bucket.name, Key=key)


@NOT_CEPH
async def test_a_range_over_the_border_of_two_parts(store: ObjectStore) -> None:
    content = os.urandom(PART + 100)
    await store.put("large", body(content), content_type="application/zip")
    assert await read(store, "large", PART - 5, PART + 5) == content[PART - 5 : PART + 5]


@pytest.mark.fault("storage")
@pytest.mark.parametrize("blocks", [1, 40])
async def test_an_aborted_upload_leaves_nothing_behind(store: ObjectStore, blocks: int) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        for _ in range(blocks):
            yield b"x" * (1 << 20)
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, StorageUnavailable)):
        await store.put("half", breaking(), content_type="text/plain")
    with pytest.raises(ObjectNotFound):
        await store.info("half")
    assert [item async for item in store.list()] == []


async def test_no_reader_ever_sees_half_an_object(store: ObjectStore) -> None:
    size = 2 << 20
    await store.put("key", body(b"0" * size), content_type="text/plain")

    async def write() -> None:
        for number in range(1, 10):
            await store.put("key", body(str(number).encode() * size), content_type="text/plain")

    writing = asyncio.create_task(write())
    refused: tuple[type[Exception], ...] = (StorageUnavailable,) if isinstance(store, S3Store) else ()
    while not writing.done():
        with suppress(*refused):  # the object was replaced between two chunks
            seen = await read(store, "key")
            assert (len(seen), len(set(seen))) == (size, 1)
    await writing
    assert await read(store, "key") == b"9" * size


async def test_an_aborted_upload_leaves_the_existing_object(store: ObjectStore) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"new"
        raise ConnectionResetError

    await store.put("key", body(b"old"), content_type="text/plain")
    with pytest.raises((ConnectionResetError, StorageUnavailable)):
        await store.put("key", breaking(), content_type="text/plain")
    assert await read(store, "key") == b"old"


@pytest.mark.parametrize(
    "key",
    ["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", ".a", "a/.b", "a\\b", "a\0b", "a b"]
    + ["ü", "a" * 201, "a/" * 300 + "a", "a\n"],
)
async def test_an_invalid_key_is_refused(store: ObjectStore, key: str) -> None:
    for use in (store.info, store.delete):
        with pytest.raises(InvalidKey):
            await use(key)
    with pytest.raises(InvalidKey):
        await store.put(key, body(b"x"), content_type="text/plain")
    with pytest.raises(InvalidKey):
        await read(store, key)


async def test_a_working_store_passes_its_check(store: ObjectStore) -> None:
    await store.check()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret_key": "wrong"}, "SignatureDoesNotMatch"),
        ({"access_key": "nobody"}, "InvalidAccessKeyId"),
        ({"name": "no-such-bucket"}, "no-such-bucket"),
        ({"url": "http://127.0.0.1:1"}, "can't be reached"),
    ],
)
async def test_a_bucket_that_refuses_us_is_unavailable_and_reveals_no_secret(
    ceph_url: str, change: dict[str, str], words: str
) -> None:
    right = servers.bucket(ceph_url, "doors")
    await servers.make_bucket(right)
    values = {name: getattr(right, name) for name in Bucket.__slots__}
    store = S3Store(Bucket(**{**values, **change}))
    await store.open()
    try:
        with pytest.raises(StorageUnavailable) as refused:
            await store.put("key", body(b"x"), content_type="text/plain")
        assert words in str(refused.value)
        assert servers.SECRET_KEY not in str(refused.value)
        with pytest.raises(StorageUnavailable):
            await store.check()
    finally:
        await store.close()
