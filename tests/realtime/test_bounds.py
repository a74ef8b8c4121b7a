"""Clients that do not read, and more of them than there is room for."""

from __future__ import annotations

import asyncio
import re
import resource
import socket

import pytest

from server.context import Context
from server.models.connection import rows
from server.realtime import capacity
from server.realtime.hub import MISSED_BYTES
from tests.callers import Caller
from tests.realtime.listening import listening, settled
from tests.waiting import turns, until

pytestmark = pytest.mark.usefixtures("database")


async def test_a_client_that_does_not_read_costs_a_bounded_amount_and_is_told(
    address: str, perch: Context, alice: Caller, bob: Caller
) -> None:
    port = int(address.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**12)
    writer.write(
        f"GET /api/stream HTTP/1.1\r\nhost: x\r\napi-key: {bob.key}\r\nconnection: close\r\n\r\n".encode()
    )
    assert b"200" in await reader.readline()
    # Nobody reads on: the kernel's buffers fill up, then ours.
    await rows(
        "INSERT INTO tweets (author_id, content) "
        "SELECT $1, repeat('x', 16000) FROM generate_series(1, 900) RETURNING 1",
        alice.id,
    )
    async with listening(address, alice) as to_alice:
        await alice.tweet("last")
        await to_alice.until("last")
    got = b""
    async with asyncio.timeout(20):
        while chunk := await reader.read(2**16):
            got += chunk
    writer.close()
    assert b'"type":"reset","reason":"slow"' in got
    assert got.count(b"event: tweet\n") < 900
    assert perch.hub.open_streams == 0


async def test_what_a_client_missed_is_kept_for_it_a_part_at_a_time(
    address: str, perch: Context, alice: Caller, bob: Caller
) -> None:
    async with listening(address, bob) as before:
        await alice.tweet("before")
        await before.wait_for("tweet")
        last = before.last_id
    await until(lambda: perch.hub.open_streams == 0)
    await rows(
        "INSERT INTO tweets (author_id, content) "
        "SELECT $1, repeat('x', 16000) || n FROM generate_series(1, 200) n RETURNING 1",
        alice.id,
    )
    await settled()
    port = int(address.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**12)
    request = f"GET /api/stream HTTP/1.1\r\nhost: x\r\napi-key: {bob.key}\r\nlast-event-id: {last}\r\n\r\n"
    writer.write(request.encode())
    await reader.readuntil(b"event: open\n")
    await alice.tweet("meanwhile")
    (stream,) = perch.hub._open
    for _ in range(50):
        await turns()
        assert sum(map(len, stream._waiting)) <= MISSED_BYTES + 20_000
    got = b""
    async with asyncio.timeout(20):
        while b"meanwhile" not in got:
            got += await reader.read(2**20)
    writer.close()
    chunked = rb"\r\n[0-9a-f]+\r\n"
    heard = re.findall(rb'xx(\d+)"|"(meanwhile)"', re.sub(chunked, b"", got))
    assert [number or word for number, word in heard] == [b"%d" % n for n in range(1, 201)] + [b"meanwhile"]


async def test_what_comes_while_a_client_is_behind_comes_in_its_order(
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
        # The first go straight to the kernel; once its buffers are full, the others wait their turn.
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


async def test_more_streams_than_there_are_files_for_are_refused(
    address: str, alice: Caller, bob: Caller
) -> None:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with listening(address, alice):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (capacity.OTHER_FILES + 1, files[1]))
            async with asyncio.timeout(5):
                assert (await bob.get("/api/stream")).error == (503, "unavailable")
            capacity.prepare()  # as a process does when it starts: the system allows more
            async with listening(address, bob):
                pass
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, files)
