"""Workers that are killed in the middle of long tasks, and tasks that kill every worker."""

from __future__ import annotations

import gzip
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from config.settings import Settings
from server.core.security.keyring import Keyring
from server.features.media.jobs import PROCESS, REMOVE
from server.operations.dumps import catalogue
from server.operations.queues import DEAD_LETTERS
from storage import object_keys
from storage.files import chunks_of
from tests import pictures
from tests.api.media import objects
from tests.faults import houses
from tests.faults.houses import House
from tests.faults.workers import HASTE, started
from tests.thorough import THOROUGH, much
from tests.waiting import until

# All work is resumed and finished within this number of seconds after a kill.
TAKEN_OVER_WITHIN = 60

PICTURES, LOG_FILES, LINES = 6, 150, much(usually=500, thoroughly=3_000)

# A dump that takes some tenths of a second: 30 MB.
TWEETS = """
    INSERT INTO tweets (author_id, content)
    SELECT 1, repeat(md5(n::text), 100) FROM generate_series(1, 9000) n
"""

ALICE = "INSERT INTO users (handle, name) VALUES ('alice', 'Alice')"

PENDING = "INSERT INTO media_attachments (token, owner_id) VALUES ($1, 1) RETURNING id"

IN_HAND = "SELECT count(*) FROM media_attachments WHERE state = 'pending' AND working_until > now()"


@pytest_asyncio.fixture
async def house(settings: Settings, tmp_path: Path) -> AsyncIterator[House]:
    async with houses.opened(settings, tmp_path / "data", WORKER_CONCURRENCY="2") as found:
        await found.database.execute(ALICE)
        yield found


@pytest.mark.fault("worker-killed")
async def test_the_work_of_a_killed_worker_is_taken_over_and_done_once(
    house: House, measured: Callable[[str], None]
) -> None:
    """One worker is killed in the middle of pictures and a dump, another in the middle of shipping logs."""
    changes = much(usually=HASTE, thoroughly="")
    await house.database.execute(TWEETS)
    dump = await house.due("dump_hour")
    tokens = await pending_pictures(house)
    lines = finished_logs(house.settings.logs_folder)
    with started(house.environment, house.log, changes) as worker:
        await until(lambda: at_pictures_and_dump(house), within=20)
        kill(worker.pid)
        # Nearly always the dump, sometimes a small object that was there for a moment.
        begun = [*(house.settings.backup_folder / ".aside").iterdir()]
        assert (await catalogue.read(house.backups, house.settings, Keyring([]))).dumps == []
        killed = time.monotonic()
    with started(house.environment, house.log, changes) as worker:
        await until(lambda: house.is_done(dump), within=TAKEN_OVER_WITHIN)
        await until(lambda: all_ready(house), within=TAKEN_OVER_WITHIN)
        first = time.monotonic() - killed
        shipping = await house.due("logs")
        await until(lambda: some_shipped(house), within=20)
        kill(worker.pid)
        killed = time.monotonic()
    assert len(house_logs(house)) > 0, "all were shipped already"
    with started(house.environment, house.log, changes):
        await until(lambda: house.is_done(shipping), within=TAKEN_OVER_WITHIN)
        second = time.monotonic() - killed
        await until(lambda: originals_are_gone(house), within=TAKEN_OVER_WITHIN)
    assert max(first, second) < TAKEN_OVER_WITHIN
    assert await shipped(house) == lines
    found = await catalogue.read(house.backups, house.settings, Keyring([]))
    assert [one.trouble for one in found.dumps] == [None]
    every = [f"tweets_media/{token}{suffix}" for token in tokens for suffix in ("", object_keys.SMALL)]
    assert {*await objects(house.pictures)} == {*every}
    later = datetime.now(UTC) + timedelta(hours=1)
    assert await house.backups.remove_unfinished("", before=later) >= len(begun)
    assert await house.database.fetchval("SELECT max(attempts) FROM media_attachments") <= 2
    measured(
        f"killed in the middle of pictures and a dump: all done after {first:.0f} s; of shipping logs: after "
        f"{second:.0f} s, each of {len(lines):,} lines once"
    )


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


async def pending_pictures(house: House) -> list[str]:
    """Large pictures, each of which takes a moment."""
    file = house.settings.data_folder / "picture"
    file.write_bytes(pictures.jpeg(4032, 3024))
    tokens = [secrets.token_hex(16) for _ in range(PICTURES)]
    for token in tokens:
        await house.pictures.put(object_keys.incoming(token), chunks_of(file), content_type="image/jpeg")
        await house.send(PROCESS.name, await house.database.fetchval(PENDING, token))
    return tokens


async def at_pictures_and_dump(house: House) -> bool:
    dumping = any((house.settings.backup_folder / ".aside").iterdir())
    return dumping and bool(await house.database.fetchval(IN_HAND))


async def all_ready(house: House) -> bool:
    ready = "SELECT count(*) FROM media_attachments WHERE state = 'ready'"
    return bool(await house.database.fetchval(ready) == PICTURES)


async def originals_are_gone(house: House) -> bool:
    return [item async for item in house.pictures.list(object_keys.INCOMING)] == []


def finished_logs(folder: Path) -> list[bytes]:
    """Log files of a process that has ended; returns their lines."""
    folder.mkdir(parents=True, exist_ok=True)
    every: list[bytes] = []
    for number in range(LOG_FILES):
        lines = [f"{number} {line} {secrets.token_hex(16)}".encode() for line in range(LINES)]
        (folder / f"host.gone.20261101T000000.1.{number}.jsonl.done").write_bytes(b"\n".join(lines) + b"\n")
        every += lines
    return sorted(every)


def house_logs(house: House) -> list[Path]:
    return list(house.settings.logs_folder.glob("host.gone.*"))


async def some_shipped(house: House) -> bool:
    return len(house_logs(house)) < LOG_FILES - 5


async def shipped(house: House) -> list[bytes]:
    """The lines of those files in all archives."""
    lines: list[bytes] = []
    async for item in house.backups.list("logs/"):
        if "host.gone." in item.key:
            async with house.backups.read(item.key) as found:
                lines += gzip.decompress(b"".join([piece async for piece in found.body])).splitlines()
    return sorted(lines)


# A task of ours that no worker survives.
POISON = """
async def poison():
    os.kill(os.getpid(), 9)
registry.TASKS += (task.Task("tests.poison", poison),)
"""

# The test above measures the cost of a worker's death with normal leases; here only the number of deaths
# counts.
DEATHS = much(usually=2, thoroughly=5)


@pytest.mark.fault("poison")
async def test_a_task_that_kills_each_worker_is_given_up_and_reported(
    house: House, measured: Callable[[str], None]
) -> None:
    changes = HASTE + POISON + ("" if THOROUGH else f"broker.MAX_DELIVERIES = {DEATHS}\n")

    async def poison() -> None: ...

    house.broker.register_task(poison, "tests.poison")
    await house.send("tests.poison")
    for _ in range(DEATHS):
        with started(house.environment, house.log, changes) as worker:
            await until(lambda worker=worker: worker.poll() is not None, within=20)  # type: ignore[misc]
            assert worker.returncode == -signal.SIGKILL
    with started(house.environment, house.log, changes) as worker:
        await until(lambda: has_letters(house), within=20)
        removed = await house.database.fetchval(
            "INSERT INTO media_attachments (token, owner_id, state) VALUES ('x', 1, 'removed') RETURNING id"
        )
        await house.send(REMOVE.name, [removed])
        await until(lambda: is_removed(house), within=10)
        await house.send("health.tell_changes")
        await until(
            lambda: "degraded: a task failed for good within the last day" in house.printed, within=10
        )
        assert worker.poll() is None
    assert await house.redis.xlen(DEAD_LETTERS) == 1
    assert f"a task failed for good: its worker died {DEATHS} times" in house.printed
    measured(f"a task that killed {DEATHS} workers was dead-lettered and reported; the next one did others")


async def has_letters(house: House) -> bool:
    return bool(await house.redis.xlen(DEAD_LETTERS))


async def is_removed(house: House) -> bool:
    return not await house.database.fetchval("SELECT count(*) FROM media_attachments")
