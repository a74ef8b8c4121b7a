"""A bucket that fails in every way: uploads get a clear error, leave nothing behind, and later work again."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import pytest_asyncio

from server.features.media.media import REMOVED_WITHIN
from storage import object_keys
from storage.budget import BUDGET
from storage.s3 import S3Store
from tests import disks, pictures
from tests.api.media import objects
from tests.callers import Caller
from tests.faults.asking import asking
from tests.faults.conftest import Site
from tests.proxy import SERVER_ERROR, Cut, Flip, Hang, Mode, Refuse
from tests.thorough import much
from tests.waiting import until

# A tenth of a megabyte.
PICTURE = pictures.jpeg(1600, 1200)

# In the middle of the picture; headers take half a kilobyte.
MIDDLE = len(PICTURE) // 2

MODES: dict[str, Mode] = {
    "answers 500": SERVER_ERROR,
    "cuts the picture": Cut(after=MIDDLE),
    "cuts the answer": Cut(after=60, way="to client"),  # behind the "100 Continue"
    "flips a bit": Flip(after=MIDDLE, way="to server"),
    "refuses": Refuse(),
    "hangs": Hang(),
}

# How long to wait for a hanging bucket: as long as its budget lasts.
TRIED = list(MODES)[:4] if much(usually=True, thoroughly=False) else list(MODES)

WITHIN = BUDGET + REMOVED_WITHIN + 2


@pytest_asyncio.fixture
async def bucket(site: Site) -> AsyncIterator[S3Store]:
    """The bucket itself, not through the proxy."""
    found = S3Store(site.bucket)
    await found.open()
    yield found
    await found.close()


@pytest.mark.fault("storage")
@pytest.mark.parametrize("how", TRIED)
async def test_an_upload_that_cannot_be_stored_says_so_and_leaves_nothing(
    site: Site, bucket: S3Store, alice: Caller, how: str, measured: Callable[[str], None]
) -> None:
    before = {*await objects(bucket)}
    site.storage.mode = MODES[how]
    began = time.monotonic()
    upload = await alice.upload(PICTURE)
    seconds = time.monotonic() - began
    site.storage.cut()
    site.mend()
    assert upload.error == (503, "unavailable")
    assert upload.headers["retry-after"]
    assert seconds < WITHIN
    assert await site.rows("SELECT FROM media_attachments WHERE owner_id = $1", alice.id) == []
    left = {*await objects(bucket)} - before
    # A store whose answers are lost may store an original after it was told to remove it; cleanup removes it
    # later.
    assert not left or (
        how == "cuts the answer" and all(key.startswith(object_keys.INCOMING) for key in left)
    )
    assert list((site.data / "tmp").glob("upload-*")) == []
    back = await until(lambda: made(alice), within=10)
    measured(f"{how}: an upload is refused after {seconds:.1f} s; the next good one after {back:.1f} s")


async def made(who: Caller) -> bool:
    """Whether an upload is processed into a picture."""
    answer = await who.upload(PICTURE)
    return answer.status == 201 and answer["media"]["state"] == "ready"


@pytest.mark.fault("storage")
async def test_a_picture_that_cannot_be_read_is_unavailable_and_not_lost(
    site: Site, client: httpx.AsyncClient, alice: Caller
) -> None:
    upload = await alice.upload(PICTURE)
    site.storage.mode = SERVER_ERROR
    answer = await client.get(upload["media"]["url"])
    assert (answer.status_code, answer.json()["error_type"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    site.mend()
    assert (await client.get(upload["media"]["url"])).status_code == 200


@pytest.mark.fault("storage")
async def test_a_full_disk_affects_only_uploads(
    site: Site, alice: Caller, measured: Callable[[str], None]
) -> None:
    if not site.has_disk:
        pytest.skip(disks.MISSING)
    with disks.full(site.data):
        async with asking(alice) as answers:
            uploads = [await alice.upload(PICTURE) for _ in range(3)]
            await until(lambda: answers.statuses.total() > 40)
    assert [upload.error for upload in uploads] == [(503, "unavailable")] * 3
    assert not answers.wrong
    assert set(answers.statuses) == {200, 201}
    assert list((site.data / "tmp").glob("upload-*")) == []
    assert await made(alice)
    lines = [line for path in (site.data / "logs").iterdir() for line in path.read_bytes().splitlines()]
    assert {type(json.loads(line)) for line in lines} == {dict}
    measured(
        f"disk full: uploads are refused, {answers.words} meanwhile, and all {len(lines):,} lines are whole"
    )
