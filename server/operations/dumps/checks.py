"""Dumps that an administrator has verified from afar: the results, for those who ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from redis.asyncio import Redis

from server.core.jobs import Job

# Read a dump to its end, and say what came of it.
VERIFY = Job("checks.verify_dump")

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


async def settle(redis: Redis, dump_id: str, *, is_whole: bool, words: str) -> None:
    """Say what came of it. Raises RedisError or OSError."""
    check = Check(datetime.now(UTC), is_whole, words)
    await redis.set(PREFIX + dump_id, msgspec.json.encode(check), ex=KEPT)


async def give_up(redis: Redis, dump_id: str) -> None:
    """Nothing is known of the dump: somebody may ask again. Raises RedisError or OSError."""
    await redis.delete(PREFIX + dump_id)


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
