"""The disks of all machines: a worker of each looks at its own, and Redis tells the others what it found."""

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

# What each machine found last, by its name.
KEY = "perch:disks"

# Any worker may look next, so each machine has its turn every few minutes. One that was not heard of for so
# long runs no worker any more.
HEARD_WITHIN = timedelta(minutes=30)


class Seen(msgspec.Struct, frozen=True):
    """What is wrong with the disks of a machine, and when that was."""

    at: datetime
    troubles: list[Trouble]


async def troubles(workshop: Workshop) -> list[Trouble]:
    """What is wrong with the disks of this machine, and of the others as far as Redis tells."""
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
    """The same, with the name of its machine."""
    return replace(found, word=f"{found.word}@{machine}", detail=f"{found.detail}, on {machine}")


def read(stored: Mapping[bytes, bytes]) -> dict[str, Seen]:
    """By the names of machines; what no version of ours wrote is passed over."""
    found = {}
    for name, text in stored.items():
        try:
            found[name.decode(errors="replace")] = msgspec.json.decode(text, type=Seen)
        except msgspec.DecodeError:
            log.warning("can't read the state of machine %r's disks", name)
    return found
