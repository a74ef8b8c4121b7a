"""The administrators' operations API: what it shows, and what it can do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from config import log_tail
from config.settings import Settings
from server.api.http.measured import BOUNDS, WITHIN, quantile_ms
from server.context import Context
from server.core.audit import TERMINAL
from server.core.database.connection import rows
from server.core.errors import RunUnderWay
from server.core.jobs import Job
from server.operations import runs, trends
from server.operations.dumps import checks
from server.operations.queues import DEAD_LETTERS, SLOW_STREAM, STREAM
from server.operations.scheduled_run import RunKind
from tests.callers import Caller
from tests.jobs import NoJobs
from tests.waiting import until, until_gone

OPERATIONS = "/api/operations"


@pytest_asyncio.fixture
async def queue(perch: Context) -> AsyncIterator[Redis]:
    """The queue's Redis client, with the dead letters emptied."""
    async with perch.queue() as redis:
        await redis.delete(DEAD_LETTERS)
        yield redis
        await redis.delete(DEAD_LETTERS)


async def ended(carol: Caller, kind: str) -> dict[str, Any]:
    """The newest run of this kind, once it has ended."""
    run: dict[str, Any] = {}

    async def has_ended() -> bool:
        nonlocal run
        (run,) = (await carol.get(f"{OPERATIONS}/runs", params={"kind": kind, "limit": 1}))["runs"]
        return run["state"] not in ("due", "running")

    await until(has_ended)
    return run


@pytest.mark.usefixtures("worker", "database")
async def test_the_overview_shows_the_state_of_everything(carol: Caller, queue: Redis) -> None:
    async def nobody_works() -> bool:
        return bool((await carol.get(f"{OPERATIONS}/"))["workers"] == 0)

    await until_gone(nobody_works)
    found = (await carol.get(f"{OPERATIONS}/")).body
    assert (found["status"], found["reasons"], found["dead_letters"]) == ("ok", [], 0)
    assert {one["name"] for one in found["queues"]} == {"quick", "slow", "people"}
    assert [one["kind"] for one in found["runs"]][:2] == ["dump_hour", "dump_day"]
    assert found["disk_free"] > 0


@pytest.mark.usefixtures("worker", "database")
async def test_a_requested_run_is_done_by_a_worker_and_recorded(carol: Caller) -> None:
    asked = await carol.post(f"{OPERATIONS}/runs", json={"kind": "dump_hour"})
    assert (asked.status, asked["run"]["trigger"]) == (202, "asked")
    assert asked["run"]["state"] in ("due", "running"), "a worker may have begun by now"
    done = await ended(carol, "dump_hour")
    assert (done["id"], done["state"]) == (asked["run"]["id"], "done"), done
    act = (await carol.get("/api/audit", params={"limit": 1}))["acts"][0]
    assert (act["act"], act["details"]["kind"]) == ("run.start", "dump_hour")

    dumps = (await carol.get(f"{OPERATIONS}/dumps"))["dumps"]
    made = next(one for one in dumps if one["id"] == done["result"]["dump"])
    assert (made["kind"], made["trouble"], made["check"]) == ("hour", None, None)
    assert (await carol.post(f"{OPERATIONS}/dumps/{made['id']}/verification")).status == 202
    check: dict[str, Any] = {}

    async def was_checked() -> bool:
        nonlocal check
        dumps = (await carol.get(f"{OPERATIONS}/dumps"))["dumps"]
        check = next(one["check"] for one in dumps if one["id"] == made["id"])
        return check["is_whole"] is not None

    await until(was_checked)
    assert (check["is_whole"], check["words"]) == (True, "hash and archive")


@pytest.mark.usefixtures("database")
async def test_a_run_is_refused_while_one_of_its_kind_is_in_progress(carol: Caller, perch: Context) -> None:
    await rows(
        "INSERT INTO scheduled_runs "
        "(kind, slot, state, attempt, start_after, holder, lease_until, started_at) VALUES "
        "('drill', now(), 'running', 1, now(), 'somebody', now() + interval '1 min', now()) RETURNING id"
    )
    for _ in range(2):
        answer = await carol.post(f"{OPERATIONS}/runs", json={"kind": "drill"})
        assert answer.error == (409, "run_under_way")
    assert len((await carol.get(f"{OPERATIONS}/runs", params={"kind": "drill"}))["runs"]) == 1


@pytest.mark.usefixtures("database")
async def test_requesting_a_run_starts_the_scheduled_one_now(carol: Caller, perch: Context) -> None:
    (waiting,) = await rows(
        "INSERT INTO scheduled_runs (kind, slot, trigger, state, attempt, start_after) "
        "VALUES ('retention', now(), 'schedule', 'due', 2, now() + interval '9 min') RETURNING id"
    )
    asked = await carol.post(f"{OPERATIONS}/runs", json={"kind": "retention"})
    assert (asked.status, asked["run"]["id"]) == (202, waiting["id"])
    (row,) = await rows("SELECT start_after <= now() AS now FROM scheduled_runs WHERE id = $1", waiting["id"])
    assert row["now"]


@pytest.mark.usefixtures("database")
async def test_requesting_a_waiting_run_again_is_recorded_once(carol: Caller) -> None:
    class Untold(NoJobs):
        """A queue whose messages reach no worker."""

        async def send(self, job: Job, *arguments: Any) -> bool:
            return job == runs.EXECUTE

    asked: list[int] = []

    async def asks_thrice() -> bool:
        """Unless a worker that other tests started takes the run up in between."""
        asked.clear()
        with contextlib.suppress(RunUnderWay):
            asked.extend([(await runs.ask(RunKind.RECONCILE, TERMINAL, Untold())).id for _ in range(3)])
        return len(set(asked)) == 1

    await until(asks_thrice)
    acts = (await carol.get("/api/audit"))["acts"]
    assert [act["details"].get("run") for act in acts].count(asked[0]) == 1


@pytest.mark.usefixtures("database")
async def test_an_invalid_request_for_a_run_says_what_is_wrong(carol: Caller) -> None:
    wrong = await carol.post(f"{OPERATIONS}/runs", json={"kind": "party\0"})
    assert wrong.error == (422, "invalid_body")
    assert wrong["error_message"] == "kind: not one of the allowed values."


@pytest.mark.usefixtures("database")
async def test_of_many_concurrent_requests_to_verify_a_dump_one_is_accepted(queue: Redis) -> None:
    name = "hour-20260101T000000Z-000000"
    await asyncio.gather(*(queue.ping() for _ in range(20)))  # one connection each: they are concurrent
    assert sum(await asyncio.gather(*(checks.begin(queue, name) for _ in range(20)))) == 1


@pytest.mark.usefixtures("database")
async def test_verifying_an_unknown_dump_is_not_found(carol: Caller) -> None:
    answer = await carol.post(f"{OPERATIONS}/dumps/hour-20260101T000000Z-000000/verification")
    assert answer.error == (404, "dump_not_found")


def message(task: str, queue_name: str, *arguments: int) -> bytes:
    return json.dumps(
        {
            "task_id": "f" * 32,
            "task_name": task,
            "labels": {"queue_name": queue_name},
            "args": arguments,
            "kwargs": {},
        }
    ).encode()


@pytest.mark.usefixtures("database")
async def test_a_failed_task_can_be_sent_to_its_queue_again(carol: Caller, queue: Redis) -> None:
    data = message("media.process_slow_picture", SLOW_STREAM, 999_999_999)
    await queue.xadd(DEAD_LETTERS, {"data": data, "reason": "its worker died 5 times"})
    (letter,) = (await carol.get(f"{OPERATIONS}/dead-letters"))["dead_letters"]
    assert (letter["task"], letter["arguments"]) == ("media.process_slow_picture", [999_999_999])
    assert letter["reason"] == "its worker died 5 times"
    before = await queue.xinfo_stream(SLOW_STREAM) if await queue.exists(SLOW_STREAM) else {}
    assert (await carol.post(f"{OPERATIONS}/dead-letters/{letter['id']}/retry")).status == 200
    after = await queue.xinfo_stream(SLOW_STREAM)
    assert after["last-generated-id"] != before.get("last-generated-id")
    assert (await carol.get(f"{OPERATIONS}/dead-letters"))["dead_letters"] == []
    again = await carol.post(f"{OPERATIONS}/dead-letters/{letter['id']}/retry")
    assert again.error == (404, "dead_letter_not_found")
    acts = (await carol.get("/api/audit", params={"limit": 1}))["acts"]
    assert (acts[0]["act"], acts[0]["details"]["task"]) == ("task.retry", "media.process_slow_picture")


@pytest.mark.usefixtures("database")
async def test_a_failed_task_can_be_discarded_even_if_it_is_unreadable(carol: Caller, queue: Redis) -> None:
    await queue.xadd(DEAD_LETTERS, {"data": b"\xff not a message", "reason": "no task has its name"})
    (letter,) = (await carol.get(f"{OPERATIONS}/dead-letters"))["dead_letters"]
    assert (letter["task"], letter["arguments"]) == (None, [])
    for wrong in ("1-1", "*", "0", "nonsense", f"{10**19}-1", f"{10**30}-{10**30}"):
        answer = await carol.delete(f"{OPERATIONS}/dead-letters/{wrong}")
        assert answer.error == (404, "dead_letter_not_found")
    assert (await carol.delete(f"{OPERATIONS}/dead-letters/{letter['id']}")).status == 200
    assert (await carol.get(f"{OPERATIONS}/dead-letters"))["dead_letters"] == []


async def test_a_failed_task_of_an_unknown_queue_is_sent_to_the_default_queue(
    carol: Caller, queue: Redis
) -> None:
    await queue.xadd(DEAD_LETTERS, {"data": message("x", "perch:elsewhere"), "reason": "x"})
    (letter,) = (await carol.get(f"{OPERATIONS}/dead-letters"))["dead_letters"]
    length = await queue.xinfo_stream(STREAM) if await queue.exists(STREAM) else {"entries-added": 0}
    await carol.post(f"{OPERATIONS}/dead-letters/{letter['id']}/retry")
    assert not await queue.exists("perch:elsewhere")
    assert (await queue.xinfo_stream(STREAM))["entries-added"] > length["entries-added"]


async def test_users_are_found_by_a_part_of_their_names(alice: Caller, bob: Caller, carol: Caller) -> None:
    for part in ("LIC", "@alice", " Alice "):
        page = await carol.get(f"{OPERATIONS}/users", params={"query": part})
        assert [user["handle"] for user in page["users"]] == ["alice"]
    for nobody in ("%", "_", "zz", "x" * 51, "a\0b"):
        assert (await carol.get(f"{OPERATIONS}/users", params={"query": nobody}))["users"] == []
    first = await carol.get(f"{OPERATIONS}/users", params={"limit": 1})
    second = await carol.get(f"{OPERATIONS}/users", params={"limit": 1, "before": first["next"]})
    assert first["users"][0]["id"] > second["users"][0]["id"]


async def test_somebodys_key_is_revoked_by_an_administrator(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    made = await alice.post("/api/keys", json={"name": "bot", "scopes": ["read"]})
    bot = Caller(alice.send, made["key"], alice.id)
    keys = (await carol.get(f"{OPERATIONS}/users/{alice.id}/keys"))["keys"]
    assert [(key["id"], key["name"]) for key in keys][:1] == [(made["key_id"], "bot")]
    assert made["key"] not in str(keys)
    of_another = await carol.delete(f"{OPERATIONS}/users/{bob.id}/keys/{made['key_id']}")
    assert of_another.error == (404, "key_not_found")
    assert (await bot.get("/api/tweets")).status == 200
    assert (await carol.delete(f"{OPERATIONS}/users/{alice.id}/keys/{made['key_id']}")).status == 200
    assert (await bot.get("/api/tweets")).error == (401, "invalid_key")
    act = (await carol.get("/api/audit", params={"limit": 1}))["acts"][0]
    assert (act["act"], act["user_id"], act["subject_id"]) == ("key.revoke", alice.id, made["key_id"])
    assert (await carol.get(f"{OPERATIONS}/users/999999/keys")).error == (404, "user_not_found")


async def test_the_log_can_be_followed(carol: Caller, settings: Settings) -> None:
    folder = settings.logs_folder
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "host.seen.20261101T000000.1.1.jsonl"

    def line(second: int, level: str, message: str) -> str:
        fields = {"time": f"2099-01-01T00:00:{second:02}.000Z", "level": level, "process": "seen"}
        return json.dumps({**fields, "work": "-", "logger": "x", "message": message}) + "\n"

    async def read(**query: object) -> list[str]:
        lines = (await carol.get(f"{OPERATIONS}/log", params=query))["lines"]
        return [line["message"] for line in lines if line["process"] == "seen"]

    try:
        odd = 'not a line\n{"time":"2099-01-01T00:00:09.000Z"}\n' + "[" * 100_000 + "\n"
        path.write_text(line(1, "INFO", "one") + odd + line(2, "ERROR", "Two of them"))
        assert await read() == ["one", "Two of them"]
        assert await read(level="WARNING") == ["Two of them"]
        assert await read(text="TWO OF") == ["Two of them"]
        assert await read(limit=1) == ["Two of them"]
        with path.open("a") as file:
            file.write(line(3, "DEBUG", "three"))
        assert await read(after="2099-01-01T00:00:02.000Z") == []
        assert await read(after="2099-01-01T00:00:02.000Z", level="DEBUG") == ["three"]
    finally:
        path.unlink()
    assert (await carol.get(f"{OPERATIONS}/log", params={"level": "LOUD"})).error == (
        422,
        "invalid_parameter",
    )


def test_only_the_end_of_a_long_log_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "host.web-1.20261101T000000.1.1.jsonl"
    lines = [
        json.dumps({**dict.fromkeys(log_tail.NAMES, "-"), "time": f"{number:09}", "message": "x" * 90})
        for number in range(9000)
    ]
    path.write_text("\n".join(lines) + "\n")
    found = log_tail.tail(tmp_path, limit=3)
    assert [line["time"] for line in found] == ["000008997", "000008998", "000008999"]
    assert len(log_tail.tail(tmp_path, limit=10_000)) < 3_000


async def test_a_named_pipe_among_the_log_files_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "host.web-1.20261101T000000.1.1.jsonl")
    async with asyncio.timeout(5):
        assert await asyncio.to_thread(log_tail.tail, tmp_path, limit=3) == []


async def test_trends_are_summed_minute_by_minute(carol: Caller, queue: Redis) -> None:
    now = 1_700_000_030.0
    fast = {f"{WITHIN}0": 90, f"{WITHIN}5": 10}
    await trends.add(queue, {"requests": 70, "refused": 2, **fast}, now=now - 60)
    await trends.add(queue, {"requests": 30, "errors": 1}, now=now - 60)
    await trends.add(queue, {"requests": 5}, now=now)  # this minute is not complete yet
    minutes = await trends.read(queue, 2, now=now)
    assert [minute.begins for minute in minutes] == [1_699_999_860, 1_699_999_920]
    assert minutes[0].counts == {}
    counts = minutes[1].counts
    assert (counts["requests"], counts["errors"], counts["refused"]) == (100, 1, 2)
    median, p95 = quantile_ms(counts, 0.5), quantile_ms(counts, 0.95)
    assert median is not None
    assert 0 < median < 1
    assert p95 is not None
    assert 1000 * BOUNDS[4] < p95 < 1000 * BOUNDS[5]
    assert quantile_ms({}, 0.5) is None
    await queue.delete(*[f"{trends.PREFIX}{1_699_999_980 + 60 * n}" for n in range(-4, 4)])
    found = (await carol.get(f"{OPERATIONS}/trends", params={"minutes": 3}))["trend"]
    assert {
        len(found[name]) for name in ("requests", "errors", "refused", "median_ms", "p95_ms", "waiting")
    } == {3}


async def test_operations_are_for_administrators(alice: Caller) -> None:
    for path in ("/", "/runs", "/dumps", "/dead-letters", "/log", "/trends", "/users"):
        assert (await alice.get(f"{OPERATIONS}{path}")).error == (403, "out_of_scope")
