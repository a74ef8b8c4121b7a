"""Reading timelines: order, pages, and who sees what."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from functools import partial

import pytest

from server.core.cache import changes, marks, topics
from server.core.database.connection import rows
from tests.callers import Caller
from tests.thorough import much
from tests.waiting import until

# The number of concurrent requests: what usually arrives within a second arrives at once.
WANTED = 500


async def test_everybodys_tweets_come_newest_first(alice: Caller, bob: Caller) -> None:
    ids = [await who.tweet(str(number)) for number, who in enumerate([alice, bob, alice, bob])]
    assert [tweet["id"] for tweet in await alice.timeline()] == ids[::-1]


async def test_an_empty_timeline_is_an_empty_list(alice: Caller) -> None:
    assert (await alice.get("/api/tweets")).body == {
        "result": True,
        "tweets": [],
        "next": None,
        "previous": None,
    }


async def test_an_unknown_timeline_is_refused(alice: Caller) -> None:
    answer = await alice.get("/api/tweets?timeline=hot")
    assert answer.error == (422, "invalid_parameter")
    assert "all, following" in answer["error_message"]


async def test_following_shows_the_viewers_own_and_followed_tweets(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await alice.post(f"/api/users/{bob.id}/follow")
    own, followed, _ = await alice.tweet("own"), await bob.tweet("followed"), await carol.tweet("stranger")
    assert [t["id"] for t in await alice.timeline(timeline="following")] == [followed, own]


async def test_following_and_unfollowing_change_the_timeline_at_once(alice: Caller, bob: Caller) -> None:
    old = await bob.tweet("before the follow")
    assert await alice.timeline(timeline="following") == []
    await alice.post(f"/api/users/{bob.id}/follow")
    assert [t["id"] for t in await alice.timeline(timeline="following")] == [old]
    await alice.delete(f"/api/users/{bob.id}/follow")
    assert await alice.timeline(timeline="following") == []


async def test_the_following_timeline_is_paged(alice: Caller, bob: Caller, carol: Caller) -> None:
    await alice.post(f"/api/users/{bob.id}/follow")
    ids = [(who, await who.tweet()) for who in (alice, bob, carol, bob, alice, bob)]
    wanted = [tweet_id for who, tweet_id in reversed(ids) if who is not carol]
    seen: list[int] = []
    query = {"timeline": "following", "limit": 2}
    while True:
        page = await alice.get("/api/tweets", params=query)
        seen += [tweet["id"] for tweet in page["tweets"]]
        if page["next"] is None:
            break
        query["before"] = page["next"]
    assert seen == wanted
    second = await alice.timeline(timeline="following", limit=2, offset=2)
    assert [tweet["id"] for tweet in second] == wanted[2:4]


async def test_an_authors_tweets(alice: Caller, bob: Caller) -> None:
    ids = [await bob.tweet(str(number)) for number in range(3)]
    await alice.tweet()
    page = await alice.get(f"/api/users/{bob.id}/tweets", params={"limit": 2})
    assert [tweet["id"] for tweet in page["tweets"]] == ids[:0:-1]
    rest = await alice.get(f"/api/users/{bob.id}/tweets", params={"before": page["next"]})
    assert [tweet["id"] for tweet in rest["tweets"]] == ids[:1]
    assert (await alice.get("/api/users/999/tweets")).error == (404, "user_not_found")


async def test_embedded_likers_are_limited_and_the_viewer_comes_first(alice: Caller, bob: Caller) -> None:
    tweet_id = await alice.tweet()
    await bob.post(f"/api/tweets/{tweet_id}/likes")
    await rows(
        "WITH crowd AS (INSERT INTO users (handle, name) SELECT 'u' || n, 'u' || n "
        "FROM generate_series(1, 150) n RETURNING id) "
        "INSERT INTO likes (tweet_id, user_id) SELECT $1, id FROM crowd",
        tweet_id,
    )
    for tweet in (await bob.read(tweet_id), (await bob.timeline())[0]):
        assert tweet["likes_count"] == 151
        assert tweet["liked"] is True
        assert len(tweet["likes"]) == 100
        assert tweet["likes"][0] == {"id": bob.id, "user_id": bob.id, "name": "bob"}
        assert len({like["id"] for like in tweet["likes"]}) == 100
    unliked = await alice.read(tweet_id)
    assert (unliked["liked"], len(unliked["likes"])) == (False, 100)
    few = (await bob.timeline(likers=3))[0]
    assert few["likes"][0]["id"] == bob.id
    assert len(few["likes"]) == 3
    none = (await bob.timeline(likers=0))[0]
    assert (none["likes"], none["likes_count"], none["liked"]) == ([], 151, True)


async def queries(who: Caller, path: str, caplog: pytest.LogCaptureFixture) -> int:
    """How many queries this request costs."""
    with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
        caplog.clear()
        assert (await who.get(path)).status == 200
        return sum("SELECT" in record.getMessage() for record in caplog.records)


async def test_a_hot_page_with_an_old_tweet_costs_no_query_for_viewers_with_many_likes(
    alice: Caller,
    bob: Caller,
    carol: Caller,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The marks on it aren't among the newest, which are kept together."""
    monkeypatch.setattr(marks, "KEPT", 3)
    await alice.post(f"/api/users/{bob.id}/follow")
    old, other = await carol.tweet("old"), await carol.tweet("old, too")
    for tweet in [old, *[await carol.tweet(str(number)) for number in range(4)]]:
        await alice.post(f"/api/tweets/{tweet}/likes")
    for tweet in (old, other):
        await bob.post(f"/api/tweets/{tweet}/reposts")
    path = "/api/tweets?timeline=following&entries=1"

    async def costs_nothing() -> bool:
        return await queries(alice, path, caplog) == 0

    await until(costs_nothing)

    async def liked() -> list[bool]:
        return [entry["tweet"]["liked"] for entry in (await alice.get(path))["entries"]]

    assert await liked() == [False, True]
    await alice.post(f"/api/tweets/{other}/likes")
    await alice.delete(f"/api/tweets/{old}/likes")
    assert await liked() == [True, False]
    await until(costs_nothing)


async def test_a_page_of_any_length_costs_two_queries_once_and_then_none(
    alice: Caller, bob: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    await alice.post(f"/api/users/{bob.id}/follow")
    for number in range(30):
        tweet_id = await bob.tweet(str(number))
        await alice.post(f"/api/tweets/{tweet_id}/likes")

    async def costs_once(path: str) -> bool:
        await changes.tell([topics.EVERYTHING])
        # One for the key; then the ids with the cards, and the viewer's marks. For a profile, one more says
        # whether the viewer follows its user.
        once = 1 + 2 + path.startswith("/api/users/")
        return (await queries(alice, path, caplog), await queries(alice, path, caplog)) == (once, 0)

    for path in (
        "/api/tweets",
        "/api/tweets?timeline=following",
        "/api/tweets?timeline=following&entries=1",
        f"/api/users/{bob.id}/tweets",
    ):
        joined = f"{path}{'&' if '?' in path else '?'}"
        for limit in (1, 30):
            # The event log reports the writes above in its own time, and they are then read again.
            await until(partial(costs_once, f"{joined}limit={limit}"))


@pytest.mark.fault("hot-page")
async def test_a_hot_page_that_changes_is_rebuilt_once_for_all_readers(
    alice: Caller, bob: Caller, caplog: pytest.LogCaptureFixture, measured: Callable[[str], None]
) -> None:
    for number in range(5):
        await bob.tweet(str(number))
    rebuilds, seconds = [], 0.0
    for before in range(5, 5 + much(usually=1, thoroughly=20)):
        await until(everything_is_told)
        assert len(await alice.timeline()) == before
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            began = time.monotonic()
            publishing = asyncio.create_task(bob.tweet("new"))
            answers = await asyncio.gather(*(alice.timeline() for _ in range(WANTED)))
            await publishing
            seconds += time.monotonic() - began
        assert {len(tweets) for tweets in answers} <= {before, before + 1}
        assert len(await alice.timeline()) == before + 1
        found = [one for one in caplog.records if "SELECT id, id AS cursor FROM tweets" in one.getMessage()]
        rebuilds.append(len(found))
        assert 1 <= rebuilds[-1] <= 2
    rate = len(rebuilds) * WANTED / seconds
    times = f"it expired {len(rebuilds)} times while {WANTED} asked for it at once"
    measured(f"{times}, answered at {rate:,.0f} a second: at most {max(rebuilds)} rebuilds")


async def test_tweets_with_pictures_are_a_list_of_their_own(alice: Caller, bob: Caller) -> None:
    with_pictures = [await alice.tweet(str(number)) for number in range(3)]
    await alice.tweet("without")
    for author, tweet_id in [(alice, with_pictures[0]), (alice, with_pictures[1]), (alice, with_pictures[2])]:
        for position in range(2):
            await rows(
                "INSERT INTO media_attachments "
                "(token, owner_id, tweet_id, position, state, width, height, content_type) "
                "VALUES ($1, $2, $3, $4, 'ready', 1, 1, 'image/jpeg') RETURNING id",
                f"{tweet_id}-{position}",
                author.id,
                tweet_id,
                position,
            )
    first = await bob.get(f"/api/users/{alice.id}/media", params={"limit": 2})
    assert [tweet["id"] for tweet in first["tweets"]] == with_pictures[:0:-1]
    second = await bob.get(f"/api/users/{alice.id}/media", params={"limit": 2, "before": first["next"]})
    assert ([tweet["id"] for tweet in second["tweets"]], second["next"]) == (with_pictures[:1], None)
    assert (await bob.get(f"/api/users/{bob.id}/media"))["tweets"] == []
    assert (await bob.get("/api/users/999/media")).error == (404, "user_not_found")


async def test_a_users_liked_tweets_are_in_the_order_of_the_likes(alice: Caller, bob: Caller) -> None:
    ids = [await alice.tweet(str(number)) for number in range(4)]
    liked = [ids[2], ids[0], ids[3]]
    for tweet_id in liked:
        await bob.post(f"/api/tweets/{tweet_id}/likes")
    first = await alice.get(f"/api/users/{bob.id}/likes", params={"limit": 2})
    assert [tweet["id"] for tweet in first["tweets"]] == [ids[3], ids[0]]
    assert [tweet["liked"] for tweet in first["tweets"]] == [False, False], "it is bob who likes them"
    second = await alice.get(f"/api/users/{bob.id}/likes", params={"limit": 2, "before": first["next"]})
    assert ([tweet["id"] for tweet in second["tweets"]], second["next"]) == ([ids[2]], None)
    await bob.delete(f"/api/tweets/{ids[0]}/likes")
    mine = await bob.get(f"/api/users/{bob.id}/likes")
    assert [(tweet["id"], tweet["liked"]) for tweet in mine["tweets"]] == [(ids[3], True), (ids[2], True)]
    assert (await bob.get("/api/users/999/likes")).error == (404, "user_not_found")


async def test_following_is_complete_whichever_query_finds_its_pages(alice: Caller, carol: Caller) -> None:
    """Tested among the newest tweets of all, by merging those of each author, and at the border between."""
    await rows(
        "INSERT INTO users (handle, name) SELECT 'u' || n, 'x' FROM generate_series(1, 60) n RETURNING 1"
    )
    await rows(
        "INSERT INTO follows (follower_id, followee_id) SELECT $1, id FROM users "
        "WHERE handle LIKE 'u%' ORDER BY id LIMIT 55 RETURNING 1",
        alice.id,
    )
    await rows(
        "INSERT INTO tweets (author_id, content) SELECT u.id, 'x' "
        "FROM generate_series(1, 4) CROSS JOIN users u WHERE u.id <> $1 RETURNING 1",
        carol.id,
    )
    await rows(
        "INSERT INTO tweets (author_id, content) SELECT $1, 'x' FROM generate_series(1, 980) RETURNING 1",
        carol.id,
    )
    await rows(
        "INSERT INTO tweets (author_id, content) SELECT id, 'x' FROM users WHERE id <> $1 LIMIT 30 "
        "RETURNING 1",
        carol.id,
    )
    wanted = await rows(
        "SELECT id FROM tweets WHERE author_id = $1 "
        "OR author_id IN (SELECT followee_id FROM follows WHERE follower_id = $1) ORDER BY id DESC",
        alice.id,
    )
    ids = [tweet["id"] for tweet in wanted]
    read: list[int] = []
    before: int | None = ids[0] + 1
    while before:
        asked = {"timeline": "following", "limit": 7, "before": before}
        page = await alice.get("/api/tweets", params=asked)
        read += [tweet["id"] for tweet in page["tweets"]]
        before = page["next"]
    assert read == ids
    upwards: list[int] = []
    after: int | None = 0
    while after is not None:
        page = await alice.get("/api/tweets", params={"timeline": "following", "limit": 7, "after": after})
        upwards += [tweet["id"] for tweet in page["tweets"]][::-1]
        after = page["previous"]
    assert upwards == ids[::-1]
    by_number = [await alice.timeline(timeline="following", limit=7, offset=number) for number in (1, 4, 9)]
    assert [[tweet["id"] for tweet in page] for page in by_number] == [ids[0:7], ids[21:28], ids[56:63]]


async def everything_is_told() -> bool:
    """Wait until the log has everything written, so that none of it causes another read."""
    return not await rows("SELECT 1 FROM outbox")
