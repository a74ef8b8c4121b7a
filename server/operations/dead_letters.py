"""Dead letters: list them, send them again, or discard them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from redis.asyncio import Redis

from server.operations.queues import DEAD_LETTERS, STREAM, STREAMS

# In seconds since 1970: the end of the year 9999, after which no time can be shown.
LATEST = 253_402_300_799

# The format of the ids of a Redis stream's entries.
ID = re.compile(r"[0-9]{1,18}-[0-9]{1,18}", re.ASCII)

# Either sends the message again and removes it from the dead letters, or does neither; returns 1 if it
# existed.
RETRY = """
    local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
    if #found == 0 then return 0 end
    redis.call('XADD', KEYS[2], '*', 'data', ARGV[2])
    return redis.call('XDEL', KEYS[1], ARGV[1])
"""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter: `arguments` are ids, `task` is None if the message cannot be read."""

    id: str
    at: datetime
    task: str | None
    arguments: list[Any]
    reason: str


class Message(msgspec.Struct):
    """The fields of a message that are read here; taskiq writes more."""

    task_name: str
    args: list[Any] = []
    labels: dict[str, Any] = {}


async def listed(redis: Redis, *, limit: int) -> list[DeadLetter]:
    """The newest first. Raises RedisError or OSError."""
    entries: Any = await redis.xrevrange(DEAD_LETTERS, count=limit)
    return [_letter(entry_id, fields) for entry_id, fields in entries]


async def retry(redis: Redis, letter_id: str) -> DeadLetter | None:
    """Send it to its queue again; None if there is no such dead letter. Raises RedisError or OSError."""
    fields = await _fields(redis, letter_id)
    if fields is None:
        return None
    message = _message(fields)
    stream = str(message.labels.get("queue_name", STREAM)) if message else STREAM
    stream = stream if stream in STREAMS else STREAM
    sent = await redis.eval(RETRY, 2, DEAD_LETTERS, stream, letter_id, fields.get(b"data", b""))
    return _letter(letter_id.encode(), fields) if sent else None


async def discard(redis: Redis, letter_id: str) -> DeadLetter | None:
    """Delete it; None if there is no such dead letter. Raises RedisError or OSError."""
    fields = await _fields(redis, letter_id)
    if fields is None or not await redis.xdel(DEAD_LETTERS, letter_id):
        return None
    return _letter(letter_id.encode(), fields)


async def _fields(redis: Redis, letter_id: str) -> dict[bytes, bytes] | None:
    if not ID.fullmatch(letter_id):
        return None
    found: Any = await redis.xrange(DEAD_LETTERS, min=letter_id, max=letter_id)
    return dict(found[0][1]) if found else None


def _letter(entry_id: bytes, fields: dict[bytes, bytes]) -> DeadLetter:
    message, name = _message(fields), entry_id.decode()
    return DeadLetter(
        name,
        datetime.fromtimestamp(min(int(name.partition("-")[0]) / 1000, LATEST), UTC),
        message.task_name if message else None,
        message.args if message else [],
        fields.get(b"reason", b"").decode(errors="replace"),
    )


def _message(fields: dict[bytes, bytes]) -> Message | None:
    try:
        return msgspec.json.decode(fields.get(b"data", b""), type=Message)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
