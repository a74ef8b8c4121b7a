"""Listeners to the live stream, like a client's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from server.core.database.connection import rows
from tests.callers import Caller
from tests.waiting import PATIENCE, lasting, until, until_gone


@dataclass
class Listener:
    """An open stream, and the events that it received."""

    response: httpx.Response
    heard: list[dict[str, Any]] = field(default_factory=list)
    last_id: str = ""
    ended: bool = False
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _beat: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        """Read until the stream ends."""
        event: dict[str, str] = {}
        try:
            async for line in self.response.aiter_lines():
                name, _, value = line.partition(": ")
                if line:
                    event[name] = value
                    continue
                self._take(event)
                event = {}
        except httpx.TransportError:
            pass  # a disconnection is an end too
        finally:
            self.ended = True
            self._came.set()

    def _take(self, event: dict[str, str]) -> None:
        self.last_id = event.get("id", self.last_id)
        if "data" in event:
            told = {"id": event["id"], **msgspec.json.decode(event["data"])}
            assert told["type"] == event["event"]
            self.heard.append(told)
            self._came.set()
        self._beat.set()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of this kind."""
        return [event for event in self.heard if event["type"] == kind]

    async def wait_for(self, kind: str, count: int = 1, *, within: float = PATIENCE) -> dict[str, Any]:
        """Wait for this many events of a kind; returns the last of them."""
        async with asyncio.timeout(within):
            while len(self.of(kind)) < count:
                self._came.clear()
                assert not self.ended, f"the stream ended with {self.heard}"
                await self._came.wait()
        return self.of(kind)[count - 1]

    async def heartbeat(self) -> None:
        """Wait for whatever arrives next, with or without an event."""
        self._beat.clear()
        await self._beat.wait()

    async def until(self, content: str, *, within: float = 20) -> None:
        """Wait until the newest tweet has this text."""
        async with asyncio.timeout(within):
            while not self.of("tweet") or self.of("tweet")[-1]["tweet"]["content"] != content:
                self._came.clear()
                await self._came.wait()

    async def wait_for_end(self, *, within: float = PATIENCE) -> None:
        """Wait until the server has closed the stream."""
        async with asyncio.timeout(within):
            while not self.ended:
                self._came.clear()
                await self._came.wait()

    @property
    def kinds(self) -> list[str]:
        """The kinds of the events received, in order, without the opening one."""
        return [event["type"] for event in self.heard if event["type"] != "open"]

    @property
    def numbers(self) -> list[int]:
        """The sequence numbers of the events received, without the opening one."""
        return [int(event["id"].split("-")[1]) for event in self.heard if event["type"] != "open"]


async def settled() -> None:
    """Wait until the log has everything written so far, so that a stream opened then isn't sent any of it."""

    async def waits() -> bool:
        return bool(await rows("SELECT 1 FROM outbox LIMIT 1"))

    await until_gone(waits)


@contextlib.asynccontextmanager
async def listening(url: str, who: Caller, *, last: str | None = None) -> AsyncIterator[Listener]:
    """This person's stream, open until the end of the block."""
    headers = {"api-key": who.key or "", **({"last-event-id": last} if last else {})}
    async with (
        httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(10, read=60)) as client,
        client.stream("GET", "/api/stream", headers=headers) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"] == "text/event-stream"
        listener = Listener(response)
        reading = asyncio.create_task(listener.read())
        try:
            await listener.wait_for("open")
            yield listener
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
                await reading


@dataclass
class Follower:
    """A client that always reconnects, naming the last event that it received."""

    url: str
    who: Caller
    heard: list[dict[str, Any]] = field(default_factory=list)
    last: str | None = None
    connections: int = 0
    stream: Listener | None = None

    async def follow(self) -> None:
        """Follow the stream forever."""
        while True:
            with contextlib.suppress(httpx.HTTPError, AssertionError, TimeoutError):
                async with listening(self.url, self.who, last=self.last) as stream:
                    self.connections += 1
                    self.stream = stream
                    try:
                        await stream.wait_for_end(within=60)
                    finally:
                        self.stream = None
                        self.heard += [told for told in stream.heard if told["type"] != "open"]
                        self.last = stream.last_id or self.last
            await lasting(0.05)

    async def until(self, content: str, *, within: float) -> None:
        """Wait until this tweet has arrived over any stream; then everything received is in `heard`."""
        following = asyncio.create_task(self.follow())
        try:
            await until(
                lambda: any(told["tweet"]["content"] == content for told in self._tweets()), within=within
            )
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    def _tweets(self) -> list[dict[str, Any]]:
        live = self.stream.heard if self.stream else []
        return [told for told in [*self.heard, *live] if told["type"] == "tweet"]

    @property
    def numbers(self) -> list[int]:
        """The sequence numbers of the events received."""
        return [int(told["id"].split("-")[1]) for told in self.heard]

    @property
    def texts(self) -> list[str]:
        """The texts of the tweets received."""
        return [told["tweet"]["content"] for told in self.heard if told["type"] == "tweet"]
