"""The schema: migrated up, down, and up again; with all promised relations and indexes."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from importlib import import_module

import asyncpg
import pytest
from asyncpg.exceptions import DeadlockDetectedError
from tortoise.context import TortoiseContext

from config.settings import Settings
from server.core.database import migrate
from server.core.database.connection import rows, tortoise_config
from tests.waiting import until

# Tables whose rows outlive the rows that they refer to.
OUTLIVING = {
    "addressees",  # the trigger removes those of a deleted tweet, after it has told them
    "audit_acts",
    "events",
    "followed_hashtags",  # a hashtag is the hash of its name
    "hashtags",  # what a hashtag is called, also without tweets
    "hashtags_in_tweets",  # a hashtag is the hash of its name
    "held_likes",
    "idempotency_keys",
    "import_exceptions",
    "import_pictures",
    "invitations",
    "muted_threads",  # as the replies, which keep the id of a deleted tweet
    "notification_groups",
    "notifications",
    "outbox",
    "quotes",  # as replies
    "suspension_requests",
    "tweets_to_notify_of",  # workers remove the notifications of a deleted tweet
    "wanted_previews",  # workers pass over deleted tweets
    "tweets",  # a thread: deleted tweets leave their ids in the replies
}

SCHEMA = """
    SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
    ORDER BY 1
"""


@pytest.fixture
async def fresh(settings: Settings) -> Settings:
    """An empty database of its own."""
    connection = await asyncpg.connect(**settings.database.connect_arguments())
    await connection.execute("DROP DATABASE IF EXISTS migrations WITH (FORCE)")
    await connection.execute("CREATE DATABASE migrations")
    await connection.close()
    url = f"postgresql://perch@/migrations?host={settings.database.host}"
    return settings.model_copy(update={"database_url": url})


async def schema(settings: Settings) -> list[str]:
    connection = await asyncpg.connect(**settings.database.connect_arguments())
    lines = [record["line"] for record in await connection.fetch(SCHEMA)]
    await connection.close()
    return lines


async def test_migrations_go_up_down_and_up_again(fresh: Settings) -> None:
    assert await migrate.upgrade(fresh.database) == migrate.known()
    first = await schema(fresh)
    assert await migrate.downgrade(fresh.database) == migrate.known()[::-1]
    assert all(line.split(".")[0].split(" ")[0] in ("aerich", "CREATE") for line in await schema(fresh))
    assert await migrate.upgrade(fresh.database) == migrate.known()
    assert await schema(fresh) == first


async def test_keys_older_than_the_account_scope_keep_their_rights(fresh: Settings) -> None:
    await migrate.upgrade(fresh.database)
    (name,) = [name for name in migrate.known() if name.startswith("19_")]
    accounts = import_module(f"server.core.database.migrations.models.{name.removesuffix('.py')}")
    before = ["{read}", "{write}", "{read,write}", "{admin}", "{read,admin}", "{read,write,admin}"]
    after = [
        ["read", "archive"],
        ["write", "account"],
        ["read", "write", "account"],
        ["account", "admin"],
        ["read", "account", "admin"],
        ["read", "write", "account", "admin"],
    ]
    connection = await asyncpg.connect(**fresh.database.connect_arguments())
    await connection.execute(accounts.DOWNGRADE)
    await connection.execute("INSERT INTO users (handle, name) VALUES ('alice', 'alice')")
    for scopes in before:
        await connection.execute(
            "INSERT INTO api_keys (user_id, hash, name, scopes) "
            "SELECT id, sha256(convert_to($1, 'UTF8')), 'x', $1::text::text[] FROM users",
            scopes,
        )
    await connection.execute(accounts.UPGRADE)
    found = [record["scopes"] for record in await connection.fetch("SELECT scopes FROM api_keys ORDER BY id")]
    assert found == after
    await connection.execute(accounts.DOWNGRADE)
    found = [record["scopes"] for record in await connection.fetch("SELECT scopes FROM api_keys ORDER BY id")]
    assert found == [[scope for scope in scopes if scope not in ("account", "archive")] for scopes in after]
    await connection.close()


# For each kind: its old ids (tweet, user, followee, picture, key), then the actor, subject and object.
KINDS = {
    "tweet": ((1, 2, None, None, None), (2, 1, None)),
    "tweet_deleted": ((1, 2, None, None, None), (2, 1, None)),
    "likes": ((1, None, None, None, None), (None, 1, None)),
    "liked": ((1, 2, None, None, None), (2, 1, None)),
    "bookmarked": ((1, 2, None, None, None), (2, 1, None)),
    "follow": ((None, 2, 3, None, None), (2, 3, None)),
    "user": ((None, 2, None, None, None), (None, 2, None)),
    "media": ((1, 2, None, 4, None), (2, 4, 1)),
    "visibility": ((None, 2, None, None, None), (None, 2, None)),
    "permissions": ((None, 2, None, None, None), (None, 2, None)),
    "key_revoked": ((None, 2, None, None, 5), (2, 5, None)),
}
BEFORE, AFTER = "tweet_id, user_id, followee_id, media_id, key_id", "actor_id, subject_id, object_id"


async def test_old_events_and_those_of_old_processes_mean_the_same_in_new_columns(
    fresh: Settings,
) -> None:
    await migrate.upgrade(fresh.database)
    subjects = import_module("server.core.database.migrations.models.26_20261128130000_subjects")
    connection = await asyncpg.connect(**fresh.database.connect_arguments())

    async def insert(table: str, columns: str, which: int) -> None:
        for number, (kind, ids) in enumerate(KINDS.items()):
            values = [kind, *ids[which]]
            names = f"kind, {columns}"
            if table == "events":
                values, names = [*values, number], f"{names}, seq"
            places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
            await connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *values)

    async def found(table: str) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
        read = await connection.fetch(f"SELECT kind, {BEFORE}, {AFTER} FROM {table}")
        return {each[0]: (tuple(each[1:6]), tuple(each[6:9])) for each in read}

    await connection.execute(subjects.DOWNGRADE)
    for table in ("outbox", "events"):
        await insert(table, BEFORE, 0)
    await connection.execute(subjects.UPGRADE)
    assert (await found("outbox"), await found("events")) == (KINDS, KINDS)
    await connection.execute("DELETE FROM outbox; DELETE FROM events")
    await insert("outbox", AFTER, 1)
    await insert("events", BEFORE, 0)  # a relay of the earlier version
    assert (await found("outbox"), await found("events")) == (KINDS, KINDS)
    await connection.execute("DELETE FROM events")
    await insert("events", AFTER, 1)
    assert await found("events") == KINDS
    await connection.execute(subjects.DOWNGRADE)
    kept = await connection.fetch(f"SELECT kind, {BEFORE} FROM outbox")
    assert {each[0]: tuple(each[1:]) for each in kept} == {kind: ids[0] for kind, ids in KINDS.items()}
    await connection.close()


async def test_concurrent_migrations_apply_each_one_once(fresh: Settings) -> None:
    applied = await asyncio.gather(*(asyncio.create_task(migrate.upgrade(fresh.database)) for _ in range(4)))
    assert sorted(applied, key=len) == [[], [], [], migrate.known()]


async def test_a_migration_that_met_an_act_in_a_deadlock_is_tried_again(fresh: Settings) -> None:
    names = await migrate.upgrade(fresh.database)
    before = await schema(fresh)
    lists = import_module(f"server.core.database.migrations.models.{names[61].removesuffix('.py')}")
    act = await asyncpg.connect(**fresh.database.connect_arguments())
    was_given_up = False
    while not was_given_up:
        await act.execute(await lists.downgrade(None))
        await act.execute("DELETE FROM aerich WHERE version = $1", names[61])
        with suppress(DeadlockDetectedError):  # the act is given up instead, where it was slow to wait
            async with act.transaction():
                await act.execute("LOCK TABLE aerich IN EXCLUSIVE MODE")  # the migration takes it last
                upgrade = asyncio.create_task(migrate.upgrade(fresh.database))
                await until(lambda: asked(act, WAITING))
                await act.execute("LOCK TABLE users IN ROW EXCLUSIVE MODE")  # the migration holds that
                was_given_up = True
        assert await upgrade == [names[61]]
    await act.close()
    assert await schema(fresh) == before


async def test_no_migration_takes_a_stronger_lock_later(fresh: Settings) -> None:
    """Under load it would wait for an act that waits for it: for an upgrade, `LOCK TABLE` begins with it."""
    connection = await asyncpg.connect(**fresh.database.connect_arguments())
    try:
        for name in migrate.known():
            module = import_module(f"server.core.database.migrations.models.{name.removesuffix('.py')}")
            async with connection.transaction():
                before = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                held: dict[str, int] = {}
                for statement in statements(await module.upgrade(None)):
                    await connection.execute(statement)
                    now = {table: LOCKS.index(lock) for table, lock in await connection.fetch(HELD)}
                    for (table,) in before:
                        taken = LOCKS[now.get(table, 0)], LOCKS[held.get(table, 0)]
                        assert taken not in LATER, (name, table, statement)
                    held = now
    finally:
        await connection.close()


# The locks of tables, from the weakest on: https://www.postgresql.org/docs/current/explicit-locking.html
LOCKS = [
    *["none", "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"],
    *["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"],
]
# Every act reads, and a reader's lock is in the way of the strongest one only.
LATER = {("AccessExclusiveLock", weaker) for weaker in LOCKS[3:-1]}
# The strongest one on each table.
HELD = f"""
    SELECT relname, (array_agg(mode ORDER BY array_position(ARRAY{LOCKS}, mode) DESC))[1]
    FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE pid = pg_backend_pid() AND relkind = 'r' GROUP BY relname
"""


def statements(script: str) -> list[str]:
    """The statements of a script, in which the bodies of functions stand between `$$`."""
    found = [""]
    for number, part in enumerate(script.split("$$")):
        if number % 2:
            found[-1] += f"$${part}$$"
        else:
            first, *others = re.split(r";\s*(?:\n|$)", part)
            found[-1] += first
            found += others
    return [one for one in found if re.sub("--.*", "", one).strip()]


WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'aerich'::regclass"


async def asked(connection: asyncpg.Connection, statement: str) -> bool:
    return bool(await connection.fetchval(statement))


@pytest.mark.usefixtures("database")
async def test_every_relation_is_a_foreign_key_and_every_foreign_key_has_an_index() -> None:
    lacking = await rows("""
        SELECT c.conrelid::regclass || '(' || a.attname || ')' AS what
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND NOT EXISTS (
            SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
    """)
    assert lacking == []
    plain = await rows("""
        SELECT DISTINCT r.relname AS what
        FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid AND r.relkind = 'r'
        WHERE r.relnamespace = 'public'::regnamespace AND a.attname ~ '_id$' AND NOT a.attisdropped
            AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = a.attrelid
                AND c.conkey[1] = a.attnum)
    """)
    assert {found["what"] for found in plain} <= OUTLIVING


@pytest.mark.usefixtures("database")
async def test_times_have_time_zones_and_ids_are_safe_integers_in_javascript() -> None:
    wrong = await rows("""
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type LIKE 'timestamp without%'
    """)
    assert wrong == []
    identities = await rows("""
        SELECT identity_maximum AS maximum FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'id'
            AND table_name NOT IN ('aerich', 'instance', 'cache_hosts')
            AND table_name <> 'reposts'  -- they have ids of the tweets' sequence
    """)
    assert {row["maximum"] for row in identities} == {str(2**53 - 1)}


async def test_the_last_migration_matches_the_current_models(settings: Settings) -> None:
    """`aerich migrate` would find nothing to write."""
    from aerich.utils import decompress_dict, get_models_describe

    name = migrate.known()[-1].removesuffix(".py")
    last = import_module(f"server.core.database.migrations.models.{name}")
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(settings.database, pool_size=1, patient=True))
        today = json.loads(json.dumps(get_models_describe("models")))
    assert json.loads(json.dumps(decompress_dict(last.MODELS_STATE))) == today
