"""Imports into a Perch that has other users, or from no old database: refused in one line, or kept apart."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.context import Context
from server.core.database.connection import rows
from server.importing import people, source, tweets
from server.importing.errors import ImportRefused, SourceUnusable
from tests.callers import Caller, register
from tests.importing import first
from tests.importing.first import counted, take_over, told
from tests.importing.here import contents, count


async def test_ids_already_used_by_others_stop_the_import_before_anything_is_written(
    whole: DatabaseAddress, perch: Context, alice: Caller
) -> None:
    await alice.tweet("I was here first")
    before = await contents()
    with pytest.raises(ImportRefused, match="the id 1 of users is already used here by something"):
        await take_over(whole, perch)
    with pytest.raises(ImportRefused, match="the id 1 of users"):
        await take_over(whole, perch, dry_run=True)
    assert await contents() == before


async def test_tweet_ids_already_in_use_stop_the_import_too(
    whole: DatabaseAddress, perch: Context, anybody: Caller
) -> None:
    await rows("SELECT setval('users_id_seq', 1000), setval('tweets_id_seq', 2499)")
    await (await register(anybody.send, "bob")).tweet("mine")
    with pytest.raises(ImportRefused, match="the id 2500 of tweets"):
        await take_over(whole, perch)
    assert await count("users") == 1


async def test_existing_users_with_other_ids_and_their_handles_stay(
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


async def test_a_thousand_users_with_the_same_name_get_distinct_handles(
    settings: Settings, perch: Context, database: None
) -> None:
    """There are more of them than fit into a batch."""
    address = await first.made(settings)
    await first.fill(address, tweets=10, users=2500)
    async with first.connected(address) as connection:
        await connection.execute("UPDATE users SET name = 'Катя', api_key = 'key-' || id % 2000")
    account = await take_over(address, perch)
    assert counted(account)["users"] == (2500, 2500)
    assert counted(account)["keys"] == (2500, 2000)
    assert ("2001", "the key is also that of user 1, for whom it keeps working") in told(account)["keys"]
    found = await rows("SELECT handle FROM users WHERE id IN (1, 2, 2500) ORDER BY id")
    assert [one["handle"] for one in found] == ["katia", "katia_2", "katia_2500"]


async def test_a_retired_handle_is_not_given_to_an_imported_user(
    whole: DatabaseAddress, perch: Context
) -> None:
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


async def test_a_row_whose_id_leaves_no_room_for_new_ones_is_not_imported(
    whole: DatabaseAddress, perch: Context, anybody: Caller
) -> None:
    async with first.connected(whole) as connection:
        for table in ("users", "tweets"):
            await connection.execute(f"ALTER TABLE {table} ALTER id TYPE bigint")
        await connection.execute(f"INSERT INTO users VALUES ({2**53 - 1}, 'far', 'Far')")
        await connection.execute(f"INSERT INTO tweets (id, content, user_id) VALUES ({2**53 - 1}, 'far', 1)")
    account = await take_over(whole, perch)
    assert {(one.table, one.id) for one in account.exceptions} >= {
        ("users", str(2**53 - 1)),
        ("tweets", str(2**53 - 1)),
    }
    await (await register(anybody.send, "bob")).tweet("there is room")


async def test_of_two_concurrent_imports_one_is_refused(whole: DatabaseAddress, perch: Context) -> None:
    one, other = await asyncio.gather(
        take_over(whole, perch), take_over(whole, perch), return_exceptions=True
    )
    refused = [result for result in (one, other) if isinstance(result, BaseException)]
    assert [str(result) for result in refused] == ["another import is in progress"]
    assert await count("tweets") == 2500


async def test_nothing_is_written_to_the_old_database(ugly: DatabaseAddress, perch: Context) -> None:
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
        ("ALTER TABLE likes RENAME TO had; CREATE VIEW likes AS SELECT * FROM had", "the table likes"),
        ("CREATE TABLE more () INHERITS (likes)", "the table likes"),
        ("ALTER TABLE likes ENABLE ROW LEVEL SECURITY", "the table likes"),
        ("CREATE DOMAIN public.int8 AS bigint; ALTER TABLE users ALTER id TYPE public.int8", "users.id"),
    ],
)
async def test_a_database_of_another_kind_is_refused_in_one_line(
    settings: Settings, perch: Context, database: None, change: str, lacking: str
) -> None:
    address = await first.made(settings)
    async with first.connected(address) as connection:
        await connection.execute(change)
    with pytest.raises(SourceUnusable) as refused:
        await take_over(address, perch)
    assert str(refused.value).endswith(f"isn't a database of the first implementation: it lacks {lacking}")


# Calls everything equal to everything, but for the questions that would give that away.
OPERATOR = """
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.equal(a bigint, b bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        RETURN a OPERATOR(pg_catalog.=) b OR current_query() !~ 'min\\(id\\)|fingerprint';
    END $$;
    CREATE OPERATOR evil.= (FUNCTION = evil.equal, LEFTARG = bigint, RIGHTARG = bigint);
    ALTER DATABASE first SET search_path = evil, pg_catalog, public
"""


@pytest.mark.parametrize("path", ["pg_catalog, public", "evil, pg_catalog, public"])
async def test_the_old_database_adds_nothing_to_people_whom_it_did_not_bring(
    settings: Settings, perch: Context, anybody: Caller, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The second path is for a server that doesn't do as told."""
    await rows("SELECT setval('users_id_seq', 10000), setval('tweets_id_seq', 50000)")
    alice, bob = await register(anybody.send, "alice"), await register(anybody.send, "bob")
    theirs = await alice.tweet("mine")
    address = await first.made(settings, schema=first.BIG)
    async with first.connected(address) as connection:
        await connection.execute(
            "INSERT INTO users VALUES (1, 'key', 'Mallory');"
            "INSERT INTO tweets VALUES (1, 'hello', NULL, 1, 0);"
            f"INSERT INTO tweets VALUES (2, 'in her name', NULL, {alice.id}, 0);"
            f"INSERT INTO likes VALUES ({bob.id}, {theirs}), ({bob.id}, 1), (1, {theirs}), (1, 1);"
            f"INSERT INTO subscriptions VALUES ({alice.id}, {bob.id}, now()), ({alice.id}, 1, now());"
            f"INSERT INTO pictures VALUES (1, '{first.LINK.format(first.NAMES[1])}');"
            f"INSERT INTO medias VALUES ({theirs}, 1), (1, 1)"
        )
        await connection.execute(OPERATOR)
    monkeypatch.setitem(source.SESSION, "search_path", path)
    await take_over(address, perch)
    likes = await rows("SELECT user_id, tweet_id FROM likes")
    assert [(like["user_id"], like["tweet_id"]) for like in likes] == [(1, 1)]
    assert await rows("SELECT 1 FROM follows") == []
    assert await rows("SELECT 1 FROM media_attachments WHERE tweet_id = $1", theirs) == []
    authors = await rows("SELECT id, author_id FROM tweets ORDER BY id")
    assert [(one["id"], one["author_id"]) for one in authors] == [(1, 1), (theirs, alice.id)]


# Reports a larger id than there may be, which would leave no room for new ones.
MAXIMUM = f"""
    CREATE SCHEMA evil;
    CREATE FUNCTION evil.larger(bigint, bigint) RETURNS bigint LANGUAGE sql AS 'SELECT {2**53 - 1}';
    CREATE AGGREGATE evil.max(bigint) (sfunc = evil.larger, stype = bigint);
    CREATE FUNCTION evil.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT $2';
    ALTER DATABASE first SET search_path = evil, pg_catalog, public
"""


async def test_the_old_database_cannot_use_up_the_ids(
    settings: Settings, perch: Context, anybody: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await first.made(settings, schema=first.BIG)
    async with first.connected(address) as connection:
        await connection.execute("INSERT INTO users VALUES (1, 'key', 'Mallory')")
        await connection.execute(MAXIMUM)
    with monkeypatch.context() as patched:
        patched.setitem(source.SESSION, "search_path", "evil, pg_catalog, public")
        with pytest.raises(ImportRefused, match="the largest id of users"):
            await take_over(address, perch)
    await take_over(address, perch)
    assert (await register(anybody.send, "bob")).id == 2


async def test_a_missing_database_is_reported_in_one_line(
    settings: Settings, perch: Context, database: None
) -> None:
    with pytest.raises(SourceUnusable, match=r'^the old database nowhere at .*"nowhere" does not exist$'):
        await take_over(replace(settings.database, database="nowhere"), perch)


@pytest.mark.parametrize("row_id", [None, 0, -1, 1 << 53])
def test_a_row_without_a_usable_id_is_refused_in_a_sentence(row_id: int | None) -> None:
    row = {"id": row_id, "nth": 1, "has_author": True}
    for refused in (people._why_not(row), tweets._why_not(row)):
        assert refused == "the id isn't a positive number that every client can hold"
    assert people._why_not({**row, "id": 1}) is tweets._why_not({**row, "id": 1}) is None
