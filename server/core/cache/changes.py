"""Telling every host what was changed: after the commit, and before the answer to who changed it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

from config.addresses import DatabaseAddress
from server.core.cache import cache_host, notices
from server.core.cache.notices import LEASE_OVER, PATIENCE
from server.core.cache.versions import Versions
from server.core.database.connecting import connect
from server.core.database.connection import CONNECT_TIMEOUT
from server.core.database.together import Together


class Changes:
    """A process' way to tell. Without versions of its own it is one that only writes: a worker, a command."""

    def __init__(self, address: DatabaseAddress, versions: Versions | None = None) -> None:
        self._address = address
        self._versions = versions
        self._channel = f"perch_heard_{random.getrandbits(62):x}"
        self._numbers = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._listener: Any = None
        self._connecting = asyncio.Lock()
        # While one waits for a host, the next wait for that one: the host is gone then.
        self._together = Together(self._tell, subject=lambda _: None)

    async def tell(self, changed: Collection[int]) -> None:
        """Returns when no host answers any more from what it kept of these topics.

        Raises what the database raises where it cannot be reached: then nothing may be answered either.
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
            # Also where the writer is given up meanwhile: what it wrote is there.
            await asyncio.shield(self._together.do((changed, others)))

    async def close(self) -> None:
        """Hear no answers any more."""
        if self._listener is not None:
            self._listener.terminate()

    async def _tell(self, some: Sequence[tuple[Collection[int], Collection[int]]]) -> list[None]:
        """One notice of what several writers have changed meanwhile, each with whom it is to be told."""
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
                    self._listener.terminate()  # perhaps it is this process that does not hear them
                waiting.only(await cache_host.evict(waiting.silent))
                if not await waiting.ended(within=LEASE_OVER):
                    await cache_host.remove(waiting.silent)
        finally:
            del self._waiting[number]
        return [None for _ in some]

    async def _listen(self) -> None:
        # All who want it wait for one try: one after the other they would wait for ever.
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
            self._listener = listener  # one that does not listen yet would hear nobody

    def _hear(self, _connection: object, _pid: int, _channel: str, words: object) -> None:
        heard = notices.heard(str(words))
        for number in heard.numbers:
            if number in self._waiting:
                self._waiting[number].hear(heard.host)


class _Waiting:
    """For the answers to one notice."""

    def __init__(self, silent: set[int]) -> None:
        self.silent = silent
        self._all = asyncio.Event()

    def hear(self, host: int) -> None:
        self.silent.discard(host)
        if not self.silent:
            self._all.set()

    def only(self, hosts: set[int]) -> None:
        """Nobody else is to be waited for."""
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
    """Inside the block, `tell` works in this process. As global as the pool of connections, and beside it."""
    global _of_process
    _of_process = Changes(address, versions)
    try:
        yield
    finally:
        await _of_process.close()
        _of_process = None


async def tell(changed: Collection[int]) -> None:
    """Say that these topics changed; to be called after the commit. Returns when every host knows."""
    if _of_process is None:
        raise RuntimeError("changes can be published only inside `told`")
    await _of_process.tell(changed)
