"""What a server says of itself, and its health."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from config.settings import Settings
from server.app import create_app
from server.context import Context
from server.models.connection import rows
from storage.s3 import Bucket, S3Store
from tests.callers import Caller


async def test_an_instance_describes_itself_without_a_key(anybody: Caller, settings: Settings) -> None:
    instance = (await anybody.get("/api/instance"))["instance"]
    assert instance["name"] == "Perch"
    assert instance["limits"] == {
        "tweet_max_length": 1000,
        "tweet_max_bytes": 16384,
        "media_per_tweet": 4,
        "media_max_bytes": settings.media_max_bytes,
        "alt_max_length": 1500,
        "name_max_length": 50,
        "page_size": 50,
        "page_size_max": 100,
    }
    assert "image/webp" in instance["accepted_types"]
    assert "image/svg+xml" not in instance["accepted_types"]
    assert instance["features"]["demo_keys"] is True


async def test_a_healthy_server_is_live_and_ready(anybody: Caller) -> None:
    assert (await anybody.get("/health/live")).body == {"result": True}
    assert (await anybody.get("/health/ready")).body == {"result": True, "status": "ok", "reasons": []}


async def ready(perch: Context, name: str) -> Any:
    @asynccontextmanager
    async def opener() -> AsyncIterator[Context]:
        yield perch

    app = create_app(perch.settings, opener, name=f"perch-{name}")
    app.config.TOUCHUP = False  # it rewrites Sanic's own classes, once per process
    _, response = await app.asgi_client.get("/health/ready")
    return response.status, response.json["error_type"], response.json["error_message"]


async def test_the_part_that_does_not_answer_is_named(perch: Context, database: None) -> None:
    gone = Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1)
    assert await ready(replace(perch, redis=gone), "redis") == (503, "unavailable", "redis does not answer.")
    away = S3Store(Bucket("http://127.0.0.1:1", "x", "x", "x"))
    await away.open()
    assert await ready(replace(perch, store=away), "s3") == (503, "unavailable", "storage does not answer.")
    await away.close()


async def test_missing_migrations_are_named(perch: Context, database: None) -> None:
    await rows("UPDATE aerich SET version = 'other' || version RETURNING id")
    try:
        status, _, message = await ready(perch, "migrations")
        assert (status, message.split(":")[0]) == (503, "migrations")
    finally:
        await rows("UPDATE aerich SET version = substr(version, 6) RETURNING id")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_health_takes_only_reading(anybody: Caller, method: str) -> None:
    assert (await anybody.call(method, "/health/ready")).error == (405, "method_not_allowed")
