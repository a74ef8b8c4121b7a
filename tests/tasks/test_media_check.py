"""The rows of pictures against the objects in storage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from server.context import Context
from storage import local
from storage.base import ObjectStore
from tasks import media_check
from tests import pictures
from tests.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")

FOLDER = "tweets_media/"


@pytest.fixture
async def token(alice: Caller, store: ObjectStore, database: None) -> str:
    for key in [item.key async for item in store.list()]:
        await store.delete(key)
    url: str = (await alice.upload(pictures.jpeg()))["media"]["url"]
    return url.rsplit("/", 1)[1]


async def put(store: ObjectStore, key: str, data: bytes) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield data

    await store.put(key, body(), content_type="image/jpeg")


@pytest.mark.fault("reconcile")
async def test_what_is_well_is_found_well(token: str, store: ObjectStore) -> None:
    report = await media_check.check(store, FOLDER, read_all=True)
    assert (report.pictures, report.objects, report.is_well, report.orphaned) == (1, 2, True, [])


@pytest.mark.fault("reconcile")
async def test_missing_and_damaged_objects_are_named(token: str, store: ObjectStore, perch: Context) -> None:
    large, small = f"{FOLDER}{token}", f"{FOLDER}{token}-small"
    async with store.read(large) as found:
        data = bytearray(b"".join([piece async for piece in found.body]))
    data[len(data) // 2] ^= 1
    await put(store, large, bytes(data))
    await store.delete(small)
    report = await media_check.check(store, FOLDER, read_all=True)
    assert (report.missing, report.damaged, report.is_well) == ([small], [large], False)
    assert (await media_check.check(store, FOLDER)).damaged == []  # the size is right
    await put(store, large, bytes(data[:-1]))
    assert (await media_check.check(store, FOLDER)).damaged == [large]


@pytest.mark.fault("reconcile")
@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_what_is_wrong_is_found_in_whichever_batch_it_lies(
    token: str, store: ObjectStore, perch: Context, alice: Caller, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(media_check, "BATCH", batch)
    monkeypatch.setattr(local, "LISTED_AT_ONCE", batch)
    urls = [(await alice.upload(pictures.jpeg()))["media"]["url"] for _ in range(8)]
    tokens = sorted([token, *(url.rsplit("/", 1)[1] for url in urls)])
    gone = [f"{FOLDER}{tokens[index]}{suffix}" for index in (0, 4, 5, 8) for suffix in ("", "-small")]
    half, bad = f"{FOLDER}{tokens[2]}", f"{FOLDER}{tokens[6]}"
    for key in [*gone, half]:
        await store.delete(key)
    await put(store, bad, b"x")
    orphans = [FOLDER + digit * 32 for digit in "07f"]
    for orphan in [*orphans, f"{FOLDER}no-picture"]:
        await put(store, orphan, b"x")
    seen: list[tuple[int, int]] = []
    report = await media_check.check(store, FOLDER, on_progress=lambda done, of: seen.append((done, of)))
    assert (report.pictures, report.objects) == (9, 18 - 9 + 4)
    assert sorted(report.missing) == sorted([*gone, half])
    assert (report.damaged, report.orphaned) == ([bad], orphans)
    assert seen[-1] == (9, 9)


@pytest.mark.fault("reconcile")
async def test_orphans_are_removed_when_they_are_older_than_a_day(token: str, store: ObjectStore) -> None:
    orphan = FOLDER + "ab" * 16
    await put(store, orphan, b"x")
    report = await media_check.check(store, FOLDER, repair=True)
    assert (report.orphaned, report.removed, report.is_well) == ([orphan], 0, True)
    later = datetime.now(UTC) + timedelta(days=1, minutes=1)
    report = await media_check.check(store, FOLDER, repair=True, now=later)
    assert report.removed == 1
    report = await media_check.check(store, FOLDER)
    assert (report.objects, report.orphaned) == (2, [])
