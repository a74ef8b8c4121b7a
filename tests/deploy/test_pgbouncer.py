"""A real PgBouncer between Perch and PostgreSQL works in session mode; any other mode is refused."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from asyncpg.exceptions import PostgresError

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database import sessions
from server.core.database.connecting import connect
from server.core.database.sessions import SharedSession
from server.processes import embedded
from tests import pictures, servers
from tests.callers import Caller
from tests.certificates import Certificate, certificate
from tests.faults.conftest import started
from tests.waiting import until, wait_for
from tests.whole.conftest import is_ready, perch

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")

pytestmark = pytest.mark.skipif(
    PGBOUNCER is None, reason="needs the package pgbouncer: `config/setup.sh test-tools` installs it"
)

CONFIG = """
[databases]
* = host={sockets} user=perch
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 60
{more}
"""


@contextmanager
def pgbouncer(folder: Path, settings: Settings, mode: str, more: str = "") -> Iterator[int]:
    """The port of a PgBouncer with its package's defaults for everything that isn't set here."""
    folder.mkdir()
    port = servers.free_port()
    config = CONFIG.format(sockets=settings.database.host, port=port, mode=mode, more=more)
    (folder / "pgbouncer.ini").write_text(config)
    prefix = embedded.unprivileged(embedded.Folders(settings.data_folder))  # nor does it run as root
    with (folder / "pgbouncer.log").open("w") as out:
        process = subprocess.Popen(
            [*prefix, str(PGBOUNCER), "pgbouncer.ini"], cwd=folder, stdout=out, stderr=out
        )
    try:
        wait_for(lambda: listens(port), "pgbouncer listening")
        yield port
    finally:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A PostgreSQL and a Valkey for a PgBouncer in between."""
    with servers.embedded_servers(tmp_path_factory.mktemp("own")) as settings:
        yield settings


async def create(own: Settings, name: str) -> None:
    connection = await asyncpg.connect(host=own.database.host, user="perch", database="postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()


async def test_perch_works_through_pgbouncer_in_session_mode(own: Settings, tmp_path: Path) -> None:
    """Apart from the size of its pool, no setting of PgBouncer has to be changed for Perch."""
    await create(own, "pooled")
    with pgbouncer(tmp_path / "pgbouncer", own, "session") as port:
        chosen = {
            "PORT": str(servers.free_port()),
            "DATA_DIR": str(tmp_path / "data"),
            "DATABASE_URL": f"postgresql://perch@127.0.0.1:{port}/pooled",
            "REDIS_URL": own.redis.url,
        }
        done = perch(tmp_path, "migrate", **chosen)
        assert done.returncode == 0, done.stderr
        made = perch(tmp_path, "users", "add", "alice", "--json", **chosen)
        assert made.returncode == 0, made.stderr
        environment = servers.environment(**chosen)
        processes = [started(tmp_path, command, environment) for command in ("serve", "worker")]
        url = f"http://127.0.0.1:{chosen['PORT']}"
        try:
            wait_for(lambda: is_ready(url), "perch serve answering")
            await used(url, json.loads(made.stdout)["key"])
            doctor = json.loads(perch(tmp_path, "doctor", "--json", **chosen).stdout)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)
    verdicts = {found["part"]: found["verdict"] for found in doctor}
    assert (verdicts["database"], verdicts["migrations"]) == ("ok", "ok")
    assert "unsupported startup parameter" not in (tmp_path / "pgbouncer" / "pgbouncer.log").read_text()


async def used(url: str, key: str) -> None:
    """Publish a tweet with a picture, which the worker processes, and wait until its event arrives."""
    heard: list[str] = []
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        alice = Caller(client.request, key)

        async def listen() -> None:
            async with client.stream("GET", "/api/stream", headers={"api-key": key}) as stream:
                async for line in stream.aiter_lines():
                    heard.append(line)

        listening = asyncio.create_task(listen())
        try:
            await until(lambda: bool(heard))
            upload = await alice.upload(pictures.jpeg(300, 200))
            assert upload["media"]["state"] == "ready", upload.body
            tweet_id = await alice.tweet("through PgBouncer", [upload["media_id"]])
            await until(lambda: any(str(tweet_id) in line for line in heard), within=5)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@pytest.mark.parametrize("command", ["migrate", "serve", "worker"])
async def test_pgbouncer_in_transaction_mode_is_refused_at_the_start(
    own: Settings, tmp_path: Path, command: str
) -> None:
    name = f"lent_{command}"
    await create(own, name)
    direct = f"postgresql://perch@/{name}?host={own.database.host}"
    if command != "migrate":
        done = perch(tmp_path, "migrate", DATA_DIR=str(tmp_path), DATABASE_URL=direct)
        assert done.returncode == 0, done.stderr
    with pgbouncer(tmp_path / "pgbouncer", own, "transaction") as port:
        refused = perch(
            tmp_path,
            command,
            PORT=str(servers.free_port()),
            DATA_DIR=str(tmp_path),
            DATABASE_URL=f"postgresql://perch@127.0.0.1:{port}/{name}",
            REDIS_URL=own.redis.url,
        )
    assert refused.returncode == 1
    assert "Set pool_mode = session in PgBouncer" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr


async def test_session_mode_is_distinguished_from_the_other_modes(own: Settings, tmp_path: Path) -> None:
    for mode, lends in (("session", False), ("transaction", True)):
        with pgbouncer(tmp_path / mode, own, mode) as port:
            address = DatabaseAddress.parse(f"postgresql://perch@127.0.0.1:{port}/postgres")
            for _ in range(3):
                if lends:
                    with pytest.raises(SharedSession):
                        await sessions.require_own(address)
                else:
                    await sessions.require_own(address)


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("certified"))


async def test_a_certificate_is_verified_with_the_authority_that_the_address_names(
    own: Settings, certified: Certificate, tmp_path: Path
) -> None:
    more = f"client_tls_sslmode = require\nclient_tls_cert_file = {certified.file}\n"
    more += f"client_tls_key_file = {certified.key}"
    other = certificate(tmp_path)
    with pgbouncer(tmp_path / "pgbouncer", own, "session", more) as port:

        def address(host: str, rest: str) -> DatabaseAddress:
            return DatabaseAddress.parse(f"postgresql://perch@{host}:{port}/postgres?{rest}")

        verified = f"sslmode=verify-full&sslrootcert={certified.file}"
        good = [address("localhost", verified), address("127.0.0.1", verified.replace("full", "ca"))]
        bad = [
            address("localhost", f"sslmode=verify-full&sslrootcert={other.file}"),
            address("127.0.0.1", verified),
            address("localhost", "sslrootcert=system"),
            address("localhost", "sslmode=disable"),
        ]
        for of in good:
            connection = await connect(of, within=5)
            assert await connection.fetchval("SELECT 1") == 1
            await connection.close()
            assert libpq(of).returncode == 0, libpq(of).stderr
        for of in bad:
            with pytest.raises((OSError, PostgresError)):
                await connect(of, within=5)
        for of in (bad[0], bad[1], bad[3]):  # system's is of libpq 16
            assert libpq(of).returncode != 0


def libpq(address: DatabaseAddress) -> subprocess.CompletedProcess[str]:
    """What PostgreSQL's own programs say. Debian's are used, because the wheel's don't support TLS."""
    psql = shutil.which("psql")
    assert psql, "this needs the package postgresql-client: `config/setup.sh test-tools` installs it"
    environment = {"PATH": os.defpath, "PGCONNECT_TIMEOUT": "5", **address.libpq_environment()}
    command = [psql, "--no-password", f"--dbname={address.database}", "-Atc", "SELECT 1"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
