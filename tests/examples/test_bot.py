"""The client and the bot in `examples/`, run against a real Perch as a reader would start them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests import pictures, servers
from tests.callers import Caller
from tests.waiting import until
from tests.whole.conftest import Perch, is_web, running

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

import clock_bot  # noqa: E402
import perch_client  # noqa: E402


@pytest.fixture(scope="module")
def perch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Perch]:
    with running(tmp_path_factory.mktemp("examples")) as perch:
        yield perch


def test_the_bot_says_what_time_it_is() -> None:
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert clock_bot.answer("@Clock new york", noon) == "It is 07:00 in New York."
    assert clock_bot.answer("@clock Atlantis", noon) == "I know places such as Berlin, Tokyo or New York."
    assert clock_bot.answer("what time is it, @clock?", noon) is None


def test_the_example_client_can_do_what_users_do(perch: Perch, tmp_path: Path) -> None:
    file = tmp_path / "hill.jpg"
    file.write_bytes(pictures.jpeg(320, 240))
    with perch_client.Perch(perch.url, "test") as client:
        assert client.me()["handle"] == "test"
        tweet = client.tweet("with a picture", media=[client.upload(file, alt="A hill")])
        client.like(tweet)
        client.follow(2)
        newest = next(client.timeline())
        assert (newest["id"], newest["attachments"] != []) == (tweet, True)
        more = [client.tweet(f"number {number}") for number in range(5)]
        assert [one["id"] for one in client.timeline(limit=3)] == more[:1:-1]
        client.delete(tweet)
        with pytest.raises(perch_client.PerchError) as refused:
            client.delete(tweet)
        assert (refused.value.status, refused.value.kind) == (404, "tweet_not_found")
    with perch_client.Perch(perch.url, "nonsense") as stranger:
        with pytest.raises(perch_client.PerchError) as refused:
            stranger.me()
        assert refused.value.kind == "invalid_key"
        with pytest.raises(perch_client.PerchError):
            next(stranger.events())


@pytest.fixture
def bot(perch: Perch) -> Iterator[subprocess.Popen[bytes]]:
    """Run the bot with a key of its own."""
    environment = servers.environment(PERCH_URL=perch.url, PERCH_KEY="test1")
    with subprocess.Popen([sys.executable, str(EXAMPLES / "clock_bot.py")], env=environment) as process:
        yield process
        process.kill()


async def test_the_bot_answers_and_continues_after_a_restart(
    perch: Perch, bot: subprocess.Popen[bytes]
) -> None:
    async with httpx.AsyncClient(base_url=perch.url, timeout=30) as http:
        (alice,) = await perch.register(http)
        await answered(alice, "@clock Tokyo", "in Tokyo.")
        for pid in [pid for pid in perch.children() if is_web(pid)]:  # its stream is disconnected
            os.kill(pid, signal.SIGKILL)
        await answered(alice, "@clock Lima", "in Lima.")
        assert bot.poll() is None


async def answered(alice: Caller, call: str, expected: str) -> None:
    """Wait for the bot's answer, which takes some seconds because its stream may still be reconnecting."""

    async def is_there() -> bool:
        try:
            await alice.tweet(call)
        except httpx.TransportError:
            return False
        return any(expected in tweet["content"] for tweet in await alice.timeline(limit=20))

    await until(is_there, every=0.25)
