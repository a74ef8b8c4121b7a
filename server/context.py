"""What the parts of a web process share, handed to handlers as `request.app.ctx.perch`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from redis.asyncio import Redis
from sanic import Sanic

from config import redis_clients
from config.settings import Settings
from server.core.jobs import Jobs
from server.core.limits.rates import Rates
from server.core.live.hub import Hub
from server.features.media.urls import MediaUrls
from server.features.memory import Memory
from storage.base import ObjectStore

App: TypeAlias = Sanic[Any, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """Opened by the composition root before the first request, closed after the last."""

    settings: Settings
    store: ObjectStore
    redis: Redis
    jobs: Jobs
    urls: MediaUrls
    hub: Hub
    memory: Memory
    rates: Rates | None = None  # where RATE_LIMITS is on

    @asynccontextmanager
    async def queue(self) -> AsyncIterator[Redis]:
        """The Redis of the task queue, which may be another than that of the caches; for those who look."""
        async with redis_clients.client(self.settings.redis_tasks) as redis:
            yield redis
