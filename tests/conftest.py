"""Servers started once per run, a clean database for each test, and people who call the API."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest
import pytest_asyncio
from asyncpg.exceptions import DeadlockDetectedError, LockNotAvailableError
from redis.asyncio import Redis
from xdist.scheduler import LoadScopeScheduling

import storage
from config.settings import Settings
from server.api.http.protocol import PerchProtocol
from server.api.pages import health
from server.api.perch.dialect import PerchDialect
from server.api.perch.live import PerchLive
from server.app import create_app
from server.context import App, Context
from server.core.cache import changes, topics
from server.core.cache.keeper import Keeper
from server.core.cache.versions import Versions
from server.core.database import migrate, own_server
from server.core.database.connection import database as models
from server.core.database.connection import rows
from server.core.live.hub import Hub
from server.features.media.urls import MediaUrls
from server.features.memory import Memory
from server.features.registry import KINDS, MARKS, MARKS_ON_PEOPLE
from storage.base import ObjectStore
from tasks.broker import StreamBroker, create_broker
from tasks.jobs import QueuedJobs
from tasks.workshop import ownership_of_pictures
from tests import servers
from tests.callers import Caller, register
from tests.faults.verdicts import MEASURED

TABLES = (
    "users, api_keys, tweets, likes, follows, media_attachments, scheduled_runs, invitations, "
    "idempotency_keys, outbox, held_likes, upload_days, retired_handles, imports, notifications, "
    "notification_groups, hashtags, unread_texts, addressees, tweets_to_notify_of, wanted_previews, previews"
)


# Folders whose tests start whole servers or take minutes. These, and tests elsewhere that carry the same
# mark, only run in `make test-all`.
WHOLE = ("deploy", "faults", "whole")

# Folders with the slowest files. They start first; otherwise one worker would still run them when all others
# are done.
HEAVY = (*WHOLE, "browser")

# A module whose tests have a long form imports one of these from tests/thorough.py.
LONG = ("much", "THOROUGH")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests; mark those that `make test` omits and those that `make trials` runs in long form."""
    items.sort(key=lambda item: folder_of(item.nodeid) not in HEAVY)
    for item in items:
        if folder_of(item.nodeid) in WHOLE:
            item.add_marker("whole")
        if any(name in vars(getattr(item, "module", object)) for name in LONG):
            item.add_marker("long")


def folder_of(nodeid: str) -> str:
    """The folder below `tests` that a test lies in."""
    return nodeid.split("/")[1]


class Rooms(LoadScopeScheduling):
    """Gives a worker one file at a time, or a folder of whole servers, which start once for all its tests."""

    def _split_scope(self, nodeid: str) -> str:
        folder = folder_of(nodeid)
        return folder if folder in WHOLE else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Rooms:
    """How pytest-xdist distributes the tests."""
    return Rooms(config, log)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the time spent in each folder; workers run in parallel, so the sum exceeds the elapsed time."""
    spent: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                spent[folder_of(report.nodeid)] += report.duration
    most = sorted(spent.items(), key=lambda found: -found[1])[:8]
    words = ", ".join(f"{folder} {seconds:.0f} s" for folder, seconds in most)
    terminalreporter.write_line(f"Time by folder: {words}. ARGS=--durations=25 names the slowest tests.")


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Record what a test measured, for the table of `make faults`."""
    return partial(record_property, MEASURED)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings that point to real servers with an empty, migrated database."""
    with servers.embedded_servers(tmp_path_factory.mktemp("data")) as found:
        asyncio.run(prepare(found))
        yield found


async def prepare(settings: Settings) -> None:
    await own_server.prepare(settings.database)
    await migrate.upgrade(settings.database)
    await servers.as_superuser(
        settings,
        "ALTER SYSTEM SET fsync = off",  # nothing here has to survive the run
        "SELECT pg_reload_conf()",
        # For changes that no trigger reports.
        "GRANT SET ON PARAMETER session_replication_role TO perch",
    )


@pytest.fixture(scope="session")
def versions() -> Versions:
    """The table of versions by which this process learns of changes."""
    return Versions()


@pytest_asyncio.fixture(scope="session")
async def pool(settings: Settings, versions: Versions) -> AsyncIterator[None]:
    """Make the models usable, and have changes reported."""
    async with models(settings, name="tests"), changes.told(settings.database, versions):
        yield


@pytest_asyncio.fixture
async def database(pool: None) -> None:
    """An empty database, with no process still caching anything of its earlier contents."""
    while not await emptied():
        pass
    await changes.tell([topics.EVERYTHING])


# Sessions that are using a table, in case it can't be emptied.
HOLDERS = """
    SELECT pid, application_name, state, wait_event, now() - xact_start AS since, left(query, 200) AS query
    FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid()
"""


# The tables, those that refer to them, and their sequences. Deleting from a table takes a hundredth of the
# time of TRUNCATE, which creates new files for the table and each of its indexes. Runs never get the id of an
# earlier test's run: the queue may still hold a message about that.
EMPTYING = f"""
    WITH RECURSIVE emptied AS (
        SELECT name::regclass AS id FROM unnest(string_to_array('{TABLES}', ', ')) AS name
        UNION
        SELECT conrelid::regclass FROM emptied JOIN pg_constraint ON contype = 'f' AND confrelid = emptied.id
    )
    SELECT
        (SELECT string_agg(format('LOCK %s;', id), ' ') FROM emptied) AS lock,
        (SELECT string_agg(format('DELETE FROM %s;', id), ' ') FROM emptied) AS remove,
        (SELECT string_agg(format('PERFORM setval(%s, 1, false);', objid), ' ')
         FROM pg_depend JOIN emptied ON refobjid = emptied.id JOIN pg_class ON pg_class.oid = objid
         WHERE relkind = 'S' AND emptied.id <> 'scheduled_runs'::regclass) AS number
"""


async def emptied() -> bool:
    """Empty the database; False if a worker still busy with the last test's data got in the way."""
    (found,) = await rows(EMPTYING)
    try:
        await rows(
            f"DO $$ BEGIN {found['lock']} SET LOCAL session_replication_role = replica; "
            f"{found['remove']} {found['number']} END $$"
        )
    except LockNotAvailableError as error:
        raise AssertionError(f"somebody holds a table: {await rows(HOLDERS)}") from error
    except DeadlockDetectedError:
        return False
    return True


@pytest_asyncio.fixture(scope="session")
async def broker(settings: Settings) -> AsyncIterator[StreamBroker]:
    """The queue."""
    found = create_broker(settings.redis_tasks)
    yield found
    await found.shutdown()


@pytest_asyncio.fixture(scope="session")
async def store(settings: Settings, pool: None) -> AsyncIterator[ObjectStore]:
    """The store of pictures. The tests' database claims it before a command with another database can."""
    found = storage.for_pictures(settings)
    await found.open()
    await ownership_of_pictures(found, settings).take_over()
    yield found
    await found.close()


@pytest_asyncio.fixture(scope="session")
async def perch(
    settings: Settings, pool: None, versions: Versions, broker: StreamBroker, store: ObjectStore
) -> AsyncIterator[Context]:
    """The context that handlers share, opened once for all tests."""
    (settings.data_folder / "tmp").mkdir(exist_ok=True)
    async with Redis.from_url(settings.redis.url) as redis:
        urls = MediaUrls(settings.s3_public_url, settings.s3_tweets_media_folder, settings.public_url)
        memory = Memory(
            versions, [PerchDialect(urls)], MARKS, MARKS_ON_PEOPLE, max_bytes=settings.cache_mb << 20
        )
        async with (
            Keeper(settings.database, versions, KINDS).running(),
            Hub(settings.database, PerchLive(urls)).running() as hub,
        ):
            yield Context(settings, store, redis, QueuedJobs(broker), urls, hub, memory)


@pytest.fixture(scope="session")
def app(perch: Context) -> App:
    """The application, called in process."""

    @asynccontextmanager
    async def opener() -> AsyncIterator[Context]:
        yield perch

    health.KNOWN_FOR = 0  # what a test has just done must be visible
    return create_app(perch.settings, opener, name="perch-tests")


@pytest.fixture(scope="session")
def worker(settings: Settings) -> Iterator[None]:
    """A worker process that processes tasks from the queue."""
    database = f"postgresql://perch@/perch?host={settings.database.host}"
    data = str(settings.data_folder)
    with servers.perch(
        "worker", MODE="TEST", DATA_DIR=data, DATABASE_URL=database, REDIS_URL=settings.redis.url
    ) as process:
        yield
        assert process.poll() is None, "the worker ended by itself"


@pytest_asyncio.fixture(scope="session")
async def address(app: App) -> AsyncIterator[str]:
    """The address of the application: real HTTP in this process and event loop, started once."""
    async with listening(app) as found:
        yield found


@asynccontextmanager
async def listening(app: App) -> AsyncIterator[str]:
    """Serves an application for the duration of the block; yields its address."""
    port = servers.free_port()
    serving: Any = await app.create_server(
        host="127.0.0.1", port=port, protocol=PerchProtocol, return_asyncio_server=True
    )
    await serving.startup()
    await serving.before_start()
    await serving.after_start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await serving.before_stop()
        await serving.close()
        for connection in list(serving.connections):
            connection.close()
        await serving.after_stop()


@pytest_asyncio.fixture(scope="session")
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client for it."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as found:
        yield found


@pytest.fixture
def anybody(client: httpx.AsyncClient, database: None) -> Caller:
    """Someone without a key."""
    return Caller(client.request, None)


@pytest_asyncio.fixture
async def alice(anybody: Caller) -> Caller:
    """A user."""
    return await register(anybody.send, "alice")


@pytest_asyncio.fixture
async def bob(anybody: Caller) -> Caller:
    """Another user."""
    return await register(anybody.send, "bob")


@pytest_asyncio.fixture
async def carol(anybody: Caller) -> Caller:
    """An administrator."""
    return await register(anybody.send, "carol", admin=True)


@pytest.fixture(scope="session")
def ceph_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An S3 server that checks credentials."""
    with servers.ceph(tmp_path_factory.mktemp("ceph")) as url:
        yield url


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """An S3 server that supports every call."""
    with servers.moto() as url:
        yield url
