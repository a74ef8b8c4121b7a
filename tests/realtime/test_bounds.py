"""Clients that don't read, and more clients than there is room for."""

from __future__ import annotations

import asyncio
import contextlib
import re
import resource
import socket
from collections.abc import AsyncIterator

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.core.live import budget, capacity, subscription
from server.core.live.subscription import AT_ONCE, PART
from tests.callers import Caller
from tests.realtime.listening import listening, settled
from tests.waiting import turns, until

pytestmark = pytest.mark.usefixtures("database")


@contextlib.asynccontextmanager
async def not_reading(address: str, who: Caller, last: str = "") -> AsyncIterator[asyncio.StreamReader]:
    """An open stream that nobody reads: first the kernel's buffers fill up, then ours."""
    port = int(address.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**12)
    headers = f"host: x\r\napi-key: {who.key}\r\nlast-event-id: {last}\r\nconnection: close\r\n"
    writer.write(f"GET /api/stream HTTP/1.1\r\n{headers}\r\n".encode())
    try:
        await reader.readuntil(b"event: open\n")
        yield reader
    finally:
        writer.transport.abort()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Everything that arrives until the server closes the stream."""
    async with asyncio.timeout(20):
        return await reader.read()


async def published(author: Caller, count: int, *, length: int) -> None:
    """Publish this many tweets at once."""
    await rows(
        "INSERT INTO tweets (author_id, content) "
        "SELECT $1, repeat('x', $3::int) FROM generate_series(1, $2::int) RETURNING 1",
        author.id,
        count,
        length,
    )


async def test_with_too_much_unread_data_the_slowest_clients_are_reset_and_no_fast_one(
    address: str, perch: Context, alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MAX_QUEUED", 2**20)
    async with not_reading(address, bob) as reader, listening(address, alice) as to_alice:
        await published(alice, 200, length=16_000)
        await alice.tweet("last")
        await to_alice.until("last")
        await until(lambda: perch.hub.queued <= 2**20)
        assert "reset" not in to_alice.kinds
        got = await rest(reader)
    assert got.endswith(b"0\r\n\r\n")
    assert b'"type":"reset","reason":"slow"' in got
    assert got.count(b"event: tweet\n") < 200
    await until(lambda: perch.hub.open_streams == 0)


async def test_a_client_that_does_not_even_accept_the_reset_is_disconnected(
    address: str, perch: Context, alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MAX_QUEUED", 2**20)
    monkeypatch.setattr(subscription, "LAST_WORDS", 0.1)
    async with not_reading(address, bob):
        await published(alice, 200, length=16_000)
        await until(lambda: perch.hub.open_streams == 0, within=20)


async def test_at_most_one_part_is_queued_for_a_client_that_does_not_read(
    address: str, perch: Context, alice: Caller, bob: Caller
) -> None:
    async with not_reading(address, bob) as reader, listening(address, alice) as to_alice:
        (of_bob,) = (stream for stream in perch.hub._open if stream.user_id == bob.id)
        for _ in range(4):
            await published(alice, 100, length=8_000)
            await alice.tweet("last of these")
            await to_alice.wait_for("tweet", 101)
            to_alice.heard.clear()
            assert of_bob.unsent <= AT_ONCE + 100
        assert of_bob.unsent > 0
        async with asyncio.timeout(20):
            got = b""
            while got.count(b"last of these") < 4:
                got += await reader.read(2**20)
    assert got.count(b"event: tweet\n") == 404


async def test_a_lagging_client_gets_nothing_more_once_its_key_is_revoked(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with not_reading(address, bob) as reader, listening(address, alice) as to_alice:
        await published(alice, 200, length=16_000)
        await rows("UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 RETURNING 1", bob.id)
        await alice.tweet("last")
        await to_alice.until("last")
        got = await rest(reader)
    assert got.count(b"event: key_revoked\n") == 1
    assert got.count(b"event: tweet\n") < 200
    assert b"event: tweet\n" not in got.partition(b"event: key_revoked\n")[2]


async def test_data_prepared_for_a_slow_client_is_not_reused_for_another_ones_backlog(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    """It was prepared for those who listened then, and doesn't reflect whom the other client follows."""
    await bob.post(f"/api/users/{alice.id}/follow")
    await settled()
    async with not_reading(address, carol), listening(address, alice) as to_alice:
        await published(alice, 200, length=16_000)
        await alice.tweet("missed")
        await to_alice.until("missed")
        before, _, number = to_alice.last_id.partition("-")
        async with listening(address, bob, last=f"{before}-{int(number) - 2}") as to_bob:
            await to_bob.until("missed")
            assert {told["followed"] for told in to_bob.of("tweet")} == {True}


async def missed(address: str, perch: Context, alice: Caller, bob: Caller, *, number: int) -> str:
    """The last event that Bob knows of, before Alice publishes so many large tweets."""
    async with listening(address, bob) as before:
        await alice.tweet("before")
        await before.wait_for("tweet")
        last = before.last_id
    await until(lambda: perch.hub.open_streams == 0)
    await rows(
        "INSERT INTO tweets (author_id, content) "
        "SELECT $1, repeat('x', 16000) || n FROM generate_series(1, $2) n RETURNING 1",
        alice.id,
        number,
    )
    await settled()
    return last


async def test_a_client_that_missed_more_than_a_megabyte_reloads(
    address: str, perch: Context, alice: Caller, bob: Caller
) -> None:
    last = await missed(address, perch, alice, bob, number=100)
    async with listening(address, bob, last=last) as stream:
        assert (await stream.wait_for("reset"))["reason"] == "too_old"
        assert 40 < len(stream.of("tweet")) < 70
        await alice.tweet("afterwards")
        await stream.until("afterwards")
    last = await missed(address, perch, alice, bob, number=50)
    async with listening(address, bob, last=last) as stream:
        await alice.tweet("afterwards, again")
        await stream.until("afterwards, again")
        assert stream.of("reset") == []


async def test_missed_events_are_loaded_for_a_client_one_part_at_a_time(
    address: str, perch: Context, alice: Caller, bob: Caller
) -> None:
    last = await missed(address, perch, alice, bob, number=50)
    async with not_reading(address, bob, last) as reader:
        await alice.tweet("meanwhile")
        for _ in range(50):
            await turns()
            assert perch.hub.queued <= PART + 20_000
        got = b""
        async with asyncio.timeout(20):
            while b"meanwhile" not in got:
                got += await reader.read(2**20)
    chunked = rb"\r\n[0-9a-f]+\r\n"
    heard = re.findall(rb'xx(\d+)"|"(meanwhile)"', re.sub(chunked, b"", got))
    assert [number or word for number, word in heard] == [b"%d" % n for n in range(1, 51)] + [b"meanwhile"]


async def test_a_lagging_client_receives_new_events_in_order(
    address: str, alice: Caller, bob: Caller
) -> None:
    behind = socket.socket()
    behind.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**18)
    behind.connect(("127.0.0.1", int(address.rsplit(":", 1)[1])))
    reader, writer = await asyncio.open_connection(sock=behind, limit=2**12)
    writer.write(f"GET /api/stream HTTP/1.1\r\nhost: x\r\napi-key: {bob.key}\r\n\r\n".encode())
    await reader.readuntil(b"event: open\n")
    count = 0
    async with listening(address, alice) as to_alice:
        # The first events go straight to the kernel; once its buffers are full, the others are queued.
        for more in (3, 400, 3, 3):
            await rows(
                "INSERT INTO tweets (author_id, content) "
                "SELECT $1, repeat('x', 16000) || n FROM generate_series($2::int, $3::int) n RETURNING 1",
                alice.id,
                count,
                count + more - 1,
            )
            count += more
            await to_alice.wait_for("tweet", count)
    got = b""
    async with asyncio.timeout(20):
        while f'x{count - 1}"'.encode() not in got:
            got += await reader.read(2**20)
    writer.close()
    chunked = rb"\r\n[0-9a-f]+\r\n"
    assert [int(number) for number in re.findall(rb'xx(\d+)"', re.sub(chunked, b"", got))] == [*range(count)]


async def test_streams_beyond_the_limit_of_open_files_are_refused(
    address: str, alice: Caller, bob: Caller
) -> None:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with listening(address, alice):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (capacity.OTHER_FILES + 1, files[1]))
            async with asyncio.timeout(5):
                assert (await bob.get("/api/stream")).error == (503, "unavailable")
            capacity.prepare()  # as a process does when it starts, because the system allows more
            async with listening(address, bob):
                pass
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, files)
