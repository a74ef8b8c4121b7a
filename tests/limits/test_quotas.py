"""How many pictures and bytes a user may upload per day."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from server.core.database.connection import rows
from server.core.limits import quotas
from tests import pictures
from tests.callers import Caller
from tests.limits.conftest import Open
from tests.waiting import until


async def taken(who: Caller) -> list[tuple[int, int]]:
    found = await rows("SELECT pictures, bytes FROM upload_days WHERE user_id = $1", who.id)
    return [(day["pictures"], day["bytes"]) for day in found]


async def test_the_number_of_pictures_per_day_is_limited(
    house: Open, alice: Caller, bob: Caller, worker: None
) -> None:
    here = await house(uploads_per_day=2)
    picture = pictures.jpeg()
    for _ in range(2):
        assert (await here.caller(alice).upload(picture)).status == 201
    assert await taken(alice) == [(2, 2 * len(picture))]
    refused = await here.caller(alice).upload(picture)
    assert refused.error == (429, "quota_exceeded")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert f"{tomorrow}T00:00:00Z" in refused["error_message"]
    assert 0 < int(refused.headers["retry-after"]) <= 86400
    assert (await here.caller(bob).upload(picture)).status == 201


async def test_bytes_are_counted_before_they_are_received(house: Open, alice: Caller, worker: None) -> None:
    picture = pictures.jpeg() + bytes(100_000)  # much more than the rest of the form
    here = await house(upload_bytes_per_day=int(2.5 * len(picture)) + 1024)
    answers = await asyncio.gather(*[here.caller(alice).upload(picture) for _ in range(6)])
    assert sorted(answer.status for answer in answers) == [201, 201, 429, 429, 429, 429]
    assert (await taken(alice))[0][1] == 2 * len(picture)


async def test_a_failed_upload_counts_as_a_picture_but_its_bytes_do_not(
    house: Open, alice: Caller, worker: None
) -> None:
    here = await house()
    writer = here.caller(alice)
    assert (await writer.upload(b"not a picture at all" * 100)).error == (415, "unsupported_media_type")
    assert await taken(alice) == [(1, 0)]
    assert (await writer.upload(pictures.jpeg()[:-400])).status in (201, 422)
    assert (await writer.upload(b"x" * (11 << 20))).error == (413, "too_large")
    assert (await taken(alice))[0][0] == 2


async def test_an_upload_that_the_client_aborts_gives_back_its_quota(house: Open, alice: Caller) -> None:
    here = await house()
    head = (
        f"POST /api/medias HTTP/1.1\r\nHost: x\r\napi-key: {alice.key}\r\nContent-Length: 100000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", here.client.base_url.port)
    writer.write(head.encode())

    async def has(expected: list[tuple[int, int]]) -> bool:
        return await taken(alice) == expected

    await until(lambda: has([(1, 100_000)]))
    writer.close()
    await writer.wait_closed()
    await until(lambda: has([(1, 0)]))


async def test_the_bytes_of_text_per_day_are_limited(house: Open, alice: Caller, bob: Caller) -> None:
    here = await house(text_bytes_per_day=1024)
    writer = here.caller(alice)
    for _ in range(2):
        await writer.tweet("я" * 200)  # each takes two bytes
    refused = await writer.post("/api/tweets", json={"tweet_data": "я" * 200})
    assert refused.error == (429, "quota_exceeded")
    assert "1024 bytes of text" in refused["error_message"]
    assert 0 < int(refused.headers["retry-after"]) <= 86400
    await writer.tweet("я" * 112)
    assert (await writer.post("/api/tweets", json={"tweet_data": "x"})).status == 429
    assert (await rows("SELECT text_bytes FROM upload_days"))[0]["text_bytes"] == 1024
    await here.caller(bob).tweet("x")
    assert len(await writer.timeline()) == 4


async def test_the_text_of_tweets_with_pictures_counts_too(house: Open, alice: Caller, worker: None) -> None:
    here = await house(text_bytes_per_day=1024)
    writer = here.caller(alice)
    media = (await writer.upload(pictures.jpeg()))["media_id"]
    await writer.tweet("x" * 1000)
    body = {"tweet_data": "x" * 25, "tweet_media_ids": [media]}
    assert (await writer.post("/api/tweets", json=body)).error == (429, "quota_exceeded")
    await writer.tweet("", [media])  # the picture is still unattached, and an empty text takes no space


async def test_alternative_texts_count_too(house: Open, alice: Caller, bob: Caller, worker: None) -> None:
    """They are sent to every open stream."""
    here = await house(text_bytes_per_day=2048)
    writer = here.caller(alice)
    media = (await writer.upload(pictures.jpeg(), alt="x" * 1000))["media_id"]
    path = f"/api/medias/{media}"
    assert (await writer.patch(path, json={"alt": "y" * 1000})).status == 200
    refused = await writer.patch(path, json={"alt": "z" * 49})
    assert refused.error == (429, "quota_exceeded")
    assert (await writer.upload(pictures.jpeg(), alt="x" * 49)).error == (429, "quota_exceeded")
    assert (await writer.patch(path, json={"alt": ""})).status == 200
    assert (await writer.upload(pictures.jpeg())).status == 201
    assert (await writer.patch(path, json={"alt": "z" * 48})).status == 200
    assert (await here.caller(bob).upload(pictures.jpeg(), alt="x" * 49)).status == 201


async def test_concurrent_tweets_take_no_more_text_than_sequential_ones(house: Open, alice: Caller) -> None:
    here = await house(text_bytes_per_day=1024)
    writer = here.caller(alice)
    answers = await asyncio.gather(
        *(writer.post("/api/tweets", json={"tweet_data": "x" * 300}) for _ in range(20))
    )
    assert sorted(answer.status for answer in answers) == [201] * 3 + [429] * 17
    assert len(await writer.timeline()) == 3


async def test_an_idempotent_repetition_takes_no_more_text(house: Open, alice: Caller) -> None:
    here = await house(text_bytes_per_day=1024)
    writer = here.caller(alice)
    for _ in range(3):
        answer = await writer.post(
            "/api/tweets", json={"tweet_data": "x" * 300}, headers={"idempotency-key": "once"}
        )
        assert answer.status == 201
    assert (await rows("SELECT text_bytes FROM upload_days"))[0]["text_bytes"] == 300
    lost = {"headers": {"idempotency-key": "not this one"}}
    assert (await writer.post("/api/tweets", json={"tweet_data": "y" * 725}, **lost)).status == 429
    assert (await writer.post("/api/tweets", json={"tweet_data": "y" * 724}, **lost)).status == 201


async def test_quotas_of_past_days_are_deleted(alice: Caller) -> None:
    for day in (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)):
        await rows("INSERT INTO upload_days VALUES ($1, $2, 1, 1, 0) RETURNING 1", alice.id, day)
    assert await quotas.forget_old(now=datetime(2026, 1, 3, 12, tzinfo=UTC)) == 1
    assert len(await taken(alice)) == 2
