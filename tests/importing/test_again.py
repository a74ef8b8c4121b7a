"""An import that is repeated, interrupted or killed: what is done stays done, and nothing is done twice."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.context import Context
from server.core.database.connection import rows
from server.core.jobs import Job
from server.features.media.jobs import PROCESS
from server.importing.files import FilesInFolder
from server.importing.moving import Progress
from storage.base import ObjectStore
from tests import pictures, servers
from tests.api.media import objects
from tests.callers import Caller
from tests.importing import first
from tests.importing.first import counted, told
from tests.importing.here import contents, count
from tests.jobs import NoJobs
from tests.waiting import until

pytestmark = pytest.mark.whole


class Unsent(NoJobs):
    """Leaves pictures as they were imported: a worker of other tests may be running."""

    async def send(self, job: Job, *arguments: Any) -> bool:
        return job == PROCESS


take_over = partial(first.take_over, jobs=Unsent())


def perch_command(address: DatabaseAddress, *options: str) -> list[str]:
    url = f"postgresql://perch@/{address.database}?host={address.host}"
    return [str(servers.PERCH), "import", "first", "--database-url", url, "--without-pictures", *options]


def environment(settings: Settings) -> dict[str, str]:
    return servers.environment(
        MODE="PROD",
        DATA_DIR=str(settings.data_folder),
        DATABASE_URL=f"postgresql://perch@/perch?host={settings.database.host}",
        REDIS_URL=settings.redis.url,
    )


async def test_a_second_import_changes_nothing_and_reports_the_same(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder
) -> None:
    once = await take_over(ugly, perch, files)
    before = await contents()
    again = await take_over(ugly, perch, files)
    assert await contents() == before
    assert (again.exceptions, again.counts, again.notes) == (once.exceptions, once.counts, [])
    assert (again.began_at, again.finished_at) == (once.began_at, once.finished_at)


async def test_a_second_import_does_not_undo_what_users_did_in_between(
    whole: DatabaseAddress, perch: Context, anybody: Caller
) -> None:
    await take_over(whole, perch)
    owner = Caller(anybody.send, "key-2", 2, "person_2")
    await owner.delete("/api/tweets/1")
    await owner.delete("/api/tweets/50/likes")
    await owner.delete("/api/users/3/follow")
    tables = ("tweets", "likes", "follows")
    before = await contents(*tables)
    await take_over(whole, perch)
    assert await contents(*tables) == before
    assert (await count("tweets"), await count("follows")) == (2499, 49)


async def test_pictures_whose_files_were_missing_are_imported_by_a_second_run(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder
) -> None:
    without = await take_over(ugly, perch)
    assert counted(without)["medias"] == (12, 0)
    assert ("tweet 1, picture 1", "pictures were left out (--without-pictures)") in told(without)["medias"]
    assert counted(await take_over(ugly, perch, files))["medias"] == (12, 3)
    (files.folder / first.NAMES[4]).write_bytes(pictures.jpeg())
    found = await take_over(ugly, perch, files)
    assert (counted(found)["medias"], counted(found)["pictures"]) == ((12, 4), (10, 3))
    assert ("tweet 10, picture 4", "the file is missing") not in told(found)["medias"]


class Ended(Exception):
    """Raised to end an import by its progress display."""


def ending(label: str, after: int) -> Progress:
    """A progress bar that ends the import after it has moved this many times."""

    @contextmanager
    def bar(shown: str, _length: int | None) -> Iterator[Callable[[int], None]]:
        moves = 0

        def show(_done: int) -> None:
            nonlocal moves
            moves += shown == label
            if moves > after:
                raise Ended

        yield show

    return bar


@pytest.mark.parametrize("after", [0, 1, 3, 6])
async def test_an_interrupted_import_continues_where_it_stopped(
    whole: DatabaseAddress, perch: Context, after: int
) -> None:
    with pytest.raises(Ended):
        await take_over(whole, perch, progress=ending("rows", after))
    read = await rows("SELECT sum(found)::int AS n FROM import_steps WHERE step <> 'keys'")
    assert 0 < read[0]["n"] < 7600
    account = await take_over(whole, perch)
    assert counted(account)["tweets"] == (2500, 2500)
    assert counted(account)["likes"] == (5000, 5000)
    assert (account.exceptions, account.notes) == ([], [])


async def test_an_import_interrupted_among_the_files_imports_no_picture_twice(
    whole: DatabaseAddress, perch: Context, files: FilesInFolder, empty_store: ObjectStore
) -> None:
    async with first.connected(whole) as connection:
        link = first.LINK.format(first.NAMES[1])
        await connection.execute("INSERT INTO pictures (link) SELECT $1 FROM generate_series(1, 100)", link)
        await connection.execute("INSERT INTO medias SELECT id, id FROM pictures")
    with pytest.raises(Ended):
        await take_over(whole, perch, files, progress=ending("pictures", 0))
    assert 0 < await count("media_attachments") < 100
    account = await take_over(whole, perch, files)
    assert counted(account)["medias"] == counted(account)["pictures"] == (100, 100)
    assert account.finished_at is not None
    assert len(await objects(empty_store)) == await count("media_attachments") == 100


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_a_killed_import_is_finished_by_the_next_run(
    settings: Settings, database: None, how: signal.Signals
) -> None:
    """Killed in the middle of 50,000 tweets, which are imported in batches."""
    address = await first.made(settings)
    await first.fill(address, tweets=50_000)
    command = perch_command(address)
    killed = await asyncio.create_subprocess_exec(
        *command,
        env=environment(settings),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # background jobs ignore it
    )

    async def has_begun() -> bool:
        assert killed.returncode is None
        return await count("tweets") >= 2000

    await until(has_begun, within=60, every=0.005)
    killed.send_signal(how)
    assert await killed.wait() == (130 if how is signal.SIGINT else -how)
    assert 2000 <= await count("tweets") < 50_000
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(settings), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert "has been imported" in said.decode()
    assert [await count(table) for table in ("users", "tweets", "likes", "follows")] == [
        50,
        50_000,
        100_000,
        50,
    ]
    wrong = await rows(
        "SELECT 1 FROM tweets WHERE likes_count <> 2 UNION ALL SELECT 1 FROM outbox "
        "UNION ALL SELECT 1 FROM users WHERE tweets_count <> 1000"
    )
    assert wrong == []


async def test_pictures_of_a_tweet_deleted_in_between_are_not_imported(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder, anybody: Caller, empty_store: ObjectStore
) -> None:
    await take_over(ugly, perch)
    await Caller(anybody.send, "five-key", 5, "").delete("/api/tweets/10")
    account = await take_over(ugly, perch, files)
    assert ("tweet 10, picture 1", "its tweet isn't here, or its author wasn't imported") in told(account)[
        "medias"
    ]
    assert counted(account)["medias"] == (12, 2)
    assert len(await objects(empty_store)) == await count("media_attachments") == 2


async def test_the_same_database_restored_elsewhere_is_recognised(
    whole: DatabaseAddress, perch: Context, settings: Settings
) -> None:
    await take_over(whole, perch)
    copy = await first.made(settings, "copy")
    await first.fill(copy, tweets=2500)
    before = await contents()
    await take_over(copy, perch)
    assert await contents() == before


async def test_rows_added_to_the_old_database_after_the_import_are_only_reported(
    whole: DatabaseAddress, perch: Context
) -> None:
    await take_over(whole, perch)
    async with first.connected(whole) as connection:
        await connection.execute("INSERT INTO tweets (id, content, user_id) VALUES (2501, 'late', 1)")
    account = await take_over(whole, perch)
    assert account.notes == [
        "tweets has 2501 rows in the old database, of which 2500 were read: it has changed since"
    ]
    assert await count("tweets") == 2500


async def test_a_dry_run_reports_the_same_and_changes_nothing(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder
) -> None:
    before = await contents()
    sequences = await rows("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
    said = await take_over(ugly, perch, files, dry_run=True)
    assert await contents() == before
    assert await rows("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1") == sequences
    done = await take_over(ugly, perch, files)
    assert said.finished_at is None
    assert sorted(said.exceptions) == sorted(done.exceptions)
    assert counted(said).items() == counted(done).items() - {("arrays", (0, 0))}
