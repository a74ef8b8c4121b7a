"""Clients of Valkey: with TLS, through sentinels, and after a server stops accepting writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.exceptions import ReadOnlyError, RedisError

from config import redis_clients
from config.redis_address import RedisAddress
from config.settings import Settings
from tasks.broker import create_broker
from tests import proxy, tls
from tests.certificates import Certificate, certificate
from tests.replicas import Valkeys, valkey_pair
from tests.waiting import until


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def port(settings: Settings, own: Certificate) -> Iterator[int]:
    with tls.before(str(settings.sockets_folder / "valkey.sock"), own) as found:
        yield found


async def test_tls_is_verified_with_the_authority_that_the_address_names(
    port: int, own: Certificate, tmp_path: Path
) -> None:
    address = RedisAddress(f"rediss://localhost:{port}/9?ssl_ca_certs={own.file}")
    async with redis_clients.client(address) as redis:
        assert await redis.ping()
    broker = create_broker(address)
    assert await broker.length() >= 0
    assert not await broker.wait("nobody", 0.1)
    await broker.shutdown()
    other = certificate(tmp_path)
    for wrong in (
        f"rediss://localhost:{port}/9?ssl_ca_certs={other.file}",
        f"rediss://localhost:{port}/9",
        f"rediss://127.0.0.1:{port}/9?ssl_ca_certs={own.file}",
        f"redis://localhost:{port}/9",
    ):
        async with redis_clients.client(RedisAddress(wrong)) as redis:
            with pytest.raises((RedisError, OSError)):
                await redis.ping()


@pytest.fixture(scope="module")
def valkeys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkeys]:
    with valkey_pair(tmp_path_factory.mktemp("valkeys")) as found:
        yield found


@pytest_asyncio.fixture
async def redis(valkeys: Valkeys) -> AsyncIterator[Redis]:
    async with redis_clients.client(RedisAddress(valkeys.url)) as found:
        yield found


async def test_sentinels_lead_to_the_primary_and_to_its_successor(valkeys: Valkeys, redis: Redis) -> None:
    """In a failover that the operator asks for, only requests in progress fail."""
    broker = create_broker(RedisAddress(valkeys.url))
    await broker.startup()
    assert await redis.set("name", "alice")
    before = valkeys.primary()
    async with Redis(port=valkeys.sentinel_ports[0]) as sentinel:
        asked: Any = sentinel
        await asked.execute_command("SENTINEL FAILOVER perch")
    await until(lambda: valkeys.primary() != before)

    async def follows() -> bool:
        try:
            return bool(await redis.set("name", "bob")) and await broker.length() >= 0
        except RedisError:
            return False

    await until(follows)
    assert (await redis.info("replication"))["role"] == "master"
    await broker.shutdown()
    await until(valkeys.ready)


async def is_fed(replica: Redis) -> bool:
    """Whether it is a replica that has everything that its primary has."""
    try:
        return (await replica.info("replication")).get("master_link_status") == "up"
    except RedisError:
        return False


async def test_clients_leave_a_read_only_server_for_its_successor_at_the_same_address(
    valkeys: Valkeys,
) -> None:
    """This happens if an address moves to the successor while connections to the old server stay open."""
    await until(valkeys.ready)
    primary = valkeys.primary()
    replica = next(port for port in valkeys.ports if port != primary)
    async with Redis(port=replica, decode_responses=True) as itself:
        await until(lambda: is_fed(itself))
    with proxy.before(("127.0.0.1", replica)) as moved:
        async with redis_clients.client(RedisAddress(f"redis://127.0.0.1:{moved.port}/0")) as redis:
            with pytest.raises(ReadOnlyError):
                await redis.set("name", "carol")
            assert await redis.get("name") is not None  # over the connection that stays open
            moved.lead_to(("127.0.0.1", primary))
            assert await redis.set("name", "carol")
