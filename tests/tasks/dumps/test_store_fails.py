"""A store that fails during a dump or read: retried, never reported as good, and nothing left behind."""

from __future__ import annotations

import random
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from server.core.database.connection import rows
from server.operations import runs
from server.operations.dumps.errors import DumpDamaged
from server.operations.scheduled_run import RunKind, ScheduledRun
from storage import budget
from storage.local import LocalStore
from storage.s3 import S3Store
from tasks.dumps import drills, space
from tasks.dumps.verifying import verify
from tasks.runs import carry_out
from tasks.workshop import Workshop, owned_backups
from tests import disks, proxy, servers
from tests.proxy import SERVER_ERROR, Cut, Flip, Hang, Mode, Proxy
from tests.tasks.dumps.conftest import only_local
from tests.tasks.dumps.parts import LONG_TWEETS, SLOT, changed, keys, listing, make
from tests.thorough import much

pytestmark = pytest.mark.whole

# In the middle of the archive, which has 50 kB; headers take half a kilobyte.
MIDDLE = 20_000


@pytest.fixture
def gate(ceph_url: str) -> Iterator[Proxy]:
    with proxy.before_http(ceph_url) as found:
        yield found


@pytest_asyncio.fixture
async def away(workshop: Workshop, ceph_url: str, gate: Proxy) -> AsyncIterator[Workshop]:
    """A workshop with backups in a bucket behind the proxy."""
    bucket = servers.bucket(ceph_url, f"dumps-{secrets.token_hex(4)}")
    await servers.make_bucket(bucket)
    store = S3Store(replace(bucket, url=gate.url), in_pieces=False)  # like `storage.for_backups`
    await store.open()
    backups = owned_backups(store, workshop.settings)
    yield replace(changed(workshop, backup_storage="s3"), backups=backups)
    await store.close()


async def due_run() -> ScheduledRun:
    return await ScheduledRun.create(kind=RunKind.DUMP_HOUR, slot=SLOT, start_after=SLOT)


async def carried_out(run: ScheduledRun, workshop: Workshop) -> ScheduledRun:
    """The run after one attempt."""
    await rows("UPDATE scheduled_runs SET start_after = now() RETURNING id")
    claim = await runs.claim(run.id)
    assert claim is not None
    await carry_out(claim, workshop)
    return await runs.get(run.id)


@pytest.mark.fault("storage")
@only_local  # the fixture's own store is not used
@pytest.mark.parametrize(
    "mode",
    [SERVER_ERROR, Cut(after=MIDDLE), Hang(), Flip(after=MIDDLE, way="to server")],
    ids=["answers 500", "cuts", "hangs", "flips a bit"],
)
async def test_a_dump_that_the_bucket_does_not_accept_is_retried(
    away: Workshop,
    gate: Proxy,
    mode: Mode,
    measured: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, began = await due_run(), datetime.now(UTC)
    gate.mode = mode
    with monkeypatch.context() as impatient:
        impatient.setattr(budget, "BUDGET", 1)  # too little for a sound store on a busy machine
        tried = await carried_out(run, away)
    gate.cut()
    gate.mode = proxy.Pass()
    assert (tried.state, tried.attempt) == ("due", 1)
    assert tried.error
    assert tried.start_after > began + timedelta(seconds=20)
    assert await keys(away.backups) == []
    assert (await carried_out(run, away)).state == "done"
    (dump,) = (await listing(away)).dumps
    assert await verify(dump, away)
    words = {"Answer": "answers 500", "Cut": "cuts the upload", "Hang": "hangs", "Flip": "flips a bit"}
    measured(f"a dump whose bucket {words[type(mode).__name__]}: the retry is good")


@pytest.mark.fault("storage")
@only_local
async def test_a_bit_flipped_while_reading_back_is_found(away: Workshop, gate: Proxy) -> None:
    dump = await make(away)
    chosen = random.Random(5)
    for number in range(much(usually=3, thoroughly=40)):
        gate.mode = Flip(after=1_000 + chosen.randrange(dump.manifest.stored_bytes - 1_000))
        if number % 3:
            with pytest.raises(DumpDamaged):
                await verify(dump, away)
        else:
            assert (await drills.drill(dump, away)).error is not None
        gate.mode = proxy.Pass()
    assert (await drills.drill(dump, away)).error is None


@pytest.mark.fault("storage")
@only_local
async def test_a_dump_that_fills_the_disk_is_tried_again(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "HEADROOM", 0)
    run = await due_run()
    # The database may be larger than its contents: rows that other tests deleted are not vacuumed yet.
    with disks.small(tmp_path / "disk", megabytes=512) as disk:
        backups = LocalStore(disk / "backups")
        await backups.open()
        own = owned_backups(backups, workshop.settings)
        here = replace(changed(workshop, backup_dir=disk / "backups"), backups=own)
        good = await make(here, slot=SLOT - timedelta(hours=1))  # so that there seems to be enough space
        await rows(LONG_TWEETS)

        def fill(_: int) -> None:
            disks.fill(disk)

        tried = await carried_out(run, replace(here, on_progress=fill))
        assert (tried.state, tried.attempt) == ("due", 1)
        assert "no space left on the disk" in str(tried.error)
        assert set(await keys(backups)) == {good.keys[0], good.key}
        assert list((disk / "backups" / ".aside").iterdir()) == []
        (disk / "filler").unlink()
        assert (await carried_out(run, here)).state == "done"
        for dump in (await listing(here)).dumps:
            assert await verify(dump, here)
