"""Likes over HTTP."""

from __future__ import annotations

import pytest

from tests.callers import Caller


async def test_a_like_is_seen_by_everybody(alice: Caller, bob: Caller) -> None:
    tweet_id = await alice.tweet()
    assert (await bob.post(f"/api/tweets/{tweet_id}/likes")).body == {"result": True}
    seen = await alice.read(tweet_id)
    assert seen["likes"] == [{"id": bob.id, "user_id": bob.id, "name": "bob"}]
    assert (seen["likes_count"], seen["liked"]) == (1, False)
    assert (await bob.read(tweet_id))["liked"] is True


async def test_liking_and_unliking_are_idempotent(alice: Caller) -> None:
    tweet_id = await alice.tweet()
    path = f"/api/tweets/{tweet_id}/likes"
    assert [(await alice.post(path)).status for _ in range(2)] == [200, 200]
    assert (await alice.read(tweet_id))["likes_count"] == 1
    assert [(await alice.delete(path)).status for _ in range(2)] == [200, 200]
    assert (await alice.read(tweet_id))["likes_count"] == 0


async def test_likes_of_an_unknown_tweet_are_not_found(alice: Caller) -> None:
    for method in ("POST", "DELETE", "GET"):
        assert (await alice.call(method, "/api/tweets/999/likes")).error == (404, "tweet_not_found")


async def test_likers_are_listed_in_pages_the_newest_first(alice: Caller, bob: Caller, carol: Caller) -> None:
    tweet_id = await alice.tweet()
    for who in (alice, bob, carol):
        await who.post(f"/api/tweets/{tweet_id}/likes")
    first = await alice.get(f"/api/tweets/{tweet_id}/likes", params={"limit": 2})
    rest = await alice.get(f"/api/tweets/{tweet_id}/likes", params={"limit": 2, "before": first["next"]})
    assert [like["user_id"] for like in first["likes"]] == [carol.id, bob.id]
    own = {"id": alice.id, "user_id": alice.id, "name": "alice", "handle": "alice", "followed": False}
    assert rest["likes"] == [own]
    assert rest["next"] is None


@pytest.mark.parametrize("likers", [0, 5])
async def test_a_page_shows_only_the_marks_on_its_own_tweets(
    alice: Caller, bob: Caller, carol: Caller, likers: int
) -> None:
    """Between two tweets of a profile, the viewer likes one by somebody else."""
    first, others, last = await bob.tweet("first"), await carol.tweet("another"), await bob.tweet("last")
    path = f"/api/users/{bob.id}/tweets"

    async def liked() -> list[tuple[int, bool]]:
        page = await alice.get(path, params={"likers": likers})
        return [(tweet["id"], tweet["liked"]) for tweet in page["tweets"]]

    await alice.post(f"/api/tweets/{others}/likes")
    assert await liked() == [(last, False), (first, False)]
    await alice.post(f"/api/tweets/{first}/likes")
    assert await liked() == [(last, False), (first, True)]
