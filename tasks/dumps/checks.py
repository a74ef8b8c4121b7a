"""Dumps that an administrator has verified from afar: the work, and its result for those who ask."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from redis.asyncio import Redis

from config import redis_clients
from config.logging import redact
from server.operations import server_keys
from tasks.dumps import catalogue
from tasks.dumps.errors import DumpFailed
from tasks.dumps.verifying import verify
from tasks.workshop import Means

log = logging.getLogger(__name__)

PREFIX, ASKED = "perch:verified:", "perch:verify:"

# A result is kept for so long; a check that nobody ends, as its worker died, is forgotten sooner. Seconds.
KEPT, UNDER_WAY = 7 * 24 * 3600, 3600

# Of those who ask within so long, one is heard. Seconds.
AT_ONCE = 2


class Check(msgspec.Struct, frozen=True):
    """What came of it: `is_whole` None while it is under way; `words` say what was looked at, or is wrong."""

    at: datetime
    is_whole: bool | None
    words: str = ""


async def verify_dump(dump_id: str, workshop: Means) -> None:
    """Read a dump to its end, and say whether it is whole."""
    async with redis_clients.client(workshop.settings.redis_tasks) as redis:
        try:
            keyring = await server_keys.keyring()
            found = (await catalogue.read(workshop.backups, workshop.settings, keyring)).find(dump_id)
            check = Check(datetime.now(UTC), True, await verify(found, workshop))
        except DumpFailed as error:
            log.error("the dump %s is incomplete or damaged: %s", dump_id, error)
            check = Check(datetime.now(UTC), False, redact(str(error)))
        except BaseException:  # nothing is known of the dump: somebody may ask again
            await redis.delete(PREFIX + dump_id)
            raise
        await redis.set(PREFIX + dump_id, msgspec.json.encode(check), ex=KEPT)


async def begin(redis: Redis, dump_id: str) -> bool:
    """Say that it is under way; False where it is already. Raises RedisError or OSError."""
    if not await redis.set(ASKED + dump_id, b"", nx=True, ex=AT_ONCE):
        return False
    known = (await read(redis, [dump_id])).get(dump_id)
    if known is not None and known.is_whole is None:
        return False
    check = Check(datetime.now(UTC), None)
    await redis.set(PREFIX + dump_id, msgspec.json.encode(check), ex=UNDER_WAY)
    return True


async def read(redis: Redis, dump_ids: Iterable[str]) -> dict[str, Check]:
    """What is known of these. Raises RedisError or OSError."""
    names = list(dump_ids)
    found = await redis.mget([PREFIX + name for name in names]) if names else []
    return {
        name: msgspec.json.decode(check, type=Check)
        for name, check in zip(names, found, strict=True)
        if check is not None
    }
