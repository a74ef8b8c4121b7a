"""Many concurrent writes, combined by the batcher."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest
from asyncpg.exceptions import ConnectionDoesNotExistError

from config.settings import Settings
from server.core.database import together as together_module
from server.core.database.connection import rows
from server.core.database.together import AT_MOST, FEW, FLIGHTS, Together
from tests.callers import Caller, register
from tests.waiting import PATIENCE, turns


async def test_concurrent_likes_share_few_statements_and_each_gets_its_answer(
    settings: Settings, alice: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    """While the first likes wait for a locked row, all the others arrive."""
    tweet_id = await alice.tweet()
    people = [await register(alice.send, f"p{number}") for number in range(30)]
    paths = [f"/api/tweets/{tweet_id}/likes"] * 29 + ["/api/tweets/999999/likes"]
    connection: Any = await asyncpg.connect(**settings.database.connect_arguments())
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM tweets WHERE id = $1 FOR UPDATE", tweet_id)
            liking = [asyncio.create_task(who.post(path)) for who, path in zip(people, paths, strict=True)]
            await asyncio.gather(*(who.get("/api/users/me") for who in people))  # by now all have arrived
        answers = await asyncio.gather(*liking)
    await connection.close()
    assert [answer.status for answer in answers] == [200] * 29 + [404]
    assert (await alice.read(tweet_id))["likes_count"] == 29
    statements = [record for record in caplog.records if "INSERT INTO likes" in record.getMessage()]
    # On a busy machine, likes that arrive late get statements of their own.
    assert len(statements) <= len(people) / 2


async def test_one_failing_write_does_not_fail_the_others(alice: Caller) -> None:
    """Bob's row is gone when the statement runs; nobody else's tweet is lost because of that."""
    bob = await register(alice.send, "bob")
    assert (await bob.get("/api/users/me")).status == 200  # his key is cached
    await rows("DELETE FROM users WHERE id = $1 RETURNING id", bob.id)
    body = {"json": {"tweet_data": "together"}}
    first = [alice.post("/api/tweets", **body) for _ in range(6)]
    answers = await asyncio.gather(*first, bob.post("/api/tweets", **body), return_exceptions=True)
    assert [answer.status for answer in answers[:6] if not isinstance(answer, BaseException)] == [201] * 6
    assert len(await alice.timeline()) == 6


async def test_batch_sizes_and_concurrent_statements_are_limited() -> None:
    running = most = 0
    sizes = []

    async def run(some: object) -> list[int]:
        nonlocal running, most
        items = list(some)  # type: ignore[call-overload]
        running += 1
        most = max(most, running)
        sizes.append(len(items))
        await turns(3)
        running -= 1
        return [2 * item for item in items]

    together: Together[int, int] = Together(run, abs)
    assert await asyncio.gather(*(together.do(n) for n in range(1_000))) == [2 * n for n in range(1_000)]
    assert max(sizes) == AT_MOST
    assert most == 1


@pytest.mark.parametrize("count", [1, FEW - 1, FEW])
async def test_a_second_statement_starts_only_beside_one_with_few_items(count: int) -> None:
    begun: list[list[int]] = []
    ends = asyncio.Event()

    async def run(some: Sequence[int]) -> list[int]:
        begun.append(list(some))
        await ends.wait()
        return list(some)

    together: Together[int, int] = Together(run, abs)
    first = list(range(count))
    asked = [asyncio.create_task(together.do(number)) for number in first]
    await turns(3)
    asked.append(asyncio.create_task(together.do(10)))
    await turns(3)
    assert begun == ([first, [10]] if count < FEW else [first])
    ends.set()
    assert await asyncio.gather(*asked) == [*first, 10]
    assert begun == [first, [10]]


async def test_items_that_are_tried_again_alone_keep_nobody_waiting() -> None:
    """While one of many is tried alone, others start beside it."""
    begun: list[list[int]] = []
    ends = asyncio.Event()

    async def run(some: Sequence[int]) -> list[int]:
        begun.append(list(some))
        if len(some) > 1:
            raise asyncpg.UniqueViolationError
        if some == [0]:
            await ends.wait()
        return list(some)

    together: Together[int, int] = Together(run, abs)
    first = list(range(FEW))
    asked = [asyncio.create_task(together.do(number)) for number in first]
    await turns(3)
    assert begun == [first, [0]]
    assert await together.do(10) == 10
    ends.set()
    assert await asyncio.gather(*asked) == first


async def test_a_write_with_an_unknown_outcome_is_not_repeated() -> None:
    """The connection is lost during the statement, so nobody knows whether it was committed."""
    runs = 0

    async def run(some: Sequence[int]) -> list[int]:
        nonlocal runs
        runs += 1
        raise ConnectionDoesNotExistError

    together: Together[int, int] = Together(run, abs)
    tried = await asyncio.gather(*(together.do(n) for n in range(10)), return_exceptions=True)
    assert [type(error) for error in tried] == [ConnectionDoesNotExistError] * 10
    assert runs == 1


async def test_a_locked_tweet_delays_only_its_own_likes(
    settings: Settings, alice: Caller, bob: Caller
) -> None:
    """Its likes wait in one or two statements; those of other tweets are written meanwhile."""
    locked, other = await alice.tweet(), await alice.tweet()
    people = [await register(alice.send, f"p{number}") for number in range(12)]
    connection: Any = await asyncpg.connect(**settings.database.connect_arguments())
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SELECT 1 FROM tweets WHERE id = $1 FOR UPDATE", locked)
    waiting = []
    for who in people:
        waiting.append(asyncio.create_task(who.post(f"/api/tweets/{locked}/likes")))
        await bob.get("/api/users/me")  # the like has arrived by then
    async with asyncio.timeout(1):
        assert (await bob.post(f"/api/tweets/{other}/likes")).status == 200
    assert not any(task.done() for task in waiting)
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('tuple', 'transactionid')"
    assert await connection.fetchval(waits) <= FLIGHTS + 1
    await transaction.rollback()
    await connection.close()
    assert {answer.status for answer in await asyncio.gather(*waiting)} == {200}
    assert (await alice.read(locked))["likes_count"] == len(people)


async def test_a_write_that_nobody_waits_for_any_more_is_not_started() -> None:
    begun: list[int] = []
    may_end = asyncio.Event()

    async def run(some: Sequence[int]) -> list[int]:
        begun.extend(some)
        await may_end.wait()
        return list(some)

    together: Together[int, int] = Together(run, abs)
    asked = []
    for number in range(FLIGHTS + 2):
        asked.append(asyncio.create_task(together.do(number)))
        await turns(3)
    asked[-1].cancel()
    may_end.set()
    await asyncio.gather(*asked, return_exceptions=True)
    assert begun == list(range(FLIGHTS + 1))


async def test_whoever_shared_a_statement_with_a_locked_row_goes_on_once_it_is_tried_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four subjects share one statement; which of them is locked isn't known until each is tried alone."""
    monkeypatch.setattr(together_module, "HELD_UP_AFTER", 0.01)
    tried_alone, ends = asyncio.Event(), asyncio.Event()

    async def run(some: Sequence[int]) -> list[int]:
        if len(some) > 1 and 0 in some:
            while not any(flight.is_held_up for flight in together._flying):
                await turns(1)
            raise asyncpg.LockNotAvailableError
        if 0 in some:
            tried_alone.set()
            await ends.wait()
        return list(some)

    together: Together[int, int] = Together(run, lambda item: item % 10)
    first = [asyncio.create_task(together.do(number)) for number in (0, 1, 2, 3)]
    await turns(3)
    later = asyncio.create_task(together.do(11))  # of the same subject as 1
    await tried_alone.wait()
    assert await asyncio.wait_for(later, PATIENCE) == 11
    ends.set()
    assert await asyncio.gather(*first) == [0, 1, 2, 3]
