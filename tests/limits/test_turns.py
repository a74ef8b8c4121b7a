"""What one user may keep busy at once."""

from __future__ import annotations

import asyncio

import pytest

from server.core.errors import RateLimited
from server.core.limits.turns import Turns
from tests.waiting import turns as rounds


async def test_a_user_has_so_many_turns_at_once_and_others_have_their_own() -> None:
    turns, may_end = Turns(at_once=2, waiting=1), asyncio.Event()
    running: list[int] = []

    async def work(user_id: int) -> None:
        async with turns.taken(user_id):
            running.append(user_id)
            await may_end.wait()

    tasks = [asyncio.create_task(work(user_id)) for user_id in (1, 1, 1, 2)]
    await rounds()
    assert running == [1, 1, 2]
    with pytest.raises(RateLimited):
        await work(1)
    may_end.set()
    await asyncio.gather(*tasks)
    assert running == [1, 1, 2, 1]
    assert turns._turns == {}


async def test_a_request_that_is_cancelled_gives_its_turn_back() -> None:
    turns = Turns(at_once=1, waiting=5)

    async def work() -> None:
        async with turns.taken(1):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(work()) for _ in range(3)]
    await rounds()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert turns._turns == {}
    async with turns.taken(1):
        pass
