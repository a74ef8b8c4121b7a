"""Following hashtags: what comes to Following, the list, limits, export and erasure."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest

from server.core.database.connection import rows
from server.features.hashtags.followed import MAX_FOLLOWED
from tests.callers import Answer, Caller
from tests.realtime.listening import listening


async def follow(caller: Caller, name: str) -> Answer:
    return await caller.post(f"/api/hashtags/{quote(name)}/follow")


async def following(caller: Caller, **params: object) -> list[str]:
    found = await caller.get("/api/tweets", params={"timeline": "following", **params})
    assert found.status == 200, found.body
    if "entries" in params:
        return [entry["tweet"]["content"] for entry in found["entries"]]
    return [tweet["content"] for tweet in found["tweets"]]


async def test_tweets_with_a_followed_hashtag_are_on_following(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await bob.tweet("before #Perch")
    assert await following(alice) == []
    assert (await follow(alice, "PERCH")).body == {"result": True}
    await carol.tweet("after #perch")
    await carol.tweet("nothing of it")
    assert await following(alice) == await following(alice, entries=1) == ["after #perch", "before #Perch"]
    assert await following(bob) == ["before #Perch"]
    assert (await alice.get("/api/hashtags/perch/follow"))["followed"] is True
    assert (await alice.delete("/api/hashtags/perch/follow")).status == 200
    assert await following(alice) == []
    assert (await alice.get("/api/hashtags/perch/follow"))["followed"] is False


async def test_a_tweet_with_two_reasons_is_listed_once(alice: Caller, bob: Caller) -> None:
    await alice.post(f"/api/users/{bob.id}/follow")
    for name in ("one", "two"):
        assert (await follow(alice, name)).status == 200
    await bob.tweet("#one and #two")
    await bob.tweet("neither")
    assert await following(alice) == ["neither", "#one and #two"]
    assert await following(alice, limit=1, offset=2) == ["#one and #two"]


async def test_replies_to_others_and_what_is_not_public_stay_out(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await follow(alice, "perch")
    first = await bob.tweet("begun")
    await carol.reply(first, "a reply #perch")
    await bob.reply(first, "continued #perch")
    for visibility in ("unlisted", "followers", "mentioned"):
        body = {"tweet_data": f"{visibility} #perch @{alice.handle}", "visibility": visibility}
        assert (await bob.post("/api/tweets", json=body)).status == 201
    assert await following(alice) == ["continued #perch"]


async def test_following_by_hashtags_goes_on_page_by_page(alice: Caller, bob: Caller) -> None:
    for name in ("odd", "even"):
        await follow(alice, name)
    for number in range(7):
        await bob.tweet(f"{number} #{'odd' if number % 2 else 'even'}")
    found: list[str] = []
    before = None
    while True:
        asked = {"timeline": "following", "limit": 3} | ({} if before is None else {"before": before})
        page = await alice.get("/api/tweets", params=asked)
        found += [tweet["content"][0] for tweet in page["tweets"]]
        if (before := page["next"]) is None:
            break
    assert found == list("6543210")
    newest = await alice.get("/api/tweets", params={"timeline": "following", "limit": 3})
    older = {"timeline": "following", "before": newest["next"]}
    previous = (await alice.get("/api/tweets", params=older))["previous"]
    newer = await alice.get("/api/tweets", params={"timeline": "following", "after": previous, "limit": 2})
    assert [one["content"][0] for one in newer["tweets"]] == list("54")


async def test_the_list_has_the_newest_first_as_they_were_written(alice: Caller) -> None:
    for name in ("Perch", "été", "Ёлка"):
        assert (await follow(alice, name)).status == 200
    assert (await follow(alice, "елка")).status == 200  # the same
    assert (await alice.get("/api/followed-hashtags"))["hashtags"] == ["Ёлка", "été", "Perch"]


@pytest.mark.parametrize("name", ["1984", "two words", "#perch", "a" * 600])
async def test_what_no_text_can_have_is_refused(alice: Caller, name: str) -> None:
    assert (await follow(alice, name)).error == (422, "invalid_parameter")
    assert (await alice.get("/api/followed-hashtags"))["hashtags"] == []


async def test_one_user_follows_a_limited_number(alice: Caller) -> None:
    for number in range(MAX_FOLLOWED - 1):
        await rows(
            "INSERT INTO followed_hashtags (user_id, hashtag_id, shown) VALUES ($1, $2, $3)",
            alice.id,
            number,
            f"tag{number}",
        )
    answers = await asyncio.gather(*[follow(alice, f"more{number}") for number in range(4)])
    assert sorted(answer.status for answer in answers) == [200, 422, 422, 422]
    refused = next(answer for answer in answers if answer.status == 422)
    assert refused.error == (422, "too_many_hashtags")
    followed = (await alice.get("/api/followed-hashtags"))["hashtags"]
    assert len(followed) == MAX_FOLLOWED
    assert (await follow(alice, followed[0])).status == 200


@pytest.mark.whole
async def test_the_stream_says_so_on_all_devices(address: str, alice: Caller, bob: Caller) -> None:
    async with listening(address, alice) as mine, listening(address, bob) as theirs:
        await follow(alice, "perch")
        await bob.tweet("it has #perch")
        await bob.tweet("the end")
        for stream in (mine, theirs):
            await stream.until("the end")
        assert len(mine.of("followed_hashtag")) == 1
        assert theirs.of("followed_hashtag") == []
        assert [one["followed"] for one in mine.of("tweet")] == [True, False]
