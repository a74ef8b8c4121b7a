"""The database is the truth: without it, answers are 503 and never hang, and no confirmed write is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from server.core.database.connection import LOCK_TIMEOUT
from tests.callers import Caller
from tests.faults.asking import asking, well
from tests.faults.conftest import Site, newcomer
from tests.proxy import Hang, Mode, Refuse
from tests.thorough import much
from tests.waiting import lasting, until

BROKEN_FOR = much(usually=1.5, thoroughly=20)

# For a database that sends nothing at all: a statement is given up after a little over five seconds
# (`STATEMENT_TIMEOUT`), and a connection may have to be opened or closed on the way. In seconds.
GIVEN_UP_AFTER = 10


async def all_there(site: Site, published: list[str]) -> None:
    found = await site.rows("SELECT content FROM tweets WHERE content = ANY($1)", published)
    assert sorted(row["content"] for row in found) == sorted(published)


@pytest.mark.fault("postgres")
@pytest.mark.parametrize("mode", [Refuse(), Hang()], ids=["refuses", "hangs"])
async def test_without_a_database_the_answer_is_503_in_the_envelope(
    site: Site, alice: Caller, mode: Mode, measured: Callable[[str], None]
) -> None:
    async with asking(alice, 40) as answers:
        await until(lambda: answers.statuses.total() > 40)
        site.database.mode = mode
        await lasting(BROKEN_FOR)
        site.mend()
        back = await well(alice, within=10)
    assert not answers.wrong, answers.wrong[:3]
    assert answers.statuses[503] or BROKEN_FOR < GIVEN_UP_AFTER  # then they were answered late
    assert max(answers.slowest.values()) < GIVEN_UP_AFTER, answers.words
    await all_there(site, answers.published)
    measured(f"{type(mode).__name__.lower()} for {BROKEN_FOR} s: {answers.words}; back after {back:.1f} s")


@pytest.mark.fault("postgres")
async def test_dropped_connections_lose_no_confirmed_write(
    site: Site, alice: Caller, measured: Callable[[str], None]
) -> None:
    async with asking(alice) as answers:
        for _ in range(much(usually=5, thoroughly=50)):
            before = len(answers.published)
            await until(lambda: len(answers.published) > before)  # noqa: B023
            site.database.cut()
        back = await well(alice, within=10)
    assert not answers.wrong, answers.wrong[:3]
    assert answers.published
    await all_there(site, answers.published)
    measured(f"cut {much(usually=5, thoroughly=50)} times: {answers.words}; back after {back:.1f} s")


@pytest.mark.fault("postgres")
async def test_a_locked_row_delays_only_its_own_requests_and_not_for_long(
    site: Site, client: httpx.AsyncClient, alice: Caller, measured: Callable[[str], None]
) -> None:
    bob = await newcomer(site, client)
    tweet_id, other_id = await bob.tweet("held"), await bob.tweet("free")
    async with site.connected() as holder, asking(alice) as answers, holder.transaction():
        await holder.execute("SELECT 1 FROM tweets WHERE id = $1 FOR UPDATE", tweet_id)
        began = time.monotonic()
        held, free = await asyncio.gather(
            bob.raw("POST", f"/api/tweets/{tweet_id}/likes"), bob.raw("POST", f"/api/tweets/{other_id}/likes")
        )
        seconds = time.monotonic() - began
    assert not answers.wrong, answers.wrong[:3]
    assert (held.status_code, free.status_code) == (503, 200)
    assert "retry-after" in held.headers
    assert set(answers.statuses) <= {200, 201}, answers.words
    assert max(answers.slowest.values()) < LOCK_TIMEOUT, "nobody else waits for the lock"
    assert (await bob.post(f"/api/tweets/{tweet_id}/likes")).status == 200
    measured(f"a locked row: 503 after {seconds:.1f} s for anyone who likes it; meanwhile {answers.words}")


@pytest.mark.fault("postgres")
async def test_many_requests_to_a_hanging_database_are_answered_and_leave_nothing(
    site: Site, client: httpx.AsyncClient, alice: Caller, measured: Callable[[str], None]
) -> None:
    """No request waits in an endless queue, neither in memory nor for the database."""
    crowd = much(usually=300, thoroughly=900)
    site.database.mode = Hang()
    began = time.monotonic()
    answers = await asyncio.gather(
        *(alice.raw("POST", "/api/tweets", json={"tweet_data": f"of a crowd {n}"}) for n in range(crowd))
    )
    seconds = time.monotonic() - began
    site.mend()
    back = await well(alice, within=10)
    assert {answer.status_code for answer in answers} == {503}
    assert seconds < GIVEN_UP_AFTER + 3
    measured(
        f"{crowd} writers at once while it hangs: all 503 after {seconds:.1f} s; back after {back:.1f} s"
    )
