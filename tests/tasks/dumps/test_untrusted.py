"""Restoring an archive that someone else may have written."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database import own_server
from server.operations.dumps.catalogue import Dump
from server.operations.dumps.errors import DumpFailed
from tasks.dumps import confined
from tasks.dumps import restore as restore_room
from tasks.dumps.kept_databases import MAINTENANCE
from tasks.dumps.postgres import clients, connected, running
from tasks.dumps.restore import from_file, restore
from tasks.dumps.trust import Accepted
from tasks.workshop import Workshop
from tests import servers
from tests.tasks.dumps.conftest import only_local
from tests.tasks.dumps.parts import from_dump

pytestmark = [pytest.mark.whole, only_local]

# What an attacker who can write archives may include: it runs while the archive is restored.
EVIL_SETTINGS = """
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = evil, pg_catalog, public', current_database());
    END $$
"""


@pytest.mark.fault("planted")
async def test_settings_in_an_archive_do_not_outlast_its_restore(
    dump: Dump, workshop: Workshop, target: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = restore_room.compare

    async def tampered(manifest: Any, database: DatabaseAddress) -> int:
        async with connected(database) as connection:
            await connection.execute(EVIL_SETTINGS)
        return await genuine(manifest, database)

    monkeypatch.setattr(restore_room, "compare", tampered)
    await from_dump(dump, workshop, target, into="target_look")
    there = replace(target.database, database="target_look")
    connection = await asyncpg.connect(**there.connect_arguments())
    assert await connection.fetchval("SHOW search_path") == '"$user", public'
    await connection.execute("ALTER DATABASE target_look SET search_path = evil, pg_catalog, public")
    await connection.close()
    async with connected(there) as ours:  # by some later code of ours
        assert await ours.fetchval("SHOW search_path") == "public"


# A role as in docs/deploying.md, on a PostgreSQL that Perch doesn't run itself.
NO_FOREIGN_ROLE = (
    "DROP DATABASE IF EXISTS foreign_ext WITH (FORCE)",
    "DROP ROLE IF EXISTS foreign_restore",
    "DROP ROLE IF EXISTS foreign_owner",
)
FOREIGN_ROLE = (
    *NO_FOREIGN_ROLE,
    "CREATE ROLE foreign_owner LOGIN CREATEDB PASSWORD 'secret'",
    "CREATE DATABASE foreign_ext OWNER foreign_owner",
)


async def test_an_archive_of_something_else_is_refused_in_a_sentence(
    workshop: Workshop, target: Settings, tmp_path: Path
) -> None:
    address = replace(workshop.settings.database, database="something_else")
    archive = tmp_path / "something else"
    await own_server.create_database(address)
    try:
        async with connected(address) as connection:
            await connection.execute("CREATE TABLE users (id text)")
            version = connection.get_server_version().major
        with (
            archive.open("wb") as out,
            running(clients(version), "pg_dump", address, ["-Fc"], stdout=out) as program,
        ):
            await asyncio.to_thread(program.process.wait)
            program.end_well(5)
        source = from_file(archive, None, is_signed=False)
        with pytest.raises(
            DumpFailed,
            match=r"something else can.t be brought to this version: relation .users. already exists",
        ):
            await restore(source, target, force=True, accepted=Accepted(unsigned=True))
    finally:
        async with connected(workshop.settings.database, MAINTENANCE) as server:
            await server.execute("DROP DATABASE something_else WITH (FORCE)")


@pytest.mark.fault("planted")
async def test_an_unsigned_archive_is_never_restored_as_the_live_databases_role(
    dump: Dump, workshop: Workshop, target: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await servers.as_superuser(workshop.settings, *FOREIGN_ROLE)
    monkeypatch.setattr(restore_room, "ROLE", "foreign_restore")
    address = replace(
        workshop.settings.database, user="foreign_owner", password="secret", database="foreign_ext"
    )
    url = f"postgresql://foreign_owner:secret@/foreign_ext?host={address.host}"
    settings = workshop.settings.model_copy(update={"database_url": url})
    try:
        with pytest.raises(DumpFailed, match=r"isn't signed.*ALTER ROLE"):
            await from_dump(dump, workshop, settings, is_signed=False, accepted=Accepted(unsigned=True))
        await servers.as_superuser(workshop.settings, "ALTER ROLE foreign_owner CREATEROLE")
        done = await from_dump(dump, workshop, settings, is_signed=False, accepted=Accepted(unsigned=True))
        assert done.database == "foreign_ext"
        async with connected(address, MAINTENANCE) as server:
            restorer = await confined.confined(address, server, "foreign_restore", trusted=False)
            async with connected(restorer, MAINTENANCE) as restoring_role:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await restoring_role.execute("DROP DATABASE foreign_ext WITH (FORCE)")
    finally:
        await servers.as_superuser(workshop.settings, *NO_FOREIGN_ROLE)


@pytest.mark.fault("planted")
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("GRANT pg_execute_server_program TO foreign_owner", "may run programs.*REVOKE"),
        ("ALTER ROLE foreign_owner CREATEROLE; CREATE ROLE foreign_restore CREATEDB", "has other rights"),
    ],
)
async def test_no_archive_is_restored_as_a_role_that_could_do_harm(
    workshop: Workshop, given: str, why: str
) -> None:
    await servers.as_superuser(workshop.settings, *FOREIGN_ROLE, *given.split("; "))
    address = replace(
        workshop.settings.database, user="foreign_owner", password="secret", database="foreign_ext"
    )
    try:
        async with connected(address, MAINTENANCE) as server:
            if "CREATEDB" in given:
                await servers.as_superuser(
                    workshop.settings, "GRANT foreign_restore TO foreign_owner WITH ADMIN OPTION"
                )
            with pytest.raises(DumpFailed, match=why):
                await confined.confined(address, server, "foreign_restore", trusted=True)
    finally:
        await servers.as_superuser(workshop.settings, *NO_FOREIGN_ROLE)
