"""Timelines with reposts: what is on them, in which order, on which page, and for whom."""

from __future__ import annotations

import pytest

from tests.api.reposting import FOLLOWING, entries, follow, repost, shown
from tests.callers import Caller, register


async def test_a_repost_is_on_the_timelines_of_followers_and_on_the_profile(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await follow(alice, bob)
    tweet = await carol.tweet("worth reading")
    own = await bob.tweet("my own")
    assert await entries(alice) == [(own, [])]
    number = await repost(bob, tweet)
    assert number > own
    assert await entries(alice) == [(tweet, ["bob"]), (own, [])]
    assert await entries(bob) == [(tweet, ["bob"]), (own, [])]
    assert await entries(alice, f"/api/users/{bob.id}/tweets") == [(tweet, ["bob"]), (own, [])]
    assert await entries(carol, f"/api/users/{bob.id}/tweets", replies="false") == [
        (tweet, ["bob"]),
        (own, []),
    ]
    page = await alice.get("/api/tweets", params=FOLLOWING)
    first, second = page["entries"]
    assert (first["type"], first["id"], first["tweet"]["reposts_count"]) == ("repost", number, 1)
    assert first["reposters"] == [{"id": bob.id, "name": "bob", "handle": "bob"}]
    assert (second["type"], second["id"]) == ("tweet", own)
    assert "tweets" not in page.body
    # Whoever doesn't ask for entries gets what they always got.
    assert [one["id"] for one in (await alice.timeline(timeline="following"))] == [own]
    assert [one["id"] for one in (await alice.timeline())] == [own, tweet]


async def test_several_reposts_of_a_tweet_show_once(alice: Caller, bob: Caller, carol: Caller) -> None:
    dave = await register(alice.send, "dave")
    for who in (bob, carol):
        await follow(alice, who)
    tweet = await dave.tweet("liked by many")
    await repost(bob, tweet)
    between = await carol.tweet("in between")
    await repost(carol, tweet)
    assert await entries(alice) == [(tweet, ["carol", "bob"]), (between, [])]
    # Page by page it shows on each, with those who reposted it there.
    assert await entries(alice, limit=1) == [(tweet, ["carol"]), (between, []), (tweet, ["bob"])]


async def test_a_tweet_in_its_own_place_is_not_shown_as_a_repost_too(alice: Caller, bob: Caller) -> None:
    await follow(alice, bob)
    tweet = await bob.tweet("said once")
    await repost(bob, tweet)
    assert await entries(alice) == [(tweet, [])]
    assert await entries(alice, limit=1) == [(tweet, ["bob"]), (tweet, [])]


async def test_pages_go_both_ways(alice: Caller, bob: Caller, carol: Caller) -> None:
    await follow(alice, bob)
    for number in range(6):
        tweet = await carol.tweet(f"number {number}")
        await repost(bob, tweet)
        await bob.tweet(f"about number {number}")
    everything = await entries(alice)
    assert len(everything) == 12
    assert await entries(alice, limit=5) == everything
    middle = (await alice.get("/api/tweets", params=FOLLOWING | {"limit": 6}))["next"]
    newer = await alice.get("/api/tweets", params=FOLLOWING | {"after": middle, "limit": 4})
    assert shown(newer["entries"]) == everything[1:5]
    newest = await alice.get("/api/tweets", params=FOLLOWING | {"after": newer["previous"]})
    assert shown(newest["entries"]) == everything[:1]
    assert shown((await alice.get("/api/tweets", params=FOLLOWING | {"limit": 0}))["entries"]) == []


async def test_marks_are_on_the_tweets_of_entries(alice: Caller, bob: Caller, carol: Caller) -> None:
    await follow(alice, bob)
    tweets = [await carol.tweet(f"number {number}") for number in range(3)]
    for tweet in tweets:
        await repost(bob, tweet)
    await alice.post(f"/api/tweets/{tweets[1]}/likes")
    await alice.post(f"/api/tweets/{tweets[2]}/bookmarks")
    for likers in (0, 100):
        page = await alice.get("/api/tweets", params=FOLLOWING | {"likers": likers})
        found = {entry["tweet"]["id"]: entry["tweet"] for entry in page["entries"]}
        assert [found[tweet]["liked"] for tweet in tweets] == [False, True, False]
        assert [found[tweet]["bookmarked"] for tweet in tweets] == [False, False, True]
        assert len(found[tweets[1]]["likes"]) == (1 if likers else 0)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"timeline": "all", "entries": "1"}, "timeline=following"),
        ({"timeline": "private", "entries": "1"}, "timeline=following"),
        (FOLLOWING | {"offset": "2"}, "before"),
    ],
)
async def test_entries_are_refused_where_there_are_none(
    alice: Caller, params: dict[str, str], message: str
) -> None:
    answer = await alice.get("/api/tweets", params=params)
    assert answer.error == (422, "invalid_parameter")
    assert message in answer["error_message"]


async def test_a_reposted_tweet_for_followers_stays_with_them(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    await follow(bob, alice)
    body = {"tweet_data": "for followers", "visibility": "followers"}
    tweet = (await alice.post("/api/tweets", json=body))["tweet_id"]
    between = await alice.tweet("between")
    await repost(alice, tweet)
    profile = f"/api/users/{alice.id}/tweets"
    assert await entries(bob, profile, limit=2) == [(tweet, ["alice"]), (between, []), (tweet, [])]
    assert await entries(carol, profile) == [(between, [])]
    assert (await carol.get(f"/api/tweets/{tweet}/reposts")).error == (404, "tweet_not_found")


async def test_reposts_of_one_person_can_be_hidden(alice: Caller, bob: Caller, carol: Caller) -> None:
    await follow(alice, bob)
    tweet, own = await carol.tweet("the original"), await bob.tweet("my own")
    await repost(bob, tweet)
    path = f"/api/users/{bob.id}/reposts/hidden"
    assert (await alice.post(path)).status == 200
    assert (await alice.get(f"/api/users/{bob.id}"))["user"]["reposts_hidden"] is True
    assert await entries(alice) == [(own, [])]
    assert await entries(alice, f"/api/users/{bob.id}/tweets") == [(tweet, ["bob"]), (own, [])]
    assert (await alice.delete(path)).status == 200
    assert "reposts_hidden" not in (await alice.get(f"/api/users/{bob.id}"))["user"]
    assert await entries(alice) == [(tweet, ["bob"]), (own, [])]
    for method in ("POST", "DELETE"):
        stranger = await alice.call(method, f"/api/users/{carol.id}/reposts/hidden")
        assert stranger.error == (422, "not_followed")
        assert (await alice.call(method, "/api/users/999999/reposts/hidden")).error == (404, "user_not_found")


async def test_what_a_muted_or_suspended_person_reposts_is_not_shown(
    alice: Caller, bob: Caller, carol: Caller
) -> None:
    admin = await register(alice.send, "staff", admin=True)
    dave = await register(alice.send, "dave")
    for who in (bob, carol):
        await follow(alice, who)
    tweet, other = await dave.tweet("by two"), await dave.tweet("by one")
    await repost(bob, tweet)
    await repost(carol, tweet)
    await repost(bob, other)
    assert await entries(alice) == [(other, ["bob"]), (tweet, ["carol", "bob"])]
    await alice.post(f"/api/users/{bob.id}/mute")
    assert await entries(alice) == [(tweet, ["carol"])]
    await alice.delete(f"/api/users/{bob.id}/mute")
    await admin.post(f"/api/users/{bob.id}/suspension", json={"hide_tweets": True})
    assert await entries(alice) == [(tweet, ["carol"])]
    await admin.delete(f"/api/users/{bob.id}/suspension")
    await admin.post(f"/api/users/{dave.id}/suspension", json={"hide_tweets": True})
    assert await entries(alice) == []
