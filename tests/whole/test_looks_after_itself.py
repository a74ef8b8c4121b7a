"""Dumps, restores and scheduled runs of a real `perch up` whose processes are killed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx
import pytest
from redis import Redis

from config.redis_address import RedisAddress
from config.settings import Settings
from server.core.security.keyring import Keyring
from server.features.media.jobs import REMOVE
from server.operations.dumps import catalogue
from storage.local import LocalStore
from tasks.broker import create_broker
from tests import servers
from tests.faults.workers import HASTE, started
from tests.thorough import THOROUGH, much
from tests.waiting import wait_for
from tests.whole.conftest import Perch, running
from tests.whole.conftest import perch as run

KEY = {"api-key": "test"}


MANY = """
    WITH owner AS (INSERT INTO users (handle, name) VALUES ('owner', 'Owner') RETURNING id), made AS (
        INSERT INTO media_attachments (token, owner_id, state)
        SELECT md5(n::text), owner.id, 'removed' FROM owner, generate_series(1, $1::int) n RETURNING id
    ) SELECT array_agg(id) FROM made
"""


def dumps(perch: Perch) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(perch.command("dump", "list", "--json"))
    return found


def tweet(perch: Perch, text: str) -> None:
    answer = httpx.post(f"{perch.url}/api/tweets", headers=KEY, json={"tweet_data": text})
    assert answer.status_code == 201, answer.text


def contents(client: httpx.Client) -> list[str]:
    return [found["content"] for found in client.get("/api/tweets", headers=KEY).json()["tweets"]]


def test_a_restore_replaces_the_database_while_clients_stay_connected(tmp_path: Path) -> None:
    with running(tmp_path) as perch, httpx.Client(base_url=perch.url) as client:
        tweet(perch, "before")
        perch.command("users", "add", "mallory")
        leaver = json.loads(perch.command("users", "add", "leaver", "--json"))["key"]
        made = json.loads(perch.command("dump", "now", "--json"))
        perch.command("users", "delete", "mallory", "--yes")
        left = client.request(
            "DELETE", "/api/users/me", headers={"api-key": leaver}, json={"handle": "leaver"}
        )
        assert left.status_code == 200
        tweet(perch, "after")
        assert contents(client) == ["after", "before"]
        refused = perch.command("restore", made["dump"], expect=1)
        assert "--force" in refused
        assert contents(client) == ["after", "before"]
        done = json.loads(perch.command("restore", made["dump"], "--force", "--json"))
        wait_for(
            lambda: client.get("/api/tweets", headers=KEY).status_code == 200, "answers again", seconds=10
        )
        assert contents(client) == ["before"]
        tweet(perch, "and on")  # new ids continue after the restored ones
        assert contents(client) == ["and on", "before"]
        assert json.loads(perch.command("reconcile", "--json"))["tweets"] == 2
        (looked, *_) = json.loads(perch.command("runs", "list", "--kind", "reconcile", "--json"))
        assert (looked["trigger"], looked["state"], looked["result"]["found"]) == ("manual", "done", 0)
        kept = perch.command("restore", made["dump"], "--into", "beside", "--json")
        assert json.loads(kept)["kept"] is None
        assert done["kept"].startswith("perch_before_")
        assert done["left_since"] == ["leaver", "mallory"]
        assert [(act["act"], act["user"]) for act in done["acts"]] == [("user.delete", None)]
        acts = [act["act"] for act in json.loads(perch.command("audit", "--json"))]
        assert acts == ["database.restore", "user.delete", "user.add", "user.add"]
        assert asyncio.run(count_tweets(perch, done["kept"])) == 2
        assert f"{done['kept']}" in perch.command("status")
        names = [row["name"] for row in json.loads(perch.command("kept", "list", "--json"))]
        assert names == [done["kept"], "beside"]
        perch.command("kept", "drop", "beside", "--yes")
        assert "this needs confirmation" in perch.command("kept", "drop", done["kept"], expect=1)
        perch.command("kept", "drop", done["kept"], "--yes")
        assert perch.command("kept", "list") == "none\n"
        assert perch.process.poll() is None


async def count_tweets(perch: Perch, database: str) -> int:
    connection = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database=database)
    count: int = await connection.fetchval("SELECT count(*) FROM tweets")
    await connection.close()
    return count


def kit_of(perch: Perch) -> tuple[str, str]:
    """What `perch doctor` says of the recovery kit, up to the colon."""
    (found,) = [row for row in json.loads(perch.command("doctor", "--json")) if row["part"] == "kit"]
    return found["verdict"], found["detail"].partition(":")[0]


def test_a_destroyed_machine_is_recovered_from_its_dumps_alone(tmp_path: Path) -> None:
    backups = {"BACKUP_DIR": str(tmp_path / "elsewhere")}
    lost, found, kit = tmp_path / "lost", tmp_path / "found", tmp_path / "kit.txt"
    for folder in (lost, found):
        folder.mkdir()
    with running(lost, **backups) as perch:
        key = json.loads(perch.command("users", "add", "alice", "--json"))["key"]
        tweet(perch, "survives")
        perch.command("dump", "now", "--kind", "day")
        assert kit_of(perch) == ("warning", "there is no recovery kit")
        perch.command("recovery-kit", str(kit))
        assert kit_of(perch)[0] == "ok"
    settings = {"PORT": str(servers.free_port()), "DATA_DIR": str(found / "data"), **backups}
    assert "day-" in run(found, "dump", "list", **settings).stdout
    refused = run(found, "restore", "latest", **settings)
    assert refused.returncode == 1
    assert "isn't signed with a key that this Perch knows" in refused.stderr
    assert "restored" in run(found, "restore", "latest", "--kit", str(kit), **settings).stdout
    assert "has the keys of this Perch" in run(found, "recovery-kit", str(kit), "--check", **settings).stdout
    listed = json.loads(run(found, "dump", "list", "--json", **settings).stdout)
    assert [dump["signed"] for dump in listed] == [True]
    with running(found, **settings) as perch, httpx.Client(base_url=perch.url) as client:
        assert contents(client) == ["survives"]
        assert client.get("/api/users/me", headers={"api-key": key}).json()["user"]["handle"] == "alice"


def test_scheduled_work_happens_by_itself_and_once_for_each_slot(four: Perch) -> None:
    """Everything is scheduled each minute, and the server has been running for a while."""
    kinds = {"dump_hour", "dump_day", "dump_week", "drill", "retention", "logs", "reconcile"}
    wait_for(lambda: {run["kind"] for run in done_runs(four)} == kinds, "a run of each kind", seconds=200)
    slots = [(run["kind"], run["slot"]) for run in json.loads(four.command("runs", "list", "--json"))]
    assert len(set(slots)) == len(slots)
    status = json.loads(four.command("status", "--json"))
    assert status["degraded"] == []
    assert status["proven"] is not None
    assert all(
        status["storage"][f"dumps {kind}"]["objects"] >= 2 for kind in ("hour", "day", "week", "proven")
    )
    assert (status["queue"]["dead"], status["queue"]["workers"], status["web"]) == (0, 1, 4)
    assert all(dump["trouble"] is None for dump in dumps(four))


def done_runs(perch: Perch) -> list[dict[str, object]]:
    runs = json.loads(perch.command("runs", "list", "--json"))
    return [run for run in runs if run["state"] == "done"]


async def send_all(settings: Settings, ids: list[int]) -> None:
    broker = create_broker(settings.redis_tasks)
    task = broker.find_task(REMOVE.name)
    assert task is not None
    for media_id in ids:
        await task.kiq([media_id])
    await broker.shutdown()


@pytest.mark.fault("worker-killed")
def test_tasks_survive_workers_that_are_killed(tmp_path: Path, measured: Callable[[str], None]) -> None:
    """Each task removes a row; workers are killed in the middle."""
    tasks, kills, changes = much(usually=(300, 3, HASTE), thoroughly=(20_000, 8, ""))
    with servers.embedded_servers(tmp_path / "servers") as own:
        host = own.database.host
        settings = {
            "DATA_DIR": str(tmp_path / "data"),
            "DATABASE_URL": f"postgresql://perch@/perch?host={host}",
            "REDIS_URL": own.redis.url,
            "WORKER_CONCURRENCY": "4",
        }
        asyncio.run(create_database(host))
        environment = servers.environment(**settings)
        with servers.perch("migrate", folder=None, **settings) as migrating:
            migrating.wait(30)
        ids = asyncio.run(prepare(host, tasks))
        asyncio.run(send_all(own, ids))
        redis = Redis.from_url(RedisAddress(own.redis.url).url)
        for _ in range(kills):
            with started(environment, tmp_path / "printed", changes) as worker:
                left = asyncio.run(remaining(host))
                wait_for(lambda left=left: asyncio.run(remaining(host)) < left, "some work being done")  # type: ignore[misc]
                if THOROUGH:
                    time.sleep(2)  # noqa: TID251 (some more work)
                os.kill(worker.pid, signal.SIGKILL)
        assert asyncio.run(remaining(host)) > 0
        with started(environment, tmp_path / "printed", changes):
            wait_for(lambda: asyncio.run(remaining(host)) == 0, "all rows being gone", seconds=300)
            wait_for(lambda: redis.xlen("perch:tasks") == 0, "an empty queue", seconds=60)
        assert redis.xlen("perch:dead") == 0
    measured(f"{tasks:,} tasks, {kills} workers killed meanwhile: every task was done")


async def create_database(host: str) -> None:
    connection = await asyncpg.connect(host=host, user="perch", database="postgres")
    await connection.execute("CREATE DATABASE perch")
    await connection.close()


async def prepare(host: str, count: int) -> list[int]:
    connection = await asyncpg.connect(host=host, user="perch", database="perch")
    ids: list[int] = await connection.fetchval(MANY, count)
    await connection.close()
    return ids


async def remaining(host: str) -> int:
    connection = await asyncpg.connect(host=host, user="perch", database="perch")
    count: int = await connection.fetchval("SELECT count(*) FROM media_attachments")
    await connection.close()
    return count


@pytest.mark.fault("dump-killed")
def test_a_dump_killed_at_any_moment_is_never_listed_and_its_rest_is_removed(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    kills = much(usually=6, thoroughly=100)
    with running(tmp_path) as perch:
        backups = tmp_path / "data" / "backups"
        asyncio.run(fill(perch))
        began = time.monotonic()
        with servers.perch("dump", "now", folder=tmp_path, **perch.settings) as process:
            wait_for(lambda: is_dumping(perch), "a dump beginning")
            began = time.monotonic()
            process.wait(60)
        takes = time.monotonic() - began
        chosen = random.Random(3)
        for _ in range(kills):
            with servers.perch("dump", "now", folder=tmp_path, **perch.settings) as process:
                wait_for(lambda: is_dumping(perch), "a dump beginning")
                time.sleep(chosen.uniform(0, takes))  # noqa: TID251 (a random moment)
                os.kill(process.pid, signal.SIGKILL)
            asyncio.run(forget_run(perch))  # otherwise the next dump would find it still running
            assert [dump.trouble for dump in found(perch).dumps if dump.trouble] == []
        perch.command("dump", "verify", "--all")  # fails if a dump is damaged
        wait_for(lambda: can_dump(perch), "a dump being possible again", seconds=60)
        whole = {backups / key for dump in found(perch).dumps for key in dump.keys}
        leftovers = files(backups) - whole
        assert leftovers, "no dump was killed while it was made"
        for path in leftovers:  # pretend that they are a day old: newer ones may be in progress
            os.utime(path, times=(time.time() - 86_400,) * 2)
        perch.command("runs", "start", "retention")
        wait_for(lambda: files(backups) <= whole, "the leftovers being removed", seconds=30)
    measured(
        f"{kills} dumps killed: {len(leftovers)} leftovers, none of them listed, all removed by the clean-up"
    )


def is_dumping(perch: Perch) -> bool:
    """Whether a run is in progress."""
    return bool(asyncio.run(running_now(perch)))


async def running_now(perch: Perch) -> int:
    connection = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")
    count: int = await connection.fetchval("SELECT count(*) FROM scheduled_runs WHERE state = 'running'")
    await connection.close()
    return count


async def forget_run(perch: Perch) -> None:
    connection = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")
    await connection.execute("DELETE FROM scheduled_runs WHERE state = 'running'")
    await connection.close()


def found(perch: Perch) -> catalogue.Catalogue:
    """The dumps as an operator sees them."""
    folder = perch.folder / "data"
    settings = Settings(_env_file=None, data_dir=folder)  # type: ignore[call-arg]
    return asyncio.run(catalogue.read(LocalStore(settings.backup_folder), settings, Keyring([])))


def files(folder: Path) -> set[Path]:
    """All files but those that say what others hold, or whose they are."""
    found = {path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".type.")}
    return {path for path in found if path.parent.name != "perch-owners"}


def can_dump(perch: Perch) -> bool:
    """Whether a dump can be made: the run of a killed command blocks it until its lease ends."""
    return "made" in run(perch.folder, "dump", "now", **perch.settings).stdout


async def fill(perch: Perch) -> None:
    connection = await asyncpg.connect(host=f"{perch.folder}/data/run", user="perch", database="perch")
    await connection.execute(
        "INSERT INTO tweets (author_id, content) "
        "SELECT 1, repeat(md5(n::text), 100) FROM generate_series(1, 9000) n"
    )
    await connection.close()
