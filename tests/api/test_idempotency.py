"""A tweet that is sent twice with the same Idempotency-Key is published once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from config.settings import Settings
from server.core.database.connection import rows
from server.features.tweets import idempotency
from tests import pictures
from tests.callers import Answer, Caller


async def send(who: Caller, key: str, text: str = "once", **body: Any) -> Answer:
    return await who.post("/api/tweets", json={"tweet_data": text, **body}, headers={"idempotency-key": key})


async def test_repeating_a_tweet_with_its_key_gives_the_same_answer(alice: Caller) -> None:
    first, second = await send(alice, "k"), await send(alice, "k")
    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert len(await alice.timeline()) == 1


async def test_of_twenty_concurrent_requests_with_one_key_one_publishes(alice: Caller) -> None:
    answers = await asyncio.gather(*(send(alice, "k") for _ in range(20)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer["tweet_id"] for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert len(await alice.timeline()) == 1


@pytest.mark.usefixtures("worker")
async def test_a_tweet_with_pictures_is_published_once(alice: Caller) -> None:
    ids = [(await alice.upload(pictures.jpeg()))["media_id"] for _ in range(2)]
    answers = [await send(alice, "k", tweet_media_ids=ids) for _ in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert [len(tweet["attachments"]) for tweet in await alice.timeline()] == [2]
    assert (await send(alice, "k", tweet_media_ids=ids[::-1])).error == (422, "idempotency_key_reused")


async def test_differently_written_but_equal_requests_count_as_the_same(alice: Caller) -> None:
    first = await send(alice, "k")
    bodies: list[dict[str, Any]] = [
        {"tweet_media_ids": []},
        {"tweet_media_ids": None, "of_another_client": 1},
    ]
    for body in bodies:
        assert (await send(alice, "k", **body))["tweet_id"] == first["tweet_id"]


async def test_reusing_a_key_for_another_tweet_is_refused(alice: Caller) -> None:
    await send(alice, "k", "one")
    assert (await send(alice, "k", "two")).error == (422, "idempotency_key_reused")
    assert (await send(alice, "l", "one")).status == 201
    assert [tweet["content"] for tweet in await alice.timeline()] == ["one", "one"]


async def test_the_same_idempotency_key_of_another_user_is_independent(alice: Caller, bob: Caller) -> None:
    first, second = await send(alice, "k"), await send(bob, "k")
    assert first["tweet_id"] != second["tweet_id"]
    assert len(await alice.timeline()) == 2


async def test_a_failed_request_does_not_use_up_its_key(alice: Caller) -> None:
    assert (await send(alice, "k", tweet_media_ids=[5])).error == (404, "media_not_found")
    assert (await send(alice, "k", "")).error == (422, "invalid_body")
    assert await rows("SELECT 1 AS found FROM idempotency_keys") == []
    assert (await send(alice, "k", "two")).status == 201


async def test_a_concurrent_request_waits_and_publishes_if_the_first_one_fails(alice: Caller) -> None:
    """The database decides which request is first; one of the two bodies is published, never both."""
    answers = await asyncio.gather(*(send(alice, "k", f"tweet {n % 2}") for n in range(10)))
    published = await alice.timeline()
    assert len(published) == 1
    for answer, text in zip(answers, [f"tweet {n % 2}" for n in range(10)], strict=True):
        if text == published[0]["content"]:
            assert answer["tweet_id"] == published[0]["id"]
        else:
            assert answer.error == (422, "idempotency_key_reused")


@pytest.mark.parametrize("ends", ["COMMIT", "ROLLBACK"])
async def test_a_second_request_waits_while_the_first_is_in_progress(
    alice: Caller, settings: Settings, ends: str
) -> None:
    """The first request is another process: its own connection, in the middle of its transaction."""
    first = await asyncpg.connect(**settings.database.connect_arguments())
    await first.execute("BEGIN")
    tweet_id = await first.fetchval(
        "INSERT INTO tweets (author_id, content) VALUES ($1, 'once') RETURNING id", alice.id
    )
    await first.execute(
        "INSERT INTO idempotency_keys (user_id, key, fingerprint, tweet_id) VALUES ($1, 'k', $2, $3)",
        alice.id,
        idempotency.fingerprint([("once", [])]),
        tweet_id,
    )
    second = asyncio.create_task(send(alice, "k"))
    await asyncio.wait([second], timeout=0.3)
    assert not second.done()
    await first.execute(ends)
    await first.close()
    answer = await second
    assert answer.status == 201
    assert (answer["tweet_id"] == tweet_id) == (ends == "COMMIT")
    assert len(await alice.timeline()) == 1


async def test_repeating_the_request_does_not_restore_a_deleted_tweet(alice: Caller) -> None:
    tweet_id = (await send(alice, "k"))["tweet_id"]
    await alice.delete(f"/api/tweets/{tweet_id}")
    assert (await send(alice, "k")).error == (404, "tweet_not_found")
    assert await alice.timeline() == []


@pytest.mark.parametrize("key", ["", "x" * 201, "caf\u00e9", "tab\tin it"])
async def test_an_invalid_idempotency_key_is_refused_by_name(alice: Caller, key: str) -> None:
    answer = await alice.post(
        "/api/tweets", json={"tweet_data": "x"}, headers={"idempotency-key": key.encode()}
    )
    assert answer.error == (422, "invalid_parameter")
    assert "Idempotency-Key" in answer["error_message"]
    assert await alice.timeline() == []


async def test_the_longest_key_and_every_printable_character_are_accepted(alice: Caller) -> None:
    printable = "".join(map(chr, range(0x20, 0x7F))).strip()
    for key in ("x" * 200, printable):
        assert (await send(alice, key)).status == 201
        assert (await send(alice, key)).headers["idempotency-replayed"] == "true"


async def test_keys_are_forgotten_after_a_day(alice: Caller) -> None:
    await send(alice, "old")
    await rows("UPDATE idempotency_keys SET created_at = now() - interval '25 hours' RETURNING key")
    await send(alice, "new")
    assert await idempotency.forget_old() == 1
    assert [row["key"] for row in await rows("SELECT key FROM idempotency_keys")] == ["new"]
    assert await idempotency.forget_old(now=datetime.now(UTC) + timedelta(hours=23)) == 0
