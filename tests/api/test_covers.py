"""Content warnings and sensitive pictures, as the API takes and tells them."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.tweets import personal
from server.features.tweets.cover import MAX_WARNING
from tests import pictures
from tests.callers import Caller
from tests.realtime.listening import listening


async def tell(caller: Caller, **body: Any) -> dict[str, Any]:
    """Publish a tweet; return it as its author reads it."""
    answer = await caller.post("/api/tweets", json={"tweet_data": "the butler did it", **body})
    assert answer.status == 201, answer.body
    tweet: dict[str, Any] = answer["tweet"]
    assert await caller.read(tweet["id"]) == tweet
    return tweet


async def test_old_clients_get_the_warning_before_the_text(address: str, alice: Caller, bob: Caller) -> None:
    tweet = await tell(alice, warning="  spoiler for chapter 3 ")
    assert tweet["content"] == "spoiler for chapter 3\n\nthe butler did it"
    assert (tweet["warning"], tweet["text"]) == ("spoiler for chapter 3", "the butler did it")
    assert tweet["sensitive"] is True
    everyone = await bob.timeline()
    assert everyone[0] == tweet
    async with listening(address, bob) as stream:
        await tell(alice, warning="again")
        await stream.until("again\n\nthe butler did it")
        assert stream.of("tweet")[-1]["tweet"]["warning"] == "again"


async def test_fields_that_do_not_apply_are_absent(alice: Caller) -> None:
    for body in ({}, {"warning": ""}, {"warning": " "}, {"warning": None, "sensitive": False}):
        tweet = await tell(alice, **body)
        assert tweet["content"] == "the butler did it"
        assert not {"text", "warning", "sensitive"} & set(tweet)


async def test_each_tweet_of_a_thread_has_the_warning(alice: Caller) -> None:
    body = {"tweets": [{"tweet_data": "one"}, {"tweet_data": "two #news"}], "warning": "long"}
    answer = await alice.post("/api/tweets/thread", json=body)
    assert [(one["warning"], one["text"]) for one in answer["tweets"]] == [
        ("long", "one"),
        ("long", "two #news"),
    ]


async def test_pictures_are_covered_by_choice_or_by_default(alice: Caller) -> None:
    async def is_covered(**body: Any) -> bool:
        media = (await alice.upload(pictures.jpeg()))["media_id"]
        return bool((await tell(alice, tweet_media_ids=[media], **body)).get("sensitive"))

    assert [await is_covered(), await is_covered(sensitive=True)] == [False, True]
    assert (await alice.get("/api/preferences"))["default_sensitive"] is False
    assert (await alice.patch("/api/preferences", json={"default_sensitive": True}))[
        "default_sensitive"
    ] is True
    assert [await is_covered(), await is_covered(sensitive=False)] == [True, False]
    # There is nothing to cover.
    assert "sensitive" not in await tell(alice)
    assert "sensitive" not in await tell(alice, tweet_data="with a #hashtag")
    assert (await tell(alice, sensitive=False, warning="w"))["sensitive"] is True


@pytest.mark.parametrize(
    "warning", ["two\nlines", "x" * (MAX_WARNING + 1), "\u200b", "\u202eright to left", "\0"]
)
async def test_a_warning_is_one_visible_line(alice: Caller, warning: str) -> None:
    answer = await alice.post("/api/tweets", json={"tweet_data": "x", "warning": warning})
    assert answer.error == (422, "invalid_body")
    assert "warning" in answer["error_message"]


async def test_the_same_key_with_another_warning_is_refused(alice: Caller) -> None:
    async def send(**body: Any) -> tuple[int, Any]:
        answer = await alice.post(
            "/api/tweets", json={"tweet_data": "x", **body}, headers={"idempotency-key": "k"}
        )
        return answer.status, answer.body.get("tweet_id", answer.body.get("error_type"))

    first = await send(warning="a")
    assert first[0] == 201
    assert await send(warning=" a ") == first
    assert await send(warning="b") == (422, "idempotency_key_reused")
    assert await send() == (422, "idempotency_key_reused")


async def test_the_text_of_a_warning_counts_against_the_days_limit(alice: Caller) -> None:
    await tell(alice, tweet_data="12345", warning="123")
    assert (await rows("SELECT text_bytes FROM upload_days"))[0]["text_bytes"] == 8


async def test_the_archive_has_the_warning(alice: Caller) -> None:
    tweet = await tell(alice, warning="w")
    (found,) = await rows(personal.EXPORT, alice.id, 0, 10)
    assert (found["id"], found["warning"], found["sensitive"]) == (tweet["id"], "w", True)
    assert found["text"] == "the butler did it"
