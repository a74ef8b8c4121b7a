"""The objects that all parts of a web process share; handlers find them as `request.app.ctx.perch`."""

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
from server.features.previews.links import Links
from storage.base import ObjectStore

App: TypeAlias = Sanic[Any, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """The shared objects, which the composition root opens before the first request and closes at the end."""

    settings: Settings
    store: ObjectStore
    redis: Redis
    jobs: Jobs
    urls: MediaUrls
    hub: Hub
    memory: Memory
    rates: Rates | None = None  # None if RATE_LIMITS is off
    links: Links | None = None  # None if PREVIEWS is off
    demo_keys: bool = True  # False if there are no demo users whose keys could work

    @asynccontextmanager
    async def queue(self) -> AsyncIterator[Redis]:
        """Open the task queue's Redis, which may not be that of the caches, for handlers that inspect it."""
        async with redis_clients.client(self.settings.redis_tasks) as redis:
            yield redis
