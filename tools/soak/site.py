"""`perch up` with a database and a Redis behind proxies, and everything that can be observed from outside."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from redis.asyncio import Redis

from server.core.security import api_keys as keys
from tests import servers
from tests.backends import Backends, backends
from tests.callers import Caller
from tests.whole import conftest as whole
from tests.whole.conftest import REGISTER, Perch, processes
from tools.bench.sides import WITHOUT_LIMITS


@dataclass
class Site(Backends):
    """A running Perch."""

    perch: Perch

    async def redis_pid(self) -> int:
        """The process id of the real Redis."""
        async with Redis.from_url(self.own.redis.url) as redis:
            return int((await redis.info("server"))["process_id"])

    def family(self) -> dict[int, str]:
        """Perch's processes, with their names."""
        below = {self.perch.process.pid}
        found = list(processes())
        while more := {pid for pid, parent, _ in found if parent in below} - below:
            below |= more
        names = {}
        for pid in below:
            with suppress(OSError):
                names[pid] = Path(f"/proc/{pid}/comm").read_text().strip()
        return names

    def pids(self, name: str) -> list[int]:
        """The ids of the processes with that name."""
        return [pid for pid, its in self.family().items() if its == name]

    async def register(self, client: httpx.AsyncClient, count: int) -> list[Caller]:
        """Create new users."""
        people = []
        for number in range(count):
            key = keys.generate()
            handle = f"soaked{number}"
            (found,) = await self.rows(REGISTER, handle, keys.digest(key))
            people.append(Caller(client.request, key, found["user_id"], handle))
        return people

    def command(self, *arguments: str) -> Any:
        """The output of `perch … --json`, run alongside."""
        done = subprocess.run(
            [servers.PERCH, *arguments, "--json"],
            cwd=self.perch.folder,
            env=servers.environment(**self.perch.settings),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    @property
    def log(self) -> str:
        """Everything that it has printed."""
        return (self.perch.folder / "perch.log").read_text()


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Site]:
    """Runs the site until the end of the block."""
    with (
        backends(folder / "servers") as behind,
        whole.running(folder, **WITHOUT_LIMITS, **behind.environment, **settings) as perch,
    ):
        try:
            yield Site(**vars(behind), perch=perch)
        finally:
            behind.mend()


def open_files(pid: int) -> int:
    """The number of open files of a process."""
    with suppress(OSError):
        return len(os.listdir(f"/proc/{pid}/fd"))
    return 0
