"""Every statement finds its rows by an index, and works on a page of them, however many there are.

Among 30,000 tweets; where the variable THOROUGH is set, among a million, which takes a minute:

    THOROUGH=1 make test ARGS=tests/domain/test_plans.py
"""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import asyncpg
import msgspec
import pytest

from config.settings import Settings
from server import features
from server.core import audit_rows as audit
from server.core.database.connection import SESSION_SETTINGS
from server.core.live import event
from server.features.media import cleanup as media_cleanup
from server.features.moderation import hidden_tweets as hiding
from server.features.privacy import erasure
from server.generate.size import Size
from tasks import copied_pictures
from tests.statements import Landmarks, generated, landmarks, statements
from tests.thorough import THOROUGH

# Few follows and many users: PostgreSQL is right to read a small table from end to end.
SIZE = Size.of(1_000_000) if THOROUGH else Size.of(30_000, users=20_000, follows=60_000)

MORE = (
    "INSERT INTO api_keys (user_id, hash, name, scopes, knows_account) "
    "SELECT id, sha256(handle::bytea), 'x', '{read}', true FROM users LIMIT 20000",
    "INSERT INTO events (seq, kind, subject_id) SELECT n, 'likes', n FROM generate_series(1, 30000) n",
    # Pictures of a busy moment.
    "UPDATE media_attachments SET state = 'pending' WHERE id % 50 = 0",
    "INSERT INTO audit_acts (act) SELECT 'x' FROM generate_series(1, 20000)",
    # The triggers would tell of each and count it.
    "ALTER TABLE reposts DISABLE TRIGGER USER",
    "INSERT INTO reposts (id, tweet_id, user_id) "
    "SELECT nextval(pg_get_serial_sequence('tweets', 'id')), id, "
    "1 + id * 7919 % (SELECT count(*) FROM users) "
    "FROM tweets ORDER BY id DESC LIMIT 30000",
    "ALTER TABLE reposts ENABLE TRIGGER USER",
    "UPDATE tweets SET reposts_count = 1 WHERE id IN (SELECT tweet_id FROM reposts)",
    "INSERT INTO previews (url, title, next_at) "
    "SELECT 'https://example.org/' || n, 'x', now() + interval '1 day' FROM generate_series(1, 20000) n",
    "INSERT INTO wanted_previews (tweet_id, url) "
    "SELECT id, 'https://example.org/' || id FROM tweets ORDER BY id DESC LIMIT 20000",
    "UPDATE tweets SET preview_id = id WHERE id <= 20000",
    "INSERT INTO profiles SELECT id, 'x', '', '[]', false FROM users LIMIT 20000",
    "INSERT INTO notes (user_id, other_id, note) SELECT n, 1 + n % 1000, 'x' "
    "FROM generate_series(1, 20000) n",
    "INSERT INTO profile_links (user_id, value, next_at) "
    "SELECT id, 'https://example.org/' || id, now() + interval '1 day' FROM users LIMIT 20000",
    # Lists of 500 people each, and many empty ones.
    "ALTER TABLE lists DISABLE TRIGGER USER",
    "ALTER TABLE list_members DISABLE TRIGGER USER",
    "INSERT INTO lists (user_id, title, replies, exclusive) "
    "SELECT n, 'x', 'members', n % 2 = 0 FROM generate_series(1, 20000) n",
    "INSERT INTO list_members (list_id, person_id) SELECT 1 + n % 100, 1 + n / 100 "
    "FROM generate_series(0, 49999) n",
    "ALTER TABLE lists ENABLE TRIGGER USER",
    "ALTER TABLE list_members ENABLE TRIGGER USER",
    "ANALYZE api_keys, events, audit_acts, media_attachments, reposts, tweets, previews, wanted_previews, "
    "profiles, notes, lists, list_members, profile_links",
)

NUMBERS = itertools.count()

# Later than everything that has been waiting.
LATER = datetime(2027, 1, 1, tzinfo=UTC)

# One row in all; what is being published now or in a moment; one row per host; names of which generated data
# has few.
SMALL = {"instance", "outbox", "held_likes", "cache_hosts", "hashtags"}

# The rows that a page works on, and those that it may read for that: at most a page for each of as many
# authors.
PAGE, READ = 101, 51 * 51

# Statements that administrators and workers run now and then, mostly on tables that stay small.
SELDOM = {
    "api_keys.personal",
    "invitations.invitation",
    "invitations.personal",
    "previews.previews",
    "moderation.personal",
    "moderation.suspension_request",
    "moderation.suspension_requests",
    "moderation.suspensions",
    "people.roster_rows",
    "privacy.deletion",
    "privacy.export",
}

# A profile's list of 300 followees: fewer rows than PostgreSQL reads in order. From longer lists it reads a
# page. The candidates for a mention: 300 followees, 50 users each by handle and name. And whom to suggest:
# ten followees of each of 40 followees, the authors of 100 tweets, 50 new members. The
# authors of 1,000 tweets. The members of somebody's lists.
SORTED = {
    "profile": 300,
    "active members": 1_000,
    "export: members of lists": 500,
    "whom it may mean, for a user with 5,000 followees": 400,
    **{f"suggestions for a user with {number} followees": 550 for number in ("5,000", "300", "few")},
}

# To merge, these look up the newest tweet, or repost, of each author and sort the authors by it.
MERGED = ("of 5,000, merged", "Following with reposts, for 5,000 followees")

# What a worker reads of somebody who is erased: among all their tweets, those that others have reposted.
WHOLE = {"erase: tweets with reposts": 100_000}


@pytest.fixture(scope="module")
async def connection(settings: Settings) -> AsyncIterator[Any]:
    """A connection to a generated database."""
    address = await generated(settings, "plans", SIZE)
    found = await asyncpg.connect(**address.connect_arguments(), server_settings=SESSION_SETTINGS)
    for statement in MORE:
        await found.execute(statement)
    yield found
    await found.close()


@pytest.fixture(scope="module")
async def at(connection: Any) -> Landmarks:
    """The landmarks in that database."""
    return await landmarks(connection)


async def test_no_statement_scans_a_table_or_sorts_more_than_a_page(connection: Any, at: Landmarks) -> None:
    wrong = []
    for name, (sql, values) in statements(at).items():
        plan = await explained(connection, sql, values)
        is_merged = any(part in name for part in MERGED)
        merged = await followees(connection, values[3]) if is_merged else 0
        reads_many = name.startswith(("Following", "a list's"))
        sort = READ + merged if reads_many else SORTED.get(name, PAGE)
        wrong += [
            f"{name}: {what}" for what in complaints(plan, sort=sort, read=WHOLE.get(name, READ + merged))
        ]
    assert not wrong, "\n".join(wrong)


def _as_older(sql: str) -> str:
    """The variant for older tweets, if this is a timeline's statement."""
    return sql.replace("{beyond}", "<").replace("{order}", "DESC")


def test_every_statement_is_checked(at: Landmarks) -> None:
    known = {sql for sql, _ in statements(at).values()} | {sql for _, sql, _ in QUEUES.values()}
    found = [import_module(each.name) for each in walk_packages(features.__path__, f"{features.__name__}.")]
    forgotten = {
        f"{module.__name__}: {sql}"
        for module in [audit, event, *found]
        if module.__name__.removeprefix(f"{features.__name__}.") not in SELDOM
        for sql in written_in(module)
        if not any(_as_older(sql) in whole for whole in known)  # it may be a part of one of them
    }
    assert not forgotten, "\n".join(sorted(forgotten))


# Statements that fill a queue, and one that takes a batch from it. The rest of the table is large and
# unrelated.
QUEUES: dict[str, tuple[str, str, list[Any]]] = {
    "pending pictures": (
        "UPDATE media_attachments SET state = 'pending', changed_at = '2026-01-01' WHERE id % 2 = 0",
        media_cleanup.TAKE_UP,
        [LATER, 100],
    ),
    "removed pictures": (
        "UPDATE media_attachments SET state = 'removed', tweet_id = NULL, changed_at = '2026-01-01' "
        "WHERE id % 2 = 0",
        media_cleanup.REMOVED,
        [LATER, 100],
    ),
    "pictures without a copy": (
        "UPDATE media_attachments SET copied = 0 WHERE id % 2 = 0",
        copied_pictures.UNCOPIED,
        [0, 100, 0],
    ),
    "copies to empty": (
        "INSERT INTO copies_to_empty (token) SELECT token FROM media_attachments ON CONFLICT DO NOTHING",
        copied_pictures.TO_EMPTY,
        [100],
    ),
    "tweets to mark": ("UPDATE users SET unsettled = true WHERE id % 2 = 0", hiding.UNSETTLED, [100]),
    "users to erase": (
        "UPDATE users SET deleted_at = '2026-01-01' WHERE id % 2 = 0",
        erasure.FORGOTTEN,
        [60.0, 100],
    ),
}
NOTHING_WAITS = "UPDATE media_attachments SET state = 'ready', copied = 2"


@pytest.mark.parametrize("analysed", ["when it was empty", "when it was full"])
@pytest.mark.parametrize("queue", QUEUES)
async def test_a_queue_is_read_a_batch_at_a_time_whatever_statistics_say(
    connection: Any, queue: str, analysed: str
) -> None:
    """Uses the generic plan that a connection keeps, which doesn't depend on parameter values."""
    fill, sql, values = QUEUES[queue]
    async with undone(connection):
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute(NOTHING_WAITS)
        if analysed == "when it was full":
            await connection.execute(fill)
        await connection.execute("ANALYZE media_attachments, users, copies_to_empty")
        await connection.execute(fill)
        found = await connection.fetchval(await executed(connection, sql, values))
        plan = msgspec.json.decode(found)[0]["Plan"]
        assert max(map(rows_of, nodes(plan))) <= 100
        assert not [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"]


@asynccontextmanager
async def undone(connection: Any) -> AsyncIterator[None]:
    """A transaction that is rolled back."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def explained(connection: Any, sql: str, values: list[Any]) -> dict[str, Any]:
    """The executed plan of the statement, whose effects are rolled back."""
    async with undone(connection):
        found = await connection.fetchval(await executed(connection, sql, values))
    plan: dict[str, Any] = msgspec.json.decode(found)[0]["Plan"]
    return plan


async def executed(connection: Any, sql: str, values: list[Any]) -> str:
    """A statement that explains this one as it is executed: prepared, with its plan for any values."""
    name = f"explained_{next(NUMBERS)}"
    await connection.execute(f"PREPARE {name} AS {sql}")
    given = ", ".join(map(literal, values))
    return f"EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) EXECUTE {name}{f'({given})' if given else ''}"


def literal(value: object) -> str:
    """The value in SQL."""
    if value is None:
        return "NULL"
    return "'" + text(value).replace("'", "''") + "'"


def text(value: object) -> str:
    """PostgreSQL's text for a value; its parameter says of which type it is."""
    if isinstance(value, list | tuple):
        return "{" + ",".join(map(element, value)) + "}"
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def element(value: object) -> str:
    """The text for a value in an array."""
    return "NULL" if value is None else '"' + re.sub(r'(["\\])', r"\\\1", text(value)) + '"'


def complaints(plan: dict[str, Any], *, sort: int, read: int) -> Iterator[str]:
    """What is wrong with the plan."""
    for node in nodes(plan):
        what = f"{node['Node Type']} of {node.get('Relation Name', '')}"
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in SMALL:
            yield what
        if "Sort" in node["Node Type"] and rows_of(node["Plans"][0]) > sort:
            yield f"{what}: {rows_of(node['Plans'][0])} rows sorted"
        if rows_of(node) > read:
            yield f"{what}: {rows_of(node)} rows read"
    # A subquery that is turned into a table: all that a viewer likes, or all the users that a viewer follows.
    reads = all(node["Node Type"] != "ModifyTable" for node in nodes(plan))
    if reads and "hashed SubPlan" in str(plan):
        yield "a hashed subquery"


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All nodes of a plan."""
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def rows_of(node: dict[str, Any]) -> int:
    """The rows that a node returned, and those that it read and discarded."""
    each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return int(each * node["Actual Loops"] + 0.5)


async def followees(connection: Any, user_id: int) -> int:
    """The number of users that this viewer follows."""
    return int(await connection.fetchval("SELECT following_count FROM users WHERE id = $1", user_id))


def written_in(module: ModuleType) -> Iterator[str]:
    """The SQL statements of a module: string constants that contain one, but no templates for several."""
    for name, value in vars(module).items():
        texts = value.values() if isinstance(value, dict) else [value]
        if name.isupper():
            yield from (text for text in texts if is_statement(text))


def is_statement(text: object) -> bool:
    """Whether the text is a statement."""
    words = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ")
    return isinstance(text, str) and "{" not in text and any(word in text for word in words)
