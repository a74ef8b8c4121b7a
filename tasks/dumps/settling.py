"""Preparing a restored database before it takes its place: runs, counters, keys, ids and the audit record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
from asyncpg.exceptions import PostgresError

from config.database_address import DatabaseAddress
from server.core import audit_rows as audit
from server.core.audit import Act
from server.core.database.connection import AWAY
from server.features.registry import COUNTERS
from server.operations import server_key
from server.operations.counters import recount
from server.operations.dumps.manifest import Manifest
from server.operations.server_key import ServerKey
from tasks.dumps.handing_over import (
    IDENTITIES,
    Carried,
    Unreadable,
    hand_over_acts,
    hand_over_ids,
    leave_room,
    skip_ids,
)
from tasks.dumps.making import summary
from tasks.dumps.postgres import connected

# $1 kind, $2 slot, $3 its end, $4 its result. In the dump's own snapshot, the run that made it is unfinished.
MADE = """
    UPDATE scheduled_runs SET state = 'done', ended_at = $3, result = $4::jsonb, error = NULL, holder = NULL,
    lease_until = NULL WHERE kind = $1 AND slot = $2 AND state = 'running'
"""

# Whatever was running when the dump was made isn't any more, and from here on the data has another history.
# A requested suspension may have been withdrawn since, so its waiting time starts again.
SETTLE = """
    UPDATE scheduled_runs SET state = 'skipped', error = 'under way when the dump was made that was restored',
    ended_at = now(), holder = NULL, lease_until = NULL WHERE state IN ('due', 'running'); UPDATE
    media_attachments SET working_until = NULL WHERE working_until IS NOT NULL; UPDATE instance SET epoch =
    gen_random_uuid(), lineage = gen_random_uuid(), succeeds = NULL, trouble = '{}'; DELETE FROM cache_hosts;
    UPDATE suspension_requests SET takes_effect_at = now() + (takes_effect_at - asked_at);
"""


# $1 the lineage of the database that this one replaces. What belonged to that one is from then on this one's,
# even if the restore is interrupted before it can write that into the stores.
SUCCEED = "UPDATE instance SET succeeds = $1::uuid"

# Databases of older versions have no `succeeds`.
LINEAGE = "SELECT coalesce(to_jsonb(i) ->> 'succeeds', lineage::text) FROM instance i"


async def settle(
    database: DatabaseAddress, manifest: Manifest | None, keys: Sequence[ServerKey], *, rehearse: bool
) -> None:
    """Set sequences, counters, runs, the server's keys, the epoch, and whether it is a rehearsal."""
    async with connected(database) as connection:
        async with connection.transaction():
            # Counters are in the dump along with their rows; any that disagree anyway are corrected.
            for statement in recount(COUNTERS):
                await connection.execute(statement)
            if manifest is not None:
                ended_at = manifest.started_at + timedelta(seconds=manifest.seconds)
                result = msgspec.json.encode(summary(manifest)).decode()
                await connection.execute(MADE, f"dump_{manifest.kind}", manifest.slot, ended_at, result)
            await connection.execute(SETTLE)
            await connection.execute("UPDATE instance SET is_rehearsal = $1", rehearse)
            await server_key.replace_all(keys, connection)
            for table in await connection.fetch(IDENTITIES):
                await leave_room(connection, table["name"])
        await connection.execute("ANALYZE")


async def record(
    dump: str,
    before: DatabaseAddress,
    restored: DatabaseAddress,
    kept: str | None,
    say: Callable[[str], None],
) -> bool:
    """Record the restore, with an id beyond those used before; return whether these are known.

    Args:
        before: the database that is replaced and renamed to `kept`; None if it was nobody's.

    If it is unknown which ids were used since the dump, as many are skipped as were used before it.
    """
    known = False
    details = msgspec.json.encode({"dump": dump, "kept": kept}).decode()
    async with connected(restored) as connection, connection.transaction():
        if kept is not None:
            try:
                known = await hand_over_ids(before, connection)
            except Unreadable as error:
                say(f"the current database can't be read, so nothing is carried over from it: {error}")
            await connection.execute(SUCCEED, await lineage_of(before))
        if not known:
            for table in await connection.fetch(IDENTITIES):
                await skip_ids(connection, table["name"])
        await connection.execute(audit.RECORD, None, None, Act.DATABASE_RESTORED, None, None, details)
    return known


async def lineage_of(database: DatabaseAddress) -> str | None:
    """The lineage that the stores of this database name; None if it can't be read.

    It may itself come from an interrupted restore, and then they name the database before it.
    """
    try:
        async with connected(database) as connection:
            found: str | None = await connection.fetchval(LINEAGE)
            return found
    except (PostgresError, *AWAY):
        return None


async def acts_since(
    before: DatabaseAddress, restored: DatabaseAddress, say: Callable[[str], None]
) -> list[Carried] | None:
    """Record what was done since the dump; None if that can't be determined."""
    try:
        return await hand_over_acts(before, restored)
    except (Unreadable, *AWAY) as error:
        say(f"the audit log since the dump couldn't be carried over: {error}")
        return None
