"""The only sources of the old pictures' files: a folder, or the old bucket through its API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from config.database_address import DatabaseAddress
from server.context import Context
from server.importing import files
from server.importing.files import FilesInBucket, FilesInFolder, PictureNotTaken
from storage.base import StorageUnavailable
from storage.files import chunks_of
from storage.s3 import S3Store
from tests import pictures, servers
from tests.importing import first
from tests.importing.first import counted, take_over, told


@pytest.fixture
async def bucket(moto_url: str, files: FilesInFolder) -> AsyncIterator[S3Store]:
    """The old bucket with the folder's files; their content type is the word that the old server wrote."""
    where = servers.bucket(moto_url, "old")
    await servers.make_bucket(where)
    store = S3Store(where)
    await store.open()
    for number in (1, 2, 5, 6):
        file = files.folder / first.NAMES[number]
        await store.put(f"tweets_media/{file.name}", chunks_of(file), content_type="content_type")
    yield store
    await store.close()


async def test_pictures_are_fetched_from_the_old_bucket_under_the_key_in_their_link(
    ugly: DatabaseAddress, perch: Context, bucket: S3Store
) -> None:
    account = await take_over(ugly, perch, FilesInBucket(bucket))
    assert counted(account)["medias"] == (12, 3)
    assert set(told(account)["medias"]) >= {
        ("tweet 3, picture 5", "the file isn't a picture of an accepted format"),
        ("tweet 3, picture 6", "the file is larger than 65536 bytes (MEDIA_MAX_BYTES)"),
        ("tweet 10, picture 4", "a bucket can't be asked for such a name; use --media-folder"),
    }
    await bucket.delete(f"tweets_media/{first.NAMES[2]}")
    with pytest.raises(PictureNotTaken, match="the file is missing"):
        await files.look(FilesInBucket(bucket), f"tweets_media/{first.NAMES[2]}", most=1000)


async def test_an_import_stopped_by_an_unreachable_bucket_can_be_repeated(
    ugly: DatabaseAddress, perch: Context, bucket: S3Store, moto_url: str
) -> None:
    away = S3Store(replace(servers.bucket(moto_url, "old"), name="not-there"))
    await away.open()
    with pytest.raises(StorageUnavailable):
        await take_over(ugly, perch, FilesInBucket(away))
    await away.close()
    account = await take_over(ugly, perch, FilesInBucket(bucket))
    assert counted(account)["medias"] == (12, 3)


@pytest.mark.parametrize(
    ("link", "key"),
    [
        ("http://s3:9000/bucket/tweets_media/a-2024.jpg", "tweets_media/a-2024.jpg"),
        ("https://s3/bucket/tweets_media/a%202024.jpg?x=1#y", "tweets_media/a 2024.jpg"),
        ("/bucket/a.jpg", "a.jpg"),
        ("http://s3/bucket", None),
        ("http://s3/bucket/", None),
        ("http://s3/bucket/../a", None),
        ("http://s3/bucket/%2e%2e/a", None),
        ("http://s3/bucket/a%2fb", None),
        ("http://s3/bucket/a%00b", None),
        ("http://[s3/bucket/a", None),
        ("http://s3/bucket/" + "a" * 600, None),
        ("", None),
        (None, None),
    ],
)
def test_only_the_key_in_a_link_counts(link: str | None, key: str | None) -> None:
    assert files.key_of(link) == key


async def test_only_regular_files_are_read_from_a_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(pictures.jpeg())
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "link.jpg").symlink_to(secret)
    (folder / "inner.jpg").mkdir()
    (folder / "empty.jpg").touch()
    wanted = {
        "link.jpg": "the file can't be read: Too many levels of symbolic links",
        "inner.jpg": "the file is missing",
        "../secret.jpg": "the file is missing",
        "empty.jpg": "the file isn't a picture of an accepted format",
    }
    old = FilesInFolder(folder)
    for name, reason in wanted.items():
        key, out = f"tweets_media/{name}", tmp_path / f"copy of {Path(name).name}"
        with pytest.raises(PictureNotTaken, match=f"^{reason}$"):
            await files.look(old, key, most=100_000)
        with pytest.raises(PictureNotTaken, match=f"^{reason}$"):
            await files.copy(old, key, out, most=100_000)


class Growing:
    """A file that holds more than its declared size."""

    @asynccontextmanager
    async def read(self, key: str) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        async def body() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield pictures.jpeg()

        yield 10, body()


async def test_no_more_than_the_size_limit_of_a_file_is_read(tmp_path: Path) -> None:
    with pytest.raises(PictureNotTaken, match="larger than 2000 bytes"):
        await files.copy(Growing(), "key", tmp_path / "out", most=2000)
    assert (tmp_path / "out").stat().st_size <= 2000


async def test_a_file_type_is_recognised_however_small_the_chunks_are(tmp_path: Path) -> None:
    class InPieces(Growing):
        @asynccontextmanager
        async def read(self, key: str) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
            async def body() -> AsyncIterator[bytes]:
                for byte in pictures.jpeg():
                    yield bytes([byte])

            yield 10, body()

    await files.look(InPieces(), "key", most=10_000)
    assert await files.copy(InPieces(), "key", tmp_path / "out", most=10_000) == "image/jpeg"
    assert (tmp_path / "out").read_bytes() == pictures.jpeg()
