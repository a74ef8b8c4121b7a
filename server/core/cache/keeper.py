"""Keeping a host's lease: one process of the host does, on a connection of its own.

While the lease lasts, the processes of the host answer from memory, because every other host knows this one
and tells it what it changes before it answers (docs/freshness.md has the argument). The lease is renewed only
while somebody asks: an idle server says nothing.

The keeper also reads the log of events as it grows and stamps what it tells of: a change whose writer died
between its commit and its notice, or that was made by hand, shows within a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator
from typing import Any

from config.addresses import DatabaseAddress
from config.pauses import spread
from server.core.cache import cache_host, notices, topics
from server.core.cache.cache_host import CacheHost
from server.core.cache.membership import Membership
from server.core.cache.notices import LEASE
from server.core.cache.versions import Versions, clock
from server.core.database.connecting import connect
from server.core.database.connection import AWAY, CONNECT_TIMEOUT
from server.core.live import event as log_of_events
from server.core.live.event import GROWN
from server.core.live.kinds import Kinds

log = logging.getLogger(__name__)

# How often the lease is renewed, how often it is asked whether anybody wants it, and how often another
# process of the host looks whether the keeper is gone. Seconds.
RENEW_EVERY, ASK_EVERY, LOOK_EVERY = 0.5, 0.25, 0.5

# How often all are looked at while one joins or is evicted. Seconds.
SETTLE_EVERY = 0.02

# A renewal that takes longer is too late. Seconds.
STATEMENT_TIMEOUT = 5

# Of saying goodbye, when the database may be what is gone. Seconds.
GOODBYE = 1

# Events read in one go, however many there are.
BATCH, LAST = 1_000, 2**63 - 1


class Keeper:
    """A web process' part in it: waits to be the keeper, and then is."""

    def __init__(self, address: DatabaseAddress, versions: Versions, kinds: Kinds) -> None:
        self._address = address
        self._versions = versions
        self._kinds = kinds
        self._woken = asyncio.Event()
        self._called = self._grown = False  # a host says that it is here; the log of events has grown
        self._to_answer: list[tuple[str, int]] = []

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the lease inside the block, if nobody else of this host does."""
        task = asyncio.create_task(self._run(), name="the cache's lease")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        complained = False
        while True:
            try:
                if self._versions.try_to_keep():
                    async with self._connected() as connection:
                        complained = False
                        await self._keep(connection)
            except AWAY as error:
                if not complained:
                    log.warning(
                        "the cache is off until the database responds: %s: %s", type(error).__name__, error
                    )
                complained = True
            except Exception:
                # Whatever it is: requests are answered all the same, only slower.
                log.exception("lost the cache's lease")
            await asyncio.sleep(spread(LOOK_EVERY))

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """A connection that hears everything. What is said while there is none is not missed unknowingly."""
        self._versions.drop()
        connection = await connect(
            self._address,
            within=CONNECT_TIMEOUT,
            command_timeout=STATEMENT_TIMEOUT,
            server_settings={"application_name": "perch cache"},
            # A renewal that is lost with the database is none that was needed.
            session={"synchronous_commit": "off"},
        )
        try:
            connection.add_termination_listener(lambda _: self._versions.drop())
            await connection.add_listener(cache_host.CHANNEL, self._hear)
            await connection.add_listener(GROWN, self._hear_of_events)
            yield connection
        finally:
            self._versions.drop()
            await self._leave(connection)
            connection.terminate()

    async def _leave(self, connection: Any) -> None:
        """With the lease dropped, nobody has to wait for this host. Where that cannot be said, they wait."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(GOODBYE):
                await connection.execute(cache_host.REMOVE, [self._versions.host])
                await connection.execute(cache_host.TELL, cache_host.CHANNEL, notices.GONE)

    def _hear(self, _connection: object, _pid: int, _channel: str, words: object) -> None:
        if (change := notices.changed(str(words))) is not None:
            self._versions.stamp(change.topics)
            self._to_answer.append((change.channel, change.number))
        else:
            self._called = True
        self._woken.set()

    def _hear_of_events(self, *_: object) -> None:
        self._grown = True
        self._woken.set()

    async def _answer(self, connection: Any) -> None:
        """Say that changes are known, those of one channel together."""
        waiting, self._to_answer = self._to_answer, []
        for channel in {channel for channel, _ in waiting}:
            numbers = [number for to, number in waiting if to == channel]
            for some in notices.pieces(numbers):
                words = str(notices.Heard(self._versions.host, some))
                await connection.execute(cache_host.TELL, channel, words)

    async def _keep(self, connection: Any) -> None:
        """Join the others and keep the lease; returns when this host was evicted."""
        position = (await connection.fetchrow(log_of_events.NEWEST))["newest"]
        await self._join(connection)
        membership = Membership(self._versions.host)
        self._versions.know([])
        is_told = False
        while True:
            began = clock()
            hosts = await self._renewed(connection, membership)
            if hosts is None:
                return
            if membership.learn(hosts, began):
                self._versions.know(membership.others)
                continue  # and say so, at once: a new one waits for it
            if overdue := membership.overdue(began):
                await connection.execute(cache_host.EVICT, overdue)
            if gone := membership.gone(began):
                await connection.execute(cache_host.REMOVE, gone)
            if membership.is_known:
                if not is_told:
                    # Only from now on does every host tell this one: whatever was read before may be old.
                    self._versions.stamp([topics.EVERYTHING])
                    is_told = True
                self._versions.hold(began + int(LEASE * 1e9))
            position = await self._rest(connection, membership, position)

    async def _join(self, connection: Any) -> None:
        """Under a new number: an earlier keeper of this host may have missed what was said to it."""
        if self._versions.host:
            await connection.execute(cache_host.REMOVE, [self._versions.host])
        number = random.getrandbits(62)
        async with connection.transaction():
            await connection.execute("SET LOCAL synchronous_commit = on")
            await connection.execute(cache_host.JOIN, number)
        self._versions.be(number)
        await connection.execute(cache_host.TELL, cache_host.CHANNEL, notices.HERE)

    async def _renewed(self, connection: Any, membership: Membership) -> list[CacheHost] | None:
        """All hosts; None where this one is not among them any more."""
        found = await connection.fetch(cache_host.RENEW, membership.me, membership.others)
        return [CacheHost(**dict(record)) for record in found] or None

    async def _rest(self, connection: Any, membership: Membership, position: int) -> int:
        """Until the lease is to be renewed; stamps what the log tells of meanwhile. How far that was read."""
        due = clock() + int((RENEW_EVERY if membership.is_settled else SETTLE_EVERY) * 1e9)
        while True:
            self._woken.clear()
            await self._answer(connection)
            if self._grown:
                self._grown = False
                position = await self._stamp_events(connection, position)
            if self._called or (
                clock() >= due and (self._versions.was_wanted() or not membership.is_settled)
            ):
                self._called = False
                return position
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ASK_EVERY if membership.is_settled else SETTLE_EVERY):
                    await self._woken.wait()

    async def _stamp_events(self, connection: Any, position: int) -> int:
        """On this connection: those of the pool may all be waiting for something."""
        while found := await connection.fetch(log_of_events.AFTER, position, LAST, BATCH):
            events = log_of_events.events(found)
            self._versions.stamp({topic for event in events for topic in self._kinds.invalidated_by(event)})
            position = events[-1].seq
        return position
