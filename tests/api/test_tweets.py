"""Publishing, reading and deleting tweets."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.database.connection import rows
from tests.callers import Caller


async def test_a_tweet_is_published_and_read(alice: Caller) -> None:
    answer = await alice.post("/api/tweets", json={"tweet_data": "hello", "tweet_media_ids": []})
    assert answer.status == 201
    assert answer.body.keys() == {"result", "tweet_id", "tweet"}
    tweet = await alice.read(answer["tweet_id"])
    assert tweet["content"] == "hello"
    assert tweet["author"] == {"id": alice.id, "name": "alice", "handle": "alice"}
    assert tweet["attachments"] == []
    assert tweet["likes"] == []
    assert (tweet["likes_count"], tweet["liked"]) == (0, False)
    assert tweet["created_at"] == tweet["stamp"]
    assert tweet["created_at"].endswith("Z")
    assert answer["tweet"] == tweet


@pytest.mark.parametrize("body", [{"tweet_data": "x"}, {"tweet_data": "x", "tweet_media_ids": None}])
async def test_media_ids_may_be_absent_or_null(alice: Caller, body: dict[str, Any]) -> None:
    assert (await alice.post("/api/tweets", json=body)).status == 201


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines\r\nand a tab\t.",
        "  space around  ",
        "emoji 👩‍👩‍👧‍👦 🏳️‍🌈 and é",
        "עברית and العربية \u202eturned\u202c",
        "'; DROP TABLE tweets; -- \\ \" %s {} <script>alert(1)</script>",
        "x\u0001\u007f\ufeff\uffff",
        "я" * 1000,
        "👩‍👩‍👧‍👦" * 600,  # 15,000 bytes, or 600 characters as people count them
    ],
)
async def test_tweet_text_is_stored_unchanged(alice: Caller, text: str) -> None:
    assert (await alice.read(await alice.tweet(text)))["content"] == text


@pytest.mark.parametrize("text", ["", " \n", " \u200b\u2060 ", "\u3164", "\u0001\u2800"])
async def test_a_tweet_without_a_visible_character_needs_a_picture(alice: Caller, text: str) -> None:
    answer = await alice.post("/api/tweets", json={"tweet_data": text})
    assert answer.error == (422, "invalid_body")
    assert answer["error_message"] == "A tweet needs text or a picture."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"tweet_data": "a\\u0000b"}', "NUL"),
        (b'{"tweet_data": "a\\ud800b"}', "JSON"),
        (b'{"tweet_data": ""}', "text or a picture"),
        (b'{"tweet_data": "  \\n "}', "text or a picture"),
        (b"{}", "text or a picture"),
        (b'{"tweet_data": 5}', "tweet_data"),
        (b'{"tweet_data": ["x"]}', "tweet_data"),
        (b'{"tweet_data": "x", "tweet_media_ids": "1"}', "tweet_media_ids"),
        (b'{"tweet_data": "x", "tweet_media_ids": ["1"]}', "tweet_media_ids"),
        (b'{"tweet_data": "x", "tweet_media_ids": [true]}', "tweet_media_ids"),
        (b'{"tweet_data": "x", "tweet_media_ids": [1.5]}', "tweet_media_ids"),
        (b'{"tweet_data": "x", "tweet_media_ids": [1,2,3,4,5]}', "at most 4"),
        (b'{"tweet_data": "x", "tweet_media_ids": [1,1]}', "twice"),
        (b'{"tweet_data": "' + b"x" * 1001 + b'"}', "1001 characters"),
        ('{"tweet_data": "' + "👩‍👩‍👧‍👦" * 900 + '"}', "at most 16000"),
        (b"", "JSON body"),
        (b"null", "The body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b'{"tweet_data": "x"', "JSON"),
        (b"\xff\xfe", "JSON"),
        (b'{"tweet_data":' + b"[" * 100_000, "tweet_data"),
    ],
)
async def test_an_invalid_body_is_refused_by_name(alice: Caller, body: Any, words: str) -> None:
    answer = await alice.post("/api/tweets", content=body, headers={"content-type": "application/json"})
    assert answer.error == (422, "invalid_body")
    assert words in answer["error_message"]
    assert await alice.timeline() == []


@pytest.mark.parametrize("media_id", [1, 0, -1, 2**63, 10**30])
async def test_attaching_an_unknown_picture_is_not_found(alice: Caller, media_id: int) -> None:
    answer = await alice.post("/api/tweets", json={"tweet_data": "x", "tweet_media_ids": [media_id]})
    assert answer.error == (404, "media_not_found")
    assert await alice.timeline() == []


async def test_only_the_author_deletes_a_tweet(alice: Caller, bob: Caller) -> None:
    tweet_id = await alice.tweet()
    assert (await bob.delete(f"/api/tweets/{tweet_id}")).error == (403, "not_author")
    assert (await alice.delete(f"/api/tweets/{tweet_id}")).body == {"result": True}
    assert (await alice.delete(f"/api/tweets/{tweet_id}")).error == (404, "tweet_not_found")
    assert (await bob.get(f"/api/tweets/{tweet_id}")).error == (404, "tweet_not_found")
    assert await bob.timeline() == []


async def test_deleting_a_tweet_deletes_only_its_own_likes(alice: Caller, bob: Caller) -> None:
    gone, stays = await alice.tweet("gone"), await alice.tweet("stays")
    for tweet_id in (gone, stays):
        await bob.post(f"/api/tweets/{tweet_id}/likes")
    await alice.delete(f"/api/tweets/{gone}")
    assert [(t["id"], t["likes_count"], len(t["likes"])) for t in await bob.timeline()] == [(stays, 1, 1)]


@pytest.mark.parametrize(
    "tweet_id", ["0", "9223372036854775807", "9223372036854775808", "9" * 30, "9" * 5000]
)
@pytest.mark.parametrize(
    ("method", "end"), [("GET", ""), ("DELETE", ""), ("POST", "/likes"), ("GET", "/likes")]
)
async def test_unknown_tweet_ids_are_not_found(alice: Caller, method: str, end: str, tweet_id: str) -> None:
    assert (await alice.call(method, f"/api/tweets/{tweet_id}{end}")).error == (404, "tweet_not_found")


@pytest.mark.parametrize("tweet_id", ["x", "-1", "1.5", "%00", "1e3", "１", "1_0", "x" * 30])
async def test_malformed_tweet_ids_are_not_found(alice: Caller, tweet_id: str) -> None:
    await rows(
        "INSERT INTO tweets (id, author_id, content) VALUES (1, $1, 'x'), (10, $1, 'x') RETURNING id",
        alice.id,
    )
    assert (await alice.get(f"/api/tweets/{tweet_id}")).error == (404, "not_found")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (None, 201),
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("application/merge-patch+json", 201),
        ("Application/JSON", 201),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=b", 415),
        ("application/jsonp", 415),
        ("text/json", 415),
    ],
)
async def test_a_body_with_another_content_type_than_json_is_refused(
    alice: Caller, kind: str | None, status: int
) -> None:
    """A page of another site can send such types without a preflight request."""
    headers = {} if kind is None else {"content-type": kind}
    answer = await alice.post("/api/tweets", content=b'{"tweet_data": "x"}', headers=headers)
    assert answer.status == status
    assert answer.body.get("error_type") == (None if status == 201 else "unsupported_media_type")
