"""Commands and starts with a broken part: a sentence for the operator, an exit code, and no traceback."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from config.redis_address import RedisAddress
from storage.local import LocalStore
from tests import disks, servers
from tests.waiting import wait_for
from tests.whole.conftest import Perch, log_of, perch, running

COMMANDS = (["doctor"], ["status"], ["dump", "now"], ["up"])

NOBODY = 65534

# What root may do to other users' files.
LACKING = "-dac_override,-dac_read_search"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Perch that has run and stopped, to be copied."""
    folder = tmp_path_factory.mktemp("begun")
    with running(folder) as perch:
        perch.command("dump", "now")
    return folder / "data"


@pytest.fixture
def data(begun: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of that folder, on a disk of its own."""
    with disks.small(tmp_path / "data", 400) as disk:
        subprocess.run(["cp", "-a", f"{begun}/.", disk], check=True)
        yield disk


def replaced(path: Path, *, by: bytes | None = None) -> None:
    """Replace what was there by a file, or by a folder if no bytes are given."""
    subprocess.run(["rm", "-rf", path], check=True)
    path.mkdir() if by is None else path.write_bytes(by)


def read_only(data: Path) -> None:
    disks.remounted(data, "ro")


def full(data: Path) -> None:
    disks.fill(data)


BREAKS: dict[str, Callable[[Path], None]] = {
    "a read-only disk": read_only,
    "a full disk": full,
    "a file for sockets": lambda data: replaced(data / "run", by=b""),
    "a file for logs": lambda data: replaced(data / "logs", by=b""),
    "a file for pictures": lambda data: replaced(data / "objects", by=b""),
    "a file for the database": lambda data: replaced(data / "postgres", by=b""),
    "a folder for the lock": lambda data: replaced(data / "perch.lock"),
    "garbage for the version": lambda data: replaced(data / "postgres/PG_VERSION", by=b"\xff\x00 no"),
    "garbage for the control file": lambda data: replaced(data / "postgres/global/pg_control", by=b"x" * 9),
    "an unknown version": lambda data: replaced(data / "postgres/PG_VERSION", by=b"9\n"),
}


def in_sentences(done: subprocess.CompletedProcess[str]) -> None:
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert "unexpected error" not in said, said
    assert said.strip()


@pytest.mark.parametrize("how", BREAKS)
def test_each_command_says_what_is_wrong_with_a_broken_data_folder(data: Path, how: str) -> None:
    BREAKS[how](data)
    settings = {"DATA_DIR": str(data), "PORT": str(servers.free_port())}
    for command in COMMANDS:
        done = perch(data.parent, *command, **settings)
        in_sentences(done)
        if command == ["doctor"] and how == "garbage for the control file":
            continue  # nobody can know before PostgreSQL starts
        assert done.returncode == 1, (command, done.stdout, done.stderr)
        if command == ["doctor"]:
            assert any(line.startswith("failed") for line in done.stdout.splitlines()), done.stdout
        else:
            assert done.stderr.splitlines()[-1].startswith("perch: ") or command == ["status"], done.stderr


def test_a_user_without_permissions_is_told_the_name_of_the_file(data: Path, tmp_path: Path) -> None:
    """Runs as root without the right to read other users' files."""
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", data], check=True)
    data.chmod(0o700)
    settings = {"DATA_DIR": str(data), "PORT": str(servers.free_port())}
    for command in COMMANDS:
        done = subprocess.run(
            ["setpriv", f"--inh-caps={LACKING}", f"--bounding-set={LACKING}", servers.PERCH, *command],
            cwd=tmp_path,
            env=servers.environment(**settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        in_sentences(done)
        assert done.returncode == 1
        assert "Permission denied" in done.stdout + done.stderr


def test_a_running_server_reports_that_its_disk_became_read_only(begun: Path, tmp_path: Path) -> None:
    with disks.small(tmp_path / "data", 400) as data:
        subprocess.run(["cp", "-a", f"{begun}/.", data], check=True)
        with running(tmp_path) as up, disks.read_only(data):
            for command in (["status"], ["dump", "now"]):
                in_sentences(perch(tmp_path, *command, **up.settings))
            doctor = perch(tmp_path, "doctor", **up.settings)
            in_sentences(doctor)
            assert f"DATA_DIR {data}: Read-only file system" in doctor.stdout
            assert f"the disk that holds the data is read-only: {data}" in doctor.stdout


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Perch]:
    with running(tmp_path, WEB_CONCURRENCY="1") as perch:
        yield perch


def degraded(perch: Perch) -> list[str]:
    found: list[str] = httpx.get(f"{perch.url}/health/ready").json()["reasons"]
    return found


def status(one: Perch) -> list[str]:
    done = perch(one.folder, "status", "--json", **one.settings)
    found: list[str] = json.loads(done.stdout)["degraded"]
    assert done.returncode == (1 if found else 0)
    return found


def failed(one: Perch) -> dict[str, str]:
    done = perch(one.folder, "doctor", "--json", **one.settings)
    found = {row["part"]: row["detail"] for row in json.loads(done.stdout) if row["verdict"] == "failed"}
    assert done.returncode == (1 if found else 0)
    return found


def test_a_redis_that_answers_but_refuses_writes_is_noticed(one: Perch) -> None:
    address = RedisAddress(f"unix://{one.folder}/data/run/valkey.sock")
    with Redis.from_url(address.url) as redis:
        wait_for(lambda: (status(one), failed(one)) == ([], {}), "everything being well")
        redis.config_set("maxmemory", "1")
        wait_for(lambda: degraded(one) == ["redis refuses writes"], "degraded")
        assert any("Redis refuses writes: " in why for why in status(one))
        assert "refuses writes" in failed(one)["redis"]
        redis.config_set("maxmemory", "128mb")
        redis.replicaof("127.0.0.1", "1")
        wait_for(lambda: degraded(one) == ["redis refuses writes"], "degraded by a replica")
        assert any("read only replica" in why for why in status(one))
        redis.replicaof("NO", "ONE")
        wait_for(lambda: degraded(one) == [], "being well again")


async def test_a_read_only_database_is_noticed(one: Perch) -> None:
    connection = await one.connect()
    await connection.execute("ALTER ROLE perch SET default_transaction_read_only = on")
    await connection.close()
    assert "read-only" in failed(one)["database"]
    assert "the database is read-only" in status(one)
    done = perch(one.folder, "dump", "now", **one.settings)
    in_sentences(done)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(" is read-only; it may be a replica")


async def test_nothing_starts_on_the_database_of_a_newer_perch(one: Perch, tmp_path: Path) -> None:
    connection = await one.connect()
    await connection.execute("INSERT INTO aerich VALUES (DEFAULT, '99_of_tomorrow.py', 'models', '{}')")
    await connection.close()
    run = f"{one.folder}/data/run"
    elsewhere = {
        "DATA_DIR": str(tmp_path / "elsewhere"),
        "DATABASE_URL": f"postgresql://perch@/perch?host={run}",
        "REDIS_URL": f"unix://{run}/valkey.sock",
        "PORT": str(servers.free_port()),
    }
    for command in ("serve", "worker", "scheduler", "migrate", "status"):
        done = perch(one.folder, command, **elsewhere)
        in_sentences(done)
        assert (done.returncode, "doesn't know 99_of_tomorrow" in done.stderr) == (1, True), done.stderr
    one.process.terminate()
    one.process.wait(30)
    done = perch(one.folder, "up", **one.settings)
    in_sentences(done)
    assert (done.returncode, "doesn't know 99_of_tomorrow" in done.stdout + done.stderr) == (1, True)


async def test_manifests_that_are_damaged_or_missing_are_noticed(one: Perch) -> None:
    ids = [json.loads(one.command("dump", "now", "--json"))["dump"] for _ in range(2)]
    assert (status(one), failed(one)) == ([], {})
    store = LocalStore(one.folder / "data/backups")
    keys = {item.key async for item in store.list() if item.key.endswith(".json")}
    lost, damaged = (one.folder / "data/backups" / key for id_ in ids for key in keys if f"{id_}.json" in key)
    lost.unlink()
    damaged.write_bytes(b"{garbage")
    for said in (status(one), [failed(one)["manifests"]]):
        assert any("is missing" in why and ids[0] in why for why in said), said
        assert any("is damaged" in why and ids[1] in why for why in said), said


# So much that a dump of it takes more than a moment.
PADDING = "CREATE TABLE padding AS SELECT repeat(md5(n::text), 100) AS text FROM generate_series(1, 60000) n"


def test_a_command_whose_database_is_killed_ends_with_a_sentence(one: Perch) -> None:
    asyncio.run(pad(one))
    pid = int((one.folder / "data/postgres/postmaster.pid").read_text().split()[0])
    with subprocess.Popen(
        [servers.PERCH, "dump", "now"],
        cwd=one.folder,
        env=servers.environment(**one.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as dumping:
        wait_for(lambda: is_dumping(dumping.pid) or dumping.poll() is not None, "pg_dump at work")
        os.kill(pid, 9)
        out, err = dumping.communicate(timeout=60)
    assert "Traceback" not in out + err
    assert (dumping.returncode, out) == (1, "")
    assert err.splitlines()[-1].startswith("perch: ")


async def pad(one: Perch) -> None:
    connection = await one.connect()
    await connection.execute(PADDING)
    await connection.close()


def is_dumping(pid: int) -> bool:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, check=False)
    return bool(listed.stdout)


def test_a_damaged_valkey_file_does_not_stop_the_server(tmp_path: Path) -> None:
    with running(tmp_path, WEB_CONCURRENCY="1"):
        pass
    (manifest,) = (tmp_path / "data/valkey/appendonlydir").glob("*.manifest")
    manifest.write_bytes(b"garbage\n")
    with running(tmp_path, WEB_CONCURRENCY="1") as up:
        assert degraded(up) == []
        (aside,) = (tmp_path / "data").glob("valkey-damaged-*")
        assert f"kept in {aside}" in log_of(up)
        assert f"{aside} holds files that Valkey couldn't read" in up.command("doctor")
        assert f"{aside}, which Valkey couldn't read" in up.command("status")
        assert json.loads(up.command("status", "--json"))["set_aside"] == [str(aside)]
