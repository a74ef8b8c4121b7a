"""The disks of all machines: each machine's worker checks its own, and shares the findings through Redis."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from redis.exceptions import RedisError

from config import redis_clients
from server.operations import condition
from server.operations.condition import Trouble
from tasks.workshop import Workshop

log = logging.getLogger(__name__)

# The latest findings of each machine, by its name.
KEY = "perch:disks"

# Any worker may be the next to check, so each machine gets its turn every few minutes. A machine that hasn't
# reported for this long no longer runs a worker.
HEARD_WITHIN = timedelta(minutes=30)


class Seen(msgspec.Struct, frozen=True):
    """What was wrong with a machine's disks, and when."""

    at: datetime
    troubles: list[Trouble]


async def troubles(workshop: Workshop) -> list[Trouble]:
    """What is wrong with the disks of this machine, and with the other machines' as far as Redis knows."""
    machine = socket.gethostname()
    here = [on(machine, found) for found in await condition.of_disks(workshop.settings)]
    now = datetime.now(UTC)
    try:
        async with redis_clients.client(workshop.settings.redis_tasks) as redis:
            await redis.hset(KEY, machine, msgspec.json.encode(Seen(now, here)).decode())
            stored: Any = await redis.hgetall(KEY)  # bytes, as we ask for no decoding
            seen = read(stored)
            if silent := [name for name, one in seen.items() if one.at < now - HEARD_WITHIN]:
                await redis.hdel(KEY, *silent)
    except (RedisError, OSError) as error:
        log.warning("can't read the state of other machines' disks: %s", error)
        return here
    heard = {name: one.troubles for name, one in seen.items() if name not in silent}
    return [found for _, those in sorted(heard.items()) for found in those]


def on(machine: str, found: Trouble) -> Trouble:
    """The trouble with the name of its machine added."""
    return replace(found, word=f"{found.word}@{machine}", detail=f"{found.detail}, on {machine}")


def read(stored: Mapping[bytes, bytes]) -> dict[str, Seen]:
    """Decode the findings by machine name, skipping entries that no version of ours wrote."""
    found = {}
    for name, text in stored.items():
        try:
            found[name.decode(errors="replace")] = msgspec.json.decode(text, type=Seen)
        except msgspec.DecodeError:
            log.warning("can't read the state of machine %r's disks", name)
    return found
