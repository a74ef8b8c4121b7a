"""Random faults: one thing is broken at a time, with time to recover in between."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from tests.proxy import Hang, Mode, Pass, Proxy, Refuse
from tools.soak.ledger import Ledger
from tools.soak.site import Site

# How many seconds something stays broken.
SHORT = (0.2, 4.0)


@dataclass
class Faults:
    """web-2 is never killed, others only in the first quarter: memory is measured in long-lived processes.

    If `only` is given, just these faults happen, at any time.
    """

    site: Site
    ledger: Ledger
    chance: random.Random
    say: Callable[[str], None]
    only: Sequence[str] = ()

    async def happen(self, over: asyncio.Event, *, every: float, killing: float) -> None:
        """Cause a fault every `every` seconds, a third more or less, until `over`.

        Processes are killed only in the first `killing` seconds.
        """
        began = asyncio.get_running_loop().time()
        lasting = [self.redis_hangs, self.redis_refuses, self.database_hangs, self.database_refuses]
        lasting += [self.redis_stops, self.backends_end]
        deadly = [self.web_dies, self.worker_dies, self.scheduler_dies]
        if self.only:
            lasting = [getattr(self, name) for name in self.only]
            deadly = []
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), every * self.chance.uniform(0.67, 1.33))
                return
            may_kill = asyncio.get_running_loop().time() < began + killing
            do = self.chance.choice([*lasting, *(deadly if may_kill else [])])
            self.say(do.__name__.replace("_", " "))
            with self.ledger.fault():
                await do()

    async def redis_hangs(self) -> None:
        await self._broken(self.site.redis, Hang())

    async def redis_refuses(self) -> None:
        await self._broken(self.site.redis, Refuse())

    async def database_hangs(self) -> None:
        await self._broken(self.site.database, Hang())

    async def database_refuses(self) -> None:
        await self._broken(self.site.database, Refuse())

    async def redis_stops(self) -> None:
        async with self._stopped(await self.site.redis_pid()):
            await self._a_while()

    async def backends_end(self) -> None:
        """End some of our database connections, as an administrator might."""
        await self.site.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid() "
            "AND random() < 0.5"
        )

    async def web_dies(self) -> None:
        self._kill("perch web-1")

    async def worker_dies(self) -> None:
        self._kill("perch worker")

    async def scheduler_dies(self) -> None:
        self._kill("perch scheduler")

    def _kill(self, name: str) -> None:
        for pid in self.site.pids(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    async def _broken(self, what: Proxy, mode: Mode) -> None:
        what.mode = mode
        try:
            await self._a_while()
        finally:
            what.mode = Pass()

    @asynccontextmanager
    async def _stopped(self, pid: int) -> AsyncIterator[None]:
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    async def _a_while(self) -> None:
        await asyncio.sleep(self.chance.uniform(*SHORT))
