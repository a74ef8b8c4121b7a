"""Every statement finds its rows by an index, and works on a page of them, however many there are.

Among 30,000 tweets; where the variable THOROUGH is set, among a million, which takes a minute:

    THOROUGH=1 make test ARGS=tests/domain/test_plans.py
"""

from __future__ import annotations

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

# Few follow, and many users are there: a small table is read from end to end rightly.
SIZE = Size.of(1_000_000) if THOROUGH else Size.of(30_000, users=20_000, follows=60_000)

MORE = (
    "INSERT INTO api_keys (user_id, hash, name, scopes, knows_account) "
    "SELECT id, sha256(handle::bytea), 'x', '{read}', true FROM users LIMIT 20000",
    "INSERT INTO events (seq, kind, subject_id) SELECT n, 'likes', n FROM generate_series(1, 30000) n",
    # Of a busy moment.
    "UPDATE media_attachments SET state = 'pending' WHERE id % 50 = 0",
    "INSERT INTO audit_acts (act) SELECT 'x' FROM generate_series(1, 20000)",
    "ANALYZE api_keys, events, audit_acts, media_attachments",
)

# After whatever has been waiting.
LATER = datetime(2027, 1, 1, tzinfo=UTC)

# These hold one row; what is being told now or in a moment; a row a host.
SMALL = {"instance", "outbox", "held_likes", "cache_hosts"}

# What a page works on: its rows; and what it may read for that, a page of each of as many authors at most.
PAGE, READ = 101, 51 * 51

# What administrators and workers do now and then, mostly with tables that stay small.
SELDOM = {
    "api_keys.personal",
    "invitations.invitation",
    "invitations.personal",
    "moderation.personal",
    "moderation.suspension_request",
    "moderation.suspension_requests",
    "moderation.suspensions",
    "people.roster_rows",
    "privacy.deletion",
    "privacy.export",
}

# Whom one follows who follows 300: fewer than PostgreSQL reads in order. Of more it reads a page.
SORTED = {"profile": 300}


@pytest.fixture(scope="module")
async def connection(settings: Settings) -> AsyncIterator[Any]:
    """To a generated database."""
    address = await generated(settings, "plans", SIZE)
    found = await asyncpg.connect(**address.connect_arguments(), server_settings=SESSION_SETTINGS)
    for statement in MORE:
        await found.execute(statement)
    yield found
    await found.close()


@pytest.fixture(scope="module")
async def at(connection: Any) -> Landmarks:
    """What stands out there."""
    return await landmarks(connection)


async def test_no_statement_reads_a_table_from_end_to_end_or_sorts_more_than_a_page(
    connection: Any, at: Landmarks
) -> None:
    wrong = []
    for name, (sql, values) in statements(at).items():
        plan = await explained(connection, sql, values)
        # To merge, the newest tweet of each of the authors is looked up, and the authors are sorted by it.
        merged = await followees(connection, values[-1]) if name == "Following, of 5,000, merged" else 0
        sort = READ + merged if name.startswith("Following") else SORTED.get(name, PAGE)
        wrong += [f"{name}: {what}" for what in complaints(plan, sort=sort, read=READ + merged)]
    assert not wrong, "\n".join(wrong)


def _as_older(sql: str) -> str:
    """The statement for older tweets, where this is that of a timeline."""
    return sql.replace("{beyond}", "<").replace("{order}", "DESC")


def test_no_statement_is_forgotten(at: Landmarks) -> None:
    known = {sql for sql, _ in statements(at).values()} | {sql for _, sql, _ in QUEUES.values()}
    found = [import_module(each.name) for each in walk_packages(features.__path__, f"{features.__name__}.")]
    forgotten = {
        f"{module.__name__}: {sql}"
        for module in [audit, event, *found]
        if module.__name__.removeprefix(f"{features.__name__}.") not in SELDOM
        for sql in written_in(module)
        if not any(_as_older(sql) in whole for whole in known)  # it may be a part of some
    }
    assert not forgotten, "\n".join(sorted(forgotten))


# What fills a queue, and a statement that takes a batch from it: the rest of the table is large, and others.
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
    """With the plan that a connection keeps, which knows no values."""
    fill, sql, values = QUEUES[queue]
    async with undone(connection):
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(NOTHING_WAITS)
        if analysed == "when it was full":
            await connection.execute(fill)
        await connection.execute("ANALYZE media_attachments, users")
        await connection.execute(fill)
        found = await connection.fetchval(f"EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) {sql}", *values)
        plan = msgspec.json.decode(found)[0]["Plan"]
        assert max(map(rows_of, nodes(plan))) <= 100
        assert not [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"]


@asynccontextmanager
async def undone(connection: Any) -> AsyncIterator[None]:
    """A transaction that is taken back."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def explained(connection: Any, sql: str, values: list[Any]) -> dict[str, Any]:
    """What it did, all of which is taken back."""
    async with undone(connection):
        found = await connection.fetchval(f"EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) {sql}", *values)
    plan: dict[str, Any] = msgspec.json.decode(found)[0]["Plan"]
    return plan


def complaints(plan: dict[str, Any], *, sort: int, read: int) -> Iterator[str]:
    """What is wrong with it."""
    for node in nodes(plan):
        what = f"{node['Node Type']} of {node.get('Relation Name', '')}"
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in SMALL:
            yield what
        if "Sort" in node["Node Type"] and rows_of(node["Plans"][0]) > sort:
            yield f"{what}: {rows_of(node['Plans'][0])} rows sorted"
        if rows_of(node) > read:
            yield f"{what}: {rows_of(node)} rows read"
    # A subquery that is made a table of: of all that a viewer likes, or of all whom the viewer follows.
    reads = all(node["Node Type"] != "ModifyTable" for node in nodes(plan))
    if reads and "hashed SubPlan" in str(plan):
        yield "a hashed subquery"


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All of a plan."""
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def rows_of(node: dict[str, Any]) -> int:
    """Those that it gave, and those that it read in vain."""
    each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return int(each * node["Actual Loops"] + 0.5)


async def followees(connection: Any, user_id: int) -> int:
    """How many there are."""
    return int(await connection.fetchval("SELECT following_count FROM users WHERE id = $1", user_id))


def written_in(module: ModuleType) -> Iterator[str]:
    """The statements of a module: constants of text that hold one, no templates of some."""
    for name, value in vars(module).items():
        texts = value.values() if isinstance(value, dict) else [value]
        if name.isupper():
            yield from (text for text in texts if is_statement(text))


def is_statement(text: object) -> bool:
    """Whether it is one."""
    words = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ")
    return isinstance(text, str) and "{" not in text and any(word in text for word in words)
