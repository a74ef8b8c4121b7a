"""Restoring: whatever goes wrong, the previous database stays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from config.settings import Settings
from server.core.database.connection import rows
from server.core.database.locks import AdvisoryLock
from server.operations import runs
from server.operations.dumps.catalogue import Dump
from server.operations.dumps.errors import Busy, DumpDamaged, DumpFailed
from server.operations.scheduled_run import RunKind
from tasks.dumps import kept_databases, making, pg_restore
from tasks.dumps import restore as restore_room
from tasks.dumps.handing_over import MOST_SKIPPED, ROOM, skip_ids
from tasks.dumps.kept_databases import MAINTENANCE
from tasks.dumps.postgres import connected
from tasks.dumps.restore import Source, restore
from tasks.workshop import Workshop
from tests.tasks.dumps.conftest import only_local
from tests.tasks.dumps.parts import databases, from_dump, listing, make
from tests.waiting import turns

pytestmark = [pytest.mark.whole, only_local]


async def tweets(settings: Settings) -> int:
    async with connected(settings.database) as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM tweets")
    return count


async def listed(settings: Settings) -> list[kept_databases.Kept]:
    async with connected(settings.database, MAINTENANCE) as server:
        return await kept_databases.listed(server, settings.database.database)


async def forget(settings: Settings, name: str) -> None:
    async with connected(settings.database, MAINTENANCE) as server:
        await kept_databases.forget(server, settings.database.database, name)


async def test_the_old_database_is_kept_and_the_restored_one_is_complete(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    async with connected(target.database) as connection:
        before = await connection.fetchval("SELECT epoch FROM instance")
    done = await from_dump(dump, workshop, target, force=True)
    assert done.kept is not None
    assert await databases(workshop) == ["target", done.kept]
    async with connected(target.database) as connection:
        assert await connection.fetchval("SELECT epoch FROM instance") != before
        assert await connection.fetchval("SELECT count(*) FROM tweets") == 500
        new = await connection.fetchval(
            "INSERT INTO tweets (author_id, content) VALUES (1, 'x') RETURNING id"
        )
        assert new == 500 + ROOM + 1, "ids may have been given since that dump"
        assert await connection.fetchval("SELECT count(*) FROM tweets WHERE likes_count <> 0") > 0
    async with connected(target.database, done.kept) as connection:
        assert await connection.fetchval("SELECT content FROM tweets") == "mine"


async def test_a_second_restore_after_an_interrupted_one_succeeds_the_owner_of_the_stores(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    """Neither has written into the stores yet, so these still name the first database."""
    async with connected(target.database) as connection:
        first = await connection.fetchval("SELECT lineage FROM instance")
    for _ in range(2):
        await from_dump(dump, workshop, target, force=True)
        async with connected(target.database) as connection:
            assert await connection.fetchval("SELECT succeeds FROM instance") == first


@pytest.mark.parametrize(
    ("last", "skipped"), [(5, ROOM), (50_000, 50_000), (2**52, MOST_SKIPPED), (2**52 + 2**51, MOST_SKIPPED)]
)
async def test_as_many_ids_are_skipped_as_were_given_out_within_bounds(
    target: Settings, last: int, skipped: int
) -> None:
    """Where no other database tells how many there were; imported tweets may have very large ids."""
    async with connected(target.database) as connection:
        await connection.execute(f"SELECT setval('tweets_id_seq', {last})")
        await skip_ids(connection, "tweets")
        assert await connection.fetchval("SELECT nextval('tweets_id_seq')") == last + skipped + 1


@pytest.mark.parametrize("cut", [1, 1000, 10**9])
async def test_a_damaged_dump_changes_nothing(
    dump: Dump, workshop: Workshop, target: Settings, cut: int
) -> None:
    with pytest.raises((DumpDamaged, DumpFailed)):
        await from_dump(dump, workshop, target, cut=cut, force=True)
    assert await databases(workshop) == ["target"]
    assert await tweets(target) == 1


@pytest.mark.parametrize("step", ["send", "compare", "settle", "take_place"])
async def test_a_restore_that_fails_at_any_step_changes_nothing(
    dump: Dump, workshop: Workshop, target: Settings, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(pg_restore if step == "send" else restore_room, step, fail)
    with pytest.raises(asyncio.CancelledError):
        await from_dump(dump, workshop, target, force=True)
    assert await databases(workshop) == ["target"]
    assert await tweets(target) == 1


async def test_a_database_in_use_is_refused_and_with_force_swapped_under_load(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    with pytest.raises(DumpFailed, match="--force"):
        await from_dump(dump, workshop, target)
    stop = asyncio.Event()

    async def use() -> None:
        while not stop.is_set():
            try:
                await tweets(target)
            except Exception:  # disconnected for a moment
                await turns()

    users = [asyncio.create_task(use()) for _ in range(4)]
    try:
        async with asyncio.timeout(30):
            await from_dump(dump, workshop, target, force=True)
    finally:
        stop.set()
        await asyncio.gather(*users)
    assert await tweets(target) == 500


async def test_a_restore_is_recorded_and_keeps_the_acts_since_the_dump(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    async with connected(target.database) as connection:
        await connection.execute("INSERT INTO audit_acts (act, user_id) VALUES ('user.add', 1)")
        await connection.execute("SELECT setval('users_id_seq', 90000)")
    first = await from_dump(dump, workshop, target, force=True)
    assert first.acts is None, "another Perch's acts are not of this one"
    async with connected(target.database) as connection:
        assert await connection.fetchval("SELECT last_value FROM users_id_seq") < 90000
        act = await connection.fetchrow("SELECT act, details FROM audit_acts ORDER BY id DESC LIMIT 1")
        assert act["act"] == "database.restore"
        assert json.loads(act["details"]) == {"dump": dump.id, "kept": first.kept}
        await connection.execute("INSERT INTO audit_acts (act, user_id) VALUES ('user.suspend', 1)")
        user = await connection.fetchval(
            "INSERT INTO users (handle, name) VALUES ('later', 'Later') RETURNING id"
        )
        before = await connection.fetch("SELECT id, at, act, user_id FROM audit_acts ORDER BY id")
    second = await from_dump(dump, workshop, target, force=True)
    assert second.acts is not None
    assert [(act.act, act.user) for act in second.acts] == [("user.suspend", "u1")]
    async with connected(target.database) as connection:
        after = await connection.fetch("SELECT id, at, act, user_id FROM audit_acts ORDER BY id")
        assert after[:-1] == before
        assert after[-1]["act"] == "database.restore"
        other = await connection.fetchval(
            "INSERT INTO users (handle, name) VALUES ('other', 'Other') RETURNING id"
        )
        assert other > user, "whoever comes now is not taken for who was there"


async def test_recorded_acts_are_kept_although_their_ids_are_taken(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    """This happens if an older dump is restored, and then a newer one of the original database."""
    await from_dump(dump, workshop, target, force=True)
    async with connected(workshop.settings.database) as connection:
        await connection.execute("INSERT INTO audit_acts (act) SELECT 'user.add' FROM generate_series(1, 3)")
        in_the_dump = await connection.fetchval("SELECT count(*) FROM audit_acts")
    manifest = await making.make("hour", datetime(2026, 11, 24, 1, tzinfo=UTC), workshop)
    newer = (await listing(workshop)).find(manifest.id)
    done = await from_dump(newer, workshop, target, force=True)
    assert done.acts == [], "but the restore itself"
    async with connected(target.database) as connection:
        restores = await connection.fetchval("SELECT count(*) FROM audit_acts WHERE act = 'database.restore'")
        acts = await connection.fetchval("SELECT count(*) FROM audit_acts")
    assert (restores, acts) == (2, in_the_dump + 2)


async def test_a_damaged_database_passes_nothing_on_and_is_replaced(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    await from_dump(dump, workshop, target, force=True)
    async with connected(target.database) as connection:
        await connection.execute("ALTER TABLE audit_acts RENAME COLUMN details TO lost")
    done = await from_dump(dump, workshop, target, force=True)
    assert done.acts is None
    async with connected(target.database) as connection:
        await connection.execute("DROP TABLE users CASCADE; CREATE TABLE users (id int)")
    done = await from_dump(dump, workshop, target, force=True)
    assert done.acts is None
    assert await tweets(target) == 500


async def test_a_pending_suspension_in_a_dump_waits_again_after_the_restore(
    workshop: Workshop, target: Settings
) -> None:
    """The request may have been withdrawn since the dump."""
    await rows(
        "INSERT INTO suspension_requests (user_id, asked_by_id, asked_by_key_id, hide_tweets, reason, "
        "asked_at, takes_effect_at) "
        "VALUES (1, 2, 1, false, '', now() - interval '72 hours', now()) RETURNING id"
    )
    dump = await make(workshop)
    await rows("DELETE FROM suspension_requests RETURNING id")
    await from_dump(dump, workshop, target, force=True)
    async with connected(target.database) as connection:
        left = await connection.fetchval("SELECT takes_effect_at - now() FROM suspension_requests")
    assert timedelta(hours=71) < left <= timedelta(hours=72)


async def test_the_run_that_made_the_dump_is_done_in_the_restored_database(
    workshop: Workshop, target: Settings
) -> None:
    claim = await runs.start_manually(RunKind.DUMP_HOUR)
    await runs.start_manually(RunKind.LOGS)
    assert claim is not None
    manifest = await making.make("hour", claim.slot, workshop)
    dump = (await listing(workshop)).find(manifest.id)
    await from_dump(dump, workshop, target, force=True)
    async with connected(target.database) as connection:
        found = await connection.fetch("SELECT kind, state, result, error FROM scheduled_runs ORDER BY kind")
    assert [(run["kind"], run["state"]) for run in found] == [("dump_hour", "done"), ("logs", "skipped")]
    assert json.loads(found[0]["result"])["dump"] == dump.id
    assert found[0]["error"] is None


async def test_databases_kept_aside_are_listed_and_dropped_by_name(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    assert await listed(target) == []
    assert len(kept_databases.new_name("x" * 63)) == 63, "PostgreSQL would cut a longer one"
    done = await from_dump(dump, workshop, target, force=True)
    [found] = await listed(target)
    assert found.name == done.kept
    assert found.bytes is not None
    assert found.bytes > 1_000_000
    assert abs(datetime.now(UTC) - found.since) < timedelta(minutes=5)
    with pytest.raises(DumpFailed, match="no restore left a database target"):
        await forget(target, "target")
    async with connected(target.database, MAINTENANCE) as server:
        await server.execute("DROP DATABASE target WITH (FORCE)")
    await forget(target, found.name)
    assert await databases(workshop) == []


async def test_databases_restored_beside_are_listed_and_dropped_too(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    await from_dump(dump, workshop, target, into="target_beside")
    [found] = await listed(target)
    assert found.name == "target_beside"
    assert abs(datetime.now(UTC) - found.since) < timedelta(minutes=5)
    async with connected(target.database, "target_beside"):
        with pytest.raises(DumpFailed, match="the database target_beside is in use"):
            await forget(target, "target_beside")
    await forget(target, "target_beside")
    assert await databases(workshop) == ["target"]


async def test_only_one_restore_runs_at_a_time(dump: Dump, workshop: Workshop, target: Settings) -> None:
    async with connected(target.database, MAINTENANCE) as other:
        await other.execute("SELECT pg_advisory_lock($1)", AdvisoryLock.RESTORES)
        with pytest.raises(Busy):
            await from_dump(dump, workshop, target, force=True)
    assert await tweets(target) == 1


@pytest.mark.parametrize("name", ["", "postgres", "template1", "x" * 41, "Bad", "bad name;", '"'])
async def test_names_of_other_databases_are_validated(
    dump: Dump, workshop: Workshop, target: Settings, name: str
) -> None:
    with pytest.raises(DumpFailed, match="--into"):
        await from_dump(dump, workshop, target, into=name)


async def test_an_empty_database_is_replaced_and_not_kept(
    dump: Dump, workshop: Workshop, target: Settings
) -> None:
    async with connected(target.database) as connection:
        await connection.execute("TRUNCATE users CASCADE")
    done = await from_dump(dump, workshop, target)
    assert done.kept is None
    assert await databases(workshop) == ["target"]
    assert await tweets(target) == 500


async def test_a_dump_of_a_newer_version_is_refused(dump: Dump, workshop: Workshop, target: Settings) -> None:
    newer = msgspec.structs.replace(
        dump.manifest, migrations=[*dump.manifest.migrations, "99_of_tomorrow.py"]
    )

    async def body() -> AsyncIterator[bytes]:
        yield b""

    with pytest.raises(DumpFailed, match="newer version of Perch"):
        await restore(Source("x", body(), newer, is_signed=True), target, force=True)
