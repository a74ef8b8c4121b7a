"""A test's own database, queue and folder, for workers and schedulers that are killed."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis

from config.settings import Settings
from server.core.database import migrate, own_server
from storage.local import LocalStore
from tasks.broker import StreamBroker, create_broker
from tests import servers

# A Redis database number that no other test uses.
NUMBER = 7


@dataclass
class House:
    """The environment of a test; `settings` are those of the processes that run in it."""

    settings: Settings
    environment: dict[str, str]
    database: asyncpg.Connection
    broker: StreamBroker
    redis: Redis
    pictures: LocalStore
    backups: LocalStore

    @property
    def log(self) -> Path:
        """The file that its processes print into."""
        return self.settings.data_folder / "printed"

    @property
    def printed(self) -> str:
        """What its processes have printed."""
        return self.log.read_text()

    async def send(self, task: str, *arguments: Any) -> None:
        """Queue a task."""
        found = self.broker.find_task(task)
        assert found is not None
        await found.kiq(*arguments)

    async def due(self, kind: str) -> int:
        """Create a run of this kind and send it to the workers; returns its id."""
        made: int = await self.database.fetchval(
            "INSERT INTO scheduled_runs (kind, slot, start_after) VALUES ($1, now(), now()) RETURNING id",
            kind,
        )
        await self.send("runs.execute", made)
        return made

    async def is_done(self, run_id: int) -> bool:
        """Whether the run is done."""
        state = await self.database.fetchval("SELECT state FROM scheduled_runs WHERE id = $1", run_id)
        assert state != "failed"
        return bool(state == "done")


@asynccontextmanager
async def opened(servers_of: Settings, data: Path, **more: str) -> AsyncIterator[House]:
    """Opens one on the servers of these settings, with a folder for its data."""
    name = f"house_{secrets.token_hex(4)}"
    chosen = {
        "DATA_DIR": str(data),
        "DATABASE_URL": f"postgresql://perch@/{name}?host={servers_of.database.host}",
        "REDIS_URL": servers_of.redis.with_number(NUMBER).url,
        "MODE": "TEST",
        **more,
    }
    values: dict[str, Any] = {key.lower(): value for key, value in chosen.items()}
    settings = Settings(_env_file=None, **values)  # type: ignore[call-arg]
    settings.scratch_folder.mkdir(parents=True)
    await own_server.create_database(settings.database)
    await migrate.upgrade(settings.database)
    database = await asyncpg.connect(**settings.database.connect_arguments())
    broker = create_broker(settings.redis_tasks)
    pictures, backups = LocalStore(settings.objects_folder), LocalStore(settings.backup_folder)
    async with Redis.from_url(settings.redis.url) as redis:
        await redis.flushdb()
        for store in (pictures, backups):
            await store.open()
        try:
            environment = servers.environment(**chosen)
            yield House(settings, environment, database, broker, redis, pictures, backups)
        finally:
            await broker.shutdown()
            await database.close()
