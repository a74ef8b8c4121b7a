"""Run twice, interrupted, killed, into a Perch with others' data, from something that is no old database."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from config.addresses import DatabaseAddress
from config.settings import Settings
from server.context import Context
from server.importing import source
from server.importing.errors import ImportRefused, SourceUnusable
from server.importing.files import FilesInFolder
from server.importing.moving import Progress
from server.models.connection import row, rows
from storage.base import ObjectStore
from tests import pictures, servers
from tests.api.media import objects
from tests.callers import Caller, register
from tests.importing import first
from tests.importing.first import counted, take_over, told

TABLES = (
    *("users", "api_keys", "tweets", "likes", "follows", "media_attachments", "outbox", "instance"),
    *("imports", "import_steps", "import_exceptions", "import_pictures"),
)


async def contents(*tables: str) -> dict[str, str]:
    """Every table in one word."""
    return {
        table: str(await rows(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"))
        for table in tables or TABLES
    }


async def count(table: str) -> int:
    found = await row(f"SELECT count(*) AS n FROM {table}")
    assert found is not None
    return int(found["n"])


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


async def test_a_second_run_changes_nothing_and_tells_the_same(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder
) -> None:
    once = await take_over(ugly, perch, files)
    before = await contents()
    again = await take_over(ugly, perch, files)
    assert await contents() == before
    assert (again.exceptions, again.counts, again.notes) == (once.exceptions, once.counts, [])
    assert (again.began_at, again.finished_at) == (once.began_at, once.finished_at)


async def test_what_people_did_since_is_not_undone_by_a_second_run(
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


async def test_pictures_whose_files_were_missing_come_with_a_second_run(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder
) -> None:
    without = await take_over(ugly, perch)
    assert counted(without)["medias"] == (12, 0)
    assert ("tweet 1, picture 1", "pictures were left out (--without-pictures)") in told(without)["medias"]
    assert counted(await take_over(ugly, perch, files))["medias"] == (12, 3)
    (files._folder / first.NAMES[4]).write_bytes(pictures.jpeg())
    found = await take_over(ugly, perch, files)
    assert (counted(found)["medias"], counted(found)["pictures"]) == ((12, 4), (10, 3))
    assert ("tweet 10, picture 4", "the file is not there") not in told(found)["medias"]


class Ended(Exception):
    """Of an import, by whoever watches it."""


def ending(label: str, after: int) -> Progress:
    """A bar that ends the import when it has moved so often."""

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
async def test_an_interrupted_import_goes_on_where_it_was(
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


async def test_interrupted_among_the_files_no_picture_comes_twice(
    ugly: DatabaseAddress, perch: Context, files: FilesInFolder, empty_store: ObjectStore
) -> None:
    with pytest.raises(Ended):
        await take_over(ugly, perch, files, progress=ending("pictures", 0))
    account = await take_over(ugly, perch, files)
    assert counted(account)["medias"] == (12, 3)
    assert account.finished_at is not None
    assert len(await objects(empty_store)) == await count("media_attachments") == 3


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_a_killed_command_is_finished_by_the_next_one(
    settings: Settings, database: None, how: signal.Signals
) -> None:
    """20,000 tweets in batches, killed in the middle of them."""
    address = await first.made(settings)
    await first.fill(address, tweets=20_000)
    command = perch_command(address)
    killed = await asyncio.create_subprocess_exec(*command, env=environment(settings))
    async with asyncio.timeout(60):
        while await count("tweets") < 2000:
            assert killed.returncode is None
            await asyncio.sleep(0.005)
    killed.send_signal(how)
    assert await killed.wait() == (130 if how is signal.SIGINT else -how)
    assert 2000 <= await count("tweets") < 20_000
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(settings), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert "is taken over" in said.decode()
    assert [await count(table) for table in ("users", "tweets", "likes", "follows")] == [
        50,
        20_000,
        40_000,
        50,
    ]
    wrong = await rows(
        "SELECT 1 FROM tweets WHERE likes_count <> 2 UNION ALL SELECT 1 FROM users WHERE tweets_count <> 400 "
        "UNION ALL SELECT 1 FROM outbox"
    )
    assert wrong == []


async def test_ids_that_others_have_here_stop_it_before_anything_is_written(
    whole: DatabaseAddress, perch: Context, alice: Caller
) -> None:
    await alice.tweet("I was here first")
    before = await contents()
    with pytest.raises(ImportRefused, match="the id 1 of users is taken here by what did not come from"):
        await take_over(whole, perch)
    with pytest.raises(ImportRefused, match="the id 1 of users"):
        await take_over(whole, perch, dry_run=True)
    assert await contents() == before


async def test_people_with_other_ids_and_their_handles_stay(
    whole: DatabaseAddress, perch: Context, anybody: Caller
) -> None:
    await rows("SELECT setval('users_id_seq', 1000), setval('tweets_id_seq', 5000)")
    bob = await register(anybody.send, "person_7")
    tweet = await bob.tweet("hello")
    account = await take_over(whole, perch)
    assert account.exceptions == []
    assert (await bob.read(tweet))["author"]["handle"] == "person_7"
    found = await rows("SELECT handle FROM users WHERE id IN (7, 8) ORDER BY id")
    assert [one["handle"] for one in found] == ["person_7_7", "person_8"]


async def test_a_retired_handle_is_nobodys(whole: DatabaseAddress, perch: Context) -> None:
    await rows("INSERT INTO retired_handles VALUES (sha256('person_9'))")
    await take_over(whole, perch)
    found = await rows("SELECT handle FROM users WHERE id = 9")
    assert found[0]["handle"] == "person_9_9"


async def test_another_old_database_with_the_same_ids_is_refused(
    whole: DatabaseAddress, perch: Context, settings: Settings
) -> None:
    await take_over(whole, perch)
    other = await first.made(settings, "other")
    await first.fill(other, tweets=10, users=3)
    with pytest.raises(ImportRefused, match="the id 1 of users"):
        await take_over(other, perch)


async def test_the_same_database_restored_elsewhere_is_known(
    whole: DatabaseAddress, perch: Context, settings: Settings
) -> None:
    await take_over(whole, perch)
    copy = await first.made(settings, "copy")
    await first.fill(copy, tweets=2500)
    before = await contents()
    await take_over(copy, perch)
    assert await contents() == before


async def test_what_was_written_there_after_the_import_is_noted_and_not_taken_over(
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


async def test_two_imports_at_once_are_one(whole: DatabaseAddress, perch: Context) -> None:
    one, other = await asyncio.gather(
        take_over(whole, perch), take_over(whole, perch), return_exceptions=True
    )
    refused = [result for result in (one, other) if isinstance(result, BaseException)]
    assert [str(result) for result in refused] == ["another import runs at this moment"]
    assert await count("tweets") == 2500


async def test_a_dry_run_tells_the_same_and_changes_nothing(
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
    assert counted(said)["keys"] == counted(done)["keys"]
    assert {**counted(said), "pictures": (10, 2)} == {
        name: count for name, count in counted(done).items() if name != "arrays"
    }


async def test_the_old_database_is_not_written(ugly: DatabaseAddress, perch: Context) -> None:
    async with first.connected(ugly) as connection, source.opened(ugly) as old:
        with pytest.raises(SourceUnusable, match="read-only"):
            await old.value("DELETE FROM likes RETURNING 1")
        assert await connection.fetchval("SELECT count(*) FROM likes") == len(first.LIKES)


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ("DROP TABLE alembic_version", "the table alembic_version"),
        ("ALTER TABLE users RENAME api_key TO token", "users.api_key"),
        ("ALTER TABLE tweets ALTER content TYPE bytea USING ''", "tweets.content as bpchar, it is bytea"),
        ("DROP TABLE medias, likes", "the table likes; the table medias"),
    ],
)
async def test_what_is_no_database_of_the_first_implementation_is_refused_in_one_line(
    settings: Settings, perch: Context, database: None, change: str, lacking: str
) -> None:
    address = await first.made(settings)
    async with first.connected(address) as connection:
        await connection.execute(change)
    with pytest.raises(SourceUnusable) as refused:
        await take_over(address, perch)
    assert str(refused.value).endswith(f"is not a database of the first implementation: it lacks {lacking}")


async def test_a_database_that_is_not_there_is_said_in_one_line(
    settings: Settings, perch: Context, database: None
) -> None:
    with pytest.raises(SourceUnusable, match=r'^the old database nowhere at .*"nowhere" does not exist$'):
        await take_over(replace(settings.database, database="nowhere"), perch)
