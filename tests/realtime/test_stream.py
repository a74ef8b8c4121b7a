"""What a live stream reports, and to whom."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from server.api.http import openapi
from server.api.http.exchange import PerchHttp
from server.api.perch import live_people
from server.api.perch.telling import message
from server.context import App
from server.core.database.connection import rows
from server.core.live.event_id import EventId
from server.core.viewer import Person
from tests import pictures
from tests.callers import Caller
from tests.realtime.listening import listening, settled
from tests.schemas import matches
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


async def test_a_new_tweet_reaches_everybody_and_says_who_follows_its_author(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    await bob.post(f"/api/users/{alice.id}/follow")
    async with (
        listening(address, alice) as to_alice,
        listening(address, bob) as to_bob,
        listening(address, carol) as to_carol,
    ):
        tweet_id = await alice.tweet("news")
        for listener, followed in ((to_alice, True), (to_bob, True), (to_carol, False)):
            told = await listener.wait_for("tweet")
            assert told["tweet"]["id"] == tweet_id
            assert told["tweet"]["content"] == "news"
            assert told["followed"] is followed
            assert told["author"]["tweets_count"] == 1


async def test_a_deleted_tweet_is_announced(address: str, alice: Caller, bob: Caller) -> None:
    tweet_id = await alice.tweet()
    await bob.post(f"/api/tweets/{tweet_id}/likes")
    await settled()
    async with listening(address, bob) as to_bob:
        await alice.delete(f"/api/tweets/{tweet_id}")
        told = await to_bob.wait_for("tweet_deleted")
        assert told["tweet_id"] == tweet_id
        assert told["author"] == {
            "id": alice.id,
            "tweets_count": 0,
            "followers_count": 0,
            "following_count": 0,
            "version": 3,
        }
        assert to_bob.of("likes") == [], "the likes that went with it are not told apart"


async def test_like_counts_reach_everybody_and_the_like_itself_only_its_user(
    address: str, alice: Caller, bob: Caller
) -> None:
    tweet_id = await alice.tweet()
    async with listening(address, alice) as to_alice, listening(address, bob) as to_bob:
        await bob.post(f"/api/tweets/{tweet_id}/likes")
        told = await to_alice.wait_for("likes")
        assert (told["tweet_id"], told["likes_count"]) == (tweet_id, 1)
        own = await to_bob.wait_for("liked")
        assert (own["tweet_id"], own["liked"], own["likes_count"]) == (tweet_id, True, 1)
        assert own["version"] == (await alice.read(tweet_id))["version"]
        await bob.delete(f"/api/tweets/{tweet_id}/likes")
        assert (await to_bob.wait_for("liked", 2))["liked"] is False
        assert (await to_alice.wait_for("likes", 2))["likes_count"] == 0
        assert to_alice.of("liked") == []


async def test_likes_are_reported_at_most_once_a_second_and_the_final_count_is_right(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet_id = await alice.tweet()
    async with listening(address, alice) as to_alice:
        began = asyncio.get_running_loop().time()
        for _ in range(15):
            for who in (bob, carol):
                await who.post(f"/api/tweets/{tweet_id}/likes")
            await bob.delete(f"/api/tweets/{tweet_id}/likes")
        told = await to_alice.wait_for("likes")
        while told["likes_count"] != 1:
            told = await to_alice.wait_for("likes", len(to_alice.of("likes")) + 1)
        took = asyncio.get_running_loop().time() - began
        assert len(to_alice.of("likes")) <= took + 1


async def test_follows_and_their_counters_are_announced(address: str, alice: Caller, bob: Caller) -> None:
    async with listening(address, alice) as to_alice:
        await bob.post(f"/api/users/{alice.id}/follow")
        told = await to_alice.wait_for("follow")
        assert (told["follower_id"], told["followee_id"], told["followed"]) == (bob.id, alice.id, True)
        profile = (await alice.get(f"/api/users/{alice.id}"))["user"]
        counted = {user["id"]: user for user in told["users"]}
        assert counted[alice.id]["followers_count"] == 1 == profile["followers_count"]
        assert counted[alice.id]["version"] == profile["version"]
        assert counted[bob.id]["following_count"] == 1
        await bob.delete(f"/api/users/{alice.id}/follow")
        assert (await to_alice.wait_for("follow", 2))["followed"] is False


async def test_a_new_display_name_is_announced(address: str, alice: Caller, bob: Caller) -> None:
    async with listening(address, bob) as to_bob:
        await alice.patch("/api/users/me", json={"name": "Alice Liddell"})
        told = await to_bob.wait_for("user")
        assert told["user"] == {"id": alice.id, "name": "Alice Liddell", "handle": "alice"}


@pytest.mark.usefixtures("worker")
async def test_a_picture_is_announced_to_its_owner_and_once_attached_to_everybody(
    address: str, alice: Caller, bob: Caller
) -> None:
    async with listening(address, alice) as to_alice, listening(address, bob) as to_bob:
        media_id = (await alice.upload(pictures.jpeg()))["media_id"]
        told = await to_alice.wait_for("media")
        assert (told["tweet_id"], told["media"]["id"], told["media"]["state"]) == (None, media_id, "ready")
        tweet_id = await alice.tweet("with a picture", [media_id])
        shown = await to_bob.wait_for("tweet")
        assert [one["id"] for one in shown["tweet"]["media"]] == [media_id]
        assert to_bob.of("media") == []
        await alice.patch(f"/api/medias/{media_id}", json={"alt": "a square"})
        told = await to_bob.wait_for("media")
        assert (told["tweet_id"], told["media"]["alt"]) == (tweet_id, "a square")


async def test_a_broken_picture_is_removed_from_its_tweet_for_everybody(
    address: str, alice: Caller, bob: Caller
) -> None:
    tweet_id = await alice.tweet()
    await rows(
        "INSERT INTO media_attachments (token, owner_id, tweet_id) VALUES ('x', $1, $2) RETURNING id",
        alice.id,
        tweet_id,
    )
    async with listening(address, bob) as to_bob:
        await rows(
            "UPDATE media_attachments SET state = 'broken', failure = 'x', tweet_id = NULL RETURNING 1"
        )
        told = await to_bob.wait_for("media")
        assert (told["tweet_id"], told["media"]["state"]) == (tweet_id, "broken")


async def test_a_listener_with_personal_events_gets_the_others_too(
    address: str, alice: Caller, bob: Caller, carol: Caller
) -> None:
    tweet_id = await alice.tweet()
    async with listening(address, bob) as to_bob, listening(address, carol) as to_carol:
        await rows(
            "WITH liked AS (INSERT INTO likes (tweet_id, user_id) VALUES ($1, $2) RETURNING 1), "
            "renamed AS (UPDATE users SET name = 'Carol' WHERE id = $3 RETURNING 1) "
            "INSERT INTO tweets (author_id, content) VALUES ($3, 'in one go') RETURNING 1",
            tweet_id,
            bob.id,
            carol.id,
        )
        for listener in (to_bob, to_carol):
            await listener.until("in one go")
            await listener.wait_for("likes")
            await listener.wait_for("user")
        await to_bob.wait_for("liked")
        assert (to_bob.of("tweet")[-1]["followed"], to_carol.of("tweet")[-1]["followed"]) == (False, True)
        assert to_carol.of("liked") == []
        assert to_bob.numbers == sorted(set(to_bob.numbers))


async def test_events_match_the_document(app: App, address: str, alice: Caller, bob: Caller) -> None:
    document = openapi.document(app)
    operation = document["paths"]["/api/stream"]["get"]
    schema = operation["responses"]["200"]["content"]["text/event-stream"]["schema"]
    components = document["components"]["schemas"]
    async with listening(address, bob) as to_bob:
        tweet_id = await alice.tweet()
        await bob.post(f"/api/tweets/{tweet_id}/likes")
        await bob.post(f"/api/users/{alice.id}/follow")
        await alice.patch("/api/users/me", json={"name": "A"})
        await to_bob.wait_for("user")
        await to_bob.wait_for("likes")
        await alice.delete(f"/api/tweets/{tweet_id}")
        await to_bob.wait_for("tweet_deleted")
        assert len(set(to_bob.kinds)) == 6
        for told in to_bob.heard:
            data: dict[str, Any] = {name: value for name, value in told.items() if name != "id"}
            shape = next(
                components[ref["$ref"].rsplit("/", 1)[-1]]
                for ref in schema["oneOf"]
                if components[ref["$ref"].rsplit("/", 1)[-1]]["properties"]["type"]["enum"] == [told["type"]]
            )
            assert matches(data, shape, components), (told, shape)


def test_an_encoded_event_fits_on_one_line() -> None:
    person = Person(1, "a\nb\r", "x")
    text = message(EventId("0" * 12, 1), live_people.Renamed(person, 1))
    assert text.count(b"\n") == 4
    assert b"\r" not in text
    assert msgspec.json.decode(text.split(b"data: ")[1])["user"]["name"] == "a\nb\r"


async def test_a_stream_that_comes_back_to_a_stopping_process_ends_at_once(
    address: str, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a connection that is still open; otherwise it would keep the process from ending."""
    monkeypatch.setattr(PerchHttp, "is_stopping", True)
    async with listening(address, alice) as heard:
        assert (await heard.wait_for("reset"))["reason"] == "stopping"
        await until(lambda: heard.ended)
