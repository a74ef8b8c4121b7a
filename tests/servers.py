"""Real servers for tests: PostgreSQL, Valkey, two S3 servers, and Perch; each in a process of its own."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg

from config.database_address import DatabaseAddress
from config.settings import Settings
from server.core.database.own_server import SUPERUSER
from server.processes import embedded
from server.processes.supervisor import Program
from server.processes.valkey import valkey
from storage.s3 import Bucket
from tests.waiting import wait_for

ACCESS_KEY, SECRET_KEY = "tests-access", "tests-secret"

RADOSGW_CONFIG = """
[client.rgw]
rgw_backend_store = dbstore
rgw_config_store = dbstore
dbstore_db_dir = {folder}
dbstore_config_uri = file://{folder}/config.db
rgw_data = {folder}
rgw_frontends = beast endpoint=127.0.0.1:{port}
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
log_file = {folder}/radosgw.log
admin_socket =
run_dir = {folder}
"""


# Below the range from which the system takes ports for outgoing connections (net.ipv4.ip_local_port_range):
# other tests open thousands of these, and one of them might take the port before the server does.
FIRST_PORT, PORTS = 15_000, 17_000

# Each process of a run begins elsewhere and never gives a port twice in a row.
_numbers = itertools.count(secrets.randbelow(PORTS))


def free_port() -> int:
    """A port on which nothing listens at the moment."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            port = FIRST_PORT + next(_numbers) % PORTS
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def embedded_servers(folder: Path) -> Iterator[Settings]:
    """Our own PostgreSQL and Valkey; yields settings that point to them."""
    settings = Settings(_env_file=None, data_dir=folder, mode="TEST")  # type: ignore[call-arg]
    embedded.Folders(folder).create()
    programs = [embedded.postgres(settings), valkey(settings)]
    pids = [program.start() for program in programs]
    try:
        for program in programs:
            wait_for(program.ready or (lambda: True), f"{program.name} answering")
        yield settings
    finally:
        for program, pid in zip(programs, pids, strict=True):
            stop(program, pid)


def superuser(settings: Settings) -> DatabaseAddress:
    """The address of the same database for the superuser of our own server."""
    return replace(settings.database, user=SUPERUSER)


async def as_superuser(settings: Settings, *statements: str) -> None:
    """Run a statement that the everyday role is not allowed to run."""
    connection = await asyncpg.connect(**superuser(settings).connect_arguments())
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def stop(program: Program, pid: int) -> None:
    """Stop a server and wait until it has ended."""
    os.kill(pid, program.stop_signal)
    os.waitpid(pid, 0)


PERCH = Path(sys.executable).parent / "perch"


@contextmanager
def perch(*command: str, folder: Path | None = None, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Runs the command `perch` in a process of its own, with only these settings; stopped at the end."""
    process = subprocess.Popen(
        [PERCH, *command],
        cwd=folder,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def environment(**settings: str) -> dict[str, str]:
    """The environment variables that our processes need, and these settings; rates are unlimited."""
    needed = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "RATE_LIMITS": "off"}
    return {**needed, **settings}


# Creating a user takes a second; occasionally the program hangs and is restarted. Seconds to wait, and the
# number of attempts.
CEPH_PATIENCE, CEPH_TRIES = 45, 4


@contextmanager
def ceph(folder: Path) -> Iterator[str]:
    """A real S3 gateway that really checks authorisation; yields its address."""
    radosgw = shutil.which("radosgw")
    assert radosgw, "the storage tests need the package radosgw: `config/setup.sh test-tools` installs it"
    port = free_port()
    for attempt in range(1, CEPH_TRIES + 1):
        common = _ceph_options(folder / str(attempt), port)
        try:
            subprocess.run(
                ["radosgw-admin", *common, "user", "create", "--uid=tests", "--display-name=Tests"]
                + [f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}"],
                check=True,
                capture_output=True,
                timeout=CEPH_PATIENCE,
            )
            break
        except subprocess.TimeoutExpired:
            assert attempt < CEPH_TRIES, "radosgw-admin hangs, however often it is started"
    with http_server([radosgw, *common, "-f"], port) as url:
        yield url


def _ceph_options(folder: Path, port: int) -> list[str]:
    """Options for a configuration and data of its own."""
    folder.mkdir()
    config = folder / "ceph.conf"
    config.write_text(RADOSGW_CONFIG.format(folder=folder, port=port))
    return ["-c", str(config), "--no-mon-config", "-n", "client.rgw"]


@contextmanager
def moto() -> Iterator[str]:
    """An S3 server that supports every call but doesn't check credentials; yields its address."""
    port = free_port()
    with http_server([sys.executable, "-m", "moto.server", "-p", str(port)], port) as url:
        yield url


@contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """A Prometheus that uses `prometheus.yml` in this folder and keeps its data there."""
    port = free_port()
    command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    with http_server([*command, f"--web.listen-address=127.0.0.1:{port}"], port) as url:
        yield url


@contextmanager
def http_server(command: list[str], port: int) -> Iterator[str]:
    """Runs a program that answers HTTP at this address; stopped at the end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(url), f"{command[0]} answering", seconds=60)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    """Whether an HTTP server answers, whatever the status."""
    try:
        urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 (an address of our own)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def bucket(url: str, name: str) -> Bucket:
    """The settings of a bucket there, and our credentials."""
    return Bucket(url=url, name=name, access_key=ACCESS_KEY, secret_key=SECRET_KEY)


def settings_for(where: Bucket) -> dict[str, str]:
    """The settings that make our processes use the bucket."""
    return {
        "S3_URL": where.url,
        "S3_BUCKET_NAME": where.name,
        "S3_ACCESS_KEY": where.access_key,
        "S3_SECRET_KEY": where.secret_key,
    }


def s3(where: Bucket) -> Any:
    """A client for the store itself, to be entered, for what an `ObjectStore` can't do."""
    from aiobotocore.session import get_session

    return get_session().create_client(
        "s3",
        endpoint_url=where.url,
        region_name=where.region,
        aws_access_key_id=where.access_key,
        aws_secret_access_key=where.secret_key,
    )


async def make_bucket(where: Bucket, *, versions: bool = False) -> None:
    """Create the bucket and, if requested, let it keep overwritten versions."""
    async with s3(where) as client:
        await client.create_bucket(Bucket=where.name)
        if versions:
            enabled = {"Status": "Enabled"}
            await client.put_bucket_versioning(Bucket=where.name, VersioningConfiguration=enabled)
