"""Bookmarks over HTTP: the mark on a tweet, the list, and that nobody else learns of them."""

from __future__ import annotations

import pytest

from server.context import Context
from server.core import personal as core_personal
from server.core.database.connection import rows
from server.features.bookmarks import personal
from tests.callers import Caller
from tests.realtime.listening import listening, settled


async def bookmarked(who: Caller, **parameters: int) -> list[int]:
    """The tweets on a page of the bookmark list."""
    return [tweet["id"] for tweet in (await who.get("/api/bookmarks", params=parameters))["tweets"]]


async def test_a_bookmark_is_shown_in_every_list_but_only_to_its_user(alice: Caller, bob: Caller) -> None:
    tweet_id = await bob.tweet()
    assert (await alice.read(tweet_id))["bookmarked"] is False
    assert (await alice.post(f"/api/tweets/{tweet_id}/bookmarks")).body == {"result": True}
    for path in ("/api/tweets", f"/api/users/{bob.id}/tweets", "/api/bookmarks"):
        (shown,) = (await alice.get(path))["tweets"]
        assert (shown["id"], shown["bookmarked"], shown["liked"]) == (tweet_id, True, False)
    assert (await alice.read(tweet_id))["bookmarked"] is True
    assert (await bob.read(tweet_id))["bookmarked"] is False
    assert await bookmarked(bob) == []
    assert (await alice.delete(f"/api/tweets/{tweet_id}/bookmarks")).body == {"result": True}
    assert (await alice.read(tweet_id))["bookmarked"] is False
    assert await bookmarked(alice) == []


async def test_likes_and_bookmarks_of_a_tweet_are_marked_independently(alice: Caller, bob: Caller) -> None:
    ids = [await bob.tweet(str(number)) for number in range(4)]
    for tweet_id in ids[:2]:
        await alice.post(f"/api/tweets/{tweet_id}/likes")
    for tweet_id in ids[1:3]:
        await alice.post(f"/api/tweets/{tweet_id}/bookmarks")
    marked = [(False, False), (False, True), (True, True), (True, False)]
    for likers in (0, 100):
        found = (await alice.get("/api/tweets", params={"likers": likers}))["tweets"]
        assert [(tweet["liked"], tweet["bookmarked"]) for tweet in found] == marked


async def test_bookmarking_and_removing_a_bookmark_are_idempotent(alice: Caller) -> None:
    tweet_id = await alice.tweet()
    path = f"/api/tweets/{tweet_id}/bookmarks"
    assert [(await alice.delete(path)).status, (await alice.post(path)).status] == [200, 200]
    assert (await alice.post(path)).status == 200
    assert await bookmarked(alice) == [tweet_id]
    assert (await alice.delete(path)).status == 200
    assert await bookmarked(alice) == []


async def test_bookmarks_are_paged_newest_first(alice: Caller, bob: Caller) -> None:
    ids = [await bob.tweet(str(number)) for number in range(5)]
    order = [ids[3], ids[0], ids[4], ids[1]]
    for tweet_id in order:
        await alice.post(f"/api/tweets/{tweet_id}/bookmarks")
    first = await alice.get("/api/bookmarks", params={"limit": 3, "likers": 0})
    assert [tweet["id"] for tweet in first["tweets"]] == order[:0:-1]
    rest = await alice.get("/api/bookmarks", params={"limit": 3, "before": first["next"]})
    assert ([tweet["id"] for tweet in rest["tweets"]], rest["next"]) == ([order[0]], None)


async def test_deleted_or_hidden_tweets_cannot_be_bookmarked_and_leave_the_list(
    alice: Caller, bob: Caller
) -> None:
    for method in ("POST", "DELETE"):
        assert (await alice.call(method, "/api/tweets/999/bookmarks")).error == (404, "tweet_not_found")
    deleted, hidden = await alice.tweet("a"), await bob.tweet("b")
    for tweet_id in (deleted, hidden):
        await alice.post(f"/api/tweets/{tweet_id}/bookmarks")
    await alice.delete(f"/api/tweets/{deleted}")
    assert await bookmarked(alice) == [hidden]
    await rows("UPDATE users SET suspended_at = now(), hidden = true WHERE id = $1 RETURNING 1", bob.id)
    await rows("UPDATE tweets SET hidden = true WHERE id = $1 RETURNING 1", hidden)
    assert (await alice.post(f"/api/tweets/{hidden}/bookmarks")).error == (404, "tweet_not_found")


async def test_all_streams_of_the_user_and_no_others_are_told_of_a_bookmark(
    address: str, alice: Caller, bob: Caller
) -> None:
    tweet_id = await bob.tweet()
    await settled()
    async with listening(address, alice) as here, listening(address, bob) as elsewhere:
        await alice.post(f"/api/tweets/{tweet_id}/bookmarks")
        told = await here.wait_for("bookmarked")
        assert (told["tweet_id"], told["bookmarked"]) == (tweet_id, True)
        await alice.delete(f"/api/tweets/{tweet_id}/bookmarks")
        assert (await here.wait_for("bookmarked", 2))["bookmarked"] is False
        await alice.post(f"/api/tweets/{tweet_id}/bookmarks")
        await here.wait_for("bookmarked", 3)
        await bob.delete(f"/api/tweets/{tweet_id}")
        await here.wait_for("tweet_deleted")
        await elsewhere.wait_for("tweet_deleted")
        assert here.kinds.count("bookmarked") == 3, "the deletion says that it is gone"
        assert "bookmarked" not in elsewhere.kinds


async def test_bookmarks_are_exported_and_erased_with_their_user(
    perch: Context, alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_personal, "BATCH", 2)
    ids = [await bob.tweet(str(number)) for number in range(5)]
    for tweet_id in ids:
        await alice.post(f"/api/tweets/{tweet_id}/bookmarks")
    await bob.post(f"/api/tweets/{ids[0]}/bookmarks")
    exported = await rows(personal.EXPORT, alice.id, 0, 50)
    assert [found["tweet_id"] for found in exported] == ids
    while await personal.erase(alice.id, None):  # type: ignore[arg-type]  # it has no objects
        pass
    assert [found["user_id"] for found in await rows("SELECT user_id FROM bookmarks")] == [bob.id]
