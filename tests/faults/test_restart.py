"""Processes are stopped and renewed under load: no request fails, and streams continue where they were."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests import servers
from tests.callers import Caller
from tests.realtime.listening import Follower, listening
from tests.thorough import much
from tests.waiting import lasting, until, wait_for
from tests.whole.conftest import Perch, is_ready, is_web, log_of, running

CLIENTS = 12

RENEWALS = much(usually=1, thoroughly=10)


@pytest.fixture(scope="module")
def perch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Perch]:
    with running(tmp_path_factory.mktemp("restarted"), WEB_CONCURRENCY="2") as found:
        yield found


@dataclass
class Load:
    """What clients received that never retry; each client keeps a connection of its own."""

    statuses: Counter[int | str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    slowest: float = 0.0
    is_over: bool = False


@asynccontextmanager
async def loaded(perch: Perch, author: Caller) -> AsyncIterator[Load]:
    """Clients send requests for the duration of the block; every fifth request publishes a tweet."""
    load = Load()

    async def press(number: int) -> None:
        headers = {"api-key": author.key or ""}
        limits = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(
            base_url=perch.url, headers=headers, limits=limits, timeout=20
        ) as client:
            turn = 0
            while not load.is_over:
                turn += 1
                text = f"tweet {number}-{turn}" if turn % 5 == 0 else None
                began = time.monotonic()
                try:
                    if text is None:
                        answer = await client.get("/api/tweets?likers=0&limit=10")
                    else:
                        answer = await client.post("/api/tweets", json={"tweet_data": text})
                        if answer.status_code == 201:
                            load.texts.append(text)
                    load.statuses[answer.status_code] += 1
                except httpx.TransportError as error:
                    load.statuses[type(error).__name__] += 1
                load.slowest = max(load.slowest, time.monotonic() - began)
                await lasting(0.005)

    pressing = [asyncio.create_task(press(number)) for number in range(CLIENTS)]
    try:
        yield load
    finally:
        load.is_over = True  # requests in progress get their answers
        await asyncio.gather(*pressing)


def webs(perch: Perch) -> set[int]:
    return {pid for pid in perch.children() if is_web(pid)}


async def renewed(perch: Perch) -> None:
    """Request a renewal and wait until all web processes are new ones."""
    before, times = webs(perch), log_of(perch).count("reloaded, now")
    os.kill(perch.process.pid, signal.SIGUSR2)
    await until(lambda: log_of(perch).count("reloaded, now") > times, within=30)
    await until(lambda: not before & webs(perch), within=10)


@pytest.mark.fault("restart")
async def test_a_renewal_under_load_fails_no_request(perch: Perch, measured: Callable[[str], None]) -> None:
    async with httpx.AsyncClient(base_url=perch.url) as client:
        alice, bob = await perch.register(client, 2)
        databases = {pid for pid, command in perch.children().items() if "postgres" in command}
        assert databases
        follower = Follower(perch.url, bob)
        following = asyncio.create_task(follower.until("the last", within=90))
        async with loaded(perch, alice) as load:
            await until(lambda: load.statuses.total() > 50)
            for _ in range(RENEWALS):
                await renewed(perch)
            before = load.statuses.total()
            await until(lambda: load.statuses.total() > before + 50)
        await alice.tweet("the last")
        await following
        assert set(load.statuses) == {200, 201}, load.statuses
        assert sorted(follower.texts) == sorted([*load.texts, "the last"])
        numbers = [int(told["id"].split("-")[1]) for told in follower.heard if told["type"] != "reset"]
        assert numbers == sorted(set(numbers))
        assert {pid for pid, command in perch.children().items() if "postgres" in command} == databases
        assert len(webs(perch)) == 2
        measured(
            f"{RENEWALS} renewals under load: {load.statuses.total():,} requests, none dropped, the slowest "
            f"{load.slowest * 1000:.0f} ms; {len(follower.texts):,} tweets received once and in order"
        )


@pytest.mark.fault("restart")
async def test_streams_are_told_that_the_server_is_stopping(perch: Perch) -> None:
    async with httpx.AsyncClient(base_url=perch.url) as client:
        alice, bob = await perch.register(client, 2)
        async with listening(perch.url, bob) as stream:
            await alice.tweet("before")
            await stream.wait_for("tweet")
            renewing = asyncio.create_task(renewed(perch))
            await stream.wait_for_end(within=20)
            assert stream.heard[-1]["type"] == "reset"
            assert stream.heard[-1]["reason"] == "stopping"
        await renewing
        await alice.tweet("meanwhile")
        async with listening(perch.url, bob, last=stream.last_id) as again:
            await again.wait_for("tweet")
            assert [told["tweet"]["content"] for told in again.of("tweet")] == ["meanwhile"]
            assert not again.of("reset")


@pytest.mark.fault("restart")
def test_a_renewal_can_move_to_another_port_and_back_and_leaves_none_open(tmp_path: Path) -> None:
    ports = [servers.free_port(), servers.free_port()]

    def is_refused(port: int) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) != 0

    (tmp_path / ".env").write_text(f"PORT={ports[0]}\n")
    with servers.perch("up", folder=tmp_path, DATA_DIR="data") as up:
        wait_for(lambda: is_ready(f"http://127.0.0.1:{ports[0]}"), "perch up serving", seconds=90)
        for old, new in (ports, ports[::-1]):
            (tmp_path / ".env").write_text(f"PORT={new}\n")
            os.kill(up.pid, signal.SIGUSR2)
            wait_for(lambda at=new: is_ready(f"http://127.0.0.1:{at}"), "the other port", seconds=60)  # type: ignore[misc]
            wait_for(lambda at=old: is_refused(at), "the old port refused", seconds=30)  # type: ignore[misc]
        (tmp_path / ".env").write_text(f"PORT={ports[1]}\n")
        os.kill(up.pid, signal.SIGUSR2)
        wait_for(lambda: is_ready(f"http://127.0.0.1:{ports[1]}"), "the other port", seconds=60)
        up.terminate()  # while the old processes are ending
        said, _ = up.communicate(timeout=60)
    assert said.rstrip().endswith("stopped")
    assert "it is killed" not in said


@pytest.mark.fault("restart")
def test_a_renewal_to_an_occupied_port_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PORT={servers.free_port()}\n")
    port = int((tmp_path / ".env").read_text().removeprefix("PORT="))
    with socket.socket() as other, servers.perch("up", folder=tmp_path, DATA_DIR="data") as up:
        other.bind(("127.0.0.1", 0))
        other.listen()
        wait_for(lambda: is_ready(f"http://127.0.0.1:{port}"), "perch up serving", seconds=90)
        (tmp_path / ".env").write_text(f"PORT={other.getsockname()[1]}\n")
        os.kill(up.pid, signal.SIGUSR2)
        logs = tmp_path / "data" / "logs"
        wait_for(
            lambda: any("not reloaded" in file.read_text() for file in logs.glob("*.perch.*.jsonl")),
            "the refusal",
            seconds=30,
        )
        assert is_ready(f"http://127.0.0.1:{port}")
        up.terminate()
        said, _ = up.communicate(timeout=60)
    assert "PORT: another program is using" in said


@pytest.mark.fault("restart")
def test_a_renewal_that_would_fail_changes_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as perch:
        before = perch.children()
        (tmp_path / ".env").write_text("PORT=none\nWEB_CONCURRENCY=none\n")
        os.kill(perch.process.pid, signal.SIGUSR2)
        wait_for(lambda: "not reloaded" in log_of(perch), "a complaint")
        assert "WEB_CONCURRENCY" in log_of(perch)
        assert perch.children() == before
        assert httpx.get(f"{perch.url}/health/ready").status_code == 200
