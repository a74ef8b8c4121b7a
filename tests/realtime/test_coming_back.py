"""How far a client has read, and what it gets when it reconnects."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.api.perch.live import PerchLive
from server.core.database.connection import rows
from server.core.live import event, hub
from server.core.live.event import EventRow
from server.core.live.frames import Frame
from server.core.live.hub import APPLICATION
from tests.callers import Caller
from tests.realtime.listening import listening, settled
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


async def test_a_reconnecting_client_gets_missed_events_once_and_in_order(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, bob) as first:
        await alice.tweet("one")
        await first.wait_for("tweet")
    missed = [await alice.tweet(f"missed {number}") for number in range(3)]
    await alice.delete(f"/api/tweets/{missed[1]}")
    async with listening(address, bob, last=first.last_id) as second:
        await second.wait_for("tweet_deleted")
        await alice.tweet("live again")
        await second.wait_for("tweet", 3)
        assert second.kinds == ["tweet", "tweet", "tweet_deleted", "tweet"]
        assert second.numbers == sorted(set(second.numbers))
        assert second.numbers[0] > first.numbers[-1]


async def test_a_client_that_was_away_too_long_is_told_to_start_over(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, bob) as first:
        await alice.tweet()
        await first.wait_for("tweet")
    epoch, number = first.last_id.split("-")
    await alice.tweet()

    async def is_in_the_log() -> bool:
        return bool(await rows("SELECT 1 FROM events WHERE seq > $1", int(number)))

    async with listening(address, alice) as to_alice:
        await until(is_in_the_log)
        assert await event.forget_old(now=datetime.now(UTC) + timedelta(days=2)) >= 1
        for last, reason in (
            (f"{epoch}-{int(number) - 1}", "too_old"),
            (f"{'0' * 12}-{number}", "restored"),
            (f"{epoch}-{int(number) + 1_000}", "restored"),
        ):
            await settled()
            async with listening(address, bob, last=last) as second:
                assert (await second.wait_for("reset"))["reason"] == reason
                await alice.tweet("after")
                await second.wait_for("tweet")
                assert second.kinds == ["reset", "tweet"]
        assert "reset" not in to_alice.kinds


async def test_a_client_that_missed_too_much_is_told_to_start_over(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, bob) as first:
        pass
    await rows(
        "INSERT INTO tweets (author_id, content) SELECT $1, 'x' FROM generate_series(1, 1001) RETURNING 1",
        alice.id,
    )
    async with listening(address, alice) as to_alice:
        await alice.tweet("last")
        await to_alice.until("last")
    async with listening(address, bob, last=first.last_id) as second:
        assert (await second.wait_for("reset"))["reason"] == "too_old"


async def test_an_idle_stream_sends_heartbeats_with_its_position(
    address: str, alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.api.perch.stream.HEARTBEAT", 0.2)
    async with listening(address, alice) as to_alice:
        # Events for other users also advance one's position.
        number = (await event.state()).newest
        await rows("UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 RETURNING 1", bob.id)
        async with asyncio.timeout(5):
            while int(to_alice.last_id.split("-")[1]) <= number:
                await to_alice.heartbeat()
        assert to_alice.kinds == []


async def test_listeners_start_over_if_the_log_went_back(address: str, alice: Caller, bob: Caller) -> None:
    """The log goes back if a promoted standby had not received the newest events."""
    async with listening(address, bob) as stream:
        await alice.tweet("kept")
        await alice.tweet("lost")
        await stream.wait_for("tweet", 2)
        await rows("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
        await rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", APPLICATION
        )
        assert (await stream.wait_for("reset"))["reason"] == "restored"
        await alice.tweet("after")
        await stream.wait_for("tweet", 3)


async def test_events_that_take_too_long_together_are_sent_in_smaller_batches(
    address: str, alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RETRY_AFTER", 0.05)
    frames = PerchLive.frames

    async def slow(self: PerchLive, events: Sequence[EventRow], *others: Any) -> list[Frame]:
        if len(events) > 5:
            raise TimeoutError("too many")
        return await frames(self, events, *others)

    monkeypatch.setattr(PerchLive, "frames", slow)
    async with listening(address, alice) as stream:
        await rows(
            "INSERT INTO tweets (author_id, content) SELECT $1, n::text FROM generate_series(1, 30) n", bob.id
        )
        await stream.wait_for("tweet", 30)
        assert [event["tweet"]["content"] for event in stream.of("tweet")] == [str(n) for n in range(1, 31)]
        assert stream.of("reset") == []


async def test_an_event_that_can_never_be_sent_makes_pages_reload(
    address: str,
    alice: Caller,
    bob: Caller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(hub, "RETRY_AFTER", 0.05)
    frames, tweet = PerchLive.frames, await bob.tweet("before")

    async def failing(self: PerchLive, events: Sequence[EventRow], *others: Any) -> list[Frame]:
        if any(event.kind == "bookmarked" for event in events):
            raise ValueError("this one")
        return await frames(self, events, *others)

    async with listening(address, alice) as stream:
        monkeypatch.setattr(PerchLive, "frames", failing)
        await bob.post(f"/api/tweets/{tweet}/bookmarks")
        assert (await stream.wait_for("reset"))["reason"] == "too_old"
        await bob.tweet("after")
        await stream.until("after")
    assert "can't send the event" in caplog.text
