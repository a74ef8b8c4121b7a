"""If the connection pool is full, requests that wait too long get a 503, and the log stays readable."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest
from tortoise import connections

from server.api.http.seldom import EVERY
from tests.callers import Caller
from tests.waiting import until

REQUESTS = 120

MORE = re.compile(
    r"(\d+) more requests failed in the same way, the last one: GET /api/users/999999: PoolExhausted"
)


async def test_a_full_pool_logs_one_line_a_second_and_counts_each_request(
    alice: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    pool: Any = getattr(connections.get("default"), "_pool")  # noqa: B009  # it is private
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        for _ in range(pool.get_max_size()):
            await stack.enter_async_context(pool.acquire())
        answers = await asyncio.gather(
            *(alice.raw("GET", "/api/users/999999") for _ in range(REQUESTS)),
        )
    assert {answer.status_code for answer in answers} == {503}

    def told() -> int:
        lines = [record.getMessage() for record in caplog.records if "PoolExhausted" in record.getMessage()]
        more = [MORE.match(line) for line in lines]
        return sum(int(found[1]) if found else 1 for found in more)

    await until(lambda: told() == REQUESTS)
    lines = [record for record in caplog.records if "PoolExhausted" in record.getMessage()]
    assert len(lines) <= 1 + (time.monotonic() - began) / EVERY
    assert (await alice.get("/api/users/me")).status == 200
