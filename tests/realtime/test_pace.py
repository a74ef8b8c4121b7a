"""Writing to many streams that are behind leaves time for others."""

from __future__ import annotations

import asyncio

from server.core.live.pace import Pace
from tests.waiting import turns


async def written(pace: Pace, size: int, parts: int, log: list[int]) -> None:
    for _ in range(parts):
        await pace.turn()
        log.append(size)
        pace.spend(size)


async def turns_of_others(size: int, *, streams: int, parts: int) -> list[int]:
    """How many bytes all streams wrote between two turns of another task."""
    pace, log, found = Pace(100, a_turn=1000), list[int](), list[int]()
    tasks = [asyncio.create_task(written(pace, size, parts, log)) for _ in range(streams)]
    while not all(task.done() for task in tasks):
        before = len(log)
        await turns()
        found.append(sum(log[before:]))
    assert len(log) == streams * parts
    return found


async def test_others_get_a_turn_after_so_many_bytes() -> None:
    found = await turns_of_others(100, streams=50, parts=20)
    assert 1000 <= max(found) <= 2000
    assert len(found) >= 50 * 20 * 100 / 2000


async def test_larger_parts_are_made_up_for() -> None:
    found = await turns_of_others(1000, streams=50, parts=20)
    assert max(found) <= 20_000
    assert len(found) >= 50 * 20 * 1000 / 2000


async def test_a_few_streams_wait_for_nobody() -> None:
    assert len(await turns_of_others(100, streams=5, parts=1)) == 1


async def test_streams_take_turns_and_a_client_that_leaves_costs_none() -> None:
    pace, log = Pace(100, a_turn=100), list[str]()

    async def write(name: str) -> None:
        for _ in range(3):
            await pace.turn()
            log.append(name)
            pace.spend(100)

    gone = asyncio.create_task(write("gone"))
    tasks = [asyncio.create_task(write(name)) for name in ("one", "two", "three")]
    await turns()
    gone.cancel()
    await asyncio.gather(*tasks)
    rest = log[log.index("one") :]
    assert [rest[at : at + 3] for at in (0, 3, 6)] == [["one", "two", "three"]] * 3
