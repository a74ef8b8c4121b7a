"""The life of each process: builds everything from the settings, and joins APIs, features and tasks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import uvloop
from redis.asyncio import Redis

import server.models  # noqa: F401  # here, so that the processes that are forked share its memory
import storage
import tasks.registry  # noqa: F401  # as above
from config import error_reports, metrics, metrics_port, process, redis_clients, traces
from config import logging as lines
from config.metrics import REGISTRY
from config.settings import Settings
from server.api.http.exchange import PerchHttp
from server.api.perch.dialect import PerchDialect
from server.api.perch.live import PerchLive
from server.app import create_app
from server.context import App, Context
from server.core.cache import changes
from server.core.cache.keeper import Keeper
from server.core.cache.versions import Versions
from server.core.database import migrate, own_server, sessions
from server.core.database.connection import database
from server.core.limits.rates import Rates
from server.core.live import capacity
from server.core.live.hub import Hub
from server.core.transient import is_passing
from server.features.media.urls import MediaUrls
from server.features.memory import Memory
from server.features.people import accounts
from server.features.previews.links import Links
from server.features.registry import KINDS, LIMITS, MARKS, MARKS_ON_PEOPLE
from server.metrics import WebMetrics, totals
from server.operations import trends
from server.serving import BACKLOG, serve
from tasks.broker import create_broker
from tasks.jobs import QueuedJobs
from tasks.scheduler import schedule
from tasks.worker import work
from tasks.workshop import owned_pictures

log = logging.getLogger(__name__)

# A process whose parent was killed has this many seconds to finish what it can: the next start waits for it
# to end, and the servers that it works with may have ended too.
ORPHANED_WITHIN = 3

NOT_RENEWED = "SIGUSR2 reloads `perch up` and `perch serve`; other processes ignore it"


@contextlib.asynccontextmanager
async def web_context(settings: Settings, versions: Versions) -> AsyncIterator[Context]:
    """What a web process opens before its first request and closes after its last."""
    settings.scratch_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    broker = create_broker(settings.redis_tasks)
    redis = redis_clients.client(settings.redis)
    store = storage.for_pictures(settings)
    await store.open()
    try:
        async with database(settings, name="perch web"):
            demo = await have_demo_users(settings)
            urls = MediaUrls(settings.s3_public_url, settings.s3_tweets_media_folder, settings.public_url)
            memory = Memory(
                versions, [PerchDialect(urls)], MARKS, MARKS_ON_PEOPLE, max_bytes=settings.cache_mb << 20
            )
            async with (
                changes.told(settings.database, versions),
                Keeper(settings.database, versions, KINDS).running(),
                Hub(settings.database, PerchLive(urls)).running() as hub,
                Rates(settings, redis, LIMITS).running() as rates,
                trends.added(Redis(connection_pool=broker.connection_pool), totals),
            ):
                limits = rates if settings.rate_limits else None
                pictures = owned_pictures(store, settings)
                jobs, links = QueuedJobs(broker), Links.of(settings)
                yield Context(settings, pictures, redis, jobs, urls, hub, memory, limits, links, demo)
    finally:
        await store.close()
        await redis.aclose()
        await broker.shutdown()


async def have_demo_users(settings: Settings) -> bool:
    """In demo mode, give a new database its two users; return whether there are any.

    If the database is down, requests will report that.
    """
    if not settings.demo:
        return False
    try:
        if await migrate.missing():
            return True
        if await accounts.create_demo_users():
            log.info("created the demo users test and test1")
        return await accounts.have_demo_users()
    except Exception as error:
        if not is_passing(error):
            raise
        log.warning("can't check for demo users: %s", error)
        return True


def web_app(settings: Settings) -> App:
    """The application of the web processes, not yet started. All processes forked from here are one host."""
    versions = Versions()
    return create_app(settings, lambda: web_context(settings, versions))


def listening_socket(settings: Settings) -> socket.socket:
    """Open the socket on which all web processes of this machine accept connections. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def run_web(
    app: App, settings: Settings, listener: socket.socket, name: str, on_serving: Callable[[], None]
) -> None:
    """Run one web process until SIGTERM; requests under way are finished."""
    start_process(settings, name)
    capacity.prepare()
    REGISTRY.register(PerchHttp.metrics)
    REGISTRY.register(WebMetrics(app))
    tell_metrics(settings, name)
    if settings.access_log:
        app.ctx.access_log = lines.AccessLog(settings.logs_folder, name)
    within = settings.shutdown_timeout
    with traces.recorded(settings, name):
        uvloop.run(until_stopped(lambda stop: serve(app, listener, stop, on_serving, within=within)))


def run_worker(settings: Settings) -> None:
    """Run one worker until SIGTERM or Ctrl+C."""
    start_process(settings, "worker")
    tell_metrics(settings, "worker")
    with traces.recorded(settings, "worker"):
        uvloop.run(until_stopped(lambda stop: work(settings, stop)))


def run_scheduler(settings: Settings) -> None:
    """Run one scheduler until SIGTERM or Ctrl+C."""
    start_process(settings, "scheduler")
    tell_metrics(settings, "scheduler")
    with traces.recorded(settings, "scheduler"):
        uvloop.run(until_stopped(lambda stop: schedule(settings, stop)))


def run_migrations(settings: Settings) -> list[str]:
    """Migrate the database to this version; return the names of the migrations applied."""

    async def run() -> list[str]:
        if settings.embedded_database:
            await own_server.prepare(settings.database)
        else:
            await sessions.require_own(settings.database)
        return await migrate.upgrade(settings.database)

    return uvloop.run(run())


def start_process(settings: Settings, name: str) -> None:
    """Do what every process does first."""
    process.bound_heaps()
    lines.configure_process(settings, name)
    error_reports.start(settings, name)


def tell_metrics(settings: Settings, name: str) -> None:
    """Let other processes ask this one for its metrics."""
    metrics.answer(settings.sockets_folder, name)
    if settings.metrics_port is not None:
        metrics_port.answer(settings.sockets_folder, settings.metrics_host, settings.metrics_port)


async def until_stopped(run: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run a coroutine with an event that SIGTERM and Ctrl+C set.

    SIGUSR2 reloads `perch up` and `perch serve`. It has no meaning for a single process, but would end it
    if it weren't handled.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        stop.set()
        if process.is_orphaned():
            signal.alarm(ORPHANED_WITHIN)  # nobody handles SIGALRM, so it ends the process

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    loop.add_signal_handler(signal.SIGUSR2, log.warning, NOT_RENEWED)
    await run(stop)
    log.info("stopped")
