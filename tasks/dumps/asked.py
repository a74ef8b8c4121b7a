"""Verifying a dump because an administrator asked for it over HTTP."""

from __future__ import annotations

import logging

from config import redis_clients
from config.logging import redact
from server.operations import server_keys
from server.operations.dumps import catalogue, checks
from server.operations.dumps.errors import DumpFailed
from server.operations.queues import PEOPLE_STREAM
from tasks.dumps.verifying import verify
from tasks.task import Task
from tasks.workshop import Means

log = logging.getLogger(__name__)


async def verify_dump(dump_id: str, workshop: Means) -> None:
    """Read a dump to its end, and record whether it is intact."""
    async with redis_clients.client(workshop.settings.redis_tasks) as redis:
        try:
            keyring = await server_keys.keyring()
            found = (await catalogue.read(workshop.backups, workshop.settings, keyring)).find(dump_id)
            words = await verify(found, workshop)
        except DumpFailed as error:
            log.error("the dump %s is incomplete or damaged: %s", dump_id, error)
            await checks.settle(redis, dump_id, is_whole=False, words=redact(str(error)))
        except BaseException:
            await checks.give_up(redis, dump_id)
            raise
        else:
            await checks.settle(redis, dump_id, is_whole=True, words=words)


TASKS = (Task(checks.VERIFY.name, verify_dump, stream=PEOPLE_STREAM),)
