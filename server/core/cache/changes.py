"""Invalidates every host's cache after the commit and before responding to the writer."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

from config.database_address import DatabaseAddress
from server.core.cache import cache_host, notices
from server.core.cache.notices import LEASE_OVER, PATIENCE
from server.core.cache.versions import Versions
from server.core.database.connecting import connect
from server.core.database.connection import CONNECT_TIMEOUT
from server.core.database.together import AT_MOST, Together


class Changes:
    """Publishes a process's changes. One without `versions`, such as a worker or a command, only writes."""

    def __init__(self, address: DatabaseAddress, versions: Versions | None = None) -> None:
        self._address = address
        self._versions = versions
        self._channel = f"perch_heard_{random.getrandbits(62):x}"
        self._numbers = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._listener: Any = None
        self._connecting = asyncio.Lock()
        # While one notice waits for a silent host, later ones queue behind it; after it, the host is gone.
        # A notice costs other hosts little, and its writer waits: so the next one starts beside it.
        self._together = Together(self._tell, subject=lambda _: None, few=AT_MOST)

    async def tell(self, changed: Collection[int]) -> None:
        """Return once no host answers from what it has cached for these topics.

        Raises what the database raises if it can't be reached: then the writer must not get a success either.
        """
        if not changed:
            return
        others: list[int] | None = None
        if self._versions is not None:
            self._versions.stamp(changed)
            others = self._versions.others()
            if others == []:
                return
        if others is None:
            me = self._versions.host if self._versions is not None else 0
            others = [host.id for host in await cache_host.listed() if host.id != me]
        if others:
            # Even if the writer is cancelled meanwhile, because its change is committed.
            await asyncio.shield(self._together.do((changed, others)))

    async def close(self) -> None:
        """Stop listening for acknowledgements."""
        if self._listener is not None:
            self._listener.terminate()

    async def _tell(self, some: Sequence[tuple[Collection[int], Collection[int]]]) -> list[None]:
        """Send one notice for the changes of several writers, each with the hosts that must hear of it."""
        await self._listen()
        number = next(self._numbers)
        changed = {topic for of_one, _ in some for topic in of_one}
        others = {host for _, hosts in some for host in hosts}
        waiting = self._waiting[number] = _Waiting(set(others))
        try:
            notice = notices.Changed(self._channel, number, list(changed))
            await cache_host.tell(cache_host.CHANNEL, str(notice))
            if not await waiting.ended(within=PATIENCE):
                if waiting.silent == others and self._listener is not None:
                    self._listener.terminate()  # perhaps the fault is ours and we don't hear them
                waiting.only(await cache_host.evict(waiting.silent))
                if not await waiting.ended(within=LEASE_OVER):
                    await cache_host.remove(waiting.silent)
        finally:
            del self._waiting[number]
        return [None for _ in some]

    async def _listen(self) -> None:
        # All callers share one attempt and one timeout: one after the other, they would wait forever.
        async with asyncio.timeout(CONNECT_TIMEOUT), self._connecting:
            if self._listener is not None and not self._listener.is_closed():
                return
            listener: Any = await connect(
                self._address,
                within=CONNECT_TIMEOUT,
                command_timeout=CONNECT_TIMEOUT,
                server_settings={"application_name": "perch changes"},
            )
            try:
                await listener.add_listener(self._channel, self._hear)
            except BaseException:
                listener.terminate()
                raise
            self._listener = listener  # only now: before it listens, it would hear nobody

    def _hear(self, _connection: object, _pid: int, _channel: str, words: object) -> None:
        heard = notices.heard(str(words))
        for number in heard.numbers:
            if number in self._waiting:
                self._waiting[number].hear(heard.host)


class _Waiting:
    """Waits for the acknowledgements of one notice."""

    def __init__(self, silent: set[int]) -> None:
        self.silent = silent
        self._all = asyncio.Event()

    def hear(self, host: int) -> None:
        self.silent.discard(host)
        if not self.silent:
            self._all.set()

    def only(self, hosts: set[int]) -> None:
        """Stop waiting for all other hosts."""
        for host in self.silent - hosts:
            self.hear(host)

    async def ended(self, within: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._all.wait()
        return self._all.is_set()


_of_process: Changes | None = None


@contextlib.asynccontextmanager
async def told(address: DatabaseAddress, versions: Versions | None = None) -> AsyncIterator[None]:
    """Make `tell` work inside the block. This is global to the process, like the connection pool."""
    global _of_process
    _of_process = Changes(address, versions)
    try:
        yield
    finally:
        await _of_process.close()
        _of_process = None


async def tell(changed: Collection[int]) -> None:
    """Publish that these topics changed. Call this after the commit; it returns once every host knows."""
    if _of_process is None:
        raise RuntimeError("changes can be published only inside `told`")
    await _of_process.tell(changed)
