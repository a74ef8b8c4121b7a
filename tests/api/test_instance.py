"""The description of the instance, and its health."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from config.settings import Settings
from server.api.pages import health
from server.app import create_app
from server.context import Context
from server.core.database import migrate
from server.core.database.connection import rows, transaction
from server.core.database.migrate import NewerDatabase
from storage.s3 import Bucket, S3Store
from tests.callers import Caller


async def test_an_instance_describes_itself_without_a_key(anybody: Caller, settings: Settings) -> None:
    instance = (await anybody.get("/api/instance"))["instance"]
    assert (instance["name"], instance["description"]) == ("Perch", "")
    assert instance["limits"] == {
        "tweet_max_length": 1000,
        "tweet_max_bytes": 16000,
        "media_per_tweet": 4,
        "tweets_per_thread": 25,
        "media_max_bytes": settings.media_max_bytes,
        "alt_max_length": 1500,
        "warning_max_length": 200,
        "name_max_length": 50,
        "bio_max_length": 500,
        "pronouns_max_length": 40,
        "profile_fields": 4,
        "profile_field_name_max_length": 60,
        "profile_field_value_max_length": 255,
        "note_max_length": 2000,
        "list_title_max_length": 60,
        "page_size": 50,
        "page_size_max": 100,
    }
    assert "image/webp" in instance["accepted_types"]
    assert "image/svg+xml" not in instance["accepted_types"]
    assert instance["features"]["demo_keys"] is True


async def test_a_healthy_server_is_live_and_ready(anybody: Caller) -> None:
    assert (await anybody.get("/health/live")).body == {"result": True}
    assert (await anybody.get("/health/ready")).body == {"result": True, "status": "ok", "reasons": []}


async def ready(perch: Context, name: str) -> tuple[int, dict[str, Any]]:
    """The answer of an application that uses this context."""

    @asynccontextmanager
    async def opener() -> AsyncIterator[Context]:
        yield perch

    app = create_app(perch.settings, opener, name=f"perch-{name}")
    app.config.TOUCHUP = False  # sanic-testing rewrites Sanic's own classes, once per process
    _, response = await app.asgi_client.get("/health/ready")
    return response.status, response.json


async def test_readiness_names_a_store_that_does_not_answer(perch: Context, database: None) -> None:
    away = S3Store(Bucket("http://127.0.0.1:1", "x", "x", "x"))
    await away.open()
    status, body = await ready(replace(perch, store=away), "s3")
    assert (status, body["error_type"], body["error_message"]) == (
        503,
        "unavailable",
        "storage doesn't respond.",
    )
    await away.close()


async def test_requests_are_served_without_redis(perch: Context, database: None) -> None:
    gone = Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1)
    status, body = await ready(replace(perch, redis=gone), "redis")
    assert (status, body["status"], body["reasons"]) == (200, "degraded", ["redis doesn't respond"])


async def test_missing_migrations_are_named(perch: Context, database: None) -> None:
    newest = migrate.known()[-1]
    await rows("UPDATE aerich SET app = 'others' WHERE version = $1 RETURNING id", newest)
    try:
        status, body = await ready(perch, "migrations")
        assert (status, body["error_message"][:25]) == (503, "migrations: 1 not applied")
    finally:
        await rows("UPDATE aerich SET app = 'models' WHERE version = $1 RETURNING id", newest)


async def test_migrations_of_a_newer_perch_are_named(
    perch: Context, settings: Settings, database: None
) -> None:
    await rows(
        "INSERT INTO aerich (version, app, content) VALUES ('99_of_tomorrow.py', 'models', '{}') RETURNING id"
    )
    try:
        status, body = await ready(perch, "newer")
        assert (status, "99_of_tomorrow" in body["error_message"]) == (503, True)
        with pytest.raises(NewerDatabase, match="doesn't know 99_of_tomorrow"):
            await migrate.upgrade(settings.database)
    finally:
        await rows("DELETE FROM aerich WHERE version = '99_of_tomorrow.py' RETURNING id")


async def test_a_read_only_database_is_not_ready(perch: Context, database: None) -> None:
    async with transaction():
        await rows("SELECT set_config('transaction_read_only', 'on', true)")
        with pytest.raises(health.NotReady, match="read-only"):
            await health.check_database(perch)


async def test_a_read_only_database_makes_the_server_unready(
    perch: Context, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_reads() -> bool:
        return True

    monkeypatch.setattr(health, "only_reads", only_reads)
    status, body = await ready(perch, "readonly")
    assert (status, "read-only" in body["error_message"]) == (503, True)


async def test_frequent_readiness_checks_query_each_part_once(
    perch: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def count(_: Context) -> None:
        nonlocal asked
        asked += 1

    monkeypatch.setattr(health, "KNOWN_FOR", 60)
    monkeypatch.setitem(health.PARTS, "database", count)
    readiness = health.Readiness()
    found = await asyncio.gather(*(readiness.of(perch) for _ in range(50)))
    assert {getattr(one, "status", None) for one in found} == {"ok"}
    assert asked == 1


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_health_endpoints_refuse_methods_that_write(anybody: Caller, method: str) -> None:
    assert (await anybody.call(method, "/health/ready")).error == (405, "method_not_allowed")
