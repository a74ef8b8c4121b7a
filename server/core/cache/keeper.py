"""The lease holder: one process of each host renews the host's lease, on a connection of its own.

While the lease lasts, the processes of the host answer from memory, because every other host knows this one
and notifies it of its changes before responding (docs/freshness.md has the argument). The lease is renewed
only while requests use the cache: an idle server is silent.

The keeper also follows the log of events and stamps the topics of each event. So a change whose writer died
between its commit and its notice, or that was made by hand, shows within a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator
from typing import Any

from config.database_address import DatabaseAddress
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

# In seconds: how often the lease is renewed, how often the keeper checks whether anyone uses it, and how
# often another process of the host checks whether the keeper is gone.
RENEW_EVERY, ASK_EVERY, LOOK_EVERY = 0.5, 0.25, 0.5

# How often to check all hosts while one of them joins or is evicted, in seconds.
SETTLE_EVERY = 0.02

# A renewal that takes longer than this many seconds is too late.
STATEMENT_TIMEOUT = 5

# How many seconds to try to say goodbye, as it may be the database that is gone.
GOODBYE = 1

# How many events to read at a time, and a number that is higher than any event's.
BATCH, LAST = 1_000, 2**63 - 1


class Keeper:
    """Runs in every web process: waits until it can become the keeper, then is the keeper."""

    def __init__(self, address: DatabaseAddress, versions: Versions, kinds: Kinds) -> None:
        self._address = address
        self._versions = versions
        self._kinds = kinds
        self._woken = asyncio.Event()
        self._called = self._grown = False  # a host has joined or left; the log of events has grown
        self._to_answer: list[tuple[str, int]] = []

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Inside the block, renew the lease whenever no other process of this host does."""
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
                # Whatever went wrong, requests are still answered, only more slowly.
                log.exception("lost the cache's lease")
            await asyncio.sleep(spread(LOOK_EVERY))

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """Open a connection that hears all notices.

        While there is none, the lease is dropped, so that no notice is missed without our knowing.
        """
        self._versions.drop()
        connection = await connect(
            self._address,
            within=CONNECT_TIMEOUT,
            command_timeout=STATEMENT_TIMEOUT,
            server_settings={"application_name": "perch cache"},
            # If the database crashes and loses a renewal, nobody needed it.
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
        """Tell the others not to wait for this host, as its lease is dropped. If this fails, they wait."""
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
        """Acknowledge changes, those of one channel together."""
        waiting, self._to_answer = self._to_answer, []
        for channel in {channel for channel, _ in waiting}:
            numbers = [number for to, number in waiting if to == channel]
            for some in notices.pieces(numbers):
                words = str(notices.Heard(self._versions.host, some))
                await connection.execute(cache_host.TELL, channel, words)

    async def _keep(self, connection: Any) -> None:
        """Join the other hosts and renew the lease; return if this host has been evicted."""
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
                continue  # and record that at once, as a new host waits for it
            if overdue := membership.overdue(began):
                await connection.execute(cache_host.EVICT, overdue)
            if gone := membership.gone(began):
                await connection.execute(cache_host.REMOVE, gone)
            if membership.is_known:
                if not is_told:
                    # Only now does every host notify this one, so anything read before may be stale.
                    self._versions.stamp([topics.EVERYTHING])
                    is_told = True
                self._versions.hold(began + int(LEASE * 1e9))
            position = await self._rest(connection, membership, position)

    async def _join(self, connection: Any) -> None:
        """Join under a new number, as an earlier keeper of this host may have missed notices."""
        if self._versions.host:
            await connection.execute(cache_host.REMOVE, [self._versions.host])
        number = random.getrandbits(62)
        async with connection.transaction():
            await connection.execute("SET LOCAL synchronous_commit = on")
            await connection.execute(cache_host.JOIN, number)
        self._versions.be(number)
        await connection.execute(cache_host.TELL, cache_host.CHANNEL, notices.HERE)

    async def _renewed(self, connection: Any, membership: Membership) -> list[CacheHost] | None:
        """Renew this host's row and return all hosts; None if this one is no longer among them."""
        found = await connection.fetch(cache_host.RENEW, membership.me, membership.others)
        return [CacheHost(**dict(record)) for record in found] or None

    async def _rest(self, connection: Any, membership: Membership, position: int) -> int:
        """Wait until the lease is due for renewal, answering notices and stamping the topics of new events.

        Returns the position up to which the log was read.
        """
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
        """Stamp the topics of new events, read on this connection as all of the pool's may be busy."""
        while found := await connection.fetch(log_of_events.AFTER, position, LAST, BATCH):
            events = log_of_events.events(found)
            self._versions.stamp({topic for event in events for topic in self._kinds.invalidated_by(event)})
            position = events[-1].seq
        return position
