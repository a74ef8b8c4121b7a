"""Several tweets published together: in order, all or none, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.context import Context
from server.core.database.connection import rows
from server.features.tweets.checks import MAX_PARTS
from tests import pictures
from tests.api.notifying import notified
from tests.api.test_notifications import read
from tests.callers import Answer, Caller, register
from tests.domain.test_counters import DISAGREEING
from tests.realtime.listening import listening

PATH = "/api/tweets/thread"


def texts(*found: str, **more: Any) -> dict[str, Any]:
    return {"tweets": [{"tweet_data": text} for text in found], **more}


async def publish(caller: Caller, body: dict[str, Any], key: str | None = None) -> Answer:
    headers = {} if key is None else {"idempotency-key": key}
    return await caller.post(PATH, json=body, headers=headers)


async def count() -> int:
    return int((await rows("SELECT count(*) AS n FROM tweets"))[0]["n"])


async def test_each_part_replies_to_the_one_before(alice: Caller, bob: Caller) -> None:
    answer = await publish(alice, texts("one", "two", "three"))
    assert answer.status == 201, answer.body
    first, second, third = answer["tweets"]
    assert [tweet["content"] for tweet in (first, second, third)] == ["one", "two", "three"]
    assert first["id"] < second["id"] < third["id"]
    assert first["in_reply_to_id"] is first["thread_root_id"] is None
    assert second["in_reply_to_id"] == second["thread_root_id"] == third["thread_root_id"] == first["id"]
    assert third["in_reply_to_id"] == second["id"]
    assert third["in_reply_to_user"]["id"] == alice.id
    assert [tweet["part"] for tweet in answer["tweets"]] == [{"number": n, "of": 3} for n in (1, 2, 3)]
    thread = await bob.get(f"/api/tweets/{first['id']}/thread")
    assert [one["tweet"]["id"] for one in thread["replies"]] == [second["id"], third["id"]]
    for tweet in answer["tweets"][1:]:
        shown = await bob.read(tweet["id"])
        assert shown == {**tweet, "replies_count": shown["replies_count"], "version": shown["version"]}
    assert (await alice.read(await alice.tweet("alone")))["part"] is None
    assert await rows(DISAGREEING) == []


@pytest.mark.usefixtures("worker")
async def test_parts_have_pictures_mentions_and_hashtags_of_their_own(alice: Caller, bob: Caller) -> None:
    media = [(await alice.upload(pictures.jpeg()))["media_id"] for _ in range(2)]
    answer = await publish(
        alice,
        {
            "tweets": [
                {"tweet_data": "see #these", "tweet_media_ids": [media[0]]},
                {"tweet_data": f"and @{bob.handle}"},
                {"tweet_media_ids": [media[1]]},
            ]
        },
    )
    assert answer.status == 201, answer.body
    first, second, third = answer["tweets"]
    assert [len(tweet["media"]) for tweet in answer["tweets"]] == [1, 0, 1]
    assert second["mentions"][0]["id"] == bob.id
    assert [tweet["id"] for tweet in (await bob.get("/api/hashtags/these/tweets"))["tweets"]] == [first["id"]]
    assert [one["tweet"]["id"] for one in await read(bob)] == [second["id"]]
    assert third["content"] == ""


@pytest.mark.usefixtures("worker")
async def test_all_are_published_or_none(alice: Caller, bob: Caller) -> None:
    his = (await bob.upload(pictures.jpeg()))["media_id"]
    used = (await alice.upload(pictures.jpeg()))["media_id"]
    await alice.tweet("with it", [used])
    before = await count()
    for media_id, error in ((his, (404, "media_not_found")), (used, (409, "media_in_use"))):
        body = texts("one", "two")
        body["tweets"].append({"tweet_data": "three", "tweet_media_ids": [media_id]})
        assert (await publish(alice, body, "a key")).error == error
    assert await count() == before
    assert await rows(DISAGREEING) == []
    # A request that failed has used up nothing.
    assert (await publish(alice, texts("one", "two"), "a key")).status == 201


@pytest.mark.parametrize(
    ("tweets", "words"),
    [
        ([{"tweet_data": "one"}, {"tweet_data": "x" * 1001}], "tweets[1].tweet_data has 1001 characters"),
        ([{"tweet_data": "one"}, {"tweet_data": " "}], "tweets[1] needs text or a picture"),
        ([{"tweet_data": "one"}], "tweets"),
        ([{"tweet_data": "one"}] * (MAX_PARTS + 1), "tweets"),
        ([{"tweet_media_ids": [1]}, {"tweet_media_ids": [1]}], "the same picture twice"),
        ([{"tweet_data": "one"}, "two"], "tweets"),
    ],
)
async def test_an_error_says_which_part_is_wrong(alice: Caller, tweets: list[Any], words: str) -> None:
    answer = await publish(alice, {"tweets": tweets})
    assert answer.error == (422, "invalid_body")
    assert words in answer["error_message"]
    assert await count() == 0


async def test_a_thread_is_published_once_for_its_key(alice: Caller, bob: Caller) -> None:
    body = texts("one", "two", "three")
    answers = await asyncio.gather(*[publish(alice, body, "k" * 200) for _ in range(6)])
    assert {answer.status for answer in answers} == {201}
    assert len({tuple(tweet["id"] for tweet in answer["tweets"]) for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 5
    assert await count() == 3
    other = {"error": (422, "idempotency_key_reused")}
    for changed in (texts("one", "two"), texts("one", "two", "other")):
        assert (await publish(alice, changed, "k" * 200)).error == other["error"]
    alone = await alice.post(
        "/api/tweets", json={"tweet_data": "one"}, headers={"idempotency-key": "k" * 200}
    )
    assert alone.error == other["error"]
    assert (await publish(bob, body, "k" * 200)).status == 201
    assert await rows(DISAGREEING) == []


async def test_a_thread_can_reply_and_keeps_the_narrower_visibility(alice: Caller, bob: Caller) -> None:
    parent = await bob.post("/api/tweets", json={"tweet_data": f"@{alice.handle}", "visibility": "mentioned"})
    answer = await publish(alice, texts("one", "two", in_reply_to_id=parent["tweet_id"], visibility="public"))
    first, second = answer["tweets"]
    assert first["in_reply_to_id"] == first["thread_root_id"] == parent["tweet_id"]
    assert {first["visibility"], second["visibility"]} == {"mentioned"}
    assert (await publish(alice, texts("a", "b", in_reply_to_id=999_999))).error == (404, "tweet_not_found")
    ruled = texts("a", "b", in_reply_to_id=parent["tweet_id"], who_may_reply="nobody")
    assert (await publish(alice, ruled)).error == (422, "not_first")


async def test_who_may_reply_counts_for_all_parts_but_not_for_their_author(
    alice: Caller, bob: Caller
) -> None:
    answer = await publish(alice, texts("one", "two", "three", who_may_reply="nobody"))
    assert answer.status == 201, answer.body
    for tweet in answer["tweets"]:
        refused = await bob.post("/api/tweets", json={"tweet_data": "so", "in_reply_to_id": tweet["id"]})
        assert refused.error == (403, "replies_limited")


async def test_a_thread_that_would_be_too_deep_is_refused(alice: Caller) -> None:
    first = await alice.tweet("deep")
    await rows(
        "UPDATE tweets SET thread_path = array_fill(1::bigint, ARRAY[290]), thread_root_id = 1, "
        "in_reply_to_id = 1 WHERE id = $1 RETURNING 1",
        first,
    )
    body = texts(*map(str, range(15)), in_reply_to_id=first)
    assert (await publish(alice, body)).error == (409, "thread_too_deep")
    assert await count() == 1


async def test_the_day_has_to_have_room_for_all(alice: Caller, perch: Context) -> None:
    await rows(
        "INSERT INTO upload_days (user_id, day, pictures, bytes, text_bytes) "
        "VALUES ($1, current_date, 0, 0, $2) RETURNING 1",
        alice.id,
        perch.settings.text_bytes_per_day - 5,
    )
    assert (await publish(alice, texts("four", "more"))).error == (429, "quota_exceeded")
    assert await count() == 0


async def test_the_bell_rings_once(alice: Caller, bob: Caller) -> None:
    await alice.post(f"/api/users/{bob.id}/follow")
    await alice.post(f"/api/users/{bob.id}/notify")
    answer = await publish(bob, texts("one", "two", "three"))
    await notified()
    told = await read(alice)
    assert [(one["kind"], one["tweet"]["id"]) for one in told] == [("tweet", answer["tweets"][0]["id"])]


@pytest.mark.whole
async def test_the_stream_has_them_in_order(address: str, alice: Caller, bob: Caller) -> None:
    async with listening(address, bob) as stream:
        await publish(alice, texts("one", "two", "the end"))
        await stream.until("the end")
        assert [one["tweet"]["content"] for one in stream.of("tweet")] == ["one", "two", "the end"]


async def test_threads_of_many_people_at_once(alice: Caller) -> None:
    """New hashtags in opposite orders, which wait for each other."""
    people = [await register(alice.send, f"p{number}") for number in range(8)]
    for turn in range(3):
        one, other = texts(f"#a{turn}", f"#b{turn}", "x"), texts(f"#b{turn}", f"#a{turn}", "x")
        answers = await asyncio.gather(
            *[publish(who, one if number % 2 else other) for number, who in enumerate(people)]
        )
        assert {answer.status for answer in answers} == {201}, [answer.body for answer in answers]
    assert await count() == 3 * 3 * len(people)
    assert await rows(DISAGREEING) == []


async def test_new_hashtags_of_a_thread_and_of_a_tweet_do_not_deadlock(alice: Caller) -> None:
    """Both come from the same author, at the same moment."""
    for number in range(12):
        tags = " ".join(f"#t{number}_{tag}" for tag in range(8))
        other = " ".join(f"#t{number}_{tag}" for tag in reversed(range(8)))
        answers = await asyncio.gather(
            publish(alice, texts(f"one {tags}", f"two {other}")),
            alice.post("/api/tweets", json={"tweet_data": f"three {other}"}),
            publish(alice, texts(f"four {other}", f"five {tags}")),
            alice.post("/api/tweets", json={"tweet_data": f"six {tags}"}),
        )
        assert [answer.status for answer in answers] == [201] * 4


@pytest.mark.usefixtures("worker")
async def test_a_thread_and_a_tweet_that_want_the_same_picture_do_not_deadlock(alice: Caller) -> None:
    for number in range(8):
        one, two = [(await alice.upload(pictures.png(64 + number, 64)))["media"]["id"] for _ in range(2)]
        parts = [{"tweet_data": f"#picture{number}"}, {"tweet_data": "", "tweet_media_ids": [one]}]
        answers = await asyncio.gather(
            publish(alice, {"tweets": parts}),
            alice.post("/api/tweets", json={"tweet_data": "", "tweet_media_ids": [one, two]}),
        )
        assert sorted(answer.status for answer in answers) == [201, 409], [one.body for one in answers]


@pytest.mark.usefixtures("worker")
async def test_a_thread_with_the_picture_of_a_tweet_that_is_being_deleted_does_not_deadlock(
    alice: Caller,
) -> None:
    """The thread replies to it. Whatever comes first, either the tweet or its picture can't be had."""
    for number in range(8):
        picture = (await alice.upload(pictures.png(64 + number, 64)))["media"]["id"]
        first = await alice.tweet("the first", media=[picture])
        parts = [{"tweet_data": f"#gone{number}"}, {"tweet_data": "", "tweet_media_ids": [picture]}]
        threads = [publish(alice, {"tweets": parts, "in_reply_to_id": first}) for _ in range(2)]
        deleted, *refused = await asyncio.gather(alice.delete(f"/api/tweets/{first}"), *threads)
        assert deleted.status == 200, deleted.body
        assert {answer.status for answer in refused} <= {404, 409}, [answer.body for answer in refused]
