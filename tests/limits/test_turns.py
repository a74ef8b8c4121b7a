"""What one user, or one address, may keep busy at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from server.context import Context
from server.core.database import pool
from server.core.database.connection import row, transaction
from server.core.errors import RateLimited
from server.core.limits.turns import Address, Turns, asker
from server.core.live import event
from storage.base import OpenObject
from tests import pictures
from tests.callers import Caller
from tests.limits.conftest import Open
from tests.waiting import PATIENCE, until
from tests.waiting import turns as rounds


async def test_everyone_has_so_many_turns_at_once_and_others_have_their_own() -> None:
    turns, may_end = Turns(at_once=2, waiting=1), asyncio.Event()
    running: list[int] = []

    async def work(user_id: int) -> None:
        await turns.take(user_id)
        running.append(user_id)
        await may_end.wait()
        turns.give_back(user_id)

    tasks = [asyncio.create_task(work(user_id)) for user_id in (1, 1, 1, 2)]
    await rounds()
    assert running == [1, 1, 2]
    with pytest.raises(RateLimited):
        await work(1)
    may_end.set()
    await asyncio.gather(*tasks)
    assert running == [1, 1, 2, 1]
    assert (turns._busy, turns._queues) == ({}, {})


async def test_those_who_are_cancelled_while_they_wait_take_no_turn() -> None:
    turns = Turns(at_once=1, waiting=5)
    await turns.take(1)
    waiting = [asyncio.create_task(turns.take(1)) for _ in range(3)]
    await rounds()
    for task in waiting[:2]:
        task.cancel()
    turns.give_back(1)  # passed on to the third in the moment in which the others are cancelled
    waiting[2].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (turns._busy, turns._queues) == ({}, {})


async def test_what_goes_on_keeps_its_turn_even_if_its_caller_is_gone() -> None:
    turns, ends = Turns(at_once=1, waiting=5), asyncio.Event()
    waited_for: list[str] = []

    async def wait(name: str) -> None:
        waited_for.append(name)
        await ends.wait()

    gone = asyncio.create_task(turns.run(1, lambda: wait("gone")))
    await rounds()
    gone.cancel()
    next_one = asyncio.create_task(turns.run(1, lambda: wait("next")))
    await rounds()
    assert set(waited_for) == {"gone"}
    ends.set()
    await next_one
    assert waited_for[-1] == "next"
    assert (turns._busy, turns._queues) == ({}, {})


@pytest.mark.usefixtures("perch")
@pytest.mark.parametrize(
    ("who", "most"),
    [((7,), 3), (("account-7",), 1), ((7, "account-7"), 4), ((Address("203.0.113.7"),), 5)],
)
async def test_nobody_can_take_all_connections_to_the_database(who: Sequence[int | str], most: int) -> None:
    """Someone else's statement doesn't wait, however many the first one has sent."""
    may_end = asyncio.Event()
    held = 0

    async def hold(one: int | str) -> None:
        nonlocal held
        asker.set(one)
        async with transaction():
            await row("SELECT 1")
            held += 1
            await may_end.wait()

    holding = [asyncio.create_task(hold(one)) for one in who for _ in range(100)]
    await until(lambda: held >= most)
    await rounds()
    assert held == most
    try:
        async with asyncio.timeout(PATIENCE):
            assert await as_asker(8, row("SELECT 1 AS one")) == {"one": 1}
            assert await as_asker(None, row("SELECT 1 AS one")) == {"one": 1}
    finally:
        may_end.set()
        await asyncio.gather(*holding, return_exceptions=True)


@pytest.mark.usefixtures("perch")
async def test_too_many_requests_of_one_user_that_wait_are_refused() -> None:
    may_end = asyncio.Event()

    async def hold() -> None:
        asker.set(7)
        async with transaction():
            await row("SELECT 1")
            await may_end.wait()

    holding = [asyncio.create_task(hold()) for _ in range(pool.PER_USER)]
    await rounds()
    waiting = [
        asyncio.create_task(as_asker(7, row("SELECT 1 AS one"))) for _ in range(pool.WAITING_OF_USER + 1)
    ]
    await rounds()
    may_end.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in answers if answer != {"one": 1}] == [RateLimited]
    await asyncio.gather(*holding)


async def test_a_request_on_a_connection_that_another_user_has_used_is_not_that_users(
    house: Open, alice: Caller
) -> None:
    """A proxy sends the requests of many, and its own, on one connection."""
    here = await house()
    assert (await here.caller(alice).get("/api/tweets")).status == 200
    may_end = asyncio.Event()

    async def hold() -> None:
        asker.set(alice.id)
        async with transaction():
            await may_end.wait()

    holding = [asyncio.create_task(hold()) for _ in range(pool.PER_USER + pool.WAITING_OF_USER)]
    await rounds()
    try:
        assert (await here.client.get("/health/ready")).status_code == 200
    finally:
        may_end.set()
        await asyncio.gather(*holding, return_exceptions=True)


async def test_a_stream_whose_user_has_no_turn_left_holds_up_no_other(perch: Context, alice: Caller) -> None:
    """It has to read which events were handed out since its key was checked."""
    hub, may_end = perch.hub, asyncio.Event()

    async def hold() -> None:
        asker.set(7)
        async with transaction():
            await may_end.wait()

    now = await event.state()
    open_one = await hub.join(alice.id, 0, None, now, None)
    await alice.tweet("an event")
    await until(lambda: hub._position.seq > now.newest)
    holding = [asyncio.create_task(hold()) for _ in range(pool.PER_USER)]
    await rounds()
    waits = asyncio.create_task(as_asker(7, hub.join(7, 0, None, now, None)))
    await rounds()
    try:
        async with asyncio.timeout(pool.ACQUIRE_TIMEOUT):
            hub.leave(await hub.join(alice.id, 0, None, now, None))
        assert not waits.done()
    finally:
        may_end.set()
        await asyncio.gather(*holding)
        hub.leave(await waits)
        hub.leave(open_one)


async def as_asker(who: int | None, statement: Coroutine[Any, Any, Any]) -> Any:
    """Run a statement for this user."""

    async def run() -> Any:
        asker.set(who)
        return await statement

    return await asyncio.create_task(run())


async def picture_of(alice: Caller) -> str:
    media = (await alice.upload(pictures.jpeg()))["media"]
    await alice.tweet("a picture", [media["id"]])
    return str(urlsplit(media["url"]).path)


async def archive_of(alice: Caller) -> str:
    path = "/api/users/me/export"

    async def is_made() -> bool:
        return bool((await alice.post(path))["export"]["state"] == "ready")

    await until(is_made)
    return f"{path}/archive"


@pytest.mark.parametrize("of", [picture_of, archive_of])
async def test_what_one_address_reads_from_the_store_keeps_nobody_else_waiting(
    of: Callable[[Caller], Awaitable[str]],
    house: Open,
    alice: Caller,
    worker: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = await house(proxies_count=1)
    path = await of(alice)
    here.app.ctx.turns_of_readers = Turns(at_once=1, waiting=1)
    store, goes_on, begun = here.app.ctx.perch.store, asyncio.Event(), list[str]()
    read = store.read

    @asynccontextmanager
    async def slow(key: str, **part: Any) -> AsyncIterator[OpenObject]:
        begun.append(key)
        if len(begun) == 1:
            await goes_on.wait()
        async with read(key, **part) as found:
            yield found

    async def has_begun() -> bool:
        return len(begun) == 1

    monkeypatch.setattr(store, "read", slow)
    first = asyncio.create_task(here.caller(alice, "198.51.100.7").raw("GET", path))
    await until(has_begun)
    second = asyncio.create_task(here.caller(alice, "198.51.100.7").raw("GET", path))
    assert (await here.caller(alice, "198.51.100.8").raw("GET", path)).status_code == 200
    assert (await here.caller(alice, "198.51.100.7").raw("GET", path)).status_code == 429
    assert not first.done()
    assert not second.done()
    goes_on.set()
    assert [(await task).status_code for task in (first, second)] == [200, 200]
