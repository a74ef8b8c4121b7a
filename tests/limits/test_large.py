"""Pages of the longest texts, requested by clients that don't read them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from server.api.perch.dialect import CARD
from server.core.database.connection import rows
from server.core.limits import large
from server.core.limits.turns import Turns
from tests.callers import Caller
from tests.waiting import turns, until

PATH = "/api/tweets?limit=100&likers=0"
# In JSON each of these characters takes six bytes.
LONGEST = """
    INSERT INTO tweets (author_id, content)
    SELECT $1, repeat(chr(1), 16000) FROM generate_series(1, 100) RETURNING 1
"""
# $1 the author, $2 the tweet, $3 the text.
REPLIES = """
    INSERT INTO tweets (author_id, content, in_reply_to_id, in_reply_to_user_id, thread_root_id, thread_path)
    SELECT $1, $3, $2::bigint, $1, $2, ARRAY[$2::bigint, n::bigint] FROM generate_series(1, 100) n RETURNING 1
"""


@contextlib.asynccontextmanager
async def requesting(
    address: str, who: Caller, path: str = PATH, *, takes: int | None = None
) -> AsyncIterator[asyncio.StreamReader]:
    """A connection that has requested the page and reads nothing by itself.

    Args:
        takes: how many bytes its end of the connection takes at most.
    """
    end = socket.socket()
    if takes is not None:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # so the server's end doesn't take all
    end.setblocking(False)
    await asyncio.get_running_loop().sock_connect(end, ("127.0.0.1", int(address.rsplit(":", 1)[1])))
    reader, writer = await asyncio.open_connection(sock=end, limit=2**12)
    headers = f"host: x\r\napi-key: {who.key}\r\nconnection: close\r\n"
    writer.write(f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode())
    try:
        yield reader
    finally:
        writer.transport.abort()


async def has_begun(reader: asyncio.StreamReader) -> bool:
    """Whether the response has begun to arrive."""
    await turns()
    return bool(reader._buffer)  # type: ignore[attr-defined]


async def test_a_user_has_two_large_responses_at_once_and_others_do_not_wait(
    address: str, alice: Caller, bob: Caller, database: None
) -> None:
    await rows(LONGEST, alice.id)
    async with (
        requesting(address, alice) as first,
        requesting(address, alice) as second,
        requesting(address, alice) as third,
    ):
        begun = [first, second, third]
        await until(lambda: both_have_begun(begun))
        (waiting,) = [reader for reader in begun if not await has_begun(reader)]
        async with requesting(address, bob) as other:
            assert len(await other.read()) > 9_000_000
        assert not await has_begun(waiting)
        taken = next(reader for reader in begun if reader is not waiting)
        assert len(await taken.read()) > 9_000_000
        assert len(await waiting.read()) > 9_000_000


async def test_whoever_does_not_read_holds_up_nobody_else(
    address: str, alice: Caller, bob: Caller, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "TOGETHER", Turns(at_once=1, waiting=500))
    await rows(LONGEST, alice.id)
    async with requesting(address, alice) as unread:
        await until(lambda: has_begun(unread))
        async with asyncio.timeout(large.PATIENCE / 2), requesting(address, bob) as other:
            assert len(await other.read()) > 9_000_000


async def test_a_response_that_is_smaller_than_it_seemed_holds_up_nobody_either(
    address: str, alice: Caller, bob: Caller, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "TOGETHER", Turns(at_once=1, waiting=500))
    first = await alice.tweet("first")
    await rows(REPLIES, alice.id, first, "x" * 1560)
    path = f"/api/tweets/{first}/thread?limit=100"
    size = len((await bob.raw("GET", path)).content)
    assert large.LARGE - 100 * CARD < size < large.LARGE  # with what is added for each tweet, it is large
    await rows(LONGEST, alice.id)
    async with requesting(address, alice, path, takes=2048) as unread:
        await until(lambda: has_begun(unread))
        async with asyncio.timeout(large.PATIENCE / 2), requesting(address, bob) as other:
            assert len(await other.read()) > 9_000_000


async def both_have_begun(readers: list[asyncio.StreamReader]) -> bool:
    return [await has_begun(reader) for reader in readers].count(True) == 2


async def third_waits(address: str, who: Caller, path: str) -> None:
    """Of three requests of this user, the third waits until one has been read."""
    async with (
        requesting(address, who, path) as one,
        requesting(address, who, path) as two,
        requesting(address, who, path) as three,
    ):
        begun = [one, two, three]
        await until(lambda: both_have_begun(begun))
        (waiting,) = [reader for reader in begun if not await has_begun(reader)]
        taken = next(reader for reader in begun if reader is not waiting)
        assert len(await taken.read()) > 9_000_000
        assert len(await waiting.read()) > 9_000_000


async def test_threads_of_long_texts_are_large_responses_too(
    address: str, alice: Caller, database: None
) -> None:
    first = await alice.tweet("first")
    await rows(REPLIES, alice.id, first, "\1" * 16000)
    path = f"/api/tweets/{first}/thread?limit=100"
    await third_waits(address, alice, path)


async def test_notifications_from_memory_are_large_responses_too(
    address: str, alice: Caller, bob: Caller, database: None
) -> None:
    await rows(LONGEST, bob.id)
    await rows(
        "INSERT INTO notifications (user_id, kind, actor_id, tweet_id) "
        "SELECT $1, 'mention', $2, id FROM tweets",
        alice.id,
        bob.id,
    )
    path = "/api/notifications?limit=100"
    async with requesting(address, alice, path) as one:
        assert len(await one.read()) > 9_000_000  # from now on in memory
    await third_waits(address, alice, path)


async def test_a_client_that_goes_away_or_reads_nothing_gives_its_turn_back(
    address: str, alice: Caller, database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows(LONGEST, alice.id)
    for _ in range(3):
        async with requesting(address, alice) as one, requesting(address, alice) as two:
            await until(lambda: both_have_begun([one, two]))
    monkeypatch.setattr(large, "PATIENCE", 0.2)
    async with contextlib.AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(requesting(address, alice)) for _ in range(4)]
        for reader in readers:
            await until(lambda: has_begun(reader))  # noqa: B023
