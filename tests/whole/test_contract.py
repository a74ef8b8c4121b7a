"""The contract over HTTP, against a `perch up` with four web processes of which only the address is known."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests import pictures
from tests.callers import Caller
from tests.thorough import much
from tests.waiting import until, until_gone
from tests.whole.conftest import Perch


async def test_a_client_of_the_original_coursework_still_works(
    alice: Caller, bob: Caller, http: httpx.AsyncClient
) -> None:
    """Calls as the compiled client of the coursework does: no media ids, POST and DELETE without a body."""
    made = await alice.post("/api/tweets", json={"tweet_data": "first"})
    assert (made["result"], isinstance(made["tweet_id"], int)) == (True, True)
    tweet_id = made["tweet_id"]
    await alice.post("/api/tweets", json={"tweet_data": "second", "tweet_media_ids": []})
    for _ in range(2):
        assert (await bob.post(f"/api/users/{alice.id}/follow")).body == {"result": True}
    assert (await bob.post(f"/api/tweets/{tweet_id}/likes")).body == {"result": True}
    me = (await bob.get("/api/users/me"))["user"]
    assert [user["id"] for user in me["following"]] == [alice.id]
    tweets = await bob.timeline(offset=1, limit=2)
    assert [tweet["content"] for tweet in tweets] == ["second", "first"]
    assert [tweet["content"] for tweet in await bob.timeline(offset=2, limit=1)] == ["first"]
    likes = tweets[1]["likes"]
    assert [(like["user_id"], like["id"], like["name"]) for like in likes] == [
        (me["id"], me["id"], bob.handle)
    ]
    assert (await bob.delete(f"/api/tweets/{tweet_id}/likes")).body == {"result": True}
    assert (await bob.delete(f"/api/tweets/{tweet_id}")).error == (403, "not_author")
    assert (await alice.delete(f"/api/tweets/{tweet_id}")).body == {"result": True}
    assert (await bob.delete(f"/api/users/{alice.id}/follow")).body == {"result": True}


async def test_the_life_of_a_picture_from_upload_to_deletion(alice: Caller, bob: Caller, four: Perch) -> None:
    uploaded = await alice.upload(pictures.lying_phone_picture())
    assert uploaded.status == 201
    tweet_id = await alice.tweet("look", [uploaded["media_id"]])
    (url,) = (await bob.read(tweet_id))["attachments"]
    seen = await bob.send("GET", url)  # without an API key
    assert seen.headers["content-type"] == "image/jpeg"
    image = pictures.opened(seen.content)
    assert image.size == (810, 1080)
    assert pictures.is_red(image, "upper left")
    await bob.post(f"/api/tweets/{tweet_id}/likes")
    await alice.delete(f"/api/tweets/{tweet_id}")
    token = url.rsplit("/", 1)[1]

    async def is_gone() -> bool:
        return (await bob.send("GET", url)).status_code == 404

    async def left() -> list[Path]:
        return [path for path in (four.folder / "data" / "objects").rglob("*") if token in path.name]

    await until(is_gone)
    await until_gone(left)


@pytest.mark.fault("counters")
async def test_two_hundred_parallel_likes_of_fifty_users_leave_counter_and_rows_equal(
    four: Perch, http: httpx.AsyncClient, alice: Caller, measured: Callable[[str], None]
) -> None:
    people = await four.register(http, 50)
    tweet_id = await alice.tweet()
    likes = [who.post(f"/api/tweets/{tweet_id}/likes") for who in people for _ in range(4)]
    assert {answer.status for answer in await asyncio.gather(*likes)} == {200}
    tweet = await alice.read(tweet_id)
    assert (tweet["likes_count"], len(tweet["likes"])) == (50, 50)
    chosen = random.Random(3)
    rounds = much(usually=1, thoroughly=50)
    for _ in range(rounds):
        both = [(chosen.choice(("POST", "DELETE")), chosen.choice(people)) for _ in range(200)]
        calls = [who.call(method, f"/api/tweets/{tweet_id}/likes") for method, who in both]
        assert {answer.status for answer in await asyncio.gather(*calls)} == {200}
        tweet = await alice.read(tweet_id)
        assert tweet["likes_count"] == len(tweet["likes"]) == len({like["id"] for like in tweet["likes"]})
    measured(f"{rounds * 200:,} likes and unlikes by 50 clients, 200 at once: counter = rows after each 200")


async def test_of_parallel_deletes_exactly_one_succeeds(alice: Caller) -> None:
    tweet_id = await alice.tweet()
    answers = await asyncio.gather(*(alice.delete(f"/api/tweets/{tweet_id}") for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200] + [404] * 19


async def test_a_write_can_be_read_back_through_any_process(alice: Caller) -> None:
    for number in range(40):
        tweet_id = await alice.tweet(str(number))
        seen = await asyncio.gather(*(alice.timeline(limit=1) for _ in range(4)))
        assert {tweets[0]["id"] for tweets in seen} == {tweet_id}


async def test_a_revoked_key_is_refused_by_every_process_at_once(
    alice: Caller, http: httpx.AsyncClient
) -> None:
    made = await alice.post("/api/keys", json={"name": "lost"})
    lost = Caller(http.request, made["key"])
    assert {(await lost.get("/api/users/me")).status for _ in range(8)} == {200}
    await alice.delete(f"/api/keys/{made['key_id']}")
    answers = await asyncio.gather(*(lost.get("/api/users/me") for _ in range(40)))
    assert {answer.error for answer in answers} == {(401, "invalid_key")}


def body(**fields: Any) -> dict[str, Any]:
    return {"json": {"tweet_data": "x", **fields}}


def file(data: bytes) -> dict[str, Any]:
    return {"files": {"file": ("picture.jpg", data)}}


@pytest.mark.parametrize(
    ("method", "path", "arguments", "error"),
    [
        ("GET", "/api/tweets", {"headers": {"api-key": "wrong"}}, (401, "invalid_key")),
        ("DELETE", "/api/tweets/99999999", {}, (404, "tweet_not_found")),
        ("POST", "/api/tweets/99999999/likes", {}, (404, "tweet_not_found")),
        ("GET", "/api/users/99999999", {}, (404, "user_not_found")),
        ("POST", "/api/users/99999999/follow", {}, (404, "user_not_found")),
        ("GET", f"/api/users/{2**64}", {}, (404, "user_not_found")),
        ("GET", "/api/tweets?limit=-1", {}, (422, "invalid_parameter")),
        ("GET", "/api/tweets?offset=x", {}, (422, "invalid_parameter")),
        ("POST", "/api/tweets", {"content": b"{"}, (422, "invalid_body")),
        ("POST", "/api/tweets", body(tweet_data="a\0"), (422, "invalid_body")),
        ("POST", "/api/tweets", {"content": b'{"tweet_data": "\\ud800"}'}, (422, "invalid_body")),
        ("POST", "/api/tweets", body(tweet_data="", tweet_media_ids=[]), (422, "invalid_body")),
        ("POST", "/api/tweets", body(tweet_data="x" * 1001), (422, "invalid_body")),
        ("POST", "/api/tweets", body(tweet_media_ids=[10**20]), (404, "media_not_found")),
        ("POST", "/api/tweets", {"content": b"x" * 400_000}, (413, "too_large")),
        ("POST", "/api/medias", file(b"<svg/>"), (415, "unsupported_media_type")),
        ("POST", "/api/medias", file(pictures.jpeg()[:300]), (422, "broken_picture")),
        ("POST", "/api/medias", {"json": {}}, (422, "invalid_body")),
        ("GET", "/api/nothing", {}, (404, "not_found")),
        ("PUT", "/api/tweets", {}, (405, "method_not_allowed")),
    ],
)
async def test_failures_come_in_the_envelope(
    alice: Caller, method: str, path: str, arguments: dict[str, Any], error: tuple[int, str]
) -> None:
    assert (await alice.call(method, path, **arguments)).error == error


async def test_an_upload_over_the_cap_is_refused_before_it_is_sent(alice: Caller, four: Perch) -> None:
    """Refused by its declared length: the answer comes although no byte of the body was sent."""
    parts = urlsplit(four.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(
        f"POST /api/medias HTTP/1.1\r\nHost: x\r\napi-key: {alice.key}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 99999999999\r\n\r\n".encode()
    )
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = json.loads(await reader.readexactly(length))
    writer.close()
    assert head.startswith(b"HTTP/1.1 413 ")
    assert body["error_type"] == "too_large"


async def test_the_service_says_what_it_is(alice: Caller) -> None:
    assert (await alice.get("/health/ready")).body == {"result": True, "status": "ok", "reasons": []}
    instance = (await Caller(alice.send, None).get("/api/instance"))["instance"]
    assert instance["features"]["demo_keys"] is True
    assert (await Caller(alice.send, "test").get("/api/users/me"))["user"]["name"] == "Иван"
    assert (await Caller(alice.send, "test1").get("/api/users/me"))["user"]["name"] == "Катя"
