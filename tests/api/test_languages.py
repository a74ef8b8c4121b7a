"""The language of tweets: detected, said, and changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from server.core.database.connection import rows
from server.features.tweets import personal
from server.features.tweets.language import CODES, detected
from tests.callers import Caller
from tests.realtime.listening import listening

ENGLISH, RUSSIAN = "Does anybody have a spare ladder?", "Сегодня весь день читал у окна."


async def tell(caller: Caller, text: str, **body: Any) -> dict[str, Any]:
    """Publish a tweet; return it as everyone reads it."""
    answer = await caller.post("/api/tweets", json={"tweet_data": text, **body})
    assert answer.status == 201, answer.body
    tweet: dict[str, Any] = answer["tweet"]
    assert await caller.read(tweet["id"]) == tweet
    return tweet


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        ("I <3 you all and I would really like to see you here again", "en"),
        (RUSSIAN, "ru"),
        ("מזג האוויר מושלם לטיול בהרים", "he"),
        ("今日はいい天気ですね", "ja"),
        ("Привіт усім, як справи?", "uk"),
        ("@bob look: https://example.org/it/is/in/english #perch", None),
        ("🎉🎉", None),
        ("lol", None),
        ("", None),
        ("\x01 " + ENGLISH, None),
    ],
)
def test_the_words_tell_the_language(text: str, language: str | None) -> None:
    assert detected(text) == language


def test_the_browser_offers_the_same_languages() -> None:
    script = (Path(__file__).parents[2] / "static/features/languages/codes.js").read_text()
    assert set(re.findall(r"\b[a-z]{2}\b", "".join(re.findall(r'"([^"]*)"', script)))) == CODES


async def test_tweets_are_in_the_language_of_their_words_or_in_the_one_that_is_said(alice: Caller) -> None:
    assert (await tell(alice, ENGLISH))["language"] == "en"
    assert (await tell(alice, RUSSIAN, warning="spoiler"))["language"] == "ru"
    assert "language" not in await tell(alice, "lol")
    assert (await tell(alice, "lol", language="de"))["language"] == "de"
    body = {"tweets": [{"tweet_data": ENGLISH}, {"tweet_data": RUSSIAN}]}
    answer = await alice.post("/api/tweets/thread", json=body)
    assert [one["language"] for one in answer["tweets"]] == ["en", "ru"]


async def test_there_must_be_such_a_language(alice: Caller) -> None:
    for code in ("xx", "EN", "english", ""):
        answer = await alice.post("/api/tweets", json={"tweet_data": "hello", "language": code})
        assert answer.error == (422, "invalid_body")
        assert "ISO 639-1" in answer["error_message"]


async def test_authors_change_the_language_and_open_pages_hear_of_it(
    address: str, alice: Caller, bob: Caller
) -> None:
    tweet = await tell(alice, ENGLISH)
    path = f"/api/tweets/{tweet['id']}"
    assert (await bob.patch(path, json={"language": "de"})).error == (403, "not_author")
    assert (await alice.patch(path, json={"language": "xx"})).error == (422, "invalid_body")
    assert (await alice.patch(f"/api/tweets/{tweet['id'] + 1}", json={"language": "de"})).status == 404
    async with listening(address, bob) as stream:
        assert (await alice.patch(path, json={"language": "de"})).status == 200
        await alice.tweet("the end")
        await stream.until("the end")
        assert [one["tweet"]["language"] for one in stream.of("tweet_edited")] == ["de"]
    found = await bob.read(tweet["id"])
    assert (found["language"], found["version"]) == ("de", tweet["version"] + 1)
    assert "edited_at" not in found
    assert (await alice.patch(path, json={"language": "de"})).status == 200
    assert (await bob.read(tweet["id"]))["version"] == found["version"], "nothing differs"
    await alice.patch(path, json={"language": None})
    assert (await bob.read(tweet["id"]))["language"] == "en"


async def test_an_edit_keeps_the_language_that_is_known(alice: Caller) -> None:
    known, unknown = await tell(alice, "lol", language="de"), await tell(alice, "lol")
    for tweet in (known, unknown):
        assert (await alice.call("PUT", f"/api/tweets/{tweet['id']}", json={"text": RUSSIAN})).status == 200
    assert [(await alice.read(one["id"]))["language"] for one in (known, unknown)] == ["de", "ru"]


async def test_an_edit_into_another_language_changes_what_was_only_guessed(alice: Caller) -> None:
    tweet = await tell(alice, ENGLISH)
    for text, language in ((RUSSIAN, "ru"), ("lol", None), (ENGLISH, "en")):
        await alice.call("PUT", f"/api/tweets/{tweet['id']}", json={"text": text})
        assert (await alice.read(tweet["id"])).get("language") == language


async def test_a_change_with_a_wrong_language_changes_nothing(alice: Caller) -> None:
    tweet = await tell(alice, ENGLISH)
    body = {"who_may_quote": "nobody", "language": "xx"}
    assert (await alice.patch(f"/api/tweets/{tweet['id']}", json=body)).error == (422, "invalid_body")
    assert await alice.read(tweet["id"]) == tweet


async def test_the_same_tweet_in_another_language_is_another_tweet(alice: Caller) -> None:
    async def send(**body: Any) -> int:
        answer = await alice.post(
            "/api/tweets", json={"tweet_data": "hello", **body}, headers={"Idempotency-Key": "one"}
        )
        return answer.status

    statuses = [await send(language=code) for code in ("en", "en", "de")]
    assert statuses == [201, 201, 422]


async def test_drafts_keep_the_language(alice: Caller) -> None:
    body: dict[str, Any] = {"tweets": [{"tweet_data": "lol"}]}
    draft = (await alice.post("/api/drafts", json={**body, "language": "de"}))["draft"]
    assert draft["language"] == "de"
    assert (await alice.get("/api/drafts"))["drafts"] == [draft]
    assert (await alice.post("/api/drafts", json={**body, "language": "xx"})).error == (422, "invalid_body")


async def test_exports_say_the_language(alice: Caller) -> None:
    await tell(alice, ENGLISH)
    (found,) = await rows(personal.EXPORT, alice.id, 0, 10)
    assert found["language"] == "en"
