"""`perch up` as an operator experiences it: start, restart, kill, stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from server.core.database import migrate
from server.processes import embedded
from tests import servers
from tests.waiting import wait_for
from tests.whole.conftest import Perch, alive, is_ready, log_of, perch, processes, running, users


def is_busy(postmaster: int) -> bool:
    """Whether one of its database sessions is running a query."""
    return any(parent == postmaster and "SELECT" in title for _, parent, title in processes())


def test_the_startup_message_says_what_an_operator_wants_to_know(four: Perch) -> None:
    shown = log_of(four)
    for words in (four.url, "test (Иван) and test1 (Катя)", str(four.folder / "data"), "Ctrl+C"):
        assert words in shown
    assert "Next       invite an administrator:" in shown
    assert "perch invite --admin" in shown
    assert shown.count("is running") == 1


def test_each_request_is_an_access_log_line_without_user_or_object(four: Perch) -> None:
    with httpx.Client(base_url=four.url, headers={"api-key": "test"}) as client:
        id_ = client.get("/api/tweets/4711").headers["x-request-id"]
        worded = client.request("SECRETWORD", "/api/tweets/4711").headers["x-request-id"]
    logs = four.folder / "data" / "logs"

    def lines() -> list[dict[str, object]]:
        texts = [path.read_text() for path in logs.glob("*access*")]
        return [
            line for text in texts for line in map(json.loads, text.splitlines()) if line["request"] == id_
        ]

    wait_for(lambda: lines() != [], "the line being written")
    (line,) = lines()
    assert {name: line[name] for name in ("method", "route", "status")} == {
        "method": "GET",
        "route": "/api/tweets/<tweet_id:id>",
        "status": 404,
    }
    assert "4711" not in str(line)
    wait_for(lambda: any(worded in path.read_text() for path in logs.glob("*access*")), "the other line")
    assert not any("SECRETWORD" in path.read_text() for path in logs.glob("*access*"))


def test_four_processes_on_an_empty_database_make_each_demo_user_once(four: Perch) -> None:
    assert sorted(user for user in users(four) if user.startswith("test")) == ["test", "test1"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_and_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as perch:
        # PostgreSQL, Valkey, two web processes, worker, scheduler
        wait_for(lambda: len(perch.children()) == 6, "all processes")
        children = perch.children()
        perch.process.send_signal(number)
        assert perch.process.wait(30) == 0
        assert log_of(perch).rstrip().endswith("stopped")
        assert alive(children) == set()
        assert perch.family() == []
        assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists()
        assert "killed" not in log_of(perch)


def test_every_process_that_dies_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path) as perch:
        wait_for(lambda: len(perch.children()) == 6, "all processes")
        for pid in perch.children():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(perch.children()) == 6 and is_ready(perch.url), "everything running again")
        assert log_of(perch).count("restarting it") >= 6
        answer = httpx.get(f"{perch.url}/api/users/me", headers={"api-key": "test"})
        assert answer.status_code == 200


@pytest.mark.fault("postgres")
def test_a_killed_postgresql_restarts_although_a_session_was_busy(tmp_path: Path) -> None:
    with running(tmp_path) as perch:
        data = tmp_path / "data"
        postmaster = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
        psql = embedded.postgres_binaries(embedded.Folders(data)) / "psql"
        endless = "SELECT count(*) FROM generate_series(1, 1000000000000)"
        command = [str(psql), "-h", str(data / "run"), "-U", "perch", "perch", "-c", endless]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as busy:
            wait_for(lambda: is_busy(postmaster), "the session being busy")
            os.kill(postmaster, signal.SIGKILL)
            wait_for(lambda: busy.poll() is not None, "the session's end")
        wait_for(lambda: is_ready(perch.url), "readiness")
        assert perch.process.poll() is None
        assert log_of(perch).count("PostgreSQL was killed by SIGKILL") == 1


@pytest.mark.fault("web-killed")
def test_a_dead_web_process_goes_unnoticed_by_clients(four: Perch) -> None:
    web = [pid for pid, command in four.children().items() if command.rstrip().endswith("perch up")]
    before = set(four.children())
    os.kill(min(web), signal.SIGKILL)
    for _ in range(50):
        with urllib.request.urlopen(f"{four.url}/health/live", timeout=5) as answer:  # noqa: S310
            assert answer.status == 200
    wait_for(lambda: len(four.children()) == len(before), "the process being started again")
    wait_for(lambda: is_ready(four.url), "readiness")


def test_a_folder_in_use_is_refused_with_its_reason(four: Perch, tmp_path: Path) -> None:
    settings = {**four.settings, "PORT": str(servers.free_port())}
    done = perch(tmp_path, "up", **settings)
    assert done.returncode == 1
    assert (
        done.stderr
        == f"perch: another Perch (process {four.process.pid}) is using the data in {four.folder}/data\n"
    )


def test_a_port_in_use_is_refused_with_its_reason(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        away = {"DATABASE_URL": "postgresql://perch@127.0.0.1:1/perch", "REDIS_URL": "redis://127.0.0.1:1"}
        done = perch(tmp_path, "serve", PORT=port, **away)
    assert done.returncode == 1
    away_said, taken = done.stderr.splitlines()
    assert "the database perch at 127.0.0.1:1 doesn't respond: " in away_said
    assert taken == f"perch: PORT: another program is using 127.0.0.1:{port}; set PORT to a free port"


def test_the_parts_can_be_run_separately_as_compose_does(tmp_path: Path) -> None:
    """External servers, four `perch serve`, a worker and a scheduler, each a command of its own."""
    with ExitStack() as stack:
        own = stack.enter_context(servers.embedded_servers(tmp_path / "servers"))
        ports = [str(servers.free_port()) for _ in range(4)]
        settings = {
            "DATA_DIR": str(tmp_path / "data"),
            "DATABASE_URL": f"postgresql://perch@/perch?host={own.database.host}",
            "REDIS_URL": own.redis.url,
            "WEB_CONCURRENCY": "1",
        }
        for part in ("serve", "worker", "scheduler"):
            refused = perch(tmp_path, part, PORT=ports[0], **settings)
            assert refused.returncode == 1
            assert 'database "perch" does not exist' in refused.stderr
        create = "CREATE DATABASE perch"
        psql(own.database.host, create)
        missing = perch(tmp_path, "users", "list", **settings)
        assert "run `perch migrate`" in missing.stderr
        for part in ("serve", "worker", "scheduler"):
            refused = perch(tmp_path, part, PORT=ports[0], **settings)
            said = f"perch: the database lacks {len(migrate.known())} migrations: run `perch migrate`\n"
            assert (refused.returncode, refused.stderr) == (1, said)
        assert f"applied {len(migrate.known())}" in perch(tmp_path, "migrate", **settings).stdout
        assert "nothing to apply" in perch(tmp_path, "migrate", **settings).stdout
        assert perch(tmp_path, "users", "list", **settings).stdout == "none\n", "serving makes demo users"
        for port in ports:
            stack.enter_context(servers.perch("serve", folder=tmp_path, PORT=port, **settings))
        worker = stack.enter_context(servers.perch("worker", folder=tmp_path, **settings))
        scheduler = stack.enter_context(servers.perch("scheduler", folder=tmp_path, **settings))
        for port in ports:
            wait_for(lambda at=port: is_ready(f"http://127.0.0.1:{at}"), "perch serve answering")  # type: ignore[misc]
        listed = json.loads(perch(tmp_path, "users", "list", "--json", **settings).stdout)
        assert sorted(user["handle"] for user in listed) == ["test", "test1"]
        from tests import pictures

        def parts() -> tuple[int, bool]:
            queue = json.loads(perch(tmp_path, "status", "--json", **settings).stdout)["queue"]
            return queue["workers"], queue["scheduler"]

        wait_for(lambda: parts() == (1, True), "both at work", seconds=60)
        for process in (worker, scheduler):
            process.send_signal(signal.SIGUSR2)  # it renews only `perch serve`; the other parts go on
        for _ in range(2):
            uploaded = httpx.post(
                f"http://127.0.0.1:{ports[0]}/api/medias",
                headers={"api-key": "test"},
                files={"file": ("x.png", pictures.png())},
                timeout=20,
            ).json()
            assert uploaded["media"]["state"] == "ready"
        assert worker.poll() is None
        assert scheduler.poll() is None


def psql(host: str, sql: str, database: str = "postgres") -> None:
    import asyncio

    import asyncpg

    async def run() -> None:
        connection = await asyncpg.connect(host=host, user="perch", database=database)
        await connection.execute(sql)
        await connection.close()

    asyncio.run(run())


def serves_nobody(port: int) -> bool:
    """Whether a new request gets no answer."""
    try:
        httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=0.3)
    except httpx.TransportError:
        return True
    return False


@pytest.mark.fault("restart")
def test_a_request_in_progress_is_finished_when_the_server_stops(tmp_path: Path) -> None:
    """An upload is half received when the signal arrives."""
    from tests import pictures

    picture = pictures.jpeg(1200, 900)
    with running(tmp_path, WEB_CONCURRENCY="1") as perch:
        port = int(perch.settings["PORT"])
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        body = part + picture + b"\r\n--b--\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(
                b"POST /api/medias HTTP/1.1\r\nHost: x\r\napi-key: test\r\nConnection: close\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n" % len(body)
            )
            client.sendall(body[: len(body) // 2])
            wait_for(lambda: any((tmp_path / "data" / "tmp").glob("upload-*")), "half of it being here")
            web = [pid for pid, command in perch.children().items() if command.rstrip().endswith("perch up")]
            os.kill(min(web), signal.SIGTERM)
            wait_for(lambda: serves_nobody(port), "the server stopping")
            client.sendall(body[len(body) // 2 :])
            answer = b""
            while data := client.recv(65536):
                answer += data
        assert answer.startswith(b"HTTP/1.1 201 "), answer[:200]


@dataclass
class Asked:
    """Counts the connections to a server that hangs up at once."""

    url: str
    times: int = 0


@contextmanager
def hanging_up() -> Iterator[Asked]:
    """Runs such a server in place of Redis."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = Asked(f"redis://127.0.0.1:{listening.getsockname()[1]}/0")

        def hang_up() -> None:
            with suppress(OSError):
                while True:
                    listening.accept()[0].close()
                    asked.times += 1

        threading.Thread(target=hang_up, daemon=True).start()
        yield asked
        listening.shutdown(socket.SHUT_RDWR)


def test_without_redis_the_server_starts_and_logs_it_in_a_few_lines(tmp_path: Path) -> None:
    """Redis is only a hint: reading and writing continue, and nothing floods the log."""
    port = str(servers.free_port())
    with (
        hanging_up() as asked,
        servers.perch("up", folder=tmp_path, PORT=port, DATA_DIR="data", REDIS_URL=asked.url) as up,
    ):
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: servers.answers(f"{url}/health/live"), "perch up serving")
        tweeted = httpx.post(f"{url}/api/tweets", headers={"api-key": "test"}, json={"tweet_data": "x"})
        assert tweeted.status_code == 201
        ready = httpx.get(f"{url}/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert ready.json()["reasons"] == ["redis doesn't respond"]
        logs, complaint = tmp_path / "data" / "logs", "doesn't respond, retrying until it does"
        wait_for(
            lambda: sum(file.read_text().count(complaint) for file in logs.glob("*.worker.*.jsonl")) == 3,
            "a complaint of each queue",
        )
        before = asked.times
        wait_for(lambda: asked.times > before + 30, "each process asking some times more")
        up.terminate()
        said, _ = up.communicate(timeout=60)
    assert "not ready: redis: " in said
    assert "Traceback" not in said
    assert said.count(complaint) == 3, "once for each queue"
    assert "at once of perch:tasks" not in said, "nobody is ready"
    assert "created the tables" in said
    assert "applied migration" not in said
    assert len(said.splitlines()) < 50
