"""The hub of a web process: reads the log as it grows and hands each event to the process's open streams.

It has one connection of its own, on which it also tries to become the relay. While no stream is open, it
reads nothing. Nothing else depends on its state: if a process dies, its streams end, and their clients
continue from the last event they saw, whichever process they connect to next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

from config.database_address import DatabaseAddress
from config.pauses import spread
from server.core.database.connecting import connect
from server.core.database.connection import AWAY, CONNECT_TIMEOUT, STATEMENT_TIMEOUT, rows
from server.core.limits.turns import for_everybody
from server.core.live import event as log_of_events
from server.core.live.batch import Batch, Part
from server.core.live.budget import Budget
from server.core.live.event import GROWN, KEY_REVOKED, EventRow, LogState
from server.core.live.event_id import EventId
from server.core.live.frames import LiveDialect
from server.core.live.pace import Pace
from server.core.live.relay import BATCH as MOVED_AT_ONCE
from server.core.live.relay import Relay
from server.core.live.subscription import PART, Subscription
from server.core.live.tail import Tail

log = logging.getLogger(__name__)

# In seconds: how often the relay reads the outbox, and how often the other hubs check whether they must take
# over and whether they missed a notification.
RELAY_EVERY, LOOK_EVERY = 0.2, 1.0

# How many events to read at a time; and how many a client may have missed, and how many bytes they may be:
# more aren't worth sending singly.
BATCH, MAX_MISSED, MAX_MISSED_BYTES = 500, 1_000, 1 << 20

# How many events to read at a time of those that one client missed.
MISSED_AT_ONCE = 10

# How many streams to write to before other tasks get a turn: a millisecond or two of work.
AT_ONCE = 100

# How many seconds to wait before trying a database again that didn't respond.
RETRY_AFTER = 1.0

# The application name of a hub's connection in PostgreSQL; each web process has one hub.
APPLICATION = "perch live"
CONNECTED = f"""
    SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = '{APPLICATION}'
"""


async def connected() -> int:
    """How many web processes on all machines are connected to the database."""
    return int((await rows(CONNECTED))[0]["count"])


class Hub:
    """The open streams of a dialect in this process, and the task that feeds them."""

    def __init__(self, address: DatabaseAddress, dialect: LiveDialect) -> None:
        self._address = address
        self._dialect = dialect
        self._open: set[Subscription] = set()
        self._position = EventId("", 0)
        self._tail = Tail()
        self._budget = Budget(self._tail, self._open)
        self._pace = Pace(PART)
        self._at_once = BATCH  # fewer after a failure
        self._woken = asyncio.Event()
        # Held while events are handed out, so that no stream joins in the middle of that.
        self._handing_out = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Hub]:
        """Feed the streams inside the block; end them afterwards."""
        task = asyncio.create_task(self._run(), name="live updates")
        try:
            yield self
        finally:
            self.end_all()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def open_streams(self) -> int:
        """How many streams are open here."""
        return len(self._open)

    @property
    def queued(self) -> int:
        """How many bytes are waiting in this process for clients to take them."""
        return self._budget.queued

    async def join(
        self,
        user_id: int,
        key_id: int,
        expires_at: datetime | None,
        now: LogState,
        last: EventId | None,
        may_catch_up: Callable[[], bool] = lambda: True,
    ) -> Subscription:
        """Open a new stream.

        Args:
            now: the log's state from before the key was checked, so that a later revocation is noticed.
            last: the last event that the client knows; None for a new client.
            may_catch_up: counts a part of what it missed, of `MISSED_AT_ONCE` events, and returns whether it
                may be given one. If not, it is reset.
        """
        begin = last or EventId(now.epoch, now.newest)
        subscription = Subscription(
            user_id, key_id, expires_at, begin, self._read_on, self._dialect, may_catch_up
        )
        known, revoked = now.newest, list[EventRow]()
        while not await self._added(subscription, now, begin, known, revoked):
            # Events have been handed out since the key was checked. They are read without the lock, which all
            # streams wait for.
            here = self._position
            found = await log_of_events.after(known, limit=MAX_MISSED)
            revoked += [event for event in found if (event.kind, event.subject_id) == (KEY_REVOKED, key_id)]
            known = found[-1].seq if found else here.seq
        return subscription

    async def _added(
        self,
        subscription: Subscription,
        now: LogState,
        begin: EventId,
        known: int,
        revoked: Sequence[EventRow],
    ) -> bool:
        """Add a stream that begins there, unless events after number `known` have been handed out already.

        Args:
            revoked: the events up to `known` that say that its key was revoked.
        """
        async with self._handing_out:
            if not self._open:
                self._position = EventId(now.epoch, now.newest)
                self._tail.clear()
            here = self._position
            if here.epoch == now.epoch and here.seq > known:
                return False
            if begin.epoch != here.epoch or begin.seq > max(now.newest, here.seq):
                # The data was replaced: the client has seen events that this history doesn't have yet.
                subscription.reset("restored", here)
            elif begin.seq + 1 < now.oldest or here.seq - begin.seq > MAX_MISSED:  # numbers have no gaps
                subscription.reset("too_old", here)
            else:
                subscription.joined_at = here.seq
            if revoked:  # that takes effect at once
                with for_everybody():
                    made = await self._dialect.frames(revoked, [subscription.user_id], here.epoch)
                subscription.offer(Batch(made, begin, here))
            self._open.add(subscription)
            return True

    def leave(self, subscription: Subscription) -> None:
        """Remove a stream that has closed."""
        self._open.discard(subscription)

    def end_all(self) -> None:
        """End all streams because the server is stopping. Clients reconnect and get what they missed."""
        for subscription in self._open:
            subscription.stop()

    async def _read_on(self, stream: Subscription) -> Part | None:
        """Return what to give a stream next, from memory or, for what it missed, from the log.

        The log is read only as fast as the client takes the events, so a client that never reads costs no
        more than one such part.
        """
        if stream.position.seq >= self._position.seq:
            stream.missed_bytes = 0
            return None
        await self._pace.turn()
        begin, here = stream.position, self._position
        if self._tail.serves(stream):
            part = self._tail.part(stream.user_id, begin, at_most=PART)
            self._pace.spend(sum(map(len, part.messages)))
            return part
        if not stream.may_catch_up():
            stream.reset("too_old", here)
            return None
        found = await log_of_events.after(begin.seq, up_to=here.seq, limit=MISSED_AT_ONCE)
        made = await self._dialect.frames(found, [stream.user_id], here.epoch)
        reached = EventId(here.epoch, found[-1].seq) if found else here
        part = Batch(made, begin, reached).part(stream.user_id, after=begin.seq, at_most=PART)
        size = sum(map(len, part.messages))
        self._pace.spend(size)
        stream.missed_bytes += size
        if stream.missed_bytes > MAX_MISSED_BYTES:
            stream.reset("too_old", here)
        return part

    async def _run(self) -> None:
        """Follow the log forever, reconnecting whenever the connection is lost."""
        complained = False
        while True:
            try:
                async with self._connected() as connection:
                    await self._new_history()
                    complained = False
                    await self._follow(Relay(connection))
            except Exception as error:
                # Whatever went wrong, requests are still answered, and live updates resume when the database
                # is back. The clients' streams stay open meanwhile.
                if not complained:
                    unexpected = not isinstance(error, AWAY)
                    words = "live updates are paused until the database responds: %s: %s"
                    log.warning(words, type(error).__name__, error, exc_info=unexpected)
                complained = True
            await asyncio.sleep(spread(RETRY_AFTER))

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        connection = await connect(
            self._address,
            within=CONNECT_TIMEOUT,
            command_timeout=STATEMENT_TIMEOUT,
            server_settings={"application_name": APPLICATION},
            session={"jit": "off"},
        )
        try:
            await connection.add_listener(GROWN, lambda *_: self._woken.set())
            yield connection
        finally:
            connection.terminate()

    async def _new_history(self) -> None:
        """Reset all streams if the data has been replaced from a dump, as clients know another history.

        The same applies if a standby took over that hadn't yet received the newest events.
        """
        state = await log_of_events.state()
        async with self._handing_out:
            here = self._position
            if self._open and (state.epoch != here.epoch or state.newest < here.seq):
                self._position = EventId(state.epoch, state.newest)
                self._tail.clear()
                for subscription in self._open:
                    subscription.reset("restored", self._position)

    async def _follow(self, relay: Relay) -> None:
        looked = 0.0
        while True:
            due = self._woken.is_set() or time.monotonic() - looked >= LOOK_EVERY
            self._woken.clear()
            leads = await relay.leads()
            while leads:
                batch = await relay.move()
                if batch.told:
                    await self._hand_out()
                if batch.taken < MOVED_AT_ONCE:
                    break
            if due:
                await self._hand_out()
                looked = time.monotonic()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RELAY_EVERY if leads else LOOK_EVERY):
                    await self._woken.wait()

    async def _hand_out(self) -> None:
        """Hand out everything new in the log. Streams may join while slow ones get time to catch up."""
        while await self._hand_out_some():
            await self._budget.keep()
        await self._budget.keep()

    async def _hand_out_some(self) -> bool:
        """Hand out one batch, and return whether there was one."""
        async with self._handing_out:
            here = self._position
            found = await log_of_events.after(here.seq, limit=self._at_once) if self._open else []
            if not found:
                return False
            viewers = {subscription.user_id for subscription in self._open}
            reached = EventId(here.epoch, found[-1].seq)
            try:
                made = await self._dialect.frames(found, viewers, here.epoch)
            except Exception:
                if self._at_once > 1:  # perhaps it takes too long for so many
                    self._at_once = max(1, self._at_once // 4)
                    raise
                log.exception("can't send the event %s; open pages reload instead", reached)
                self._position = reached
                for subscription in self._open:
                    subscription.reset("too_old", reached)
                return True
            self._at_once = min(BATCH, self._at_once * 2)
            self._position = reached
            batch = Batch(made, here, self._position)
            self._tail.add(batch)
            for number, subscription in enumerate(list(self._open), 1):
                subscription.offer(batch)
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)
            batch.forget_joined()
            return True
