"""The results of verifying dumps that an administrator requested over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from redis.asyncio import Redis

from server.core.jobs import Job

# Read a dump to its end, and record the result.
VERIFY = Job("checks.verify_dump")

PREFIX, ASKED = "perch:verified:", "perch:verify:"

# How many seconds a result is kept; a check that never ends because its worker died is forgotten sooner.
KEPT, UNDER_WAY = 7 * 24 * 3600, 3600

# Of several requests within this many seconds, only one takes effect.
AT_ONCE = 2


class Check(msgspec.Struct, frozen=True):
    """A check's result: `is_whole` is None while it runs; `words` say what was checked, or is wrong."""

    at: datetime
    is_whole: bool | None
    words: str = ""


async def settle(redis: Redis, dump_id: str, *, is_whole: bool, words: str) -> None:
    """Record the result. Raises RedisError or OSError."""
    check = Check(datetime.now(UTC), is_whole, words)
    await redis.set(PREFIX + dump_id, msgspec.json.encode(check), ex=KEPT)


async def give_up(redis: Redis, dump_id: str) -> None:
    """Forget a check without a result, so that it can be requested again. Raises RedisError or OSError."""
    await redis.delete(PREFIX + dump_id)


async def begin(redis: Redis, dump_id: str) -> bool:
    """Record that a check has begun; False if one is running already. Raises RedisError or OSError."""
    if not await redis.set(ASKED + dump_id, b"", nx=True, ex=AT_ONCE):
        return False
    known = (await read(redis, [dump_id])).get(dump_id)
    if known is not None and known.is_whole is None:
        return False
    check = Check(datetime.now(UTC), None)
    await redis.set(PREFIX + dump_id, msgspec.json.encode(check), ex=UNDER_WAY)
    return True


async def read(redis: Redis, dump_ids: Iterable[str]) -> dict[str, Check]:
    """The known checks of these dumps. Raises RedisError or OSError."""
    names = list(dump_ids)
    found = await redis.mget([PREFIX + name for name in names]) if names else []
    return {
        name: msgspec.json.decode(check, type=Check)
        for name, check in zip(names, found, strict=True)
        if check is not None
    }
